"""Polynomials, the highest power first; a curve through points by least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply, dtype_known
from ..op import composite
from .calculus import convolve, zeros_of
from .reduce import Bound
from .sorting import length, upto


def _polyval_bind(p: Any, x: Any) -> Bound:
    return ((x, *p), {"known": True}) if isinstance(p, (tuple, list)) else ((x, p), {"known": False})


@composite(np.polyval, bind=_polyval_bind)
def polyval(x, *p, known=False):
    """A polynomial at x."""
    if known:
        kinds = {c.dtype.kind for c in p if dtype_known(c) is not None}
        dtype = "c128" if "c" in kinds else "f64" if "f" in kinds else "i64"
        found = np.zeros_like(x) if np.ndim(x) else x * 0
        for coefficient in p:
            found = found * x + apply("cast", coefficient, dtype=dtype, weak=False)
        return found
    (p,) = p
    points = np.reshape(x, (-1, 1))
    shape = (length(points), length(p))
    start = np.broadcast_to(p, shape) * np.ones_like(points)
    found = apply("recurrence", np.broadcast_to(points, shape) * np.ones_like(start), start)[:, -1]
    return np.reshape(found, np.shape(x)) if np.ndim(x) else found[0]


@composite(np.polyder)
def polyder(p, m=1):
    """The derivative of a polynomial."""
    for _ in range(m):
        size = length(p)
        p = p[:-1] * np.flip(upto(size, 1), 0)
    return p


def _polyint_bind(p: Any, m: Any = 1, k: Any = None) -> Bound:
    return (p, 0 if k is None else k), {"m": m}


@composite(np.polyint, bind=_polyint_bind)
def polyint(p, k, m=1):
    """The integral of a polynomial."""
    for turn in range(m):
        size = length(p)
        constant = k[np.minimum(turn, length(k) - 1)] if np.ndim(k) else k  # one for each integration, or one for all
        p = np.concatenate((p / np.flip(upto(size + 1, 1), 0), np.reshape(constant, (1,)) * 1.0))
    return p


def _added(a: Any, b: Any) -> Any:
    size = np.maximum(length(a), length(b))
    return tuple(np.concatenate((zeros_of(size - length(p), p), p)) for p in (a, b))


@composite(np.polyadd)
def polyadd(a, b):
    """The sum of two polynomials."""
    one, other = _added(a, b)
    return one + other


@composite(np.polysub)
def polysub(a, b):
    """The difference of two polynomials."""
    one, other = _added(a, b)
    return one - other


@composite(np.polymul)
def polymul(a, b):
    """The product of two polynomials."""
    return convolve(a, b)


def _fit_bind(x: Any, y: Any, deg: Any, rcond: Any = None, full: Any = False, w: Any = None, cov: Any = False) -> Bound:
    if full or cov:
        raise TypeError("np.polyfit gives the coefficients alone here")
    if not isinstance(deg, int):
        raise TypeError("the degree of np.polyfit must be known while compiling")
    return (x, y, w), {"deg": deg, "rcond": rcond}


@composite(np.polyfit, bind=_fit_bind)
def polyfit(x, y, w, deg=1, rcond=None):
    """The polynomial of this degree that lies nearest to points, by least squares."""
    columns = np.vander(x * 1.0, deg + 1)
    points = y * 1.0
    if w is not None:
        columns, points = columns * np.expand_dims(w, 1), points * w
    scale = np.sqrt(np.sum(columns * columns, axis=0))
    return np.linalg.lstsq(columns / scale, points, rcond)[0] / scale
