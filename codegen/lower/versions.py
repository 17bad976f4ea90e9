"""Versions: an innermost loop without the bounds checks that its own bounds answer, beside the loop as it stands.

While the fast version is written, each check of an index that does not change in the loop, or is the loop's own plus or minus what
does not, becomes a condition; one test before the loop asks them all and chooses. Python's errors, and what was written before
them, are the other version's.
"""

from __future__ import annotations

import re
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


_Terms = tuple[tuple[int, str], ...]
_Form = tuple[tuple[int, ...], int, _Terms]
_TERMS = 4
"""Of a sum that is taken apart."""
_ADDED = re.compile(r"(add|sub)(?: nsw| nuw)* i64 (\S+), (\S+)")


class Assumed:
    """What the fast version of a loop takes for granted: comparisons of what stands before the loop."""

    def __init__(self, w: Writer, lowest: tuple[str, int], greatest: tuple[str, int], single: bool = False) -> None:
        self.w = w
        self.single = single  # steps of one: both ends are turns
        self.counter = ""
        self.lowest, self.greatest = lowest, greatest  # of the counter: a register and what to add to it
        self.mark = int(w.name().split(".")[1])
        self.conditions: dict[tuple[str, _Terms, int, str], None] = {}
        self.early: dict[str, tuple[str, str, str]] = {}  # registers of int ops that stand before the loop: their results must fit
        self.ends: list[tuple[str, _Form, _Form]] = []  # sums with the counter that must fit in the first turn and in the last one
        self.arms = 0  # branches that are open: what stands in one may be guarded by it, and is not asked for every turn

    def covers(self, index: str, dim: str) -> bool:
        """Whether 0 <= index < dim is a condition of this version; notes it."""
        if not self._stands_before(dim) or (is_literal(index) and int(index) < 0):
            return False
        if is_literal(index) or self._stands_before(index):
            if self.arms:
                return False
            self.conditions["ult", ((1, index),), 0, dim] = None
            return True
        found = self._taken_apart(index)
        if found is None or (self.arms and found != (1, 0, ())):
            return False
        sign, plus, rest = found
        low, high = (self.lowest, self.greatest) if sign > 0 else (self.greatest, self.lowest)
        plain = sign > 0 and not rest
        if not (plain and is_literal(low[0]) and int(low[0]) + low[1] + plus >= 0):
            self.conditions["sge", ((sign, low[0]), *rest), sign * low[1] + plus, "0"] = None
        self.conditions["slt" if plain else "ult", ((sign, high[0]), *rest), sign * high[1] + plus, dim] = None
        return True

    def fits(self, op: str, x: str, y: str) -> str | None:
        """The result of `add`, `sub` or `mul` of ints if that it fits into 64 bits is a condition of this version; notes it."""
        if self.arms:
            return None
        if self._stands_before(x) and self._stands_before(y):
            name = f"%{self.w.name('t')}"
            self.early[name] = (op, x, y)
            self.w.types[name] = "i64"
            return name
        left, right = self._form(x), self._form(y)
        if op == "mul" or not self.single or left is None or right is None or len(left[0]) + len(right[0]) != 1:
            return None
        self.ends.append((op, left, right))
        return self.w.pure(f"{op} nsw i64 {x}, {y}")

    def asks(self) -> bool:
        """Whether anything is a condition."""
        return bool(self.conditions or self.early or self.ends)

    def _stands_before(self, value: str) -> bool:
        """Whether a register is older than the loop: names are numbered as they are given."""
        number = value.rpartition(".")[2]
        return is_literal(value) or value in self.early or (number.isdigit() and int(number) < self.mark)

    def _taken_apart(self, index: str) -> tuple[int, int, _Terms] | None:
        """n - 1 - i as (-1, -1, ((1, n),)): the sign of the counter, the constant, and what does not change in the loop."""
        found = self._form(index)
        return (found[0][0], *found[1:]) if found is not None and len(found[0]) == 1 else None

    def _form(self, index: str) -> _Form | None:
        """A sum taken apart: the signs of the counter in it, the constant, the rest."""
        plus, counters, rest = 0, [], []
        left = [(1, index)]
        while left:
            sign, value = left.pop()
            if is_literal(value):
                plus += sign * int(value)
            elif value == self.counter:
                counters.append(sign)
            elif self._stands_before(value):
                rest.append((sign, value))
            elif (parts := _ADDED.fullmatch(self.w.made.get(value, ""))) is not None and len(rest) + len(left) < _TERMS:
                left += [(sign if parts[1] == "add" else -sign, parts[3]), (sign, parts[2])]
            else:
                return None
        return tuple(counters), plus, tuple(rest)

    def hold(self) -> str:
        """The conjunction, computed here."""
        held = [self._early(name, *made) for name, made in self.early.items()]
        for op, left, right in self.ends:
            for end in (self.lowest, self.greatest):
                held.append(self._no_overflow(self._pair(op, self._at(end, left), self._at(end, right))))
        for relation, terms, plus, dim in self.conditions:
            held.append(self.w.let(f"icmp {relation} i64 {self._sum(terms, plus)}, {dim}"))
        total = held[0]
        for one in held[1:]:
            total = self.w.let(f"and i1 {total}, {one}")
        return total

    def _at(self, end: tuple[str, int], form: _Form) -> str:
        """What a sum is in the first turn or the last one."""
        signs, plus, rest = form
        return self._sum((*((sign, end[0]) for sign in signs), *rest), plus + sum(signs) * end[1])

    def _early(self, name: str, op: str, x: str, y: str) -> str:
        """Writes what was taken out of the loop; whether it fits."""
        pair = self._pair(op, x, y)
        self.w.lines.append(f"  {name} = extractvalue {{ i64, i1 }} {pair}, 0")
        return self._no_overflow(pair)

    def _pair(self, op: str, x: str, y: str) -> str:
        name = f"llvm.s{op}.with.overflow.i64"
        self.w.module.declare(name, f"declare {{ i64, i1 }} @{name}(i64, i64)")
        return self.w.let(f"call {{ i64, i1 }} @{name}(i64 {x}, i64 {y})")

    def _no_overflow(self, pair: str) -> str:
        return self.w.let(f"xor i1 {self.w.let(f'extractvalue {{ i64, i1 }} {pair}, 1')}, true")

    def _sum(self, terms: _Terms, plus: int) -> str:
        """The sum, which may wrap around: between two positions of an array that a loop reaches no other lies outside."""
        if len(terms) == 1 and terms[0][0] > 0:
            return self.w.plus(terms[0][1], str(plus))
        total = str(plus + sum(sign * int(value) for sign, value in terms if is_literal(value)))
        for sign, value in terms:
            if not is_literal(value):
                total = self.w.pure(f"add i64 {value}, {total}" if sign > 0 else f"sub i64 {total}, {value}")
        return total
