"""Intervals of Python ints."""

from __future__ import annotations

from difflang.codegen.lower.ranges import GREATEST, LEAST, Ranges, arithmetic
from difflang.ir import Var, const
from difflang.types import INT


def test_intervals_hold_every_result():
    sides = [(-3, 5), (0, 7), (2, 2), (-9, -4)]
    exact = {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "maximum": max, "minimum": min}
    for op, function in exact.items():
        for a in sides:
            for b in sides:
                low, high = arithmetic(op, [a, b])
                found = [function(x, y) for x in range(a[0], a[1] + 1) for y in range(b[0], b[1] + 1)]
                assert (low, high) == (min(found), max(found))
    for a in sides:
        for b in ((1, 4), (3, 3)):
            for op, function in {"floordiv": lambda x, y: x // y, "mod": lambda x, y: x % y}.items():
                low, high = arithmetic(op, [a, b])
                assert all(low <= function(x, y) <= high for x in range(a[0], a[1] + 1) for y in range(b[0], b[1] + 1))


def test_an_index_stays_within_its_range():
    ranges, n = Ranges(), Var("n", INT)
    assert ranges.index(const(0), n, const(1))[0] == 0
    low, high = ranges.index(const(0), n, const(1))
    assert high + 1 <= GREATEST and low >= 0
    assert ranges.index(const(9), const(-1), const(-1)) == (0, 9)
    assert ranges.index(n, n, const(1)) == (LEAST, GREATEST - 1) or ranges.index(n, n, const(1))[1] <= GREATEST


def test_what_does_not_fit_is_not_learned():
    ranges, x = Ranges(), Var("x", INT)
    assert not ranges.learn(x, (0, 2**63))
    assert ranges.of(x) == (LEAST, GREATEST)
