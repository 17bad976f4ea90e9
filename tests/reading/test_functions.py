"""Parameters, docstrings, nested functions and what they capture."""

from __future__ import annotations

import numpy as np
import pytest

from difflang.errors import OutsideLanguage
from difflang.ir import walk
from tests.reading.run import run
from tests.reading.show import body, define, read_text


def test_parameters_of_every_kind() -> None:
    text = "def f(a, /, b: int, c=1.5, *rest, d, e: 'text'=None):\n    '''Adds.\n\n    More.'''\n    return a\n"
    function = read_text(text)
    assert [(p.name, p.kind) for p in function.params] == [
        ("a", "positional_only"),
        ("b", "positional_or_keyword"),
        ("c", "positional_or_keyword"),
        ("rest", "var_positional"),
        ("d", "keyword_only"),
        ("e", "keyword_only"),
    ]
    assert [p.default for p in function.params] == [..., ..., 1.5, ..., ..., None]
    assert function.params[1].annotation is int and function.params[5].annotation == "text"
    assert function.doc == "Adds.\n\nMore." and function.level == "read" and function.name == "f"


def test_defaults_are_the_function_objects_own() -> None:
    array = np.ones(2)
    function = read_text("def f(x, y=ARRAY):\n    return x\n", ARRAY=array)
    assert function.params[1].default is array


def test_nested_function_takes_its_captures_last() -> None:
    lines = body("def g(u, v=2):\n    return u * x + v + K\nreturn g(n)", K=3.0)
    assert lines == ["g = closure(x, K, function=g)", "result = invoke(g, n)", "yield result"]
    function = read_text("def f(x):\n    def g(u, v=2):\n        return u * x + v + K\n    return g(5)\n", K=3.0)
    inner = next(node.attrs["function"] for node in walk(function.body) if node.op == "closure")
    assert [param.hint for param in inner.body.params] == ["u", "v", "x", "K"]
    assert [capture.name for capture in inner.captures] == ["x", "K"] and inner.params[1].default == 2
    assert inner.captures[1].read() == 3.0
    with pytest.raises(LookupError):
        inner.captures[0].read()
    assert run(function, 10) == 55.0


PROGRAMS = {
    "captures variables, not values": (
        "def f(x):\n    s = 0\n    def add(v):\n        return s + v\n    for i in range(x):\n        s = add(i)\n    return s\n"
    ),
    "defined before what it captures": "def f(x):\n    def g(v):\n        return v * k\n    k = x + 1\n    return g(x)\n",
    "two levels": "def f(x):\n    def g(v):\n        def h(w):\n            return w + v + x\n        return h(1)\n    return g(2)\n",
    "calls a sibling": "def f(x):\n    a = lambda v: v + x\n    def b(v):\n        return a(v) * 2\n    return b(3)\n",
    "recursive": "def f(x):\n    def power(b, n):\n        return 1 if n == 0 else b * power(b, n - 1) + x\n    return power(2, 5)\n",
    "chosen": (
        "def f(x):\n    if x > 2:\n        g = lambda v: v + x\n    else:\n        def g(v):\n            return v - x\n    return g(10)\n"
    ),
    "passed on": "def f(x):\n    return max([3, x, 1], key=lambda v: -abs(v - x))\n",
    "each other": (
        "def f(x):\n    def even(v):\n        return v == 0 or odd(v - 1)\n"
        "    def odd(v):\n        return v != 0 and even(v - 1)\n    return even(x)\n"
    ),
    "rebound function": "def f(x):\n    g = lambda v: v + 1\n    y = g(x)\n    g = lambda v: v * y\n    return g(x)\n",
    "hides a name": "def f(x):\n    g = lambda x: x + 1\n    return g(x) + g(1)\n",
    "of a loop's variable": (
        "def f(x):\n    s = 0\n    for i in range(x):\n        a = i * 2\n"
        "        g = lambda v: a * v + i\n        s += g(x)\n    return s\n"
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name: str) -> None:
    text = PROGRAMS[name]
    function, plain = read_text(text), define(text)
    for x in (1, 2, 3, 5):
        assert run(function, x) == plain(x)


STALE = {
    "after a choice": "if n:\n    g = lambda v: v + a\nelse:\n    g = lambda v: v - a\na = 2\nreturn g(1)",
    "made by a call": "g = y(lambda v: v + a)\na = 2\nreturn g(1)",
    "in a tuple": "gs = (lambda v: v + a, 1)\na = 2\nreturn gs[0](1)",
    "kept for the next turn": "g = lambda v: v\nfor i in range(n):\n    x = g(x)\n    a = i\n    g = lambda v: v + a\nreturn x",
}


@pytest.mark.parametrize("name", STALE)
def test_a_captured_name_assigned_since_is_refused(name: str) -> None:
    with pytest.raises(OutsideLanguage) as caught:
        body("a = 1\n" + STALE[name])
    assert caught.value.code == "DL001" and caught.value.way_out


def test_a_lambda_is_named_after_its_target() -> None:
    assert read_text("f = lambda x: x + 1\n").name == "f"
    assert read_text("f = [lambda x: x + 1][0]\n").name == "lambda_"
