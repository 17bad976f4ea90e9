"""Statements over the same arrays are one nest, and hold what one by one they would."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.codegen.module import emit
from difflang.codegen.targets.cpu import host
from difflang.types import Array
from tests.codegen.harness import program

PLAIN = Array("f64", ("n",))
X, Y = np.linspace(-1.5, 2.0, 37), np.linspace(0.3, 1.1, 37) ** 2


def nests(function: Any, *types: Any) -> int:
    return len(re.findall(r"define internal fastcc void @dl_nest", emit(program(function, types), host()).text))


def agree(function: Any, *arguments: Any) -> None:
    """The same bits, and the same arguments afterwards."""
    ours, theirs = copy.deepcopy(arguments), copy.deepcopy(arguments)
    found, expected = dl.differentiable(function)(*ours), function(*theirs)
    for one, other in zip((*found, *ours), (*expected, *theirs), strict=True):
        assert one.dtype == other.dtype and one.tobytes() == other.tobytes()


def chain(x, y):
    a = x * y
    b = a + x
    c = b * a - y
    return a, b, c


def strangers(x, y):
    """Nothing that both read."""
    return x * 2.0, y + 3.0


def shapes(x, y):
    """Two sizes that nobody has compared."""
    return x * x, y * y, x[:-1] * 2.0


def told_apart(x, y):
    a = x * 2.0
    s = np.sum(a)
    b = x + s
    return a, b


def added(x, y):
    z = np.zeros(len(x))
    w = x * y
    z += w
    v = z * x
    z += v * y
    return z, w, v


def before_and_after(x, y):
    z = x.copy()
    a = z * y
    z *= 2.0
    b = z * y
    z[:] = y
    c = z * y
    return a, b, c, z


def shifted(x, y):
    """Views of one array, one place apart, of the same length."""
    z = x.copy()
    a = z[1:] * 2.0
    z[:-1] += a
    b = z[1:] * y[1:]
    z[1:] = z[:-1] * 1.0
    c = z[1:] * y[1:]
    return a, b, c, z


def reused(x, y):
    """Each dies as soon as the next is made."""
    a = x + y
    a = a * x
    a = a - y
    b = a * a
    a = b + x
    return a * b


def mixed(x, y):
    mask = x > 0.5
    f = np.where(mask, x, y)
    g = f * y
    return mask, f, g, mask & (g > 0.2)


def listed(x, y):
    kept = []
    z = x
    for _ in range(3):
        z = z * y
        kept.append(z)
        z = z + x
    w = kept.pop()
    w += z
    last = kept[0]
    last += w
    return z, w, kept[0], kept[1] * w


def many(x, y):
    """More arrays than one nest takes."""
    a, b, c, d = x + 1.0, x + 2.0, x + 3.0, x + 4.0
    e, f, g, h = a * y, b * y, c * y, d * y
    i, j, k, m = e + a, f + b, g + c, h + d
    return a, b, c, d, e, f, g, h, i, j, k, m


@pytest.mark.parametrize("function", [chain, strangers, shapes, told_apart, added, before_and_after, shifted, reused, mixed, listed, many])
def test_results(function: Any) -> None:
    agree(function, X, Y)
    agree(function, X[::2][:3], Y[:3])
    agree(function, X[:0], Y[:0])


@pytest.mark.parametrize(("function", "count"), [(chain, 1), (strangers, 2), (told_apart, 2), (reused, 1)])
def test_how_many(function: Any, count: int) -> None:
    assert nests(function, PLAIN, PLAIN) == count


def test_a_fault_between() -> None:
    def fails(x, y):
        a = x * 2.0
        b = a + y
        return a * b

    with pytest.raises(ValueError, match=r"could not be broadcast together with shapes \(37,\) \(36,\)"):
        dl.differentiable(fails)(X, Y[:-1])


def test_arguments_that_are_one_array() -> None:
    def into(z, x, y):
        a = x * y
        z += a
        b = z * y
        z += b
        return a, b

    agree(into, X.copy(), X, Y)
    both = dl.differentiable(into)
    found, expected = X.copy(), X.copy()
    a, b = both(found, found, Y)
    c, d = into(expected, expected, Y)
    assert np.array_equal(found, expected) and np.array_equal(a, c) and np.array_equal(b, d)


def test_loops_of_arrays() -> None:
    def wave(x, y, steps):
        z = np.ones(len(x))
        for _ in range(steps):
            y = y + 0.1 * z
            z = z - 0.1 * x * y
        return np.sum(y * z)

    for g, slope in zip(dl.grad(wave, argnums=(0, 1))(X, Y, 5), (X, Y), strict=True):
        k = 7
        step = np.zeros_like(slope)
        step[k] = 1e-6
        up, down = (wave(X + s * step if slope is X else X, Y + s * step if slope is Y else Y, 5) for s in (1, -1))
        assert abs(g[k] - (up - down) / 2e-6) < 1e-6


def doubled(x, z):
    z += z
    return z * x


def halved(x, z):
    x += x
    z *= 0.5
    return z + x


def subtracted(x, z):
    w = x + x
    x *= x
    z -= x
    return w


def divided(x, z):
    x *= 2.0
    k = 1 // (len(z) - 3)
    return x * k


@pytest.mark.parametrize("function", [doubled, halved, subtracted, divided])
def test_writes_before_an_error_are_made(function: Any) -> None:
    ours, theirs = (np.arange(1.0, 5.0), np.arange(3.0)), (np.arange(1.0, 5.0), np.arange(3.0))
    for call, given in ((dl.differentiable(function), ours), (function, theirs)):
        with pytest.raises((ValueError, ZeroDivisionError)):
            call(*given)
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
