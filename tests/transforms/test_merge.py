"""Merged sweeps: which loops become one, and that their gradients stay what they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.ir import Program, walk
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.guard import guard
from difflang.transforms.merge import merge
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of
from tests.programs import sweeps

rng = np.random.default_rng(3)
X, Y, P, C = rng.normal(size=5), rng.normal(size=5), rng.normal(size=(4, 2)), rng.normal(size=(3, 2))


def gradient(f: Any, *arguments: Any) -> Program:
    return simplify(program_of(Derived("grad", f), tuple(map(type_of, arguments))))


def loops(program: Program) -> int:
    """Loops of the entry that stand in no other."""
    return sum(node.op in ("for", "while") for node in program.main.body.nodes)


@pytest.mark.parametrize(
    ("f", "arguments", "count"),
    [
        (sweeps.fitted, (X, 7), 1),
        (sweeps.nearest, (P, C), 1),
        (sweeps.weighed, (X, Y), 2),  # `row` is one array for all turns
        (sweeps.carried, (X,), 2),
        (sweeps.normalised, (X,), 2),
        (sweeps.branching, (X, Y), 1),
        (sweeps.steps, (X, np.array([1, 2, 0, 1, 3])), 1),
        (sweeps.halved, (P,), 1),
    ],
    ids=["fitted", "nearest", "weighed", "carried", "normalised", "branching", "steps", "halved"],
)
def test_what_becomes_one_loop(f: Any, arguments: Any, count: int) -> None:
    assert loops(gradient(f, *arguments)) == count


def test_a_number_on_the_tape_becomes_a_value_and_a_table_a_row() -> None:
    program = gradient(sweeps.fitted, X, 7)
    made = [node for node in walk(program.main.body) if node.op == "empty"]
    assert [len(node.args) for node in made] == [1]


def test_the_value_beside_the_gradient_is_the_same() -> None:
    for f, arguments in ((sweeps.fitted, (X, 7)), (sweeps.branching, (X, Y))):
        value, found = dl.value_and_grad(f)(*arguments)
        assert value == dl.differentiable(f)(*arguments)
        assert found == pytest.approx(dl.grad(f)(*arguments), rel=1e-14)


def test_a_loop_that_adds_nothing_is_guarded() -> None:
    program = gradient(sweeps.nearest, P, C)
    inner = [node for node in walk(program.main.body) if node.op == "if" and any(n.op == "for" for arm in node.regions for n in arm.nodes)]
    assert len(inner) == 1
    (adding,) = [arm for arm in inner[0].regions if any(n.op == "for" for n in arm.nodes)]
    assert adding is not inner[0].regions[1]


def test_nothing_to_do_is_the_very_program() -> None:
    program = gradient(sweeps.carried, X)
    assert merge(program) is program and guard(program) is program


def test_an_infinity_in_an_untaken_arm_does_no_harm() -> None:
    def f(x: Any) -> Any:
        best = 10.0
        for i in range(len(x)):
            s = 0.0
            for _ in range(2):
                s += np.sqrt(x[i])
            if s > 1.0 and s < best:
                best = s
        return best

    assert dl.grad(f)(np.array([4.0, 0.0, 9.0])).tolist() == [0.5, 0.0, 0.0]
