"""Which classes' objects become rows (`pools.py`): found when a program does not fit with objects taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from difflang.errors import DifflangError, EndlessRecursion
from difflang.ir import Function

from .grown import Lists
from .objects import HEAP, Cell

LINKING = frozenset("DL006 DL007 DL028 DL029 DL043".split())
"""What a program of linked objects fails with where they are taken apart."""
LAST = 2


def pooled(learned: Lists, error: DifflangError) -> bool:
    """Whether the interpretation begins again, with the objects of more classes as rows: those that link to themselves, then all."""
    learned.first = learned.first or error
    if learned.first.code not in LINKING:
        return False
    cells = HEAP.cells or learned.cells
    while learned.stage < LAST:
        learned.stage += 1
        classes = _classes(cells)
        more = frozenset(_linked(classes, cells) if learned.stage == 1 else classes) - learned.pooled
        if more:
            learned.pool(more)
            return True
    return False


def said(learned: Lists, error: DifflangError) -> DifflangError:
    """What is told of a program that fits in no way."""
    if learned.first is None or learned.first is error or error.code in LINKING or error.code == "DL027":
        return error
    return learned.first


def in_a_circle(function: Function) -> DifflangError:
    """The error of objects without end."""
    reason = f"objects in {function.name}() refer to one another in a circle"
    return EndlessRecursion("DL043", reason, function.place, "hold numbers that say which object is meant", function.origin)


def _classes(cells: list[Cell]) -> set[type]:
    """The classes of objects that the interpretation has met."""
    return {cell.layout.cls for cell in cells if cell.carried and cell.layout.kind in ("object", "struct")}


def _linked(classes: set[type], cells: list[Cell]) -> set[type]:
    """Those of which an object may hold another, at whatever distance."""
    edges: dict[type, set[type]] = {cls: {other for other in classes if _says(cls, other)} for cls in classes}
    for cell in cells:
        if cell.carried and cell.layout.cls in edges:
            edges[cell.layout.cls] |= {cls for part in cell.parts for cls in _held(part)} & classes
    while True:
        wider = {cls: near.union(*(edges[other] for other in near)) for cls, near in edges.items()}
        if wider == edges:
            return {cls for cls, near in edges.items() if cls in near}
        edges = wider


def _says(cls: type, other: type) -> bool:
    """Whether a class annotates a field with another."""
    found = (str(said) for base in cls.__mro__ for said in base.__dict__.get("__annotations__", {}).values())
    return any(re.search(rf"\b{other.__name__}\b", text) for text in found)


def _held(value: Any) -> Iterator[type]:
    """The classes of the objects in a value, those that their fields hold aside."""
    if getattr(value, "kind", "") == "object":
        yield value.info.layout.cls
    elif getattr(value, "kind", "") == "made":
        yield value.info.layout.cls
    elif hasattr(value, "items"):
        for item in (*value.items, *([value.info] if value.kind == "grown" else [])):
            yield from _held(item)


__all__ = ["in_a_circle", "pooled", "said"]
