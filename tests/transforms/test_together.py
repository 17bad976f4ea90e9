"""Recursions whose two halves run as one, and those that keep their tape."""

from __future__ import annotations

import math

import numpy as np
import pytest

import difflang as dl
from difflang.ir import Program, walk
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of

X = np.array([0.7, 1.3, 0.4, 0.9, 1.1, 0.2, 0.6])


def tree(x, k):
    """A sum over a heap: the adjoint of a child is known before it is visited."""
    if k >= len(x):
        return 0.0
    return math.sin(x[k]) + 0.5 * tree(x, 2 * k + 1) + x[k] * tree(x, 2 * k + 2)


def summed(x):
    return tree(x, 0)


def product(x, k):
    """The adjoint of a call is the value of the other one: only known when both have been made."""
    if k >= len(x):
        return 1.0
    return math.cos(x[k]) * product(x, 2 * k + 1) * product(x, 2 * k + 2)


def multiplied(x):
    return product(x, 0)


def chain(x, k):
    """What comes back is handed to a function that is not linear."""
    if k == len(x):
        return 0.1
    return math.sin(x[k] * chain(x, k + 1))


def nested(x):
    return chain(x, 0)


def paths(x, k):
    """A sum of calls in a loop, each scaled by what the loop has found so far."""
    if k + 1 >= len(x):
        return x[k] * x[k]
    total = 0.0
    scale = 1.0
    for j in range(k + 1, min(k + 3, len(x))):
        scale = 0.5 * scale
        total += scale * paths(x, j)
    return total + x[k]


def walked(x):
    return paths(x, 0)


def halves(x, n):
    return others(x, n - 1) * 0.5 + x[n] if n > 0 else x[0]


def others(x, n):
    return halves(x, n - 1) * x[n] if n > 0 else 2.0 * x[0]


def mutual(x):
    return halves(x, len(x) - 1)


def squared(x):
    """The adjoint of the call waits for its value."""
    return tree(x, 0) ** 2


def both(x):
    """One call can be joined, the other waits for it."""
    first = tree(x, 0)
    return first * first + tree(x, 1)


SAMPLES = (summed, multiplied, nested, walked, mutual, squared, both)


def gradient(f) -> Program:
    return simplify(program_of(Derived("grad", f), (type_of(X),)))


def tapes(program: Program) -> bool:
    return any(node.op == "push" for function in program.functions.values() for node in walk(function.body))


@pytest.mark.parametrize(("f", "taped"), [(summed, False), (multiplied, True), (nested, True), (walked, False), (squared, True)])
def test_which_recursions_need_a_tape(f, taped: bool) -> None:
    assert tapes(gradient(f)) is taped


@pytest.mark.parametrize("f", SAMPLES)
def test_gradients_are_what_differences_say(f) -> None:
    expected = [(f(X + 1e-6 * e) - f(X - 1e-6 * e)) / 2e-6 for e in np.eye(len(X))]
    assert dl.grad(f)(X) == pytest.approx(expected, abs=1e-8)
    value, found = dl.value_and_grad(f)(X)
    assert value == pytest.approx(f(X), rel=1e-15)
    assert found == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("f", SAMPLES)
def test_second_derivatives_agree(f) -> None:
    assert dl.jacrev(dl.grad(f))(X) == pytest.approx(dl.jacfwd(dl.grad(f))(X), abs=1e-12)


@pytest.mark.parametrize("f", SAMPLES)
def test_the_text_runs_on_numpy_alone(f) -> None:
    scope: dict[str, object] = {}
    exec(dl.source(dl.grad(f), X), scope)
    assert scope[f"{f.__name__}_grad"](X) == pytest.approx(dl.grad(f)(X), rel=1e-13)  # type: ignore[operator]
