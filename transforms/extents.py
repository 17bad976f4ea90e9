"""Extents: how long an axis is, as a key that is equal for axes of equal length.

A key is (root, offset): the length of an axis of some value, a number of the run, or 1, plus a whole number. `x[1:]` and
`x[:-1]` both have the key of x's axis with the offset -1: an array that exists is never shorter than nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from difflang.ir import Atom, Const, Node, Var
from difflang.op import TABLE
from difflang.types import MANY, ONE, Array, Scalar, rank

Key = tuple[Any, int]
DEEPEST = 24
NEAR = 2
"""How far before the end a stop may be that is counted from the front: in a shorter array it would count from the end."""
MADE = {"zeros": 0, "ones": 0, "empty": 0, "full": 1, "broadcast_to": 1}
"""Ops that are told their sizes, and where these begin."""


class Extents:
    """Answers by definitions; `root(v)` is an earlier value of the same shape, or v. Answers are kept: `forget` where a root changes."""

    def __init__(self, definition: Callable[[Var], Node | None], root: Callable[[Var], Var]) -> None:
        self.definition, self.root = definition, root
        self.known: dict[tuple[Var, int], Key] = {}
        self.forget = self.known.clear

    def same(self, one: Atom, other: Atom) -> bool:
        """Whether two arrays have the same shape."""
        count = rank(one.type)
        if not isinstance(one, Var) or not isinstance(other, Var) or not count or rank(other.type) != count:
            return False
        return all(self.of(one, axis) == self.of(other, axis) for axis in range(count))

    def of(self, value: Var, axis: int, depth: int = 0) -> Key:
        """The length of an axis."""
        asked = (value, axis)
        if asked not in self.known:
            self.known[asked] = self.found(self.root(value), axis, depth)
        return self.known[asked]

    def found(self, value: Var, axis: int, depth: int) -> Key:
        assert isinstance(value.type, Array)
        own: Key = ((value, axis), 0)
        if value.type.dims[axis] == ONE:
            return None, 1
        node = self.definition(value)
        if node is None or node.regions or node.op not in TABLE or depth > DEEPEST:
            return own
        if node.op in MADE:
            return self.size(node.args[MADE[node.op] + axis], depth + 1)
        if node.op == "transpose":
            axes = node.attrs.get("axes")
            return self.operand(node, 0, axes[axis] if axes is not None else value.type.rank - 1 - axis, depth) or own
        if node.op == "index":
            return self.sliced(node, axis, depth + 1) or own
        if node.op == "matmul" and all(rank(a.type) in (1, 2) for a in node.args):
            left = axis == 0 and rank(node.args[0].type) == 2
            return self.operand(node, 0 if left else 1, 0 if left else 1, depth) or own
        if TABLE[node.op].kind == "elementwise":
            return self.widest(node, value.type, axis, depth) or own
        return own

    def operand(self, node: Node, position: int, axis: int, depth: int) -> Key | None:
        operand = node.args[position]
        return self.of(operand, axis, depth + 1) if isinstance(operand, Var) and isinstance(operand.type, Array) else None

    def widest(self, node: Node, result: Array, axis: int, depth: int) -> Key | None:
        """The length that the operands of an elementwise op agree on, or that of one that is never widened."""
        found = []
        for operand in node.args:
            place = axis - (result.rank - (rank(operand.type) or 0))
            if not isinstance(operand, Var) or not isinstance(operand.type, Array) or place < 0 or operand.type.dims[place] == ONE:
                continue
            key = self.of(operand, place, depth + 1)
            if operand.type.dims[place] == MANY:
                return key
            found.append(key)
        return found[0] if found and all(key == found[0] for key in found) else None

    def size(self, atom: Atom, depth: int = 0) -> Key:
        """A number of the run that an array was made with."""
        if isinstance(atom, Const):
            return None, atom.value
        node = self.definition(atom)
        if node is None or depth > DEEPEST:
            return atom, 0
        if node.op == "dim" and isinstance(node.args[0], Var) and isinstance(node.args[0].type, Array):
            return self.of(node.args[0], node.attrs["axis"], depth + 1)
        if node.op in ("add", "sub"):
            x, y = node.args if isinstance(node.args[1], Const) or node.op == "sub" else node.args[::-1]
            if isinstance(y, Const) and isinstance(y.type, Scalar) and y.type.dtype == "i64":
                root, offset = self.size(x, depth + 1)
                return root, offset + (y.value if node.op == "add" else -y.value)
        return atom, 0

    def sliced(self, node: Node, axis: int, depth: int) -> Key | None:
        """The length of an axis of what an index gives."""
        base, *operands = node.args
        values, place, made = iter(operands), 0, 0
        pattern = node.attrs["pattern"]
        for code in pattern:
            if code not in (":sna" if pattern.count("a") == 1 else ":sin"):
                return None
            taken = [next(values) for _ in range({"s": 3, "i": 1, "a": 1}.get(code, 0))]
            if code in "ia" and rank(taken[0].type) != (code == "a"):
                return None
            if code != "i" and made == axis:
                if code == "a":
                    return self.picked(taken[0], depth)
                whole = None if code == "n" else self.operand(node, 0, place, depth)
                return (None, 1) if code == "n" else whole and (self.cut(whole, taken, depth) if code == "s" else whole)
            made += code != "i"
            place += code != "n"
        return self.operand(node, 0, place + axis - made, depth)

    def picked(self, index: Atom, depth: int) -> Key | None:
        """How many an array of places, or of truths, picks."""
        if not isinstance(index, Var) or not isinstance(index.type, Array):
            return None
        return (("picked", index), 0) if index.type.dtype == "bool" else self.of(index, 0, depth)

    def cut(self, whole: Key, bounds: list[Atom], depth: int) -> Key:
        """The length of a slice, for bounds from the front and from the end; of others equal if all is equal."""
        start, stop, step = bounds
        other = (("slice", whole, *map(self.bound, bounds)), 0)
        if _is(step, -1) and _is(start, None) and _is(stop, None):
            return whole
        if not _is(step, None, 1) or not (_is(start, None) or _whole(start)):
            return other
        first = 0 if _is(start, None) else start.value  # type: ignore[union-attr]
        if first < 0:
            return other
        if _is(stop, None):
            return whole[0], whole[1] - first
        if isinstance(stop, Const):
            return (whole[0], whole[1] - first + stop.value) if _whole(stop) and stop.value < 0 else other
        root, offset = self.size(stop, depth)
        if root == whole[0] and root is not None and 0 <= whole[1] - offset <= NEAR:
            return root, offset - first
        return other

    def bound(self, atom: Atom) -> Any:
        return (None, atom.value) if isinstance(atom, Const) else self.size(atom)


def _whole(atom: Atom) -> bool:
    return isinstance(atom, Const) and isinstance(atom.value, int)


def _is(atom: Atom, *values: object) -> bool:
    return isinstance(atom, Const) and any(atom.value is v or (_whole(atom) and atom.value == v) for v in values)
