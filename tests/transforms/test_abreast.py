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


def nearest(x, c):
    total = 0.0
    for i in range(x.shape[0]):
        best = math.inf
        for j in range(c.shape[0]):
            s = 0.0
            for a in range(x.shape[1]):
                d = x[i, a] - c[j, a]
                s += d * d
            if s < best:
                best = s
        total += best
    return total


def scores(q, k, n):
    """How far the turns go is not the array's length."""
    out = np.zeros((q.shape[0], n))
    for i in range(q.shape[0]):
        for j in range(n):
            s = 0.0
            for a in range(q.shape[1]):
                s += q[i, a] * k[j, a]
            out[i, j] = s
    return out


def planes(w, x):
    """Three axes, the middle one counted by the turns, one further on."""
    out = np.zeros((w.shape[0], x.shape[1] - 1))
    for i in range(w.shape[0]):
        for j in range(x.shape[1] - 1):
            s = 0.0
            for p in range(x.shape[0]):
                for q in range(x.shape[2]):
                    s += w[i, p] * x[p, j + 1, q]
            out[i, j] = s
    return out


PACKED: dict[Callable[..., Any], Callable[[int, int, int], tuple[Any, ...]]] = {
    nearest: lambda n, k, d: (np.cos(np.arange(n * d)).reshape(n, d), np.sin(np.arange(k * d)).reshape(k, d)),
    scores: lambda n, k, d: (np.cos(np.arange(n * d)).reshape(n, d), np.sin(np.arange(k * d)).reshape(k, d), k - k // 3),
    planes: lambda n, k, d: (np.cos(np.arange(n * 3)).reshape(n, 3), np.sin(np.arange(3.0 * k * d)).reshape(3, k, d)),
}


SHAPES = [(1, 20, 3), (15, 20, 3), (16, 8, 3), (17, 21, 5), (20, 3, 2), (20, 12, 70), (18, 2100, 2), (0, 9, 2), (16, 9, 0)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("function", PACKED)
def test_arrays_laid_out_along_the_turns(function: Any, shape: tuple[int, int, int]) -> None:
    """Few and many turns of the outer loop, arrays small and wide and long: the same bits, also of arrays that lie otherwise."""
    arguments = PACKED[function](*shape)
    expected = function(*arguments)
    assert np.array_equal(dl.differentiable(function)(*arguments), expected)
    turned = tuple(np.asfortranarray(a) if isinstance(a, np.ndarray) else a for a in arguments)
    assert np.array_equal(dl.differentiable(function)(*turned), expected)


@pytest.mark.parametrize("function", PACKED)
def test_the_copy_stands_before_the_outer_loop(function: Any) -> None:
    program = simplify(program_of(function, tuple(map(type_of, PACKED[function](3, 4, 2)))))
    body = abreast(program).main.body
    verify(abreast(program), "owned")
    copies = [k for k, node in enumerate(body.nodes) if node.op == "if" and any(n.op == "transpose" for n in node.regions[0].nodes)]
    assert len(copies) == 1 and any(node.op == "for" for node in body.nodes[copies[0] :])
    assert not any(n.op == "transpose" for node in body.nodes if node.op == "for" for n in walk(node.regions[0]))


@pytest.mark.parametrize("function", PACKED)
def test_gradients_with_such_copies(function: Any) -> None:
    arguments = PACKED[function](18, 11, 3)

    def total(a, b, *rest):
        return np.sum(function(a, b, *rest) * 1.0)

    dl.check_grads(total, arguments, order=1)


def written_between(x, c):
    """The array changes from turn to turn of the outer loop: it is read where it lies."""
    c = c.copy()
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(c.shape[0]):
            s = 0.0
            for a in range(x.shape[1]):
                s += x[i, a] * c[j, a]
            total += s
        c[i % 3, 0] += total
    return total


def test_an_array_that_changes_is_not_copied() -> None:
    arguments = PACKED[nearest](20, 12, 3)
    assert dl.differentiable(written_between)(*arguments) == written_between(*arguments)
    program = abreast(simplify(program_of(written_between, tuple(map(type_of, arguments)))))
    assert not any(node.op == "transpose" for node in walk(program.main.body))


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
