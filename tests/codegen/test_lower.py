"""Random programs of views, writes, loops, branches and tapes: machine code against the evaluator, and no block left behind."""

from __future__ import annotations

import random

import numpy as np
import pytest

from difflang.build import Builder
from difflang.ir import Function, Param, Program, Var, const
from difflang.transforms.place.place import place
from difflang.types import FLOAT, INT, Array, Stack
from tests.codegen.harness import Native, same

MATRIX, VECTOR, COLUMN = Array("f64", ("n", "n")), Array("f64", ("n",)), Array("f64", ("n", "1"))
NONE = const(None)


class Grower:
    """Grows a program over arrays of 3 by 4, vectors of 4 and columns of 3."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count, self.sign = Var("count", INT), Var("sign", FLOAT)
        self.params = [Var("a", MATRIX), Var("b", MATRIX), Var("v", VECTOR), Var("c", COLUMN), self.count, self.sign]

    def program(self) -> Program:
        builder, pool = Builder(), list(self.params[:4])
        self.block(builder, pool, 0, self.random.randint(4, 12))
        results = pool[-3:]
        params = tuple(Param(p.hint) for p in self.params)
        body = builder.region(self.params, results)
        function = Function("f", params, body, level="owned", result=("*",) * len(results), alias=(None,) * len(results))
        return Program("f", {"f": function})

    def block(self, b: Builder, pool: list[Var], depth: int, length: int) -> None:
        steps = [self.binary, self.binary, self.unary, self.total, self.write, self.write, self.row, self.view, self.turned, self.copy]
        if depth < 2:
            steps += [self.loop, self.branch, self.tape]
        for _ in range(length):
            step = self.random.choice(steps)
            result = step(b, pool, depth) if step in (self.loop, self.branch, self.tape) else step(b, pool)
            pool.append(result)

    def matrix(self, pool: list[Var]) -> Var:
        found = [p for p in pool if isinstance(p.type, Array) and p.type.dims == ("n", "n") and p.type.layout == "C"]
        return self.random.choice(found[-4:])

    def binary(self, b, pool):
        return b.emit(self.random.choice(["add", "sub", "mul", "maximum"]), self.random.choice(pool), self.random.choice(pool))

    def unary(self, b, pool):
        return b.emit(self.random.choice(["neg", "tanh", "square", "sin"]), self.random.choice(pool))

    def total(self, b, pool):
        if self.random.random() < 0.5:
            return b.emit("sum", self.matrix(pool), axis=(0,), keepdims=False)
        whole = b.emit(self.random.choice(["sum", "max"]), self.random.choice(pool), axis=None, keepdims=False)
        return b.emit("mul", self.random.choice(pool), b.emit("tanh", whole))

    def write(self, b, pool):
        value = self.random.choice([*pool, const(1.5)])
        return b.emit(self.random.choice(["store", "accumulate"]), self.matrix(pool), value, pattern=(":", ":"))

    def row(self, b, pool):
        vectors = [p for p in pool if p.type == VECTOR]
        at = const(self.random.choice([0, 1, -1]))
        value = self.random.choice([*vectors, const(0.5)])
        return b.emit(self.random.choice(["store", "accumulate"]), self.matrix(pool), value, at, pattern=("i", ":"))

    def view(self, b, pool):
        x = self.matrix(pool)
        if self.random.random() < 0.5:
            return b.emit("index", x, const(self.random.choice([0, -1])), pattern=("i", ":"))
        later = b.emit("index", x, const(1), NONE, NONE, pattern=("s", ":"))
        earlier = b.emit("index", x, NONE, const(-1), NONE, pattern=("s", ":"))
        return b.emit("sum", b.emit("sub", later, earlier), axis=(0,), keepdims=False)

    def turned(self, b, pool):
        return b.emit("copy", b.emit("transpose", b.emit("mul", b.emit("transpose", self.matrix(pool), axes=None), const(2.0)), axes=None))

    def copy(self, b, pool):
        return b.emit("copy", self.random.choice(pool))

    def loop(self, b, pool, depth):
        inits = [self.matrix(pool) for _ in range(self.random.choice([1, 2]))]
        carried, outs = [Var("m", MATRIX) for _ in inits], [Var("o", MATRIX) for _ in inits]
        inner, values = Builder(), [*pool, *carried]
        self.block(inner, values, depth + 1, self.random.randint(1, 4))
        yields = [self.matrix(values) for _ in inits]
        b.node("for", [const(0), self.count, const(1), *inits], outs, [inner.region([Var("i", INT), *carried], yields)])
        return outs[0]

    def branch(self, b, pool, depth):
        arms = []
        for _ in range(2):
            inner, values = Builder(), list(pool)
            self.block(inner, values, depth + 1, self.random.randint(0, 3))
            arms.append(inner.region([], [self.matrix(values)]))
        out = Var("o", MATRIX)
        b.node("if", [b.emit("greater", self.sign, const(0.0))], [out], arms)
        return out

    def tape(self, b, pool, depth):
        """Push an array each time, pop them all and add them up."""
        new, full, left = (Var(h, Stack(MATRIX)) for h in ("new", "full", "left"))
        before, pushed, held, rest = (Var(h, Stack(MATRIX)) for h in ("before", "pushed", "held", "rest"))
        b.node("stack_new", [], [new], element=MATRIX)
        inner, values = Builder(), list(pool)
        self.block(inner, values, depth + 1, self.random.randint(0, 2))
        inner.node("push", [before, self.matrix(values)], [pushed])
        b.node("for", [const(0), self.count, const(1), new], [full], [inner.region([Var("i", INT), before], [pushed])])
        inner, top, sum_, out = Builder(), Var("top", MATRIX), Var("sum", MATRIX), Var("out", MATRIX)
        inner.node("pop", [held], [rest, top])
        more = inner.emit("add", sum_, top)
        start = self.matrix(pool)
        b.node("for", [const(0), self.count, const(1), full, start], [left, out], [inner.region([Var("j", INT), held, sum_], [rest, more])])
        return out


@pytest.mark.parametrize("seed", range(40))
def test_random_programs(seed):
    program = place(Grower(seed).program())
    native, rng = Native(program), np.random.default_rng(seed)
    for count, sign in ((2, 1.0), (0, -1.0), (3, -1.0)):
        given = (rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(3, 1)), count, sign)
        same(native, program, given, 1e-9)
