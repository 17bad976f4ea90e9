"""Sets and deques of the run (`containers.py`)."""

from __future__ import annotations

from typing import Any

from difflang import container_texts
from difflang.containers import RunDict, RunSet
from difflang.ir import NONE, const
from difflang.tree import Layout

from . import lists
from .dicts import class_of
from .frame import Frame
from .iterables import each
from .numbers import by_text
from .objects import new_cell, put, reference
from .operators import binary
from .run_dicts import Args, act_if, common, field, keys_of, made, of_deque, place, refuse, size
from .values import Compound, Value, denote, known, python_value

# -------------------------------------------------------------------- sets


def set_method(frame: Frame, owner: Compound, name: str, args: Args) -> Value:
    members = field(frame, owner, "members_")
    if name == "add":
        act_if(frame, _missing(frame, owner, args[0]), lambda: lists.push(frame, members, args[0]))
        return NONE
    if name in ("discard", "remove"):
        from .list_methods import list_method

        at: Value = place(frame, owner, args[0])
        if name == "remove":
            list_method(frame, members, "pop", [by_text(frame, container_texts.key_needed, [args[0], at])])
        else:

            def take() -> None:
                list_method(frame, members, "pop", [at])

            act_if(frame, binary(frame, "greater_equal", at, const(0)), take)
        return NONE
    if name == "update":
        for source in args:
            add_all(frame, owner, source)
        return NONE
    operation = {"union": "bitor", "intersection": "bitand", "difference": "sub", "symmetric_difference": "bitxor"}.get(name)
    if operation and len(args) == 1:
        united: Value = set_binary(frame, operation, owner, _as_set(frame, args[0]))
        return united
    if name in ("issubset", "issuperset", "isdisjoint") and len(args) == 1:
        other = _as_set(frame, args[0])
        if name == "isdisjoint":
            return binary(frame, "equal", size(frame, set_binary(frame, "bitand", owner, other)), const(0))
        found: Value = set_binary(frame, "less_equal" if name == "issubset" else "greater_equal", owner, other)
        return found
    return common(frame, owner, name, args)


def _missing(frame: Frame, owner: Compound, key: Value) -> Value:
    return binary(frame, "less", place(frame, owner, key), const(0))


def add_all(frame: Frame, owner: Compound, source: Value) -> None:
    def turn(one: Value, carried: Args) -> list[Value]:
        set_method(frame, owner, "add", [one])
        return []

    each(frame, keys_of(frame, source) if class_of(source) is RunSet else source, turn, [], ["item"], False)  # type: ignore[arg-type]


def _as_set(frame: Frame, value: Value) -> Compound:
    if class_of(value) is RunSet:
        return value  # type: ignore[return-value]
    new = made(frame, RunSet)
    add_all(frame, new, value)
    return new


SET_TEXTS = {
    "bitor": container_texts.union, "bitand": container_texts.intersection, "sub": container_texts.difference,
    "bitxor": container_texts.symmetric_difference,
}  # fmt: skip


def set_binary(frame: Frame, op: str, one: Compound, other: Compound) -> Any:
    """An operator on two sets, or the equality of two dicts."""
    mine, others = keys_of(frame, one), keys_of(frame, other)
    if op in ("equal", "not_equal"):
        found = by_text(frame, container_texts.same_members, [mine, others])
        return found if op == "equal" else binary(frame, "equal", found, const(False))
    if op == "less_equal":
        return by_text(frame, container_texts.is_subset, [mine, others])
    if op == "greater_equal":
        return by_text(frame, container_texts.is_subset, [others, mine])
    if op not in SET_TEXTS:
        refuse(frame, one, op)
    members = by_text(frame, SET_TEXTS[op], [mine, others])
    return reference(new_cell(Layout("object", RunSet, ("members_",)), [members]))


def operated(frame: Frame, op: str, one: Value, other: Value) -> Value:
    """An operator of which an operand is a container of the run."""
    classes = class_of(one), class_of(other)
    if classes == (RunSet, RunSet):
        return set_binary(frame, op, one, other)  # type: ignore[arg-type,no-any-return]
    if RunSet in classes and op in SET_TEXTS | {"equal": 0, "not_equal": 0, "less_equal": 0, "greater_equal": 0}:
        plain = other if classes[1] is None else one
        if known(plain) and isinstance(python_value(plain), frozenset):
            sides = [_as_set(frame, Compound("tuple", tuple(map(denote, python_value(v))))) if v is plain else v for v in (one, other)]
            return set_binary(frame, op, *sides)  # type: ignore[arg-type,no-any-return]
    if all(cls is not None and issubclass(cls, RunDict) for cls in classes) and op in ("equal", "not_equal"):
        parts = [field(frame, side, name) for side in (one, other) for name in ("keys_", "values_")]  # type: ignore[arg-type]
        found = by_text(frame, container_texts.same_items, parts)
        return found if op == "equal" else binary(frame, "equal", found, const(False))
    return refuse(frame, one if classes[0] is not None else other, op)  # type: ignore[arg-type]


# -------------------------------------------------------------------- deques


def deque_place(frame: Frame, owner: Compound, index: Value) -> Value:
    at = by_text(frame, container_texts.place_in_deque, [index, size(frame, owner)])
    return binary(frame, "add", at, field(frame, owner, "head_"))


def deque_method(frame: Frame, owner: Compound, name: str, args: Args) -> Value:
    from .list_methods import list_method

    items, head = field(frame, owner, "items_"), field(frame, owner, "head_")
    if name in ("append", "extend"):
        return list_method(frame, items, name, args)
    if name in ("pop", "popleft") and not args:
        filled = frame.truth(binary(frame, "greater", size(frame, owner), const(0)))
        frame.emit("check", filled, error=IndexError, message="pop from an empty deque", kind="raise")
        if name == "pop":
            return lists.pop_last(frame, items)
        taken = lists.item(frame, items, head)
        put(frame, owner.info, "head_", binary(frame, "add", head, const(1)))
        return taken
    if name == "rotate":
        from .list_methods import replace_items

        steps = args[0] if args else const(1)
        replace_items(frame, items, by_text(frame, container_texts.rotated, [of_deque(frame, owner), steps]))
        put(frame, owner.info, "head_", const(0))
        return NONE
    if name == "appendleft":
        list_method(frame, items, "insert", [head, args[0]])
        return NONE
    if name == "clear":
        list_method(frame, items, "clear", [])
        put(frame, owner.info, "head_", const(0))
        return NONE
    if name in ("count", "index"):
        return list_method(frame, of_deque(frame, owner), name, args)
    return refuse(frame, owner, name)
