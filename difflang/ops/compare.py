"""Comparisons, truths, bits, choice and rounding."""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

from ..build import dtype_known
from ..op import Lower, elementwise
from ..types import INT, UNKNOWN, Array, Nothing, Scalar, Type, Unknown, promote, shaped
from .complex_values import complex_equal, complex_order, complex_rint, complex_unequal, is_complex
from .faults import SHIFT, TO_INT


def _ordered(predicate: str) -> Lower:
    return Lower(f"fcmp o{predicate}", f"icmp s{predicate}", f"icmp u{predicate}", complex_order(getattr(operator, predicate)))


@elementwise(np.less, python=(operator.lt,), infix="<", result="bool", lower=_ordered("lt"))
def less(z, x, y):
    return 0, 0


@elementwise(np.less_equal, python=(operator.le,), infix="<=", result="bool", lower=_ordered("le"))
def less_equal(z, x, y):
    return 0, 0


@elementwise(np.greater, python=(operator.gt,), infix=">", result="bool", lower=_ordered("gt"))
def greater(z, x, y):
    return 0, 0


@elementwise(np.greater_equal, python=(operator.ge,), infix=">=", result="bool", lower=_ordered("ge"))
def greater_equal(z, x, y):
    return 0, 0


@elementwise(np.equal, python=(operator.eq,), infix="==", result="bool", lower=Lower("fcmp oeq", "icmp eq", "icmp eq", complex_equal))
def equal(z, x, y):
    return 0, 0


@elementwise(np.not_equal, python=(operator.ne,), infix="!=", result="bool", lower=Lower("fcmp une", "icmp ne", "icmp ne", complex_unequal))
def not_equal(z, x, y):
    return 0, 0


@elementwise(np.logical_and, result="bool", computes="truth", lower=Lower(bool="and"))
def logical_and(z, x, y):
    return 0, 0


@elementwise(np.logical_or, result="bool", computes="truth", lower=Lower(bool="or"))
def logical_or(z, x, y):
    return 0, 0


@elementwise(np.logical_xor, result="bool", computes="truth", lower=Lower(bool="xor"))
def logical_xor(z, x, y):
    return 0, 0


@elementwise(np.logical_not, name="not_", python=(operator.not_,), result="bool", computes="truth", lower=Lower(bool="not"))
def not_(y, x):
    """`not x` of a number, np.logical_not."""
    return 0


@elementwise(np.bitwise_and, python=(operator.and_,), infix="&", result="bits", lower=Lower(None, "and", "and"))
def bitand(z, x, y):
    return 0, 0


@elementwise(np.bitwise_or, python=(operator.or_,), infix="|", result="bits", lower=Lower(None, "or", "or"))
def bitor(z, x, y):
    return 0, 0


@elementwise(np.bitwise_xor, python=(operator.xor,), infix="^", result="bits", lower=Lower(None, "xor", "xor"))
def bitxor(z, x, y):
    return 0, 0


@elementwise(np.invert, python=(operator.invert,), infix="~", lower=Lower(None, "not", "not"))
def invert(y, x):
    return 0


@elementwise(np.left_shift, python=(operator.lshift,), infix="<<", lower=Lower(None, "shl"), faults=SHIFT)
def lshift(z, x, y):
    return 0, 0


@elementwise(np.right_shift, python=(operator.rshift,), infix=">>", lower=Lower(None, "ashr"), faults=SHIFT)
def rshift(z, x, y):
    return 0, 0


def _where_type(types: tuple[Type, ...], attrs: Any) -> Type:
    """np.where's result is never Python's number."""
    common = promote(types[1], types[2])
    if isinstance(types[0], Unknown) or not isinstance(common, Scalar):
        return UNKNOWN
    promote(types[0])
    return shaped(common.dtype, *types)


def _where(c: Any, x: Any, y: Any) -> Any:
    return np.where(c, x, y)[()]


@elementwise(np.where, typing=_where_type, evaluate=_where, computes="select", lower=Lower("select", "select", "select", "select"))
def where(z, c, x, y):
    """x where c is true, else y. The arm that is not taken receives exactly nothing."""
    chosen = np.not_equal(c, 0) if dtype_known(c) != np.bool_ else c
    return 0, chosen, np.logical_not(chosen)


