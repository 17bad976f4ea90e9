"""Nested functions that call each other: each is made inside the others anew, of what all of them capture together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ..ir import Atom, Capture, Function, Held, Node, Param, Region, Var
from ..records import replace
from .names import Route

if TYPE_CHECKING:
    from .frame import Frame, Late

Key = str | Route


def circle(frame: Frame, late: Late) -> dict[str, Late]:
    """The nested functions that `late` reaches and that reach it, by their names; none where it is alone."""
    reached = _reached(frame, late)
    members = {key: other for key, other in reached.items() if other is late or late in _reached(frame, other).values()}
    return members if late in members.values() else {}


def _reached(frame: Frame, late: Late) -> dict[str, Late]:
    """What a nested function captures that is a nested function of the same frame, and what those capture."""
    from .frame import Late

    found: dict[str, Late] = {}
    left = [late]
    while left:
        for key in left.pop().captured:
            value = frame.env.get(key) if isinstance(key, str) and key in frame.local else None
            if isinstance(value, Late) and isinstance(key, str) and key not in found:
                found[key] = value
                left.append(value)
    return found


def together(frame: Frame, members: dict[str, Late], late: Late, node: cst.CSTNode) -> tuple[Function, list[Atom], list[str]]:
    """The function that stands for `late`, what it captures, and the variables among that."""
    keys: dict[Key, None] = {}
    for name, other in members.items():
        frame.require(name, node)
        keys.update(dict.fromkeys(key for key in other.captured if key not in members))
    known = frame.circles.get(tuple(members.values()))
    if known is None:
        known = frame.circles[tuple(members.values())] = _rewritten(members, tuple(keys))
    values = [frame.captured_value(key, node) for key in keys]
    defaults = [value for other in members.values() for value in other.defaults]
    return known[late], [*values, *defaults], [key for key in keys if isinstance(key, str)]


def _rewritten(members: dict[str, Late], keys: tuple[Key, ...]) -> dict[Late, Function]:
    """The members, each with closures of the others at its beginning."""
    attrs: dict[str, dict[str, Function]] = {name: {} for name in members}
    for name, late in members.items():
        attrs[name]["function"] = _with_others(name, late, members, keys, attrs)
    return {late: attrs[name]["function"] for name, late in members.items()}


def _with_others(name: str, late: Late, members: dict[str, Late], keys: tuple[Key, ...], attrs: dict[str, dict[str, Function]]) -> Function:
    old = late.function
    own, values = old.body.params[: len(old.params)], old.body.params[len(old.params) :]
    mine = dict(zip(late.captured, values, strict=False))
    made = values[len(late.captured) :]
    shared = [mine.get(key, Var(str(key))) for key in keys]
    captures = [_capture(late, key, members) for key in keys]
    params: tuple[Param, ...] = old.params
    for other in members.values():  # the defaults made at run time stand behind all that is captured
        first, count = len(own) + len(shared), len(other.defaults)
        if other is late:
            shared += made
            back = len(own) + len(values) - count
            moved = first - back
            params = tuple(replace(p, default=Held(p.default.position + moved)) if isinstance(p.default, Held) else p for p in params)
        else:
            shared += [Var("default") for _ in range(count)]
        captures += other.function.captures[len(other.captured) :]
    nodes = [Node("closure", tuple(shared), (var,), attrs[str(key)], (), old.place) for key, var in mine.items() if key in members]
    body = Region((*own, *shared), (*nodes, *old.body.nodes), old.body.yields)
    return replace(old, params=params, body=body, captures=tuple(captures))


def _capture(late: Late, key: Key, members: dict[str, Late]) -> Capture:
    """How a captured value is declared by the member that captures it."""
    owner = late if key in late.captured else next(other for other in members.values() if key in other.captured)
    return owner.function.captures[owner.captured.index(key)]


__all__ = ["circle", "together"]
