"""Questions of syntax: which names are bound, how control leaves."""

from __future__ import annotations

import libcst as cst
import pytest

from difflang.reading.scope import Statement, assigned, bindings, declared_elsewhere, falls, jumps, returns, statements


def block(text: str) -> list[Statement]:
    module = cst.parse_module("def f():\n" + "".join(f"    {line}\n" for line in text.splitlines()))
    (function,) = module.body
    assert isinstance(function, cst.FunctionDef)
    return statements(function.body)


def test_names_bound_in_order() -> None:
    text = """
b = a = c
x[i], (y, *z) = w
for k, (l, m) in n:
    o += 1
    def p(q): r = 1
else:
    s: int = 1
while (t := u):
    if (v := 1): lambda: (hidden := 2)
g: int
[e for e in (d := 1)]
"""
    assert list(assigned(block(text.strip()))) == ["b", "a", "y", "z", "k", "l", "m", "o", "p", "s", "t", "v", "g", "d"]


def test_how_often() -> None:
    assert bindings(block("a = 1\nif a:\n    a = b = 2\nfor a in b:\n    b += a")) == {"a": 3, "b": 2}


def test_declared_elsewhere() -> None:
    assert declared_elsewhere(block("if a:\n    global b, c\nfor d in e:\n    nonlocal f")) == {"b", "c", "f"}


@pytest.mark.parametrize(
    ("text", "falling", "jumping", "returning"),
    [
        ("a = 1", True, False, False),
        ("return", False, True, True),
        ("raise E", False, False, False),
        ("if a: return\nelse: raise E", False, True, True),
        ("if a: return", True, True, True),
        ("for i in a:\n    break", True, False, False),
        ("for i in a:\n    return", True, True, True),
        ("for i in a: pass\nelse: return", False, True, True),
        ("for i in a: break\nelse: return", True, True, True),
        ("while True: pass", False, False, False),
        ("while 1:\n    if a: break", True, False, False),
        ("while True:\n    return", False, True, True),
        ("while a:\n    return", True, True, True),
        ("def g(): return", True, False, False),
    ],
)
def test_how_control_leaves(text: str, falling: bool, jumping: bool, returning: bool) -> None:
    found = block(text)
    assert (falls(found), jumps(found), returns(found)) == (falling, jumping, returning)
