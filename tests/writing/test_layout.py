"""Long statements are laid out as ruff's formatter leaves them: tried on random expressions."""

from __future__ import annotations

import random

from difflang.writing.document import WIDTH
from difflang.writing.layout import call_header, statement
from difflang.writing.syntax import Apply, Attribute, Choice, Expr, Infix, Item, Keyword, Pack, Prefix, Slice, Word
from tests.writing.ruff import ruff

NAMES = ("x", "y_bar", "weights", "w_bar", "hidden", "n", "i", "alpha")
OPERATORS = ("+", "-", "*", "/", "@", "**", "+", "*", "*")


def grown(choose: random.Random, depth: int) -> Expr:
    kind = choose.random()
    if depth <= 0 or kind < 0.15:
        return Word(choose.choice((*NAMES, "2", "0.5")))
    if kind < 0.5:
        return Infix(grown(choose, depth - 1), choose.choice(OPERATORS), grown(choose, depth - 1))
    if kind < 0.55:
        return Prefix("-", grown(choose, depth - 1))
    if kind < 0.8:
        args = tuple(grown(choose, depth - 1) for _ in range(choose.randint(1, 3)))
        keywords = (Keyword("axis", Word("0")),) if choose.random() < 0.3 else ()
        return Apply(Attribute(Word("np"), choose.choice(("sin", "sum", "where"))), (*args, *keywords))
    if kind < 0.9:
        items = (grown(choose, depth - 2), Slice(grown(choose, depth - 2), None), Slice(None, grown(choose, depth - 2)))
        return Item(Word(choose.choice(NAMES)), choose.choice((items, items[:1], items[1:])))
    if kind < 0.95:
        test = Infix(grown(choose, depth - 2), "<", grown(choose, depth - 2))
        return Choice(test, grown(choose, depth - 2), grown(choose, depth - 2))
    return Attribute(Apply(Attribute(grown(choose, depth - 1), "reshape"), (grown(choose, depth - 2),)), "T")


def test_ruff_changes_nothing() -> None:
    choose = random.Random(3)
    functions = []
    for number in range(300):
        head, tail = choose.choice((("x_bar = ", ""), ("return ", ""), ("if ", ":"), ("x_bar += ", "")))
        value = grown(choose, choose.randint(1, 5))
        if head == "return " and choose.random() < 0.3:
            value = Pack((value, grown(choose, 3)))
        lines = statement(head, value, tail, 1, choose.choice(("", "line 4: y = np.sin(x)")))
        functions.append("\n".join([f"def f{number}():", *lines, *(["        pass"] if tail else [])]))
    text = "\n\n\n".join(functions) + "\n"
    assert ruff("format", "-", text=text) == text


def test_headers() -> None:
    short = call_header("def f", ["x", "y=1.0"], ":")
    long = call_header("def a_function_with_a_long_name", [f"parameter_{k}" for k in range(12)], ":")
    assert short == ["def f(x, y=1.0):"]
    assert len(long) > 2 and max(map(len, long)) <= WIDTH
    text = "\n".join([*long, "    pass"]) + "\n"
    assert ruff("format", "-", text=text) == text


def test_one_item_tuple() -> None:
    assert statement("return ", Pack((Word("x"),)), "", 1) == ["    return (x,)"]
