"""Variables that outlive their function: a nested function that assigns them is returned or kept, as counters are.

Such a variable lives in a box, a dict of one item, which the function around and the nested ones share: reading it is reading
the item, assigning it is changing the item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from .scope import Statement, inner_blocks, outer_variables, parameter_names, statements

if TYPE_CHECKING:
    from .frame import Frame

ITEM = "value"


def boxed_variables(block: Iterable[Statement]) -> frozenset[str]:
    """The variables that a nested function declares `nonlocal` and that function is used otherwise than by calling it by its name."""
    block = list(block)
    found: set[str] = set()
    for node in _definitions(block):
        names = outer_variables(statements(node.body), parameter_names(node.params))
        if names and not any(_escapes(statement, node) for statement in block):
            names &= boxed_variables(statements(node.body))
        found |= names
    return frozenset(found)


def _definitions(block: Iterable[Statement]) -> Iterator[cst.FunctionDef]:
    for node in block:
        if isinstance(node, cst.FunctionDef):
            yield node
        for inner in inner_blocks(node):
            yield from _definitions(inner)


def _escapes(node: cst.CSTNode, function: cst.FunctionDef, inner: bool = False) -> bool:
    """Whether the function's name stands for a value somewhere: decorators take it, and `inner` functions that call it."""
    if node is function:
        return bool(function.decorators) or _escapes(function.body, function, inner=True)  # calling itself it meets its own writes
    if isinstance(node, cst.Name):
        return node.value == function.name.value
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and not inner:
        return any(_escapes(argument, function, inner) for argument in node.args)
    inner = inner or isinstance(node, (cst.FunctionDef, cst.Lambda))
    if isinstance(node, cst.Attribute):
        return _escapes(node.value, function, inner)
    if isinstance(node, cst.Arg):
        return _escapes(node.value, function, inner)
    if isinstance(node, (cst.Nonlocal, cst.Global)):
        return False
    return any(_escapes(child, function, inner) for child in node.children)


def may_assign(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an expression calls a function defined here or around, where such functions assign variables of those around them."""
    frames: list[Frame] = [frame]
    while frames[-1].parent is not None:
        frames.append(frames[-1].parent)
    defined = frozenset().union(*(one.local for one in frames)) if any(one.shared or one.boxed for one in frames) else frozenset()
    return bool(defined) and _calls(node, defined)


def _calls(node: cst.CSTNode, names: frozenset[str]) -> bool:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in names:
        return True
    return any(_calls(child, names) for child in node.children)


__all__ = ["ITEM", "boxed_variables", "may_assign"]
