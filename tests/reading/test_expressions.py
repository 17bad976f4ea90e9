"""Expressions: what each kind of syntax becomes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from difflang.errors import OutsideLanguage
from difflang.ir import Const, walk
from tests.reading.run import run
from tests.reading.show import body, define, read_text

CASES = {
    "x + y * n": ["t = mul(y, n)", "result = add(x, t)", "yield result"],
    "-2.5": ["yield -2.5"],
    "-x": ["result = neg(x)", "yield result"],
    "x and y": ["result = if(x)", "  yield y", "-", "  yield x", "yield result"],
    "x or y": ["result = if(x)", "  yield x", "-", "  yield y", "yield result"],
    "x if n else y": ["result = if(n)", "  yield x", "-", "  yield y", "yield result"],
    "x is not None": ["t = is_(x, None)", "result = not_(t)", "yield result"],
    "x not in y": ["t = contains(x, y)", "result = not_(t)", "yield result"],
    "not x": ["result = not_(x)", "yield result"],
    "x[n]": ["result = getitem(x, n, pattern=i)", "yield result"],
    "x[1:, ::2, :]": ["result = getitem(x, 1, None, None, None, None, 2, pattern=ss:)", "yield result"],
    "x[None, ..., np.newaxis]": ["result = getitem(x, pattern=n.n)", "yield result"],
    "x[(n, 1)]": ["result = getitem(x, n, 1, pattern=ii)", "yield result"],
    "x.T": ["result = attr(x, name=T)", "yield result"],
    "x.sum(axis=0)": ["result = method(x, 0, name=sum, keywords=axis)", "yield result"],
    "np.linalg.norm(x, *y, axis=n)": ["result = invoke(norm, x, y, n, keywords=axis, star=1)", "yield result"],
    "(x, y), [n]": ["t = tuple(x, y)", "t' = list(n)", "result = tuple(t, t')", "yield result"],
    "np.pi + math.inf": ["result = add(3.141592653589793, inf)", "yield result"],
    "lambda u: u * x": ["result = closure(x, function=result)", "yield result"],
    "'a' \"b\"": ["yield 'ab'"],
}


@pytest.mark.parametrize("text", CASES)
def test_form(text: str) -> None:
    assert body(f"return {text}") == CASES[text]


def test_operators_keep_their_order_and_names() -> None:
    signs = {"+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul"}
    signs |= {"&": "bitand", "|": "bitor", "^": "bitxor", "<<": "lshift", ">>": "rshift"}
    signs |= {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal"}
    for sign, op in signs.items():
        assert body(f"return x {sign} y")[0] == f"result = {op}(x, y)"


def test_a_chain_computes_each_operand_once_and_stops_early() -> None:
    calls: list[int] = []

    def seen(value: int) -> int:
        calls.append(value)
        return value

    function = read_text("def f(a, b, c):\n    return seen(a) < seen(b) < seen(c)\n", seen=seen)
    assert run(function, 1, 2, 3) is True and calls == [1, 2, 3]
    calls.clear()
    assert run(function, 2, 1, 3) is False and calls == [2, 1]


def test_short_circuit_evaluates_nothing_too_much() -> None:
    function = read_text("def f(x):\n    return x != 0 and 1 / x > 2 or x == 0\n")
    assert [run(function, value) for value in (0, 0.25, 4)] == [True, True, False]


def test_values_of_and_or_are_operands() -> None:
    function = read_text("def f(x, y):\n    return (x and y, x or y, x and y or 7)\n")
    for x, y in ((0, 5), (3, 0), (2, 4)):
        assert run(function, x, y) == ((x and y), (x or y), (x and y or 7))


def test_walrus_in_an_arm_is_a_result_of_the_if() -> None:
    text = "def f(x):\n    y = 1\n    if x > 0 and (y := x * 2) > 4:\n        return y\n    return -y\n"
    function = read_text(text)
    plain = define(text)
    assert [run(function, v) for v in (-1, 1, 5)] == [plain(v) for v in (-1, 1, 5)]


def test_constants_have_the_type_python_gives_them() -> None:
    function = read_text("def f(x):\n    return (1, 1.0, True, None, 0x1F, 1_000, 1e3, 'text')\n")
    (node,) = walk(function.body)
    values = [atom.value for atom in node.args if isinstance(atom, Const)]
    assert list(map(repr, values)) == ["1", "1.0", "True", "None", "31", "1000", "1000.0", "'text'"]
    assert str(node.args[0].type) == "int" and str(node.args[1].type) == "float" and str(node.args[2].type) == "truth"


def test_an_integer_beyond_64_bits_is_refused() -> None:
    assert body("return -9223372036854775808") == ["yield -9223372036854775808"]
    with pytest.raises(OutsideLanguage) as caught:
        body("return 9223372036854775808")
    assert caught.value.code == "DL013"


def test_modules_are_resolved_under_any_name() -> None:
    text = "import numpy as xp\nfrom math import sin as s\ndef f(t, np):\n    return xp.sin(t) + s(t) + np.sin(t)\n"
    function = read_text(text)
    targets = [node.args[0].value for node in walk(function.body) if node.op == "invoke" and isinstance(node.args[0], Const)]
    assert targets == [np.sin, math.sin]
    assert [node.attrs["name"] for node in walk(function.body) if node.op == "method"] == ["sin"]
    assert function.origin is not None and dict(function.origin.imports) == {"xp": "numpy", "s": "math.sin"}
