"""Ranges of Python ints, so that counters and indices need no overflow check.

An interval is (least, greatest). Loop indices are bounded by what a run can count: nobody executes 2**55 iterations.
"""

from __future__ import annotations

from difflang.ir import Atom, Const, Var
from difflang.types import limits

Interval = tuple[int, int]
LEAST, GREATEST = -(2**63), 2**63 - 1
EVERYTHING: Interval = (LEAST, GREATEST)
SIZES: Interval = (0, 2**48)
_ITERATIONS = 2**55


class Ranges:
    def __init__(self) -> None:
        self.known: dict[Var, Interval] = {}

    def of(self, atom: Atom) -> Interval:
        if isinstance(atom, Const):
            value = int(atom.value) if isinstance(atom.value, (int, bool)) else None
            return EVERYTHING if value is None else (value, value)
        if atom in self.known:
            return self.known[atom]
        dtype = getattr(atom.type, "dtype", "")
        return (0, 1) if dtype == "bool" else limits(dtype) if dtype[:1] in ("i", "u") and dtype != "u64" else EVERYTHING

    def learn(self, var: Var, interval: Interval) -> bool:
        """Note what is known of a value; whether it fits into 64 bits."""
        fits = interval[0] >= LEAST and interval[1] <= GREATEST
        if fits:
            self.known[var] = interval
        return fits

    def index(self, start: Atom, stop: Atom, step: Atom) -> Interval:
        """The values that a loop's index takes."""
        a, b, s = self.of(start), self.of(stop), self.of(step)
        low, high = a
        if s[1] > 0:
            high = min(max(b[1] - 1, a[0]), a[1] + _ITERATIONS * s[1])
        if s[0] < 0:
            low = max(min(b[0] + 1, a[1]), a[0] + _ITERATIONS * s[0])
        return max(low, LEAST), min(high, GREATEST)


def arithmetic(op: str, operands: list[Interval]) -> Interval | None:
    """The exact interval of a result, which may exceed 64 bits; None: not known."""
    if op == "neg":
        return -operands[0][1], -operands[0][0]
    if op == "abs":
        ((low, high),) = operands
        return (0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
    if op == "pos":
        return operands[0]
    if len(operands) != 2:
        return None
    (a, b), (c, d) = operands
    if op == "add":
        return a + c, b + d
    if op == "sub":
        return a - d, b - c
    if op == "mul":
        corners = [x * y for x in (a, b) for y in (c, d)]
        return min(corners), max(corners)
    if op in ("minimum", "maximum"):
        pick = min if op == "minimum" else max
        return pick(a, c), pick(b, d)
    if op == "floordiv" and c > 0:
        corners = [x // y for x in (a, b) for y in (c, d)]
        return min(corners), max(corners)
    if op == "mod" and c > 0:
        return 0, d - 1
    return None
