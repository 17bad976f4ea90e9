"""Diagonals, triangles and powers laid out as matrices; products that spread one array over another."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply, rank_known
from ..op import composite, dtype_name, multilinear, normal_axis
from ..types import MANY, UNKNOWN, Array, Scalar, Type, promote
from .reduce import Bound
from .sorting import axis_of, flat, length, need, upto


def _offsets(rows: Any, columns: Any) -> Any:
    """How far each element lies right of the main diagonal."""
    return np.expand_dims(upto(columns), 0) - np.expand_dims(upto(rows), 1)


@composite(np.diag)
def diag(x, k=0):
    """The matrix of a diagonal, or the diagonal of a matrix."""
    if np.ndim(x) == 2:
        return np.diagonal(x, k)
    if np.ndim(x) != 1:
        raise TypeError("Input must be 1- or 2-d.")
    size = length(x)
    if k == 0:
        return np.where(apply("eye", size, size, dtype="bool"), x, np.zeros_like(x))
    whole = apply("zeros", size + abs(k), size + abs(k), dtype=dtype_name(x.dtype))
    rows, columns = (upto(size), upto(size) + k) if k > 0 else (upto(size) - k, upto(size))
    return apply("store", whole, x, rows, columns, pattern=("a", "a"))


@composite(np.diagflat)
def diagflat(x, k=0):
    """The matrix that has all these elements on its diagonal."""
    return diag(flat(x) if np.ndim(x) else np.reshape(x, (1,)), k)


def _triangle(x: Any, k: Any, upper: bool) -> Any:
    if np.ndim(x) == 1:
        x = np.broadcast_to(x, (length(x), length(x)))
    offset = _offsets(*np.shape(x)[-2:])
    return np.where(offset >= k if upper else offset <= k, x, np.zeros_like(x))


def _kept_bind(m: Any, k: Any = 0) -> Bound:
    return (m, k), {}


@composite(np.triu, bind=_kept_bind)
def triu(x, k):
    """A matrix with zeros below the k-th diagonal."""
    return _triangle(x, k, True)


@composite(np.tril, bind=_kept_bind)
def tril(x, k):
    """A matrix with zeros above the k-th diagonal."""
    return _triangle(x, k, False)


def _tri_bind(N: Any, M: Any = None, k: Any = 0, dtype: Any = None, *, like: Any = None) -> Bound:
    return (N, N if M is None else M, k), {"dtype": dtype_name(dtype) or "f64"}


@composite(np.tri, bind=_tri_bind)
def tri(n, m, k, dtype="f64"):
    """Ones at and below the k-th diagonal."""
    return apply("cast", _offsets(n, m) <= k, dtype=dtype, weak=False)


def _vander_bind(x: Any, N: Any = None, increasing: Any = False) -> Bound:
    return (x, N), {"increasing": bool(increasing)}


@composite(np.vander, bind=_vander_bind)
def vander(x, n, increasing=False):
    """The powers of each number in a row."""
    n = length(x) if n is None else n
    row = x.astype(np.promote_types(x.dtype, np.int64))
    wide = np.broadcast_to(np.expand_dims(row, 1), (length(x), n))
    powers = np.cumprod(np.where(upto(n) == 0, np.ones_like(wide), wide), 1)
    return powers if increasing else np.flip(powers, 1)


@composite(np.kron)
def kron(x, y):
    """Every element of one array times the other."""
    axes = max(np.ndim(x), np.ndim(y))
    if axes == 0:
        return x * y
    if np.ndim(x) == np.ndim(y) == 1:
        return np.reshape(np.outer(x, y), (-1,))
    one = (1,) * (axes - np.ndim(x)) + tuple(np.shape(x))
    other = (1,) * (axes - np.ndim(y)) + tuple(np.shape(y))
    wide = np.reshape(x, tuple(size for n in one for size in (n, 1)))
    blocks = wide * np.reshape(y, tuple(size for n in other for size in (1, n)))
    return np.reshape(blocks, tuple(n * m for n, m in zip(one, other, strict=True)))


def _cross_bind(a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Bound:
    if axis is not None:
        axisa = axisb = axisc = axis
    return (a, b), {"axisa": axisa, "axisb": axisb, "axisc": axisc}


def _cross_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    return Array(common.dtype, (MANY,)) if isinstance(common, Scalar) else UNKNOWN


def _lower_cross(x, y):
    three = np.logical_and(np.equal(length(x, -1), 3), np.equal(length(y, -1), 3))
    need(three, "both arguments are vectors of three numbers here")
    (a, b, c), (p, q, r) = ([v[k] for k in range(3)] for v in (x, y))
    return np.stack((b * r - c * q, c * p - a * r, a * q - b * p))


@multilinear(evaluate=np.cross, typing=_cross_type, lower=_lower_cross, spelled=np.cross)
def cross_3(z_bar, x, y):
    """The cross product of two vectors."""
    return apply("cross_3", y, z_bar), apply("cross_3", z_bar, x)


@composite(np.cross, np.linalg.cross, bind=_cross_bind)
def cross(x, y, axisa=-1, axisb=-1, axisc=-1):
    """The cross products of vectors of three numbers."""
    if rank_known(x) == rank_known(y) == 1:
        return apply("cross_3", x, y)
    x, y = np.moveaxis(x, axisa, -1), np.moveaxis(y, axisb, -1)
    three = np.logical_and(np.equal(length(x, -1), 3), np.equal(length(y, -1), 3))
    need(three, "both arguments are vectors of three numbers here")
    (a, b, c), (p, q, r) = ([v[..., k] for k in range(3)] for v in (x, y))
    found = np.stack((b * r - c * q, c * p - a * r, a * q - b * p), -1)
    return np.moveaxis(found, -1, axisc)


def _running_bind(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Bound:
    return (a,), {"axis": axis}


@composite(np.cumprod, bind=_running_bind, methods=("cumprod",))
def cumprod(x, axis=None):
    """Running products, right where elements are zero too."""
    if x.dtype.kind not in "fc":
        x = x.astype(np.uint64 if x.dtype.kind == "u" else np.int64)
    if axis is None and np.ndim(x) != 1:
        return cumprod(np.reshape(x, (-1,)), 0)
    axis = axis_of(x, 0 if axis is None else axis)
    turned = np.moveaxis(x, axis, -1)
    rows = np.reshape(turned, (-1, np.shape(x)[axis])) if np.ndim(x) > 1 else np.expand_dims(x, 0)
    start = np.concatenate((rows[:, :1], np.zeros_like(rows[:, 1:])), axis=1)
    return np.moveaxis(np.reshape(apply("recurrence", rows, start), np.shape(turned)), -1, axis)


def _total_bind(x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: Any = False) -> Bound:
    if out is not None:
        raise TypeError("np.cumulative_sum and np.cumulative_prod take no out here: assign the result")
    return (x,), {"axis": axis, "dtype": dtype, "initial": bool(include_initial)}


@composite(np.cumulative_sum, bind=_total_bind)
def cumulative_sum(x, axis=None, dtype=None, initial=False):
    """Running sums; with `include_initial` from the empty one on."""
    return _running(np.cumsum, np.zeros_like, x, axis, dtype, initial)


@composite(np.cumulative_prod, bind=_total_bind)
def cumulative_prod(x, axis=None, dtype=None, initial=False):
    """Running products; with `include_initial` from the empty one on."""
    return _running(np.cumprod, np.ones_like, x, axis, dtype, initial)


def _running(runs: Any, first: Any, x: Any, axis: Any, dtype: Any, initial: bool) -> Any:
    if axis is None and np.ndim(x) != 1:
        raise TypeError("For arrays which have more than one dimension ``axis`` argument is required.")
    at = 0 if axis is None else normal_axis(axis, np.ndim(x), "one")
    found = runs(x if dtype is None else apply("cast", x, dtype=dtype, weak=False), at)
    if not initial:
        return found
    shape = (*np.shape(x)[:at], 1, *np.shape(x)[at + 1 :])
    return np.concatenate((np.broadcast_to(first(np.sum(found)), shape).astype(found.dtype), found), at)
