"""Integers of every size, with and without sign: NumPy's results and types, in machine code and in the evaluator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl
from tests.ways import evaluated

INTS = [np.dtype(f"{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)]


def binary(x, y, n):
    total = x + y, x - y, x * y, x // y, x % y, x / y, np.maximum(x, y), np.minimum(x, y), np.where(x > y, x, y)
    compared = x < y, x <= y, x == y, x != y, x < n, x >= n, x == 3, x > 2
    return total, compared, (x & y, x | y, x ^ y, x << (y % 5), x >> (y % 5), x**2, x + 1, 2 * x, x // 3, x % 3, np.fmod(x, y))


def unary(x):
    changed = -x, abs(x), ~x, np.sign(x), np.square(x), np.clip(x, 1, 5)
    reduced = x.sum(), x.prod(), x.max(), x.min(), x.argmax(), x.argmin(), x.mean(), np.cumsum(x), x.any(), x.all(), np.sort(x)
    return changed, reduced, (float(x[0]), x.astype(np.float32), x.astype(bool), x.astype(np.uint8), x.astype(np.int16), x.astype(np.int64))


def mixed(x, y):
    return x + y, x * y, x < y, np.maximum(x, y), x / y


def written(x, n):
    x[0] = n
    x[1:] += 1
    x[::2] *= 2
    np.add.at(x, np.array([0, 0, 1]), 1)
    return x


def added(x, n):
    return x + n


def indexed(x, a):
    return a[x], a[x[1]], np.take(a, x), a[x[0] : x[2]]


def samples(dtype: np.dtype[Any]) -> np.ndarray:
    ends = np.iinfo(dtype)
    return np.array([0, 1, 2, 3, ends.max, ends.min, ends.max - 1, 7], dtype=dtype)


def same(one: Any, other: Any) -> None:
    if isinstance(other, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
        return
    assert type(one) is type(other) and np.asarray(one).dtype == np.asarray(other).dtype
    np.testing.assert_array_equal(one, other)


def check(function: Any, *args: Any) -> None:
    def fresh() -> list[Any]:
        return [a.copy() if isinstance(a, np.ndarray) else a for a in args]

    with np.errstate(all="ignore"):
        expected = function(*fresh())
        same(evaluated(function, args)(*fresh()), expected)
    same(dl.differentiable(function)(*fresh()), expected)


@pytest.mark.parametrize("dtype", INTS, ids=str)
def test_like_numpy(dtype: np.dtype[Any]) -> None:
    x = samples(dtype)
    check(unary, x)
    check(binary, x, np.array([3, 1, 2, 5, 4, 2, 3, 9], dtype=dtype), 5)
    check(written, np.arange(5).astype(dtype), 3)
    check(indexed, np.array([1, 0, 2], dtype=dtype), np.arange(4.0))


@pytest.mark.parametrize(
    "one,other", [("i1", "u1"), ("u1", "i4"), ("u2", "i2"), ("u4", "i8"), ("u8", "i4"), ("u1", "f4"), ("i2", "f4"), ("u8", "f4")]
)
def test_promotion_is_numpys(one: str, other: str) -> None:
    x = samples(np.dtype(one))
    check(mixed, x, np.array([3, 1, 2, 5, 4, 2, 3, 9], dtype=other))


@pytest.mark.parametrize("source", [np.float32, np.float64])
def test_real_numbers_to_integers(source: type) -> None:
    def cut(x):
        return x.astype(np.uint8), x.astype(np.int8), x.astype(np.uint16), x.astype(np.uint64), x.astype(np.int32)

    check(cut, np.array([0.5, 3.7, 100.2, 126.0], dtype=source))


@pytest.mark.parametrize("dtype", [d for d in INTS if d != np.int64], ids=str)
def test_python_ints_must_fit(dtype: np.dtype[Any]) -> None:
    x, ends = np.zeros(3, dtype=dtype), np.iinfo(dtype)
    native = dl.differentiable(added)
    for n in (ends.max + 1, ends.min - 1):
        if not -(2**63) <= n < 2**63:
            continue
        with pytest.raises(OverflowError, match=f"^Python integer {n} out of bounds for {dtype}"):
            added(x, n)
        with pytest.raises(OverflowError, match=f"^Python integer {n} out of bounds for {dtype}"):
            native(x, n)
    same(native(x, 3), added(x, 3))


def test_comparisons_take_python_ints_as_they_are() -> None:
    def below(x, n):
        return x < n, x > n, x == n

    check(below, samples(np.dtype(np.int8)), 300)
    check(below, samples(np.dtype(np.uint8)), -1)


def brightness(image, gain):
    return np.mean(image * gain) + np.sum(image[1:] / 255.0)


def test_an_image_of_bytes_is_held_constant() -> None:
    image = np.array([[10, 200], [30, 255]], dtype=np.uint8)
    assert dl.grad(brightness, 1)(image, 0.5) == np.mean(image)
    with pytest.raises(dl.DifflangError, match="DL009"):
        dl.grad(brightness)(image, 0.5)
