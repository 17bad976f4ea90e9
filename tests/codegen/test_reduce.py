"""Reductions: axes, dtypes, layouts, empties, and the one fixed order of a sum."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl
from difflang.build import apply
from tests.codegen.harness import Native, agree, forms, program

RNG = np.random.default_rng(1)
A, T = RNG.normal(size=(4, 5)), RNG.normal(size=(2, 3, 4))


def two_axes(a):
    return (
        np.sum(a, axis=0), np.sum(a, axis=1), np.sum(a, axis=(0, 1), keepdims=True), np.prod(a, axis=0), np.prod(a), np.min(a),
        np.max(a, axis=1, keepdims=True), np.min(a, axis=0), np.mean(a, axis=0, keepdims=True), np.mean(a), np.sum(a * a, axis=0),
    )  # fmt: skip


def moments(a):
    return np.var(a), np.var(a, axis=1, ddof=1), np.std(a, axis=0, keepdims=True), np.std(np.exp(a))


def three_axes(a):
    return (
        np.sum(a, axis=(0, 2)), np.sum(a, axis=1), np.sum(a, axis=(1, 2)), np.sum(a, axis=(0, 1)), np.max(a, axis=(0, 2), keepdims=True),
        np.sum(np.transpose(a), axis=0), np.sum(np.transpose(a, (1, 0, 2)) * 2, axis=(0, 1)),
        np.mean(np.exp(a), axis=2), np.var(a, axis=(0, 2)),
    )  # fmt: skip


def truths(b):
    return np.sum(b), np.any(b), np.all(b, axis=0), np.any(b, axis=1, keepdims=True), np.mean(b), np.max(b), np.min(b, axis=0)


def narrow(i, f):
    return np.sum(f), np.sum(i), np.mean(f, axis=0), np.mean(i), np.max(f), np.max(i, axis=0), np.std(f), np.sum(f, axis=1), np.prod(i)


def long(x):
    return np.sum(x), np.sum(x[::3]), np.mean(x * x), np.max(np.sin(x)), np.min(x), np.sum(x[1:] * x[:-1])


def empty(a):
    return np.sum(a), np.sum(a, axis=0), np.prod(a, axis=1), np.mean(a, axis=1), np.any(a)


def unbroadcast(a, v, c):
    down = [apply("unbroadcast", a, other) for other in (v, c, a, 1.0)]
    return (*down, apply("unbroadcast", a * 2, v[None]))


@pytest.mark.parametrize(("function", "x"), [(two_axes, A), (moments, A), (three_axes, T), (truths, A > 0), (empty, np.zeros((0, 5)))])
def test_one_operand(function, x):
    agree(function, x)


def test_dtypes():
    agree(narrow, (A * 9).astype(np.int32), A.astype(np.float32))


def test_long():
    agree(long, RNG.normal(size=5000))


def test_unbroadcast():
    agree(unbroadcast, A, A[0], A[:, :1])


def test_nothing_has_no_maximum():
    agree(lambda a: np.max(a), np.zeros((0, 5)), only="exact")


def test_nan_is_kept():
    agree(lambda a: (np.max(a), np.min(a), np.max(a, axis=0)), np.array([[1.0, np.nan, 2.0], [0.0, 1.0, 3.0]]))


def documented(x):
    """The order that docs/codegen.md promises."""
    total = 0.0
    for start in range(0, len(x), 1024):
        run = x[start : start + 1024]
        whole = len(run) // 16 * 16
        lanes = np.zeros(16)
        for k in range(0, whole, 16):
            lanes = lanes + run[k : k + 16]
        for half in (8, 4, 2, 1):
            lanes = lanes[:half] + lanes[half : 2 * half]
        part = lanes[0]
        for value in run[whole:]:
            part = part + value
        total = total + part
    return total


@pytest.mark.parametrize("size", [1, 7, 15, 16, 33, 1024, 1025, 5000])
def test_the_order_of_a_sum_is_the_documented_one(size):
    x = RNG.normal(size=size) * 10.0 ** RNG.integers(-8, 8, size=size)
    for name, types, given in forms((x,)):
        (total, scaled) = Native(program(lambda a: (np.sum(a), np.sum(a * 3.0)), types))(*given)
        assert total == documented(x), name
        assert scaled == documented(x * 3.0), name


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extremes_of_long_runs_are_those_of_short_ones(dtype):
    """What is not a number, infinities, and zeros of both signs, in the vectors and behind them."""
    rng = np.random.default_rng(3)
    functions = {np.max: dl.differentiable(lambda x: np.max(x)), np.min: dl.differentiable(lambda x: np.min(x))}
    for size in (1, 63, 64, 65, 127, 128, 200, 1024, 1100):
        for special in (1.0, np.nan, np.inf, -np.inf, 0.0, -0.0):
            for sign in (1.0, -1.0):
                x = sign * np.abs(rng.normal(size=size)).astype(dtype)
                x[rng.integers(size, size=2)] = special, -special
                for theirs, ours in functions.items():
                    np.testing.assert_array_equal(ours(x), theirs(x))
    for size in (10, 100, 2000):
        for signs in (rng.choice([0.0, -0.0], size=size), np.zeros(size), -np.zeros(size)):
            x = signs.astype(dtype)
            assert np.signbit(functions[np.max](x)) == np.signbit(x).all() and np.signbit(functions[np.min](x)) == np.signbit(x).any()


def rows(x):
    most, least = np.max(x, axis=-1), np.min(x * -1.0, axis=-1)
    return np.sum(x, axis=-1), np.sum(x * 3.0, axis=-1), most, least, np.prod(x, axis=-1), np.mean(x, axis=-1)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("length", [2, 3, 15, 16, 17])
@pytest.mark.parametrize("count", [0, 1, 5, 8, 255, 256, 259, 600])
def test_short_rows_have_the_bits_of_single_ones(length, count, dtype):
    x = (RNG.normal(size=(count, length)) * 10.0 ** RNG.integers(-8, 8, size=(count, length))).astype(dtype)
    x[::7, 0], x[2::9, -1], x[3::11, 0], x[4::13, 0] = np.nan, np.inf, -0.0, 0.0
    function = dl.differentiable(rows)
    for given in (x, np.asfortranarray(x), x[:, ::-1], x[::2], np.repeat(x, 2, axis=1)[:, ::2]):
        found = function(given)
        for k, one in enumerate(given):
            single = dl.differentiable(rows)(one)
            for ours, theirs in zip(found, single, strict=True):
                assert ours[k].tobytes() == np.asarray(theirs, dtype=ours.dtype).tobytes() or (np.isnan(ours[k]) and np.isnan(theirs))


@pytest.mark.parametrize("shape", [(4, 5, 3), (300, 2, 3), (2, 3, 3, 3), (1, 9, 2)])
def test_short_rows_of_several_axes(shape):
    x = RNG.normal(size=shape)
    agree(lambda x: (np.sum(x, axis=(-1, -2)), np.sum(x, axis=(0, -1)), np.any(x > 1.0, axis=-1), np.sum(x > 0, axis=-1)), x)
    agree(lambda x: (np.sum((x[:, None] - x[None]) ** 2, axis=-1), np.var(x, axis=-1), np.max(x, axis=(1, -1), keepdims=True)), x)
