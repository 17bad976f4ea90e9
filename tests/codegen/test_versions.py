"""Loops with and without their checks: the same values, the same errors, the same writes before an error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl

X = np.random.default_rng(1).random(9)


def guarded(x: Any) -> Any:
    """What stands in a branch is asked there, not for every turn."""
    y = np.zeros(len(x))
    for i in range(len(x)):
        v = x[i]
        if i > 0:
            v += x[i - 1]
        if i + 1 < len(x):
            v += 2.0 * x[i + 1]
        y[i] = v
    return np.sum(y * y)


def wraps(x: Any) -> Any:
    s = 0.0
    for i in range(len(x)):
        s += x[i - 1] * x[i]
    return s


def downwards(x: Any, n: Any) -> Any:
    y = np.zeros(len(x))
    for i in range(n, 0, -1):
        y[i - 1] = x[i] * x[i - 1]
    return np.sum(y)


def too_far(x: Any, n: Any) -> Any:
    y = np.zeros(3)
    for i in range(n):
        y[i] = x[i]
    return np.sum(y)


def shifted(x: Any, lag: Any, n: Any) -> Any:
    """Neither end need lie inside: negative ones count from behind."""
    s = 0.0
    for k in range(2):
        for i in range(n):
            s += x[i] * x[i + k + lag] * x[i + lag - k]
    return s


def mirrored(x: Any, n: Any) -> Any:
    y = np.zeros(len(x))
    for k in range(3):
        for i in range(n):
            y[n - 1 - i] += x[i] * x[n - i - k]
    return np.sum(y * y)


def from_five(x: Any, n: Any) -> Any:
    s = 0.0
    for i in range(n):
        s += x[5 - i] * x[i]
    return s


@pytest.mark.parametrize(
    ("f", "arguments"),
    [(shifted, (X, 1, 7)), (shifted, (X, -4, 9)), (shifted, (X, 0, 0)), (shifted, (X, 8, -3)), (mirrored, (X, 8)), (mirrored, (X, 1))]
    + [(from_five, (X, 6)), (from_five, (X, 9)), (from_five, (X, 0))],
)
def test_sums_of_the_counter_and_what_does_not_change(f: Any, arguments: Any) -> None:
    assert dl.differentiable(f)(*arguments) == pytest.approx(f(*arguments), rel=1e-14)
    way, h = np.random.default_rng(2).random(9), 1e-5
    x, *rest = arguments
    slope = (f(x + h * way, *rest) - f(x - h * way, *rest)) / (2 * h)
    assert np.sum(dl.grad(f)(*arguments) * way) == pytest.approx(slope, rel=1e-8, abs=1e-9)


def flat(x: Any, n: Any, m: Any) -> Any:
    """A matrix in one axis, its indices computed of ints that may be anything."""
    y = np.zeros(len(x))
    for i in range(n):
        for j in range(n):
            y[i * m + j] += x[i * n + j] * x[j - i + m]
    return np.sum(y * y)


@pytest.mark.parametrize(("n", "m"), [(2, 3), (3, 3), (0, 5), (-2, 1), (2, 2)])
def test_flat_indices(n: int, m: int) -> None:
    assert dl.differentiable(flat)(X, n, m) == pytest.approx(flat(X, n, m), rel=1e-14)
    way, h = np.random.default_rng(2).random(9), 1e-5
    slope = (flat(X + h * way, n, m) - flat(X - h * way, n, m)) / (2 * h)
    assert np.sum(dl.grad(flat)(X, n, m) * way) == pytest.approx(slope, rel=1e-8, abs=1e-9)


def fill(x: Any, n: Any, by: Any, at: Any) -> None:
    for i in range(n):
        x[i] = 2.0 * (i * by + (by + by)) + (i - at)


def test_ints_that_do_not_fit() -> None:
    """What was written before the turn that overflows stays; a loop without turns does not overflow."""
    compiled = dl.differentiable(fill)
    for n, by, at in ((4, 2**60, 0), (4, 2**61, 0), (4, 2**62, 0), (4, 1, 3 - 2**63), (4, 1, 4 - 2**63), (4, 0, 1 - 2**63), (0, 2**62, 0)):
        x = np.zeros(4)
        expected = np.zeros(4)
        fails = False
        for i in range(n):
            parts = (by + by, i * by, i * by + (by + by), i - at)
            if fails := any(not -(2**63) <= part < 2**63 for part in parts):
                break
            expected[i] = 2.0 * (i * by + (by + by)) + (i - at)
        if fails:
            with pytest.raises(dl.IntegerOverflow):
                compiled(x, n, by, at)
        else:
            compiled(x, n, by, at)
        assert x.tolist() == expected.tolist(), (n, by, at)


def test_errors_of_sums() -> None:
    for arguments, index in (((X, 2, 9), 9), ((X, -11, 3), -11), ((X, 2**62, 2), 2**62)):
        with pytest.raises(IndexError, match=f"index {index} is out of bounds"):
            dl.differentiable(shifted)(*arguments)
    with pytest.raises(IndexError, match="index 9 is out of bounds"):
        dl.differentiable(mirrored)(X, 9)


@pytest.mark.parametrize(
    ("f", "arguments"), [(guarded, (X,)), (wraps, (X,)), (downwards, (X, 8)), (downwards, (X, 0)), (too_far, (X, 3)), (too_far, (X, -1))]
)
def test_values_and_gradients(f: Any, arguments: Any) -> None:
    assert dl.differentiable(f)(*arguments) == pytest.approx(f(*arguments), rel=1e-14)
    way, h = np.random.default_rng(2).random(9), 1e-5
    x, *rest = arguments
    slope = (f(x + h * way, *rest) - f(x - h * way, *rest)) / (2 * h)
    assert np.sum(dl.grad(f)(*arguments) * way) == pytest.approx(slope, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize(("f", "n", "index"), [(too_far, 5, 3), (downwards, 9, 9)])
def test_errors(f: Any, n: int, index: int) -> None:
    with pytest.raises(IndexError, match=f"index {index} is out of bounds"):
        dl.differentiable(f)(X, n)
    with pytest.raises(IndexError):  # the way back may meet another one first
        dl.grad(f)(X, n)


def test_what_was_written_before_an_error_stays() -> None:
    def double(x: Any, n: Any) -> None:
        for i in range(n):
            x[i] = x[i] * 2.0

    x = np.ones(4)
    with pytest.raises(IndexError, match="index 4"):
        dl.differentiable(double)(x, 6)
    assert x.tolist() == [2.0] * 4


def test_rows_of_one_array_are_vectorised() -> None:
    """Checks that do not change in the loop stand before it, and reads of elements say what they do not share."""

    def blend(m: Any, p: Any, out: Any) -> None:
        for v in range(p.shape[1]):
            out[0, v] += m[0, 0] * p[0, v] + m[0, 1] * p[1, v]
            out[1, v] += m[1, 0] * p[0, v] + m[1, 1] * p[1, v]

    arguments = (np.ones((2, 2)), np.ones((2, 50)), np.zeros((2, 50)))
    compiled = dl.differentiable(blend)
    compiled(*arguments)
    assert arguments[2].tolist() == [[2.0] * 50] * 2
