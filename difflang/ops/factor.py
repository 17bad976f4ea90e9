"""Singular values, QR, eigenvalues of any matrix: factorizations whose derivatives have a formula of their own.

With full_matrices=True the further singular vectors count as those of singular values of zero: functions that do not depend on
the basis chosen for them are differentiated right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply
from ..errors import NotDifferentiable, TypeMismatch
from ..op import composite, general
from ..types import Array, Type, part_of
from .complex_values import conjugated, is_complex
from .linalg import EPS, ONE_BY_ONE, columns, diagonal_of, flipped, inverse, least, lower, matrices, plus, rows, square, turned, typed, unit

COMPLEX = "the eigenvalues are complex though the matrix is real: make it complex first, a.astype(complex)"
Bound = tuple[tuple[Any, ...], dict[str, Any]]


def _svd_bind(a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Bound:
    if hermitian is not False:
        raise TypeError("np.linalg.svd takes any matrix here: leave hermitian out")
    return (a,), {"full_matrices": bool(full_matrices), "compute_uv": bool(compute_uv)}


@composite(np.linalg.svd, bind=_svd_bind, named=type(np.linalg.svd(ONE_BY_ONE)))
def svd_parts(a, full_matrices=True, compute_uv=True):
    """Singular values and vectors, or the values alone."""
    return apply("svd", a, full_matrices=full_matrices) if compute_uv else apply("svdvals", a)


def _svd_type(dtype: str, dims: tuple[str, ...], attrs: Any) -> tuple[Type, ...]:
    *batch, m, n = dims
    k = least(m, n)
    full = attrs["full_matrices"]
    shapes = ((*batch, m, m if full else k), (*batch, k), (*batch, n if full else k, n))
    u, s, vh = (Array(dtype, tuple(shape)) for shape in shapes)
    return u, Array(part_of(dtype), s.dims), vh


def _real_alone(a: Any, what: str) -> None:
    if is_complex(a):
        way_out = "differentiate singular values or eigenvalues alone: np.linalg.svdvals, np.linalg.eigvals"
        raise NotDifferentiable("DL008", f"the derivative of the {what} of a complex matrix is not known", way_out=way_out)


def _first(x: Any, s: Any, axis: int) -> Any:
    """The singular vectors that have a singular value, along an axis from the end."""
    whole = (slice(None),) * (np.ndim(x) - 2)
    kept = slice(None, apply("dim", s, axis=-1))
    return x[(*whole, kept, slice(None))] if axis == -2 else x[(*whole, slice(None), kept)]


def _rest(x: Any, s: Any, axis: int) -> Any:
    """The others."""
    whole = (slice(None),) * (np.ndim(x) - 2)
    kept = slice(apply("dim", s, axis=-1), None)
    return x[(*whole, kept, slice(None))] if axis == -2 else x[(*whole, slice(None), kept)]


def _gaps(s: Any) -> Any:
    """1 / (s[j]**2 - s[i]**2) at [i, j], 0 of equal values."""
    apart, sums = rows(s) - columns(s), rows(s) + columns(s)
    return np.where(np.abs(apart) <= EPS * sums, 0.0, inverse(apart) * inverse(sums))


def _beside(u: Any, x: Any) -> Any:
    """What of x lies beside the space that the columns of u span."""
    return x - u @ (turned(u) @ x)


def _svd_tangent(y, a, a_dot, full_matrices=True):
    _real_alone(a, "singular vectors")
    u_all, s, vh_all = y
    u, v = (_first(u_all, s, -1), turned(_first(vh_all, s, -2))) if full_matrices else (u_all, turned(vh_all))
    turn = turned(u) @ a_dot @ v
    gaps, over = _gaps(s), inverse(s)
    u_dot = u @ (gaps * (turn * rows(s) + columns(s) * turned(turn))) + _beside(u, a_dot @ (v * rows(over)))
    v_dot = v @ (gaps * (columns(s) * turn + turned(turn) * rows(s))) + _beside(v, turned(a_dot) @ (u * rows(over)))
    if full_matrices:
        more_u, more_v = _rest(u_all, s, -1), turned(_rest(vh_all, s, -2))
        u_more = np.negative(u * rows(over)) @ (turned(v) @ (turned(a_dot) @ more_u))
        v_more = np.negative(v * rows(over)) @ (turned(u) @ (a_dot @ more_v))
        u_dot, v_dot = np.concatenate((u_dot, u_more), axis=-1), np.concatenate((v_dot, v_more), axis=-1)
    return u_dot, diagonal_of(turn), turned(v_dot)


def _svd_inner(bars: Any, u: Any, s: Any, v: Any) -> Any:
    """The adjoint of a matrix from those of its reduced factors u, s and v."""
    u_bar, s_bar, v_bar = bars
    over = inverse(s)
    terms = [None if s_bar is None else (u * rows(s_bar)) @ turned(v)]
    if u_bar is not None:
        turn = _gaps(s) * (turned(u) @ u_bar)
        terms.append((u @ ((turn + turned(turn)) * rows(s)) + _beside(u, u_bar) * rows(over)) @ turned(v))
    if v_bar is not None:
        turn = _gaps(s) * (turned(v) @ v_bar)
        terms.append(u @ (columns(s) * (turn + turned(turn)) @ turned(v) + columns(over) * turned(_beside(v, v_bar))))
    return plus(*terms)


@general(spelled=np.linalg.svd, typing=typed(_svd_type, matrices, True), tangent=_svd_tangent, results=("u", "s", "vh"), cost=4000)
def svd(bars, y, a, full_matrices=True):
    """Singular values and vectors: a == u @ diag(s) @ vh."""
    u, s, vh = y
    u_bar, s_bar, vh_bar = bars
    if is_complex(a) and u_bar is None and vh_bar is None and s_bar is not None:
        return np.conjugate((_first(u, s, -1) * rows(s_bar)) @ _first(vh, s, -2))
    _real_alone(a, "singular vectors")
    v_bar = None if vh_bar is None else turned(vh_bar)
    if not full_matrices:
        return _svd_inner((u_bar, s_bar, v_bar), u, s, turned(vh))
    first, v_first = _first(u, s, -1), turned(_first(vh, s, -2))
    kept = (None if u_bar is None else _first(u_bar, s, -1), s_bar, None if v_bar is None else _first(v_bar, s, -1))
    terms = [_svd_inner(kept, first, s, v_first)]
    scaled, v_scaled = first * rows(inverse(s)), v_first * rows(inverse(s))
    if u_bar is not None:
        more, more_bar = _rest(u, s, -1), _rest(u_bar, s, -1)
        terms.append(np.negative(more @ (turned(more_bar) @ scaled) @ turned(v_first)))
    if v_bar is not None:
        more, more_bar = turned(_rest(vh, s, -2)), _rest(v_bar, s, -1)
        terms.append(np.negative(first @ (turned(v_scaled) @ more_bar) @ turned(more)))
    return plus(*terms)


def _svdvals_type(dtype: str, dims: tuple[str, ...], attrs: Any) -> Type:
    return Array(part_of(dtype), (*dims[:-2], least(*dims[-2:])))


def _svdvals_tangent(y, a, a_dot):
    u, s, vh = apply("svd", a, full_matrices=False)
    return np.real(diagonal_of(flipped(u) @ a_dot @ flipped(vh)))


@general(np.linalg.svdvals, typing=typed(_svdvals_type, matrices, True), tangent=_svdvals_tangent, cost=4000)
def svdvals(s_bar, y, a):
    """Singular values."""
    u, s, vh = apply("svd", a, full_matrices=False)
    return conjugated((u * rows(s_bar)) @ vh)


@composite(np.linalg.qr, named=type(np.linalg.qr(ONE_BY_ONE)))
def qr_parts(a, mode="reduced"):
    """q and r, or r alone."""
    if mode not in ("reduced", "complete", "r"):
        raise TypeError(f"np.linalg.qr has the modes reduced, complete and r here, not {mode}")
    return apply("qr", a)[1] if mode == "r" else apply("qr", a, mode=mode)


def _qr_type(dtype: str, dims: tuple[str, ...], attrs: Any) -> tuple[Type, ...]:
    *batch, m, n = dims
    k = m if attrs["mode"] == "complete" else least(m, n)
    return Array(dtype, (*batch, m, k)), Array(dtype, (*batch, k, n))


def _reduced(mode: str) -> None:
    if mode != "reduced":
        raise NotDifferentiable("DL008", "the derivative of np.linalg.qr is known in the mode reduced alone", way_out="leave mode out")


def _leading(r: Any, x: Any) -> tuple[Any, Any]:
    """The columns of x that have a pivot in r, and the others."""
    whole = (slice(None),) * (np.ndim(x) - 1)
    count = apply("dim", r, axis=-2)
    return x[(*whole, slice(None, count))], x[(*whole, slice(count, None))]


def _over(x: Any, r: Any) -> Any:
    """x @ inv(r)."""
    return turned(np.linalg.solve(turned(r), turned(x)))


def _strict(x: Any) -> Any:
    return np.where(unit(x), 0.0, np.where(lower(x), x, 0.0))


def _qr_tangent(y, a, a_dot, mode="reduced"):
    _real_alone(a, "QR factors")
    _reduced(mode)
    q, r = y
    square_, _ = _leading(r, r)
    moved = _over(_leading(r, a_dot)[0], square_)
    turn = _strict(turned(q) @ moved)
    omega = turn - turned(turn)
    q_dot = _beside(q, moved) + q @ omega
    return q_dot, turned(q) @ a_dot - omega @ r


@general(spelled=np.linalg.qr, typing=typed(_qr_type, matrices, True), tangent=_qr_tangent, results=("q", "r"), cost=2000)
def qr(bars, y, a, mode="reduced"):
    """a == q @ r, the columns of q orthonormal, r upper triangular."""
    _real_alone(a, "QR factors")
    _reduced(mode)
    q, r = y
    q_bar, r_bar = bars
    square_, more = _leading(r, r)
    if r_bar is None:
        square_bar, more_bar = None, np.zeros_like(more)
    else:
        square_bar, more_bar = _leading(r, r_bar)
        q_bar = plus(q_bar, q @ (more @ turned(more_bar)))
    turn = plus(None if square_bar is None else square_ @ turned(square_bar), None if q_bar is None else np.negative(turned(q_bar) @ q))
    both = np.where(lower(turn), turn, turned(turn))
    return np.concatenate((_over(plus(q_bar, q @ both), turned(square_)), q @ more_bar), axis=-1)


def _eig_type(dtype: str, dims: tuple[str, ...], attrs: Any) -> tuple[Type, ...]:
    return Array(dtype, dims[:-1]), Array(dtype, dims)


def _eigvals_type(dtype: str, dims: tuple[str, ...], attrs: Any) -> Type:
    return Array(dtype, dims[:-1])


def _real(a: Any, values: Any) -> Any:
    if np.iscomplexobj(values) and not np.iscomplexobj(a):
        raise TypeMismatch("DL005", COMPLEX)
    return values


def _eig(a: Any) -> Any:
    w, v = np.linalg.eig(a)
    return _real(a, w), v


def _eigvals(a: Any) -> Any:
    return _real(a, np.linalg.eigvals(a))


def _eig_gaps(w: Any) -> Any:
    gaps = rows(w) - columns(w)
    return np.where(np.abs(gaps) <= EPS * (np.abs(rows(w)) + np.abs(columns(w))), 0.0, inverse(gaps))


def _straight(v: Any, v_dot: Any) -> Any:
    """The change of vectors of length one: nothing along themselves."""
    return v_dot - v * np.sum(v * v_dot, axis=-2, keepdims=True)


def _eig_tangent(y, a, a_dot):
    w, v = y
    turn = np.linalg.solve(v, a_dot @ v)
    _real_alone(a, "eigenvectors")
    return diagonal_of(turn), _straight(v, v @ (_eig_gaps(w) * turn))


@general(
    np.linalg.eig,
    typing=typed(_eig_type, square, True),
    tangent=_eig_tangent,
    evaluate=_eig,
    results=("w", "v"),
    named=type(np.linalg.eig(ONE_BY_ONE)),
    cost=4000,
)
def eig(bars, y, a):
    """Eigenvalues and eigenvectors of any matrix that has real ones; complex ones are refused when they appear."""
    w_bar, v_bar = bars
    w, v = y
    if v_bar is not None:
        _real_alone(a, "eigenvectors")
    spread = None if w_bar is None else np.where(unit(v), rows(w_bar), 0.0)
    turning = None if v_bar is None else _eig_gaps(w) * (turned(v) @ _straight(v, v_bar))
    return np.linalg.solve(turned(v), plus(spread, turning) @ turned(v))


def _eigvals_tangent(y, a, a_dot):
    w, v = apply("eig", a)
    return diagonal_of(np.linalg.solve(v, a_dot @ v))


@general(np.linalg.eigvals, typing=typed(_eigvals_type, square, True), tangent=_eigvals_tangent, evaluate=_eigvals, cost=4000)
def eigvals(w_bar, y, a):
    """Eigenvalues of any matrix that has real ones; complex ones are refused when they appear."""
    w, v = apply("eig", a)
    return np.linalg.solve(turned(v), np.where(unit(v), rows(w_bar), 0.0) @ turned(v))
