"""Every elementwise op as compiled code makes it: the errors of Python's form, and each element by its instructions."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from difflang.errors import DifflangError
from difflang.op import TABLE, load
from difflang.types import Scalar, type_of

from .op_run import emitted, evaluated, lowered
from .op_samples import ELEMENTWISE, FLOATS, INTS

load()


@pytest.mark.parametrize("name", [n for n in ELEMENTWISE if TABLE[n].python])
def test_python_form_raises_as_python_does(name: str) -> None:
    """On Python's own numbers: the value, or the very exception; the faults for compiled code say the same."""
    op = TABLE[name]
    numbers = [*FLOATS, *INTS, True]
    if ELEMENTWISE[name] == "whole" or name in ("invert",):
        numbers = [*INTS, True]
    for values in itertools.product(numbers, repeat=len(op.operands)):
        if name in ("lshift", "pow") and isinstance(values[1], int) and values[1] > 40:
            continue
        expected = outcome(op.python[0], values)
        if isinstance(expected, int) and not isinstance(expected, bool) and not -(2**63) <= expected < 2**63:
            continue
        assert_same_outcome(outcome(lambda *v: evaluated(emitted(name, {}, "python"), v)[0][0], values), expected, f"{name}{values}")
        if (
            name in ("pow", "fpow")
            and isinstance(values[0], int)
            and isinstance(values[1], int)
            and abs(values[0]) ** max(values[1], 0) > 2**62
        ):
            continue
        fault = predicted(op, values)
        if isinstance(expected, Exception):
            assert fault is not None and (fault.error, fault.message) == (type(expected), getattr(expected, "reason", str(expected))), (
                f"{name}{values}: {expected!r} but {fault}"
            )
        else:
            assert fault is None, f"{name}{values} gives {expected!r} but {fault}"


def outcome(function: Any, values: tuple[Any, ...]) -> Any:
    try:
        return function(*values)
    except (ArithmeticError, ValueError, DifflangError) as error:
        return error


def assert_same_outcome(found: Any, expected: Any, what: str) -> None:
    if isinstance(expected, Exception):
        assert type(found) is type(expected) and str(found) == str(expected), f"{what}: {found!r}, not {expected!r}"
    else:
        assert type(found) is type(expected) and (found == expected or found != found), f"{what}: {found!r}, not {expected!r}"


def predicted(op: Any, values: tuple[Any, ...]) -> Any:
    """The first fault of the Python form, found as compiled code finds it: from the operands and the raw result."""
    given = [np.float64(v) if isinstance(v, float) else np.int64(v) if type(v) is int else np.bool_(v) for v in values]
    types = [type_of(v) for v in values]
    result = op.type_of_result(types, dict(op.statics), "python")
    with np.errstate(all="ignore"):
        raw = np.int64(0) if result.dtype == "i64" else raw_float(op, given, types, result)
        for fault in op.faults:
            if fault.flavor == "python" and fault.bad(raw, *given):
                assert fault.suspect is None or fault.suspect(raw, *given), f"{op.name}{values} fails beyond suspicion"
                return fault
    return None


def raw_float(op: Any, given: Any, types: Any, result: Any) -> Any:
    try:
        return lowered(op, given, types, result)
    except ValueError:  # the math module stands in for libm where NumPy has nothing
        return np.float64(np.nan)
    except OverflowError:
        return np.float64(np.inf)


@pytest.mark.parametrize("name", [n for n in ELEMENTWISE if n not in ("cast", "where")])
def test_lowering_gives_the_values(name: str) -> None:
    """Element by element as codegen makes it, for each class of dtype and at the edges."""
    op = TABLE[name]
    tried = 0
    for dtypes in itertools.product(["f64", "f32", "i64", "i32", "bool"], repeat=len(op.operands)):
        pool = [{"f": FLOATS, "i": INTS, "b": (True, False)}[np.dtype(kind_of(d)).kind] for d in dtypes]
        if len(dtypes) == 3 and (len(set(dtypes)) > 1 or dtypes[0] == "bool"):
            continue
        for values in itertools.product(*(p[::2] if len(dtypes) == 3 else p for p in pool)):
            with np.errstate(all="ignore"):
                given = [kind_of(d)(v) for d, v in zip(dtypes, values, strict=True)]
            types = [Scalar(d) for d in dtypes]
            try:
                result = op.type_of_result(types, dict(op.statics), None)
                expected = expected_element(op, given)
            except (TypeError, ValueError, OverflowError, ZeroDivisionError):
                continue
            if outside(name, given):
                continue
            with np.errstate(all="ignore"):
                found = lowered(op, given, types, result)
                same_element(name, found, np.asarray(expected).astype(found.dtype)[()], given)
            tried += 1
    assert tried


def same_element(name: str, found: Any, expected: Any, given: Any) -> None:
    close = np.isclose(found, expected, rtol=1e-6 if found.dtype == np.float32 else 1e-12, atol=0, equal_nan=True)
    assert close, f"{name}{tuple(given)} is {expected}, lowered to {found}"
    if found == 0 and name not in ("maximum", "minimum", "clip") and found.dtype.kind == "f":
        assert np.signbit(found) == np.signbit(expected), f"{name}{tuple(given)}: the sign of zero"


def kind_of(dtype: str) -> Any:
    return {"f64": np.float64, "f32": np.float32, "i64": np.int64, "i32": np.int32, "bool": np.bool_}[dtype]


def expected_element(op: Any, given: Any) -> Any:
    with np.errstate(all="ignore"):
        return (op.evaluate or (op.numpy or op.python)[0])(*given)


def outside(name: str, given: Any) -> bool:
    """Operands for which the op promises nothing."""
    if name in ("intdiv", "frem", "ipow"):
        kind = "f" if name == "frem" else "i"
        return any(g.dtype.kind != kind for g in given) or (name == "intdiv" and given[1] in (0, -1)) or (name == "ipow" and given[1] < 0)
    if name.endswith("_to_int"):
        return not np.abs(given[0]) < 2.0**62
    if name in ("pow", "fpow") and given[1] == 0.5:
        return bool(given[0] == -np.inf or given[0] == 0)  # NumPy takes the square root
    if name == "logaddexp":
        return any(np.isnan(g) for g in given)
    return name == "reciprocal" and given[0].dtype.kind != "f"
