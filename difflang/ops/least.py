"""Least squares and the pseudo-inverse. Their derivatives hold where the rank does not change nearby."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply
from ..op import composite, general
from ..types import OPEN, UNKNOWN, Array, Scalar, Type, dims_of
from .complex_values import conjugated, is_complex
from .linalg import columns, floats, least, length, matrices, plus, rows, turned, typed

Bound = tuple[tuple[Any, ...], dict[str, Any]]


_NOT_GIVEN = object()


def _pinv_bind(a: Any, rcond: Any = None, hermitian: Any = False, *, rtol: Any = _NOT_GIVEN) -> Bound:
    if hermitian is not False:
        raise TypeError("np.linalg.pinv takes any matrix here: leave hermitian out")
    return (a,), {"rtol": rcond if rcond is not None else 1e-15 if rtol is _NOT_GIVEN else rtol}


def _pinv_type(dtype: str, dims: tuple[str, ...], attrs: Any) -> Type:
    return Array(dtype, (*dims[:-2], dims[-1], dims[-2]))


def adjoined(a: Any) -> Any:
    """The conjugate transpose."""
    return turned(conjugated(a))


def _pinv_lower(a, rtol=1e-15):
    u, s, vh = apply("svd", a, full_matrices=False)
    if rtol is None:
        rtol = apply("maximum", length(a, -2), length(a, -1)) * float(np.finfo(s.dtype).eps)
    kept = s > rtol * np.max(s, axis=-1, keepdims=True)
    over = np.where(kept, np.divide(1, np.where(kept, s, 1.0)), 0.0)
    return adjoined(vh) @ (columns(over) * adjoined(u))


def _pinv(a: Any, rtol: Any) -> Any:
    return np.linalg.pinv(a, rtol=rtol)


def _pinv_tangent(y, a, a_dot, rtol=1e-15):
    across = adjoined(a_dot)
    left, right = y @ (adjoined(y) @ across), across @ (adjoined(y) @ y)
    return left - left @ a @ y + right - y @ (a @ right) - y @ a_dot @ y


@general(
    np.linalg.pinv,
    typing=typed(_pinv_type, matrices, complex_too=True),
    tangent=_pinv_tangent,
    bind=_pinv_bind,
    evaluate=_pinv,
    lower=_pinv_lower,
    cost=4000,
)
def pinv(y_bar, y, a, rtol=1e-15):
    """The pseudo-inverse. What the conjugate of the matrix adds to a tangent comes back conjugated."""
    y_t, y_h, across = turned(y), adjoined(y), turned(y_bar)
    first, second = across @ (y @ y_h), (y_h @ y) @ across
    return conjugated(first - a @ (y @ first) + second - second @ y @ a) - y_t @ y_bar @ y_t


def _lstsq_bind(a: Any, b: Any, rcond: Any = None) -> Bound:
    return (a, b), {"rcond": None if rcond is None else float(rcond)}


def _lstsq_type(types: tuple[Type, ...], attrs: Any) -> tuple[Type, ...]:
    dtype = floats(*types)
    if dtype is None:
        return (UNKNOWN,) * 4
    a, b = dims_of(types[0]), dims_of(types[1])
    if len(a) != 2 or len(b) not in (1, 2):
        raise np.linalg.LinAlgError(f"{len(a)}-dimensional array given. Array must be two-dimensional")
    return Array(dtype, (a[1], *b[1:])), Array(dtype, (OPEN,)), Scalar("i32"), Array(dtype, (least(*a),))


def _matrix(b: Any, like: Any) -> Any:
    """A right side as columns."""
    return columns(b) if np.ndim(like) == 1 else b


def _back(x: Any, like: Any) -> Any:
    return np.squeeze(x, -1) if np.ndim(like) == 1 else x


def _spread(bar: Any, columns_: Any) -> Any:
    """The adjoint of the residuals, one for each right side: none where there are no residuals."""
    none = np.zeros_like(columns_[0])
    return none if bar is None else apply("store", none, bar, None, length(bar, 0), 1, pattern=("s",))


def _lstsq_tangent(y, a, b, a_dot, b_dot, rcond=None):
    x, residuals, _, s = y
    inverse, wide, over = np.linalg.pinv(a, rtol=rcond), _matrix(b, b), _matrix(x, b)
    rest = wide - a @ over
    moved = plus(None if b_dot is None else _matrix(b_dot, b), None if a_dot is None else np.negative(a_dot @ over))
    x_dot, s_dot = inverse @ moved, np.zeros_like(s)
    if a_dot is not None:
        across = turned(a_dot) @ (turned(inverse) @ over)
        x_dot = x_dot + inverse @ (turned(inverse) @ (turned(a_dot) @ rest)) + across - inverse @ (a @ across)
        u, _, vh = apply("svd", a, full_matrices=False)
        s_dot = np.sum(u * (a_dot @ turned(vh)), axis=0)
    changed = 2.0 * np.sum(rest * moved, axis=0)
    return _back(x_dot, b), changed[: length(residuals, 0)], None, s_dot


@general(
    spelled=np.linalg.lstsq,
    typing=_lstsq_type,
    tangent=_lstsq_tangent,
    results=("x", "residuals", "rank", "s"),
    cost=4000,
)
def lstsq(bars, y, a, b, rcond=None):
    """The x that makes a @ x nearest to b; the squares of what is left, the rank of a, its singular values."""
    x_bar, residuals_bar, _, s_bar = bars
    inverse, wide, x = np.linalg.pinv(a, rtol=rcond), _matrix(b, b), _matrix(y[0], b)
    rest = wide - a @ x
    scaled = None if residuals_bar is None else rest * rows(2.0 * _spread(residuals_bar, rest))
    a_bar = None if scaled is None else np.negative(scaled @ turned(x))
    b_bar = scaled
    if x_bar is not None:
        bar = _matrix(x_bar, b)
        pulled = turned(inverse) @ bar
        beside = bar - turned(a) @ pulled
        second = rest @ turned(inverse @ pulled) + (turned(inverse) @ x) @ turned(beside)
        a_bar, b_bar = plus(a_bar, second - pulled @ turned(x)), plus(b_bar, pulled)
    if s_bar is not None:
        u, _, vh = apply("svd", a, full_matrices=False)
        a_bar = plus(a_bar, (u * rows(s_bar)) @ vh)
    return a_bar, None if b_bar is None else _back(b_bar, b)


@composite(np.linalg.lstsq, bind=_lstsq_bind)
def least_squares(a, b, rcond=None):
    """np.linalg.lstsq; of complex numbers by the pseudo-inverse."""
    return _complex_lstsq(a, b, rcond) if is_complex(a) or is_complex(b) else apply("lstsq", a, b, rcond=rcond)


def _complex_lstsq(a, b, rcond=None):
    """By the pseudo-inverse."""
    m, n = length(a, -2), length(a, -1)
    s = np.linalg.svdvals(a)
    least_part = apply("maximum", m, n) * float(np.finfo(s.dtype).eps) if rcond is None else rcond
    rank = np.sum(s > least_part * s[0]).astype(np.int32)
    wide = _matrix(b, b)
    x = np.linalg.pinv(a, rtol=rcond) @ wide
    left = np.sum(np.square(np.abs(wide - a @ x)), axis=0)
    count = np.where(np.logical_and(rank == n, m > n), length(wide, -1), 0)
    return _back(x, b), left[:count], rank, s
