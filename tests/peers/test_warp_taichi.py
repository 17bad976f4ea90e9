"""What goes wrong without a word in kernel languages: dynamic loops, overwritten inputs, forms that should agree."""

import math

import numpy as np

import difflang as dl
from tests.programs.corpus import normal

from .agree import gradients_agree


def test_warp_docs_dynamic_loops_carry_state() -> None:
    def powers(x, counts):
        total = 0.0
        for k in range(len(x)):
            value = 1.0
            for _ in range(counts[k]):
                value *= x[k]
            total += value
        return total

    (gradient,) = gradients_agree(powers, np.array([2.0, 4.0, 3.0]), np.array([5, 2, 0]))
    np.testing.assert_allclose(gradient, [80.0, 8.0, 0.0])


def test_warp_1694_state_after_a_loop_of_run_time_length() -> None:
    def after(x, n):
        state = x
        for _ in range(n):
            state = state * 1.5 + x
        outside = state * state
        return outside + state

    gradients_agree(after, 0.7, 4)
    gradients_agree(after, 0.7, 0)


def test_warp_1293_adjoint_is_neither_doubled_nor_stale() -> None:
    def twice(a, b):
        out = np.zeros(len(a))
        for i in range(len(a)):
            s = 0.0
            for j in range(i + 1):
                s += a[j] * b[i]
            out[i] = s
        for i in range(len(a)):
            out[i] *= a[i]
        return np.sum(out)

    gradients_agree(twice, normal(5), normal(5, seed=1))


def test_warp_1350_overwritten_input_is_remembered() -> None:
    def steps(x, n):
        for _ in range(n):
            for i in range(len(x)):
                x[i] = x[i] * x[i] * 0.5 + math.sin(x[i - 1])
        return np.sum(x)

    gradients_agree(steps, normal(4), 6)


def test_warp_1697_long_runs_do_not_drift() -> None:
    def run(state, n):
        for _ in range(n):
            state[0] += 0.05 * state[1]
            state[1] -= 0.05 * math.sin(state[0])
        return state[0] * state[1]

    gradients_agree(run, np.array([0.4, 0.1]), 200)


def test_warp_1294_input_changed_between_the_passes() -> None:
    """A pullback belongs to the call that made it: what happens to the arrays afterwards is not its business."""

    def energy(x):
        return np.sum(x * x * x)

    x = normal(4)
    kept = x.copy()
    _, pullback = dl.vjp(energy, x)
    x[:] = 100.0
    (bar,) = pullback(1.0)
    np.testing.assert_allclose(bar, 3 * kept * kept)


def test_taichi_7771_while_and_continue() -> None:
    def skipping(x, n):
        total = 0.0
        while n > 0:
            n -= 1
            if n % 3 == 1:
                continue
            x = math.sin(x) + 0.2 * n
            total += x * x
        return total

    gradients_agree(skipping, 0.4, 11)


def test_taichi_8027_many_inner_iterations() -> None:
    def inner(x, n, m):
        total = 0.0
        for i in range(n):
            y = x + i
            for _ in range(m):
                y = math.sin(y) * 1.1
            total += y
        return total

    gradients_agree(inner, 0.3, 3, 500, tolerance=1e-5)


def test_taichi_3003_equivalent_forms_agree() -> None:
    def at_once(x):
        total = 0.0
        for i in range(len(x)):
            total += x[i] ** 2 * math.exp(x[i])
        return total

    def in_steps(x):
        total = 0.0
        for i in range(len(x)):
            square = x[i]
            square = square * square
            square = square * math.exp(x[i])
            total = total + square
        return total

    x = normal(5)
    np.testing.assert_allclose(dl.grad(at_once)(x), dl.grad(in_steps)(x), rtol=1e-13)
    gradients_agree(in_steps, x)


def test_taichi_docs_write_after_read_and_mixed_statements() -> None:
    def mixed(x):
        total = x[0] * 2.0
        for i in range(len(x)):
            total += x[i] * x[i]
            x[i] = total
        total *= x[1]
        for i in range(len(x)):
            x[i] -= total
        return np.sum(x) * total

    gradients_agree(mixed, normal(4))


def test_warp_docs_modulo_and_round_are_pythons() -> None:
    def numbers(a, b, i, j):
        return a % b, a // b, round(a), i % j, i // j, (-a) ** 2, 2**-1

    compiled = dl.differentiable(numbers)
    for a, b, i, j in ((7.5, -2.0, 7, -2), (-7.5, 2.0, -7, 2), (0.5, 0.25, -1, 3), (2.5, 1.0, 5, 5)):
        assert compiled(a, b, i, j) == numbers(a, b, i, j)
        assert [type(v) for v in compiled(a, b, i, j)] == [type(v) for v in numbers(a, b, i, j)]


def test_warp_docs_recursion_and_lambdas() -> None:
    def tower(x, n):
        step = lambda y: y * 0.5 + x  # noqa: E731
        return step(x) if n == 0 else math.sin(tower(x, n - 1)) + step(1.0)

    globals()["tower"] = tower
    gradients_agree(tower, 0.6, 5)
