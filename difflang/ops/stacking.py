"""Arrays put together: end to end, side by side, on top of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..build import apply, rank_known
from ..op import composite, dtype_name, general, normal_axis
from ..types import MANY, ONE, OPEN, UNKNOWN, Scalar, Type, dims_of, promote
from .shape import array


def _total(dims: Sequence[str]) -> str:
    """The size of a sum of sizes."""
    if dims.count(ONE) > 1 or set(dims) == {MANY}:
        return MANY
    return dims[0] if len(dims) == 1 else OPEN


def _concatenate_bind(
    arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind"
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return _several(arrays), {"axis": axis, "dtype": dtype_name(dtype)}


def _several(arrays: Any) -> tuple[Any, ...]:
    if not isinstance(arrays, (tuple, list)):
        raise TypeError("how many arrays are joined must be known while compiling: write them as a tuple")
    if not arrays:
        raise ValueError("need at least one array to concatenate")
    return tuple(arrays)


def _concatenate_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    ranks = {len(dims_of(t)) for t in types}
    if 0 in ranks:
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    if len(ranks) != 1:
        raise ValueError(_other_ranks([len(dims_of(t)) for t in types]))
    axis = normal_axis(attrs["axis"], ranks.pop(), "one")
    dims = list(dims_of(types[0]))
    for other in types[1:]:
        dims = [a if a != OPEN else b for a, b in zip(dims, dims_of(other), strict=True)]
    dims[axis] = _total([dims_of(t)[axis] for t in types])
    return array(common.dtype, dims)


def _other_ranks(ranks: Sequence[int]) -> str:
    """NumPy's words where the first array has another number of axes than a later one."""
    at = next(k for k, rank in enumerate(ranks) if rank != ranks[0])
    first, other = (f"the array at index {k} has {ranks[k]} dimension(s)" for k in (0, at))
    return f"all the input arrays must have same number of dimensions, but {first} and {other}"


def _concatenate(*xs: Any, axis: int) -> Any:
    return np.concatenate(xs, axis)


def zero_tangent(x_dot: Any, x: Any) -> Any:
    return np.zeros_like(x) if x_dot is None else x_dot


def _tangents(xs: Sequence[Any]) -> list[Any]:
    half = len(xs) // 2
    return [zero_tangent(x_dot, x) for x_dot, x in zip(xs[half:], xs[:half], strict=True)]


def _along(axis: int, xs: Sequence[Any], more: int, item: Any) -> tuple[Any, ...]:
    """The index of an item on an axis of what `xs`, with so many axes less, are joined to; from the end where no rank is known."""
    ranks = [found for found in map(rank_known, xs) if found is not None]
    if ranks:
        axis = normal_axis(axis, ranks[0] + more, "one")
    whole = slice(None)
    return (*(whole,) * axis, item) if axis >= 0 else (Ellipsis, item, *(whole,) * (-1 - axis))


def _concatenate_tangent(y, *xs, axis=0):
    return np.concatenate(_tangents(xs), axis)


@general(spelled=np.concatenate, typing=_concatenate_type, evaluate=_concatenate, tangent=_concatenate_tangent, axes="one")
def concatenate(y_bar, y, *xs, axis=0):
    """Arrays end to end along an axis."""
    start = 0
    adjoints = []
    for x in xs:
        stop = start + np.shape(x)[axis]
        adjoints.append(y_bar[_along(axis, xs, 0, slice(start, stop))])
        start = stop
    return tuple(adjoints)


@composite(np.concatenate, np.concat, bind=_concatenate_bind)
def joined(*xs, axis=0, dtype=None):
    """Arrays end to end along an axis; of all elements of each where there is none."""
    if axis is None:
        xs, axis = tuple(np.reshape(x, (-1,)) for x in xs), 0
    found = apply("concatenate", *xs, axis=axis)
    return found if dtype is None else apply("cast", found, dtype=dtype, weak=False)


def _stack_bind(arrays: Any, axis: Any = 0, out: Any = None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return _several(arrays), {"axis": axis}


def _stack_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    if len({len(dims_of(t)) for t in types}) != 1:
        raise ValueError("all input arrays must have the same shape")
    dims = list(dims_of(types[0]))
    for other in types[1:]:
        dims = [a if a != OPEN else b for a, b in zip(dims, dims_of(other), strict=True)]
    dims.insert(normal_axis(attrs["axis"], len(dims) + 1, "one"), ONE if len(types) == 1 else MANY)
    return array(common.dtype, dims)


def _stack(*xs: Any, axis: int) -> Any:
    return np.stack(xs, axis)


def _stack_tangent(y, *xs, axis=0):
    return np.stack(_tangents(xs), axis)


@general(np.stack, typing=_stack_type, evaluate=_stack, bind=_stack_bind, tangent=_stack_tangent, axes="one")
def stack(y_bar, y, *xs, axis=0):
    """Arrays or numbers side by side along a new axis."""
    return tuple(y_bar[_along(axis, xs, 1, k)] for k in range(len(xs)))


def _joined_bind(tup: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return _several(tup), {}


@composite(np.vstack, bind=_joined_bind)
def vstack(*xs):
    """Rows on top of each other."""
    rows = [np.reshape(x, (1, -1)) if np.ndim(x) < 2 else x for x in xs]
    return np.concatenate(rows, 0)


@composite(np.hstack, bind=_joined_bind)
def hstack(*xs):
    """Arrays side by side."""
    columns = [np.reshape(x, (1,)) if np.ndim(x) == 0 else x for x in xs]
    return np.concatenate(columns, 0 if np.ndim(columns[0]) == 1 else 1)


@composite(np.column_stack, bind=_joined_bind)
def column_stack(*xs):
    """Vectors as columns."""
    columns = [np.reshape(x, (-1, 1)) if np.ndim(x) < 2 else x for x in xs]
    return np.concatenate(columns, 1)
