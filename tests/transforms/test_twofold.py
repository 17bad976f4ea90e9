"""Two buffers that change places, one of them the caller's: loops are written for either answer, and hold what Python holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.ir import walk
from difflang.transforms.derived import program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.transforms.twofold import twofold
from difflang.types import type_of


def stencil(u, steps):
    v = u.copy()
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            v[i] = u[i] + 0.1 * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u, v = v, u
    return np.sum(u * u)


def left_early(u, steps):
    v = np.zeros(len(u))
    for _ in range(steps):
        i = 1
        while i < len(u):
            v[i] = u[i - 1] * 0.5
            if v[i] > 0.6:
                break
            i += 1
        u, v = v, u
    return u[0] + v[1]


def both_given(u, v, steps):
    for _ in range(steps):
        for i in range(len(u)):
            u[i] = v[i] * 0.9 + 0.01 * i
        u, v = v, u
    return np.sum(u - 2.0 * v)


def rows(u, steps):
    v = u.copy()
    for _ in range(steps):
        for i in range(1, u.shape[0]):
            for j in range(u.shape[1]):
                v[i, j] = u[i - 1, j] + 0.5 * u[i, j]
        u, v = v, u
    return u


def said(u, w, first):
    """A truth of the caller's decides."""
    for i in range(1, len(u)):
        if first:
            u[i] += u[i - 1]
        else:
            w[i] += u[i - 1]
    return np.sum(u) + np.sum(w)


U, W = np.linspace(0.1, 2.0, 9), np.linspace(1.0, -1.0, 9) ** 3


@pytest.mark.parametrize("steps", [0, 1, 2, 5])
@pytest.mark.parametrize("function", [stencil, left_early, both_given, rows])
def test_as_python(function: Any, steps: int) -> None:
    given = (U, W) if function is both_given else (U[:8].reshape(4, 2).copy(),) if function is rows else (U,)
    ours, theirs = [a.copy() for a in given], [a.copy() for a in given]
    found, expected = dl.differentiable(function)(*ours, steps), function(*theirs, steps)
    assert np.allclose(found, expected, rtol=1e-14)
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("first", [True, False])
def test_truths_of_the_caller(first: bool) -> None:
    ours, theirs = [U.copy(), W.copy()], [U.copy(), W.copy()]
    assert dl.differentiable(said)(*ours, first) == said(*theirs, first)
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_the_answers_stand_outside_of_the_loops() -> None:
    program = simplify(program_of(stencil, (type_of(U), type_of(3))))
    made = twofold(program)
    assert made is not program and twofold(made) is made
    loops = [node for node in walk(made.main.body) if node.op == "for" and not any(n.op == "for" for n in walk(node.regions[0]))]
    assert len(loops) > 1
    assert not any(node.op == "if" for loop in loops for node in walk(loop.regions[0]))


def test_the_gradient_is_linear_in_the_length() -> None:
    """Nobody sees the caller's array afterwards: the two are told apart while compiling, no adjoint of a whole array is made in a turn."""
    text = dl.source(dl.grad(stencil), U, 3)
    assert "meant" not in text and text.count("zeros_like") == 1
    up, down = ((stencil(U + e, 3) - stencil(U - e, 3)) / 2e-6 for e in (1e-6 * np.eye(9)[4], 1e-6 * np.eye(9)[0]))
    assert np.allclose(dl.grad(stencil)(U, 3)[[4, 0]], [up, down], rtol=1e-6)
