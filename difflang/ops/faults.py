"""The errors that Python's own operators and the math module raise, word for word as this CPython says them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import IntegerOverflow, TypeMismatch
from ..op import Fault


BEYOND = "an integer left the range of 64 bits"


def said(function: Callable[..., Any], *args: Any) -> str:
    """What this Python says when function(*args) fails: the words change between versions."""
    try:
        function(*args)
    except (ArithmeticError, ValueError) as error:
        return str(error)
    raise AssertionError(f"{function} did not fail")


EMPTY = {function.__name__: said(function, []) for function in (max, min)}
"""What max and min say of nothing."""


def _is_float(x: Any) -> bool:
    return bool(x.dtype.kind == "f")


def _kinds(*operands: Any) -> str:
    """The class in which Python computes: c, f or i."""
    kinds = {operand.dtype.kind for operand in operands}
    return "c" if "c" in kinds else "f" if "f" in kinds else "i"


def _divisor_zero(kind: str) -> Callable[..., Any]:
    def bad(z: Any, x: Any, y: Any) -> Any:
        return y == 0 if _kinds(x, y) == kind else False

    return bad


def _least_by_minus_one(z: Any, x: Any, y: Any) -> Any:
    """-2**63 // -1, the one quotient of ints that needs a bit more."""
    return np.logical_and(y == -1, x == -(2**63)) if _kinds(x, y) == "i" and z.dtype == np.int64 else False


def division(function: Callable[..., Any]) -> tuple[Fault, ...]:
    """Division by zero by one of Python's four operators, in the words for floats, ints and complex numbers."""
    found = (
        Fault(ZeroDivisionError, said(function, 1.0, 0.0), _divisor_zero("f")),
        Fault(ZeroDivisionError, said(function, 1, 0), _divisor_zero("i")),
    )
    if function is operator.floordiv:
        return (*found, Fault(IntegerOverflow, BEYOND, _least_by_minus_one))
    if function is not operator.truediv:
        return found
    return (*found, Fault(ZeroDivisionError, said(function, 1j, 0j), _divisor_zero("c")))


def _zero_to_negative(z: Any, x: Any, y: Any) -> Any:
    if _kinds(x, y) == "c":
        return False
    return np.logical_and(np.logical_and(x == 0, y < 0), np.isfinite(y))


def _root_of_negative(z: Any, x: Any, y: Any) -> Any:
    if not _is_float(y) or _kinds(x, y) == "c":
        return False
    negative = np.logical_and(x < 0, np.isfinite(x * 1.0))
    return np.logical_and(np.logical_and(negative, np.isfinite(y)), np.floor(y) != y)


def _power_overflows(z: Any, x: Any, y: Any) -> Any:
    if not _is_float(z):
        return False
    return np.logical_and(np.isinf(z), np.logical_and(np.isfinite(x * 1.0), np.isfinite(y * 1.0)))


def _int_to_negative(z: Any, x: Any, y: Any) -> Any:
    return False if _kinds(x, y) != "i" else y < 0


def _complex_zero_to_negative(z: Any, x: Any, y: Any) -> Any:
    if _kinds(x, y) != "c":
        return False
    return np.logical_and(x == 0, np.logical_or(np.imag(y) != 0, np.real(y) < 0))


def _complex_overflow(z: Any, *x: Any) -> Any:
    """A part is infinite, no operand's is."""
    if _kinds(*x) != "c":
        return False
    bad = np.isinf(z)
    for operand in x:
        bad = np.logical_and(bad, np.isfinite(operand))
    return bad


def complex_infinite(y: Any, x: Any) -> Any:
    """The result is infinite though the operand is finite."""
    return np.logical_and(np.isinf(y), np.isfinite(x))


def _not_finite(y: Any, *x: Any) -> Any:
    """Domain errors give nan, poles and overflow infinities: all other results are beyond suspicion."""
    return np.logical_not(np.isfinite(y)) if _is_float(y) else True


_ROOT_OF_NEGATIVE = "a negative number to a fractional power is complex: write complex(x) ** y"
POWER = (
    Fault(ZeroDivisionError, said(operator.pow, 0j, -1j), _complex_zero_to_negative),
    Fault(OverflowError, said(operator.pow, 1e200 + 1j, 3 + 1j), _complex_overflow),
    Fault(ZeroDivisionError, said(operator.pow, 0.0, -1.0), _zero_to_negative, suspect=_not_finite),
    Fault(TypeMismatch, "an int to a negative power is a float in Python: write float(x) ** n", _int_to_negative),
    Fault(TypeMismatch, _ROOT_OF_NEGATIVE, _root_of_negative, suspect=_not_finite),
    Fault(OverflowError, said(operator.pow, 10.0, 400.0), _power_overflows, suspect=_not_finite),
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


SIZE = Fault(OverflowError, said(abs, complex(1.7e308, 1.7e308)), _complex_overflow)
DOMAIN = Fault(ValueError, said(math.sqrt, -1.0), _not_a_number, suspect=_not_finite)
POLE = Fault(ValueError, said(math.log, 0.0), _infinite, suspect=_not_finite)
RANGE = Fault(OverflowError, said(math.exp, 1000.0), _infinite, suspect=_not_finite)


def _at_pole(y: Any, x: Any) -> Any:
    """Zero and the negative integers."""
    if not _is_float(x):
        return x <= 0
    return np.logical_and(np.logical_and(x <= 0, np.floor(x) == x), np.isfinite(x))


LGAMMA = (Fault(ValueError, DOMAIN.message, _at_pole, suspect=_not_finite), RANGE)
GAMMA = (Fault(ValueError, DOMAIN.message, _at_pole, suspect=_not_finite), DOMAIN, RANGE)
MATH_POWER = (DOMAIN, Fault(ValueError, DOMAIN.message, _zero_to_negative, suspect=_not_finite), RANGE)


def _from_nan(y: Any, x: Any) -> Any:
    return np.isnan(x) if y.dtype.kind == "i" and _is_float(x) else False


def _from_infinity(y: Any, x: Any) -> Any:
    return np.isinf(x) if y.dtype.kind == "i" and _is_float(x) else False


def _beyond_64_bits(y: Any, x: Any) -> Any:
    if x.dtype == np.uint64 and y.dtype.kind == "i":
        return x > 2**63 - 1
    return np.logical_not(np.logical_and(x >= -(2.0**63), x < 2.0**63)) if y.dtype.kind == "i" and _is_float(x) else False


def _not_small(y: Any, x: Any) -> Any:
    return np.logical_not(np.abs(x) < 2.0**63) if _is_float(x) else True


TO_INT = (
    Fault(ValueError, said(int, math.nan), _from_nan, suspect=_not_small),
    Fault(OverflowError, said(int, math.inf), _from_infinity, suspect=_not_small),
    Fault(IntegerOverflow, BEYOND, _beyond_64_bits, suspect=_not_small),
)


def _negative_count(z: Any, x: Any, y: Any) -> Any:
    return y < 0


SHIFT = (Fault(ValueError, said(operator.lshift, 1, -1), _negative_count),)
