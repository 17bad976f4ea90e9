"""Medians, quantiles, covariances: what is told by the order of the elements, or by their means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..build import apply, dtype_known
from ..op import composite, dtype_name, normal_axis
from ..types import Scalar
from .reduce import Bound, count
from .shape import permutation
from .sorting import axis_of, constant_value, flat, gathered, length, need

LAST = (Ellipsis,)


def is_real(x: Any) -> bool:
    dtype = dtype_known(x)
    return dtype is not None and dtype.kind in "fc"


def lines(x: Any, axis: Any) -> tuple[Any, tuple[int, ...]]:
    """x with the axes to be reduced as one, the last; and those axes."""
    rank = np.ndim(x)
    if axis is None or rank == 1:
        return flat(x), tuple(range(rank))
    gone: tuple[int, ...] = normal_axis(axis if isinstance(axis, (tuple, list)) else (axis,), rank, "many")
    kept = tuple(k for k in range(rank) if k not in gone)
    order = permutation(kept + gone, rank)
    moved = x if order == tuple(range(rank)) else np.transpose(x, order)
    if len(gone) == 1:
        return moved, gone
    return np.reshape(moved, (*np.shape(moved)[: len(kept)], -1)), gone


def kept_axes(y: Any, gone: tuple[int, ...], keepdims: bool) -> Any:
    return np.expand_dims(y, gone) if keepdims else y


def _median_bind(a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False) -> Bound:
    return (a,), {"axis": axis, "keepdims": bool(keepdims)}


@composite(np.median, bind=_median_bind)
def median(x, axis=None, keepdims=False):
    """The middle element, or the mean of the two in the middle."""
    rows, gone = lines(x.astype(np.int64) if x.dtype.kind == "b" else x, axis)
    ordered = apply("ordered", rows, axis=np.ndim(rows) - 1)
    size = length(rows, -1)
    middle = ordered[(*LAST, slice(np.maximum(size - 1, 0) // 2, size // 2 + 1))]  # nothing, of nothing
    found = np.mean(middle, axis=-1)
    if is_real(x):
        last = np.sum(ordered[(*LAST, slice(np.maximum(size - 1, 0), None))], axis=-1)
        found = np.where(np.isnan(last), last, found)
    return kept_axes(found, gone, keepdims)


def _linear(n: Any, q: Any) -> Any:
    return (n - 1) * q


def _virtual(alpha: float, beta: float) -> Callable[[Any, Any], Any]:
    return lambda n, q: n * q + (alpha + q * (1 - alpha - beta)) - 1


METHODS: dict[str, Callable[[Any, Any], Any]] = {
    "linear": _linear, "lower": _linear, "higher": _linear, "nearest": _linear, "midpoint": _linear,
    "interpolated_inverted_cdf": _virtual(0, 1), "hazen": _virtual(0.5, 0.5), "weibull": _virtual(0, 0),
    "median_unbiased": _virtual(1 / 3.0, 1 / 3.0), "normal_unbiased": _virtual(3 / 8.0, 3 / 8.0),
    "averaged_inverted_cdf": lambda n, q: n * q - 1,
}  # fmt: skip


def _quantile_bind(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
    interpolation: Any = None,
) -> Bound:
    if weights is not None:
        raise TypeError("a quantile with weights is outside the language")
    method = method if interpolation is None else interpolation
    if method not in METHODS:
        raise TypeError(f"the method {method!r} of a quantile is outside the language: it has {', '.join(METHODS)}")
    return (a, q), {"axis": axis, "method": method, "keepdims": bool(keepdims)}


@composite(np.quantile, bind=_quantile_bind)
def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The number below which a part q of the elements lies, between neighbours by the method named."""
    _in_range(q, 1, "Quantiles must be in the range [0, 1]")
    if is_real(x) and isinstance(q.type, Scalar) and q.type.weak:
        q = apply("cast", q, dtype=dtype_name(x.dtype), weak=False)
    rows, gone = lines(x, axis)
    ordered = apply("ordered", rows, axis=np.ndim(rows) - 1)
    last = ordered[(*LAST, -1)] if is_real(x) else None
    found = _at(ordered, length(rows, -1), q, method)
    if last is not None:
        for _ in range(np.ndim(q)):
            last = np.expand_dims(last, -1)
        found = np.where(np.isnan(last), last, found)
    for k in range(np.ndim(q)):
        found = np.moveaxis(found, np.ndim(found) - np.ndim(q) + k, k)
    return kept_axes(found, tuple(a + np.ndim(q) for a in gone), keepdims)


def _in_range(q: Any, most: float, message: str) -> None:
    known = constant_value(q)
    if isinstance(known, (int, float)) and 0 <= known <= most:
        return
    need(np.all(np.logical_and(q >= 0, q <= most)), message)


