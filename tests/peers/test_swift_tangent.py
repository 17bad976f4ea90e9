"""What ended earlier languages: pullbacks that work once, empty loops, print, text without a file."""

import math

import numpy as np
import pytest

import difflang as dl
from tests.programs.corpus import normal
from tests.ways import define

from .agree import gradients_agree


def test_swift_sharp_edges_element_write() -> None:
    def write(b):
        b[0] = 17.0
        return np.sum(b * b)

    np.testing.assert_allclose(dl.grad(write)(np.array([1.0, 2.0])), [0.0, 4.0])


def test_swift_sharp_edges_count_needs_no_annotation() -> None:
    def count(a):
        total = 0.0
        for _ in range(len(a)):
            total += a[0] * len(a)
        return total

    gradients_agree(count, normal(3))


def test_swift_sharp_edges_single_and_double_mix() -> None:
    def convert(x):
        single = np.float32(x) * np.float32(2)
        return np.float64(single) * x

    assert dl.grad(convert)(1.5) == pytest.approx(6.0)


def test_swift_sharp_edges_pow_max_abs_sqrt() -> None:
    def functions(x, y):
        return pow(x, y) + max(x, y) + abs(-x) + math.sqrt(x) + min(x * y, 3.0)

    gradients_agree(functions, 0.7, 1.3)


def test_swift_64257_pullback_may_be_called_again() -> None:
    def loops(x):
        y = x * 1.0
        for i in range(1, len(y)):
            y[i] *= math.sin(y[i - 1])
        return y

    x = normal(5)
    _, pullback = dl.vjp(loops, x)
    seeds = np.eye(5)
    once = [pullback(seed)[0] for seed in seeds]
    again = [pullback(seed)[0] for seed in seeds]
    np.testing.assert_array_equal(once, again)
    np.testing.assert_allclose(np.array(once), dl.jacfwd(loops)(x), rtol=1e-12, atol=1e-14)


def test_swift_65989_empty_loop() -> None:
    def empty(x, n):
        for _ in range(n):
            pass
        for _ in range(n):
            x = x * 2
        return x

    for n in (0, 3):
        gradients_agree(empty, 0.7, n)


def test_tangent_86_names_never_clash() -> None:
    """The user's names are the very ones that a gradient would like for itself."""

    def clash(x, x_bar, y_bar, t):
        bar = x * x_bar
        x_bar_2 = bar * t
        result_bar = x_bar_2 + y_bar
        np_ = result_bar * x
        return np_ * bar

    gradients_agree(clash, 0.7, 0.2, 1.1, -0.4)
    text = dl.source(dl.grad(clash), 0.7, 0.2, 1.1, -0.4)
    gradient = define(text)
    np.testing.assert_allclose(gradient(0.7, 0.2, 1.1, -0.4), dl.grad(clash)(0.7, 0.2, 1.1, -0.4), rtol=1e-14)


def test_tangent_75_function_of_an_exec() -> None:
    text = "import math\n\ndef typed_in(x):\n    return math.sin(x) * x\n"
    gradients_agree(define(text), 0.7)


def test_casadi_1968_branches_are_branches() -> None:
    def branch(x, y):
        if x * y > 0:
            z = x / y
        else:
            z = y - x * x
        return z * z

    gradients_agree(branch, 0.7, 0.2)
    gradients_agree(branch, 0.7, -0.4)
    assert dl.grad(branch, argnums=(0, 1))(0.7, 0.0) == pytest.approx((4 * 0.7**3, -2 * 0.7**2))


def test_dace_942_while_with_a_step_that_is_no_subtraction() -> None:
    def halving(x, n):
        total = 0.0
        while n > 0:
            total = total * x + n
            n = n // 2
        return total

    gradients_agree(halving, 0.7, 13)


def test_dace_161_recomputing_what_was_overwritten_in_a_loop() -> None:
    def overwrite(a):
        b = np.zeros_like(a)
        for k in range(3):
            b[:] = np.sin(a) * (k + 1)
            a[:] = a * b
        return np.sum(a)

    gradients_agree(overwrite, normal(4))
