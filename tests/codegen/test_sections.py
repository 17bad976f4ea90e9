"""Loops of long functions as functions of their own: the same numbers, the same errors, what they hand on in registers."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import difflang as dl
from difflang.codegen import pieces, sections


@pytest.fixture(autouse=True)
def every_function_is_long(monkeypatch):
    monkeypatch.setattr(pieces, "LONG", 20)


@pytest.fixture
def taken(monkeypatch):
    """The texts of the loops that became functions."""
    found = []

    def handed(function):
        found.append(sections.handed_at_exits(function))
        return found[-1]

    monkeypatch.setattr(pieces, "handed_at_exits", handed)
    return found


def swing(angle, speed, n):
    energy = 0.0
    for _ in range(n):
        speed -= 0.01 * math.sin(angle)
        angle += 0.01 * speed
        energy += speed * speed
    return energy + angle


def queue(x, rate):
    waiting = 0.0
    longest = 0.0
    k = 0
    while k < len(x):
        waiting = max(waiting + x[k] - rate, 0.0)
        if waiting > longest:
            longest = waiting
        k += 1
    total = 0.0
    for i in range(len(x)):
        for j in range(i):
            total += x[i] * x[j] / (1.0 + rate)
    return total + longest


def picked(x, k):
    total = 0.0
    for i in range(3):
        total += x[k + i] ** 2
    for i in range(3):
        total += 1.0 / x[i]
    return total


def test_loops_become_functions_and_keep_their_numbers(taken):
    value, (angle, speed) = dl.value_and_grad(swing, (0, 1))(0.3, 0.1, 25)
    assert value == swing(0.3, 0.1, 25) and len(taken) >= 2
    step = 1e-6
    np.testing.assert_allclose(angle, (swing(0.3 + step, 0.1, 25) - swing(0.3 - step, 0.1, 25)) / (2 * step), rtol=1e-7)
    np.testing.assert_allclose(speed, (swing(0.3, 0.1 + step, 25) - swing(0.3, 0.1 - step, 25)) / (2 * step), rtol=1e-7)


def test_what_a_loop_hands_on_is_written_where_it_ends(taken):
    dl.grad(swing)(0.3, 0.1, 25)
    for function in taken:
        for block in re.split(r"\n(?=[\w.]+:)", function):
            if ".exitStub:" not in block.split("\n")[0]:
                assert ".out, align" not in block
    assert any(".out, align" in function and "ptr noalias %" in function for function in taken)


def test_loops_of_every_kind(taken):
    x = np.cos(np.arange(9.0)) + 1.0
    assert dl.differentiable(queue)(x, 0.4) == queue(x, 0.4) and len(taken) >= 2
    dl.check_grads(queue, (x, 0.4))


def test_what_fails_inside_fails_as_it_did(taken):
    compiled = dl.differentiable(picked)
    x = np.arange(1.0, 8.0)
    assert compiled(x, 2) == picked(x, 2) and taken
    for given, error in (((x, 6), IndexError), ((x.astype(int) * 0.0, 1), None)):
        if error is None:
            with np.errstate(all="ignore"):
                assert compiled(*given) == picked(*given)
        else:
            with pytest.raises(error):
                compiled(*given)


def test_short_functions_stay_whole(monkeypatch, taken):
    monkeypatch.setattr(pieces, "LONG", 10**6)
    dl.grad(queue)(np.ones(4), 0.4)
    assert not taken
