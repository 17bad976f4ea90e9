"""Indexing by an array of truths with several axes: `h[h < 0]`, `h[h < 0] = 0`. The axes that it covers become one."""

from __future__ import annotations

from difflang.ir import Atom, Var, const
from difflang.types import OPEN, Array, Scalar

from .frame import Frame
from .items import getitem, setitem
from .operators import inplace
from .values import Value


def _covered(frame: Frame, value: Atom, mask: Atom) -> tuple[int, list[Atom]]:
    """How many axes the mask covers, and the sizes of the value's axes."""
    assert isinstance(mask.type, Array)
    if not isinstance(value.type, Array):
        frame.fail("DL019", "a mask needs an array whose number of axes is known", "give the function's argument types")
    if mask.type.rank > value.type.rank:
        frame.fail("DL023", f"too many indices: the array has {value.type.rank} axes, the mask {mask.type.rank}")
    return mask.type.rank, [frame.emit("dim", value, axis=k) for k in range(value.type.rank)]


def _merged(frame: Frame, value: Atom, mask: Atom) -> tuple[Atom, Atom]:
    """Value and mask with the covered axes as one. The mask must have their sizes."""
    count, sizes = _covered(frame, value, mask)
    for axis in range(count):
        _check_size(frame, value, mask, axis)
    flat = frame.emit("reshape", value, const(-1), *sizes[count:])
    return flat, frame.emit("reshape", mask, const(-1))


def _check_size(frame: Frame, value: Atom, mask: Atom, axis: int) -> None:
    fits = frame.emit("equal", frame.emit("dim", value, axis=axis), frame.emit("dim", mask, axis=axis))
    message = f"boolean index did not match indexed array along axis {axis}"
    frame.emit("check", fits, error=IndexError, message=message, kind="raise")


def picked(frame: Frame, value: Atom, mask: Atom) -> Value:
    """value[mask], a copy."""
    flat, truths = _merged(frame, value, mask)
    return getitem(frame, flat, ("i",), [truths])


def put(frame: Frame, target: Atom, value: Atom, mask: Atom, accumulate: bool) -> None:
    """target[mask] = value: by np.where where one number goes everywhere, else through a copy with the covered axes as one."""
    assert isinstance(target.type, Array) and isinstance(mask.type, Array) and isinstance(target, Var)
    everything = (":",) * target.type.rank
    if isinstance(value.type, Scalar) and mask.type.rank == target.type.rank:
        for axis, (size, other) in enumerate(zip(target.type.dims, mask.type.dims, strict=True)):
            if size != other or size == OPEN:  # else np.where itself refuses what does not match
                _check_size(frame, target, mask, axis)
        wide = frame.emit("cast", value, dtype=target.type.dtype, weak=False)
        if accumulate:
            zero = frame.emit("cast", const(0), dtype=target.type.dtype, weak=False)
            inplace(frame, "add", target, frame.emit("where", mask, wide, zero))
        else:
            setitem(frame, target, frame.emit("where", mask, wide, target), everything, ())
        return
    flat, truths = _merged(frame, frame.emit("copy", target), mask)
    setitem(frame, flat, value, ("i",), [truths], accumulate)
    sizes = [frame.emit("dim", target, axis=k) for k in range(target.type.rank)]
    setitem(frame, target, frame.emit("reshape", flat, *sizes), everything, ())
