"""NumPy's order of complex numbers: by the real part, then by the imaginary one.

What is not a number goes last, and is the greatest and the least. Rules that `Op.on_complex` names: each writes the op in others,
so that derivatives follow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply, rank_known
from ..op import normal_axis
from .shape import permutation


def _gathered(x: Any, positions: Any, axis: int) -> Any:
    from .sorting import gathered

    return gathered(x, positions, axis)


def complex_order(x, axis=-1):
    """First by the last key, as np.lexsort does; a number with one part undefined stands by its other part behind all others."""
    axis = normal_axis(axis, np.ndim(x), "one")
    undefined = 2 * np.isnan(np.real(x)) + np.isnan(np.imag(x))
    by = apply("order", np.imag(x), axis=axis)
    for key in (np.real(x), undefined):
        by = _gathered(by, apply("order", _gathered(key, by, axis), axis=axis), axis)
    return by


def complex_ordered(x, axis=-1):
    axis = normal_axis(axis, np.ndim(x), "one")
    return _gathered(x, complex_order(x, axis), axis)


def complex_argmax(x, axis=None, keepdims=False):
    return _position(np.argmax, np.max, -np.inf, x, axis, keepdims)


def complex_argmin(x, axis=None, keepdims=False):
    return _position(np.argmin, np.min, np.inf, x, axis, keepdims)


def _position(least: Any, best: Any, other: float, x: Any, axis: Any, keepdims: bool) -> Any:
    """Where the first of those stands whose real part is the best, and among these the imaginary part; the first undefined one, if any."""
    if rank_known(x) == 0:
        return least(np.real(x))
    re, im = np.real(x), np.imag(x)
    hit = np.equal(re, best(re, axis=axis, keepdims=True))
    im = np.where(hit, im, other)
    hit = np.logical_and(hit, np.equal(im, best(im, axis=axis, keepdims=True)))
    undefined = np.isnan(x)
    first = np.where(np.any(undefined, axis=axis, keepdims=True), undefined, hit)
    return np.argmax(first, axis=axis, keepdims=keepdims)


def complex_max(x, axis=None, keepdims=False):
    return _extreme(complex_argmax, x, axis, keepdims)


def complex_min(x, axis=None, keepdims=False):
    return _extreme(complex_argmin, x, axis, keepdims)


def _extreme(position: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """The element at the position, the reduced axes brought together behind the others."""
    rank = np.ndim(x)
    if rank == 0:
        return x
    gone = tuple(range(rank)) if axis is None else normal_axis(axis if isinstance(axis, (tuple, list)) else (axis,), rank, "many")
    kept = tuple(k for k in range(rank) if k not in gone)
    shape = np.shape(x)
    moved = np.transpose(x, permutation(kept + gone, rank)) if kept and gone != tuple(range(rank - len(gone), rank)) else x
    rows = np.reshape(moved, (*(shape[k] for k in kept), _product(shape[k] for k in gone)))
    at = len(kept)
    found = _gathered(rows, np.expand_dims(position(rows, at), at), at)
    if keepdims:
        return np.reshape(found, tuple(1 if k in gone else shape[k] for k in range(rank)))
    return np.squeeze(found, at) if kept else found[0]


def _product(sizes: Any) -> Any:
    total: Any = 1
    for size in sizes:
        total = total * size
    return total
