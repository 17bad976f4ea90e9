"""Shapes: which values have the same shape, so that who needs only a shape need not keep an array.

`Shapes.root(v)` follows definitions that keep the shape (a store, a copy, an elementwise op of one array and numbers, a
loop that carries an array of constant shape) to the earliest value of that shape.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from difflang.ir import Atom, Node, Region, Var
from difflang.op import row
from difflang.types import MANY, Array, Type, Unknown, rank

from .activity import loop_parts
from .extents import Extents
from .families import Families, Family
from .numbers import numbers

SHAPE_OPERAND = {
    "dim": 0, "size": 0, "zeros_like": 0, "ones_like": 0, "empty_like": 0, "full_like": 0, "unbroadcast": 1,
    "reshape_like": 1, "broadcast_like": 1, "matmul_left": 1, "matmul_right": 2, "dot_left": 1, "dot_right": 2,
    "assembled": 0,
}  # fmt: skip
"""The operand of which an op reads the shape alone."""

FIRST = ("store", "accumulate", "copy", "cast", "zeros_like", "ones_like", "empty_like", "full_like", "stop_gradient", "cumsum", "flip")
"""Ops whose result has their first operand's shape, whatever the others."""


class Shapes:
    """Answers for one function body."""

    def __init__(self, body: Region, given: Iterable[Atom] = (), active: Container[Atom] = ()) -> None:
        self.source: dict[Var, Atom] = {}
        self.definition: dict[Var, Node] = {}
        self.extents = Extents(self.definition.get, self.root)
        self.numbers = numbers(body, given)
        self.families = Families(self.definition.get, self.root, self.is_number, active)
        self.home: dict[Var, tuple[Region, ...]] = {}  # the regions around the node that defines a value
        self.filled: list[tuple[Region, Family, Family]] = []  # what was written where, as shapes, in a region
        self.news = True
        while self.news:
            self.news = False
            self._region(body, (body,))
        self.families.forget()
        self._note_filled()

    def _region(self, region: Region, around: tuple[Region, ...]) -> None:
        for node in region.nodes:
            for inner in node.regions:
                self._region(inner, (*around, inner))
            self.definition.update(dict.fromkeys(node.outs, node))
            self.home.update(dict.fromkeys(node.outs, around))
            self._note(node)

    def root(self, value: Var) -> Var:
        """The earliest value with the same shape that is known."""
        if value not in self.source:
            return value
        seen = {value}
        while True:
            source = self.source.get(value)
            if not isinstance(source, Var) or source in seen:
                return value
            seen.add(source)
            value = source

    def same(self, one: Atom, other: Atom) -> bool:
        """Whether two values are known to have the same shape."""
        if one is other or (self.is_number(one) and self.is_number(other)):
            return True
        if not isinstance(one, Var) or not isinstance(other, Var):
            return False
        return self.root(one) is self.root(other) or self.extents.same(one, other)

    def fits(self, node: Node, operand: Atom) -> bool:
        """Whether the result of an elementwise op of open type certainly has the shape of this operand."""
        around = self.home.get(node.outs[0], ())
        return self._within(self.families.together(node.args), self.families.of(operand), around)

    def fills(self, node: Node) -> bool:
        """Whether a value of open type has the shape of the place it is written to. It is never wider: NumPy would raise."""
        base, value, *operands = node.args
        place = self.families.indexed(base, node.attrs["pattern"], operands)
        return place is not None and self._within(place, self.families.of(value), self.home.get(node.out, ()))

    def _within(self, narrow: Family, wide: Family, around: tuple[Region, ...]) -> bool:
        """Whether broadcasting the wide family with the narrow one leaves it as it is."""
        if narrow <= wide:
            return True
        while True:  # what was written somewhere was not wider than the place
            here = (entry for entry in self.filled if any(entry[0] is region for region in around))
            more = [written for _, written, place in here if place <= wide and not written <= wide]
            if not more:
                return False
            wide = wide.union(*more)
            if narrow <= wide:
                return True

    def _note_filled(self) -> None:
        for node in self.definition.values():
            if node.op not in ("store", "accumulate") or not isinstance(node.out.type, Unknown):
                continue
            place = self.families.indexed(node.args[0], node.attrs["pattern"], node.args[2:])
            written = self.families.of(node.args[1])
            if place is not None and written:
                self.filled.append((self.home[node.out][-1], written, place))

    def is_number(self, atom: Atom) -> bool:
        """Whether a value is certainly a single number."""
        return rank(atom.type) == 0 or atom in self.numbers

    def _note(self, node: Node) -> None:
        if node.op in ("for", "while"):
            self._note_loop(node)
        elif node.op == "if":
            for out, *ends in zip(node.outs, *(arm.yields for arm in node.regions), strict=True):
                roots = {self.root(end) if isinstance(end, Var) else end for end in ends}
                if isinstance(out.type, (Array, Unknown)) and len(roots) == 1:
                    self.source[out] = roots.pop()
        elif node.op in FIRST or (node.op == "unbroadcast"):
            source = node.args[1] if node.op == "unbroadcast" else node.args[0]
            if _keep_axes(node.op, node.out.type, source.type):
                self.source[node.out] = source
        elif _elementwise(node):
            arrays = [a for a in node.args if not self.is_number(a)]
            if arrays and (_full(arrays) or all(self.same(a, arrays[0]) for a in arrays)):
                self.source[node.out] = arrays[0]

    def _note_loop(self, node: Node) -> None:
        """A carried array whose every turn keeps the shape has the shape it began with."""
        _, inits, params, yields = loop_parts(node)
        inner: dict[Var, Atom] = {}
        for param, init, atom, out in zip(params, inits, yields, node.outs, strict=True):
            if isinstance(param.type, (Array, Unknown)) and isinstance(atom, Var) and self._keeps(atom, param):
                inner[param] = init
                self.source[out] = init
        if not inner.keys() <= self.source.keys():  # it says more of the nodes inside
            self.news = True
            self.extents.forget()
        self.source.update(inner)


    def _keeps(self, value: Atom, param: Var) -> bool:
        """Whether a value has the shape of a parameter: as its own, or as that of an operand that nothing was broadcast with."""
        asking, asked = [value], set[Atom]()
        while asking:
            value = asking.pop()
            if value is param:
                return True
            if not isinstance(value, Var) or value in asked:
                continue
            asked.add(value)
            node, source = self.definition.get(value), self.source.get(value)
            asking += [source] if source is not None else []
            if node is not None and _elementwise(node):
                arrays = [a for a in node.args if not self.is_number(a)]
                asking += arrays if _full(arrays) else []
        return False


def _elementwise(node: Node) -> bool:
    return not node.regions and node.op != "call" and row(node.op).kind == "elementwise"


def _full(arrays: Sequence[Atom]) -> bool:
    """Whether nothing is broadcast: all have these axes, and none of them is of size one."""
    kinds = {a.type.dims if isinstance(a.type, Array) else () for a in arrays}
    return len(kinds) == 1 and set(*kinds) == {MANY}


def _keep_axes(op: str, result: Type, source: Type) -> bool:
    if isinstance(result, Unknown) and isinstance(source, Unknown):
        return op != "cumsum"  # which makes one axis of many
    return isinstance(result, Array) and isinstance(source, Array) and result.rank == source.rank
