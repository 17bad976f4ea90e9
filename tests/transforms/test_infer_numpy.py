"""Calls whose form infer decides: out=, where=, dtype=, methods of ufuncs, functions that write or take functions, grids; their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from difflang.errors import DifflangError
from tests.ways import assert_same, copied, run

X = np.array([0.3, -1.2, 2.1, 0.7, -0.4, 1.5])
A = np.array([[0.5, -1.0, 2.0, 0.1], [1.5, 0.2, -0.7, 3.0], [-0.3, 0.8, 1.1, -2.0]])
C = np.arange(24.0).reshape(3, 4, 2) - 7.5
PROGRAMS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []


def program(*args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS.append((function, args))
        return function

    return enter


@program(A)
def results_in_arrays(a):
    out = np.zeros_like(a)
    np.add(a, 1, out=out)
    np.multiply(a, 2, a)
    b = np.divide(a, out, out=np.zeros_like(a), where=out > 1)
    c = np.empty(3)
    np.sum(a, axis=1, out=c)
    return out, a, b, c, np.dot(a, a.T, out=np.empty((3, 3)))


@program(A)
def reductions_of_some(a):
    some = np.sum(a, where=a > 0), np.max(a, where=a < 1, initial=-5.0, axis=1), np.mean(a, where=a > 0), np.std(a, axis=0, where=a > -9)
    wide = a.sum(axis=1, initial=3.0), np.sum(a, axis=0, dtype=np.float32), np.sum([1, 2, 3], dtype=float), np.prod(a, initial=2.0)
    return *some, *wide, np.any(a > 1, where=a < 2), np.all(a, axis=(0, 1), keepdims=True), np.max(a[:0], initial=1.0) if False else 0.0


@program(X)
def methods_of_ufuncs(x):
    runs = np.maximum.accumulate(x), np.add.accumulate(x), np.logaddexp.accumulate(x), np.subtract.accumulate(x)
    folded = np.add.reduce(x), np.logaddexp.reduce(x), np.subtract.reduce(x), np.minimum.reduce(x), np.hypot.reduce(x)
    return *runs, *folded, np.subtract.outer(x[:3], x[:2]), np.arctan2.outer(x[:2], x)


@program(np.array([1, 0, 3, 1, 1]), X)
def written_at(z, x):
    h = np.zeros(5)
    np.add.at(h, z, x[:5])
    np.maximum.at(h, z, 0.4)
    np.multiply.at(h, z, x[1:])
    g = np.zeros((2, 4))
    np.minimum.at(g, (z % 2, z), x[:5])
    return h, g


@program(A)
def functions_that_write(a):
    np.fill_diagonal(a, 5.0)
    np.put(a, [0, -1], [1.0, 2.0])
    np.place(a, a > 1.2, [7.0, 8.0])
    np.putmask(a, a < -0.5, np.array([1.0, 2.0, 3.0]))
    np.copyto(a[0, :2], 3.0)
    np.put_along_axis(a, np.expand_dims(np.argmax(a, axis=1), 1), 0.25, axis=1)
    row = a[1]
    row.sort()
    a.flat[5] = -6.0
    a.flat[::4] = a.flat[::4] * 2
    return a.sort(axis=0), row.sum()


@program(A, C)
def masks_among_indices(a, c):
    c[c[:, :, 0] > 3, 1] = 0
    c[1, a[0, :4] > 0] += 10
    a[a < -1] = a[a < -1] ** 2
    a[a > 0] *= 2
    return np.where(a > 0)[0], c[:, a[0] > 0], c[a[:3, :4] > 1], c[a > 1, 0], c[:, a[0] > 0, 1], np.where(a[0] > 0)[0]


@program(C)
def mixed_indices(c):
    plain = c[:, [0, 1], [1, 0]], c[[0, 1], :, [1, 0]], c[[[0], [1]], [0, 2]], c[[0, 1], None, [1, 0]], c[1, :, [0, 1]]
    c[np.ix_([0, 2], [1, 3])] = -1
    c[..., [1, 0]] += c
    c[[0, 2], 1:3, [0, 1]] *= 3
    return *plain, c[np.array([[0, 1], [1, 2]])].shape


@program(X)
def grids(x):
    return np.r_[0, x, 1:4], np.c_[x, x * 2], np.mgrid[0:3, 0:2], np.ogrid[0:3, 0:2], x[np.s_[1:5:2]], np.mgrid[1:4]


@program(A)
def functions_of_functions(a):
    def slope(v):
        if v > 0:
            return v * v
        return -v

    each = (
        np.vectorize(slope)(a),
        np.vectorize(lambda p, q: p + q)(a[0], 2.0),
        np.piecewise(a[0], [a[0] < 0, a[0] > 1], [np.abs, slope_of, 0.5]),
    )
    lines = np.apply_along_axis(lambda v: v.sum() ** 2, 1, a), np.apply_along_axis(np.sort, 0, a)
    return *each, *lines, np.fromfunction(lambda i, j: i * 10 + j, (3, 4))


def slope_of(t):
    return t * t


@program(A)
def walks(a):
    total = 0.0
    for i, j in np.ndindex(a.shape):
        total += a[i, j] * i * j
    for (i, j), v in np.ndenumerate(a):
        total += v * (i - j)
    for v in a.flat:
        total += v
    return total, a.item(5), a.item(1, 2), a.nbytes, a.itemsize


@program(A)
def orders_in_memory(a):
    e = a.T.copy()
    e[::2] = 0
    return e, a.T.flat[2], a[::-1].ravel(), a.ravel(order="F"), a.reshape(4, 3, order="F"), a.T.reshape(-1), a.flatten("F")


@program(1.2, -0.3, 0.7)
def few_in_order(a, b, c):
    low, middle, high = sorted([a, b, c])
    first, last = sorted((a * b, c), reverse=True)
    t, w = np.polynomial.legendre.leggauss(4)
    return low, middle, high, first - last, np.sum(w * np.sin(0.5 * (t + 1) * (high - low) + low))


@pytest.mark.parametrize("way", ["evaluated", "compiled"])
@pytest.mark.parametrize(("function", "arguments"), PROGRAMS, ids=lambda v: getattr(v, "__name__", ""))
def test_as_numpy(function: Callable[..., Any], arguments: tuple[Any, ...], way: str) -> None:
    given = copied(arguments)
    expected = function(*given)
    found, left = run(way, function, arguments)
    assert_same(found, expected, 1e-12, function.__name__)
    for after, should in zip(left, given, strict=True):
        assert_same(after, should, 1e-12, "argument afterwards")


RAISED: list[tuple[Callable[..., Any], str]] = [
    (lambda x: np.interp(0.5, x, np.zeros(2)), "fp and xp are not of the same length."),
    (lambda x: np.average(x, weights=np.zeros(6)), "Weights sum to zero, can't be normalized"),
    (lambda x: np.quantile(x, x[2]), r"Quantiles must be in the range \[0, 1\]"),
    (lambda x: np.bincount(np.array([-1, 2])), "'list' argument must have no negative elements"),
    (lambda x: np.digitize(x, np.array([0.0, 2.0, 1.0])), "bins must be monotonically increasing or decreasing"),
    (lambda x: np.split(x, 4), "array split does not result in an equal division"),
    (lambda x: np.ravel_multi_index((np.array([5]), np.array([1])), (2, 3)), "invalid entry in coordinates array"),
    (lambda x: np.choose(np.array([0, 3]), [x[:2], x[2:4]]), "invalid entry in choice array"),
    (lambda x: np.broadcast_to(x, (4,)), "operands could not be broadcast together with remapped shapes"),
    (lambda x: np.gradient(x[:1]), "Shape of array too small"),
]


@pytest.mark.parametrize(("function", "message"), RAISED, ids=range(len(RAISED)))
def test_raises_as_numpy(function: Callable[..., Any], message: str) -> None:
    with pytest.raises((ValueError, ZeroDivisionError), match=message):
        function(X)
    for way in ("evaluated", "compiled"):
        with pytest.raises((ValueError, ZeroDivisionError), match=message):
            run(way, function, (X,))


REFUSED: list[tuple[Callable[..., Any], str]] = [
    (lambda x: np.divide(1, x, where=x > 0), "leaves the other elements undefined"),
    (lambda x: np.max(x, where=x > 0), "does not have an identity"),
    (lambda x: np.pad(x, 1, mode="median"), "np.pad has the modes"),
    (lambda x: np.quantile(x, 0.5, method="inverted_cdf"), "the method 'inverted_cdf' of a quantile is outside the language"),
    (lambda x: np.split(x, int(x[0])), "must be known while compiling"),
]


@pytest.mark.parametrize(("function", "message"), REFUSED, ids=range(len(REFUSED)))
def test_refusals(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(DifflangError, match=message):
        run("compiled", function, (X,))
