"""Loops whose inner loops add up numbers: eight turns side by side hold, bit for bit, what one after the other hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.ir import Program, const, walk
from difflang.transforms.abreast import TURNS, abreast
from difflang.transforms.derived import program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of
from difflang.verify import verify


def vector(a, x):
    y = np.zeros(a.shape[1])
    for j in range(a.shape[1]):
        s = 0.5
        for i in range(a.shape[0]):
            s += a[i, j] * x[i]
        y[j] = math.sqrt(s * s + 1.0)
    return y


def product(a, b):
    c = np.ones((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c


def cleared(a, b):
    c = np.empty((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = 0.0
            for k in range(a.shape[1]):
                c[i, j] -= a[i, k] * b[k, j]
    return c


def windows(a, x):
    out = np.zeros(max(a.shape[1] - 2, 0))
    for j in range(1, a.shape[1] - 1):
        s = 0.0
        t = 1.0
        for i in range(a.shape[0]):
            for d in range(3):
                s += a[i, j - 1 + d] * x[i]
                t *= 1.0 + 0.1 * a[i, j + 1 - d]
        out[j - 1] = s / t
    return out


def total(a, x):
    """The sums of the turns are added one after the other."""
    t = 0.0
    for j in range(a.shape[1]):
        s = 0.0
        for i in range(a.shape[0]):
            s += a[i, j] * x[i]
        t = 0.9 * t + s
    return np.array([t])


def left_over(a, x):
    """An int beside the float, and a choice behind the sums."""
    best = -1e300
    at = 0
    for j in range(a.shape[1]):
        s = 0.0
        count = 0
        for i in range(a.shape[0]):
            s += a[i, j] * x[i]
            count += 1
        if s * count > best:
            best = s * count
            at = j
    return np.array([best, at])


def chained(a, x):
    """What a turn leaves, the next one reads: not abreast."""
    y = np.zeros(a.shape[1] + 1)
    for j in range(a.shape[1]):
        s = 0.0
        for i in range(a.shape[0]):
            s += a[i, j] * x[i] * y[j]
        y[j + 1] = s + 1.0
    return y


def one_sum(a, x):
    """One number runs through all turns: not abreast."""
    s = 0.0
    for j in range(a.shape[1]):
        for i in range(a.shape[0]):
            s += a[i, j] * x[i]
    return np.array([s])


def triangle(a, x):
    """The inner loop's length changes from turn to turn: not abreast."""
    y = np.zeros(a.shape[1])
    for j in range(a.shape[1]):
        s = 0.0
        for i in range(min(j, a.shape[0])):
            s += a[i, j] * x[i]
        y[j] = s
    return y


def same_element(a, x):
    """All turns add to one element: not abreast."""
    y = np.zeros(3)
    for j in range(a.shape[1]):
        for i in range(a.shape[0]):
            y[1] += a[i, j] * x[i]
    return y


ABREAST: tuple[Callable[..., Any], ...] = (vector, product, cleared, windows, total, left_over)
APART: tuple[Callable[..., Any], ...] = (chained, one_sum, triangle, same_element)


def given(function: Any, columns: int, rows: int = 4) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(7).normal
    if function in (product, cleared):
        return draw(size=(3, rows)), draw(size=(rows, columns))
    return draw(size=(rows, columns)), draw(size=rows)


def made(function: Any) -> tuple[Program, Program]:
    program = simplify(program_of(function, tuple(map(type_of, given(function, 9)))))
    return program, abreast(program)


def groups(program: Program) -> int:
    return sum(node.op == "for" and node.args[2] == const(TURNS) for node in walk(program.main.body))


@pytest.mark.parametrize("columns", [0, 1, 7, 8, 9, 16, 29])
@pytest.mark.parametrize("function", ABREAST + APART)
def test_the_same_bits(function: Any, columns: int) -> None:
    arguments = given(function, columns)
    assert np.array_equal(dl.differentiable(function)(*arguments), function(*arguments))
    assert np.array_equal(dl.differentiable(function)(*given(function, columns, rows=0)), function(*given(function, columns, rows=0)))


@pytest.mark.parametrize("function", ABREAST)
def test_groups_of_turns(function: Any) -> None:
    program, changed = made(function)
    assert groups(program) == 0 and groups(changed) == 1
    verify(changed, "owned")


@pytest.mark.parametrize("function", APART)
def test_what_stays(function: Any) -> None:
    program, changed = made(function)
    assert changed is program


@pytest.mark.parametrize("function", ABREAST)
def test_gradients(function: Any) -> None:
    arguments = given(function, 19)
    weights = np.random.default_rng(8).normal(size=np.shape(function(*arguments)))

    def weighed(a, b):
        return np.sum(weights * function(a, b))

    dl.check_grads(weighed, arguments, order=1)


def beyond(a, x):
    out = np.zeros(12)
    for j in range(12):
        s = 0.0
        for i in range(len(x)):
            s += a[i, j] * x[i]
        out[j] = s
    return out


def told(a, x, out):
    for j in range(out.shape[0]):
        out[j] = 0.0
        for i in range(len(x)):
            out[j] += a[i, j] * x[i]


@pytest.mark.parametrize("shape", [(4, 11), (3, 12), (0, 12)])
def test_an_index_outside_is_python_s_error(shape: tuple[int, int]) -> None:
    a, x = np.ones(shape), np.arange(4.0)
    with pytest.raises(IndexError) as expected:
        beyond(a, x)
    with pytest.raises(IndexError) as found:
        dl.differentiable(beyond)(a, x)
    assert str(found.value).splitlines()[0] == str(expected.value)


def test_what_was_written_before_an_error_stays() -> None:
    a, x = np.ones((4, 11)), np.arange(4.0)
    ours, theirs = np.full(12, 9.0), np.full(12, 9.0)
    for call, out in ((dl.differentiable(told), ours), (told, theirs)):
        with pytest.raises(IndexError):
            call(a, x, out)
    assert np.array_equal(ours, theirs)


def test_arguments_that_share_memory() -> None:
    ours, theirs = (np.arange(400.0).reshape(20, 20) / 100 for _ in range(2))
    dl.differentiable(told)(ours, ours[3], ours[5])
    told(theirs, theirs[3], theirs[5])
    assert np.array_equal(ours, theirs)
