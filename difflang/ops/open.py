"""Ops of programs whose types are open: what rules write where a rank is not known. With all types known others stand in their place.

The adjoints of a matrix product form a family closed under derivation: with z = x @ y and adjoints p of z, q of x, r of y,

    matmul_left(p, x, y)   is x's adjoint: linear in p and y, of x only the shape is read
    matmul_right(p, x, y)  is y's adjoint: linear in p and x, of y only the shape is read

and so do those of np.dot, which does otherwise with numbers and with more than two axes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply
from ..op import linear, multilinear
from ..types import UNKNOWN, Type
from .contract import dot, matmul


def _open(types: tuple[Type, ...], attrs: Any) -> Type:
    return UNKNOWN


def _reshape(x: Any, like: Any) -> Any:
    return np.reshape(x, np.shape(like))


@linear(typing=_open, evaluate=_reshape, closed=_reshape, view=True)
def reshape_like(y_bar, x, like):
    """x in the shape of `like`, whose rank is not known."""
    return np.reshape(y_bar, np.shape(x))


def _broadcast(x: Any, like: Any) -> Any:
    return np.broadcast_to(x, np.shape(like))


@linear(typing=_open, evaluate=_broadcast, closed=_broadcast, view=True)
def broadcast_like(y_bar, x, like):
    """x spread over the shape of `like`, whose rank is not known."""
    return apply("unbroadcast", y_bar, x)


def _assembled(like: Any, *parts: Any) -> Any:
    rest = [np.zeros_like(part) for part in like[len(parts) :]]
    whole = [np.copy(part)[()] for part in (*parts, *rest)]
    return np.array(whole, like.dtype) if isinstance(like, np.ndarray) else type(like)(whole)


def _stored(like: Any, *parts: Any) -> Any:
    whole = np.zeros_like(like)
    for k, part in enumerate(parts):
        whole = apply("accumulate", whole, part, k, pattern=("i",))
    return whole


@linear(typing=_open, evaluate=_assembled, closed=_stored)
def assembled(y_bar, like, *parts):
    """The adjoint of an array, a list or a tuple that was taken apart: these first parts, zeros after them. Of `like` the form is read."""
    return None, *(y_bar[k] for k in range(len(parts)))


def _left(z_bar: Any, x: Any, y: Any) -> Any:
    return matmul(z_bar, x, y)[0]


def _right(z_bar: Any, x: Any, y: Any) -> Any:
    return matmul(z_bar, x, y)[1]


@multilinear(typing=_open, evaluate=_left, closed=_left)
def matmul_left(q_bar, z_bar, x, y):
    """The adjoint of x in x @ y, whatever the ranks. Only the shape of x is read."""
    return q_bar @ y, None, apply("matmul_right", z_bar, q_bar, y)


@multilinear(typing=_open, evaluate=_right, closed=_right)
def matmul_right(r_bar, z_bar, x, y):
    """The adjoint of y in x @ y, whatever the ranks. Only the shape of y is read."""
    return x @ r_bar, apply("matmul_left", z_bar, x, r_bar), None


def _dot_left(z_bar: Any, x: Any, y: Any) -> Any:
    return dot(z_bar, x, y)[0]


def _dot_right(z_bar: Any, x: Any, y: Any) -> Any:
    return dot(z_bar, x, y)[1]


@multilinear(typing=_open, evaluate=_dot_left, closed=_dot_left)
def dot_left(q_bar, z_bar, x, y):
    """The adjoint of x in np.dot(x, y), whatever the ranks. Only the shape of x is read."""
    return np.dot(q_bar, y), None, apply("dot_right", z_bar, q_bar, y)


@multilinear(typing=_open, evaluate=_dot_right, closed=_dot_right)
def dot_right(r_bar, z_bar, x, y):
    """The adjoint of y in np.dot(x, y), whatever the ranks. Only the shape of y is read."""
    return np.dot(x, r_bar), apply("dot_left", z_bar, x, r_bar), None
