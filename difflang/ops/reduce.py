"""Reductions and running sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..build import apply, rank_known
from ..op import constant, general, linear, normal_axis
from ..types import FLOATS, ONE, PART, UNKNOWN, Array, Type, Unknown, dims_of
from .complex_order import complex_argmax, complex_argmin, complex_max, complex_min
from .shape import array, dtype_of, numbers, permutation

Bound = tuple[tuple[Any, ...], dict[str, Any]]


def reduced_type(dtype: str, x: Type, axis: Any, keepdims: bool) -> Type:
    """The type of a reduction of x over `axis` (None: all): no axes left is a strong scalar."""
    dims = dims_of(x)
    gone = set(range(len(dims))) if axis is None else set(normal_axis(_several(axis), len(dims), "many"))
    if keepdims:
        return array(dtype, [ONE if k in gone else dim for k, dim in enumerate(dims)])
    return array(dtype, [dim for k, dim in enumerate(dims) if k not in gone])


def _several(axis: Any) -> Any:
    return axis if isinstance(axis, (tuple, list)) else (axis,)


def _typing(result: Callable[[str], str]) -> Callable[..., Type]:
    """The typing of a reduction whose dtype follows from the operand's."""

    def typing(types: tuple[Type, ...], attrs: Any) -> Type:
        (x,) = types
        if isinstance(x, Unknown) or not numbers(x):
            return UNKNOWN
        return reduced_type(result(dtype_of(x)), x, attrs.get("axis"), attrs.get("keepdims", False))

    return typing


def _added(dtype: str) -> str:
    """NumPy adds integers up in 64 bits, those without a sign among themselves."""
    return dtype if dtype in FLOATS else "u64" if dtype[0] == "u" else "i64"


def _floated(dtype: str) -> str:
    return dtype if dtype in FLOATS else "f64"


def _kept(dtype: str) -> str:
    if dtype in PART:
        raise TypeError("the greatest or least of complex numbers is outside the language: take it of np.abs, .real or .imag")
    return dtype


def _truth(dtype: str) -> str:
    return "bool"


def _position(dtype: str) -> str:
    _kept(dtype)
    return "i64"


