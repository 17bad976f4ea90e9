"""Pack: an array that eight turns abreast read down an axis is laid out along it, once, before the loops that read it again and again.

    for i in range(n):                          by_j = c.T.copy()
        for j in range(k):                      for i in range(n):
            for a in range(d):          ->          for j in range(0, k, 8):
                s += x[i, a] * c[j, a]                  for a in range(d):
                                                            s0 += x[i, a] * by_j[a, j]
                                                            s1 += x[i, a] * by_j[a, j + 1]
                                                            ...

Only small arrays that the turns read whole, from loops of many turns that do not change them: then the copy is soon paid back.
Whether it is made is a truth of the run, by which the loops beside it choose too.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import Atom, Node, Region, Var, const, walk
from difflang.op import row
from difflang.records import replace
from difflang.types import INT, Array

from .shapes import Shapes

TURNS = 16
"""Turns of the outer loop that pay for a copy."""
LARGEST = 1 << 17
"""Elements of an array that stays near the processor."""
WIDEST = 64
"""Of the axes of which each turn may read a part alone."""


class Packs:
    """The copies of one function, and before which loops they are made."""

    def __init__(self) -> None:
        self.before: dict[Node, list[Node]] = {}
        self.made: dict[tuple[Node, Var, int, Atom | None], tuple[Var, Var]] = {}
        self.inside: dict[Node, set[Atom | None]] = {}

    def packed(self, nodes: Sequence[Node], loop: Node, around: Sequence[Node], shapes: Shapes) -> tuple[tuple[Node, ...], list[Var]]:
        """The nodes of a loop's turn with such reads, and the truths on which they hang."""
        counter = loop.regions[0].params[0]
        sums = {node.out for node in walk(Region((), tuple(nodes), ())) if node.op in ("add", "sub") and counter in node.args}
        truths: list[Var] = []

        def read(node: Node) -> Node:
            node = node.with_regions(lambda region: region.with_nodes([read(inner) for inner in region.nodes]))
            axis = _axis(node, {counter, *sums})
            outer = None if axis is None else self.outer(node.args[0], around)
            if axis is None or outer is None:
                return node
            end = None if _is_whole(loop, node.args[0], axis, shapes) else loop.args[1]
            if end in self.inside[outer] or loop.args[0] not in (const(0), const(1)):
                return node
            by_axis, truth = self.copy(outer, node, axis, end)
            if truth not in truths:
                truths.append(truth)
            at = node.args[1:]
            return replace(node, args=(by_axis, *at[:axis], *at[axis + 1 :], at[axis]))

        return tuple(map(read, nodes)), truths

    def outer(self, array: Atom, around: Sequence[Node]) -> Node | None:
        """The outermost of the loops around that do not change the array."""
        for loop in around:
            if loop not in self.inside:
                within = Region((), (loop,), ())
                self.inside[loop] = {out for node in walk(within) for out in (*node.outs, *(p for r in node.regions for p in r.params))}
            plain = loop.op == "for" and loop.args[2] == const(1) and not loop.attrs.get("exits")
            if plain and array not in self.inside[loop]:
                return loop
        return None

    def copy(self, outer: Node, read: Node, axis: int, end: Atom | None) -> tuple[Var, Var]:
        """(the copy of an array, along an axis that is read up to an end; whether it is made), before the outer loop."""
        array = read.args[0]
        assert isinstance(array, Var) and isinstance(array.type, Array)
        key = outer, array, axis, end
        if key not in self.made:
            nodes = self.before.setdefault(outer, [])
            truth = self.asked(nodes, outer, array, axis, end)
            order = tuple(k for k in range(array.type.rank) if k != axis) + (axis,)
            made: list[Node] = []
            copied = _emit(made, "copy", _emit(made, "transpose", array, axes=order))
            empty: list[Node] = []
            nothing = _emit(empty, "empty", *[const(0)] * array.type.rank, dtype=array.type.dtype)
            out = Var(array.hint, nothing.type)
            arms = Region((), tuple(made), (copied,)), Region((), tuple(empty), (nothing,))
            nodes.append(Node("if", (truth,), (out,), {}, arms, outer.place, outer.role))
            self.made[key] = out, truth
        return self.made[key]

    def asked(self, nodes: list[Node], outer: Node, array: Var, axis: int, end: Atom | None) -> Var:
        """Whether the outer loop has many turns, and the array is small and at least half of it read."""
        assert isinstance(array.type, Array)
        count = _emit(nodes, "sub", outer.args[1], outer.args[0])
        truth = _emit(nodes, "greater_equal", count, const(TURNS))
        for k in range(array.type.rank):
            size = Var("n", INT)
            nodes.append(Node("dim", (array,), (size,), {"axis": k}))
            most = LARGEST // WIDEST if k == axis else WIDEST
            truth = _emit(nodes, "logical_and", truth, _emit(nodes, "less_equal", size, const(most)))
            if k == axis and end is not None:
                half = _emit(nodes, "floordiv", size, const(2))
                truth = _emit(nodes, "logical_and", truth, _emit(nodes, "less_equal", half, end))
        return truth


def _emit(nodes: list[Node], op: str, *args: Atom, **attrs: object) -> Var:
    out = Var("t", row(op).type_of_result([a.type for a in args], attrs))
    nodes.append(Node(op, args, (out,), attrs))
    return out


def _axis(node: Node, moving: set[Var]) -> int | None:
    """The axis, not the last one, along which the turns read elements of an array."""
    if node.op != "index" or set(node.attrs["pattern"]) != {"i"} or not isinstance(node.args[0].type, Array):
        return None
    axes = [k for k, index in enumerate(node.args[1:]) if index in moving]
    rank = node.args[0].type.rank
    return axes[0] if len(axes) == 1 and axes[0] < rank - 1 and len(node.args) == rank + 1 else None


def _is_whole(loop: Node, array: Atom, axis: int, shapes: Shapes) -> bool:
    """Whether a loop's counter takes all places of an axis, but one or two."""
    assert isinstance(array, Var)
    (root, offset), (other, end) = shapes.extents.size(loop.args[1]), shapes.extents.of(array, axis)
    return root == other and abs(end - offset) <= 2


__all__ = ["Packs"]
