"""Dicts of the caller or from outside of the function, asked for numbers that show while the program runs: their keys are walked."""

from __future__ import annotations

from difflang.container_texts import key_needed
from difflang.ir import const

from .branches import branch
from .frame import Frame
from .list_search import found_at
from .lists import indexed
from .numbers import by_text
from .operators import binary
from .values import Compound, Value, denote, known


def is_lookup(owner: Value, key: Value, keys: list[object]) -> bool:
    """Whether a key of the run is looked for in a dict that this program does not make, one of numbers."""
    numbers = bool(keys) and all(isinstance(one, (int, float)) for one in keys)
    return numbers and getattr(getattr(owner, "info", None), "site", None) is None and not isinstance(key, Compound) and not known(key)


def place_of(frame: Frame, keys: list[object], key: Value) -> Value:
    """The position of the key, -1 where it is not there."""
    return found_at(frame, Compound("tuple", tuple(map(denote, keys))), key)


def looked_up(frame: Frame, items: dict[object, Value], key: Value) -> Value:
    """d[key]. KeyError where it is not there."""
    at = by_text(frame, key_needed, [key, place_of(frame, list(items), key)])
    return indexed(frame, Compound("tuple", tuple(items.values())), at)


def is_there(frame: Frame, items: dict[object, Value], key: Value) -> Value:
    """key in d"""
    return frame.truth(binary(frame, "greater_equal", place_of(frame, list(items), key), const(0)))


def got(frame: Frame, items: dict[object, Value], key: Value, default: Value) -> Value:
    """d.get(key, default)"""
    at = place_of(frame, list(items), key)
    there = frame.truth(binary(frame, "greater_equal", at, const(0)))
    values = Compound("tuple", tuple(items.values()))
    return branch(frame, there, [lambda: [indexed(frame, values, at)], lambda: [default]], ["item"])[0]


__all__ = ["got", "is_lookup", "is_there", "looked_up"]
