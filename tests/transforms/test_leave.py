"""Loops left early: the way back through a search ends at the turn that was taken last."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl
from difflang.ir import Program, walk
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of

X = np.array([3.0, 1.5, 2.5, 1.2, 5.0])


def least(x):
    best = 10.0
    for v in x:
        if v < best:
            best = v * v
    return best


def unless(x):
    best = 10.0
    for v in x:
        if v >= best:
            pass
        else:
            best = v * v
    return best


def summed(x):
    """Every turn adds to the sum, whatever the search does."""
    best, total = 10.0, 0.0
    for v in x:
        if v < best:
            best = v * v
        total += v
    return best * total


def faded(x):
    """The adjoint grows smaller, and never ends."""
    state = 1.0
    for v in x:
        state = 0.5 * state if v < 2.0 else state * v
    return state


def exits(f) -> list[bool]:
    program: Program = simplify(program_of(Derived("grad", f), (type_of(X),)))
    return [bool(node.attrs.get("exits")) for node in walk(program.main.body) if node.op == "for" and node.role == "adjoint"]


@pytest.mark.parametrize(("f", "left"), [(least, True), (unless, True), (summed, False), (faded, False)])
def test_which_loops_are_left(f, left: bool) -> None:
    assert any(exits(f)) is left


@pytest.mark.parametrize("f", [least, unless, summed, faded])
def test_gradients_are_what_differences_say(f) -> None:
    expected = [(f(X + 1e-6 * e) - f(X - 1e-6 * e)) / 2e-6 for e in np.eye(len(X))]
    assert dl.grad(f)(X) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("f", [least, unless])
def test_the_second_derivative_goes_the_same_way(f) -> None:
    expected = [(dl.grad(f)(X + 1e-6 * e) - dl.grad(f)(X - 1e-6 * e)) / 2e-6 for e in np.eye(len(X))]
    assert dl.hessian(f)(X) == pytest.approx(np.array(expected), abs=1e-6)


def closest(points, x):
    best = np.inf
    for i in range(len(points)):
        distance = 0.0
        for j in range(len(x)):
            distance += (points[i, j] - x[j]) ** 2
        if distance < best:
            best = distance
    return best


def test_the_text_says_break_in_the_arm() -> None:
    text = dl.source(dl.grad(closest, argnums=1), np.ones((4, 5)), X)
    assert text.splitlines()[-2].strip() == "break"
    assert text.count("if t_tape[") == 1


def test_nothing_found_leaves_the_whole_loop_walked() -> None:
    assert np.array_equal(dl.grad(least)(X + 20.0), np.zeros(5))
    assert np.array_equal(dl.grad(least)(np.empty(0)), np.empty(0))
