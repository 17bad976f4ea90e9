"""Where a list was made: each list in what a node makes gets its place, once, so that a change of it is seen under all its names."""

from __future__ import annotations

from difflang.ir import Node

from .frame import Frame, list_maker
from .grown import OUTSIDE, born
from .lists import new_list, push
from .values import Compound, Value

MAKERS = frozenset("list add mul invoke method getitem unpack".split())
"""Nodes of which the result is a list of their own, where it has not been made elsewhere."""


@list_maker
def made_here(frame: Frame, node: Node, value: Compound) -> Value:
    """The list that a node made: known while compiling, or of the run where it was found to change there."""
    if value.kind == "tuple":
        return _with_own_parts(frame, node, value, ())
    if value.origin is not None and (value.origin is not OUTSIDE or node.op not in MAKERS):
        return value
    return _own(frame, node, _with_own_parts(frame, node, value, ()), ())


def own_item(frame: Frame, value: Value, path: tuple[int, ...] = (-1,)) -> Value:
    """The same for what the node that is being interpreted makes and keeps inside of something: `path` says where."""
    return value if frame.at is None else _own_part(frame, frame.at, value, path)


def _with_own_parts(frame: Frame, node: Node, value: Compound, path: tuple[int, ...]) -> Compound:
    """The same with lists of their own for those in it that nobody has made elsewhere."""
    items = tuple(_own_part(frame, node, item, (*path, k)) for k, item in enumerate(value.items))
    return value if all(a is b for a, b in zip(items, value.items, strict=True)) else value.over(items)


def _own_part(frame: Frame, node: Node, value: Value, path: tuple[int, ...]) -> Value:
    if not isinstance(value, Compound) or not value.is_sequence or (value.kind == "list" and value.origin is not None):
        return value
    inner = _with_own_parts(frame, node, value, path)
    return _own(frame, node, inner, path) if value.kind == "list" else inner


def _own(frame: Frame, node: Node, value: Compound, path: tuple[int, ...]) -> Value:
    """A list that was made here: its place is the node, and where it stands in what the node made."""
    site = (frame.signature, node, *path)
    element = frame.inference.lists.elements.get(site)
    if element is None:
        own = Compound("list", value.items)
        born(own, site, frame.builder, site in frame.inference.lists.straight)
        return own
    made = new_list(frame, frozenset({site}), element, node.outs[0].hint)
    for item in value.items:
        push(frame, made, item)
    return made


__all__ = ["made_here", "own_item"]