def _sum_bind(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Bound:
    if dtype is not None or out is not None:
        raise TypeError("a reduction takes axis and keepdims here: convert its operand with astype first")
    return (a,), {"axis": axis, "keepdims": bool(keepdims)}


def _max_bind(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Bound:
    return _sum_bind(a, axis, None, out, keepdims)


def _var_bind(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False, *, correction: Any = None
) -> Bound:
    operands, attrs = _sum_bind(a, axis, dtype, out, keepdims)
    return operands, {**attrs, "ddof": ddof if correction is None else correction}


def expanded(y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """A reduction's result (or its adjoint) against x again: with axes of size one where x was reduced."""
    return y if keepdims or axis is None or rank_known(x) == 0 else np.expand_dims(y, tuple(_several(axis)))


def _spread(y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    wide = expanded(y, x, axis, keepdims)
    if rank_known(x) is None:
        return np.zeros_like(x) + wide
    return np.broadcast_to(wide, np.shape(x))


def count(x: Any, axis: Any) -> Any:
    """How many elements are reduced into one."""
    if axis is None:
        return np.size(x)
    number: Any = 1
    for a in _several(axis):
        number = number * apply("dim", x, axis=a)
    return number


@linear(np.sum, typing=_typing(_added), bind=_sum_bind, methods=("sum",), axes="many")
def sum(y_bar, x, axis=None, keepdims=False):
    return _spread(y_bar, x, axis, keepdims)


@linear(np.mean, typing=_typing(_floated), bind=_sum_bind, methods=("mean",), axes="many")
def mean(y_bar, x, axis=None, keepdims=False):
    return _spread(np.divide(y_bar, count(x, axis)), x, axis, keepdims)


def _prod_tangent(y, x, x_dot, axis=None, keepdims=False):
    return np.sum(x_dot * _others(x, axis), axis=axis, keepdims=keepdims)


@general(np.prod, typing=_typing(_added), bind=_sum_bind, methods=("prod",), tangent=_prod_tangent, axes="many")
def prod(y_bar, y, x, axis=None, keepdims=False):
    """The product. Its derivative is the product of the others, right where elements are zero too."""
    return _spread(y_bar, x, axis, keepdims) * _others(x, axis)


def _others(x: Any, axis: Any) -> Any:
    """For each element the product of the others that it is multiplied with."""
    if rank_known(x) is None and axis is None:
        rows = np.reshape(x, (1, -1))
        return np.reshape(_before(rows) * np.flip(_before(np.flip(rows, 1)), 1), np.shape(x))
    rank = np.ndim(x)
    if rank == 0:
        return np.ones_like(x)
    gone = tuple(range(rank)) if axis is None else normal_axis(_several(axis), rank, "many")
    kept = tuple(k for k in range(rank) if k not in gone)
    order = permutation(kept + gone, rank)
    in_place = order == tuple(range(rank))
    moved = x if in_place else np.transpose(x, order)
    rows = np.reshape(moved, (count(x, kept), count(x, gone)))
    before = _before(rows)
    after = np.flip(_before(np.flip(rows, 1)), 1)
    others = np.reshape(before * after, np.shape(moved))
    return others if in_place else np.transpose(others, tuple(order.index(k) for k in range(rank)))


def _before(rows: Any) -> Any:
    """For each element of a row the product of those before it."""
    one = np.ones_like(rows[:, :1])
    factors = np.concatenate((np.zeros_like(one), rows[:, :-1]), axis=1)
    start = np.concatenate((one, np.zeros_like(rows[:, :-1])), axis=1)
    return apply("recurrence", factors, start)


def _recurrence(a: Any, b: Any) -> Any:
    y = np.array(b)
    for k in range(1, y.shape[-1]):
        y[..., k] += a[..., k] * y[..., k - 1]
    return y


def _recurrence_type(types: tuple[Type, ...], attrs: Any) -> Type:
    a, b = types
    return Array(b.dtype, b.dims) if isinstance(b, Array) else UNKNOWN


def _later(a: Any) -> Any:
    """a[k + 1] at k, and zero at the end: the factors of the adjoint's recurrence, which runs backwards."""
    return np.concatenate((a[:, 1:], np.zeros_like(a[:, :1])), axis=1)


def _earlier(y: Any) -> Any:
    """y[k - 1] at k, and zero at the start."""
    return np.concatenate((np.zeros_like(y[:, :1]), y[:, :-1]), axis=1)


def _recurrence_tangent(y, a, b, a_dot, b_dot):
    driven = np.zeros_like(y) if a_dot is None else a_dot * _earlier(y)
    return apply("recurrence", a, driven if b_dot is None else driven + b_dot)


@general(typing=_recurrence_type, evaluate=_recurrence, tangent=_recurrence_tangent)
def recurrence(y_bar, y, a, b):
    """Row by row of two axes y[0] = b[0], y[k] = a[k] * y[k - 1] + b[k]. Its adjoint is the same, backwards."""
    b_bar = np.flip(apply("recurrence", np.flip(_later(a), 1), np.flip(y_bar, 1)), 1)
    return b_bar * _earlier(y), b_bar


def _freedom(x: Any, axis: Any, ddof: Any) -> Any:
    """What a sum of squares is divided by: never less than nothing. (Where one is taken off nothing, the sum is empty.)"""
    left = count(x, axis) - ddof
    return left if ddof <= 1 else np.maximum(left, 0)


def _centred(x: Any, axis: Any) -> Any:
    return x - np.mean(x, axis=axis, keepdims=axis is not None) if rank_known(x) != 0 else np.zeros_like(x)


def _var_tangent(y, x, x_dot, axis=None, keepdims=False, ddof=0):
    slope = np.divide(2 * _centred(x, axis), _freedom(x, axis, ddof))
    return np.sum(x_dot * slope, axis=axis, keepdims=keepdims)


def _complex_var(x, axis=None, keepdims=False, ddof=0):
    away = x - np.mean(x, axis=axis, keepdims=True)
    total = np.sum(np.square(np.real(away)) + np.square(np.imag(away)), axis=axis, keepdims=keepdims)
    return np.divide(total, _freedom(x, axis, ddof))


def _complex_std(x, axis=None, keepdims=False, ddof=0):
    return np.sqrt(_complex_var(x, axis, keepdims, ddof))


@general(np.var, typing=_typing(_floated), bind=_var_bind, methods=("var",), tangent=_var_tangent, axes="many", on_complex=_complex_var)
def var(y_bar, y, x, axis=None, keepdims=False, ddof=0):
    return _spread(y_bar, x, axis, keepdims) * np.divide(2 * _centred(x, axis), _freedom(x, axis, ddof))


def _std_slope(y: Any, x: Any, axis: Any, keepdims: bool, ddof: Any) -> Any:
    """d std / d x; zero where all elements are the same."""
    deviation = expanded(y, x, axis, keepdims)
    safe = np.where(deviation == 0, 1.0, deviation)
    return np.divide(_centred(x, axis), safe * _freedom(x, axis, ddof))


def _std_tangent(y, x, x_dot, axis=None, keepdims=False, ddof=0):
    return np.sum(x_dot * _std_slope(y, x, axis, keepdims, ddof), axis=axis, keepdims=keepdims)


@general(np.std, typing=_typing(_floated), bind=_var_bind, methods=("std",), tangent=_std_tangent, axes="many", on_complex=_complex_std)
def std(y_bar, y, x, axis=None, keepdims=False, ddof=0):
    return _spread(y_bar, x, axis, keepdims) * _std_slope(y, x, axis, keepdims, ddof)


def _shared(y_bar: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """The adjoint of an extreme, in equal parts for those elements that are it."""
    if rank_known(x) == 0:
        return y_bar
    hit = np.equal(x, expanded(y, x, axis, keepdims))
    ties = np.sum(hit, axis=axis, keepdims=True if axis is not None else keepdims)
    return np.where(hit, np.divide(expanded(y_bar, x, axis, keepdims), ties), 0.0)


def _extreme_tangent(y, x, x_dot, axis=None, keepdims=False):
    if rank_known(x) == 0:
        return x_dot
    hit = np.equal(x, expanded(y, x, axis, keepdims))
    ties = np.sum(hit, axis=axis, keepdims=keepdims)
    return np.divide(np.sum(np.where(hit, x_dot, 0.0), axis=axis, keepdims=keepdims), ties)


@general(
    np.max, np.amax, typing=_typing(_kept), bind=_max_bind, methods=("max",), tangent=_extreme_tangent, axes="many", on_complex=complex_max
)
def max(y_bar, y, x, axis=None, keepdims=False):
    """The greatest element; those that tie share the adjoint equally."""
    return _shared(y_bar, y, x, axis, keepdims)


@general(
    np.min, np.amin, typing=_typing(_kept), bind=_max_bind, methods=("min",), tangent=_extreme_tangent, axes="many", on_complex=complex_min
)
def min(y_bar, y, x, axis=None, keepdims=False):
    """The least element; those that tie share the adjoint equally."""
    return _shared(y_bar, y, x, axis, keepdims)


@constant(np.argmax, typing=_typing(_position), bind=_max_bind, methods=("argmax",), axes="one", on_complex=complex_argmax)
def argmax(y, x, axis=None, keepdims=False):
    """Where the greatest element stands first."""


@constant(np.argmin, typing=_typing(_position), bind=_max_bind, methods=("argmin",), axes="one", on_complex=complex_argmin)
def argmin(y, x, axis=None, keepdims=False):
    """Where the least element stands first."""


@constant(np.any, typing=_typing(_truth), bind=_max_bind, methods=("any",), axes="many")
def any(y, x, axis=None, keepdims=False):
    """Whether one element is true."""


@constant(np.all, typing=_typing(_truth), bind=_max_bind, methods=("all",), axes="many")
def all(y, x, axis=None, keepdims=False):
    """Whether every element is true."""


def _cumsum_bind(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Bound:
    operands, attrs = _sum_bind(a, axis, dtype, out)
    return operands, {"axis": attrs["axis"]}


def _cumsum_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    if isinstance(x, Unknown) or not numbers(x):
        return UNKNOWN
    dims = dims_of(x)
    if attrs.get("axis") is not None:
        normal_axis(attrs["axis"], len(dims), "one")
        return Array(_added(dtype_of(x)), dims)
    return Array(_added(dtype_of(x)), dims if len(dims) == 1 else (ONE,) if set(dims) <= {ONE} else ("?",))


@linear(np.cumsum, typing=_cumsum_type, bind=_cumsum_bind, methods=("cumsum",), axes="one")
def cumsum(y_bar, x, axis=None):
    """Running sums; of all elements row by row where no axis is named."""
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(y_bar, 0), 0), 0), np.shape(x))
    return np.flip(np.cumsum(np.flip(y_bar, axis), axis), axis)
