"""Asked: who asks for a shape asks a value that has a name and is read anyway. Owned in, owned out.

Shapes are asked of the earliest value that has them; where that is part of an expression (`h @ w` in `out = h @ w + b`) it
would get a name for that alone.
"""

from __future__ import annotations

from functools import partial

from difflang.alias import SHAPE_ONLY
from difflang.hints import is_temporary
from difflang.ir import Atom, Node, Program, Region, Var, walk
from difflang.op import row
from difflang.records import replace
from difflang.types import MANY, Array, rank

from .shapes import Shapes


def asked(program: Program) -> Program:
    """The program with such questions put to values with names; the very program where there are none."""
    return program.with_bodies(_body)


def _body(body: Region) -> Region:
    if not any(node.role and _asks(node) is not None for node in walk(body)):
        return body
    return _Asking(body).region(body, [p for p in body.params if isinstance(p.type, Array)])


def _asks(node: Node) -> Var | None:
    """The array that a node asks for its shape."""
    positions = SHAPE_ONLY.get(node.op)
    operand = node.args[positions[0]] if positions else None
    return operand if isinstance(operand, Var) and isinstance(operand.type, Array) else None


class _Asking:
    """One walk over one body."""

    def __init__(self, body: Region) -> None:
        self.shapes = Shapes(body)
        self.order: dict[Node, int] = {node: k for k, node in enumerate(walk(body))}
        self.last: dict[Atom, int] = {}  # where a value is read last, other than for its shape
        self.uses: dict[Atom, int] = {}
        for node, k in self.order.items():
            skipped = SHAPE_ONLY.get(node.op, ())
            read = [a for j, a in enumerate(node.args) if j not in skipped]
            for atom in (*read, *(y for inner in node.regions for y in inner.yields)):
                self.last[atom] = k
                self.uses[atom] = self.uses.get(atom, 0) + 1
        self.last.update(dict.fromkeys(body.yields, len(self.order)))
        self.params = set(body.params)
        self.equal: dict[Var, Var] = {}
        for node in body.nodes:
            self.agree(node)

    def agree(self, node: Node) -> None:
        """Operands of an elementwise op that has run have one shape where no axis can be widened."""
        if node.regions or node.op == "call" or row(node.op).kind != "elementwise":
            return
        arrays = [a for a in node.args if isinstance(a, Var) and isinstance(a.type, Array)]
        if len(arrays) == len([a for a in node.args if isinstance(a.type, Array)]) > 1 and all(_is_full(a, node.out) for a in arrays):
            first = self.root(arrays[0])
            for other in map(self.root, arrays[1:]):
                if other is not first:
                    self.equal[other] = first

    def root(self, value: Var) -> Var:
        value = self.shapes.root(value)
        while value in self.equal:
            value = self.shapes.root(self.equal[value])
        return value

    def is_idle(self, value: Var) -> bool:
        """Whether a value has a name, or is computed, for its shape alone."""
        uses = self.uses.get(value, 0)
        return value not in self.params and (not uses or (uses == 1 and is_temporary(value.hint)))

    def region(self, region: Region, known: list[Var]) -> Region:
        known = [*known, *(p for p in region.params if isinstance(p.type, Array))]
        nodes: list[Node] = []
        for node in region.nodes:
            if node.regions:
                node = node.with_regions(partial(self.region, known=known))
            elif node.role and (operand := _asks(node)) is not None and self.is_idle(operand):
                node = self.put(node, operand, known)
            nodes.append(node)
            if not node.regions and not node.role:  # what comes out of a branch may be missing on some path
                known += [out for out in node.outs if isinstance(out.type, Array) and not is_temporary(out.hint)]
        return region.with_nodes(nodes)

    def put(self, node: Node, operand: Var, known: list[Var]) -> Node:
        """The node with its question put to a value of the same shape."""
        at = self.order[node]
        known = [v for v in known if v is not operand and (self.uses.get(v) or v in self.params)]
        same = [v for v in known if v.type == operand.type and (self.root(v) is self.root(operand) or self.shapes.same(v, operand))]
        found = [v for v in same if self.last.get(v, -1) > at] or same
        if not found:
            return node
        own = [v for v in found if node.outs[0].hint == f"{v.hint}_bar"]
        chosen = own[-1] if own else found[-1]
        return replace(node, args=tuple(chosen if a is operand else a for a in node.args))


def _is_full(value: Var, result: Var) -> bool:
    """Whether every axis of the result is one of the value's, and never one."""
    return isinstance(value.type, Array) and value.type.rank == rank(result.type) and set(value.type.dims) == {MANY}


__all__ = ["asked"]
