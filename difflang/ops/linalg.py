"""Linear algebra through LAPACK: solving, factorizations, eigenvalues. What is composed of these stands in `linalg_composed.py`.

cholesky and eigh read one triangle alone, as NumPy does: the elements of the other have no derivative. Pairs of equal
eigenvalues or singular values contribute nothing to the derivatives of eigenvectors and singular vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..build import apply
from ..op import composite, constant, general
from ..types import BOOL, DTYPES, ONE, OPEN, PART, UNKNOWN, Array, Scalar, Type, broadcast_dims, dims_of, part_of, promote
from .complex_values import conjugated, is_complex
from .shape import array

ONE_BY_ONE = np.ones((1, 1))
EPS = 2.0**-50
"""Eigenvalues that differ by less, relative to the largest, count as equal: rounding alone tells them apart."""


def flipped(x: Any) -> Any:
    """The transposed conjugate."""
    return conjugated(turned(x))


def turned(x: Any) -> Any:
    """The transposed matrix, or matrices."""
    return np.transpose(x) if np.ndim(x) == 2 else np.swapaxes(x, -1, -2)


def columns(x: Any) -> Any:
    """Numbers as one column each, to scale rows by."""
    return np.expand_dims(x, -1)


def rows(x: Any) -> Any:
    """Numbers as one row each, to scale columns by."""
    return np.expand_dims(x, -2)


def length(x: Any, axis: int) -> Any:
    """The size of an axis, a value of the run."""
    return apply("dim", x, axis=axis)


def unit(x: Any) -> Any:
    """The truth of the main diagonal of square matrices."""
    size = length(x, -1)
    return apply("eye", size, size, dtype="bool")


def lower(x: Any) -> Any:
    """The truth of the lower triangle, the diagonal included."""
    along = apply("arange", 0, length(x, -1), 1)
    return np.expand_dims(along, 1) >= np.expand_dims(along, 0)


def diagonal_of(x: Any) -> Any:
    """The diagonals of square matrices."""
    return np.sum(np.where(unit(x), x, 0.0), axis=-1)


def folded(x: Any, side: str) -> Any:
    """The adjoint of a matrix of which one triangle stands for both."""
    kept = lower(x) if side == "L" else np.logical_not(lower(x))
    both = np.where(unit(x), np.real(x), x + flipped(x))
    return np.where(kept if side == "L" else np.logical_or(kept, unit(x)), both, 0.0)


def mirrored(x: Any, side: str) -> Any:
    """The symmetric matrix that one triangle stands for."""
    kept = lower(x) if side == "L" else np.logical_or(np.logical_not(lower(x)), unit(x))
    whole = np.where(kept, x, flipped(x))
    return np.where(unit(x), np.real(x), whole) if is_complex(x) else whole


def plus(*terms: Any) -> Any:
    """The sum of what is there; None of nothing."""
    total = None
    for term in terms:
        if term is not None:
            total = term if total is None else total + term
    return total


def inverse(x: Any) -> Any:
    """1 / x, 0 where x is zero."""
    none = x == 0
    return np.where(none, 0.0, np.divide(1, np.where(none, 1.0, x)))


def floats(*types: Type, complex_too: bool = False) -> str | None:
    """The dtype in which LAPACK computes; None where it is not known."""
    common = promote(*types)
    if not isinstance(common, Scalar):
        return None
    if common.dtype in PART and complex_too:
        return common.dtype
    if common.dtype in ("f32", "f64"):
        return common.dtype
    if DTYPES[common.dtype].kind in "fc":
        raise TypeError(f"array type {DTYPES[common.dtype]} is unsupported in linalg here")
    return "f64"


def matrices(type: Type) -> tuple[str, ...]:
    """The axes of a stack of matrices. Raises NumPy's LinAlgError."""
    dims = dims_of(type)
    if len(dims) < 2:
        raise np.linalg.LinAlgError(f"{len(dims)}-dimensional array given. Array must be at least two-dimensional")
    return dims


def square(type: Type) -> tuple[str, ...]:
    dims = matrices(type)
    if {dims[-1], dims[-2]} == {ONE, "n"}:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    return dims


def least(one: str, other: str) -> str:
    """What is known of the smaller of two sizes."""
    return one if one == other and one != OPEN else OPEN


