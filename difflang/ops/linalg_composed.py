"""numpy.linalg's functions that are written in other ops: norms, powers, condition numbers, products of several matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply
from ..op import composite, general, normal_axis
from ..types import UNKNOWN, Array, Scalar, Type
from .linalg import columns, floats, length, turned, unit
from .reduce import expanded, reduced_type

Bound = tuple[tuple[Any, ...], dict[str, Any]]
BOTH = (-2, -1)


def _real(x: Any) -> Any:
    """Integers and truths as floats."""
    return x if x.dtype.kind in "fc" else x.astype(np.float64)


def _root(x: Any, power: float) -> Any:
    """x ** power, its derivative at zero zero."""
    none = x == 0
    kept = np.where(none, 1.0, x)
    return np.where(none, 0.0 if power > 0 else np.inf, np.sqrt(kept) if power == 0.5 else kept**power)


def _length_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    dtype = "f16" if isinstance(x, (Scalar, Array)) and x.dtype == "f16" else floats(x)
    return UNKNOWN if dtype is None else reduced_type(dtype, x, attrs["axis"], attrs["keepdims"])


def _length_lower(x, axis=None, keepdims=False):
    if x.dtype == np.float16 and axis is None:  # NumPy's is a dot product
        return np.sqrt(np.sum(np.square(x.astype(np.float32)), keepdims=keepdims).astype(np.float16))
    return np.sqrt(np.sum(np.square(x), axis=axis, keepdims=keepdims))


def _complex_length(x, axis=None, keepdims=False):
    squares = np.square(np.real(x)) + np.square(np.imag(x))
    return _root(np.sum(squares, axis=axis, keepdims=keepdims), 0.5)


def _unit(y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """x / y, 0 where the length is zero."""
    size = expanded(y, x, axis, keepdims)
    return np.divide(x, np.where(size == 0, np.inf, size))


def _length_tangent(y, x, x_dot, axis=None, keepdims=False):
    return np.sum(_unit(y, x, axis, keepdims) * x_dot, axis=axis, keepdims=keepdims)


def _length(x: Any, axis: Any, keepdims: bool) -> Any:
    return np.linalg.norm(x, axis=axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis, keepdims=keepdims)


@general(
    spelled=np.linalg.norm,
    typing=_length_type,
    evaluate=_length,
    tangent=_length_tangent,
    lower=_length_lower,
    axes="many",
    cost=8,
    on_complex=_complex_length,
)
def euclidean(y_bar, y, x, axis=None, keepdims=False):
    """The root of the sum of squares. Its derivative at zero is zero."""
    return expanded(y_bar, x, axis, keepdims) * _unit(y, x, axis, keepdims)


def _vector(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    """The norm of vectors along an axis."""
    if ord is None or ord == 2:
        if isinstance(axis, tuple) and len(axis) > 2:
            return _root(np.sum(np.square(np.abs(x)), axis=axis, keepdims=keepdims), 0.5)
        return apply("euclidean", x, axis=axis, keepdims=keepdims)
    if isinstance(ord, str):
        raise TypeError(f"Invalid norm order '{ord}' for vectors")
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum((x != 0).astype(np.real(x).dtype), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    return _root(np.sum(_root(np.abs(x), float(ord)), axis=axis, keepdims=keepdims), 1.0 / ord)


def _matrix(x: Any, ord: Any) -> Any:
    """The norm of matrices that lie along the last two axes."""
    if ord is None or ord in ("fro", "f"):
        return apply("euclidean", x, axis=BOTH)
    if ord == "nuc":
        return np.sum(np.linalg.svdvals(x), axis=-1)
    if ord in (2, -2):
        return (np.max if ord > 0 else np.min)(np.linalg.svdvals(x), axis=-1)
    if ord in (1, -1, np.inf, -np.inf):
        sums = np.sum(np.abs(x), axis=-2 if abs(ord) == 1 else -1)
        return (np.max if ord > 0 else np.min)(sums, axis=-1)
    raise TypeError("Invalid norm order for matrices.")


def _norm_bind(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Bound:
    return (x,), {"ord": ord, "axis": axis, "keepdims": bool(keepdims)}


def _at_end(x: Any, first: int, second: int) -> Any:
    """The two axes of a matrix moved to the end, in this order."""
    others = [k for k in range(np.ndim(x)) if k not in (first, second)]
    order = (*others, first, second)
    return x if order == tuple(range(np.ndim(x))) else np.transpose(x, order)


@composite(np.linalg.norm, bind=_norm_bind)
def norm(x, ord=None, axis=None, keepdims=False):
    """The norm of vectors or matrices, every order. Its derivative at zero is zero."""
    x = _real(x)
    if axis is None:
        if ord is None:
            return _vector(x, None, None, keepdims)
        if np.ndim(x) not in (1, 2):
            raise TypeError("Improper number of dimensions to norm.")
        axis = tuple(range(np.ndim(x)))
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = tuple(normal_axis(a, np.ndim(x), "one") for a in axes)
    if len(axes) == 1:
        return _vector(x, ord, axes[0], keepdims)
    if len(axes) != 2 or axes[0] == axes[1]:
        raise TypeError("Improper number of dimensions to norm." if len(axes) != 2 else "Duplicate axes given.")
    if ord is None:
        return _vector(x, None, axes, keepdims)
    found = _matrix(_at_end(x, *axes), ord)
    return np.expand_dims(found, tuple(sorted(axes))) if keepdims else found


def _vector_norm_bind(x: Any, /, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Bound:
    return (x,), {"axis": axis, "keepdims": bool(keepdims), "ord": ord}


@composite(np.linalg.vector_norm, bind=_vector_norm_bind)
def vector_norm(x, axis=None, keepdims=False, ord=2):
    """The norm of vectors; without an axis of all elements as one vector."""
    x = _real(x)
    axes = axis if axis is None or isinstance(axis, (tuple, list)) else (axis,)
    return _vector(x, ord, None if axes is None else tuple(normal_axis(a, np.ndim(x), "one") for a in axes), keepdims)


def _matrix_norm_bind(x: Any, /, *, keepdims: Any = False, ord: Any = "fro") -> Bound:
    return (x,), {"keepdims": bool(keepdims), "ord": ord}


@composite(np.linalg.matrix_norm, bind=_matrix_norm_bind)
def matrix_norm(x, keepdims=False, ord="fro"):
    """The norm of matrices along the last two axes."""
    found = _matrix(_real(x), ord)
    return np.expand_dims(found, BOTH) if keepdims else found


@composite(np.linalg.matrix_power)
def matrix_power(a, n=1):
    """A square matrix multiplied with itself n times, its inverse where n is negative; n is known while compiling."""
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool):
        raise TypeError("exponent must be an integer")
    if n == 0:
        ones = unit(a).astype(a.dtype)
        return ones if np.ndim(a) == 2 else np.zeros_like(a) + ones
    if n < 0:
        a, n = np.linalg.inv(a), -n
    square, result = a, None
    while n > 0:
        if n & 1:
            result = square if result is None else result @ square
        n >>= 1
        square = square @ square if n else square
    return result @ unit(a).astype(a.dtype) if result is a else result


def _ends(s: Any) -> tuple[Any, Any]:
    """The greatest and the least singular value."""
    whole = (slice(None),) * (np.ndim(s) - 1)
    return s[(*whole, 0)], s[(*whole, -1)]


def _cond_bind(x: Any, p: Any = None) -> Bound:
    return (x,), {"p": p}


@composite(np.linalg.cond, bind=_cond_bind)
def cond(x, p=None):
    """The condition number."""
    if p in (None, 2, -2):
        greatest, smallest = _ends(np.linalg.svdvals(x))
        return np.divide(smallest, greatest) if p == -2 else np.divide(greatest, smallest)
    x = _real(x)
    return _matrix(x, p) * _matrix(np.linalg.inv(x), p)


def _multi_dot_bind(arrays: Any, *, out: Any = None) -> Bound:
    if out is not None:
        raise TypeError("np.linalg.multi_dot takes no out here")
    return tuple(arrays), {}


@composite(np.linalg.multi_dot, bind=_multi_dot_bind)
def multi_dot(*arrays):
    """A product of several matrices, from the end that has a vector."""
    if len(arrays) < 2:
        raise TypeError("Expecting at least two arrays.")
    if np.ndim(arrays[-1]) == 1:
        result = arrays[-1]
        for a in arrays[-2::-1]:
            result = a @ result
        return result
    result = arrays[0]
    for a in arrays[1:]:
        result = result @ a
    return result


def _matrix_rank_bind(A: Any, tol: Any = None, hermitian: Any = False, *, rtol: Any = None) -> Bound:
    if hermitian is not False:
        raise TypeError("np.linalg.matrix_rank takes any matrix here: leave hermitian out")
    return (A, tol, rtol), {}


@composite(np.linalg.matrix_rank, bind=_matrix_rank_bind)
def matrix_rank(a, tol, rtol):
    """The number of singular values that count."""
    if np.ndim(a) < 2:
        return np.any(a != 0).astype(np.int64)
    s = np.linalg.svdvals(a)
    if tol is None:
        if rtol is None:
            rtol = apply("maximum", length(a, -2), length(a, -1)) * float(np.finfo(s.dtype).eps)
        tol = np.max(s, axis=-1, keepdims=True) * (columns(rtol) if np.ndim(rtol) else rtol)
    else:
        tol = columns(tol) if np.ndim(tol) else tol
    return np.sum(s > tol, axis=-1)


def _product(sizes: Any) -> Any:
    total: Any = 1
    for size in sizes:
        total = total * size
    return total


def _tensorsolve_bind(a: Any, b: Any, axes: Any = None) -> Bound:
    if axes is not None:
        raise TypeError("np.linalg.tensorsolve takes no axes here: transpose the array first")
    return (a, b), {}


@composite(np.linalg.tensorsolve, bind=_tensorsolve_bind)
def tensorsolve(a, b):
    """The x of tensordot(a, x, x.ndim) == b."""
    shape = tuple(np.shape(a)[np.ndim(b) :])
    flat = np.reshape(a, (_product(np.shape(b)), _product(shape)))
    return np.reshape(np.linalg.solve(flat, np.reshape(b, (-1,))), shape)


@composite(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    """The inverse of an array taken as a matrix of its first `ind` axes and the others."""
    before, after = tuple(np.shape(a)[:ind]), tuple(np.shape(a)[ind:])
    return np.reshape(np.linalg.inv(np.reshape(a, (_product(before), _product(after)))), (*after, *before))


@composite(np.linalg.matrix_transpose, np.matrix_transpose, properties=("mT",))
def matrix_transpose(x):
    """The matrices of the last two axes, transposed."""
    if np.ndim(x) < 2:
        raise TypeError("matrix_transpose needs at least two axes")
    return turned(x)


def _least(x: Any, y: Any) -> Any:
    return apply("minimum", x, y) if x is not y else x


@composite(np.diagonal, methods=("diagonal",))
def diagonal(x, offset=0, axis1=0, axis2=1):
    """The diagonals of the matrices that two axes make. NumPy gives a view: `own` refuses to read it after the array was written."""
    if np.ndim(x) < 2:
        raise TypeError("diag requires an array of at least two dimensions")
    first, second = (normal_axis(a, np.ndim(x), "one") for a in (axis1, axis2))
    if first == second:
        raise TypeError("axis1 and axis2 cannot be the same")
    x = _at_end(x, first, second)
    down, right = max(-offset, 0), max(offset, 0)
    count = _least(length(x, -2) - down, length(x, -1) - right)
    along = apply("arange", 0, count if offset == 0 else apply("maximum", count, 0), 1)
    before = (":",) * (np.ndim(x) - 2)
    return apply("index", x, along + down if down else along, along + right if right else along, pattern=(*before, "a", "a"), shares=True)


def _trace_bind(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None) -> Bound:
    return (a,), {"offset": offset, "axis1": axis1, "axis2": axis2, "dtype": dtype}


@composite(np.trace, methods=("trace",), bind=_trace_bind)
def trace(x, offset=0, axis1=0, axis2=1, dtype=None):
    """The sums of the diagonals of the matrices that two axes make."""
    found = diagonal(x, offset, axis1, axis2)
    return np.sum(found if dtype is None else apply("cast", found, dtype=dtype, weak=False), axis=-1)


@composite(np.linalg.diagonal)
def matrix_diagonal(x, offset=0):
    """The diagonals of the matrices of the last two axes."""
    return diagonal(x, offset, -2, -1)


def _matrix_trace_bind(x: Any, /, *, offset: Any = 0, dtype: Any = None) -> Bound:
    return (x,), {"offset": offset, "dtype": dtype}


@composite(np.linalg.trace, bind=_matrix_trace_bind)
def matrix_trace(x, offset=0, dtype=None):
    """The sums of the diagonals of the matrices of the last two axes."""
    return trace(x, offset, -2, -1, dtype)


@composite(np.linalg.outer)
def vector_outer(x, y):
    """Every element of one vector with every element of another."""
    return np.outer(x, y)


@composite(np.linalg.matmul)
def matrix_matmul(x, y):
    """x @ y."""
    return x @ y
