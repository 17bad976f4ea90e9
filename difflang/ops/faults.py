"""The errors that Python's own operators and the math module raise, word for word as this CPython says them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import IntegerOverflow, TypeMismatch
from ..op import Fault


def said(function: Callable[..., Any], *args: Any) -> str:
    """What this Python says when function(*args) fails: the words change between versions."""
    try:
        function(*args)
    except (ArithmeticError, ValueError) as error:
        return str(error)
    raise AssertionError(f"{function} did not fail")


def _is_float(x: Any) -> bool:
    return bool(x.dtype.kind == "f")


def _float_divisor_zero(z: Any, x: Any, y: Any) -> Any:
    return y == 0 if _is_float(x) or _is_float(y) else False


def _int_divisor_zero(z: Any, x: Any, y: Any) -> Any:
    return False if _is_float(x) or _is_float(y) else y == 0


def division(function: Callable[..., Any]) -> tuple[Fault, ...]:
    """Division by zero by one of Python's four operators, in the words for floats and for ints."""
    return (
        Fault(ZeroDivisionError, said(function, 1.0, 0.0), _float_divisor_zero),
        Fault(ZeroDivisionError, said(function, 1, 0), _int_divisor_zero),
    )


def _zero_to_negative(z: Any, x: Any, y: Any) -> Any:
    return np.logical_and(np.logical_and(x == 0, y < 0), np.isfinite(y))


def _root_of_negative(z: Any, x: Any, y: Any) -> Any:
    if not _is_float(y):
        return False
    negative = np.logical_and(x < 0, np.isfinite(x * 1.0))
    return np.logical_and(np.logical_and(negative, np.isfinite(y)), np.floor(y) != y)


def _power_overflows(z: Any, x: Any, y: Any) -> Any:
    if not _is_float(z):
        return False
    return np.logical_and(np.isinf(z), np.logical_and(np.isfinite(x * 1.0), np.isfinite(y * 1.0)))


def _int_to_negative(z: Any, x: Any, y: Any) -> Any:
    return False if _is_float(x) or _is_float(y) else y < 0


POWER = (
    Fault(ZeroDivisionError, said(operator.pow, 0.0, -1.0), _zero_to_negative),
    Fault(TypeMismatch, "an int to a negative power is a float in Python: write float(x) ** n", _int_to_negative),
    Fault(TypeMismatch, "a negative number to a fractional power is complex, which is outside the language", _root_of_negative),
    Fault(OverflowError, said(operator.pow, 10.0, 400.0), _power_overflows),
    Fault(ValueError, "Integers to negative integer powers are not allowed.", _int_to_negative, flavor="numpy"),
)


def _not_a_number(y: Any, *x: Any) -> Any:
    """The result is not a number though every operand is one: how the math module finds a domain error."""
    known = [np.isnan(operand) for operand in x if _is_float(operand)]
    bad = np.isnan(y)
    for unknown in known:
        bad = np.logical_and(bad, np.logical_not(unknown))
    return bad


def _infinite(y: Any, *x: Any) -> Any:
    """The result is infinite though every operand is finite."""
    bad = np.isinf(y)
    for operand in x:
        if _is_float(operand):
            bad = np.logical_and(bad, np.isfinite(operand))
    return bad


DOMAIN = Fault(ValueError, said(math.sqrt, -1.0), _not_a_number)
POLE = Fault(ValueError, said(math.log, 0.0), _infinite)
RANGE = Fault(OverflowError, said(math.exp, 1000.0), _infinite)


def _at_pole(y: Any, x: Any) -> Any:
    """Zero and the negative integers."""
    if not _is_float(x):
        return x <= 0
    return np.logical_and(np.logical_and(x <= 0, np.floor(x) == x), np.isfinite(x))


LGAMMA = (Fault(ValueError, DOMAIN.message, _at_pole), RANGE)
GAMMA = (Fault(ValueError, DOMAIN.message, _at_pole), DOMAIN, RANGE)
MATH_POWER = (DOMAIN, Fault(ValueError, DOMAIN.message, _zero_to_negative), RANGE)


def _from_nan(y: Any, x: Any) -> Any:
    return np.isnan(x) if y.dtype.kind == "i" and _is_float(x) else False


def _from_infinity(y: Any, x: Any) -> Any:
    return np.isinf(x) if y.dtype.kind == "i" and _is_float(x) else False


def _beyond_64_bits(y: Any, x: Any) -> Any:
    if x.dtype == np.uint64 and y.dtype.kind == "i":
        return x > 2**63 - 1
    return np.logical_not(np.logical_and(x >= -(2.0**63), x < 2.0**63)) if y.dtype.kind == "i" and _is_float(x) else False


TO_INT = (
    Fault(ValueError, said(int, math.nan), _from_nan),
    Fault(OverflowError, said(int, math.inf), _from_infinity),
    Fault(IntegerOverflow, "an integer left the range of 64 bits", _beyond_64_bits),
)


def _negative_count(z: Any, x: Any, y: Any) -> Any:
    return y < 0


SHIFT = (Fault(ValueError, said(operator.lshift, 1, -1), _negative_count),)
