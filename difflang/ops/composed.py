"""NumPy's functions that are written in other ops. `Builder.emit` writes those in their place: they need no rule of their own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..build import apply
from ..op import composite, normal_axis
from .arithmetic import literal
from .elementary import LOG2
from .reduce import Bound, _sum_bind

WHOLE = (slice(None),)


def _axis_of(x: Any, axis: int) -> int:
    at: int = normal_axis(axis, np.ndim(x), "one")
    return at


def _norm_bind(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Bound:
    return (x,), {"ord": ord, "axis": axis, "keepdims": bool(keepdims)}


@composite(np.linalg.norm, bind=_norm_bind)
def norm(x, ord=None, axis=None, keepdims=False):
    """The root of the sum of squares (of a vector also the orders 1 and inf). Its derivative at zero is zero."""
    vector = np.ndim(x) == 1 or (axis is not None and not isinstance(axis, tuple))
    if ord not in (None, "fro") and not vector:
        raise TypeError("this norm of a matrix is outside the language")
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims)
    if ord not in (None, 2, "fro"):
        raise TypeError("a norm is of order 1, 2 or inf here")
    real = x if x.dtype.kind == "f" else x.astype(np.float64)
    squares = np.sum(np.square(real), axis=axis, keepdims=keepdims)
    return np.where(squares == 0, 0.0, np.sqrt(np.where(squares == 0, 1.0, squares)))


def _diff_bind(a: Any, n: Any = 1, axis: Any = -1) -> Bound:
    return (a,), {"n": n, "axis": axis}


@composite(np.diff, bind=_diff_bind)
def diff(x, n=1, axis=-1):
    """Differences of neighbours."""
    before = WHOLE * _axis_of(x, axis)
    for _ in range(n):
        x = x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
    return x


@composite(np.vdot)
def vdot(x, y):
    """The sum of the products of all elements."""
    return np.dot(np.reshape(x, (-1,)), np.reshape(y, (-1,)))


def _plain_matrix(x: Any) -> None:
    if np.ndim(x) != 2:
        raise TypeError("a diagonal is one of a matrix here")


@composite(np.diagonal, methods=("diagonal",))
def diagonal(x):
    """The main diagonal of a matrix, a copy."""
    _plain_matrix(x)
    along = apply("arange", 0, np.minimum(*np.shape(x)), 1)
    return apply("index", x, along, along, pattern=("a", "a"))


@composite(np.trace, methods=("trace",))
def trace(x):
    """The sum of the main diagonal of a matrix."""
    return np.sum(np.diagonal(x))


@composite(np.diag)
def diag(x):
    """The matrix of a diagonal, or the diagonal of a matrix."""
    if np.ndim(x) == 2:
        return np.diagonal(x)
    size = np.shape(x)[0]
    return np.where(apply("eye", size, size, dtype="bool"), x, np.zeros_like(x))


def _kept(x: Any, k: Any, upper: bool) -> Any:
    _plain_matrix(x)
    rows, columns = np.shape(x)
    offset = np.expand_dims(apply("arange", 0, columns, 1), 0) - np.expand_dims(apply("arange", 0, rows, 1), 1)
    return np.where(offset >= k if upper else offset <= k, x, np.zeros_like(x))


@composite(np.triu)
def triu(x, k=0):
    """A matrix with zeros below the k-th diagonal."""
    return _kept(x, k, True)


@composite(np.tril)
def tril(x, k=0):
    """A matrix with zeros above the k-th diagonal."""
    return _kept(x, k, False)


def _roll_bind(a: Any, shift: Any, axis: Any = None) -> Bound:
    return (a, shift), {"axis": axis}


@composite(np.roll, bind=_roll_bind)
def roll(x, shift, axis=None):
    """Elements moved along an axis, those that leave it coming back at the other end."""
    if axis is None and np.ndim(x) != 1:
        return np.reshape(roll(np.reshape(x, (-1,)), shift, 0), np.shape(x))
    axis = _axis_of(x, 0 if axis is None else axis)
    size, before = np.shape(x)[axis], WHOLE * axis
    cut = size - np.mod(shift, np.maximum(size, 1))
    return np.concatenate((x[(*before, slice(cut, None))], x[(*before, slice(None, cut))]), axis)


def _tile_bind(A: Any, reps: Any) -> Bound:
    return (A, *(reps if isinstance(reps, (tuple, list)) else (reps,))), {}


@composite(np.tile, bind=_tile_bind)
def tile(x, *reps):
    """Copies of x side by side."""
    shape = (1,) * (len(reps) - np.ndim(x)) + tuple(np.shape(x))
    counts = (1,) * (len(shape) - len(reps)) + reps
    apart = [part for n in shape for part in (1, n)]
    wide = [part for r, n in zip(counts, shape, strict=True) for part in (r, n)]
    return np.reshape(np.broadcast_to(np.reshape(x, tuple(apart)), tuple(wide)), tuple(r * n for r, n in zip(counts, shape, strict=True)))


def _repeat_bind(a: Any, repeats: Any, axis: Any = None) -> Bound:
    return (a, repeats), {"axis": axis}


@composite(np.repeat, bind=_repeat_bind, methods=("repeat",))
def repeat(x, repeats, axis=None):
    """Every element several times in a row."""
    if np.ndim(repeats):
        raise TypeError("np.repeat takes one number of repetitions here")
    if axis is None:
        return repeat(np.reshape(x, (-1,)), repeats, 0)
    axis, shape = _axis_of(x, axis), list(np.shape(x))
    wide = np.broadcast_to(np.expand_dims(x, axis + 1), (*shape[: axis + 1], repeats, *shape[axis + 1 :]))
    return np.reshape(wide, (*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :]))


def _average_bind(a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False) -> Bound:
    if returned is not False:
        raise TypeError("np.average returns the average alone here")
    return (a, weights), {"axis": axis, "keepdims": bool(keepdims)}


@composite(np.average, bind=_average_bind)
def average(x, weights, axis=None, keepdims=False):
    """The mean, or the weighted one."""
    if weights is None:
        return np.mean(x, axis=axis, keepdims=keepdims)
    if np.ndim(weights) != np.ndim(x):
        at = _axis_of(x, axis)
        weights = np.reshape(weights, (1,) * at + (-1,) + (1,) * (np.ndim(x) - at - 1))
        total = np.sum(np.broadcast_to(weights, np.shape(x)), axis=axis, keepdims=keepdims)
    else:
        total = np.sum(weights, axis=axis, keepdims=keepdims)
    return np.divide(np.sum(x * weights, axis=axis, keepdims=keepdims), total)


def _ptp_bind(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Bound:
    if out is not None:
        raise TypeError("np.ptp takes axis and keepdims here")
    return (a,), {"axis": axis, "keepdims": bool(keepdims)}


@composite(np.ptp, bind=_ptp_bind)
def ptp(x, axis=None, keepdims=False):
    """The greatest element less the least."""
    return np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)


@composite(np.count_nonzero)
def count_nonzero(x, axis=None, keepdims=False):
    """How many elements are not zero."""
    return np.sum(np.not_equal(x, 0), axis=axis, keepdims=keepdims)


def _cumprod_bind(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Bound:
    if dtype is not None or out is not None:
        raise TypeError("np.cumprod takes an axis here")
    return (a,), {"axis": axis}


@composite(np.cumprod, bind=_cumprod_bind, methods=("cumprod",))
def cumprod(x, axis=None):
    """Running products, right where elements are zero too."""
    if x.dtype.kind != "f":
        x = x.astype(np.int64)
    if axis is None and np.ndim(x) != 1:
        return cumprod(np.reshape(x, (-1,)), 0)
    axis = _axis_of(x, 0 if axis is None else axis)
    turned = np.moveaxis(x, axis, -1)
    rows = np.reshape(turned, (-1, np.shape(x)[axis])) if np.ndim(x) > 1 else np.expand_dims(x, 0)
    start = np.concatenate((rows[:, :1], np.zeros_like(rows[:, 1:])), axis=1)
    return np.moveaxis(np.reshape(apply("recurrence", rows, start), np.shape(turned)), -1, axis)


@composite(np.fmax)
def fmax(x, y):
    """The greater of two, or the one that is a number."""
    return np.where(np.isnan(x), y, np.where(np.isnan(y), x, np.maximum(x, y)))


@composite(np.fmin)
def fmin(x, y):
    """The lesser of two, or the one that is a number."""
    return np.where(np.isnan(x), y, np.where(np.isnan(y), x, np.minimum(x, y)))


@composite(np.heaviside)
def heaviside(x, h):
    """0 below zero, h at zero, 1 above."""
    return np.where(x == 0, h, np.where(x < 0, literal(0.0, x), np.where(x > 0, literal(1.0, x), x)))


@composite(np.sinc)
def sinc(x):
    """sin(pi x) / (pi x), and 1 at zero."""
    angle = np.pi * np.where(x == 0, 1.0, x)
    return np.where(x == 0, 1.0, np.divide(np.sin(angle), angle))


@composite(np.isclose)
def isclose(a, b, rtol=1e-05, atol=1e-08):
    """Whether numbers are the same but for a tolerance."""
    near = np.less_equal(np.abs(a - b), atol + rtol * np.abs(b))
    return np.logical_or(np.equal(a, b), np.logical_and(np.isfinite(b), near))


@composite(np.allclose)
def allclose(a, b, rtol=1e-05, atol=1e-08):
    """Whether all numbers are the same but for a tolerance: a Python bool."""
    return apply("cast", np.all(isclose(a, b, rtol, atol)), dtype="bool", weak=True)


@composite(np.atleast_1d)
def atleast_1d(x):
    """A number as an array of one element."""
    return np.reshape(x, (1,)) if np.ndim(x) == 0 else x


@composite(np.atleast_2d)
def atleast_2d(x):
    """A vector as a row."""
    return np.reshape(x, (1, -1)) if np.ndim(x) < 2 else x


@composite(np.append)
def append(x, y, axis=None):
    """One array behind another."""
    if axis is None:
        return np.concatenate((np.reshape(x, (-1,)), np.reshape(y, (-1,))))
    return np.concatenate((x, y), axis)


@composite(np.flipud)
def flipud(x):
    """Rows in reverse."""
    return np.flip(x, 0)


@composite(np.fliplr)
def fliplr(x):
    """Columns in reverse."""
    return np.flip(x, 1)


@composite(np.kron)
def kron(x, y):
    """Every element of one matrix (or vector) times the other."""
    if np.ndim(x) == np.ndim(y) == 1:
        return np.reshape(np.outer(x, y), (-1,))
    _plain_matrix(x)
    _plain_matrix(y)
    blocks = np.expand_dims(x, (1, 3)) * np.expand_dims(y, (0, 2))
    return np.reshape(blocks, (np.shape(x)[0] * np.shape(y)[0], np.shape(x)[1] * np.shape(y)[1]))


@composite(python=(math.isclose,))
def is_close(a, b, rel_tol=1e-09, abs_tol=0.0):
    """math.isclose: a Python bool."""
    allowed = np.maximum(rel_tol * np.maximum(np.abs(a), np.abs(b)), abs_tol)
    finite = np.logical_and(np.isfinite(a), np.isfinite(b))
    near = np.logical_and(finite, np.less_equal(np.abs(a - b), allowed))
    return apply("cast", np.logical_or(np.equal(a, b), near), dtype="bool", weak=True)


@composite(np.signbit)
def signbit(x):
    """Whether the sign is negative, of zeros too."""
    return np.less(np.copysign(literal(1.0, x), x), 0)


@composite(np.float_power)
def float_power(x, y):
    """x ** y in float64."""
    return np.power(_double(x), _double(y))


def _double(x: Any) -> Any:
    return apply("cast", x, dtype="f64", weak=False)


@composite(np.logaddexp2)
def logaddexp2(x, y):
    """log2(2**x + 2**y)."""
    return np.divide(np.logaddexp(x * LOG2, y * LOG2), LOG2)


def _number(x: Any) -> Any:
    return np.where(np.isnan(x), 0, x)


@composite(np.nansum, bind=_sum_bind)
def nansum(x, axis=None, keepdims=False):
    """The sum of what is a number."""
    return np.sum(_number(x), axis=axis, keepdims=keepdims)


@composite(np.nanmean, bind=_sum_bind)
def nanmean(x, axis=None, keepdims=False):
    """The mean of what is a number."""
    known = np.sum(np.logical_not(np.isnan(x)), axis=axis, keepdims=keepdims)
    return np.divide(np.sum(_number(x), axis=axis, keepdims=keepdims), known)


def _trapezoid_bind(y: Any, x: Any = None, dx: Any = 1.0) -> Bound:
    return (y, x, dx), {}


@composite(np.trapezoid, bind=_trapezoid_bind)
def trapezoid(y, x, dx):
    """The area below a curve by trapezoids, along the one axis."""
    if np.ndim(y) != 1:
        raise TypeError("np.trapezoid takes one axis here")
    width = dx if x is None else x[1:] - x[:-1]
    return np.sum(width * (y[1:] + y[:-1]) / 2.0)


@composite(np.take)
def take(x, indices, axis=None):
    """The elements at these indices."""
    if axis is None:
        return np.reshape(x, (-1,))[indices]
    return x[(*WHOLE * _axis_of(x, axis), indices)]


@composite(np.vecdot)
def vecdot(x, y):
    """Products along the last axis, summed."""
    return np.sum(x * y, axis=-1)


@composite(np.cross)
def cross(x, y):
    """The cross product of two vectors of three numbers."""
    if np.ndim(x) != 1 or np.ndim(y) != 1:
        raise TypeError("np.cross takes two vectors of three numbers here")
    return np.stack((x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]))


@composite(np.convolve)
def convolve(a, v, mode="full"):
    """The sum of a, shifted, times each element of v; modes full and valid (v the shorter)."""
    if mode not in ("full", "valid"):
        raise TypeError("np.convolve has the modes full and valid here")
    length = np.shape(v)[0]
    if mode == "full":
        edge = np.zeros_like(v[1:])
        a = np.concatenate((edge, a, edge))
    starts = apply("arange", 0, np.shape(a)[0] - length + 1, 1)
    windows = np.expand_dims(starts, 1) + np.expand_dims(apply("arange", 0, length, 1), 0)
    return a[windows] @ np.flip(v, 0)
