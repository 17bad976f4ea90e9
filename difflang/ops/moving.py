"""Elements moved, repeated, added and left out: roll, rot90, tile, pad, insert, delete."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply
from ..op import composite, normal_axis
from ..types import Array, Scalar, Type, rank
from .reduce import Bound
from .shape import spread
from .sorting import WHOLE, axis_of, flat, length, need, upto


def ndim_given(x: Any) -> int:
    """The number of axes of what `bind` is given: a value, or a variable of the program."""
    if not hasattr(x, "type"):
        return int(np.ndim(x))
    found = rank(x.type)
    if found is None:
        raise TypeError("the number of axes is not known here: give the function's argument types")
    return found


def picked(x: Any, at: Any, axis: int) -> Any:
    """x[:, :, at]: positions along an axis."""
    return x[(*WHOLE * axis, at)]


def _shifts_bind(a: Any, shift: Any, axis: Any = None) -> Bound:
    axes = axis if axis is None else tuple(spread(axis))
    shifts = spread(shift)
    if axes is not None and len(shifts) == 1:
        shifts = shifts * len(axes)
    if axes is not None and len(axes) not in (1, len(shifts)):
        raise ValueError("'shift' and 'axis' should be scalars or 1D sequences")
    return (a, *shifts), {"axis": axes}


@composite(np.roll, bind=_shifts_bind)
def roll(x, *shifts, axis=None):
    """Elements moved along axes, those that leave one coming back at its other end."""
    if axis is None:
        by = sum(shifts[1:], shifts[0])
        return np.reshape(_rolled(flat(x), by, 0), np.shape(x)) if np.ndim(x) != 1 else _rolled(x, by, 0)
    if len(axis) == 1:
        return _rolled(x, sum(shifts[1:], shifts[0]), axis_of(x, axis[0]))
    for shift, at in zip(shifts, axis, strict=True):
        x = _rolled(x, shift, axis_of(x, at))
    return x


def _rolled(x: Any, shift: Any, axis: int) -> Any:
    size, before = length(x, axis), WHOLE * axis
    cut = size - np.mod(shift, np.maximum(size, 1))
    return np.concatenate((x[(*before, slice(cut, None))], x[(*before, slice(None, cut))]), axis)


@composite(np.rot90)
def rot90(x, k=1, axes=(0, 1)):
    """Turned by quarters from the first of two axes to the second."""
    one, other = (axis_of(x, a) for a in axes)
    order = list(range(np.ndim(x)))
    order[one], order[other] = order[other], order[one]
    if k % 4 == 1:
        return np.transpose(np.flip(x, other), tuple(order))
    if k % 4 == 3:
        return np.flip(np.transpose(x, tuple(order)), other)
    return np.flip(np.flip(x, one), other) if k % 4 else np.copy(x)


@composite(np.flipud)
def flipud(x):
    """Rows in reverse."""
    return np.flip(x, 0)


@composite(np.fliplr)
def fliplr(x):
    """Columns in reverse."""
    return np.flip(x, 1)


def _tile_bind(A: Any, reps: Any) -> Bound:
    return (A, *spread(reps)), {}


@composite(np.tile, bind=_tile_bind)
def tile(x, *reps):
    """Copies of x side by side."""
    shape = (1,) * (len(reps) - np.ndim(x)) + tuple(np.shape(x))
    counts = (1,) * (len(shape) - len(reps)) + reps
    apart = [part for n in shape for part in (1, n)]
    wide = [part for r, n in zip(counts, shape, strict=True) for part in (r, n)]
    return np.reshape(np.broadcast_to(np.reshape(x, tuple(apart)), tuple(wide)), tuple(r * n for r, n in zip(counts, shape, strict=True)))


def _repeat_bind(a: Any, repeats: Any, axis: Any = None) -> Bound:
    return (a, repeats), {"axis": axis}


@composite(np.repeat, bind=_repeat_bind, methods=("repeat",))
def repeat(x, repeats, axis=None):
    """Every element several times in a row: each as often, or each its own number of times."""
    if axis is None:
        return repeat(flat(x) if np.ndim(x) else np.reshape(x, (1,)), repeats, 0)
    axis, shape = axis_of(x, axis), list(np.shape(x))
    if np.ndim(repeats):
        counts = np.broadcast_to(repeats, (shape[axis],))
        ends = np.cumsum(counts)
        total = np.sum(counts)
        return picked(x, apply("search", ends, upto(total), side="right"), axis)
    wide = np.broadcast_to(np.expand_dims(x, axis + 1), (*shape[: axis + 1], repeats, *shape[axis + 1 :]))
    return np.reshape(wide, (*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :]))


@composite(np.append)
def append(x, y, axis=None):
    """One array behind another."""
    if axis is None:
        return np.concatenate((flat(x), flat(y)))
    return np.concatenate((x, y), axis)


# Borders


def _per_side(widths: Any, axes: int) -> list[Any]:
    """NumPy's short forms of a number before and behind each axis, spelled out."""
    if not isinstance(widths, (tuple, list)):
        return [widths, widths] * axes
    if not any(isinstance(w, (tuple, list)) for w in widths):
        if len(widths) == 1:
            return [widths[0], widths[0]] * axes
        if len(widths) != 2:
            raise TypeError("widths are (before, after), or one such pair for each axis")
        return [widths[0], widths[1]] * axes
    pairs = [tuple(w) if len(w) == 2 else (w[0], w[0]) for w in widths]
    pairs = pairs * axes if len(pairs) == 1 else pairs
    if len(pairs) != axes:
        raise TypeError(f"{len(pairs)} pairs of widths do not fit {axes} axes")
    return [side for pair in pairs for side in pair]


