"""Reductions over what is a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply, dtype_known
from ..op import composite
from .complex_values import is_complex
from .reduce import Bound, _max_bind, _sum_bind, _var_bind


def _is_real(x: Any) -> bool:
    dtype = dtype_known(x)
    return dtype is not None and dtype.kind in "fc"


def _filled(x: Any, value: float) -> Any:
    """x with a value for what is not a number; integers as they are."""
    return np.where(np.isnan(x), value, x) if _is_real(x) else x


def _count(x: Any, axis: Any, keepdims: bool) -> Any:
    return np.sum(np.logical_not(np.isnan(x)), axis=axis, keepdims=keepdims)


@composite(np.nansum, bind=_sum_bind)
def nansum(x, axis=None, keepdims=False):
    """The sum of what is a number."""
    return np.sum(_filled(x, 0), axis=axis, keepdims=keepdims)


@composite(np.nanprod, bind=_sum_bind)
def nanprod(x, axis=None, keepdims=False):
    """The product of what is a number."""
    return np.prod(_filled(x, 1), axis=axis, keepdims=keepdims)


@composite(np.nanmean, bind=_sum_bind)
def nanmean(x, axis=None, keepdims=False):
    """The mean of what is a number."""
    return _like(np.divide(np.sum(_filled(x, 0), axis=axis, keepdims=keepdims), _count(x, axis, keepdims)), x)


def _like(found: Any, x: Any) -> Any:
    """A quotient by a count in the dtype of floats, which NumPy divides in place."""
    return found.astype(x.dtype) if _is_real(x) and x.dtype != np.float64 else found


@composite(np.nanvar, bind=_var_bind)
def nanvar(x, axis=None, keepdims=False, ddof=0):
    """The variance of what is a number."""
    if not _is_real(x):
        return np.var(x, axis=axis, keepdims=keepdims, ddof=ddof)
    away = np.where(np.isnan(x), 0, x - nanmean(x, axis, True))
    freedom = _count(x, axis, keepdims) - ddof
    squares = np.square(np.real(away)) + np.square(np.imag(away)) if is_complex(x) else np.square(away)
    found = _like(np.divide(np.sum(squares, axis=axis, keepdims=keepdims), freedom), squares)
    return np.where(freedom <= 0, np.nan, found)


@composite(np.nanstd, bind=_var_bind)
def nanstd(x, axis=None, keepdims=False, ddof=0):
    """The deviation of what is a number; its derivative is zero where all elements are the same."""
    if not _is_real(x):
        return np.std(x, axis=axis, keepdims=keepdims, ddof=ddof)
    spread = nanvar(x, axis, keepdims, ddof)
    return np.where(spread == 0, 0.0, np.sqrt(np.where(spread == 0, 1.0, spread)))


@composite(np.nanmax, bind=_max_bind)
def nanmax(x, axis=None, keepdims=False):
    """The greatest of what is a number."""
    if not _is_real(x):
        return np.max(x, axis=axis, keepdims=keepdims)
    return _or_none(x, np.max(_filled(x, -np.inf), axis=axis, keepdims=keepdims), axis, keepdims)


@composite(np.nanmin, bind=_max_bind)
def nanmin(x, axis=None, keepdims=False):
    """The least of what is a number."""
    if not _is_real(x):
        return np.min(x, axis=axis, keepdims=keepdims)
    return _or_none(x, np.min(_filled(x, np.inf), axis=axis, keepdims=keepdims), axis, keepdims)


def _or_none(x: Any, found: Any, axis: Any, keepdims: bool) -> Any:
    return np.where(np.all(np.isnan(x), axis=axis, keepdims=keepdims), np.nan, found)


def _known(x: Any, axis: Any) -> None:
    some = np.any(np.logical_not(np.isnan(x)), axis=axis)
    apply("check", np.all(some), error=ValueError, message="All-NaN slice encountered", kind="raise")


@composite(np.nanargmax, bind=_max_bind)
def nanargmax(x, axis=None, keepdims=False):
    """Where the greatest of what is a number stands first."""
    if _is_real(x):
        _known(x, axis)
    return np.argmax(_filled(x, -np.inf), axis=axis, keepdims=keepdims)


@composite(np.nanargmin, bind=_max_bind)
def nanargmin(x, axis=None, keepdims=False):
    """Where the least of what is a number stands first."""
    if _is_real(x):
        _known(x, axis)
    return np.argmin(_filled(x, np.inf), axis=axis, keepdims=keepdims)


def _running_bind(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Bound:
    operands, attrs = _sum_bind(a, axis, dtype, out)
    return operands, {"axis": attrs["axis"]}


@composite(np.nancumsum, bind=_running_bind)
def nancumsum(x, axis=None):
    """Running sums of what is a number."""
    return np.cumsum(_filled(x, 0), axis)


@composite(np.nancumprod, bind=_running_bind)
def nancumprod(x, axis=None):
    """Running products of what is a number."""
    return np.cumprod(_filled(x, 1), axis)
