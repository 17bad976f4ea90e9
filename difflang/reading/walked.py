"""Generator expressions kept under a name: their items are made at once, as a list's, so that they can be walked once alone.

A list can be walked again, and what is left of a generator cannot: where a name is read more often than it is given one, or in a
loop or a function that does not give it, the program is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import libcst as cst

from .scope import Statement

Around = tuple[cst.CSTNode, ...]


class _Walks:
    """Where a block gives names generator expressions, and where it reads names."""

    def __init__(self) -> None:
        self.given: list[tuple[str, Around]] = []
        self.read: list[tuple[str, Around]] = []

    def visit(self, node: cst.CSTNode, around: Around) -> None:
        name = given_to(node)
        if name is not None:
            self.given.append((name, around))
        if isinstance(node, cst.Name):
            self.read.append((node.value, around))
        if isinstance(node, (cst.For, cst.While, cst.FunctionDef, cst.Lambda)):
            first = node.iter if isinstance(node, cst.For) else None  # what a loop walks is asked once
            if first is not None:
                self.visit(first, around)
            around = (*around, node)
            children = [child for child in node.children if child is not first]
        else:
            children = [node.value] if isinstance(node, cst.Assign) and name is not None else list(node.children)
        for child in children:
            self.visit(child, around)


def given_to(node: cst.CSTNode) -> str | None:
    """The name that an assignment gives a generator expression."""
    if isinstance(node, cst.Assign) and len(node.targets) == 1 and isinstance(node.value, cst.GeneratorExp):
        target = node.targets[0].target
        return target.value if isinstance(target, cst.Name) else None
    return None


def walked_again(block: Iterable[Statement]) -> frozenset[str]:
    """The names under which a generator expression may be walked a second time."""
    walks = _Walks()
    for node in block:
        walks.visit(node, ())
    counts = Counter(name for name, _ in walks.given)
    reads = Counter(name for name, _ in walks.read)
    again = {name for name in counts if reads[name] > counts[name]}
    for name, around in walks.read:
        homes = [home for given, home in walks.given if given == name]
        again |= {name for home in homes if not set(around) <= set(home)}
    return frozenset(again)


__all__ = ["given_to", "walked_again"]
