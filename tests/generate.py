"""Random programs of the language, grown from choices.

`grow(choose)` writes the text of a module with a function `program(x, y, a, b, m)`: numbers x and y, vectors a and b, a square matrix
m, all of one size. `choose(n)` picks one of n: Hypothesis draws it (and shrinks), or a seed does. Values stay bounded by
construction, names are read only where every path has assigned them.

    python tests/generate.py 0 500      tries the seeds 0 to 499 in every way and prints the programs that fail
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Choose = Callable[[int], int]
SIZE = 3
HEADER = "import math\n\nimport numpy as np\n\n\n"


@dataclass
class Scope:
    """The names that every path has assigned here, by kind."""

    numbers: list[str] = field(default_factory=list)
    vectors: list[str] = field(default_factory=list)
    matrices: list[str] = field(default_factory=list)
    indices: list[str] = field(default_factory=list)
    in_loop: bool = False

    def inner(self, loop: bool = False) -> Scope:
        return Scope(list(self.numbers), list(self.vectors), list(self.matrices), list(self.indices), self.in_loop or loop)


class Grower:
    """Writes one function after another into `lines`."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.lines: list[str] = []
        self.fresh = 0
        self.budget = 0
        self.helpers: list[str] = []

    def pick(self, *options: Any) -> Any:
        return options[self.choose(len(options))]

    def name(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def say(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    # ------------------------------------------------------------------ expressions

    def constant(self) -> str:
        return self.pick("0.5", "1.5", "-0.7", "2.0", "0.1")

    def index(self, scope: Scope) -> str:
        if scope.indices and self.choose(3):
            i = self.pick(*scope.indices)
            return self.pick(i, f"{i} - 1", f"({i} + 1) % {SIZE}", f"{SIZE - 1} - {i}", f"-1 - {i}")
        return self.pick("0", "1", "-1", str(SIZE - 1))

    def number(self, scope: Scope, depth: int = 2) -> str:
        if depth == 0 or not self.choose(4):
            return self.leaf(scope)
        e = self.number(scope, depth - 1)
        kind = self.choose(11)
        if kind < 3:
            f = self.number(scope, depth - 1)
            return self.pick(f"({e} + {f})", f"({e} - {f})", f"math.sin({e}) * {f}")
        if kind == 3:
            return f"{e} / (1.0 + ({self.number(scope, depth - 1)}) ** 2)"
        if kind == 4:
            return f"({e} if {self.condition(scope)} else {self.number(scope, depth - 1)})"
        if kind == 5:
            return f"max({e}, {self.number(scope, depth - 1)})"
        if kind == 6 and scope.vectors:
            return f"np.{self.pick('sum', 'mean', 'max', 'min')}({self.vector(scope, depth - 1)})"
        if kind == 7 and self.helpers and scope.vectors and not scope.in_loop:
            return f"{self.pick(*self.helpers)}({e}, {self.pick(*scope.vectors)})"
        return self.pick(
            f"math.sin({e})", f"math.tanh({e})", f"np.cos({e})", f"-{e}", f"0.5 * {e}", f"math.exp(-(({e}) ** 2))", f"abs({e})"
        )

    def leaf(self, scope: Scope) -> str:
        kind = self.choose(6)
        if kind == 0 and scope.vectors:
            return f"{self.pick(*scope.vectors)}[{self.index(scope)}]"
        if kind == 1 and scope.matrices:
            return f"{self.pick(*scope.matrices)}[{self.index(scope)}, {self.index(scope)}]"
        if kind == 2:
            return self.constant()
        if kind == 3 and scope.indices:
            return f"0.3 * {self.pick(*scope.indices)}"
        return self.pick(*scope.numbers)

    def vector(self, scope: Scope, depth: int = 2) -> str:
        if depth == 0 or not self.choose(3):
            return self.pick(*scope.vectors)
        v = self.vector(scope, depth - 1)
        kind = self.choose(9)
        if kind == 0:
            return f"({v} {self.pick('+', '-')} {self.vector(scope, depth - 1)})"
        if kind == 1:
            return f"np.sin({v}) * {self.vector(scope, depth - 1)}"
        if kind == 2:
            return f"np.where({v} > {self.constant()}, {v}, {self.vector(scope, depth - 1)})"
        if kind == 3 and scope.matrices:
            m = self.pick(*scope.matrices)
            return self.pick(
                f"{m}[{self.index(scope)}]",
                f"0.3 * ({m} @ ({v}))",
                f"np.tanh(({v}) @ {m})",
                f"0.3 * {m}.sum(axis=0)",
                f"{m}[:, {self.index(scope)}]",
            )
        if kind == 4:
            return f"{v} * np.tanh({self.number(scope, depth - 1)})"
        if kind == 5:
            return f"np.maximum({v}, {self.vector(scope, depth - 1)})"
        return self.pick(f"np.tanh({v})", f"np.cos({v})", f"{v} / (1.0 + {v} * {v})", f"({v})[::-1]", f"0.3 * np.cumsum({v})", f"(-{v})")

    def matrix(self, scope: Scope) -> str:
        m = self.pick(*scope.matrices)
        v = self.vector(scope, 1)
        return self.pick(
            f"np.tanh({m} @ {self.pick(*scope.matrices)})", f"{m} * 0.5 + {v}", f"{m}.T * 0.9", f"np.sin({m})",
            f"np.outer(np.sin({v}), {v})",
            f"{m} * math.tanh({self.number(scope, 1)})", f"{m} - np.mean({m}, axis=1, keepdims=True)",
        )  # fmt: skip

    def condition(self, scope: Scope) -> str:
        e = self.number(scope, 1)
        simple = self.pick(f"{e} > {self.constant()}", f"{e} < {self.pick(*scope.numbers)}")
        if scope.indices and not self.choose(3):
            simple = f"{self.pick(*scope.indices)} % 2 == {self.choose(2)}"
        return (
            simple
            if self.choose(4)
            else self.pick(f"{simple} and {self.leaf(scope)} > -2.0", f"not {simple}", f"({simple} or {self.leaf(scope)} > 1.0)")
        )

    # ------------------------------------------------------------------ statements

    def block(self, scope: Scope, depth: int, most: int) -> None:
        """At least one statement."""
        for _ in range(1 + self.choose(most)):
            self.statement(scope, depth)

    def statement(self, scope: Scope, depth: int) -> None:
        self.budget -= 1
        compound = depth < 4 and self.budget > 0
        kind = self.choose(14 if compound else 8)
        if kind < 2:
            self.assign_number(scope, depth)
        elif kind < 5:
            self.write(scope, depth)
        elif kind < 8:
            self.assign_array(scope, depth)
        else:
            (self.branch, self.branch, self.for_range, self.for_range, self.for_each, self.while_)[kind - 8](scope, depth)

    def assign_number(self, scope: Scope, depth: int) -> None:
        target, e = self.pick(*scope.numbers), self.number(scope)
        kind = self.choose(5)
        if kind == 0:
            fresh = self.name("s")
            self.say(depth, f"{fresh} = {e}")
            scope.numbers.append(fresh)
        elif kind == 1:
            other = self.pick(*scope.numbers)
            if other != target:
                self.say(depth, f"{target}, {other} = {other}, {e}")
            else:
                self.say(depth, f"{target} = {e}")
        else:
            self.say(depth, f"{target} {self.pick('=', '+=', '-=')} {e}" if kind < 4 else f"{target} *= math.cos({e})")

    def write(self, scope: Scope, depth: int) -> None:
        """In place: an element, a slice, a row, a column, a whole array."""
        v, e = self.pick(*scope.vectors), self.number(scope, 1)
        sign = self.pick("=", "+=", "-=", "=")
        kind = self.choose(9)
        if kind < 3:
            self.say(depth, f"{v}[{self.index(scope)}] {sign} {e}")
        elif kind == 3:
            i, j = self.index(scope), self.index(scope)
            self.say(depth, f"{v}[{i}], {v}[{j}] = {v}[{j}], {v}[{i}]")
        elif kind == 4:
            self.say(
                depth,
                self.pick(
                    f"{v}[1:] {sign} {v}[:-1] * 0.5", f"{v}[::2] {sign} {e}", f"{v}[:2] *= {v}[1:] * 0.3", f"{v}[:] = {self.vector(scope)}"
                ),
            )
        elif kind == 5:
            self.say(depth, f"{v} {self.pick('+=', '-=')} {self.vector(scope)}")
        elif scope.matrices:
            m, i = self.pick(*scope.matrices), self.index(scope)
            where = self.pick(f"{m}[{i}]", f"{m}[:, {i}]", f"{m}.T[{i}]")
            self.say(
                depth,
                # a copy: NumPy itself overwrites what it still has to read where a row is assigned to a column of the same matrix
                self.pick(
                    f"{where} {sign} ({self.vector(scope, 1)}).copy()",
                    f"{m}[{i}, {self.index(scope)}] {sign} {e}",
                    f"{m} *= np.cos({m})",
                ),
            )
        else:
            self.say(depth, f"{v} *= np.cos({v})")

    def assign_array(self, scope: Scope, depth: int) -> None:
        kind = self.choose(8)
        fresh = self.name("v")
        if kind == 0:  # another name for the same array
            self.say(depth, f"{fresh} = {self.pick(*scope.vectors)}")
        elif kind == 1 and scope.matrices:  # a view
            m = self.pick(*scope.matrices)
            self.say(depth, f"{fresh} = {self.pick(f'{m}[{self.index(scope)}]', f'{m}[:, 1]', f'{m}.T[0]')}")
        elif kind == 2 and len(scope.vectors) > 1:
            v, w = self.pick(*scope.vectors), self.pick(*scope.vectors)
            self.say(depth, f"{v}, {w} = {w}, {v}" if v != w else f"{v} = {v} * 0.5")
            return
        elif kind == 3 and scope.matrices:
            fresh = self.pick(*scope.matrices, self.name("w"))
            self.say(depth, f"{fresh} = {self.matrix(scope)}")
            if fresh not in scope.matrices:
                scope.matrices.append(fresh)
            return
        elif kind == 4:
            self.say(depth, f"{fresh} = {self.pick(f'np.zeros({SIZE})', f'{self.pick(*scope.vectors)}.copy()', f'np.ones({SIZE})')}")
        elif kind == 5:
            self.say(depth, f"{self.pick(*scope.vectors)} = {self.fresh_vector(scope)}")
            return
        else:
            self.say(depth, f"{fresh} = {self.fresh_vector(scope)}")
        scope.vectors.append(fresh)

    def fresh_vector(self, scope: Scope) -> str:
        """A vector that certainly is nobody else's memory."""
        return f"{self.vector(scope)} * {self.pick('1.0', '0.9', 'math.cos(' + self.leaf(scope) + ')')}"

    def branch(self, scope: Scope, depth: int) -> None:
        self.say(depth, f"if {self.condition(scope)}:")
        self.arm(scope, depth + 1)
        if self.choose(3) == 0:
            self.say(depth, f"elif {self.condition(scope)}:")
            self.arm(scope, depth + 1)
        if self.choose(2):
            self.say(depth, "else:")
            self.arm(scope, depth + 1)

    def arm(self, scope: Scope, depth: int) -> None:
        inner = scope.inner()
        self.block(inner, depth, 2)
        leave = self.choose(6)
        if leave == 0:
            self.say(depth, f"return {self.result(inner)}")
        elif leave < 3 and scope.in_loop:
            self.say(depth, self.pick("break", "continue"))

    def for_range(self, scope: Scope, depth: int) -> None:
        i = self.name("i")
        self.say(
            depth,
            f"for {i} in range({self.pick(str(SIZE), f'1, {SIZE}', f'{SIZE - 1}, -1, -1', f'len({self.pick(*scope.vectors)})', '2')}):",
        )
        inner = scope.inner(loop=True)
        inner.indices.append(i)
        self.block(inner, depth + 1, 3)

    def for_each(self, scope: Scope, depth: int) -> None:
        e = self.name("e")
        inner = scope.inner(loop=True)
        if scope.matrices and self.choose(2):
            self.say(depth, f"for {e} in {self.pick(*scope.matrices)}:")
            inner.vectors.append(e)
        else:
            self.say(depth, f"for {e} in {self.pick(*scope.vectors)}:")
            inner.numbers.append(e)
        self.block(inner, depth + 1, 3)

    def while_(self, scope: Scope, depth: int) -> None:
        k = self.name("k")
        self.say(depth, f"{k} = {1 + self.choose(3)}")
        self.say(depth, f"while {k} > 0{self.pick('', f' and {self.condition(scope)}')}:")
        self.say(depth + 1, f"{k} -= 1")
        inner = scope.inner(loop=True)
        inner.indices.append(k)
        self.block(inner, depth + 1, 3)

    def result(self, scope: Scope) -> str:
        terms = [self.pick(*scope.numbers), f"np.sum({self.pick(*scope.vectors)} * np.arange(1.0, {SIZE + 1}.0))"]
        if scope.matrices:
            terms.append(f"0.5 * np.sum({self.pick(*scope.matrices)})")
        return " + ".join(terms)

    # ------------------------------------------------------------------ functions

    def helper(self) -> None:
        name = self.name("helper")
        self.say(0, f"def {name}(s, v):")
        scope = Scope(["s"], ["v"])
        self.budget = 3
        self.block(scope, 1, 2)
        self.say(1, f"return math.tanh({self.pick(*scope.numbers)}) + {self.pick(*scope.vectors)}[{self.index(scope)}]")
        self.lines += ["", ""]
        self.helpers.append(name)

    def program(self) -> str:
        for _ in range(self.choose(3)):
            self.helper()
        self.say(0, "def program(x, y, a, b, m):")
        scope = Scope(["x", "y"], ["a", "b"], ["m"])
        self.budget = 8
        for _ in range(2 + self.choose(5)):
            self.statement(scope, 1)
        self.say(1, f"return {self.result(scope)}")
        return HEADER + "\n".join(self.lines) + "\n"


def grow(choose: Choose) -> str:
    """The text of a random module."""
    return Grower(choose).program()


def arguments(seed: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    return float(rng.normal()), float(rng.normal()), rng.normal(size=SIZE), rng.normal(size=SIZE), rng.normal(size=(SIZE, SIZE))


def main(first: int, last: int) -> int:
    """Try a range of seeds; the number of failures."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tests.compare import check, refused

    failures = refusals = 0
    for seed in range(first, last):
        text = grow(random.Random(seed).randrange)
        try:
            check(text, arguments(seed))
        except Exception as error:
            if refused(error):
                refusals += 1
                continue
            failures += 1
            print(f"# seed {seed}: {type(error).__name__}: {str(error)[:600]}\n{text}\n", flush=True)
    print(f"{last - first} programs, {refusals} refused, {failures} failures")
    return failures


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]))))
