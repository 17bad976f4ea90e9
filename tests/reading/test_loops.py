"""Loops: what is carried, how they end, which names have values afterwards."""

from __future__ import annotations

import pytest

from difflang.ir import walk
from tests.reading.run import run
from tests.reading.show import body, define, read_text

CASES = {
    "for i in range(n):\n    t = x + i\n    x = t\nreturn x": [
        "x' = for(0, n, 1, x)",
        "  (i, x'')",
        "  t = add(x'', i)",
        "  yield t",
        "yield x'",
    ],
    "for v in x:\n    y += v\nreturn y": ["y' = each(x, y)", "  (v, y'')", "  y''' = inplace(y'', v, fn=add)", "  yield y'''", "yield y'"],
    "for i in reversed(range(2, n)):\n    x[i] = i": [
        "for(2, n, 1, reverse=True)",
        "  (i)",
        "  setitem(x, i, i, pattern=i)",
        "  yield",
        "yield None",
    ],
    "for i, (a, b) in x:\n    y = a\nreturn y": [
        "y' = each(x, y)",
        "  (item, y'')",
        "  i, t = unpack(item, count=2)",
        "  a, b = unpack(t, count=2)",
        "  yield a",
        "yield y'",
    ],
    "while n > 0:\n    n -= 1\nreturn n": [
        "n' = while(n)",
        "  (n'')",
        "  t = greater(n'', 0)",
        "  yield t",
        "-",
        "  (n''')",
        "  n'''' = inplace(n''', 1, fn=sub)",
        "  yield n''''",
        "yield n'",
    ],
    "for i in range(n):\n    if i:\n        continue\n    x = x + i\nreturn x": [
        "x' = for(0, n, 1, x)",
        "  (i, x'')",
        "  x''' = if(i)",
        "    yield x''",
        "  -",
        "    x'''' = add(x'', i)",
        "    yield x''''",
        "  yield x'''",
        "yield x'",
    ],
    "while True:\n    n = n - 1\n    if n < 3:\n        return n": [
        "n', result = while(n, undef, exits=True)",
        "  (n'', result')",
        "  yield True",
        "-",
        "  (n''', result'')",
        "  n'''' = sub(n''', 1)",
        "  t = less(n'''', 3)",
        "  skip, result''' = if(t)",
        "    yield True, n''''",
        "  -",
        "    yield False, undef",
        "  yield skip, n'''', result'''",
        "yield result",
    ],
}


@pytest.mark.parametrize("text", CASES)
def test_form(text: str) -> None:
    assert body(text) == CASES[text]


def ops(text: str) -> list[str]:
    return [node.op for node in walk(read_text(text).body)]


def test_only_names_read_later_are_carried() -> None:
    lines = body("for i in range(n):\n    a = x + i\n    b = a * a\n    y = y + b\nreturn y")
    assert lines[0] == "y' = for(0, n, 1, y)"


def test_range_under_another_meaning_is_a_call() -> None:
    assert "each" in ops("def f(n, range):\n    for i in range(n):\n        n = i\n    return n\n")
    assert "each" in ops("range = list\ndef f(n):\n    for i in range(n):\n        n = i\n    return n\n")
    assert "for" in ops(
        "import builtins\nspan = builtins.range\nspan = range\ndef f(n):\n    for i in span(n):\n        n = i\n    return n\n"
    )


def test_a_name_that_a_loop_may_not_bind_is_checked_where_it_is_read() -> None:
    function = read_text("def f(n):\n    for i in range(n):\n        last = i * 2\n    return last\n")
    (check,) = [node for node in walk(function.body) if node.op == "check"]
    assert check.attrs["error"] is UnboundLocalError and check.attrs["kind"] == "unbound"
    assert check.place is not None and (check.place.line, check.place.column) == (4, 11)
    assert run(function, 3) == 4
    with pytest.raises(UnboundLocalError, match="'last'"):
        run(function, 0)


def test_a_loop_that_certainly_turns_needs_no_check() -> None:
    assert "check" not in ops("def f(n):\n    for i in range(3):\n        last = i * n\n    return last, i\n")
    assert "check" not in ops("def f(n):\n    while True:\n        last = n\n        if n:\n            break\n    return last\n")


def test_a_name_bound_before_a_break_needs_no_check_after_the_else() -> None:
    assert "check" not in ops(
        "def f(n):\n    for i in range(n):\n        if i > 2:\n            break\n    else:\n        i = -1\n    return i\n"
    )


def test_the_previous_turns_value() -> None:
    text = (
        "def f(xs):\n    total = 0\n    for k, x in enumerate(xs):\n        if k > 0:\n"
        "            total += x * before\n        before = x\n    return total\n"
    )
    assert run(read_text(text), [2, 3, 4]) == define(text)([2, 3, 4])


PROGRAMS = {
    "find": (
        "def f(xs, y):\n    for i, x in enumerate(xs):\n        if x == y:\n            break\n    else:\n        return -1\n    return i\n"
    ),
    "nested": """
def f(xs, y):
    count = 0
    for a in xs:
        for b in xs:
            if a * b == y:
                return a, b, count
            if b > a:
                break
            count += 1
        else:
            count += 100
            continue
        count += 10
    return count
""",
    "while else": (
        "def f(xs, y):\n    n = len(xs)\n    while n > 0:\n        n -= 1\n        if xs[n] == y:\n"
        "            break\n    else:\n        n = -5\n    return n\n"
    ),
    "walrus": "def f(xs, y):\n    k = 0\n    while (v := xs[k]) != y and k < 2:\n        k += 1\n    return k, v\n",
    "jump in the else": """
def f(xs, y):
    for a in xs:
        for b in ():
            pass
        else:
            if a == y:
                break
            continue
        return 1
    return a
""",
    "mutated while iterated": "def f(xs, y):\n    for k in range(len(xs)):\n        xs[k] = xs[k - 1] + y\n    return xs\n",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name: str) -> None:
    text = PROGRAMS[name]
    function, plain = read_text(text), define(text)
    for y in (2, 6, 9, 0):
        assert run(function, [1, 2, 3, 6], y) == plain([1, 2, 3, 6], y)
