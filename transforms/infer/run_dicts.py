"""Dicts of the run, and what all containers of the run have: lists of the run as the fields of an object (`containers.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from difflang import container_texts
from difflang.containers import Container, RunCounter, RunDefaultDict, RunDeque, RunDict
from difflang.ir import NONE, Atom, const, static
from difflang.tree import Layout
from difflang.types import UNDEFINED, Array

from . import lists
from .branches import branch
from .dicts import class_of, is_dict, items_of
from .frame import Frame
from .iterables import each, unpacked
from .numbers import by_text
from .objects import check_fresh, new_cell, reference
from .operators import binary
from .values import Compound, Value, denote, is_none

Args = Sequence[Value]
Named = Mapping[str, Value]


def made(frame: Frame, cls: type[Container], factory: Value = NONE) -> Compound:
    """An empty one."""
    fields: dict[str, Value] = {name: _list(frame, name) for name in cls.fields}
    if cls is RunDeque:
        fields["head_"] = const(0)
    if cls is RunDefaultDict:
        fields["factory_"] = factory
    return reference(new_cell(Layout("object", cls, tuple(fields)), fields.values()))


def _list(frame: Frame, name: str) -> Compound:
    learned, site = frame.inference.lists, (frame.signature, frame.at, name)
    if site in learned.straight:
        lists.refuse(frame, learned.straight[site])
    return lists.new_list(frame, frozenset({site}), learned.elements.get(site, UNDEFINED), "items")


def field(frame: Frame, owner: Compound, name: str) -> Any:
    check_fresh(frame, owner.info)
    return owner.info.fields[name]


def keys_of(frame: Frame, owner: Compound) -> Compound:
    """The list that says what is in it."""
    cls = class_of(owner)
    assert cls is not None
    if cls is RunDeque:
        return of_deque(frame, owner)
    return field(frame, owner, cls.fields[0])  # type: ignore[no-any-return]


def of_deque(frame: Frame, owner: Compound) -> Compound:
    head = field(frame, owner, "head_")
    items: Compound = field(frame, owner, "items_")
    return items if head == const(0) else lists.sliced(frame, items, [head, NONE, NONE])


def check_key(frame: Frame, key: Value) -> None:
    """TypeError where Python has no hash; objects are known by identity, which a list of them is not asked for."""
    if isinstance(key, Compound) and key.kind == "tuple":
        for part in key.items:
            check_key(frame, part)
    elif isinstance(key, Compound) or isinstance(key.type, Array):
        kind = key.kind if isinstance(key, Compound) else "numpy.ndarray"
        frame.fail("DL005", f"unhashable type: {'list' if kind == 'grown' else kind!r}", "use numbers, or tuples of them")


def place(frame: Frame, owner: Compound, key: Value) -> Atom:
    check_key(frame, key)
    return frame.atom(by_text(frame, container_texts.place_of, [keys_of(frame, owner), key]))


def size(frame: Frame, owner: Compound) -> Value:
    if class_of(owner) is RunDeque:
        return binary(frame, "sub", lists.count(frame, field(frame, owner, "items_")), field(frame, owner, "head_"))
    return lists.count(frame, keys_of(frame, owner))


def contains(frame: Frame, owner: Compound, key: Value) -> Value:
    if class_of(owner) is RunDeque:
        from .list_arrays import contains as in_list

        return in_list(frame, key, keys_of(frame, owner))
    return binary(frame, "greater_equal", place(frame, owner, key), const(0))


def act_if(frame: Frame, condition: Value, then: Callable[[], None]) -> None:
    def act() -> list[Value]:
        then()
        return []

    branch(frame, frame.truth(condition), [act, lambda: []], [])


# -------------------------------------------------------------------- dicts


def dict_get(frame: Frame, owner: Compound, key: Value) -> Value:
    """d[key]"""
    at: Value = place(frame, owner, key)
    if class_of(owner) is RunCounter:
        there = frame.truth(binary(frame, "greater_equal", at, const(0)))
        return branch(frame, there, [lambda: [_value(frame, owner, at)], lambda: [const(0)]], ["count"])[0]
    if class_of(owner) is RunDefaultDict and not is_none(field(frame, owner, "factory_")):
        return _defaulted(frame, owner, key, lambda: _produced(frame, owner))
    at = by_text(frame, container_texts.key_needed, [key, at])
    return _value(frame, owner, at)


def _produced(frame: Frame, owner: Compound) -> Value:
    from .calls import call

    factory = field(frame, owner, "factory_")
    return _list(frame, "made") if factory == static(list) else call(frame, factory, [], {})


def _value(frame: Frame, owner: Compound, at: Value) -> Value:
    return lists.item(frame, field(frame, owner, "values_"), at)


def _defaulted(frame: Frame, owner: Compound, key: Value, produce: Callable[[], Value]) -> Value:
    """The item, after it was added where it was missing."""
    at = place(frame, owner, key)

    def add() -> list[Value]:
        last = lists.count(frame, field(frame, owner, "keys_"))
        lists.push(frame, field(frame, owner, "keys_"), key)
        lists.push(frame, field(frame, owner, "values_"), produce())
        return [last]

    there = frame.truth(binary(frame, "greater_equal", at, const(0)))
    found = branch(frame, there, [lambda: [at], add], ["at"])[0]
    return _value(frame, owner, found)


def dict_set(frame: Frame, owner: Compound, key: Value, value: Value) -> None:
    """d[key] = value"""
    keys, values = field(frame, owner, "keys_"), field(frame, owner, "values_")
    at = place(frame, owner, key)
    if lists.is_list(value):
        _set_list(frame, owner, key, at, value)  # type: ignore[arg-type]
        return

    def add() -> list[Value]:
        lists.push(frame, keys, key)
        lists.push(frame, values, value)
        return []

    def change() -> list[Value]:
        lists.put(frame, values, at, value)
        return []

    branch(frame, frame.truth(binary(frame, "greater_equal", at, const(0))), [change, add], [])


def _set_list(frame: Frame, owner: Compound, key: Value, at: Atom, value: Compound) -> None:
    """d[key] = a list: it is put into one place, so that it is sure afterwards what holds it."""
    keys, values = field(frame, owner, "keys_"), field(frame, owner, "values_")
    lists.fits(frame, values, value)

    def add() -> list[Value]:
        last = lists.count(frame, keys)
        lists.push(frame, keys, key)
        lists.push(frame, values, _list(frame, "made") if value.kind == "grown" else value)
        return [last]

    there = frame.truth(binary(frame, "greater_equal", at, const(0)))
    found = branch(frame, there, [lambda: [at], add], ["at"])[0]
    lists.put(frame, values, found, value)


def dict_take(frame: Frame, owner: Compound, key: Value) -> Value:
    """d.pop(key)"""
    from .list_methods import list_method

    at = by_text(frame, container_texts.key_needed, [key, place(frame, owner, key)])
    list_method(frame, field(frame, owner, "keys_"), "pop", [at])
    return list_method(frame, field(frame, owner, "values_"), "pop", [at])


def delete(frame: Frame, owner: Compound, key: Value) -> None:
    """del d[key]"""
    from .list_methods import list_method

    if class_of(owner) is RunDeque:
        refuse(frame, owner, "del")
    at = by_text(frame, container_texts.key_needed, [key, place(frame, owner, key)])
    for name in ("keys_", "values_"):
        list_method(frame, field(frame, owner, name), "pop", [at])


def refuse(frame: Frame, owner: Compound, name: str) -> Value:
    cls = class_of(owner)
    assert cls is not None
    frame.fail("DL025", f"{name!r} of a {cls.stands_for.__name__} whose items show while the program runs is outside the language")


def dict_method(frame: Frame, owner: Compound, name: str, args: Args) -> Value:
    keys, values = field(frame, owner, "keys_"), field(frame, owner, "values_")
    if name == "get":
        default = args[1] if len(args) > 1 else NONE
        at = place(frame, owner, args[0])
        there = frame.truth(binary(frame, "greater_equal", at, const(0)))
        return branch(frame, there, [lambda: [_value(frame, owner, at)], lambda: [default]], ["item"])[0]
    if name == "setdefault":
        return _defaulted(frame, owner, args[0], lambda: args[1] if len(args) > 1 else NONE)
    if name == "pop":
        if len(args) == 1:
            return dict_take(frame, owner, args[0])
        there = frame.truth(contains(frame, owner, args[0]))
        return branch(frame, there, [lambda: [dict_take(frame, owner, args[0])], lambda: [args[1]]], ["item"])[0]
    if name in ("keys", "values"):
        found: Value = keys if name == "keys" else values
        return found
    if name == "items":
        return Compound("zip", (keys, values))
    if name == "update":
        return updated(frame, owner, args[0])
    if name == "most_common" and class_of(owner) is RunCounter:
        found = by_text(frame, container_texts.most_common, [keys, values])
        assert isinstance(found, Compound)
        return lists.sliced(frame, found, [NONE, args[0], NONE]) if args and not is_none(args[0]) else found
    if name == "total" and class_of(owner) is RunCounter:
        from .calls import call_object

        return call_object(frame, sum, [values], {}, "total")
    return common(frame, owner, name, args)


def updated(frame: Frame, owner: Compound, source: Value) -> Value:
    """d.update(other); of a Counter items are counted, and counts of another mapping added."""
    mapping = is_dict(source) or issubclass(class_of(source) or object, RunDict)

    def turn(one: Value, carried: Args) -> list[Value]:
        if class_of(owner) is RunCounter and mapping:
            key, count = unpacked(frame, one, 2)
            dict_set(frame, owner, key, binary(frame, "add", dict_get(frame, owner, key), count))
        elif class_of(owner) is RunCounter:
            dict_set(frame, owner, one, binary(frame, "add", dict_get(frame, owner, one), const(1)))
        else:
            dict_set(frame, owner, *unpacked(frame, one, 2))
        return []

    walked: Value = source
    if mapping and not is_dict(source):
        assert isinstance(source, Compound)
        walked = dict_method(frame, source, "items", ())
    elif is_dict(source):
        walked = Compound("tuple", tuple(Compound("tuple", (denote(k), v)) for k, v in items_of(frame, source).items()))
    each(frame, walked, turn, [], ["item"], False)
    return NONE


# -------------------------------------------------------------------- what all have


def common(frame: Frame, owner: Compound, name: str, args: Args) -> Value:
    from .list_methods import list_method

    cls = class_of(owner)
    assert cls is not None
    if name == "clear":
        for one in cls.fields:
            list_method(frame, field(frame, owner, one), "clear", [])
        return NONE
    if name == "copy":
        cell = owner.info
        parts = {
            part: list_method(frame, value, "copy", []) if part in cls.fields else value for part, value in cell.fields.items()
        }
        return reference(new_cell(Layout("object", cls, tuple(parts)), parts.values()))
    return refuse(frame, owner, name)
