"""Families: the shape of a value of open type, said as the earlier values whose shapes broadcast together to it.

Broadcasting is a union: `x * y + x` has the family {x, y}, whatever the two are. Two values of one family have one shape, and an operand
whose family holds those of the others is not widened by them. A key is a value, or what an index or a reduction takes of a family:
`x[i]` and `x[j]`, `x[1:]` and `x[:-1]` have equal keys, `np.sum(x, axis=1, keepdims=True)` never widens x.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable
from typing import Any

from difflang.ir import Atom, Const, Node, Var
from difflang.op import row
from difflang.types import rank

Family = frozenset[Any]
NUMBER: Family = frozenset()
MOST = 8
"""Values of more shapes than so many are a family of their own."""
FIRST = ("store", "accumulate", "copy", "cast", "zeros_like", "ones_like", "empty_like", "full_like", "stop_gradient", "flip", "assembled")
SECOND = ("unbroadcast", "reshape_like", "broadcast_like", "matmul_left", "dot_left")
THIRD = ("matmul_right", "dot_right")
"""Ops whose result has the shape of their first, second or third operand."""


class Families:
    """Answers by definitions; `root(v)` is an earlier value of the same shape, or v. Answers are kept: `forget` where a root changes."""

    def __init__(
        self,
        definition: Callable[[Var], Node | None],
        root: Callable[[Var], Atom],
        is_number: Callable[[Atom], bool],
        arrays: Container[Atom] = (),
    ) -> None:
        self.definition, self.root, self.is_number = definition, root, is_number
        self.arrays = arrays  # values that are certainly arrays: a parameter may be a list of arrays, whose items have shapes of their own
        self.known: dict[Var, Family] = {}
        self.forget = self.known.clear

    def of(self, atom: Atom) -> Family:
        """Whose shapes broadcast together to that of a value."""
        if self.is_number(atom):
            return NUMBER
        if not isinstance(atom, Var):
            return frozenset((id(atom),))
        if atom not in self.known:
            self.known[atom] = frozenset((atom,))  # should it be asked for again meanwhile
            self.known[atom] = self._found(atom)
        return self.known[atom]

    def _found(self, atom: Var) -> Family:
        source = self.root(atom)
        if source is not atom:
            return self.of(source)
        node = self.definition(atom)
        found = None if node is None or node.regions or node.op == "call" or len(node.outs) != 1 else self._made(node)
        return frozenset((atom,)) if found is None or len(found) > MOST else found

    def _made(self, node: Node) -> Family | None:
        if node.op in FIRST or node.op in SECOND or node.op in THIRD:
            return self.of(node.args[(node.op in SECOND) + 2 * (node.op in THIRD)])
        if node.op == "where" or row(node.op).kind == "elementwise":
            return self.together(node.args)
        if node.op == "index":
            return self.indexed(node.args[0], node.attrs["pattern"], node.args[1:])
        if "keepdims" in node.attrs and len(node.args) == 1:
            axis, kept = node.attrs.get("axis"), node.attrs["keepdims"]
            if axis is None and not kept:
                return NUMBER
            return frozenset((("kept" if kept else "gone", self.of(node.args[0]), tuple(axis) if isinstance(axis, list) else axis),))
        return None

    def together(self, atoms: Iterable[Atom]) -> Family:
        """The family of what the values broadcast to."""
        found = NUMBER.union(*map(self.of, atoms))
        return frozenset(key for key in found if not (isinstance(key, tuple) and key[0] == "kept" and key[1] <= found and key[1]))

    def indexed(self, base: Atom, pattern: Iterable[str], operands: Iterable[Atom]) -> Family | None:
        """The family of base[pattern]."""
        values, items = iter(operands), []
        for code in pattern:
            given = [next(values) for _ in range({"s": 3, "i": 1, "a": 1}.get(code, 0))]
            if code == "a":
                return None
            if code == "i" and rank(given[0].type) == 0 and self.is_array(base):
                given = []
            items.append((code, *(_cut(given) if code == "s" else map(_same, given))))
        return frozenset((("index", self.of(base), tuple(items)),))

    def is_array(self, base: Atom) -> bool:
        """Whether all items of a value have one shape."""
        made = self.definition(base) if isinstance(base, Var) else None
        return base in self.arrays or (made is not None and not made.regions and made.op not in ("index", "call"))


def _same(atom: Atom) -> Any:
    return repr(atom.value) if isinstance(atom, Const) else atom


def _cut(bounds: list[Atom]) -> tuple[Any, ...]:
    """Slices that leave out equally many items are equally long: of those that begin from the front and end from the end."""
    start, stop, step = (atom.value if isinstance(atom, Const) else math.nan for atom in bounds)
    if step in (None, 1) and (start is None or start >= 0) and (stop is None or stop < 0):
        return ((start or 0) - (stop or 0),)
    return tuple(map(_same, bounds))
