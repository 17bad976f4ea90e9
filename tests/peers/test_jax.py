"""What users of JAX ask for: reverse mode through while, cheap writes, no unrolling, NumPy's own indexing."""

import math
import time

import numpy as np
import pytest

import difflang as dl
from tests.programs.corpus import normal

from .agree import gradients_agree


def test_jax_8239_reverse_through_while() -> None:
    def collapse(x, limit):
        steps = 0
        while x > limit:
            x = math.sqrt(x) * 1.01
            steps += 1
        return x * steps

    gradients_agree(collapse, 1e6, 2.0)
    gradients_agree(collapse, 1.0, 2.0)


def test_jax_18311_reverse_through_while_with_arrays() -> None:
    def relax(u, tolerance):
        change = 1.0
        while change > tolerance:
            new = u.copy()
            new[1:-1] = 0.5 * (u[2:] + u[:-2])
            change = np.max(np.abs(new - u))
            u = new
        return np.sum(u * u)

    gradients_agree(relax, normal(6), 0.3)


def test_jax_10197_in_place_update_in_loop_is_linear() -> None:
    """The gradient of n element writes must not touch n arrays of n: time grows with n, not with its square."""

    def chain(a):
        for i in range(1, len(a)):
            a[i] = math.sin(a[i - 1]) * a[i]
        return a[len(a) - 1]

    gradient = dl.grad(chain)
    spent = {}
    for n in (4_000, 64_000):
        a = np.linspace(0.5, 1.5, n)
        gradient(a)
        runs = []
        for _ in range(5):
            began = time.perf_counter()
            gradient(a)
            runs.append(time.perf_counter() - began)
        spent[n] = min(runs)
    assert spent[64_000] < 16 * 5 * spent[4_000] + 1e-3


def test_jax_1832_compile_time_does_not_grow_with_iterations() -> None:
    def many(x, n):
        for k in range(n):
            x = math.sin(x) + 0.1 * k
        return x

    assert len(dl.source(dl.grad(many), 0.5, 10)) == len(dl.source(dl.grad(many), 0.5, 1_000_000))
    assert np.isfinite(dl.grad(many)(0.5, 1_000_000))


def test_jax_faq_no_nan_from_the_untaken_branch() -> None:
    def guarded(x):
        if x > 0:
            return math.sqrt(x) * math.log(x)
        return x * x

    assert dl.grad(guarded)(-2.0) == -4.0
    assert dl.grad(guarded)(0.0) == 0.0


def test_jax_faq_where_needs_no_second_where() -> None:
    def masked(x):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))

    np.testing.assert_allclose(dl.grad(masked)(np.array([4.0, 0.0, -1.0])), [0.25, 0.0, 0.0])


def test_jax_sharp_bits_out_of_bounds_is_an_error() -> None:
    def element(x, i):
        return x[i] * 2

    compiled = dl.differentiable(element)
    assert compiled(normal(3), -1) == 2 * normal(3)[-1]
    with pytest.raises(IndexError):
        compiled(normal(3), 3)
    with pytest.raises(IndexError):
        dl.grad(element)(normal(3), -4)


def test_jax_sharp_bits_double_precision_by_default() -> None:
    def third(x):
        return x / 3

    assert dl.differentiable(third)(1.0) == 1.0 / 3.0
    assert dl.differentiable(third)(np.ones(2)).dtype == np.float64


def test_jax_sharp_bits_boolean_masks() -> None:
    def positive(x):
        chosen = x[x > 0]
        return np.sum(chosen * chosen)

    gradients_agree(positive, normal(6))


FACTOR = 2.0


def test_jax_sharp_bits_globals_are_read_at_each_call() -> None:
    def scaled(x):
        return FACTOR * x

    compiled = dl.differentiable(scaled)
    global FACTOR
    try:
        assert (compiled(3.0), dl.grad(scaled)(3.0)) == (6.0, 2.0)
        FACTOR = 5.0
        assert (compiled(3.0), dl.grad(scaled)(3.0)) == (15.0, 5.0)
    finally:
        FACTOR = 2.0
