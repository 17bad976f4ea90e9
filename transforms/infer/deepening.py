"""Values that get one level deeper with each turn of a loop or call of a recursion: they have no type, unless as rows (`pools.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from difflang.hints import shown

from .frame import Frame
from .passing import Outcome
from .values import Form, deepness

MOST = 5
"""How much deeper a value may become while its type is found."""


def bounded(frame: Frame, forms: Sequence[Form], first: list[int], hints: Sequence[str]) -> list[int]:
    """How deep what a loop carries was when it was walked first, for the next walk."""
    found = list(map(deepness, forms))
    for deep, now, hint in zip(first, found, hints, strict=False):
        if now > deep + MOST:
            reason = f"{shown(hint) or 'a value'} gets one level deeper with each turn of this loop"
            frame.fail("DL028", reason, "append to a list, or link objects of a class")
    return first or found


def bounded_result(frame: Frame, found: Outcome, first: int) -> int:
    """The same of what a recursive function gives back."""
    if first and found.deepness > first + MOST:
        reason = f"what {frame.function.name}() returns gets one level deeper with each call of itself"
        frame.fail("DL028", reason, "return numbers or arrays, or link objects of a class")
    return first or found.deepness


__all__ = ["bounded", "bounded_result"]
