"""Counting: how often, and how much, falls into each bin."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply, dtype_known
from ..op import composite
from .reduce import Bound
from .sorting import constant_value, flat, length, need


def added(bins: Any, size: Any, weights: Any) -> Any:
    """For each of `size` bins the sum of the weights of those elements that name it; without weights their number."""
    if weights is None:
        return apply("accumulate", apply("zeros", size, dtype="i64"), 1, bins, pattern=("a",))
    return apply("accumulate", apply("zeros", size, dtype="f64"), weights, bins, pattern=("a",))


def _bincount_bind(x: Any, weights: Any = None, minlength: Any = 0) -> Bound:
    return (x, weights, minlength), {}


@composite(np.bincount, bind=_bincount_bind)
def bincount(x, weights, minlength):
    """How often each number from 0 on stands in x, or the sum of the weights beside it."""
    if dtype_known(x) is not None and (x.dtype.kind not in "iub" or x.dtype == np.uint64):
        raise TypeError(f"Cannot cast array data from dtype('{x.dtype}') to dtype('int64') according to the rule 'safe'")
    x = x.astype(np.int64) if x.dtype.kind == "b" else x
    need(np.all(np.greater_equal(x, 0)), "'list' argument must have no negative elements")
    size = np.max(np.concatenate((x, np.reshape(minlength - 1, (1,))))) + 1
    return added(x, size, weights)


def _edges_bind(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Bound:
    return _histogram_bind(a, bins, range, None, weights)[0][:4], {}


def _histogram_bind(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Bound:
    if isinstance(bins, str):
        raise TypeError("the number of bins is to be stated: a rule that finds it is outside the language")
    low, high = (None, None) if range is None else range
    return (a, bins, low, high, weights), {"density": bool(density)}


@composite(np.histogram_bin_edges, bind=_edges_bind)
def histogram_bin_edges(x, bins, low, high):
    """The edges of bins of the same width."""
    if np.ndim(bins):
        return bins
    count = constant_value(bins)
    need(True if isinstance(count, int) and count > 0 else np.greater(bins, 0), "`bins` must be positive, when an integer")
    first = np.min(x) if low is None else low
    last = np.max(x) if high is None else high
    none = np.equal(first, last)
    return apply("linspace", np.where(none, first - 0.5, first), np.where(none, last + 0.5, last), bins + 1)


@composite(np.histogram, bind=_histogram_bind)
def histogram(x, bins, low, high, weights, density=False):
    """How many elements, or how much weight, falls into each bin; and the bins' edges."""
    x, weights = flat(x), None if weights is None else flat(weights)
    edges = histogram_bin_edges(x, bins, low, high)
    counts = _in_edges(x, edges, weights) if np.ndim(bins) else _in_equal(x, edges, bins, weights)
    if density:
        widths = edges[1:] - edges[:-1]
        counts = counts / widths / np.sum(counts)
    return counts, edges


def _in_equal(x: Any, edges: Any, bins: Any, weights: Any) -> Any:
    """By division, then put right at the edges, as NumPy does it. What is outside goes to one bin more, which is dropped."""
    first, last = edges[0], edges[-1]
    keep = np.logical_and(np.greater_equal(x, first), np.less_equal(x, last))
    inside = np.where(keep, x, first)
    at = apply("cast", (inside - first) / (last - first) * bins, dtype="i64", weak=False)
    at = np.where(at == bins, at - 1, at)
    at = np.where(inside < edges[at], at - 1, at)
    at = np.where(np.logical_and(inside >= edges[at + 1], at != bins - 1), at + 1, at)
    return added(np.where(keep, at, bins), bins + 1, weights)[:-1]


def _in_edges(x: Any, edges: Any, weights: Any) -> Any:
    order = apply("order", x, axis=0)
    ordered = x[order]
    before = apply("search", ordered, edges[:-1], side="left")
    behind = apply("search", ordered, np.reshape(edges[-1], (1,)), side="right")
    upto_ = np.concatenate((before, behind))
    if weights is not None:
        sums = np.cumsum(weights[order])
        upto_ = np.concatenate((np.zeros_like(sums[:1]), sums))[upto_]
    return upto_[1:] - upto_[:-1]


def _histogram2d_bind(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Bound:
    one, other = bins if isinstance(bins, (tuple, list)) and len(bins) == 2 else (bins, bins)
    limits = [None] * 4 if range is None else [*range[0], *range[1]]
    return (x, y, one, other, *limits, weights), {"density": bool(density)}


@composite(np.histogram2d, bind=_histogram2d_bind)
def histogram2d(x, y, rows, columns, low, high, left, right, weights, density=False):
    """How many points fall into each cell of a grid; and the edges of its rows and columns."""
    edges = [histogram_bin_edges(x, rows, low, high), histogram_bin_edges(y, columns, left, right)]
    sizes = [length(e) - 1 for e in edges]
    numbers = [_cell(v, e) for v, e in zip((x, y), edges, strict=True)]
    valid = [np.logical_and(k >= 0, k < n) for k, n in zip(numbers, sizes, strict=True)]
    at = np.where(np.logical_and(*valid), numbers[0] * sizes[1] + numbers[1], sizes[0] * sizes[1])
    counts = added(at, sizes[0] * sizes[1] + 1, np.ones_like(x) if weights is None else weights)[:-1]
    counts = np.reshape(counts, tuple(sizes))
    if density:
        widths = [e[1:] - e[:-1] for e in edges]
        counts = counts / np.expand_dims(widths[0], 1) / widths[1] / np.sum(counts)
    return counts, *edges


def _cell(x: Any, edges: Any) -> Any:
    """The number of the bin, the last edge belonging to the last one."""
    found = apply("search", edges, x, side="right") - 1
    return np.where(x == edges[-1], length(edges) - 2, found)


def _nonzero_bind(a: Any, axis: Any = None, *, keepdims: Any = False) -> Bound:
    return (a,), {"axis": axis, "keepdims": bool(keepdims)}


@composite(np.count_nonzero, bind=_nonzero_bind)
def count_nonzero(x, axis=None, keepdims=False):
    """How many elements are not zero."""
    return np.sum(np.not_equal(x, 0), axis=axis, keepdims=keepdims)
