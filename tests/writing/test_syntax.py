"""Expressions on one line: parentheses where they are needed and nowhere else."""

from __future__ import annotations

import itertools

from difflang.writing.syntax import Apply, Attribute, Choice, Infix, Item, Pack, Prefix, Slice, Word, flat

X, Y, Z = Word("x"), Word("y"), Word("z")
VALUES = {"x": 3.0, "y": -2.0, "z": 5.0}


def test_precedence() -> None:
    """Every pair of operators, both ways of grouping: Python reads the text as it was meant."""
    meaning = {
        "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
        "//": lambda a, b: a // b, "%": lambda a, b: a % b, "**": lambda a, b: abs(a) ** (b % 3), "<": lambda a, b: a < b,
    }  # fmt: skip

    def value(expr: object) -> object:
        if isinstance(expr, Word):
            return VALUES[expr.text]
        assert isinstance(expr, (Infix, Prefix))
        if isinstance(expr, Prefix):
            return -value(expr.operand)  # type: ignore[operator]
        if expr.op == "**":
            return abs(value(expr.left)) ** (value(expr.right) % 3)  # type: ignore[operator, arg-type]
        return meaning[expr.op](value(expr.left), value(expr.right))

    for one, two in itertools.product(meaning, repeat=2):
        for expr in (
            Infix(Infix(X, one, Y), two, Z),
            Infix(X, one, Infix(Y, two, Z)),
            Prefix("-", Infix(X, one, Y)),
            Infix(X, one, Prefix("-", Y)),
        ):
            if "**" in (one, two):
                compile(flat(expr), "expression", "eval")
                continue
            assert eval(flat(expr), {}, dict(VALUES)) == value(expr), flat(expr)


def test_no_needless_parentheses() -> None:
    assert flat(Infix(Infix(X, "*", Y), "+", Z)) == "x * y + z"
    assert flat(Infix(X, "-", Infix(Y, "-", Z))) == "x - (y - z)"
    assert flat(Infix(Infix(X, "-", Y), "-", Z)) == "x - y - z"
    assert flat(Infix(X, "**", Word("2"))) == "x**2"
    assert flat(Infix(Item(X, (Y,)), "**", Word("2"))) == "x[y] ** 2"
    assert flat(Prefix("-", Infix(X, "**", Word("2")))) == "-(x**2)"
    assert flat(Attribute(Infix(X, "@", Y), "T")) == "(x @ y).T"
    assert flat(Attribute(Word("1.0"), "real")) == "(1.0).real"
    assert flat(Choice(Infix(X, "<", Y), X, Choice(Z, Y, X))) == "x if x < y else y if z else x"


def test_slices_and_tuples() -> None:
    assert flat(Item(X, (Slice(Word("1"), None), Y))) == "x[1:, y]"
    assert flat(Item(X, (Slice(Infix(Y, "+", Word("1")), Z),))) == "x[y + 1 : z]"
    assert flat(Pack((X,))) == "(x,)"
    assert flat(Apply(Word("f"), (Pack((X, Y)),))) == "f((x, y))"
