"""What a derivative does not ask of its callees: results, parameters, tangents written as zero."""

from __future__ import annotations

import math

import numpy as np
import pytest

import difflang as dl
from difflang.ir import Program, walk
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of

X = np.array([1.0, 2.0, 0.5])


def search(x, start):
    """A result that does not vary with x, at a price."""
    at = start
    while at * at < 2.0 + 0.0 * x[0]:
        at += 0.25
    return at


def above(x):
    return np.sum(x * x) + search(np.ones(3), 0.0)


def forces(x, y):
    _, along_x = dl.jvp(potential, (x, y), (1.0, 0.0))
    _, along_y = dl.jvp(potential, (x, y), (0.0, 1.0))
    return along_x, along_y


def potential(x, y):
    return 1.0 / math.sqrt(x * x + 3.0 * y * y)


def program(kind: str, f, *arguments) -> Program:
    return simplify(program_of(Derived(kind, f), tuple(map(type_of, arguments))))


def test_a_parameter_that_is_never_read_is_not_passed() -> None:
    found = program("jacfwd", above, X)
    assert not any("search" in key for key in found.functions)
    assert dl.jacfwd(above)(X) == pytest.approx(2 * X)


def test_a_tangent_written_as_zero_is_none() -> None:
    x, y = 1.2, 0.7
    r = (x * x + 3 * y * y) ** 1.5
    assert dl.differentiable(forces)(x, y) == pytest.approx((-x / r, -3 * y / r))
    assert dl.jvp(potential, (x, y), (0.0, 0.0))[1] == 0.0


def test_the_unit_vector_is_one_array() -> None:
    (loop,) = [node for node in program("jacfwd", above, X).main.body.nodes if node.op == "for"]
    assert not any(node.op in ("zeros", "zeros_like") for node in walk(loop.regions[0]))
    assert np.array_equal(dl.hessian(above)(X), 2 * np.eye(3))
    assert np.array_equal(dl.jacfwd(lambda a: a.T * 2.0)(np.ones((2, 2))).reshape(4, 4)[1], [0, 0, 2, 0])


def test_what_python_has_divided_by_is_not_zero() -> None:
    text = dl.source(dl.grad(potential, argnums=(0, 1)), 1.0, 2.0)
    assert "masked" not in text
    assert dl.grad(potential)(2.0, 0.0) == pytest.approx(-0.25)
    with pytest.raises(ZeroDivisionError):
        dl.grad(potential)(0.0, 0.0)


def test_a_division_in_one_arm_says_nothing_of_the_other() -> None:
    def f(x, y):
        r = math.sqrt(x)
        return 1.0 / r if y > 0.0 else 3.0 * r * 0.0

    assert dl.grad(f)(4.0, 1.0) == pytest.approx(-1 / 16)
    assert dl.grad(f)(0.0, -1.0) == 0.0
