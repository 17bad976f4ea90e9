"""Assignments of every form."""

from __future__ import annotations

import numpy as np
import pytest

from difflang.ir import walk
from tests.reading.run import run
from tests.reading.show import body, define, read_text

CASES = {
    "z = w = x\nreturn z, w": ["result = tuple(x, x)", "yield result"],
    "x, y = y, x\nreturn x": ["yield y"],
    "a, (b, c) = x\nreturn b": ["a, t = unpack(x, count=2)", "b, c = unpack(t, count=2)", "yield b"],
    "[a, b] = x\nreturn a": ["a, b = unpack(x, count=2)", "yield a"],
    "a, *b = x, y, n\nreturn b": ["b = list(y, n)", "yield b"],
    "*a, b = x, y, n\nreturn a, b": ["a = list(x, y)", "result = tuple(a, n)", "yield result"],
    "z: float = x * 2\nreturn z": ["z = mul(x, 2)", "yield z"],
    "x += y\nreturn x": ["x' = inplace(x, y, fn=add)", "yield x'"],
    "x[n] = y": ["setitem(x, y, n, pattern=i)", "yield None"],
    "x[1:n, :] = y": ["setitem(x, y, 1, n, None, pattern=s:)", "yield None"],
    "x[n] **= y": ["t = getitem(x, n, pattern=i)", "t' = inplace(t, y, fn=pow)", "setitem(x, t', n, pattern=i)", "yield None"],
    "x[0], x[1] = x[1], x[0]": [
        "t = getitem(x, 1, pattern=i)",
        "t' = getitem(x, 0, pattern=i)",
        "setitem(x, t, 0, pattern=i)",
        "setitem(x, t', 1, pattern=i)",
        "yield None",
    ],
    "z = x = y + 1\nreturn x, z": ["z = add(y, 1)", "result = tuple(z, z)", "yield result"],
}


@pytest.mark.parametrize("text", CASES)
def test_form(text: str) -> None:
    assert body(text) == CASES[text]


def test_order_of_evaluation_is_pythons() -> None:
    text = """
def f(say):
    a = [0, 0, 0]
    a[say(0)], a[say(1)] = say(5), say(6)
    a[say(2)] += say(7)
    b = c = say(8)
    return a, b, c
"""
    orders = []
    for runner in (lambda say: define(text)(say), lambda say: run(read_text(text), say)):
        seen: list[int] = []
        result = runner(lambda value: seen.append(value) or value)
        orders.append((result, seen))
    assert orders[0] == orders[1]


def test_augmented_assignment_writes_into_arrays_and_rebinds_numbers() -> None:
    text = "def f(x, y):\n    z = x\n    z += y\n    z[0] *= 2\n    y += 1\n    return z, y\n"
    function = read_text(text)
    x = np.ones(3)
    z, y = run(function, x, 2.0)
    assert z is x and list(x) == [6.0, 3.0, 3.0] and y == 3.0


def test_a_declaration_without_a_value_makes_the_name_local() -> None:
    text = "K = 5\ndef f(x):\n    K: int\n    if x:\n        K = x\n    return K\n"
    function = read_text(text)
    assert not function.captures and run(function, 3) == 3
    with pytest.raises(UnboundLocalError):
        run(function, 0)


def test_results_carry_the_users_names_and_places() -> None:
    function = read_text("def f(x):\n    speed = x * 2\n    speed = speed + 1\n    return speed\n")
    assert [(node.out.hint, node.place.line, node.place.column, node.place.end_column) for node in walk(function.body) if node.place] == [
        ("speed", 2, 12, 17),
        ("speed", 3, 12, 21),
    ]
