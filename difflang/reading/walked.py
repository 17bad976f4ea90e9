"""Generator expressions kept under a name: they are read where the name is, which is where Python walks them.

What their first `for` walks is asked for where they are made. What is left of a generator cannot be walked again: where a name is read
more often than it is given one, or in a loop or a function that does not give it, the program is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

import libcst as cst

from ..ir import Var, static, yields
from .expressions import expression
from .frame import Frame, Kept, Late
from .keeping import PUTTING
from .scope import Statement, assigned, statements

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
            value = node.value if isinstance(node, (cst.Assign, cst.AnnAssign)) and name is not None else None
            children = list(node.children) if value is None else [value]
        for child in children:
            self.visit(child, around)


def given_to(node: cst.CSTNode) -> str | None:
    """The name that an assignment gives a generator expression."""
    if not isinstance(node, (cst.Assign, cst.AnnAssign)) or not isinstance(node.value, cst.GeneratorExp):
        return None
    target = node.target if isinstance(node, cst.AnnAssign) else node.targets[0].target if len(node.targets) == 1 else None
    return target.value if isinstance(target, cst.Name) else None


def keep_walk(frame: Frame, node: cst.Assign | cst.AnnAssign, name: str) -> None:
    """`name = (...)`"""
    assert isinstance(node.value, cst.GeneratorExp)
    if name in _walked_again(frame.body):
        reason, way_out = f"the generator {name!r} may be walked more than once", f"keep its items: {name} = [...]"
        raise frame.refuse(node.value, reason, way_out, "DL042")
    walked = node.value.for_in.iter
    frame.given.pop(id(walked), None)
    frame.given[id(walked)] = expression(frame, walked)
    frame.streams.add(name)
    frame.bind(name, static(Kept(node.value)))


def check_turns(frame: Frame, node: cst.For) -> None:
    """The items of a generator expression are made before the loop that walks it: the loop must not change what they are made of."""
    heads = [node.iter, *(argument.value for argument in node.iter.args)] if isinstance(node.iter, cst.Call) else [node.iter]
    for inner in map(frame.followed, heads):
        made, changed = _made_of(frame, inner), dict.fromkeys(assigned(statements(node.body)))
        if isinstance(inner, cst.GeneratorExp):
            changed = dict.fromkeys(_changed(node.body))
        found = next((name for name in changed if name in made), None)
        if found is not None:
            reason = f"the loop changes {found!r}, which the generator that it walks reads"
            raise frame.refuse(inner, reason, "write the generator's loop out, or walk a list of its items: [...]", "DL042")


def _made_of(frame: Frame, inner: cst.CSTNode) -> Collection[str]:
    """The names that the items of a walk are made of: a generator expression's, what a generator or map captured."""
    if isinstance(inner, cst.GeneratorExp):
        return set(_names(inner)) - set(_names(inner.for_in.target))
    if isinstance(inner, cst.Call) and isinstance(inner.func, cst.Name):
        late = frame.env.get(inner.func.value)
        return [str(key) for key in late.captured] if isinstance(late, Late) and yields(late.function) else ()
    value = frame.env.get(inner.value) if isinstance(inner, cst.Name) else None
    return frame.holds.get(value, ()) if isinstance(value, Var) and value in frame.lazy else ()


def _names(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.Name):
        yield node.value
    for child in node.children:
        yield from _names(child)


def _changed(node: cst.CSTNode) -> Iterator[str]:
    """The names that a text assigns, or writes into: items, fields, methods that change a list."""
    target = node.target if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.For, cst.NamedExpr)) else None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in CHANGING:
        target = node.func.value
    while isinstance(target, (cst.Subscript, cst.Attribute)):
        target = target.value
    if target is not None:
        yield from _names(target)
    for child in node.children:
        yield from _changed(child)


CHANGING = PUTTING | frozenset("pop popleft popitem remove discard clear sort reverse fill".split())


def _walked_again(block: Iterable[Statement]) -> frozenset[str]:
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


__all__ = ["check_turns", "given_to", "keep_walk"]
