"""Shapes: asking for them and changing them. Most results are views of the operand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..build import apply
from ..op import composite, constant, linear, normal_axis
from ..types import INT, MANY, ONE, OPEN, UNKNOWN, Array, Scalar, Type, Unknown, dims_of, keeping_order, promote


def numbers(*types: Type) -> bool:
    """Whether all types are known; raises TypeError for what is no number."""
    return isinstance(promote(*types), Scalar)


def dtype_of(type: Type) -> str:
    assert isinstance(type, (Scalar, Array))
    return type.dtype


def array(dtype: str, dims: Sequence[str], layout: str = "C") -> Type:
    """An array's type; without axes a strong scalar."""
    return Array(dtype, tuple(dims), layout) if dims else Scalar(dtype)


def dims_from(sizes: Sequence[Any]) -> tuple[str, ...]:
    """What is known of sizes given as operands: constants say all, `MANY` that it is no one, others nothing."""
    return tuple(MANY if n == MANY else OPEN if n is None or n < 0 else ONE if n == 1 else MANY for n in sizes)


def spread(shape: Any) -> tuple[Any, ...]:
    """A shape as a call states it, a number or a tuple, as operands."""
    return tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)


def _int(types: tuple[Type, ...], attrs: Any) -> Type:
    return INT


def _dim(x: Any, axis: int) -> int:
    return int(np.shape(x)[axis])


@constant(typing=_int, evaluate=_dim, axes="one")
def dim(y, x, axis=0):
    """The size of one axis, a Python int: x.shape[axis]."""


def _size(x: Any) -> int:
    return int(np.size(x))


@constant(np.size, typing=_int, evaluate=_size, properties=("size",))
def size(y, x):
    """The number of elements, a Python int."""


def _reshape_bind(x: Any, *shape: Any, order: str = "C", copy: Any = None, **named: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if set(named) - {"shape"}:
        raise TypeError("np.reshape takes an array and a shape here")
    if shape and isinstance(shape[-1], str):
        *shape, order = shape  # type: ignore[assignment]
    sizes = spread(shape[0]) if len(shape) == 1 else shape or spread(named["shape"])
    return (x, *sizes), {"order": _order(order)}


def _order(order: Any) -> str:
    if order not in ("C", "F", "A", "K"):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
    return str(order)


def _row_by_row(x: Any, order: str) -> bool:
    """Whether elements are taken row by row. What goes by the memory needs to know how that lies."""
    layout = getattr(getattr(x, "type", None), "layout", "C")
    if order in ("A", "K") and layout != "C":
        raise TypeError("how this array lies in memory is not known here: say order='C' or 'F'")
    return order != "F"


def _reshape_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> Type:
    if not numbers(*types):
        return UNKNOWN
    return keeping_order(array(dtype_of(types[0]), dims_from(values[1:])), types)


def _reshape(x: Any, *shape: Any) -> Any:
    return np.reshape(x, shape)


@linear(spelled=np.reshape, typing=_reshape_type, evaluate=_reshape, view=True, sized=True)
def reshape(y_bar, x, *shape):
    """x in another shape, row by row; one size may be -1."""
    return np.reshape(y_bar, np.shape(x))


@composite(np.reshape, bind=_reshape_bind, methods=("reshape",))
def reshaped(x, *shape, order="C"):
    """x in another shape, row by row or (order F) column by column."""
    if _row_by_row(x, order):
        return apply("reshape", x, *shape)
    return np.transpose(apply("reshape", np.transpose(x), *reversed(shape)))


def _ravel_bind(a: Any, order: Any = "C") -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (a,), {"order": _order(order)}


@composite(np.ravel, bind=_ravel_bind, methods=("ravel",))
def ravel(x, order="C"):
    """One axis of all elements: x.reshape(-1)."""
    return apply("reshape", x if _row_by_row(x, order) else np.transpose(x), -1)


@composite(bind=_ravel_bind, methods=("flatten",))
def flatten(x, order="C"):
    """A copy with one axis of all elements."""
    return apply("copy", ravel(x, order))


def _transpose_bind(x: Any, *axes: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    order = axes[0] if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))) else axes or None
    return (x,), {"axes": None if order is None else tuple(order)}


