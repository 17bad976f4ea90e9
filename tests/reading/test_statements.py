"""Statements: branches, jumps, and how what follows is nested."""

from __future__ import annotations

import pytest

from difflang.errors import OutsideLanguage
from difflang.ir import UNDEF, walk
from tests.reading.run import run
from tests.reading.show import body, define, read_text

CASES = {
    "if x:\n    z = 1\nelse:\n    z = 2\nreturn z": ["z = if(x)", "  yield 1", "-", "  yield 2", "yield z"],
    "if x:\n    return 1\nreturn 2": ["result = if(x)", "  yield 1", "-", "  yield 2", "yield result"],
    "if x:\n    y = 1\n    w = 2\nreturn y": ["y' = if(x)", "  yield 1", "-", "  yield y", "yield y'"],
    "if x:\n    if y:\n        return 1\n    x = 2\nreturn x": [
        "x', skip, result = if(x)",
        "  x'', skip', result' = if(y)",
        "    yield x, True, 1",
        "  -",
        "    yield 2, False, undef",
        "  yield x'', skip', result'",
        "-",
        "  yield x, False, undef",
        "result'' = if(skip)",
        "  yield result",
        "-",
        "  yield x'",
        "yield result''",
    ],
    "if n < 0:\n    raise ValueError('n')\nx += 1\nreturn x": [
        "t = less(n, 0)",
        "if(t)",
        "  check(False, error=ValueError, message=n, kind=raise)",
        "  yield",
        "-",
        "  yield",
        "x' = inplace(x, 1, fn=add)",
        "yield x'",
    ],
    "'''doc'''\n...\npass\nx: int\nreturn": ["yield None"],
    "if x and n > 0:\n    y = 0\nreturn y": [
        "t = if(x)",
        "  t' = greater(n, 0)",
        "  yield t'",
        "-",
        "  yield False",
        "y' = if(t)",
        "  yield 0",
        "-",
        "  yield y",
        "yield y'",
    ],
}


@pytest.mark.parametrize("text", CASES)
def test_form(text: str) -> None:
    assert body(text) == CASES[text]


def test_a_path_that_raises_gives_nothing() -> None:
    function = read_text("def f(x):\n    raise NotImplementedError\n")
    assert function.body.yields == (UNDEF,)
    with pytest.raises(NotImplementedError):
        run(function, 1)


def test_names_bound_on_one_path_only_are_checked_where_they_are_read() -> None:
    text = "def f(x):\n    if x > 0:\n        y = 1\n    if x > 1:\n        return y\n    if x < 0:\n        return y\n    return 0\n"
    function = read_text(text)
    assert [run(function, v) for v in (2, 1, 0)] == [1, 0, 0]
    with pytest.raises(UnboundLocalError):
        run(function, -1)


def test_a_name_without_any_value_is_refused() -> None:
    with pytest.raises(OutsideLanguage) as caught:
        read_text("def f(x):\n    z = y\n    y = x\n    return z\n")
    assert (caught.value.code, caught.value.line, caught.value.column) == ("DL018", 2, 8)


def test_code_that_nobody_reaches_is_not_read() -> None:
    function = read_text("def f(x):\n    return x\n    with x:\n        pass\n")
    assert not function.body.nodes


def test_many_early_returns_nest() -> None:
    lines = ["def f(x):"]
    for k in range(60):
        lines += [f"    if x == {k}:", f"        return {k * k}"]
    text = "\n".join([*lines, "    return -1", ""])
    function, plain = read_text(text), define(text)
    assert [run(function, v) for v in (0, 30, 59, 99)] == [plain(v) for v in (0, 30, 59, 99)]


def test_statements_on_one_line() -> None:
    assert body("y = x; y = y + 1; return y") == ["y' = add(x, 1)", "yield y'"]
    assert run(read_text("def f(x): return x + 1\n"), 2) == 3


def test_places_of_headers_end_with_the_header() -> None:
    function = read_text(
        (
            "def f(x):\n    if x > 1:\n        x = 2\n    while x < 9:\n"
            "        x = x * 3\n    for i in range(3):\n        x = x + i\n    return x\n"
        )
    )
    places = {node.op: node.place for node in walk(function.body) if node.op in ("if", "for", "while")}
    assert {op: (p.line, p.column, p.end_line, p.end_column) for op, p in places.items() if p} == {
        "if": (2, 4, 2, 12),
        "while": (4, 4, 4, 15),
        "for": (6, 4, 6, 21),
    }
