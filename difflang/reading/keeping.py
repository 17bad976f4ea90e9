"""Functions that are kept: what a value captures that holds a closure, and what a loop changes after it was put away.

Python's functions see a variable as it is when they are called. One that is called where it was made sees what it saw then; one that
a turn of a loop puts into a list or a dict would see the last turn's value, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import libcst as cst

from ..ir import Atom, Const, Var
from .frame import Frame

PUTTING = frozenset("append appendleft insert extend add setdefault update".split())
"""Methods that keep what they are given."""


LAZY = (map, filter)
PASSING = (zip, enumerate, iter)
"""What hands on items that are made when they are asked for."""


def keep(table: dict[Var, Any], out: Var, values: Sequence[Atom], frame: Frame) -> None:
    """What holds a closure captures what the closure captured."""
    for value in values:
        held = frame.holds.get(value) if isinstance(value, Var) else None
        if held:
            table.setdefault(out, {}).update(held)


def keep_called(frame: Frame, out: Var, function: Atom, values: Sequence[Atom]) -> None:
    """What a call makes of functions holds them if it is an object, a list or walks them later; else it may be one of them."""
    maker = function.value if isinstance(function, Const) else None
    lazy = maker in LAZY or function in frame.lazy
    if lazy or maker in PASSING and not frame.lazy.isdisjoint(values):
        frame.lazy.add(out)
        keep(frame.holds, out, [function, *values], frame)
    elif isinstance(maker, type):
        keep(frame.holds, out, [value for value in values if value not in frame.lazy], frame)
    else:
        keep(frame.may_hold, out, [function, *values], frame)


def store(frame: Frame, owner: Atom, values: Sequence[Atom]) -> None:
    """What is stored in something is held by it, and by what that was taken out of."""
    held = {name: value for one in values if isinstance(one, Var) for name, value in frame.holds.get(one, {}).items()}
    box: Atom | None = owner
    while held and isinstance(box, Var):
        frame.holds.setdefault(box, {}).update(held)
        made = next((node for node in reversed(frame.nodes) if box in node.outs), None)
        box = made.args[0] if made is not None and made.op in ("attr", "getitem") else None


@contextmanager
def turning(frame: Frame, names: Iterable[str]) -> Iterator[None]:
    """A loop that binds these names anew in each turn is being read."""
    frame.turning.append(frozenset(names))
    try:
        yield
    finally:
        frame.turning.pop()


def put(frame: Frame, values: Sequence[Atom], node: cst.CSTNode, owner: cst.BaseExpression | None = None) -> None:
    """Values are kept in `owner`, which outlives the turn unless the turn has made it."""
    name = owner.value if isinstance(owner, cst.Name) else None
    for value in values:
        held = frame.holds.get(value, {}) if isinstance(value, Var) else {}
        for names in reversed(frame.turning):
            if name in names:
                break
            found = next((captured for captured in held if captured in names), None)
            if found is not None:
                reason = f"this function is kept and captures {found!r}, which the loop changes: called later it sees the last value"
                raise frame.refuse(node, reason, f"bind the value of this turn: a parameter {found}={found}")


def put_by_call(frame: Frame, node: cst.Call, values: Sequence[Atom]) -> None:
    """`fs.append(f)`"""
    if frame.turning and isinstance(node.func, cst.Attribute) and node.func.attr.value in PUTTING:
        put(frame, values, node, node.func.value)


__all__ = ["keep", "keep_called", "put", "put_by_call", "store", "turning"]
