"""Random programs over objects that are renamed, changed, chosen between, looped over and passed: right, or refused with DL007."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from difflang.errors import DifflangError
from difflang.transforms.derived import Derived
from tests.ways import define, run


@dataclass
class O:  # noqa: E742
    a: float
    b: float = 1.0

    def bump(self, k):
        self.a += k
        return self

    def mix(self, other):
        self.a, other.b = other.b + 0.1, self.a * 0.5
        return other

    def fresh(self):
        return O(self.a * 0.5, self.b)

    @property
    def s(self):
        return self.a + 2 * self.b


@dataclass(frozen=True)
class F:
    u: float
    v: float

    def plus(self, other):
        return F(self.u + other.u, self.v * 0.9)


class W:
    def __init__(self, o):
        self.o = o
        self.d = {"k": o.a, "j": 2.0}

    def touch(self):
        self.o.b += 0.5
        self.d["k"] = self.d["k"] + self.o.a


def two(p, q):
    p.a += 1.0
    q.a *= 1.1
    return p


def pick(p, q, x):
    if x > 1:
        return p
    return q


class Grown:
    """The text of one program."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.lines: list[str] = []
        self.depth = 1
        self.add("p = O(x); q = O(y, 0.5); r = p; f = F(x, y); g = F(1.0, 0.5); w = W(q)")
        for _ in range(self.r.randint(4, 9)):
            self.statement()
        self.add("return np.sin(p.a) + np.cos(q.b) * q.a + r.s + f.u * g.v + w.o.a * 0.3 + w.d['k'] + w.d['j']")
        self.text = "def program(x, y, n):\n" + "\n".join(self.lines) + "\n"

    def add(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def block(self, most: int) -> None:
        self.depth += 1
        for _ in range(self.r.randint(1, most)):
            self.statement()
        self.depth -= 1

    @property
    def o(self) -> str:
        return self.r.choice("pqr")

    @property
    def f(self) -> str:
        return self.r.choice("fg")

    def number(self) -> str:
        plain = ["x", "y", f"{self.r.uniform(0.2, 1.5):.2f}", "w.d['k']", "w.o.a", "w.o.b"]
        return self.r.choice([*plain, f"{self.o}.a", f"{self.o}.b", f"{self.o}.s", f"{self.f}.u", f"{self.f}.v"])

    def value(self) -> str:
        a, b = self.number(), self.number()
        return self.r.choice([f"{a} + {b}", f"{a} - 0.5 * {b}", f"np.sin({a})", f"{a} * 0.7", f"{a} * {b} * 0.3"])

    def test(self) -> str:
        return self.r.choice([f"{self.number()} > {self.r.uniform(0, 2):.2f}", "x > 1", "y < 0.5", "x > 0"])

    def statement(self) -> None:
        kinds = [self.assigned] * 10 + [self.branch] * 3 * (self.depth < 4) + [self.loop] * 2 * (self.depth < 3)
        self.r.choice(kinds)()

    def assigned(self) -> None:
        o, f = self.o, self.f
        self.add(
            self.r.choice(
                [
                    f"{o}.{self.r.choice('ab')} {self.r.choice(['=', '+=', '*='])} {self.value()}",
                    f"{o} = {self.o}",
                    f"{o} = {self.r.choice([f'O({self.value()})', f'{self.o}.fresh()', f'copy.copy({self.o})'])}",
                    f"{o}.bump({self.number()})",
                    f"{o} = {self.o}.{self.r.choice([f'bump({self.number()})', f'mix({self.o})'])}",
                    f"{o} = {self.r.choice([f'two({self.o}, {self.o})', f'pick({self.o}, {self.o}, {self.number()})'])}",
                    f"{f} = {self.r.choice([f'F({self.number()}, {self.number()})', f'{self.f}.plus({self.f})', self.f])}",
                    self.r.choice(["w.touch()", f"w.o = {o}", f"{o} = w.o", f"w = W({o})", f"w.d = {{**w.d, 'k': {self.number()}}}"]),
                    f"{o} = {self.o} if {self.test()} else {self.o}",
                ]
            )
        )

    def branch(self) -> None:
        self.add(f"if {self.test()}:")
        self.block(3)
        if self.r.random() < 0.5:
            self.add("else:")
            self.block(2)

    def loop(self) -> None:
        self.add(f"for i{self.depth} in range({self.r.choice(['n', '2', 'n + 1'])}):")
        self.block(4)


SCOPE: dict[str, Any] = {"O": O, "F": F, "W": W, "two": two, "pick": pick, "np": np, "copy": copy}


@pytest.mark.parametrize("seed", range(24))
def test_objects(seed: int) -> None:
    program = define(Grown(seed).text, scope=dict(SCOPE))
    try:
        for arguments in ((1.3, 0.4, 2), (0.6, 1.7, 0), (1.9, 0.2, 3)):
            np.testing.assert_allclose(run("evaluated", program, arguments)[0], program(*arguments), rtol=1e-10)
        step = 1e-6
        slope = (program(1.3 + step, 0.4 + step / 2, 2) - program(1.3 - step, 0.4 - step / 2, 2)) / (2 * step)
        gradient, _ = run("evaluated", Derived("grad", program, (0, 1)), (1.3, 0.4, 2))
        np.testing.assert_allclose(gradient[0] + gradient[1] / 2, slope, rtol=1e-4, atol=1e-6)
    except DifflangError as error:
        assert error.code == "DL007", error