def _transpose_call(a: Any, *order: Any, axes: Any = None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return _transpose_bind(a, *order) if order else _transpose_bind(a, axes)


def permutation(axes: Any, rank: int) -> tuple[int, ...]:
    """The axes in normal form. Raises TypeError where they are no permutation."""
    order = tuple(range(rank))[::-1] if axes is None else tuple(normal_axis(a, rank, "one") for a in axes)
    if sorted(order) != list(range(rank)):
        raise TypeError("the axes of a transpose must name each axis once")
    return order


def _transpose_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    if not isinstance(x, Array):
        return x
    order = permutation(attrs.get("axes"), x.rank)
    return Array(x.dtype, tuple(x.dims[a] for a in order), x.layout if order == tuple(range(x.rank)) else "A")


@linear(
    np.transpose,
    np.permute_dims,
    typing=_transpose_type,
    bind=_transpose_call,
    evaluate=np.transpose,
    methods=("transpose",),
    properties=("T",),
    view=True,
)
def transpose(y_bar, x, axes=None):
    """The axes in another order; reversed where none is given."""
    if axes is None:
        return np.transpose(y_bar)
    order = permutation(axes, np.ndim(x))
    return np.transpose(y_bar, tuple(order.index(k) for k in range(len(order))))


@composite(np.swapaxes, methods=("swapaxes",))
def swapaxes(x, axis1=0, axis2=0):
    """Two axes exchanged."""
    order = list(range(np.ndim(x)))
    one, other = (normal_axis(axis, len(order), "one") for axis in (axis1, axis2))
    order[one], order[other] = other, one
    return np.transpose(x, tuple(order))


@composite(np.moveaxis)
def moveaxis(x, source=0, destination=0):
    """Axes moved to other places, the others in order."""
    rank = np.ndim(x)
    here = [normal_axis(a, rank, "one") for a in spread(source)]
    there = [normal_axis(a, rank, "one") for a in spread(destination)]
    order = [k for k in range(rank) if k not in here]
    for to, at in sorted(zip(there, here, strict=True)):
        order.insert(to, at)
    return np.transpose(x, tuple(order))


def _broadcast_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> Type:
    if not numbers(*types):
        return UNKNOWN
    x = types[0]
    dims = list(dims_from(values[1:]))
    for k, dim in enumerate(reversed(dims_of(x))):
        if dim == MANY:
            dims[-1 - k] = MANY
    return array(dtype_of(x), dims, "A")


def _broadcast_bind(array: Any, shape: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (array, *spread(shape)), {}


def _broadcast(x: Any, *shape: Any) -> Any:
    return np.broadcast_to(x, shape)


@linear(np.broadcast_to, typing=_broadcast_type, evaluate=_broadcast, bind=_broadcast_bind, view=True, sized=True)
def broadcast_to(y_bar, x, *shape):
    """x repeated along axes of size one and new ones in front."""
    return apply("unbroadcast", y_bar, x)


def _unbroadcast_type(types: tuple[Type, ...], attrs: Any) -> Type:
    x, like = types
    if not numbers(x, like):
        return UNKNOWN
    if not isinstance(x, Array) and not isinstance(like, Array):
        return x
    wide, narrow = dims_of(x), dims_of(like)
    known = wide[len(wide) - len(narrow) :] if narrow else ()
    return array(dtype_of(x), [a if a != OPEN or b == MANY else b for a, b in zip(narrow, known, strict=True)])


def _unbroadcast(x: Any, like: Any) -> Any:
    shape, target = np.shape(x), np.shape(like)
    lead = len(shape) - len(target)
    axes = tuple(range(lead)) + tuple(lead + k for k, n in enumerate(target) if n == 1 and shape[lead + k] != 1)
    return np.reshape(np.sum(x, axis=axes), target) if axes else x


@linear(typing=_unbroadcast_type, evaluate=_unbroadcast)
def unbroadcast(y_bar, x, like):
    """x summed over the axes along which `like` was repeated: the adjoint of broadcasting. Only the shape of `like` is read."""
    return np.broadcast_to(y_bar, np.shape(x))


def _expand_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    if not numbers(x):
        return UNKNOWN
    axes = attrs["axis"] if isinstance(attrs["axis"], tuple) else (attrs["axis"],)
    length = len(dims_of(x)) + len(axes)
    new = {normal_axis(a, length, "one") for a in axes}
    old = iter(dims_of(x))
    return array(dtype_of(x), [ONE if k in new else next(old) for k in range(length)], getattr(x, "layout", "C"))


@linear(np.expand_dims, typing=_expand_type, view=True)
def expand_dims(y_bar, x, axis=0):
    """New axes of size one."""
    return np.reshape(y_bar, np.shape(x))


def squeezed(x: Array, axis: Any) -> tuple[int, ...]:
    """The axes that squeeze takes away. Raises TypeError where that is not known."""
    if axis is None:
        if OPEN in x.dims:
            raise TypeError("which axes are of size one is not known here: name the axis to squeeze")
        return tuple(k for k, dim in enumerate(x.dims) if dim == ONE)
    gone: tuple[int, ...] = normal_axis(axis if isinstance(axis, tuple) else (axis,), x.rank, "many")
    if any(x.dims[k] == MANY for k in gone):
        raise TypeError("cannot select an axis to squeeze out which has size not equal to one")
    return gone


def _squeeze_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    if not isinstance(x, Array):
        return x if isinstance(x, Unknown) else Scalar(dtype_of(x))
    gone = squeezed(x, attrs.get("axis"))
    return array(x.dtype, [dim for k, dim in enumerate(x.dims) if k not in gone], x.layout)


def _squeeze(x: Any, axis: Any = None) -> Any:
    return np.squeeze(x, axis)[()]


@linear(np.squeeze, typing=_squeeze_type, evaluate=_squeeze, methods=("squeeze",), axes="many", view=True)
def squeeze(y_bar, x, axis=None):
    """Without axes of size one."""
    return np.reshape(y_bar, np.shape(x))


def _flip_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    return Array(x.dtype, x.dims, "A") if isinstance(x, Array) else x


@linear(np.flip, typing=_flip_type, axes="many", view=True)
def flip(y_bar, x, axis=None):
    """The elements along an axis in reverse."""
    return np.flip(y_bar, axis)
