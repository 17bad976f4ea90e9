"""What stops users of Zygote, autograd, Enzyme and Clad: mutation, activity annotations, tapes of loops."""

import math

import numpy as np

import difflang as dl
from tests.programs.corpus import normal, uniform

from .agree import gradients_agree


def test_zygote_377_filling_an_output_array() -> None:
    def fill(x):
        out = np.zeros(2 * len(x))
        for i in range(len(x)):
            out[2 * i] = x[i] ** 2
            out[2 * i + 1] = math.sin(x[i])
        return np.sum(out * out)

    gradients_agree(fill, normal(4))


def test_zygote_1308_accumulating_into_a_buffer() -> None:
    def buffer(m):
        column = np.zeros(m.shape[0])
        for j in range(m.shape[1]):
            column += m[:, j] * column + m[:, j]
        return np.sum(column)

    gradients_agree(buffer, normal(3, 4))


def test_autograd_58_assignment_through_a_mask() -> None:
    def masked(x, m):
        result = np.zeros(len(x))
        result[m] = x[m] * 2.0
        result[~m] = np.sin(x[~m])
        return np.sum(result * x)

    gradients_agree(masked, normal(5), np.array([True, False, True, True, False]))


def test_autograd_177_repeated_writes_keep_the_last() -> None:
    def repeated(v, index):
        a = np.zeros(3)
        a[index] = v
        return np.sum(a * np.array([1.0, 2.0, 3.0]))

    gradient = dl.grad(repeated)(np.array([10.0, 20.0, 30.0]), np.array([1, 1, 2]))
    np.testing.assert_allclose(gradient, [0.0, 2.0, 3.0])


def test_enzyme_2504_constant_memory_in_a_differentiable_place() -> None:
    """An array of constants that active values are written into needs no annotation."""

    def mixed(x, table):
        work = table.copy()
        work[1] = x * work[0]
        picked = work if x > 0 else table
        return picked[1] * picked[2] + table[0]

    value = dl.grad(mixed)(0.7, np.array([2.0, 3.0, 4.0]))
    assert value == 8.0
    assert dl.grad(mixed)(-0.7, np.array([2.0, 3.0, 4.0])) == 0.0


def test_enzyme_faq_active_and_constant_in_one_tuple() -> None:
    def pair(x, y):
        both = (x * y, 3.0)
        first, second = both
        return first * second

    assert dl.grad(pair)(2.0, 5.0) == 15.0


def test_enzyme_2642_types_come_from_the_front() -> None:
    def unions(x, n):
        total = 0
        for k in range(n):
            total = total + x * k
        flags = np.zeros(n, dtype=np.bool_)
        counts = np.arange(n)
        for k in range(n):
            flags[k] = counts[k] % 2 == 0
        return total * np.sum(flags)

    gradients_agree(unions, 0.7, 5)


def test_clad_1808_relu_loop() -> None:
    def relu_chain(x, w):
        for i in range(len(w)):
            x = w[i] * x
            if x < 0:
                x = 0.1 * x
        return x

    gradients_agree(relu_chain, 0.7, normal(5))


def test_clad_1865_division_in_a_loop() -> None:
    def divide(x, d):
        for i in range(len(d)):
            x = x / d[i] + d[i] / x
        return x

    gradients_agree(divide, 1.3, uniform(0.5, 2, 5))


def test_clad_1958_early_return_before_anything_is_recorded() -> None:
    def early(x, n):
        if n == 0:
            return x * 2
        total = 0.0
        for k in range(n):
            total += x**k
            if total > 3:
                return total * x
        return total

    for n in (0, 1, 3, 9):
        gradients_agree(early, 0.9, n)


def test_clad_474_bound_is_a_changed_parameter() -> None:
    def bound(x, n):
        n = n // 2 + 1
        total = 1.0
        for _ in range(n):
            total *= x
            n += 5
        return total * n

    gradients_agree(bound, 1.1, 7)


def test_zygote_docs_second_and_third_derivatives() -> None:
    def recurrence(a):
        a = a.copy()
        for i in range(1, len(a)):
            a[i] = math.sin(a[i - 1]) * a[i]
        return a[len(a) - 1]

    def along(f):
        def slope(t, a, d):
            return f(a + t * d)

        return slope

    a, d = normal(4), normal(4, seed=1)
    third = dl.grad(dl.grad(dl.grad(along(recurrence))))(0.0, a, d)
    second = dl.grad(dl.grad(along(recurrence)))
    h = 1e-4
    np.testing.assert_allclose(third, (second(h, a, d) - second(-h, a, d)) / (2 * h), rtol=1e-5, atol=1e-7)
