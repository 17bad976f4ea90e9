"""Elementwise ops as machine code against the evaluator, in every dtype and layout."""

from __future__ import annotations

import numpy as np
import pytest

from tests.codegen.harness import agree

RNG = np.random.default_rng(0)
A, V, COLUMN = RNG.normal(size=(4, 5)), RNG.normal(size=5), RNG.normal(size=(4, 1))
WHOLE, J = RNG.integers(-9, 9, size=(4, 5)), RNG.integers(1, 5, size=5)


def arithmetic(a, v, c):
    return a + v, a * c, c - v, a / (v * v + 1), -a, np.abs(a), np.square(a), np.reciprocal(a), a**2, a**3.0, np.power(np.abs(a), v)


def choices(a, v, c):
    return np.maximum(a, v), np.minimum(a, c), np.where(a > v, a, c), np.clip(a, -0.5, 0.5), np.sign(a), np.copysign(a, v)


def rounding(a, v):
    return np.floor(a), np.ceil(a), np.rint(a * 3), np.trunc(a), a // v, a % v, np.fmod(a, v), np.isnan(a), np.isfinite(a)


def functions(a, v):
    b = np.abs(a)
    return (
        np.exp(a), np.log(b), np.sin(a), np.cos(a), np.tan(a), np.tanh(a), np.arcsin(np.tanh(a)), np.arctan2(a, v), np.hypot(a, v),
        np.sqrt(b), np.cbrt(a), np.exp2(a), np.expm1(a), np.log1p(b), np.log2(b), np.log10(b), np.sinh(a), np.cosh(a), np.logaddexp(a, v),
    )  # fmt: skip


def integers(a, j):
    return (
        a + j, a * j, a - j, a // j, a % j, np.abs(a), np.sign(a), a / j, a**2, np.power(a, j), a & j, a | j, a ^ j, ~a, a < j,
        a == j, np.maximum(a, j), np.clip(a, -2, 3), np.left_shift(a, 2), np.right_shift(a, 1), np.left_shift(a, 70), np.right_shift(a, 70),
    )  # fmt: skip


def by_zero(a):
    return a // 0, a % 0, np.fmod(a, 3)


def narrow(i, f):
    return i + i, i * 2, f + i, f * 2.0, f + 1, np.sqrt(np.abs(f)), i / 2, np.exp(f), i.astype(np.float64), f.astype(np.int32), f / 3


def truths(b, a):
    return b + b, b * b, b & b, b | b, np.logical_not(b), b * a, b == b, np.where(b, 1, 0), b.astype(np.float64), b < np.logical_not(b)


def ones(o, a):
    return o + a, o * o, a * o[0], np.maximum(o, a)


@pytest.mark.parametrize("function", [arithmetic, choices])
def test_broadcasting(function):
    agree(function, A, V, COLUMN)


@pytest.mark.parametrize("function", [rounding, functions])
def test_floats(function):
    agree(function, A, V)


def test_integers():
    agree(integers, WHOLE, J)
    agree(by_zero, WHOLE, only="exact")
    agree(integers, np.array([[-(2**63), 2**63 - 1]]), np.array([1, 2]), only="exact")


def test_other_dtypes():
    agree(narrow, WHOLE.astype(np.int32), A.astype(np.float32))
    agree(truths, A > 0, A)


def test_special_values():
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.5, 5e-324])
    agree(rounding, special, special[::-1].copy(), only="exact")
    agree(choices, special, special[::-1].copy(), special, only="exact")


def test_axes_of_size_one_repeat():
    agree(ones, np.array([[2.0]]), A)


def test_shapes_that_do_not_fit_raise_as_numpy_does():
    agree(lambda a, v: a + v, A[0], V[:4])
    agree(lambda a, v: a + v, A, V[:4])


def test_a_negative_power_of_integers_raises_as_numpy_does():
    agree(lambda a, j: np.power(a, j), WHOLE, J - 3, only="exact")


def test_empty():
    agree(arithmetic, np.zeros((0, 5)), V, np.zeros((0, 1)))