BORDERS = ("constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "maximum", "minimum", "mean")


def _pad_bind(array: Any, pad_width: Any, mode: Any = "constant", **given: Any) -> Bound:
    if mode not in BORDERS:
        raise TypeError(f"np.pad has the modes {', '.join(BORDERS)} here")
    value = given.pop("constant_values", 0) if mode == "constant" else given.pop("end_values", 0) if mode == "linear_ramp" else 0
    if given.pop("reflect_type", "even") != "even" or any(v is not None for v in given.values()):
        raise TypeError(f"np.pad with mode {mode!r} does not take {', '.join(given) or 'reflect_type'} here")
    axes = ndim_given(array)
    return (array, *_per_side(pad_width, axes), *_per_side(value, axes)), {"mode": mode}


@composite(np.pad, bind=_pad_bind)
def pad(x, *sides, mode="constant"):
    """A border around x: a constant, its edge, a mirror image, the other end, or a ramp."""
    axes, fresh = np.ndim(x), False
    widths, values = sides[: 2 * axes], sides[2 * axes :]
    for axis in range(axes):
        low, high = widths[2 * axis : 2 * axis + 2]
        if _is_zero(low) and _is_zero(high):
            continue
        if mode in ("edge", "reflect", "symmetric", "wrap"):
            x, fresh = picked(x, _source(upto(length(x, axis) + high, -low), length(x, axis), mode), axis), True
        else:
            parts = [
                _border(x, axis, width, value, mode, at)
                for at, (width, value) in enumerate(zip((low, high), values[2 * axis :], strict=False))
            ]
            x = np.concatenate((parts[0], x, parts[1]), axis)
            fresh = True
    return x if fresh else np.copy(x)


def _is_zero(width: Any) -> bool:
    value = getattr(getattr(width, "atom", width), "value", None)
    return isinstance(value, int) and value == 0


def _source(at: Any, size: Any, mode: str) -> Any:
    """Where the elements of a border come from."""
    if mode == "edge":
        return np.clip(at, 0, size - 1)
    if mode == "wrap":
        return np.remainder(at, size)
    period = 2 * size if mode == "symmetric" else np.maximum(2 * size - 2, 1)
    around = np.remainder(at, period)
    return np.where(around < size, around, period - around - (1 if mode == "symmetric" else 0))


def _border(x: Any, axis: int, width: Any, value: Any, mode: str, at: int) -> Any:
    """The block before or behind x along one axis."""
    shape = (*np.shape(x)[:axis], width, *np.shape(x)[axis + 1 :])
    if mode in ("maximum", "minimum", "mean"):
        reduce: Any = {"maximum": np.max, "minimum": np.min, "mean": np.mean}[mode]
        inner = reduce(x, axis=axis, keepdims=True)
        return np.broadcast_to(np.rint(inner).astype(x.dtype) if x.dtype.kind in "iu" else inner, shape)
    value = apply("cast", value, dtype=_name(x), weak=False)
    if mode == "constant":
        return np.broadcast_to(value, shape)
    edge = x[(*WHOLE * axis, slice(0, 1) if at == 0 else slice(-1, None))]
    steps = np.reshape(upto(width) if at == 0 else width - 1 - upto(width), (1,) * axis + (-1,) + (1,) * (np.ndim(x) - axis - 1))
    if x.dtype.kind == "f":
        return (value + (edge - value) * np.divide(steps, width)).astype(x.dtype)
    start = apply("cast", value, dtype="f64", weak=False)
    return np.floor(steps * np.divide(edge - start, width) + start).astype(x.dtype)


def _name(x: Any) -> str:
    type: Type = x.atom.type
    assert isinstance(type, (Array, Scalar))
    return type.dtype


# Leaving out and putting in


def _delete_bind(arr: Any, obj: Any, axis: Any = None) -> Bound:
    if isinstance(obj, slice):
        return (arr, obj.start, obj.stop, obj.step), {"axis": axis, "part": True}
    return (arr, obj), {"axis": axis}


@composite(np.delete, bind=_delete_bind)
def delete(x, *where, axis=None, part=False):
    """Without the elements at an index, at several, in a slice, or where a mask is true."""
    if axis is None:
        x, axis = flat(x), 0
    axis = axis_of(x, axis)
    size = length(x, axis)
    keep = apply("ones", size, dtype="bool")
    pattern = ("s",) if part else ("a",) if np.ndim(where[0]) else ("i",)
    at = [apply("cast", w, dtype="i64", weak=False) if pattern == ("a",) and w.dtype.kind == "f" else w for w in where]
    keep = apply("store", keep, False, *at, pattern=pattern)
    return picked(x, apply("positions", keep), axis)


def _insert_bind(arr: Any, obj: Any, values: Any, axis: Any = None) -> Bound:
    if isinstance(obj, slice):
        raise TypeError("np.insert takes an index or several here, no slice")
    return (arr, obj, values), {"axis": axis}


@composite(np.insert, bind=_insert_bind)
def insert(x, where, values, axis=None):
    """With values put in before an index, or before several."""
    if axis is None:
        x, axis = flat(x), 0
    axis = axis_of(x, axis)
    if not np.ndim(where):
        return _inserted_at(x, where, values, axis)
    count, size = length(where), length(x, axis)
    where = np.where(where < 0, where + size, where)
    order = apply("order", where, axis=0)
    place = apply("store", np.zeros_like(order), upto(count), order, pattern=("a",)) + where
    new = apply("store", apply("zeros", size + count, dtype="bool"), True, place, pattern=("a",))
    shape = (*np.shape(x)[:axis], size + count, *np.shape(x)[axis + 1 :])
    before = (":",) * axis
    whole = apply("zeros", *shape, dtype=_name(x))
    whole = apply("store", whole, x, apply("positions", np.logical_not(new)), pattern=(*before, "a"))
    values = apply("cast", values, dtype=_name(x), weak=False)
    return apply("store", whole, values, place, pattern=(*before, "a"))


def _inserted_at(x: Any, at: Any, values: Any, axis: int) -> Any:
    before, size = WHOLE * axis, length(x, axis)
    need(np.logical_and(at >= -size, at <= size), "index is out of bounds for this axis", IndexError)
    values = apply("cast", values, dtype=_name(x), weak=False)
    if np.ndim(values) <= 1 and axis == 0 and np.ndim(x) == 1:
        block = np.reshape(values, (-1,)) if np.ndim(values) else np.reshape(values, (1,))
    else:
        shape = (*np.shape(x)[:axis], 1, *np.shape(x)[axis + 1 :])
        if np.ndim(values) == np.ndim(x):
            block = np.moveaxis(values, 0, axis)
        else:
            block = np.broadcast_to(np.expand_dims(values, axis) if np.ndim(values) == np.ndim(x) - 1 else values, shape)
    return np.concatenate((x[(*before, slice(None, at))], block, x[(*before, slice(at, None))]), axis)


def _resize_bind(a: Any, new_shape: Any) -> Bound:
    return (a, *spread(new_shape)), {}


@composite(np.resize, bind=_resize_bind)
def resize(x, *shape):
    """Another shape, filled with the elements as often as they are needed."""
    total: Any = 1
    for size in shape:
        total = total * size
    row = flat(x)
    return np.reshape(row[np.remainder(upto(total), length(row))], shape)


def _trim_bind(filt: Any, trim: Any = "fb", axis: Any = None) -> Bound:
    return (filt,), {"trim": trim}


@composite(np.trim_zeros, bind=_trim_bind)
def trim_zeros(x, trim="fb"):
    """Without the zeros in front and behind."""
    at = apply("positions", np.not_equal(x, 0))
    start = np.min(np.concatenate((at, np.reshape(length(x), (1,))))) if "f" in trim.lower() else 0
    stop = np.max(np.concatenate((at, np.reshape(length(x) * 0 - 1, (1,))))) + 1 if "b" in trim.lower() else length(x)
    return x[start:stop]


def _rollaxis_bind(a: Any, axis: Any, start: Any = 0) -> Bound:
    return (a,), {"axis": axis, "start": start}


@composite(np.rollaxis, bind=_rollaxis_bind)
def rollaxis(x, axis=0, start=0):
    """An axis moved before another one."""
    length_ = np.ndim(x)
    axis = normal_axis(axis, length_, "one")
    start = start + length_ if start < 0 else start
    return np.moveaxis(x, axis, start - 1 if axis < start else start)