def typed(
    results: Callable[[str, tuple[str, ...], Any], Any], check: Callable[[Type], tuple[str, ...]], complex_too: bool = False
) -> Callable[..., Any]:
    """The typing of an op on one stack of matrices: `results(dtype, dims, attrs)`."""

    def typing(types: tuple[Type, ...], attrs: Any) -> Any:
        dtype = floats(types[0], complex_too=complex_too)
        if dtype is None:
            count = results("f64", (OPEN, OPEN), attrs)
            return (UNKNOWN,) * len(count) if isinstance(count, tuple) else UNKNOWN
        return results(dtype, check(types[0]), attrs)

    return typing


def _solve_type(types: tuple[Type, ...], attrs: Any) -> Type:
    dtype = floats(*types, complex_too=True)
    if dtype is None:
        return UNKNOWN
    a, b = square(types[0]), dims_of(types[1])
    if not b:
        raise ValueError("solve: Input operand 1 does not have enough dimensions")
    if len(b) == 1:
        return Array(dtype, (*a[:-2], a[-1]))
    return Array(dtype, (*broadcast_dims(a[:-2], b[:-2]), a[-1], b[-1]))


def _solve_tangent(x, a, b, a_dot, b_dot):
    change = None if a_dot is None else np.negative(_times(a_dot, x, b))
    return solved(a, plus(b_dot, change), b)


def _times(a: Any, x: Any, b: Any) -> Any:
    """a @ x, x a stack of vectors where b is one vector."""
    if np.ndim(b) > 1 or np.ndim(a) == 2:
        return a @ x
    return np.squeeze(a @ columns(x), -1)


def solved(a: Any, y: Any, b: Any) -> Any:
    """np.linalg.solve(a, y) for a right side y made of what was one vector b, one for each matrix."""
    if np.ndim(b) > 1 or np.ndim(y) == 1:
        return np.linalg.solve(a, y)
    return np.squeeze(np.linalg.solve(a, columns(y)), -1)


@general(np.linalg.solve, typing=_solve_type, tangent=_solve_tangent, cost=1000)
def solve(x_bar, x, a, b):
    """The x of a @ x == b."""
    b_bar = solved(turned(a), x_bar, b)
    if np.ndim(b) > 1:
        return apply("unbroadcast", np.negative(b_bar @ turned(x)), a), apply("unbroadcast", b_bar, b)
    if np.ndim(a) == 2:
        return np.negative(np.outer(b_bar, x)), b_bar
    return np.negative(columns(b_bar) * rows(x)), apply("unbroadcast", b_bar, b)


def _same(dtype: str, dims: tuple[str, ...], attrs: Any) -> Type:
    return Array(dtype, dims)


def _inv_tangent(y, a, a_dot):
    return np.negative(y @ a_dot @ y)


@general(np.linalg.inv, typing=typed(_same, square, True), tangent=_inv_tangent, cost=1000)
def inv(y_bar, y, a):
    """The inverse matrix."""
    y_t = turned(y)
    return np.negative(y_t @ y_bar @ y_t)


def _number(dtype: str, dims: tuple[str, ...], attrs: Any) -> Type:
    return array(dtype, dims[:-2])


def _two_numbers(dtype: str, dims: tuple[str, ...], attrs: Any) -> tuple[Type, ...]:
    return array(dtype, dims[:-2]), array(part_of(dtype), dims[:-2])


def _per_matrix(x: Any) -> Any:
    """One number for each matrix, to scale it by."""
    return np.expand_dims(x, (-2, -1)) if np.ndim(x) else x


def _relative(a: Any, a_dot: Any) -> Any:
    """The trace of inv(a) @ a_dot."""
    return np.sum(turned(np.linalg.inv(a)) * a_dot, axis=(-2, -1))


def _det_tangent(y, a, a_dot):
    return y * _relative(a, a_dot)


@general(np.linalg.det, typing=typed(_number, square, True), tangent=_det_tangent, cost=1000)
def det(y_bar, y, a):
    """The determinant. Of a singular matrix it has no derivative here: LinAlgError."""
    return _per_matrix(y_bar * y) * turned(np.linalg.inv(a))


def _slogdet_tangent(y, a, a_dot):
    change = _relative(a, a_dot)
    return (y[0] * apply("pair", 0.0 * np.imag(change), np.imag(change)), np.real(change)) if is_complex(a) else (None, change)


@general(
    np.linalg.slogdet,
    typing=typed(_two_numbers, square, True),
    tangent=_slogdet_tangent,
    results=("sign", "logabsdet"),
    named=type(np.linalg.slogdet(ONE_BY_ONE)),
    cost=1000,
)
def slogdet(bars, y, a):
    """Sign and logarithm of the absolute value of the determinant."""
    turning = np.imag(bars[0] * y[0]) * 1j if bars[0] is not None and is_complex(a) else None
    whole = plus(bars[1], turning)
    return None if whole is None else _per_matrix(whole) * turned(np.linalg.inv(a))


