"""Ops that are lowered by a function of the language, and products of float16: written out in other ops before machine code is made."""

from __future__ import annotations


from difflang.build import Builder, trace
from difflang.ir import Node, Program, Region, Var
from difflang.op import TABLE
from difflang.records import replace

from ..alias import is_view


def expanded(program: Program) -> Program:
    """The program without such ops."""
    return program.map(lambda function: replace(function, body=_region(function.body)))


def _region(region: Region) -> Region:
    nodes: list[Node] = []
    for node in region.nodes:
        if node.regions:
            nodes.append(replace(node, regions=tuple(map(_region, node.regions))))
        elif _is_written_out(node):
            nodes += _written(node)
        elif node.op in _PRODUCTS and getattr(node.out.type, "dtype", "") == "f16":
            nodes += _in_singles(node)
        else:
            nodes.append(node)
    return replace(region, nodes=tuple(nodes))


_PRODUCTS = ("matmul", "dot", "inner", "slide")


def _in_singles(node: Node) -> list[Node]:
    """As NumPy: products of float16 are added up in float32 and rounded once."""
    builder = Builder(node.place, node.role)
    wide = [builder.emit("cast", arg, dtype="f32", weak=False) for arg in node.args]
    found = builder.emit(node.op, *wide, **node.attrs)
    builder.emit("cast", found, dtype="f16", weak=False)
    return [*builder.nodes[:-1], replace(builder.nodes[-1], outs=node.outs)]


def _is_written_out(node: Node) -> bool:
    op = TABLE.get(node.op)
    return op is not None and op.kind in ("general", "constant", "multilinear") and callable(op.lower)


def _written(node: Node) -> list[Node]:
    """The nodes of the op's lowering; the last one defines the op's own result."""
    builder = Builder(node.place, node.role)
    lower = TABLE[node.op].lower
    assert callable(lower)
    found = trace(builder, lower, *node.args, **node.attrs)
    made = next((n for n in builder.nodes if found in n.outs), None)
    if made is None or is_view(made):  # the result has memory of its own, as `place` was told
        found = builder.emit("copy", found)
        made = builder.nodes[-1]
    assert isinstance(found, Var) and len(made.outs) == 1
    return [replace(n, outs=node.outs) if n is made else _reading(n, found, node.out) for n in builder.nodes]


def _reading(node: Node, old: Var, new: Var) -> Node:
    return replace(node, args=tuple(new if a is old else a for a in node.args))
