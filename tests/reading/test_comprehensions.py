"""Builtins that fold a comprehension: loops with the same value and the same faults."""

from __future__ import annotations

import pytest

from difflang.ir import walk
from tests.reading.run import run
from tests.reading.show import define, read_text

CASES = [
    "sum(v * v for v in xs)",
    "sum([v * k for v in xs if v > 1 for k in range(v) if k != y], 10)",
    "any(v == y for v in xs)",
    "all(v > y for v in xs)",
    "any(a * b == y for a in xs for b in xs)",
    "all([a - b < y for a in xs for b in (1, a)])",
    "max(v - y for v in xs)",
    "min(abs(v - y) for v in xs if v)",
    "sum(sum(a * b for b in range(a)) for a in xs)",
    "sum(max(a, y) for y in xs for a in (y, 2)) + y",
    "any(v > y for v in xs) and max(v for v in xs) or -1",
]


@pytest.mark.parametrize("expression", CASES)
def test_value(expression: str) -> None:
    text = f"def f(xs, y, v=100):\n    z = {expression}\n    return z, v\n"
    function, plain = read_text(text), define(text)
    for xs, y in (([1, 2, 3], 2), ([4], 0), ([3, 1, 2, 0], 6)):
        assert run(function, xs, y) == plain(xs, y)


WRITTEN_OUT = [
    "[i * y for i in range(3)]",
    "tuple(a - b for a, b in ((y, 1), (2, y)))",
    "list(xs[v] for v in (0, v, -1)) if v < len(xs) else v",
    "[[i + j for i in (1, 2)] for j in range(1, 5, 2)]",
    "[(lambda u: u * i)(y) for i in range(2)]",
]


@pytest.mark.parametrize("expression", WRITTEN_OUT)
def test_items_written_out(expression: str) -> None:
    text = f"def f(xs, y, v=1):\n    z = {expression}\n    return z, v\n"
    function, plain = read_text(text), define(text)
    for xs, y in (([1, 2, 3], 2), ([4], 0)):
        assert run(function, xs, y) == plain(xs, y)
    assert not any(node.op in ("for", "each") for node in walk(function.body))


@pytest.mark.parametrize(
    "expression",
    [
        "[v for v in xs]", "[v for v in (1, 2) if v > y]", "tuple(v for v in range(y))", "[v for v in range(1000)]", "len([v for v in xs])",
        "[v * w for v in xs for w in range(v) if w != y]", "[[v + w for w in range(v)] for v in xs]", "[z for u in xs if (z := u + y) > 2]",
        "sum(v for v in xs if v > y)", "sum((v for v in xs), start=y)", "max((v for v in xs if v > 9), default=y)",
        "min((v for v in xs), key=lambda u: -u)", "max((v for v in xs), key=lambda u: (u - y) ** 2)", "{v % 2 for v in xs}",
    ],
)  # fmt: skip
def test_lists_filled_in_loops(expression: str) -> None:
    text = f"def f(xs, y):\n    return {expression}\n"
    function, plain = read_text(text), define(text)
    for xs, y in (([1, 2, 3], 2), ([4], 0)):
        assert run(function, xs, y) == plain(xs, y)


def test_an_empty_one() -> None:
    assert [run(read_text(f"def f(xs):\n    return {name}(v for v in xs)\n"), []) for name in ("sum", "any", "all")] == [0, False, True]
    with pytest.raises(ValueError, match="empty"):
        run(read_text("def f(xs):\n    return max(v for v in xs)\n"), [])


def test_any_stops_and_a_list_does_not() -> None:
    stops = read_text("def f(xs):\n    return any(6 / v > 2 for v in xs)\n")
    assert run(stops, [1, 0]) is True
    whole = read_text("def f(xs):\n    return any([6 / v > 2 for v in xs])\n")
    with pytest.raises(ZeroDivisionError):
        run(whole, [1, 0])


def test_inside_loops_with_jumps() -> None:
    text = (
        "def f(xs):\n    for i in range(9):\n        if any(i * v == 6 for v in xs):\n            break\n"
        "    else:\n        return -1\n    return i\n"
    )
    function, plain = read_text(text), define(text)
    for xs in ([4, 3], [5], [1]):
        assert run(function, xs) == plain(xs)


def test_ranges_stay_loops_over_ranges() -> None:
    function = read_text("def f(n):\n    return sum(i * i for i in range(n))\n")
    assert [node.op for node in walk(function.body)] == ["for", "mul", "add"]
