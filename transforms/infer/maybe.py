"""None on one path and a value on the other: a compound of a truth, whether there is a value, and the value.

It is handed on as it is; `is None` asks its truth. Whatever else needs the value checks that it is there, as Python does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from difflang.errors import TypeMismatch
from difflang.ir import NONE, Atom, Const, Node, Var, const

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
        error, message = _missing(frame.at)
        frame.emit("check", present, error=error, message=message, kind="raise")
        frame.sure.add(present)
    return held  # type: ignore[no-any-return]


def _missing(node: Node | None) -> tuple[type[Exception], str]:
    """What Python says of None where a node needs a value."""
    op = node.op if node is not None else ""
    if node is not None and op in ("attr", "method", "setattr"):
        return AttributeError, f"'NoneType' object has no attribute {node.attrs['name']!r}"
    said = {"getitem": "is not subscriptable", "each": "is not iterable", "setitem": "does not support item assignment"}
    return TypeError, f"'NoneType' object {said.get(op, 'where a value is needed')}"


def holds_inside(frame: Frame, condition: Value, asked: Sequence[Var], given: Sequence[Var]) -> None:
    """In a turn of a `while` its condition holds: of a value that it asks to be there, that is so of the turn's own."""
    frame.sure |= {inside for test, inside in zip(asked, given, strict=True) if test is condition}


def all_unwrapped(frame: Frame, values: Iterable[Value]) -> list[Value]:
    return [unwrapped(frame, value) for value in values]


def truth_of(frame: Frame, value: Compound) -> Atom:
    """bool(value): None is false."""
    from .branches import branch
    from .dicts import is_dict
    from .structs import own_method

    present, held = value.items
    if isinstance(held, Compound) and held.kind in ("ref", "object", "struct") and not is_dict(held):
        if own_method(held, "__bool__") is None and own_method(held, "__len__") is None:
            return present  # type: ignore[no-any-return]
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


__all__ = ["TOLERANT", "all_unwrapped", "given_back", "holds_inside", "is_maybe", "truth_of", "unwrapped"]
