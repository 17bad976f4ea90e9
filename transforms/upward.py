"""Upward: an adjoint loop whose turns only add runs the way the primal did. Owned in, owned out.

In which order amounts are added is free. Memory is walked best upwards, and compilers know such loops better.
"""

from __future__ import annotations

from difflang.ir import Node, Program, Region, walk
from difflang.records import replace

from .activity import loop_parts
from .chains import only_added_to
from .prune import EFFECTS


def upward(program: Program) -> Program:
    """The program with such loops turned round; the very program where there are none."""
    return program.with_bodies(_region)


def _region(region: Region) -> Region:
    return region.with_nodes([_turned(node.with_regions(_region)) for node in region.nodes])


def _turned(node: Node) -> Node:
    if node.op != "for" or node.role != "adjoint" or not node.attrs.get("reverse") or node.attrs.get("exits"):
        return node
    body, _, params, yields = loop_parts(node)
    if any(n.op in (*EFFECTS, "call") for n in walk(body)):
        return node
    if not all(only_added_to(body, p, y) for p, y in zip(params, yields, strict=True)):
        return node
    return replace(node, attrs={**node.attrs, "reverse": False})
