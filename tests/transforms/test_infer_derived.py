"""Derivatives taken inside a function of the language: of closures, and those given values at once."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl
from difflang.api import _compile_along
from difflang.eval import evaluate_program
from difflang.reading import read
from difflang.transforms.infer.infer import infer
from difflang.transforms.own.own import own
from difflang.types import type_of

W = np.arange(1.0, 5.0)
X = np.arange(12.0).reshape(3, 4) + 1
GRADIENT = 2 * X.T @ (X @ W)


def loss(w, x):
    return np.sum((x @ w) ** 2)


@pytest.fixture(autouse=True)
def along():
    _compile_along()


def results(function, *arguments):
    program = own(infer(read(function), [type_of(a) for a in arguments]))
    values = evaluate_program(program, *arguments)
    return values[: len(values) - len(program.main.writes)]


def test_gradient_of_a_closure_and_of_a_function():
    def f(w, x):
        return dl.grad(lambda v: loss(v, x))(w), dl.grad(loss)(w, x)

    for found in results(f, W, X):
        np.testing.assert_allclose(found, GRADIENT)


def test_argnums_count_from_the_arguments_not_the_captures():
    def f(w, x):
        def scaled(v, k):
            return loss(v, x) * k

        value, (v_bar, k_bar) = dl.value_and_grad(scaled, argnums=(0, -1))(w, 2.0)
        return value, v_bar, k_bar

    value, v_bar, k_bar = results(f, W, X)
    np.testing.assert_allclose(value, 2 * loss(W, X))
    np.testing.assert_allclose(v_bar, 2 * GRADIENT)
    np.testing.assert_allclose(k_bar, loss(W, X))


def test_jvp_holds_none_constant_and_keeps_captures():
    def f(w, x):
        return dl.jvp(loss, (w, x), (np.ones(4), None)), dl.jvp(lambda v: v * v + w, (w,), (np.ones(4),))

    value, tangent, squares, slope = results(f, W, X)
    np.testing.assert_allclose((value, tangent), (loss(W, X), GRADIENT.sum()))
    np.testing.assert_allclose(squares, W * W + W)
    np.testing.assert_allclose(slope, 2 * W)


def test_pullback_keeps_the_point_and_can_be_called_twice():
    def f(w, x):
        value, pull = dl.vjp(lambda v: (x @ v) ** 2, w)
        w[0] = 100.0
        (once,) = pull(np.ones(3))
        (twice,) = pull(2 * np.ones(3))
        return value, once, twice

    value, once, twice = results(f, W.copy(), X)
    np.testing.assert_allclose(value, (X @ W) ** 2)
    np.testing.assert_allclose(once, 2 * X.T @ (X @ W))
    np.testing.assert_allclose(twice, 4 * X.T @ (X @ W))


def test_hessian_vector_product():
    def f(w, x):
        product, nothing = dl.hvp(loss, (w, x), (np.ones(4), None))
        return product if nothing is None else w

    np.testing.assert_allclose(results(f, W, X)[0], 2 * X.T @ X @ np.ones(4))


def test_linear_map():
    def f(w):
        value, push = dl.linearize(lambda u: np.sin(u) * w, w)
        return value, push(np.ones(4))

    value, slope = results(f, W)
    np.testing.assert_allclose(value, np.sin(W) * W)
    np.testing.assert_allclose(slope, np.cos(W) * W)


def test_gradient_in_a_loop_with_its_index_captured():
    def f(w, x, n):
        for i in range(n):
            w = w - 1e-4 * dl.grad(lambda v: loss(v, x) * (1.0 + i))(w)  # noqa: B023
        return w

    expected = W
    for i in range(3):
        expected = expected - 1e-4 * (1.0 + i) * 2 * X.T @ (X @ expected)
    np.testing.assert_allclose(results(f, W, X, 3)[0], expected)


def test_gradient_of_a_gradient_of_a_closure():
    def f(x):
        g = dl.grad(lambda t: t**3 * x)
        return g(x), dl.grad(g)(x)

    np.testing.assert_allclose(results(f, 2.0), (24.0, 24.0))


def test_gradient_step_in_place():
    def f(w, x):
        for _ in range(3):
            g = dl.grad(loss)(w, x)
            w -= 1e-4 * g
        return w

    expected = W
    for _ in range(3):
        expected = expected - 1e-4 * 2 * X.T @ (X @ expected)
    np.testing.assert_allclose(results(f, W.copy(), X)[0], expected)


def test_what_is_no_function_is_refused():
    def f(w):
        return dl.jvp(w, (w,), (w,))

    with pytest.raises(dl.DifflangError) as caught:
        results(f, W)
    assert caught.value.code == "DL004"
