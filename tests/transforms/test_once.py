"""Adjoints that need no clearing, loops that run upwards, calls that are run again in place of being kept."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl
from difflang.ir import Program, walk
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of

X, Y = np.array([0.5, 1.5, -0.7, 2.0, 0.3]), np.array([1.0, -2.0, 0.5, 0.25, 3.0])


def filled(x, y):
    """Each place is written once; the first is not the loop's."""
    z = np.empty(len(x))
    z[0] = x[0]
    for i in range(1, len(x)):
        z[i] = x[i] * y[i - 1]
    return np.sum(z * z)


def table(x, y):
    z = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            z[i, j] = x[i] * y[j] * y[j]
    return np.sum(z * z)


def rewritten(x, y):
    """The last place is written again after the loop: what the loop wrote there counts for nothing."""
    z = np.empty(len(x))
    for i in range(len(x)):
        z[i] = x[i] * y[i]
    z[-1] = y[0] * y[0]
    return np.sum(z * z)


def halved(x, y):
    """Two turns write the same place: the first one counts for nothing."""
    z = np.zeros(len(x))
    for i in range(len(x)):
        z[i // 2] = x[i] * y[i]
    return np.sum(z * z)


def shifted(x, y):
    """What stood there before is read on the way, one place ahead."""
    z = x * y
    for i in range(len(x) - 1):
        z[i] = z[i + 1] * y[i]
    return np.sum(z * z)


def around(x, y):
    """A negative index wraps: the first turn writes the last place, and so does the last turn."""
    z = np.zeros(len(x))
    for i in range(len(x) + 1):
        z[i - 1] = x[i % len(x)] * y[0]
    return np.sum(z * z)


def kept_below(x, y):
    """The start of the array is what it was before the loop."""
    z = x * x
    for i in range(2, len(x)):
        z[i] = y[i] * x[i - 1]
    return z[0] * z[1] + np.sum(z)


def stepped(x, y):
    z = np.zeros(len(x))
    for i in range(0, len(x), 2):
        z[i] = x[i] * y[i]
    return np.sum(z * z)


SAMPLES = (filled, table, rewritten, halved, shifted, around, kept_below, stepped)


def program(f) -> Program:
    return simplify(program_of(Derived("grad", f, (0, 1)), (type_of(X), type_of(Y))))


def clears(f) -> bool:
    nodes = (node for function in program(f).functions.values() for node in walk(function.body))
    loops = [inner for node in nodes if node.op == "for" and node.role == "adjoint" for inner in walk(node.regions[0])]
    return any(node.op == "store" and node.role == "adjoint" for node in loops)


@pytest.mark.parametrize(
    ("f", "cleared"),
    [(filled, False), (table, False), (halved, True), (shifted, True), (around, True), (kept_below, True), (stepped, False)],
)
def test_what_is_cleared(f, cleared: bool) -> None:
    assert clears(f) is cleared


@pytest.mark.parametrize("f", SAMPLES)
def test_gradients_are_what_differences_say(f) -> None:
    def slopes(k):
        steps = [1e-6 * e for e in np.eye(len(X))]
        return [(f(*moved(k, s)) - f(*moved(k, -s))) / 2e-6 for s in steps]

    def moved(k, step):
        return (X + step, Y) if k == 0 else (X, Y + step)

    found = dl.grad(f, argnums=(0, 1))(X, Y)
    assert found[0] == pytest.approx(slopes(0), abs=1e-7)
    assert found[1] == pytest.approx(slopes(1), abs=1e-7)


def test_loops_that_only_add_run_upwards() -> None:
    assert "reversed" not in dl.source(dl.grad(filled, argnums=(0, 1)), X, Y)
    assert "reversed" in dl.source(dl.grad(shifted, argnums=(0, 1)), X, Y)


def slope(x, y):
    z = np.empty(len(x))
    for i in range(len(x)):
        z[i] = x[i] * y[i]
    return z


def steps(x, y):
    for _ in range(3):
        y = y + 0.1 * slope(x, y) * slope(x, y + slope(x, y))
    return np.sum(y)


def test_a_call_of_little_arithmetic_is_run_again() -> None:
    text = dl.source(dl.grad(steps), X, Y)
    assert text.count("append") == 1
    assert "slope_fwd" not in text
    plain = [(steps(X + 1e-6 * e, Y) - steps(X - 1e-6 * e, Y)) / 2e-6 for e in np.eye(len(X))]
    assert dl.grad(steps)(X, Y) == pytest.approx(plain, abs=1e-7)