def _half(x: Any) -> Any:
    """The lower triangle with half the diagonal."""
    return np.where(lower(x), np.where(unit(x), 0.5 * x, x), 0.0)


def _cholesky_tangent(y, a, a_dot):
    left = np.linalg.solve(y, mirrored(a_dot, "L"))
    return y @ _half(np.linalg.solve(y, flipped(left)))


@general(spelled=np.linalg.cholesky, typing=typed(_same, square, True), tangent=_cholesky_tangent, cost=1000)
def cholesky(y_bar, y, a):
    """The lower triangular factor of a positive definite matrix, of which the lower triangle is read."""
    y_t = turned(y)
    left = np.linalg.solve(y_t, _half(y_t @ y_bar))
    return folded(turned(np.linalg.solve(conjugated(y_t), turned(left))), "L")


def _truth(types: tuple[Type, ...], attrs: Any) -> Type:
    return BOOL if floats(*types) else UNKNOWN


def _is_definite(a: Any) -> bool:
    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        return False
    return True


@constant(typing=_truth, evaluate=_is_definite, cost=1000)
def is_definite(y, a):
    """Whether all matrices have a Cholesky factor: what a handler of its LinAlgError asks."""


@composite(np.linalg.cholesky)
def cholesky_factor(a, upper=False):
    """The lower factor, or of the upper triangle the upper one."""
    return flipped(apply("cholesky", flipped(a))) if upper else apply("cholesky", a)


def _eigh_bind(a: Any, UPLO: Any = "L") -> tuple[tuple[Any, ...], dict[str, Any]]:
    side = UPLO.upper() if isinstance(UPLO, str) else ""
    if side not in ("L", "U"):
        raise TypeError("UPLO argument must be 'L' or 'U'")
    return (a,), {"UPLO": side}


def _eigh_type(dtype: str, dims: tuple[str, ...], attrs: Any) -> tuple[Type, ...]:
    return Array(part_of(dtype), dims[:-1]), Array(dtype, dims)


def _values_type(dtype: str, dims: tuple[str, ...], attrs: Any) -> Type:
    return Array(part_of(dtype), dims[:-1])


def _apart(w: Any) -> Any:
    """1 / (w[j] - w[i]) at [i, j], 0 of equal values."""
    gaps = rows(w) - columns(w)
    largest = np.max(np.abs(w), axis=-1, keepdims=True) if np.ndim(w) > 1 else np.max(np.abs(w))
    return np.where(np.abs(gaps) <= EPS * (columns(largest) if np.ndim(w) > 1 else largest), 0.0, inverse(gaps))


def _eigh_tangent(y, a, a_dot, UPLO="L"):
    w, v = y
    turn = flipped(v) @ mirrored(a_dot, UPLO) @ v
    return np.real(diagonal_of(turn)), v @ (_apart(w) * turn)


@general(
    np.linalg.eigh,
    typing=typed(_eigh_type, square, True),
    tangent=_eigh_tangent,
    bind=_eigh_bind,
    results=("w", "v"),
    named=type(np.linalg.eigh(ONE_BY_ONE)),
    cost=2000,
)
def eigh(bars, y, a, UPLO="L"):
    """Eigenvalues and eigenvectors of a symmetric matrix, of which one triangle is read."""
    w_bar, v_bar = bars
    w, v = y
    stretched = None if w_bar is None else conjugated(v) * rows(w_bar)
    turning = None if v_bar is None else conjugated(v) @ (_apart(w) * (turned(v) @ v_bar))
    return folded(plus(stretched, turning) @ turned(v), UPLO)


def _eigvalsh_tangent(y, a, a_dot, UPLO="L"):
    w, v = apply("eigh", a, UPLO=UPLO)
    return np.real(diagonal_of(flipped(v) @ mirrored(a_dot, UPLO) @ v))


@general(np.linalg.eigvalsh, typing=typed(_values_type, square, True), tangent=_eigvalsh_tangent, bind=_eigh_bind, cost=2000)
def eigvalsh(w_bar, y, a, UPLO="L"):
    """Eigenvalues of a symmetric matrix, of which one triangle is read."""
    w, v = apply("eigh", a, UPLO=UPLO)
    return folded((conjugated(v) * rows(w_bar)) @ turned(v), UPLO)