def _at(ordered: Any, size: Any, q: Any, method: str) -> Any:
    """The quantiles of sorted lines, the axes of q last."""
    place = METHODS[method](size, q)
    if method in ("lower", "higher", "nearest"):
        step = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}[method](place)
        return ordered[(*LAST, _whole(step))]
    below = np.floor(place)
    first = np.clip(_whole(below), 0, size - 1)
    second = np.clip(_whole(below) + 1, 0, size - 1)
    part = place - below
    if method == "midpoint":
        part = np.where(part == 0, 0.0, 0.5)
    if method == "averaged_inverted_cdf":
        part = np.where(part == 0, 0.5, 1.0)
    part = np.where(np.logical_or(place < 0, place >= size - 1), 0.0, part)
    return between(ordered[(*LAST, first)], ordered[(*LAST, second)], part)


def _whole(x: Any) -> Any:
    return apply("cast", x, dtype="i64", weak=False)


def between(a: Any, b: Any, part: Any) -> Any:
    """A part of the way from a to b, exact at both ends."""
    way = b - a
    return np.where(part >= 0.5, b - way * (1 - part), a + way * part)


@composite(np.percentile, bind=_quantile_bind)
def percentile(x, q, axis=None, method="linear", keepdims=False):
    """The number below which q of a hundred elements lie."""
    _in_range(q, 100, "Percentiles must be in the range [0, 100]")
    return quantile(x, q / 100, axis, method, keepdims)


# With elements that are no numbers


def _known_lines(x: Any, axis: Any) -> tuple[Any, Any, tuple[int, ...]]:
    """Sorted lines, how many numbers each has, and the axes gone."""
    rows, gone = lines(x, axis)
    ordered = apply("ordered", rows, axis=np.ndim(rows) - 1)
    return ordered, np.sum(np.logical_not(np.isnan(rows)), axis=-1), gone


def _each(ordered: Any, positions: Any) -> Any:
    """Of each line one element."""
    if np.ndim(ordered) == 1:
        return ordered[positions]
    found = gathered(ordered, np.expand_dims(positions, -1), np.ndim(ordered) - 1)
    return found[(*LAST, 0)]


