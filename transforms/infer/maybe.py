"""None on one path and a value on the other: a compound of a truth, whether there is a value, and the value.

It is handed on as it is; `is None` asks its truth. Whatever else needs the value checks that it is there, as Python does.
"""

from __future__ import annotations

from collections.abc import Iterable

from difflang.errors import TypeMismatch
from difflang.ir import NONE, Atom, Const, const

from .frame import Frame, unwraps
from .values import Compound, Value, is_undefined

TOLERANT = frozenset("is_ if for while each tuple list dict closure invoke attempt not_ check append".split())
"""Nodes of the read level that hand on what they are given, or ask for its truth alone."""


def is_maybe(value: Value) -> bool:
    return isinstance(value, Compound) and value.kind == "maybe"


@unwraps
def unwrapped(frame: Frame, value: Value) -> Value:
    """The value, of which it is checked that it is there."""
    if not isinstance(value, Compound) or value.kind != "maybe":
        return value
    present, held = value.items
    if isinstance(present, Const):
        return held if is_undefined(present) or present.value else NONE
    if present not in frame.sure:
        frame.emit("check", present, error=TypeError, message="'NoneType' object where a value is needed", kind="raise")
        frame.sure.add(present)
    return held  # type: ignore[no-any-return]


def all_unwrapped(frame: Frame, values: Iterable[Value]) -> list[Value]:
    return [unwrapped(frame, value) for value in values]


def truth_of(frame: Frame, value: Compound) -> Atom:
    """bool(value): None is false."""
    from .branches import branch

    present, held = value.items
    found = branch(frame, present, [lambda: [frame.truth(held)], lambda: [const(False)]], ["t"])[0]
    assert not isinstance(found, Compound)
    return found


def given_back(frame: Frame, value: Value) -> Value:
    """A result as Python gets it: a compiled function returns one type, so where it would be None this is said."""
    if not isinstance(value, Compound) or value.kind == "object":
        return value
    if value.kind != "maybe":
        return value.over(tuple(given_back(frame, item) for item in value.items)) if any(map(is_maybe, value.items)) else value
    present, held = value.items
    if isinstance(present, Const):
        return unwrapped(frame, value)
    message = f"{frame.function.name}() returns None here, and a value elsewhere: a compiled function returns one type"
    frame.emit("check", present, error=TypeMismatch, message=message, kind="raise")
    return given_back(frame, held)


__all__ = ["TOLERANT", "all_unwrapped", "given_back", "is_maybe", "truth_of", "unwrapped"]
