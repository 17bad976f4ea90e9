"""Shapes: which values have the same shape, so that who needs only a shape need not keep an array.

`Shapes.root(v)` follows definitions that keep the shape (a store, a copy, an elementwise op of one array and numbers, a
loop that carries an array of constant shape) to the earliest value of that shape.
"""

from __future__ import annotations

from difflang.ir import Atom, Node, Region, Var, walk
from difflang.op import row
from difflang.types import Array

from .activity import loop_parts

SHAPE_OPERAND = {"dim": 0, "size": 0, "zeros_like": 0, "ones_like": 0, "empty_like": 0, "full_like": 0, "unbroadcast": 1}
"""The operand of which an op reads the shape alone."""

FIRST = ("store", "accumulate", "copy", "cast", "zeros_like", "ones_like", "empty_like", "full_like", "stop_gradient", "cumsum", "flip")
"""Ops whose result has their first operand's shape, whatever the others."""


class Shapes:
    """Answers for one function body."""

    def __init__(self, body: Region) -> None:
        self.source: dict[Var, Atom] = {}
        for node in walk(body):
            self._note(node)

    def root(self, value: Var) -> Var:
        """The earliest value with the same shape that is known."""
        seen = {value}
        while True:
            source = self.source.get(value)
            if not isinstance(source, Var) or source in seen:
                return value
            seen.add(source)
            value = source

    def same(self, one: Atom, other: Atom) -> bool:
        """Whether two values are known to have the same shape."""
        return one is other or (isinstance(one, Var) and isinstance(other, Var) and self.root(one) is self.root(other))

    def _note(self, node: Node) -> None:
        if node.op in ("for", "while"):
            self._note_loop(node)
        elif node.op in FIRST or (node.op == "unbroadcast"):
            source = node.args[1] if node.op == "unbroadcast" else node.args[0]
            if isinstance(node.out.type, Array) and isinstance(source.type, Array) and node.out.type.rank == source.type.rank:
                self.source[node.out] = source
        elif not node.regions and node.op != "call" and row(node.op).kind == "elementwise":
            arrays = [a for a in node.args if isinstance(a.type, Array) and a.type.rank]
            if arrays and all(self.same(a, arrays[0]) for a in arrays):
                self.source[node.out] = arrays[0]

    def _note_loop(self, node: Node) -> None:
        """A carried array whose every turn keeps the shape has the shape it began with."""
        body, inits, params, yields = loop_parts(node)
        inner: dict[Var, Atom] = {}
        for made in walk(body):
            self._note(made)
        for param, init, atom, out in zip(params, inits, yields, node.outs, strict=True):
            if isinstance(param.type, Array) and isinstance(atom, Var) and self.root(atom) is param:
                inner[param] = init
                self.source[out] = init
        self.source.update(inner)
