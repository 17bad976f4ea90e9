"""Functions of NumPy that are written in NumPy, in the language (see `library.py`): rows that differ, roots and products of polynomials."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from . import numpy_counts as counts


def reduceat(ufunc, array, indices, axis=0):
    """ufunc.reduceat: each run from one index to the next is reduced; one that would run backwards is its first element."""
    lines = np.moveaxis(np.asarray(array), axis, 0)
    starts = np.asarray(indices)
    count, n = len(starts), len(lines)
    first = ufunc.reduce(lines[:1], 0)
    result = np.zeros((count, *lines.shape[1:]), dtype=first.dtype)
    for k in range(count):
        start = starts[k]
        stop = starts[k + 1] if k + 1 < count else n
        if start < 0 or start >= n:
            raise IndexError(f"index {start} out-of-bounds in {ufunc.__name__}.reduceat [0, {n})")
        if start < stop:
            result[k] = ufunc.reduce(lines[start:stop], 0)
        else:
            result[k] = lines[start]
    return np.moveaxis(result, 0, axis)


def unique_along(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, equal_nan=True, sorted=True):
    """np.unique(axis=...): the different rows in order, sorted by their last element first and so on, stably."""
    lines = np.moveaxis(np.asarray(ar), axis, 0)
    n = len(lines)
    rows = lines.reshape(n, -1)
    order = np.arange(n)
    for j in range(rows.shape[1] - 1, -1, -1):
        order = order[np.argsort(rows[order, j], kind="stable")]
    ranked = rows[order]
    first = np.ones(n, dtype=np.bool_)
    first[1:] = np.any(ranked[1:] != ranked[:-1], axis=1)
    at = np.flatnonzero(first)
    values = np.moveaxis(lines[order[at]], 0, axis)
    found = (values,)
    if return_index:
        found = (*found, order[at])
    if return_inverse:
        inverse = np.zeros(n, dtype=np.int64)
        inverse[order] = np.cumsum(first) - 1
        found = (*found, inverse)
    if return_counts:
        found = (*found, np.diff(np.append(at, n)))
    return found if len(found) > 1 else values


def roots(p):
    """The roots of a polynomial, by the eigenvalues of its companion matrix."""
    p = np.atleast_1d(p)
    if p.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    if p.dtype.kind not in "fc":
        p = p.astype(np.float64)
    filled = np.flatnonzero(p)
    if len(filled) == 0:
        return np.zeros(0, dtype=p.dtype)
    trailing = len(p) - filled[-1] - 1
    p = p[filled[0] : filled[-1] + 1]
    n = len(p)
    found = np.zeros(n - 1 + trailing, dtype=p.dtype)
    if n > 1:
        companion = np.zeros((n - 1, n - 1), dtype=p.dtype)
        for k in range(n - 2):
            companion[k + 1, k] = 1
        companion[0, :] = -p[1:] / p[0]
        found[: n - 1] = np.linalg.eigvals(companion)
    return found


def poly(seq_of_zeros):
    """The polynomial with these roots, or the characteristic one of a matrix."""
    zeros = np.atleast_1d(seq_of_zeros)
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1] and zeros.shape[0] != 0:
        zeros = np.linalg.eigvals(zeros)
    found = np.zeros(len(zeros) + 1, dtype=(zeros * 1.0).dtype)
    found[0] = 1
    for k in range(len(zeros)):
        found[1 : k + 2] = found[1 : k + 2] - zeros[k] * found[: k + 1]
    return found


def polydiv(u, v):
    """Quotient and remainder of polynomials."""
    u, v = np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0
    m, n = len(u) - 1, len(v) - 1
    scale = 1.0 / v[0]
    q = np.zeros(max(m - n + 1, 1), dtype=(u * v[0]).dtype)
    r = (u * np.ones_like(v[0])).copy()
    for k in range(m - n + 1):
        d = scale * r[k]
        q[k] = d
        r[k : k + n + 1] -= d * v
    while np.allclose(r[0], 0, rtol=1e-14) and len(r) > 1:
        r = r[1:]
    return q, r


def sort_complex(a):
    b = np.sort(a)
    return b if b.dtype.kind == "c" else b.astype(np.complex128)


def asarray_chkfinite(a, dtype=None, order=None):
    a = np.asarray(a, dtype=dtype)
    if a.dtype.kind == "f" and not np.all(np.isfinite(a)):
        raise ValueError("array must not contain infs or NaNs")
    return a


def array_equiv(a1, a2):
    """Whether two arrays are the same where they are broadcast; shapes that do not fit are not."""
    a1, a2 = np.asarray(a1), np.asarray(a2)
    for m, n in zip(a1.shape[::-1], a2.shape[::-1], strict=False):
        if m != n and m != 1 and n != 1:
            return False
    return bool(np.all(a1 == a2))


def apply_over_axes(func, a, axes):
    """The function along one axis after another, each kept with size one."""
    found = np.asarray(a)
    rank = found.ndim
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        at = axis + rank if axis < 0 else axis
        next_ = func(found, at)
        found = next_ if next_.ndim == rank else np.expand_dims(next_, at)
    return found


def mask_indices(n, mask_func, k=0):
    return np.nonzero(mask_func(np.ones((n, n), dtype=np.int64), k) != 0)


def listed(x):
    """x.tolist() of one axis."""
    return [number.item() for number in x]


def listed_rows(x):
    return [[number.item() for number in row] for row in x]


def listed_matrices(x):
    return [[[number.item() for number in row] for row in matrix] for matrix in x]


def fromiter(iterable, dtype, count=-1, like=None):
    """The items one after the other."""
    items = [value for value in iterable]
    if count > len(items):
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(items)} items.")
    return np.array(items if count < 0 else items[:count], dtype=dtype)


def full_of(shape, fill_value, dtype=None, order="C"):
    """np.full of an array, which is repeated."""
    value = np.asarray(fill_value)
    result = np.empty(shape, dtype=value.dtype if dtype is None else dtype)
    result[...] = value
    return result


def full_like_of(a, fill_value, dtype=None, order="K", subok=True):
    result = np.empty_like(a, dtype=dtype)
    result[...] = np.asarray(fill_value)
    return result


def bins_of(x, rule, extent):
    """How many bins a rule finds for these numbers (np.histogram_bin_edges)."""
    if rule not in ("auto", "fd", "scott", "rice", "sturges", "sqrt"):
        raise ValueError(f"{rule!r} is not a valid estimator for `bins`")
    size = len(x)
    if size == 0 or extent == 0:
        return 1
    spread = float(np.ptp(x))
    if rule == "sqrt":
        width = spread / math.sqrt(size)
    elif rule == "rice":
        width = spread / (2.0 * size ** (1.0 / 3))
    elif rule == "sturges":
        width = spread / (math.log2(size) + 1.0)
    elif rule == "scott":
        width = (24.0 * math.pi**0.5 / size) ** (1.0 / 3.0) * float(np.std(x))
    else:
        upper, lower = np.percentile(x, 75), np.percentile(x, 25)
        width = 2.0 * float(upper - lower) * size ** (-1.0 / 3.0)
        if rule == "auto":
            width = min(max(width, spread / math.sqrt(size) / 2.0), spread / (math.log2(size) + 1.0))
    if x.dtype.kind not in "fc" and 0.0 < width < 1.0:
        width = 1.0  # whole numbers
    return int(math.ceil(extent / width)) if width > 0.0 else 1


def histogram_by_rule(a, bins, range=None, density=None, weights=None):
    a = np.ravel(np.asarray(a))
    inside = a if range is None else a[(a >= range[0]) & (a <= range[1])]
    return np.histogram(a, bins_of(inside, bins, np.ptp(a) if range is None else range[1] - range[0]), range, density, weights)


def edges_by_rule(a, bins, range=None, weights=None):
    a = np.ravel(np.asarray(a))
    inside = a if range is None else a[(a >= range[0]) & (a <= range[1])]
    return np.histogram_bin_edges(a, bins_of(inside, bins, np.ptp(a) if range is None else range[1] - range[0]), range)


TEXTS: dict[Any, Callable[..., Any]] = {
    np.roots: roots,
    np.poly: poly,
    np.polydiv: polydiv,
    np.sort_complex: sort_complex,
    np.asarray_chkfinite: asarray_chkfinite,
    np.apply_over_axes: apply_over_axes,
    np.array_equiv: array_equiv,
    np.mask_indices: mask_indices,
    np.bitwise_count: counts.bitwise_count,
    np.packbits: counts.packbits,
    np.unpackbits: counts.unpackbits,
    np.histogramdd: counts.histogramdd,
    np.fromiter: fromiter,
}


BY_RULE: dict[str, Callable[..., Any]] = {"histogram": histogram_by_rule, "histogram_bin_edges": edges_by_rule}
"""The ops whose number of bins may be a text: the name of a rule that finds it."""
OF_ARRAYS: dict[str, Callable[..., Any]] = {"full": full_of, "full_like": full_like_of}
"""The ops that are a text where the value that fills has axes."""


def numpy_text(target: Any, count: int, names: Collection[str]) -> Callable[..., Any] | None:
    """The text that stands for a call of NumPy's function, with so many arguments and those by name."""
    if target is np.unique and ("axis" in names or count > 4):
        return unique_along
    if target is np.histogramdd and count < 2 and not {"bins", "range"} & set(names):
        return None  # how many axes there are must be known while compiling
    return TEXTS.get(target) or polynomial_text(target)


def polynomial_text(target: Any) -> Callable[..., Any] | None:
    """The text of a function of numpy.polynomial, which is imported where a program names it."""
    if not str(getattr(target, "__module__", None)).startswith("numpy.polynomial"):
        return None
    from .numpy_polynomials import TEXTS as polynomials

    return polynomials.get(target)
