"""Lists, dicts and sets that live outside of the program: read as they are at each call, never changed.

The numbers and arrays in them are hidden parameters, read afresh; functions, classes, texts, lengths and keys are fixed, and
guarded (`runtime/reach.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from difflang.ir import static
from difflang.tree import Frozen, Layout

from .frame import Frame, opens
from .grown import CAPTURED
from .objects import new_cell, reference
from .values import Compound, Value, denote

MOST = 1024
"""So many numbers and arrays are read one by one at a call."""


@opens
def held(frame: Frame, owner: Any, name: str = "") -> Value:
    """What a list, a dict or a set of the surroundings stands for."""
    if isinstance(owner, (set, frozenset)):
        return static(Frozen(owner) if isinstance(owner, frozenset) else frozenset(owner))
    name = name or next((guard.name for guard in frame.function.guards if guard.value is owner), type(owner).__name__)
    if count(owner) > MOST:
        frame.fail("DL001", f"{name} holds more than {MOST} values, too many to be read one by one", "make it an array: np.array(...)")
    if isinstance(owner, dict):
        cell = new_cell(Layout("dict", dict, tuple(owner)), [part(frame, owner, key, str(key)) for key in owner])
        cell.outside = name
        return reference(cell)
    return Compound("list", tuple(part(frame, owner, k, f"{name}_{k}") for k in range(len(owner))), origin=CAPTURED)


def part(frame: Frame, owner: Any, key: Any, name: str) -> Value:
    """An item: a number or an array is read at each call."""
    found = owner[key]
    if isinstance(found, (list, dict, set)):
        return held(frame, found, name)
    if isinstance(found, (np.ndarray, float, int, complex, np.generic)) and not isinstance(found, bool):
        return frame.capture(_identifier(name), _reader(owner, key))
    return denote(found)


def _reader(owner: Any, key: Any) -> Callable[[], Any]:
    return lambda: owner[key]


def _identifier(name: str) -> str:
    kept = "".join(c if c.isalnum() else "_" for c in name)
    return kept if kept.isidentifier() else f"item_{kept}"


def count(owner: Any) -> int:
    """How many values a list or dict holds, those in its own lists and dicts included."""
    items = owner.values() if isinstance(owner, dict) else owner
    return len(items) + sum(count(item) for item in items if isinstance(item, (list, dict)))


__all__ = ["held", "part"]
