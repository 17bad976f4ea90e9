"""Where an item of a list or tuple is, and how often: a walk over its items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from difflang.ir import const

from .branches import branch
from .frame import Frame
from .iterables import each
from .operators import binary
from .texts import formatted, joined, listed, told
from .values import Compound, Value, denote, known, python_value


def _found(frame: Frame, owner: Compound, value: Value, act: Callable[[Value, Value], Value], start: Value, hint: str) -> Value:
    """A walk over the items that are equal to a value."""

    def turn(pair: Value, carried: Sequence[Value]) -> list[Value]:
        assert isinstance(pair, Compound)
        k, element = pair.items
        alike = frame.truth(binary(frame, "equal", element, value))
        return [branch(frame, alike, [lambda: [act(k, carried[0])], lambda: [carried[0]]], [hint])[0]]

    return each(frame, Compound("enumerate", (owner, const(0))), turn, [start], ["pair", hint], False)[0]


def count(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    """list.count."""
    return _found(frame, owner, args[0], lambda k, count: binary(frame, "add", count, const(1)), const(0), "count")


def found_at(frame: Frame, owner: Compound, value: Value) -> Value:
    """Where the first item stands that is equal to a value; -1 where none is."""

    def first(k: Value, at: Value) -> Value:
        return branch(frame, frame.truth(binary(frame, "less", at, const(0))), [lambda: [k], lambda: [at]], ["at"])[0]

    return _found(frame, owner, value, first, const(-1), "at")


def position(frame: Frame, owner: Compound, args: Sequence[Value]) -> Value:
    """list.index."""
    (value,) = args
    at = found_at(frame, owner, value)
    there = frame.emit("greater_equal", at, const(0))
    attrs: dict[str, Any] = {"message": "tuple.index(x): x not in tuple" if owner.kind == "tuple" else "the value is not in the list"}
    said: list[Value] = []
    if owner.kind != "tuple" and not isinstance(value, Compound):
        text = joined([formatted(frame, value, "r", ""), denote(" is not in list")])
        if known(text):
            attrs["message"] = python_value(text)
        else:
            said, source = listed(frame, [text], {})
            attrs["told"] = told(source)
    frame.emit("check", there, *said, error=ValueError, kind="raise", **attrs)
    return at


__all__ = ["count", "found_at", "position"]
