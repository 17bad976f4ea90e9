"""NumPy's functions and methods that write into an array: put, place, copyto, fill_diagonal, put_along_axis, x.sort()."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from difflang.build import trace
from difflang.ir import NONE, Atom, const
from difflang.op import row
from difflang.ops.sorting import along, axis_of
from difflang.types import Array, rank

from .arrays import ARRAY_METHODS, call_row
from .builtins import builtin
from .frame import Frame
from .items import setitem
from .sizes import shape
from .values import Value, is_none

Named = Mapping[str, Value]


def _whole(frame: Frame, target: Value, value: Value) -> Value:
    setitem(frame, target, value, (".",), ())
    return NONE


def _given(args: Sequence[Value], kwargs: Named, at: int, name: str, default: Value) -> Value:
    found = args[at] if len(args) > at else kwargs.get(name, default)
    return default if is_none(found) else found


def _length(frame: Frame, atom: Atom) -> Atom:
    return frame.emit("size", atom) if rank(atom.type) else const(1)


def _in_turn(frame: Frame, values: Atom, numbers: Atom) -> Atom:
    """The values for places 0, 1, 2 ..., from the start again where they are too few."""
    if not rank(values.type):
        return values
    row = frame.emit("reshape", values, const(-1))
    return frame.emit("index", row, frame.emit("mod", numbers, _length(frame, row)), pattern=("a",))


def _count_up(frame: Frame, count: Atom) -> Atom:
    return frame.emit("arange", const(0), count, const(1), dtype="i64")


@builtin(np.put, low=3, high=4, names=("mode",))
def put(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """np.put(a, positions, values): positions count row by row."""
    target, places, values = args[0], frame.atom(args[1]), frame.atom(args[2])
    mode = frame.constant(_given(args, kwargs, 3, "mode", const("raise")), "mode")
    sizes = list(shape(frame, frame.atom(target)).items)
    places = frame.emit("reshape", places, const(-1))
    if mode != "raise":
        count = frame.emit("size", target)
        clip = mode == "clip"
        places = frame.emit("clip", places, const(0), frame.emit("sub", count, const(1))) if clip else frame.emit("mod", places, count)
    else:
        places = _from_front(frame, places, frame.emit("size", target))
    keys = frame.emit("unravel_index", places, *sizes) if len(sizes) > 1 else (places,)
    setitem(frame, target, _in_turn(frame, values, _count_up(frame, _length(frame, places))), ("a",) * len(sizes), keys)  # type: ignore[arg-type]
    return NONE


def _from_front(frame: Frame, places: Atom, count: Atom) -> Atom:
    return frame.emit("where", frame.emit("less", places, const(0)), frame.emit("add", places, count), places)


@builtin(np.place, low=3, high=3)
def _place(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """np.place(a, mask, values): the values in turn where the mask is true."""
    mask = frame.emit("reshape", args[1], const(-1))
    return put(frame, [args[0], frame.emit("positions", mask), args[2]], {})


@builtin(np.putmask, low=3, high=3)
def _putmask(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """np.putmask(a, mask, values): where the mask is true the value of that place."""
    target, values = frame.atom(args[0]), frame.atom(args[2])
    if rank(values.type):
        sizes = list(shape(frame, target).items)
        values = frame.emit("reshape", _in_turn(frame, values, _count_up(frame, _length(frame, target))), *sizes)
    return _whole(frame, args[0], frame.emit("where", args[1], values, target))


@builtin(np.copyto, low=2, high=3, names=("where", "casting"))
def _copyto(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """np.copyto(a, values): a[...] = values, or where a mask is true."""
    where = kwargs.get("where")
    value = args[1] if where is None else frame.emit("where", where, args[1], args[0])
    return _whole(frame, args[0], value)


@builtin(np.fill_diagonal, low=2, high=3, names=("wrap",))
def _fill_diagonal(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    target, value = frame.atom(args[0]), frame.atom(args[1])
    if frame.constant(_given(args, kwargs, 2, "wrap", const(False)), "wrap"):
        frame.fail("DL005", "np.fill_diagonal with wrap=True is outside the language")
    axes = frame.rank(target, "a diagonal")
    if axes < 2:
        frame.fail("DL005", "array must be at least 2-d")
    least, *others = shape(frame, target).items
    for size in others:
        least = frame.emit("minimum", least, size)
    places = _count_up(frame, least)
    setitem(frame, args[0], _in_turn(frame, value, places), ("a",) * axes, [places] * axes)
    return NONE


@builtin(np.put_along_axis, low=3, high=4, names=("axis",))
def _put_along_axis(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    target, places = frame.atom(args[0]), frame.atom(args[1])
    given = args[3] if len(args) > 3 else kwargs.get("axis", const(-1))
    axis = frame.constant(given, "an axis")
    if axis is None:
        frame.fail("DL005", "np.put_along_axis needs an axis here", "give axis=")
    with frame.fitting():
        keys = trace(frame.builder, _keys, target, places, axis=axis)
    setitem(frame, args[0], args[2], ("a",) * len(keys), keys)
    return NONE


def _keys(x, places, axis=-1):  # type: ignore[no-untyped-def]
    return along(x, places, axis_of(x, axis))


# Methods


def sort_in_place(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Named) -> Value:
    """x.sort(), x.partition(k): the order goes into x itself."""
    if not isinstance(owner.type, Array):
        frame.fail("DL025", f"{owner.type} has no method 'sort'")
    return _whole(frame, owner, call_row(frame, row("sort"), None, [owner, *args], kwargs))


def partition_in_place(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Named) -> Value:
    return sort_in_place(frame, owner, args[1:], kwargs)


def put_method(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Named) -> Value:
    return put(frame, [owner, *args], kwargs)


ARRAY_METHODS.update({"sort": sort_in_place, "partition": partition_in_place, "put": put_method})
