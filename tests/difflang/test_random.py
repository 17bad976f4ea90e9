"""Generators among the arguments: NumPy's own streams bit for bit, the caller's generator moved on, draws that differentiate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.codegen.boundary import opened
from difflang.errors import DifflangError
from difflang.eval import evaluate_program
from difflang.transforms.derived import program_of
from difflang.types import type_of
from tests.ways import run

X = np.arange(1.0, 4.0)
BITS = (np.random.PCG64, np.random.Philox, np.random.MT19937, np.random.SFC64)


def floats(x: Any, rng: Any) -> Any:
    z = rng.normal(x, 2.0, size=3)
    u = rng.uniform(-1.0, 2.0, size=(2, 2))
    many = rng.standard_normal(1000)
    e = rng.exponential(1.5, size=x.shape[0])
    few = rng.normal(loc=x), rng.exponential(x), rng.uniform(x, high=x + 1.0), rng.random((2, 1)), rng.standard_exponential(300)
    return z, u, many, e, few, rng.random(), rng.standard_normal(), rng.normal(1.0, 0.5), rng.uniform(2.0, 3.0)


def whole(x: Any, rng: Any) -> Any:
    y = np.arange(6.0)
    rng.shuffle(y)
    k = rng.integers(0, 10, size=4), rng.integers(7), rng.integers(-3, 3, endpoint=True), rng.integers(0, 2**40, size=(2, 2))
    return k, rng.permutation(9), rng.permutation(x), rng.permutation(np.outer(x, x)), rng.choice(x), rng.choice(5, size=3), y


def walk(x: Any, rng: Any) -> Any:
    """Draws in loops, behind conditions, in functions that are called."""
    total = 0.0
    for k in range(5):
        if x[k % 3] > 1.5:
            total += _step(x, rng) * k
        else:
            total += rng.normal(total, x[0])
    while total < 3.0:
        total += rng.exponential(1.0)
    return total


def _step(x: Any, rng: Any) -> Any:
    return np.sum(x * rng.standard_normal(3))


def shaped(x: Any, rng: Any) -> Any:
    few = rng.lognormal(x, 0.5), rng.lognormal(), rng.rayleigh(x), rng.weibull(x, size=3), rng.pareto(2.0, size=(2, 2)), rng.weibull(1.5)
    cov = np.outer(x, x) + np.diag(x)
    many = rng.multivariate_normal(x, cov), rng.multivariate_normal(x, cov, size=4), rng.multivariate_normal(x, cov, (2, 2))
    return few, many, rng.random()


def test_draws_that_are_computed_from_others() -> None:
    expected = flat(shaped(X, np.random.default_rng(1)))
    found = flat(dl.differentiable(shaped)(X, np.random.default_rng(1)))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
        assert type(one) is type(other)


def flat(value: Any) -> list[Any]:
    return [part for item in value for part in flat(item)] if isinstance(value, tuple) else [value]


def evaluated(function: Callable[..., Any], x: Any, rng: Any) -> Any:
    program = program_of(function, (type_of(x), type_of(rng)))
    _, (address,) = opened(rng, type_of, [])
    return tuple(evaluate_program(program, x, address)[: len(flat(function(x, np.random.default_rng(0))))])


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("function", [floats, whole, walk])
def test_compiled_draws_are_numpys(function: Callable[..., Any], bits: Any) -> None:
    native = dl.differentiable(function)
    mine, theirs = np.random.Generator(bits(7)), np.random.Generator(bits(7))
    for _ in range(2):
        for found, expected in zip(flat(native(X, mine)), flat(function(X, theirs)), strict=True):
            np.testing.assert_array_equal(found, expected)
            assert type(found) is type(expected)
    assert mine.integers(1 << 60) == theirs.integers(1 << 60)


@pytest.mark.parametrize("function", [floats, whole, walk])
def test_evaluated_and_written_draws_are_numpys(function: Callable[..., Any]) -> None:
    expected = flat(function(X, np.random.default_rng(1)))
    for found in (evaluated(function, X, np.random.default_rng(1)), run("written", function, (X, np.random.default_rng(1)))[0]):
        for one, other in zip(flat(found), expected, strict=True):
            np.testing.assert_array_equal(one, other)


def loss(mean: Any, scale: Any, rng: Any) -> Any:
    z = rng.normal(mean, scale, size=(50, 3))
    return np.mean(np.sum(z**2, axis=1)) + rng.uniform(0.0, scale) + rng.exponential(scale)


@pytest.mark.parametrize("mode", [dl.grad, dl.jacrev])
def test_draws_differentiate_by_their_parameters(mode: Any) -> None:
    """Against differences with the same numbers drawn."""
    for k, given in enumerate([X, 0.7]):
        found = mode(loss, k)(X, 0.7, np.random.default_rng(2))

        def at(step: Any, k: int = k) -> Any:
            moved = [X + step, 0.7] if k == 0 else [X, 0.7 + step]
            return loss(*moved, np.random.default_rng(2))

        steps = 1e-6 * np.eye(3) if k == 0 else [1e-6]
        expected = [(at(s) - at(-s)) / 2e-6 for s in steps]
        np.testing.assert_allclose(found, np.reshape(expected, np.shape(given)), rtol=1e-7)


def test_a_jacobian_by_columns_is_refused() -> None:
    with pytest.raises(DifflangError, match="draw random numbers of their own"):
        dl.jacfwd(loss)(X, 0.7, np.random.default_rng(2))


def test_pullbacks_hold_what_was_drawn() -> None:
    mine, theirs = np.random.default_rng(5), np.random.default_rng(5)
    value, pullback = dl.vjp(loss, X, 0.7, mine)
    assert value == dl.differentiable(loss)(X, 0.7, theirs) and mine.random() == theirs.random()
    for _ in range(2):
        np.testing.assert_array_equal(pullback(1.0)[0], dl.grad(loss)(X, 0.7, np.random.default_rng(5)))


def test_a_gradient_moves_the_generator_on() -> None:
    mine, theirs = np.random.default_rng(4), np.random.default_rng(4)
    gradient = dl.grad(loss)
    first = gradient(X, 0.7, mine)
    loss(X, 0.7, theirs)
    assert mine.random() == theirs.random()
    assert np.any(first != gradient(X, 0.7, mine))
    text = dl.source(gradient, X, 0.7, mine)
    assert "draw(rng.bit_generator, 50, 3)" in text


GLOBAL = np.random.default_rng(0)


def captured(x: Any) -> Any:
    return x * GLOBAL.normal(size=3)


def made(x: Any) -> Any:
    return x * np.random.default_rng(0).normal(size=3)


def legacy(x: Any) -> Any:
    return x * np.random.normal(size=3)


def other(x: Any, rng: Any) -> Any:
    return x * rng.bytes(2)


def negative(x: Any, rng: Any) -> Any:
    return rng.normal(x, -x)


def test_refusals() -> None:
    for function, reason in ((captured, "not an argument"), (made, "of the caller's"), (legacy, "of the caller's")):
        with pytest.raises(DifflangError, match=reason) as caught:
            dl.differentiable(function)(X)
        assert "pass" in caught.value.way_out
    with pytest.raises(DifflangError, match="bytes is not drawn") as caught:
        dl.differentiable(other)(X, GLOBAL)
    assert "pass it in as an array" in caught.value.way_out
    with pytest.raises(ValueError, match="scale < 0"):
        dl.differentiable(negative)(X, GLOBAL)
