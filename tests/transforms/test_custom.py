"""Rules of the user's own."""

import math
from typing import Any

import numpy as np
import pytest

import difflang as dl


def slow_cube(x: float) -> float:
    total = 0.0
    for _ in range(3):
        total += x * x * x / 3.0
    return total


@dl.derivative(of=slow_cube)
def slow_cube_vjp(x: float) -> Any:
    def pullback(y_bar: float) -> float:
        return y_bar * 3.0 * x * x + 100.0 * y_bar  # deliberately not the true one: it must be the one used

    return slow_cube(x), pullback


@dl.derivative(of=slow_cube, mode="forward")
def slow_cube_jvp(x: float) -> Any:
    def differential(x_dot: float) -> float:
        return x_dot * 3.0 * x * x + 200.0 * x_dot

    return slow_cube(x), differential


def uses_cube(x: float) -> float:
    return math.sin(slow_cube(x))


def straight_through(x: Any) -> Any:
    return np.floor(x)


@dl.derivative(of=straight_through)
def straight_through_vjp(x: Any) -> Any:
    return np.floor(x), lambda y_bar: y_bar


def quantised(x: Any) -> Any:
    return np.sum(straight_through(x * 4.0) * x)


def scaled(x: float, k: float) -> float:
    return x * k


@dl.derivative(of=scaled, wrt=("x",))
def scaled_vjp(x: float, k: float) -> Any:
    return x * k, lambda y_bar: y_bar * k


def both(x: float, k: float) -> float:
    return scaled(x, k) + k


def test_the_rule_is_used_in_both_modes() -> None:
    assert dl.grad(uses_cube)(0.5) == pytest.approx(math.cos(0.125) * (0.75 + 100.0))
    assert dl.grad(slow_cube)(0.5) == pytest.approx(100.75)
    assert dl.jvp(uses_cube, (0.5,), (1.0,))[1] == pytest.approx(math.cos(0.125) * 200.75)


def test_a_second_derivative_goes_through_the_rule() -> None:
    second = dl.grad(dl.grad(slow_cube))(0.5)
    assert second == pytest.approx(6 * 0.5)


def test_straight_through_an_op_without_derivative() -> None:
    x = np.array([0.3, 1.7, -0.2])
    assert dl.grad(quantised)(x) == pytest.approx(np.floor(4 * x) + 4 * x)


def test_only_the_named_parameters_have_adjoints() -> None:
    assert dl.grad(both, (0, 1))(2.0, 3.0) == pytest.approx((3.0, 1.0))


def test_a_missing_mode_is_refused() -> None:
    with pytest.raises(dl.NotDifferentiable, match="reverse rule only"):
        dl.jvp(quantised, (np.ones(2),), (np.ones(2),))


def test_a_ufunc_gets_a_rule() -> None:
    @dl.derivative(of=np.sinc)
    def sinc_vjp(x: Any) -> Any:
        y = np.sin(np.pi * x) / (np.pi * x)

        def pullback(y_bar: Any) -> Any:
            return y_bar * (np.cos(np.pi * x) - y) / x

        return y, pullback

    def f(x: Any) -> Any:
        return np.sum(np.sinc(x) ** 2)

    x = np.array([0.3, 0.8])
    h = 1e-6
    expected = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(2)]
    assert dl.grad(f)(x) == pytest.approx(expected, rel=1e-6)


def test_a_rule_that_does_not_fit_is_refused() -> None:
    def g(x: float) -> float:
        return x * x

    @dl.derivative(of=g)
    def g_vjp(x: float) -> Any:
        return x * x

    with pytest.raises(dl.NotDifferentiable, match="must return"):
        dl.grad(g)(1.0)
