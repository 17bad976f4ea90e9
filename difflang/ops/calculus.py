"""Differences, slopes, areas, interpolation, sliding sums and polynomials."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply, dtype_known
from .complex_values import conjugated
from ..op import composite, multilinear
from ..types import OPEN, UNKNOWN, Array, Scalar, Type, promote
from .moving import ndim_given
from .reduce import Bound
from .shape import spread
from .sorting import WHOLE, axis_of, flat, length, need


def _diff_bind(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Bound:
    return (a, prepend, append), {"n": n, "axis": axis}


@composite(np.diff, bind=_diff_bind)
def diff(x, prepend, append, n=1, axis=-1):
    """Differences of neighbours."""
    axis = axis_of(x, axis)
    if prepend is not None or append is not None:
        x = np.concatenate([p for p in (_end(prepend, x, axis), x, _end(append, x, axis)) if p is not None], axis)
    before = WHOLE * axis
    for _ in range(n):
        after, earlier = x[(*before, slice(1, None))], x[(*before, slice(None, -1))]
        x = np.not_equal(after, earlier) if dtype_known(x) == np.bool_ else after - earlier
    return x


def _end(value: Any, x: Any, axis: int) -> Any:
    if value is None or np.ndim(value):
        return value
    return np.broadcast_to(value, (*np.shape(x)[:axis], 1, *np.shape(x)[axis + 1 :]))


def _ediff_bind(ary: Any, to_end: Any = None, to_begin: Any = None) -> Bound:
    return (ary, to_end, to_begin), {}


@composite(np.ediff1d, bind=_ediff_bind)
def ediff1d(x, to_end, to_begin):
    """Differences of neighbours among all elements."""
    row = flat(x)
    found = row[1:] - row[:-1]
    parts = [np.reshape(p, (-1,)) if p is not found else p for p in (to_begin, found, to_end) if p is not None]
    return np.concatenate(parts) if len(parts) > 1 else found


def _gradient_bind(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Bound:
    axes = tuple(range(ndim_given(f))) if axis is None else tuple(spread(axis))
    if len(varargs) not in (0, 1, len(axes)):
        raise TypeError("invalid number of arguments")
    spacing = varargs * len(axes) if len(varargs) == 1 else varargs or (1.0,) * len(axes)
    alone = len(axes) == 1
    return (f, *spacing), {"axes": axes, "edge_order": edge_order, "alone": alone}


@composite(np.gradient, bind=_gradient_bind)
def gradient(x, *spacing, axes=(), edge_order=1, alone=True):
    """Slopes along each axis: central differences inside, one-sided ones at the edges."""
    x = x if x.dtype.kind in "fc" else x.astype(np.float64)
    found = tuple(_slope(x, h, axis_of(x, a), edge_order) for a, h in zip(axes, spacing, strict=True))
    return found[0] if alone else found


def _slope(x: Any, h: Any, axis: int, order: int) -> Any:
    before = WHOLE * axis

    def at(part: Any) -> Any:
        return x[(*before, part)]

    message = "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are required."
    need(length(x, axis) >= order + 1, message)
    if np.ndim(h):
        return _slope_between(x, h, axis, order)
    inside = (at(slice(2, None)) - at(slice(None, -2))) / (2.0 * h)
    if order == 1:
        first, last = (at(slice(1, 2)) - at(slice(0, 1))) / h, (at(slice(-1, None)) - at(slice(-2, -1))) / h
    else:
        first = -1.5 / h * at(slice(0, 1)) + 2.0 / h * at(slice(1, 2)) + -0.5 / h * at(slice(2, 3))
        last = 0.5 / h * at(slice(-3, -2)) + -2.0 / h * at(slice(-2, -1)) + 1.5 / h * at(slice(-1, None))
    return np.concatenate((first, inside, last), axis)


def _slope_between(x: Any, places: Any, axis: int, order: int) -> Any:
    """Along an axis whose elements stand at places of their own."""
    before, rest = WHOLE * axis, (1,) * (np.ndim(x) - axis - 1)

    def at(part: Any) -> Any:
        return x[(*before, part)]

    steps = places[1:] - places[:-1]
    one, two = (np.reshape(v, (1,) * axis + (-1,) + rest) for v in (steps[:-1], steps[1:]))
    below, above = -two / (one * (one + two)), one / (two * (one + two))
    inside = below * at(slice(None, -2)) + (two - one) / (one * two) * at(slice(1, -1)) + above * at(slice(2, None))
    if order == 1:
        first = (at(slice(1, 2)) - at(slice(0, 1))) / steps[0]
        last = (at(slice(-1, None)) - at(slice(-2, -1))) / steps[-1]
        return np.concatenate((first, inside, last), axis)
    p, q = steps[0], steps[1]
    first = -(2.0 * p + q) / (p * (p + q)) * at(slice(0, 1)) + (p + q) / (p * q) * at(slice(1, 2)) - p / (q * (p + q)) * at(slice(2, 3))
    p, q = steps[-2], steps[-1]
    last = (
        q / (p * (p + q)) * at(slice(-3, -2)) - (q + p) / (p * q) * at(slice(-2, -1)) + (2.0 * q + p) / (q * (p + q)) * at(slice(-1, None))
    )
    return np.concatenate((first, inside, last), axis)


def _trapezoid_bind(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Bound:
    return (y, x, dx), {"axis": axis}


@composite(np.trapezoid, bind=_trapezoid_bind)
def trapezoid(y, x, dx, axis=-1):
    """The area below a curve by trapezoids."""
    axis = axis_of(y, axis)
    before = WHOLE * axis
    width = dx
    if x is not None:
        width = x[1:] - x[:-1] if np.ndim(x) == 1 else x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
        if np.ndim(x) == 1:
            width = np.reshape(width, (1,) * axis + (-1,) + (1,) * (np.ndim(y) - axis - 1)) if np.ndim(y) > 1 else width
    return np.sum(width * (y[(*before, slice(1, None))] + y[(*before, slice(None, -1))]) / 2.0, axis=axis)


def _unwrap_bind(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * np.pi) -> Bound:
    return (p, discont, period), {"axis": axis}


@composite(np.unwrap, bind=_unwrap_bind)
def unwrap(x, discont, period, axis=-1):
    """Angles without their jumps by whole periods."""
    axis = axis_of(x, axis)
    before = WHOLE * axis
    step = diff(x, None, None, 1, axis)
    half = period / 2
    within = np.remainder(step + half, period) - half
    within = np.where(np.logical_and(within == -half, step > 0), half, within)
    limit = half if discont is None else discont
    shift = np.where(np.abs(step) < limit, 0.0, within - step)
    return np.concatenate((x[(*before, slice(0, 1))], x[(*before, slice(1, None))] + np.cumsum(shift, axis)), axis)


def _interp_bind(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Bound:
    return (x, xp, fp, left, right, period), {}


@composite(np.interp, bind=_interp_bind)
def interp(x, xp, fp, left, right, period):
    """The polygon through points, at x; beyond its ends constant."""
    if period is not None:
        x, xp = np.remainder(x, period), np.remainder(xp, period)
        by = apply("order", xp, axis=0)
        xp, fp = xp[by], fp[by]
        xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
        fp = np.concatenate((fp[-1:], fp, fp[:1]))
    need(np.equal(length(xp), length(fp)), "fp and xp are not of the same length.")
    fp = fp * 1.0 if fp.dtype.kind != "f" else fp
    size = length(xp)
    at = np.clip(apply("search", xp, x, side="right") - 1, 0, np.maximum(size - 2, 0))
    following = np.minimum(at + 1, size - 1)
    slope = (fp[following] - fp[at]) / (xp[following] - xp[at])
    found = slope * (x - xp[at]) + fp[at]
    found = np.where(x == xp[-1], fp[-1], found)
    found = np.where(x > xp[-1], fp[-1] if right is None else right, found)
    return np.where(x < xp[0], fp[0] if left is None else left, found)


# Sliding sums


def _slide_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    if any(not isinstance(t, Array) or t.rank != 1 for t in types):
        raise TypeError("object too deep for desired array: sliding sums are those of arrays of one axis")
    return Array(common.dtype, (OPEN,))


def _slide(x: Any, w: Any) -> Any:
    count = max(len(x) - len(w) + 1, 0)
    return np.lib.stride_tricks.sliding_window_view(x, len(w))[:count] @ w


@multilinear(typing=_slide_type, evaluate=_slide)
def slide(y_bar, x, w):
    """y[i] = sum of x[i + k] * w[k], wherever w fits into x."""
    room = np.zeros_like(w[1:])
    return slide_(np.concatenate((room, y_bar, room)), np.flip(w, 0)), slide_(x, y_bar)


def slide_(x: Any, w: Any) -> Any:
    return apply("slide", x, w)


def _full(x: Any, w: Any) -> Any:
    room = zeros_of(length(w) - 1, x)
    return slide_(np.concatenate((room, x, room)), w)


def zeros_of(size: Any, like: Any) -> Any:
    return apply("zeros", size, dtype="f64").astype(like.dtype)


def _modes(found: Any, n: Any, m: Any, mode: str, swapped: bool) -> Any:
    """The part of all sums in which as many elements take part as the mode asks for."""
    short, long = np.minimum(n, m), np.maximum(n, m)
    if mode == "full":
        return found
    if mode == "valid":
        return found[short - 1 : long]
    first = short - 1 - short // 2
    if swapped:
        first = np.where(m > n, short // 2, first)
    return found[first : first + long]


def _mode(mode: str) -> str:
    if mode not in ("full", "same", "valid"):
        raise TypeError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    return mode


@composite(np.convolve)
def convolve(a, v, mode="full"):
    """The sums of a's elements times v's, v running backwards over a."""
    if np.ndim(a) == 0 or np.ndim(v) == 0:
        a, v = np.reshape(a, (-1,)), np.reshape(v, (-1,))
    a, v = _alike(a, v)
    for x, name in ((a, "a"), (v, "v")):
        need(np.greater(length(x), 0), f"{name} cannot be empty")
    return _modes(_full(a, np.flip(v, 0)), length(a), length(v), _mode(mode), False)


@composite(np.correlate)
def correlate(a, v, mode="valid"):
    """The sums of a's elements times v's, v running over a."""
    a, v = _alike(a, v)
    for x, name in ((a, "a"), (v, "v")):
        need(np.greater(length(x), 0), f"{name} cannot be empty")
    return _modes(_full(a, conjugated(v)), length(a), length(v), _mode(mode), True)


def _alike(a: Any, v: Any) -> tuple[Any, Any]:
    """Both in the dtype that they have together; truths count."""
    if a.dtype == v.dtype:
        return a, v
    common = np.result_type(a.dtype, v.dtype)
    return a.astype(common), v.astype(common)


# Windows


def _places(m: Any) -> tuple[Any, Any]:
    """The places of a window's points, from one end to the other around zero, and the farthest."""
    return apply("arange", 1 - m, m, 2), np.maximum(m - 1, 1)


@composite(np.hanning)
def hanning(m):
    """A cosine bell that ends in zeros."""
    n, last = _places(m)
    return 0.5 + 0.5 * np.cos(np.pi * n / last)


@composite(np.hamming)
def hamming(m):
    """A cosine bell on a step."""
    n, last = _places(m)
    return 0.54 + 0.46 * np.cos(np.pi * n / last)


@composite(np.blackman)
def blackman(m):
    """A bell of two cosines."""
    n, last = _places(m)
    return 0.42 + 0.5 * np.cos(np.pi * n / last) + 0.08 * np.cos(2.0 * np.pi * n / last)


@composite(np.bartlett)
def bartlett(m):
    """A triangle."""
    n, last = _places(m)
    return np.where(n <= 0, 1 + n / last, 1 - n / last)
