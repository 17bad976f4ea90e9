"""Versions: an innermost loop without the bounds checks that its own bounds answer, beside the loop as it stands.

While the fast version is written, each check of an index that is the loop's own (plus a constant) or does not change in the loop
becomes a condition; one test before the loop asks them all and chooses. Python's errors, and what was written before them, are
the other version's.
"""

from __future__ import annotations

from typing import Any

from difflang.ir import Node, walk
from difflang.types import Array

from ..writer import Writer, is_literal


_LARGE = 120
"""Nodes of a loop that is written once: LLVM takes long for two of it, and what its checks cost is little beside the rest."""
_MOST = 400
"""Nodes of a function that are written twice: LLVM's time grows faster than the size of a function."""
FEW = 100
"""Of these, nodes of loops that can fail all the same, which are not vectorised: without their checks they are a tenth faster."""


def twice_written(node: Node, so_far: int) -> int:
    """The nodes of a loop that is written twice, else 0: innermost, not large, nothing in it takes long; `so_far`: those of others."""
    inside = list(walk(node.regions[-1]))
    if len(inside) > _LARGE or so_far > _MOST or any(inner.op in ("for", "while", "call") or _is_long(inner) for inner in inside):
        return 0
    return max(1, len(inside))


def _is_long(node: Node) -> bool:
    if node.regions or (node.op in ("store", "accumulate") and set(node.attrs["pattern"]) <= {"i"}):
        return False
    return any(isinstance(out.type, Array) for out in node.outs) or not all(map(_is_number, node.outs))


def _is_number(out: Any) -> bool:
    return hasattr(out.type, "weak")


class Assumed:
    """What the fast version of a loop takes for granted: comparisons of what stands before the loop."""

    def __init__(self, w: Writer, lowest: tuple[str, int], greatest: tuple[str, int]) -> None:
        self.w = w
        self.counter = ""
        self.lowest, self.greatest = lowest, greatest  # of the counter: a register and what to add to it
        self.mark = int(w.name().split(".")[1])
        self.conditions: dict[tuple[str, str, int, str], None] = {}
        self.arms = 0  # branches that are open: what stands in one may be guarded by it, and is not asked for every turn

    def covers(self, index: str, dim: str) -> bool:
        """Whether 0 <= index < dim is a condition of this version; notes it."""
        if not self._stands_before(dim) or (is_literal(index) and int(index) < 0):
            return False
        if is_literal(index) or self._stands_before(index):
            if self.arms:
                return False
            self.conditions["ult", index, 0, dim] = None
            return True
        base, plus = self._taken_apart(index)
        if base != self.counter or (self.arms and plus):
            return False
        if not (is_literal(self.lowest[0]) and int(self.lowest[0]) + self.lowest[1] + plus >= 0):
            self.conditions["sge", self.lowest[0], self.lowest[1] + plus, "0"] = None
        self.conditions["slt", self.greatest[0], self.greatest[1] + plus, dim] = None
        return True

    def _stands_before(self, value: str) -> bool:
        """Whether a register is older than the loop: names are numbered as they are given."""
        return is_literal(value) or (value[1:].rpartition(".")[2].isdigit() and int(value.rpartition(".")[2]) < self.mark)

    def _taken_apart(self, index: str) -> tuple[str, int]:
        """i + 3 as (i, 3)."""
        words = self.w.made.get(index, "").replace(",", "").replace(" nsw", "").replace(" nuw", "").split()
        if len(words) == 4 and words[0] in ("add", "sub") and words[1] == "i64" and is_literal(words[3]):
            return words[2], int(words[3]) if words[0] == "add" else -int(words[3])
        if len(words) == 4 and words[0] == "add" and words[1] == "i64" and is_literal(words[2]):
            return words[3], int(words[2])
        return index, 0

    def hold(self) -> str:
        """The conjunction, computed here."""
        total = ""
        for relation, value, plus, dim in self.conditions:
            one = self.w.let(f"icmp {relation} i64 {self.w.plus(value, str(plus))}, {dim}")
            total = self.w.let(f"and i1 {total}, {one}") if total else one
        return total