@composite(np.nanmedian, bind=_median_bind)
def nanmedian(x, axis=None, keepdims=False):
    """The median of what is a number."""
    if not is_real(x):
        return median(x, axis, keepdims)
    ordered, count, gone = _known_lines(x, axis)
    low, high = _each(ordered, np.maximum(count - 1, 0) // 2), _each(ordered, np.minimum(count // 2, length(ordered, -1) - 1))
    return kept_axes(np.divide(low + high, 2), gone, keepdims)


@composite(np.nanquantile, bind=_quantile_bind)
def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    """The quantile of what is a number."""
    if not is_real(x):
        return quantile(x, q, axis, method, keepdims)
    if method != "linear" or np.ndim(q) > 1:
        raise TypeError("np.nanquantile takes a number or one axis of them, and the method 'linear' here")
    ordered, count, gone = _known_lines(x, axis)
    if isinstance(q.type, Scalar) and q.type.weak:
        q, count = (apply("cast", value, dtype=dtype_name(x.dtype), weak=False) for value in (q, count))
    if np.ndim(q):
        ordered, count = np.expand_dims(ordered, 0), np.expand_dims(count, 0)
        q = np.reshape(q, (-1,) + (1,) * (np.ndim(ordered) - 2))
        ordered = np.broadcast_to(ordered, (length(q), *np.shape(ordered)[1:]))
    place = np.maximum(count - 1, 0) * q
    below = np.floor(place)
    first = _whole(below)
    second = np.minimum(first + 1, _whole(np.maximum(count - 1, 0)))
    found = between(_each(ordered, first), _each(ordered, second), place - below)
    return kept_axes(found, tuple(a + (1 if np.ndim(q) else 0) for a in gone), keepdims)


@composite(np.nanpercentile, bind=_quantile_bind)
def nanpercentile(x, q, axis=None, method="linear", keepdims=False):
    """The percentile of what is a number."""
    return nanquantile(x, q / 100, axis, method, keepdims)


# Covariances


def _cov_bind(
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Bound:
    if dtype is not None:
        raise TypeError("np.cov takes no dtype here")
    return (m, y, fweights, aweights), {"rowvar": bool(rowvar), "ddof": ddof if ddof is not None else 0 if bias else 1}


def _variables(x: Any, rowvar: bool) -> Any:
    """One variable a row."""
    x = x if is_real(x) else x.astype(np.float64)
    if np.ndim(x) == 1:
        return np.expand_dims(x, 0)
    return x if rowvar else np.transpose(x)


@composite(np.cov, bind=_cov_bind)
def cov(m, y, fweights, aweights, rowvar=True, ddof=1):
    """The covariances of variables, one a row (or a column)."""
    rows = _variables(m, rowvar)
    if y is not None:
        rows = np.concatenate((rows, _variables(y, rowvar)), 0)
    weights = aweights if fweights is None else fweights if aweights is None else fweights * aweights
    if weights is None:
        away = rows - np.mean(rows, axis=1, keepdims=True)
        products, total = away @ np.transpose(away), length(rows, 1) - ddof
    else:
        all_of_them = np.sum(weights)
        away = rows - np.expand_dims(np.sum(rows * weights, axis=1) / all_of_them, 1)
        products = away @ np.transpose(away * weights)
        lost = 0 if ddof == 0 else ddof if aweights is None else ddof * np.sum(weights * aweights) / all_of_them
        total = all_of_them - lost
    found = products * np.divide(1, total)
    return found[0, 0] if np.ndim(m) == 1 and y is None else found


def _corrcoef_bind(x: Any, y: Any = None, rowvar: Any = True, *, dtype: Any = None) -> Bound:
    if dtype is not None:
        raise TypeError("np.corrcoef takes no dtype here")
    return (x, y), {"rowvar": bool(rowvar)}


@composite(np.corrcoef, bind=_corrcoef_bind)
def corrcoef(x, y, rowvar=True):
    """The correlations of variables, one a row (or a column)."""
    found = cov(x, y, None, None, rowvar)
    if np.ndim(found) == 0:
        return found / found
    deviation = np.sqrt(np.diagonal(found))
    return np.clip(found / np.expand_dims(deviation, 1) / np.expand_dims(deviation, 0), -1, 1)


def _average_bind(a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False) -> Bound:
    return (a, weights), {"axis": axis, "returned": bool(returned), "keepdims": bool(keepdims)}


def _along(weights: Any, x: Any, axis: Any) -> Any:
    """Weights whose axes are those of x that are named, beside x."""
    at = [axis_of(x, one) for one in (axis if isinstance(axis, tuple) else (axis,))]
    if len(at) != np.ndim(weights):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    weights = np.transpose(weights, tuple(sorted(range(len(at)), key=at.__getitem__)))
    return np.expand_dims(weights, tuple(k for k in range(np.ndim(x)) if k not in at))


@composite(np.average, bind=_average_bind)
def average(x, weights, axis=None, returned=False, keepdims=False):
    """The mean, or the weighted one; with it the sum of the weights."""
    if weights is None:
        found = np.mean(x, axis=axis, keepdims=keepdims)
        total = np.divide(np.size(x), np.size(found)) if returned else None
    else:
        if np.ndim(weights) != np.ndim(x):
            weights = np.broadcast_to(_along(weights, x, axis), np.shape(x))
        total = np.sum(weights, axis=axis, keepdims=keepdims)
        need(np.all(np.not_equal(total, 0)), "Weights sum to zero, can't be normalized", ZeroDivisionError)
        found = np.divide(np.sum(x * weights, axis=axis, keepdims=keepdims), total)
    return (found, np.broadcast_to(total * 1.0, np.shape(found)) if np.ndim(found) else total * 1.0) if returned else found


def _ptp_bind(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Bound:
    return (a,), {"axis": axis, "keepdims": bool(keepdims)}


@composite(np.ptp, bind=_ptp_bind)
def ptp(x, axis=None, keepdims=False):
    """The greatest element less the least."""
    return np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)


@composite()
def mean_where(x, where, axis=None, keepdims=False):
    """np.mean with where=: the mean of some elements."""
    return np.divide(np.sum(np.where(where, x, 0), axis=axis, keepdims=keepdims), np.sum(where, axis=axis, keepdims=keepdims))


@composite()
def var_where(x, where, axis=None, keepdims=False, ddof=0):
    """np.var with where=: the variance of some elements."""
    return var_about(x, mean_where(x, where, axis, True), where, axis, keepdims, ddof)


@composite()
def var_about(x, mean, where, axis=None, keepdims=False, ddof=0):
    """np.var with mean=: the variance about a mean that is given, of some elements or of all."""
    away = x - mean if where is None else np.where(where, x - mean, 0)
    square = np.square(np.real(away)) + np.square(np.imag(away)) if away.dtype.kind == "c" else away * away
    number = count(x, axis) if where is None else np.sum(where, axis=axis, keepdims=keepdims)
    return np.divide(np.sum(square, axis=axis, keepdims=keepdims), np.maximum(number - ddof, 0))


@composite()
def std_about(x, mean, where, axis=None, keepdims=False, ddof=0):
    """np.std with mean=."""
    return np.sqrt(var_about(x, mean, where, axis, keepdims, ddof))


@composite()
def std_where(x, where, axis=None, keepdims=False, ddof=0):
    """np.std with where=: the deviation of some elements."""
    return np.sqrt(var_where(x, where, axis, keepdims, ddof))