def _clip_bind(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **bounds: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    lo = bounds.pop("min", a_min)
    hi = bounds.pop("max", a_max)
    if out is not None or bounds:
        raise TypeError("np.clip takes an array and two bounds here")
    return (a, lo, hi), {}


def _clip_type(types: tuple[Type, ...], attrs: Any) -> Type:
    operands = [t for t in types if not isinstance(t, Nothing)]
    common = promote(*operands)
    return shaped(common.dtype, *operands) if isinstance(common, Scalar) else UNKNOWN


def _lower_clip(x, lo, hi):
    """As NumPy: minimum(maximum(x, lo), hi), so that the upper bound wins."""
    result = x if lo is None else np.maximum(x, lo)
    return result if hi is None else np.minimum(result, hi)


def _clip(x: Any, lo: Any, hi: Any) -> Any:
    return np.clip(x, lo, hi)


@elementwise(np.clip, typing=_clip_type, evaluate=_clip, bind=_clip_bind, methods=("clip",), lower=_lower_clip, cost=2)
def clip(z, x, lo, hi):
    """x within [lo, hi]; a bound may be None. At a bound the adjoint is x's."""
    reaches = True if lo is None else np.greater_equal(x, lo)
    fits = True if hi is None else np.less_equal(x, hi)
    inside = reaches if hi is None else fits if lo is None else np.logical_and(reaches, fits)
    above = False if hi is None else np.greater(x if lo is None else np.maximum(x, lo), hi)
    below = False if lo is None else np.logical_and(np.less(x, lo), np.logical_not(above))
    return inside, below, above


def _is_float(x: Any) -> bool:
    return bool(x.dtype.kind == "f")


def _lower_isnan(x):
    if is_complex(x):
        return np.logical_or(np.isnan(np.real(x)), np.isnan(np.imag(x)))
    return x != x if _is_float(x) else False


@elementwise(np.isnan, python=(math.isnan,), result="bool", lower=_lower_isnan)
def isnan(y, x):
    return 0


def _lower_isinf(x):
    if is_complex(x):
        return np.logical_or(np.isinf(np.real(x)), np.isinf(np.imag(x)))
    return np.abs(x) == np.inf if _is_float(x) else False


@elementwise(np.isinf, python=(math.isinf,), result="bool", lower=_lower_isinf)
def isinf(y, x):
    return 0


def _lower_isfinite(x):
    if is_complex(x):
        return np.logical_and(np.isfinite(np.real(x)), np.isfinite(np.imag(x)))
    return np.abs(x) < np.inf if _is_float(x) else True


@elementwise(np.isfinite, python=(math.isfinite,), result="bool", lower=_lower_isfinite)
def isfinite(y, x):
    return 0


@elementwise(np.floor, lower=Lower("llvm.floor", "id", "id"))
def floor(y, x):
    return 0


@elementwise(np.ceil, lower=Lower("llvm.ceil", "id", "id"))
def ceil(y, x):
    return 0


@elementwise(np.trunc, np.fix, lower=Lower("llvm.trunc", "id", "id"))
def trunc(y, x):
    return 0


@elementwise(np.rint, lower=Lower("llvm.rint", "id", "id", complex_rint))
def rint(y, x):
    return 0


def _to_int_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (operand,) = types
    if isinstance(operand, Unknown):
        return operand
    if not isinstance(operand, Scalar) and not (isinstance(operand, Array) and operand.rank == 0):
        raise TypeError(f"only a number becomes a Python int, not {operand}")
    return INT


def _lower_floor_to_int(x):
    return _truncated(np.floor(x)) if _is_float(x) else x


def _lower_ceil_to_int(x):
    return _truncated(np.ceil(x)) if _is_float(x) else x


def _lower_round_to_int(x):
    return _truncated(np.rint(x)) if _is_float(x) else x


def _truncated(x):
    return x.astype(np.int64)


@elementwise(python=(math.floor,), typing=_to_int_type, computes="own", lower=_lower_floor_to_int, faults=TO_INT)
def floor_to_int(y, x):
    """math.floor: a Python int."""
    return 0


@elementwise(python=(math.ceil,), typing=_to_int_type, computes="own", lower=_lower_ceil_to_int, faults=TO_INT)
def ceil_to_int(y, x):
    """math.ceil: a Python int."""
    return 0


@elementwise(python=(math.trunc,), typing=_to_int_type, computes="own", lower=Lower("cast", "cast", "cast"), faults=TO_INT)
def trunc_to_int(y, x):
    """math.trunc: a Python int."""
    return 0


def _round_bind(number: Any, ndigits: Any = None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if ndigits is not None:
        raise TypeError("round() to a number of digits is outside the language: scale, round and scale back")
    return (number,), {}


@elementwise(python=(builtins.round,), typing=_to_int_type, bind=_round_bind, computes="own", lower=_lower_round_to_int, faults=TO_INT)
def round_to_int(y, x):
    """round(x): a Python int, ties to even."""
    return 0
