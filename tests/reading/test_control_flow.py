"""Random control flow: jumps, loops with else, names that some paths leave unbound, closures, short circuits.

Each program is run by Python and as read: the same value, or an error of the same type.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difflang.errors import OutsideLanguage
from difflang.reading import read, register_source
from tests.reading.run import run

NAMES = ("p", "q", "r", "s")
COUNT = itertools.count()
Choose = Callable[[int], int]


class Grower:
    """Writes one function of x and y over ints; every loop ends."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.lines: list[str] = []
        self.left = 22
        self.counters = itertools.count()

    def pick(self, *options: str) -> str:
        return options[self.choose(len(options))]

    def atom(self) -> str:
        return self.pick("x", "y", "x", "y", "1", "2", "-3", "p", "q", "r", "s")

    def expression(self, depth: int = 2) -> str:
        if depth == 0:
            return self.atom()
        a, b = self.expression(depth - 1), self.expression(depth - 1)
        form = self.pick(
            "{a}", "{a} + {b}", "{a} - {b}", "({a} if {b} > 0 else x)", "({a} and {b})", "({a} or {b})", "(w := {a})", "h({a})", "k({a})",
            "(0 < {a} < {b} < 9)", "(not {a} > 1)", "len(({a}, {b}))",
        )  # fmt: skip
        return form.format(a=a, b=b)

    def condition(self) -> str:
        a, b = self.expression(1), self.atom()
        return self.pick("{a} > {b}", "{a} % 3 == 1 and {b} > 0", "{a} or {b} < 2", "not ({a} > 1 and {b})", "{a}").format(a=a, b=b)

    def say(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def block(self, depth: int, loop: bool) -> None:
        for _ in range(1 + self.choose(3)):
            self.statement(depth, loop)

    def statement(self, depth: int, loop: bool) -> None:
        self.left -= 1
        simple = [self.bind, self.bind, self.bind, self.leave, self.define]
        compound = [self.branch, self.branch, self.count, self.repeat, self.each]
        options = simple if self.left < 0 or depth > 4 else simple + compound
        options[self.choose(len(options))](depth, loop)

    def bind(self, depth: int, loop: bool) -> None:
        name = self.pick(*NAMES)
        form = self.pick("{n} = {e}", "{n} = {e}", "{n} = {e}", "{n} += {e}", "{n}, y = y, {e}", "{n} = y = {e}", "{n}: int = {e}")
        self.say(depth, form.format(n=name, e=self.expression()))

    def leave(self, depth: int, loop: bool) -> None:
        jumps = ["pass", f"return {self.expression()}", "return", "raise ValueError('no')", f"assert {self.condition()}, 'bad'"]
        jumps += ["break", "continue", "break", "continue"] if loop else []
        self.say(depth, self.pick(*jumps))

    def define(self, depth: int, loop: bool) -> None:
        inner = self.pick("u + x", "u * 2 - x", "u + p", "u - q if u > 1 else y", "u + x - 1")
        form = self.pick("h = lambda u: {}", "k = lambda u, v=3: v + {}", "h = k")
        if self.choose(2):
            self.say(depth, f"def {self.pick('h', 'k')}(u):")
            self.say(depth + 1, f"return {inner}")
        else:
            self.say(depth, form.format(inner))

    def branch(self, depth: int, loop: bool) -> None:
        self.say(depth, f"if {self.condition()}:")
        self.block(depth + 1, loop)
        if self.choose(3) == 0:
            self.say(depth, f"elif {self.condition()}:")
            self.block(depth + 1, loop)
        if self.choose(2):
            self.say(depth, "else:")
            self.block(depth + 1, loop)

    def count(self, depth: int, loop: bool) -> None:
        target = self.pick("i", "j", "p", "_")
        over = self.pick("range(3)", "range(x % 4)", "range(4, 0, -1)", "reversed(range(y % 3))", "range(1, 3)")
        self.say(depth, f"for {target} in {over}:")
        self.body(depth, target)

    def each(self, depth: int, loop: bool) -> None:
        self.say(depth, self.pick("for p in (x, y, 3):", "for i, q in ((1, x), (y, 2)):", "for q in ():"))
        self.body(depth, "i")

    def repeat(self, depth: int, loop: bool) -> None:
        fuel = f"fuel{next(self.counters)}"
        self.say(depth, f"{fuel} = 4")
        test = self.pick("{f} > 0", "True", "{f} > 0 and ({c})", "(w := {f}) > 0", "{f} > 0 and (w := y) < 5")
        test = test.format(f=fuel, c=self.condition())
        self.say(depth, f"while {test}:")
        self.say(depth + 1, f"{fuel} -= 1")
        if test == "True":
            self.say(depth + 1, f"if {fuel} < 0:")
            self.say(depth + 2, "break")
        self.body(depth, "y", walrus=":=" in test)

    def body(self, depth: int, counter: str, walrus: bool = False) -> None:
        self.block(depth + 1, True)
        if not walrus and self.choose(3) == 0:
            self.say(depth, "else:")
            self.block(depth + 1, False)

    def text(self) -> str:
        self.say(0, "def program(x, y):")
        if self.choose(8):
            self.say(1, f"{self.pick('p = q', 'p = q = r', 'p = q = r = s', 'p = q = r = s')} = w = 1")
            self.say(1, "h = lambda u: u + 1")
            self.say(1, "k = lambda u: u + x")
        self.block(1, False)
        self.block(1, False)
        self.say(1, f"return {self.expression(1)}")
        return "\n".join(self.lines) + "\n"


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return call(*args)
    except AssertionError as error:
        if str(error) != "bad":
            raise
        return "AssertionError"
    except (NameError, ValueError, TypeError, ZeroDivisionError) as error:
        # An unbound name that a closure captures is a NameError in Python, inside it.
        return "NameError" if isinstance(error, NameError) else type(error).__name__


def compare(text: str) -> bool:
    """Whether the program could be read; if so it must mean the same."""
    name = f"<grown {next(COUNT)}>"
    register_source(name, text)
    space: dict[str, Any] = {}
    exec(compile(text, name, "exec"), space)
    program = space["program"]
    try:
        function = read(program)
    except OutsideLanguage as error:
        assert error.code in ("DL018", "DL003") or any(word in error.reason for word in ("captures", "calls itself", "turn of")), error
        return False
    for x, y in ((0, 1), (2, -1), (3, 4), (5, 2)):
        expected = outcome(program, x, y)
        got = outcome(lambda *args: run(function, *args), x, y)
        same = callable(expected) and callable(got) or expected == got
        assert same, f"{text}\nx, y = {x}, {y}: Python gives {expected!r}, the reader {got!r}"
    return True


def grow(choose: Choose) -> str:
    return Grower(choose).text()


@given(st.data())
def test_drawn_programs(data: st.DataObject) -> None:
    compare(grow(lambda n: data.draw(st.integers(0, n - 1))))


@pytest.mark.parametrize("block", range(4))
def test_seeded_programs(block: int) -> None:
    read_along = 0
    for seed in range(block * 100, block * 100 + 100):
        read_along += compare(grow(random.Random(seed).randrange))
    assert read_along > 30


if __name__ == "__main__":
    import sys

    first, last = map(int, sys.argv[1:3])
    print(sum(compare(grow(random.Random(seed).randrange)) for seed in range(first, last)), "of", last - first, "read")
