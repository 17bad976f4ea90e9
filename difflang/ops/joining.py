"""Arrays put together and taken apart, and the index arrays of grids and triangles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..build import apply
from ..op import composite
from .moving import ndim_given
from .reduce import Bound
from .shape import spread
from .sorting import WHOLE, axis_of, flat, length, need, unravelled, upto


def _several(arrays: Any) -> tuple[Any, ...]:
    if not isinstance(arrays, (tuple, list)):
        raise TypeError("how many arrays there are must be known while compiling: write them as a tuple")
    return tuple(arrays)


def _joined_bind(tup: Any, *, dtype: Any = None, casting: Any = None) -> Bound:
    return _several(tup), {}


@composite(np.dstack, bind=_joined_bind)
def dstack(*xs):
    """Arrays behind each other, along a third axis."""
    return np.concatenate([_with_three(x) for x in xs], 2)


def _with_three(x: Any) -> Any:
    if np.ndim(x) < 2:
        return np.reshape(x, (1, -1, 1))
    return np.expand_dims(x, 2) if np.ndim(x) == 2 else x


def _each_bind(*arys: Any) -> Bound:
    return arys, {}


@composite(np.atleast_1d, bind=_each_bind)
def atleast_1d(*xs):
    """A number as an array of one element."""
    return _one_or_all([np.reshape(x, (1,)) if np.ndim(x) == 0 else x for x in xs])


@composite(np.atleast_2d, bind=_each_bind)
def atleast_2d(*xs):
    """A vector as a row."""
    return _one_or_all([np.reshape(x, (1, -1)) if np.ndim(x) < 2 else x for x in xs])


@composite(np.atleast_3d, bind=_each_bind)
def atleast_3d(*xs):
    """A matrix with a third axis of size one."""
    return _one_or_all([_with_three(x) for x in xs])


def _one_or_all(xs: list[Any]) -> Any:
    return xs[0] if len(xs) == 1 else tuple(xs)


def _leaves(nested: Any) -> Iterator[Any]:
    if isinstance(nested, (tuple, list)):
        for item in nested:
            yield from _leaves(item)
    else:
        yield nested


def _block_bind(arrays: Any) -> Bound:
    count = iter(range(10**6))

    def shape(nested: Any) -> Any:
        return tuple(map(shape, nested)) if isinstance(nested, (tuple, list)) else next(count)

    return tuple(_leaves(arrays)), {"nested": shape(arrays)}


@composite(np.block, bind=_block_bind)
def block(*xs, nested=()):
    """Blocks put together: the innermost lists along the last axis, the outer ones along those before."""

    def depth(part: Any) -> int:
        return 1 + max(map(depth, part)) if isinstance(part, tuple) else 0

    levels = depth(nested)
    axes = max(levels, *(np.ndim(x) for x in xs))

    def joined(part: Any, level: int) -> Any:
        if isinstance(part, tuple):
            return np.concatenate([joined(p, level + 1) for p in part], axes - levels + level)
        x = xs[part]
        return np.reshape(x, (1,) * (axes - np.ndim(x)) + tuple(np.shape(x))) if np.ndim(x) < axes else x

    return joined(nested, 0)


# Taking apart


def _split_bind(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Bound:
    if isinstance(indices_or_sections, (tuple, list)):
        return (ary, *indices_or_sections), {"sections": 0, "axis": axis}
    if hasattr(indices_or_sections, "type") or not isinstance(indices_or_sections, (int, np.integer)):
        raise TypeError("into how many parts an array is split must be known while compiling")
    if int(indices_or_sections) <= 0:
        raise ValueError("number sections must be larger than 0.")
    return (ary,), {"sections": int(indices_or_sections), "axis": axis}


def _pieces(x: Any, cuts: list[Any], axis: int) -> tuple[Any, ...]:
    before = WHOLE * axis
    return tuple(x[(*before, slice(a, b))] for a, b in zip([None, *cuts], [*cuts, None], strict=True))


@composite(np.array_split, bind=_split_bind, named=list)
def array_split(x, *cuts, sections=0, axis=0):
    """Parts along an axis, the first ones larger by one where they cannot be equal."""
    axis = axis_of(x, axis)
    if sections:
        size = length(x, axis)
        each, more = size // sections, size % sections
        cuts = tuple(k * each + apply("minimum", k, more) for k in range(1, sections))
    return _pieces(x, list(cuts), axis)


@composite(np.split, bind=_split_bind, named=list)
def split(x, *cuts, sections=0, axis=0):
    """Equal parts along an axis, or those between the cuts."""
    axis = axis_of(x, axis)
    if sections:
        size = length(x, axis)
        need(np.equal(size % sections, 0), "array split does not result in an equal division")
        each = size // sections
        cuts = tuple(k * each for k in range(1, sections))
    return _pieces(x, list(cuts), axis)


def _half_bind(ary: Any, indices_or_sections: Any) -> Bound:
    return _split_bind(ary, indices_or_sections)


@composite(np.hsplit, bind=_half_bind, named=list)
def hsplit(x, *cuts, sections=0, axis=0):
    """Parts side by side."""
    return split(x, *cuts, sections=sections, axis=0 if np.ndim(x) == 1 else 1)


@composite(np.vsplit, bind=_half_bind, named=list)
def vsplit(x, *cuts, sections=0, axis=0):
    """Parts on top of each other."""
    return split(x, *cuts, sections=sections, axis=0)


@composite(np.dsplit, bind=_half_bind, named=list)
def dsplit(x, *cuts, sections=0, axis=0):
    """Parts behind each other."""
    return split(x, *cuts, sections=sections, axis=2)


# Grids


def _grid_bind(*xi: Any, copy: Any = True, sparse: Any = False, indexing: Any = "xy") -> Bound:
    return xi, {"sparse": bool(sparse), "indexing": indexing}


@composite(np.meshgrid, bind=_grid_bind)
def meshgrid(*xs, sparse=False, indexing="xy"):
    """Coordinates of a grid, one array for each axis."""
    swap = indexing == "xy" and len(xs) > 1
    place = [1, 0, *range(2, len(xs))] if swap else list(range(len(xs)))
    thin = [np.reshape(x, tuple(-1 if k == place[n] else 1 for k in range(len(xs)))) for n, x in enumerate(xs)]
    if sparse:
        return tuple(thin)
    sizes = [np.size(x) for x in xs]
    shape = tuple(sizes[place.index(k)] for k in range(len(xs)))
    return tuple(np.copy(np.broadcast_to(x, shape)) for x in thin)


def _indices_bind(dimensions: Any, dtype: Any = int, sparse: Any = False) -> Bound:
    return spread(dimensions), {"dtype": dtype, "sparse": bool(sparse)}


@composite(np.indices, bind=_indices_bind)
def indices(*sizes, dtype="i64", sparse=False):
    """The index of each element of a grid, one array for each axis."""
    found = []
    for k, size in enumerate(sizes):
        line = np.reshape(apply("arange", 0, size, 1, dtype=dtype), (1,) * k + (-1,) + (1,) * (len(sizes) - k - 1))
        found.append(line if sparse else np.broadcast_to(line, sizes))
    return tuple(found) if sparse else np.stack(found, 0)


@composite(np.ix_, bind=_each_bind)
def ix_(*xs):
    """Index arrays, each along an axis of its own."""
    rows = [apply("positions", x) if x.dtype.kind == "b" else x for x in xs]
    return tuple(np.reshape(x, tuple(-1 if k == n else 1 for k in range(len(xs)))) for n, x in enumerate(rows))


def _broadcast_bind(*args: Any, subok: Any = False) -> Bound:
    return args, {}


@composite(np.broadcast_arrays, bind=_broadcast_bind)
def broadcast_arrays(*xs):
    """All arrays in the shape that they have together."""
    whole = xs[0]
    for x in xs[1:]:
        whole = apply("where", True, whole, x)
    return tuple(np.broadcast_to(x, np.shape(whole)) for x in xs)


def _triangle_bind(n: Any, k: Any = 0, m: Any = None) -> Bound:
    return (n, n if m is None else m, k), {}


def _offsets(n: Any, m: Any) -> Any:
    return np.expand_dims(upto(m), 0) - np.expand_dims(upto(n), 1)


@composite(np.tril_indices, bind=_triangle_bind)
def tril_indices(n, m, k):
    """Where the lower triangle of a matrix lies."""
    return unravelled(apply("positions", flat(_offsets(n, m) <= k)), (n, m))


@composite(np.triu_indices, bind=_triangle_bind)
def triu_indices(n, m, k):
    """Where the upper triangle of a matrix lies."""
    return unravelled(apply("positions", flat(_offsets(n, m) >= k)), (n, m))


def _triangle_of_bind(arr: Any, k: Any = 0) -> Bound:
    return (arr, k), {}


@composite(np.tril_indices_from, bind=_triangle_of_bind)
def tril_indices_from(x, k):
    """Where the lower triangle of this matrix lies."""
    return tril_indices(*np.shape(x), k)


@composite(np.triu_indices_from, bind=_triangle_of_bind)
def triu_indices_from(x, k):
    """Where the upper triangle of this matrix lies."""
    return triu_indices(*np.shape(x), k)


@composite(np.diag_indices)
def diag_indices(n, ndim=2):
    """Where the main diagonal lies."""
    return (upto(n),) * ndim


@composite(np.diag_indices_from)
def diag_indices_from(x):
    """Where the main diagonal of this matrix lies."""
    return (upto(length(x)),) * np.ndim(x)


def _unravel_bind(indices: Any, shape: Any, order: Any = "C") -> Bound:
    if order != "C":
        raise TypeError("positions are counted in the order of C here")
    return (indices, *spread(shape)), {}


@composite(np.unravel_index, bind=_unravel_bind)
def unravel_index(index, *shape):
    """Positions counted row by row as one index for each axis."""
    size: Any = 1
    for part in shape:
        size = size * part
    need(np.all(np.logical_and(index >= 0, index < size)), "index is out of bounds for array of this size")
    return unravelled(index, shape)


def _ravel_bind(multi_index: Any, dims: Any, mode: Any = "raise", order: Any = "C") -> Bound:
    if order != "C" or mode not in ("raise", "wrap", "clip"):
        raise TypeError("positions are counted in the order of C here")
    dims = spread(dims)
    given = multi_index if isinstance(multi_index, (tuple, list)) else tuple(multi_index[k] for k in range(len(dims)))
    if ndim_given(given[0]) < 0 or len(given) != len(dims):
        raise TypeError("an index for each axis is needed")
    return (*given, *dims), {"mode": mode}


@composite(np.ravel_multi_index, bind=_ravel_bind)
def ravel_multi_index(*given, mode="raise"):
    """Positions counted row by row from one index for each axis."""
    half = len(given) // 2
    total: Any = 0
    for at, size in zip(given[:half], given[half:], strict=True):
        if mode == "raise":
            need(np.all(np.logical_and(at >= 0, at < size)), "invalid entry in coordinates array")
        at = np.remainder(at, size) if mode == "wrap" else np.clip(at, 0, size - 1) if mode == "clip" else at
        total = total * size + at
    return total if np.ndim(total) else apply("cast", total, dtype="i64", weak=False)
