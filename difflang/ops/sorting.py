"""Order: sorting, searching, the positions that an order or a truth picks, and what is told by them.

`sort` and `argsort` are stable whatever kind is asked for. What follows from a permutation differentiates by the permutation found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..build import apply, dtype_known, rank_known
from ..op import composite, constant, general, normal_axis
from ..types import OPEN, UNKNOWN, Array, Type, Unknown, dims_of, promote
from .complex_order import complex_order, complex_ordered
from .complex_values import in_order
from .reduce import Bound
from .shape import array

WHOLE = (slice(None),)


def length(x: Any, axis: int = 0) -> Any:
    """The size of one axis."""
    return np.shape(x)[axis]


def axis_of(x: Any, axis: int) -> int:
    at: int = normal_axis(axis, np.ndim(x), "one")
    return at


def need(condition: Any, message: str, error: type[Exception] = ValueError) -> None:
    """Raise as NumPy does unless the condition holds."""
    if condition is not True:
        apply("check", condition, error=error, message=message, kind="raise")


def constant_value(x: Any) -> Any:
    """The value of a number known while compiling, else None."""
    atom = getattr(x, "atom", None)
    return x if atom is None else getattr(atom, "value", None)


def upto(stop: Any, start: Any = 0) -> Any:
    """The integers from start to before stop."""
    return apply("arange", start, stop, 1)


def flat(x: Any) -> Any:
    return x if rank_known(x) == 1 else np.reshape(x, (-1,))


def gathered(x: Any, positions: Any, axis: int) -> Any:
    """x with the positions, an array of its rank, along one axis; `np.take_along_axis`."""
    keys = along(x, positions, axis)
    return apply("index", x, *keys, pattern=("a",) * len(keys))


def along(x: Any, positions: Any, axis: int) -> list[Any]:
    """The index arrays that go with positions along one axis."""
    rank = np.ndim(x)
    keys = []
    for k in range(rank):
        others = (1,) * k + (-1,) + (1,) * (rank - k - 1)
        keys.append(positions if k == axis else np.reshape(upto(length(positions, k)), others) if rank > 1 else upto(length(x)))
    return keys


def _order_bind(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: Any = False) -> Bound:
    if order is not None or descending:
        raise TypeError("sorting is upward, by the elements themselves")
    return (a,), {"axis": axis}


def _sorted_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    if isinstance(x, Unknown):
        return x
    if not isinstance(x, Array):
        raise TypeError("only an array can be sorted")
    in_order(x)
    normal_axis(attrs["axis"], x.rank, "one")
    return Array(x.dtype, x.dims)


def _order_type(types: tuple[Type, ...], attrs: Any) -> Type:
    found = _sorted_type(types, attrs)
    return Array("i64", found.dims) if isinstance(found, Array) else found


def _sorted(x: Any, axis: int) -> Any:
    return np.sort(x, axis=axis, kind="stable")


def _order(x: Any, axis: int) -> Any:
    return np.argsort(x, axis=axis, kind="stable")


@constant(typing=_order_type, evaluate=_order, axes="one", on_complex=complex_order)
def order(y, x, axis=-1):
    """The positions of the elements in their order, equal ones as they stand; what is not a number goes last."""


def _sorted_tangent(y, x, x_dot, axis=-1):
    return gathered(x_dot, apply("order", x, axis=axis), axis)


@general(typing=_sorted_type, evaluate=_sorted, tangent=_sorted_tangent, axes="one", spelled=np.sort, on_complex=complex_ordered)
def ordered(y_bar, y, x, axis=-1):
    """The elements in their order; what is not a number goes last. Its adjoint goes back by the permutation."""
    keys = along(x, apply("order", x, axis=axis), axis)
    return apply("accumulate", np.zeros_like(x), y_bar, *keys, pattern=("a",) * len(keys))


@composite(np.sort, bind=_order_bind)
def sort(x, axis=-1):
    """The elements in order along an axis."""
    return apply("ordered", flat(x), axis=0) if axis is None else apply("ordered", x, axis=axis_of(x, axis))


@composite(np.argsort, bind=_order_bind, methods=("argsort",))
def argsort(x, axis=-1):
    """The positions of the elements in order along an axis, equal ones as they stand."""
    return apply("order", flat(x), axis=0) if axis is None else apply("order", x, axis=axis_of(x, axis))


def _partition_bind(a: Any, kth: Any, axis: Any = -1, kind: Any = None, order: Any = None) -> Bound:
    return _order_bind(a, axis, kind, order)


@composite(np.partition, bind=_partition_bind)
def partition(x, axis=-1):
    """Sorted, which is one of the orders that a partition may give."""
    return sort(x, axis)


@composite(np.argpartition, bind=_partition_bind, methods=("argpartition",))
def argpartition(x, axis=-1):
    """The positions in order, which is one of those that a partition may give."""
    return argsort(x, axis)


def _lexsort_bind(keys: Any, axis: Any = -1) -> Bound:
    if not isinstance(keys, (tuple, list)):
        raise TypeError("how many keys there are must be known while compiling: np.lexsort takes a tuple of them here")
    return tuple(keys), {}


@composite(np.lexsort, bind=_lexsort_bind)
def lexsort(*keys):
    """The order by the last key, among equals by the one before, and so on."""
    found = apply("order", keys[0], axis=0)
    for key in keys[1:]:
        found = found[apply("order", key[found], axis=0)]
    return found


# Searching


def _search_type(types: tuple[Type, ...], attrs: Any) -> Type:
    a, v = types
    if isinstance(promote(a, v), Unknown):
        return UNKNOWN
    in_order(promote(a, v))
    if not isinstance(a, Array) or a.rank != 1:
        raise TypeError("object too deep for desired array: np.searchsorted looks into an array of one axis")
    return array("i64", dims_of(v))


def _search(a: Any, v: Any, side: str) -> Any:
    return np.searchsorted(a, v, side=side)  # type: ignore[call-overload]


@constant(typing=_search_type, evaluate=_search, spelled=np.searchsorted)
def search(y, a, v, side="left"):
    """Where the numbers v fit into the ascending a: before those that are equal, or behind them (`side="right"`)."""


def _searchsorted_bind(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Bound:
    if side not in ("left", "right"):
        raise TypeError(f"search side must be 'left' or 'right' (got {side!r})")
    return (a, v, sorter), {"side": side}


@composite(np.searchsorted, bind=_searchsorted_bind, methods=("searchsorted",))
def searchsorted(a, v, sorter, side="left"):
    """Where the numbers v fit into the ascending a."""
    return apply("search", a if sorter is None else a[sorter], v, side=side)


@composite(np.digitize)
def digitize(x, bins, right=False):
    """The number of the bin that each number falls into; bins ascend or descend."""
    rises, falls = (np.all(test(bins[1:], bins[:-1])) for test in (np.greater_equal, np.less_equal))
    need(np.logical_or(rises, falls), "bins must be monotonically increasing or decreasing")
    side = "left" if right else "right"
    down = np.greater(bins[0], bins[-1])
    found = apply("search", np.where(down, np.flip(bins, 0), bins), x, side=side)
    return np.where(down, length(bins) - found, found)


# Positions


def _positions_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    if isinstance(x, Unknown):
        return UNKNOWN
    if not isinstance(x, Array) or x.rank != 1:
        raise TypeError("positions are those of an array of one axis")
    return Array("i64", (OPEN,))


@constant(typing=_positions_type, evaluate=np.flatnonzero, spelled=np.flatnonzero)
def positions(y, x):
    """Where an array of one axis is true, or not zero."""


@composite(np.flatnonzero)
def flatnonzero(x):
    """Where the elements, row by row, are not zero."""
    return apply("positions", flat(x))


def unravelled(index: Any, shape: Sequence[Any]) -> tuple[Any, ...]:
    """Positions row by row as one index for each axis."""
    found: list[Any] = []
    for size in reversed(shape[1:]):
        found.insert(0, np.remainder(index, size))
        index = np.floor_divide(index, size)
    return (index, *found)


@composite(np.nonzero, methods=("nonzero",))
def nonzero(x):
    """Where the elements are not zero: one array of positions for each axis."""
    if np.ndim(x) == 0:
        raise TypeError("Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead.")
    return unravelled(flatnonzero(x), np.shape(x))


@composite(np.argwhere)
def argwhere(x):
    """Where the elements are not zero: one row of positions for each."""
    return np.stack(nonzero(x), 1)


def _along_bind(arr: Any, indices: Any, axis: Any = -1) -> Bound:
    return (arr, indices), {"axis": axis}


@composite(np.take_along_axis, bind=_along_bind)
def take_along_axis(x, indices, axis=-1):
    """The elements at positions along an axis, such as argsort gives."""
    if axis is None:
        return flat(x)[indices]
    return gathered(x, indices, axis_of(x, axis))


# Sets


def _unique_bind(
    ar: Any,
    return_index: Any = False,
    return_inverse: Any = False,
    return_counts: Any = False,
    axis: Any = None,
    *,
    equal_nan: Any = True,
    sorted: Any = True,
) -> Bound:
    if axis is not None:
        raise TypeError("np.unique takes all elements here: rows are outside the language")
    return (ar,), {"index": bool(return_index), "inverse": bool(return_inverse), "counts": bool(return_counts), "equal_nan": equal_nan}


def _firsts(values: Any, equal_nan: bool = True) -> Any:
    """Where sorted numbers differ from the one before; the first one does."""
    differs = np.not_equal(values[1:], values[:-1])
    if equal_nan and dtype_known(values) is not None and values.dtype.kind in "fc":
        differs = np.logical_and(differs, np.logical_not(np.isnan(values[:-1])))
    return np.concatenate((np.ones_like(values[:1], dtype=np.bool_), differs))


@composite(np.unique, bind=_unique_bind)
def unique(x, index=False, inverse=False, counts=False, equal_nan=True):
    """The different numbers in order; where each stands first, which one each is, how many of each there are."""
    row = flat(x)
    if not (index or inverse):
        values = apply("ordered", row, axis=0)
        first = _firsts(values, equal_nan)
        at = apply("positions", first)
        return (values[at], _gaps(at, row)) if counts else values[at]
    by = apply("order", row, axis=0)
    values = row[by]
    first = _firsts(values, equal_nan)
    at = apply("positions", first)
    found = [values[at]]
    if index:
        found.append(by[at])
    if inverse:
        number = np.cumsum(first) - 1
        which = apply("store", np.zeros_like(by), number, by, pattern=("a",))
        found.append(np.reshape(which, np.shape(x)))
    if counts:
        found.append(_gaps(at, row))
    return tuple(found)


def _gaps(at: Any, row: Any) -> Any:
    """How many elements lie from one position to the next."""
    return np.concatenate((at[1:], np.reshape(length(row), (1,)))) - at


def _pair_bind(ar1: Any, ar2: Any, assume_unique: Any = False, *, kind: Any = None, invert: Any = False) -> Bound:
    return (ar1, ar2), {"invert": bool(invert)}


@composite(np.isin, bind=_pair_bind)
def isin(x, y, invert=False):
    """Whether each number is one of y."""
    pool = apply("ordered", flat(y), axis=0)
    found = apply("search", pool, x, side="right") > apply("search", pool, x, side="left")
    return np.logical_not(found) if invert else found


def _set_bind(ar1: Any, ar2: Any, assume_unique: Any = False) -> Bound:
    return (ar1, ar2), {}


@composite(np.union1d, bind=_set_bind)
def union1d(x, y):
    """The different numbers of both, in order."""
    return unique(np.concatenate((flat(x), flat(y))))


@composite(np.intersect1d, bind=_set_bind)
def intersect1d(x, y):
    """The different numbers that stand in both, in order."""
    values = unique(x)
    return values[isin(values, y)]


@composite(np.setdiff1d, bind=_set_bind)
def setdiff1d(x, y):
    """The different numbers of x that do not stand in y, in order."""
    values = unique(x)
    return values[isin(values, y, True)]


@composite(np.setxor1d, bind=_set_bind)
def setxor1d(x, y):
    """The different numbers that stand in one of both alone, in order."""
    return unique(np.concatenate((setdiff1d(x, y), setdiff1d(y, x))))


def _running(best: Any, x: Any, axis: int) -> Any:
    lead = np.moveaxis(best.accumulate(x, axis=axis), axis, -1)
    found = np.zeros(lead.shape, np.int64)
    new = (lead[..., 1:] != lead[..., :-1]) & (lead[..., :-1] == lead[..., :-1])
    found[..., 1:] = np.where(new, np.arange(1, lead.shape[-1]), 0)
    return np.moveaxis(np.maximum.accumulate(found, axis=-1), -1, axis)


def _greatest_so_far(x: Any, axis: int) -> Any:
    return _running(np.maximum, x, axis)


def _least_so_far(x: Any, axis: int) -> Any:
    return _running(np.minimum, x, axis)


@constant(typing=_order_type, evaluate=_greatest_so_far, axes="one")
def cumargmax(y, x, axis=-1):
    """Along an axis the position of the greatest element so far, the first of equals."""


@constant(typing=_order_type, evaluate=_least_so_far, axes="one")
def cumargmin(y, x, axis=-1):
    """Along an axis the position of the least element so far, the first of equals."""


@composite()
def cummax(x, axis=0):
    """Along an axis the greatest element so far: np.maximum.accumulate."""
    at = axis_of(x, axis)
    return gathered(x, apply("cumargmax", x, axis=at), at)


@composite()
def cummin(x, axis=0):
    """Along an axis the least element so far: np.minimum.accumulate."""
    at = axis_of(x, axis)
    return gathered(x, apply("cumargmin", x, axis=at), at)
