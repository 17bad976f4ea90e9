"""Every distribution and choice of NumPy's generators: the same numbers, the same errors, derivatives against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import difflang as dl
from difflang.errors import DifflangError
from difflang.generators import KINDS
from tests.ways import run

A = np.array([0.7, 1.3, 2.9])


def floats(a: Any, rng: Any) -> Any:
    one = rng.gamma(2.0, 3.0, 4), rng.gamma(a), rng.standard_gamma(a, (2, 3)), rng.beta(a, 2.0), rng.chisquare(3.0), rng.laplace(a, 2.0)
    two = rng.logistic(size=3), rng.gumbel(1.0, a), rng.rayleigh(a), rng.weibull(a), rng.pareto(a, size=3), rng.power(a), rng.f(a, 4.0)
    more = rng.standard_t(a), rng.standard_cauchy(2), rng.wald(a, 2.0), rng.vonmises(0.5, a), rng.triangular(0.0, a, 3.0), rng.beta(1, 2)
    some = rng.noncentral_chisquare(a, 1.0), rng.noncentral_f(3.0, a, 1.0), rng.standard_t(3.0), rng.weibull(1.5), rng.laplace()
    return one, two, more, some, rng.random(3, dtype=np.float32), rng.standard_normal(dtype=np.float32), rng.random()


def whole(a: Any, rng: Any) -> Any:
    one = rng.poisson(a), rng.poisson(30.0, 3), rng.poisson(2.0), rng.binomial(10, 0.3, 5), rng.binomial(100, a / 3), rng.geometric(0.2, 3)
    two = rng.negative_binomial(3, 0.4, 2), rng.hypergeometric(10, 5, 3, 4), rng.logseries(0.5, 3), rng.zipf(a + 1.5), rng.binomial(3, 0.5)
    small = rng.integers(0, 256, 5, dtype=np.uint8), rng.integers(0, 9, dtype=np.int32), rng.integers(0, 2, 5, dtype=bool)
    more = rng.integers([3, 10]), rng.integers(np.array([3, 10]), 12, size=(2, 2)), rng.integers(3, dtype=int), rng.integers(9, dtype="i2")
    return one, two, small, more, rng.multinomial(10, [0.2, 0.3, 0.5]), rng.multinomial(9, a / 5.0, 4), rng.random()


def picks(a: Any, rng: Any) -> Any:
    one = rng.choice(5, 3, replace=False), rng.choice(20000, 3000, replace=False)[:5], rng.choice(a, 2, replace=False, shuffle=False)
    one += rng.choice(3), rng.choice([2.0, 5.0])
    two = rng.choice(5, (2, 2), p=np.array([0.1, 0.2, 0.3, 0.2, 0.2])), rng.choice(3, p=[0.1, 0.2, 0.7])
    three = rng.choice(3, 2, p=[0.1, 0.2, 0.7], replace=False), rng.choice(np.eye(4), 3, axis=1), rng.permuted(a)
    lines = np.arange(12.0).reshape(3, 4)
    four = rng.permuted(lines, axis=1), rng.permuted(lines, axis=0), rng.permutation(lines, axis=1)
    rng.shuffle(lines, axis=1)
    names = [1.0, 2.0, 3.0]
    rng.shuffle(names)
    filled = np.zeros((2, 2))
    rng.random(out=filled)
    return one, two, three, four, lines, names, filled, rng.dirichlet([1.0, 2.0, 3.0], 2), rng.dirichlet(a * 0.01), rng.random()


def flat(value: Any) -> list[Any]:
    return [part for item in value for part in flat(item)] if isinstance(value, tuple | list) else [value]


@pytest.mark.parametrize("function", [floats, whole, picks])
def test_numbers_are_numpys(function: Callable[..., Any]) -> None:
    native = dl.differentiable(function)
    for bits in (np.random.PCG64, np.random.Philox):
        expected = function(A, np.random.Generator(bits(7)))
        found = native(A, np.random.Generator(bits(7)))
        for one, other in zip(flat(found), flat(expected), strict=True):
            np.testing.assert_array_equal(one, other)
            assert type(one) is type(other) and getattr(one, "dtype", None) == getattr(other, "dtype", None)


@pytest.mark.parametrize("function", [floats, whole])
def test_written_draws_are_numpys(function: Callable[..., Any]) -> None:
    found, *_ = run("written", function, (A, np.random.default_rng(1)))
    for one, other in zip(flat(found), flat(function(A, np.random.default_rng(1))), strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_distribution_is_drawn() -> None:
    names = set(floats.__code__.co_names + whole.__code__.co_names) | {"standard_exponential"}
    assert set(KINDS) <= names


def moved(a: Any, rng: Any) -> Any:
    kept = rng.laplace(a, a) + rng.logistic(a, 2 * a) + rng.gumbel(a, a) + rng.weibull(a) + rng.pareto(a + 2) + rng.power(a)
    corners = rng.triangular(a, a + a * a, a + 5 * a * a) ** 2 + rng.triangular(0.0, a[1], a[2])
    picked = rng.choice(a, 3, replace=False) * np.arange(3.0) + rng.permuted(a) * a
    both = rng.multivariate_normal(a[:2], np.outer(a[:2], a[:2]) + np.eye(2), method="cholesky") ** 2
    return np.sum(kept + corners + picked) + np.sum(both) + np.sum(rng.poisson(a) * a) + rng.weibull(a[0])


def test_draws_differentiate() -> None:
    direction = np.array([0.3, -0.2, 0.5])

    def at(step: float) -> Any:
        return moved(A + step * direction, np.random.default_rng(5))

    expected = (8 * (at(1e-4) - at(-1e-4)) - at(2e-4) + at(-2e-4)) / 12e-4
    value, forward = dl.jvp(moved, (A, np.random.default_rng(5)), (direction, None))
    assert value == at(0.0)
    assert abs(forward - expected) < 1e-6 * abs(expected)
    assert abs(dl.grad(moved)(A, np.random.default_rng(5)) @ direction - expected) < 1e-6 * abs(expected)


def gammas(a: Any, rng: Any) -> Any:
    return np.sum(rng.gamma(a, 2.0) * np.arange(1.0, 4.0)) + rng.gamma(a[0], a[1]) + np.sum(rng.chisquare(a, size=(2, 3)))


def _slope(y: float, a: float) -> float:
    """dy / da where the probability of less than y is held."""
    by_a = mpmath.diff(lambda s: mpmath.gammainc(s, 0, y, regularized=True), a)
    return float(-by_a / (mpmath.mpf(y) ** (a - 1) * mpmath.exp(-y) / mpmath.gamma(a)))


def test_gamma_numbers_move_with_their_shape() -> None:
    rng = np.random.default_rng(3)
    one, two, many = rng.standard_gamma(A), rng.standard_gamma(A[0]), rng.standard_gamma(A / 2, size=(2, 3))
    expected = np.array([2.0 * (k + 1) * _slope(one[k], A[k]) + sum(_slope(row[k], A[k] / 2) for row in many) for k in range(3)])
    expected += [A[1] * _slope(two, A[0]), two, 0.0]
    np.testing.assert_allclose(dl.grad(gammas)(A, np.random.default_rng(3)), expected, rtol=1e-9)
    tangents = [dl.jvp(gammas, (A, np.random.default_rng(3)), (unit, None))[1] for unit in np.eye(3)]
    np.testing.assert_allclose(tangents, expected, rtol=1e-9)


WRONG: tuple[tuple[Callable[..., Any], Any, str], ...] = (
    (lambda a, rng: rng.gamma(a), -1.0, "shape < 0"),
    (lambda a, rng: rng.beta(a, 1.0), 0.0, "a <= 0"),
    (lambda a, rng: rng.poisson(a), -1.0, "lam < 0 or lam is NaN"),
    (lambda a, rng: rng.poisson(a), np.array([-1.0]), "lam < 0 or lam contains NaNs"),
    (lambda a, rng: rng.binomial(3, a), 1.5, "p < 0, p > 1 or p is NaN"),
    (lambda a, rng: rng.triangular(0.0, a, 2.0), 3.0, "mode > right"),
    (lambda a, rng: rng.choice(3, a, replace=False), 5, "Cannot take a larger sample than population when replace is False"),
    (lambda a, rng: rng.choice(3, p=[0.5, 0.6, a]), 0.1, "Probabilities do not sum to 1."),
    (lambda a, rng: rng.integers(0, a, dtype=np.uint8), 257, "high is out of bounds for uint8"),
    (lambda a, rng: rng.geometric(0.0), 1.0, "p <= 0, p > 1 or p contains NaNs"),
)


@pytest.mark.parametrize(("function", "given", "message"), WRONG)
def test_parameters_out_of_range_raise_what_numpy_raises(function: Callable[..., Any], given: Any, message: str) -> None:
    for each in (function, dl.differentiable(function)):
        with pytest.raises(ValueError) as caught:
            each(given, np.random.default_rng(0))
        assert message in str(caught.value)


def test_draws_without_a_derivative_are_refused() -> None:
    with pytest.raises(DifflangError, match="how this draw moves") as caught:
        dl.grad(lambda a, rng: rng.beta(a, 2.0))(1.5, np.random.default_rng(0))
    assert caught.value.place is not None and "stop_gradient" in caught.value.way_out
