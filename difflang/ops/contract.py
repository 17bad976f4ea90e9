"""Products of matrices and vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply, rank_known
from ..op import multilinear
from ..types import MANY, ONE, UNKNOWN, Scalar, Type, broadcast_dims, dims_of, promote, shaped
from .shape import array


def _agree(one: str, other: str) -> None:
    if {one, other} == {ONE, MANY}:
        raise TypeError("the sizes of the axes that are summed over differ")


def _matmul_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    a, b = map(dims_of, types)
    if not a or not b:
        raise TypeError("a matrix product takes arrays, not numbers")
    _agree(a[-1], b[-2] if len(b) > 1 else b[-1])
    dims = broadcast_dims(a[:-2], b[:-2]) + a[-2:-1] + (b[-1:] if len(b) > 1 else ())
    return array(common.dtype, dims)


@multilinear(np.matmul, infix="@", typing=_matmul_type)
def matmul(z_bar, x, y):
    """x @ y: vectors, matrices, or stacks of matrices."""
    ranks = (rank_known(x), rank_known(y))
    if None in ranks:
        return apply("matmul_left", z_bar, x, y), apply("matmul_right", z_bar, x, y)
    if ranks == (1, 1):
        return z_bar * y, z_bar * x
    if ranks == (2, 1):
        return np.outer(z_bar, y), np.transpose(x) @ z_bar
    if ranks == (1, 2):
        return y @ z_bar, np.outer(x, z_bar)
    if ranks == (2, 2):
        return z_bar @ np.transpose(y), np.transpose(x) @ z_bar
    # Vectors become matrices of one row or column, then one formula serves all.
    rows = np.expand_dims(x, 0) if np.ndim(x) == 1 else x
    columns = np.expand_dims(y, 1) if np.ndim(y) == 1 else y
    wide = z_bar if np.ndim(x) > 1 else np.expand_dims(z_bar, -1 if np.ndim(y) == 1 else -2)
    wide = wide if np.ndim(y) > 1 else np.expand_dims(wide, -1)
    return _like(wide @ np.swapaxes(columns, -1, -2), x), _like(np.swapaxes(rows, -1, -2) @ wide, y)


def _like(adjoint: Any, x: Any) -> Any:
    """The adjoint of an operand that was made a matrix and repeated."""
    if np.ndim(x) > 1:
        return apply("unbroadcast", adjoint, x)
    return np.sum(np.reshape(adjoint, (-1, np.shape(x)[0])), axis=0)


def _dot_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    a, b = map(dims_of, types)
    if not a or not b:
        return shaped(common.dtype, *types)
    _agree(a[-1], b[-2] if len(b) > 1 else b[-1])
    return array(common.dtype, a[:-1] + b[:-2] + (b[-1:] if len(b) > 1 else ()))


@multilinear(np.dot, typing=_dot_type, methods=("dot",))
def dot(z_bar, x, y):
    """np.dot: over the last axis of x and the last but one (or only) of y."""
    if rank_known(x) is None or rank_known(y) is None:
        return apply("dot_left", z_bar, x, y), apply("dot_right", z_bar, x, y)
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return apply("unbroadcast", z_bar * y, x), apply("unbroadcast", z_bar * x, y)
    if np.ndim(x) <= 2 and np.ndim(y) <= 2:
        return matmul(z_bar, x, y)
    if np.ndim(y) == 1:
        return np.expand_dims(z_bar, -1) * y, np.sum(np.reshape(np.expand_dims(z_bar, -1) * x, (-1, np.shape(y)[0])), axis=0)
    rows, inner = np.reshape(x, (-1, np.shape(x)[-1])), np.moveaxis(y, -2, 0)
    columns = np.reshape(inner, (np.shape(inner)[0], -1))
    wide = np.reshape(z_bar, (np.shape(rows)[0], np.shape(columns)[1]))
    y_bar = np.moveaxis(np.reshape(np.transpose(rows) @ wide, np.shape(inner)), 0, -2)
    return np.reshape(wide @ np.transpose(columns), np.shape(x)), y_bar


def _outer_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    sizes = [dims_of(t) for t in types]
    return array(common.dtype, [dims[0] if len(dims) == 1 else ONE if set(dims) <= {ONE} else "?" for dims in sizes])


@multilinear(np.outer, typing=_outer_type)
def outer(z_bar, x, y):
    """Every element of x with every element of y."""
    x_bar = z_bar @ np.reshape(y, (-1,))
    y_bar = np.reshape(x, (-1,)) @ z_bar
    return np.reshape(x_bar, np.shape(x)), np.reshape(y_bar, np.shape(y))


def _inner_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    a, b = map(dims_of, types)
    if not a or not b:
        return shaped(common.dtype, *types)
    _agree(a[-1], b[-1])
    return array(common.dtype, a[:-1] + b[:-1])


@multilinear(np.inner, typing=_inner_type)
def inner(z_bar, x, y):
    """Over the last axes of both."""
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return apply("unbroadcast", z_bar * y, x), apply("unbroadcast", z_bar * x, y)
    if np.ndim(x) == np.ndim(y) == 1:
        return z_bar * y, z_bar * x
    left, right = np.reshape(x, (-1, np.shape(x)[-1])), np.reshape(y, (-1, np.shape(y)[-1]))
    wide = np.reshape(z_bar, (np.shape(left)[0], np.shape(right)[0]))
    return np.reshape(wide @ right, np.shape(x)), np.reshape(np.transpose(wide) @ left, np.shape(y))
