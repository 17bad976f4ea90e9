"""The methods of lists: in place, under all names of the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from difflang.ir import NONE, Const, const
from difflang.types import Scalar

from difflang import list_library

from . import lists
from .frame import Frame
from .generators import eager
from .items import getitem
from .list_search import count, position
from .iterables import each, item, length
from .operators import binary
from .values import Compound, Value, denote, is_none, is_undefined, known, python_value

Method = Callable[[Frame, Compound, Sequence[Value]], Value]
NO_KEYWORDS: Mapping[str, Value] = MappingProxyType({})


def sequence_method(frame: Frame, owner: Compound, name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """A method of a list, a tuple or something else made of values."""
    if owner.kind in ("list", "grown"):
        return list_method(frame, owner, name, args, kwargs)
    if kwargs:
        frame.fail("DL017", f"{name}() of a {owner.kind} has no argument {next(iter(kwargs))!r}")
    if known(owner) and all(map(known, args)) and owner.kind == "tuple":
        with frame.fitting():
            return denote(getattr(python_value(owner), name)(*map(python_value, args)))
    if owner.kind == "tuple" and name in ("count", "index"):
        return list_method(frame, Compound("list", owner.items), name, args)
    frame.fail("DL025", f"the method {name!r} of a {owner.kind} is outside the language")


def list_method(frame: Frame, owner: Compound, name: str, args: Sequence[Value], kwargs: Mapping[str, Value] = NO_KEYWORDS) -> Value:
    """owner.name(*args, **kwargs)."""
    found = _METHODS.get(name)
    if found is None:
        frame.fail("DL025", f"the method {name!r} of a list is outside the language")
    method, low, high = found
    if name == "sort":
        return sort(frame, owner, args, kwargs)
    if kwargs:
        frame.fail("DL017", f"{name}() of a list takes no argument by name")
    if not low <= len(args) <= high:
        frame.fail("DL017", f"{name}() of a list does not take {len(args)} arguments")
    args = [eager(frame, value) for value in args]
    return next(filter(is_undefined, args), None) or method(frame, owner, args)


def _append(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    lists.append(frame, owner, args[0])
    return NONE


def extend(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    """owner.extend(values), owner += values."""
    (values,) = args
    size = length(frame, values)
    if lists.is_straight(frame, owner) and isinstance(size, Const):
        lists.become(owner, (*owner.items, *(item(frame, values, const(k)) for k in range(size.value))))
        return NONE
    if owner.kind == "list":
        first = [item(frame, values, const(0))] if not isinstance(size, Const) or size.value else []
        lists.on_run(frame, owner, *first)
    if values is owner:
        values = lists.copied(frame, owner)

    def turn(value: Value, carried: Sequence[Value]) -> list[Value]:
        lists.push(frame, owner, value)
        return []

    each(frame, values, turn, [], ["item"], False)
    return NONE


def _pop(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    index = args[0] if args else const(-1)
    if lists.is_straight(frame, owner) and known(index):
        items = list(owner.items)
        with frame.fitting():
            taken: Value = items.pop(python_value(index))
        lists.become(owner, items)
        return taken
    if owner.kind == "list":
        lists.on_run(frame, owner)
    if isinstance(index, Const) and index.value == -1:
        return lists.pop_last(frame, owner)
    taken = lists.item(frame, owner, index)
    _shift_down(frame, owner, index)
    return taken


def _position(frame: Frame, owner: Compound, index: Value) -> Value:
    """An index counted from the front."""
    if isinstance(index, Const) and index.value >= 0 or index in frame.inference.naturals:
        return index
    size = lists.count(frame, owner)
    if isinstance(index, Const):
        return binary(frame, "add", size, index)
    return frame.emit("where", binary(frame, "less", index, const(0)), binary(frame, "add", index, size), index, flavor="python")


def _shift_down(frame: Frame, owner: Compound, index: Value) -> None:
    """Close the gap at an index: what follows moves down by one."""
    last = binary(frame, "sub", lists.count(frame, owner), const(1))
    _over(frame, _position(frame, owner, index), last, lambda k: lists.put(frame, owner, k, lists.item(frame, owner, _next(frame, k))))
    lists.pop_last(frame, owner)


def _next(frame: Frame, k: Value) -> Value:
    return binary(frame, "add", k, const(1))


def _over(frame: Frame, start: Value, stop: Value, act: Callable[[Value], None], reverse: bool = False) -> None:
    """A loop over indices."""
    from .control import counted

    def turn(k: Value, carried: Sequence[Value]) -> list[Value]:
        act(k)
        return []

    counted(frame, [frame.atom(start), frame.atom(stop), const(1)], turn, [], ["k"], reverse=reverse)


def _insert(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    index, value = args
    if lists.is_straight(frame, owner) and known(index):
        items = list(owner.items)
        items.insert(python_value(index), value)
        lists.become(owner, items)
        return NONE
    if owner.kind == "list":
        lists.on_run(frame, owner, value)
    size = lists.count(frame, owner)
    at = _position(frame, owner, index)
    at = frame.emit("minimum", frame.emit("maximum", at, const(0), flavor="python"), size, flavor="python")
    lists.push(frame, owner, value)
    _over(frame, at, size, lambda k: lists.put(frame, owner, _next(frame, k), lists.item(frame, owner, k)), reverse=True)
    lists.put(frame, owner, at, value)
    return NONE


def _clear(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    if lists.is_straight(frame, owner):
        lists.become(owner, ())
        return NONE
    if owner.kind == "list":
        lists.on_run(frame, owner)
    lists.refill(frame, owner, lists.result_list(frame, owner.info))
    return NONE


def set_part(frame: Frame, owner: Compound, value: Value, index: Sequence[Value]) -> None:
    """owner[index] = value, owner[:] = values."""
    if len(index) == 1:
        lists.put(frame, owner, index[0], value)
    elif not index:
        replace_items(frame, owner, value)
    else:
        _replace_slice(frame, owner, value, index)


def _replace_slice(frame: Frame, owner: Compound, values: Value, bounds: Sequence[Value]) -> None:
    """owner[start:stop] = values."""
    start, stop, step = bounds
    if owner.kind == "list" and all(map(known, bounds)) and lists.is_straight(frame, owner) and isinstance(length(frame, values), Const):
        items, size = list(owner.items), python_value(length(frame, values))
        with frame.fitting():
            items[slice(*map(python_value, bounds))] = [item(frame, values, const(k)) for k in range(size)]
        lists.become(owner, items)
        return
    if not is_none(step) and step != const(1):
        _replace_steps(frame, owner, values, bounds)
        return
    if owner.kind == "list":
        lists.on_run(frame, owner)
    ends = [None if is_none(end) else _clipped(frame, owner, end) for end in (start, stop)]
    size = lists.count(frame, owner)
    first = const(0) if ends[0] is None else ends[0]
    last = size if ends[1] is None else frame.emit("maximum", ends[1], first, flavor="python")
    made = lists.result_list(frame, owner.info)
    _over(frame, const(0), first, lambda k: lists.push(frame, made, lists.item(frame, owner, k)))

    def turn(value: Value, carried: Sequence[Value]) -> list[Value]:
        lists.fits(frame, owner, value)
        lists.push(frame, made, value)
        return []

    each(frame, values, turn, [], ["item"], False)
    _over(frame, last, size, lambda k: lists.push(frame, made, lists.item(frame, owner, k)))
    lists.refill(frame, owner, made)


def _replace_steps(frame: Frame, owner: Compound, values: Value, bounds: Sequence[Value]) -> None:
    """owner[start:stop:step] = values, as many as there are places."""
    from .list_arrays import collected

    if owner.kind == "list":
        lists.on_run(frame, owner)
    new = collected(frame, values)
    places = Compound("range", tuple(slice_bounds(frame, owner, bounds)))
    sizes = [length(frame, new), length(frame, places)]
    words = "f'attempt to assign sequence of size {\x010\x01} to extended slice of size {\x011\x01}'"
    message = "attempt to assign a sequence to an extended slice of another size"
    frame.emit("check", frame.truth(binary(frame, "equal", *sizes)), *sizes, error=ValueError, message=message, kind="raise", told=words)
    _over(frame, const(0), sizes[0], lambda k: lists.put(frame, owner, item(frame, places, k), lists.item(frame, new, k)))


def _clipped(frame: Frame, owner: Compound, end: Value) -> Value:
    """One end of a slice, as Python clips it."""
    at = _position(frame, owner, end)
    return frame.emit("minimum", frame.emit("maximum", at, const(0), flavor="python"), lists.count(frame, owner), flavor="python")


def delete_slice(frame: Frame, owner: Compound, bounds: Sequence[Value]) -> None:
    """del owner[start:stop:step]"""
    if owner.kind == "list" and all(map(known, bounds)) and lists.is_straight(frame, owner):
        items = list(owner.items)
        with frame.fitting():
            del items[slice(*map(python_value, bounds))]
        lists.become(owner, items)
        return
    if owner.kind == "list":
        lists.on_run(frame, owner)
    from .numbers import by_text

    start, stop, step = bounds
    if is_none(step) or step == const(1):
        ends = [None if is_none(end) else _clipped(frame, owner, end) for end in (start, stop)]
        size = lists.count(frame, owner)
        first, last = const(0) if ends[0] is None else ends[0], size if ends[1] is None else ends[1]
        left = by_text(frame, list_library.without_part, [owner, first, last])
    else:
        left = by_text(frame, list_library.without_steps, [owner, *slice_bounds(frame, owner, bounds)])
    replace_items(frame, owner, left)


def slice_bounds(frame: Frame, owner: Compound, bounds: Sequence[Value]) -> list[Value]:
    """Start, stop and step of a slice as range() takes them."""
    from .numbers import by_text

    start, stop, step = bounds
    step = const(1) if is_none(step) else step
    given = [lists.count(frame, owner), *(const(0) if is_none(end) else end for end in (start, stop)), step]
    found = by_text(frame, list_library.slice_bounds, [*given, const(not is_none(start)), const(not is_none(stop))])
    assert isinstance(found, Compound)
    return [*found.items, step]


def replace_items(frame: Frame, owner: Compound, values: Value) -> None:
    """owner[:] = values."""
    size = length(frame, values)
    if lists.is_straight(frame, owner) and isinstance(size, Const):
        lists.become(owner, [item(frame, values, const(k)) for k in range(size.value)])
        return
    if owner.kind == "list":
        lists.on_run(frame, owner)
    made = lists.result_list(frame, owner.info)

    def turn(value: Value, carried: Sequence[Value]) -> list[Value]:
        lists.fits(frame, owner, value)
        lists.push(frame, made, value)
        return []

    each(frame, values, turn, [], ["item"], False)
    lists.refill(frame, owner, made)


def _copy(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    return Compound("list", owner.items) if owner.kind == "list" else lists.copied(frame, owner)


def _reverse(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    if lists.is_straight(frame, owner):
        lists.become(owner, owner.items[::-1])
        return NONE
    if owner.kind == "list":
        lists.on_run(frame, owner)
    size = lists.count(frame, owner)

    def swap(k: Value) -> None:
        other = binary(frame, "sub", binary(frame, "sub", size, const(1)), k)
        one, two = lists.item(frame, owner, k), lists.item(frame, owner, other)
        lists.put(frame, owner, k, two)
        lists.put(frame, owner, other, one)

    _over(frame, const(0), binary(frame, "floordiv", size, const(2)), swap)
    return NONE


def sort(frame: Frame, owner: Compound, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """owner.sort(key=..., reverse=...)."""
    from .orders import python_sorted

    if args:
        frame.fail("DL017", "sort() of a list takes no positional arguments")
    plain = owner.kind == "grown" and isinstance(owner.info, Scalar) and not kwargs
    if plain:
        _sort(frame, owner, ())
    else:
        replace_items(frame, owner, python_sorted(frame, owner, kwargs))
    return NONE


def _sort(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    """owner.sort(), of numbers: in the order of np.sort."""
    values = _call(frame, np.sort, frame.atom(owner))
    element = owner.info

    def put(k: Value) -> None:
        item = getitem(frame, values, ("i",), [k])
        lists.put(frame, owner, k, frame.emit("cast", item, dtype=element.dtype, weak=element.weak) if element.weak else item)

    _over(frame, const(0), lists.count(frame, owner), put)
    return NONE


def _call(frame: Frame, function: object, *args: Value) -> Value:
    from .calls import call_object

    return call_object(frame, function, args, {}, "t")


def in_order(frame: Frame, values: Value) -> Value:
    """sorted(values) of a length that is known when it runs."""
    from .list_arrays import collected

    made = collected(frame, values)
    if not isinstance(made.info, Scalar):
        from .numbers import by_text

        return by_text(frame, list_library.sorted_items, [made, const(False)])
    _sort(frame, made, ())
    return made


def _remove(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    if owner.kind == "list":
        lists.on_run(frame, owner)
    _shift_down(frame, owner, position(frame, owner, args))
    return NONE


_METHODS: dict[str, tuple[Method, int, int]] = {
    "append": (_append, 1, 1),
    "extend": (extend, 1, 1),
    "pop": (_pop, 0, 1),
    "insert": (_insert, 2, 2),
    "clear": (_clear, 0, 0),
    "copy": (_copy, 0, 0),
    "reverse": (_reverse, 0, 0),
    "sort": (_sort, 0, 0),
    "count": (count, 1, 1),
    "index": (position, 1, 1),
    "remove": (_remove, 1, 1),
}
