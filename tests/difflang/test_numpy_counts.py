"""Bits and cells counted, sets with their parts named, the order of complex numbers: as NumPy has them, to the dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl

RANDOM = np.random.default_rng(0)
BITS = RANDOM.integers(0, 2, (9, 11))
BYTES = RANDOM.integers(0, 256, (3, 4)).astype(np.uint8)
POINTS = RANDOM.normal(size=(50, 3))
LATTICE = RANDOM.integers(0, 3, (4, 5)) + 1j * RANDOM.integers(-1, 3, (4, 5))
UNDEFINED = LATTICE.copy()
UNDEFINED[1, 2], UNDEFINED[2, 3], UNDEFINED[1, 4] = complex(np.nan, 1), complex(0, np.nan), complex(np.nan, np.nan)
TALL = RANDOM.normal(size=(5, 3)) + 1j * RANDOM.normal(size=(5, 3))


def agree(found: Any, wanted: Any) -> None:
    if isinstance(wanted, (tuple, list)):
        assert type(found) is type(wanted) and len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            agree(one, other)
        return
    assert (np.shape(found), np.asarray(found).dtype) == (np.shape(wanted), np.asarray(wanted).dtype)
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_bitwise_count(dtype: Any) -> None:
    x = np.array([0, 1, 2, 255, -1, -128, 2**40 - 1]).astype(dtype)
    agree(dl.differentiable(lambda x: np.bitwise_count(x))(x), np.bitwise_count(x))


def packed(x: Any) -> Any:
    return np.packbits(x), np.packbits(x, axis=0), np.packbits(x, axis=-1, bitorder="little")


def unpacked(x: Any) -> Any:
    return np.unpackbits(x), np.unpackbits(x, axis=0), np.unpackbits(x, axis=1, count=5), np.unpackbits(x, count=-3, bitorder="little")


def cells(x: Any) -> Any:
    return np.histogramdd(x, bins=(3, 4, 2)), np.histogramdd(x, bins=5, range=((-1, 1), (-1, 1), (-2, 2)), density=True)


def named_sets(x: Any) -> Any:
    return np.unique_counts(x), np.unique_inverse(x), np.unique_all(x)


ORDERS: list[Callable[[Any], Any]] = [
    lambda x: np.sort(x),
    lambda x: np.sort(x, axis=0),
    lambda x: np.argsort(x, axis=None, kind="stable"),
    lambda x: (x.max(), x.min(axis=0), np.max(x, axis=(0, 1), keepdims=True), np.min(x, axis=1, keepdims=True)),
    lambda x: (x.argmax(), np.argmin(x, axis=1), np.unique(x)),
]


@pytest.mark.parametrize("x", [LATTICE, UNDEFINED, LATTICE.astype(np.complex64)[:, ::-1]], ids=["numbers", "undefined", "single"])
@pytest.mark.parametrize("order", ORDERS)
def test_order_of_complex_numbers(order: Callable[[Any], Any], x: Any) -> None:
    agree(dl.differentiable(order)(x), order(x))


def test_bits_cells_and_sets() -> None:
    agree(dl.differentiable(packed)(BITS), packed(BITS))
    agree(dl.differentiable(unpacked)(BYTES), unpacked(BYTES))
    agree(dl.differentiable(cells)(POINTS), cells(POINTS))
    agree(dl.differentiable(named_sets)(BITS), named_sets(BITS))
    np.testing.assert_array_equal(dl.differentiable(lambda x: np.unique_values(x))(BYTES), np.unique(BYTES))
    with pytest.raises(dl.DifflangError):
        dl.differentiable(lambda x: np.histogramdd(x))(POINTS)  # how many axes it has is not known


def chosen(x: Any) -> Any:
    return np.abs(np.sort(x)[0]) + np.max(x).real


def test_derivative_of_the_order() -> None:
    np.testing.assert_allclose(dl.grad(chosen)(np.array([1 + 2j, 3 - 1j, 0.5j])), [0, 1, -1j])


def test_complex_least_squares() -> None:
    b = RANDOM.normal(size=(5, 2)) + 0.5j
    found = dl.differentiable(lambda a: (np.linalg.pinv(a), np.linalg.matrix_rank(a)))(TALL)
    agree(found, (np.linalg.pinv(TALL), np.linalg.matrix_rank(TALL)))
    for a, right in ((TALL, b), (TALL, b[:, 0]), (TALL.real.copy(), b)):
        agree(dl.differentiable(lambda a, b: np.linalg.lstsq(a, b))(a, right), np.linalg.lstsq(a, right))


WEIGHTS = RANDOM.normal(size=(3, 5)) + 1j * RANDOM.normal(size=(3, 5))


def weighted(re: Any, im: Any) -> Any:
    return np.sum(np.real(WEIGHTS * np.linalg.pinv(re + 1j * im)))


@pytest.mark.parametrize("argument", [0, 1])
def test_derivative_of_the_complex_pseudo_inverse(argument: int) -> None:
    parts = [TALL.real.copy(), TALL.imag.copy()]
    found = dl.grad(weighted, argnums=argument)(*parts)
    for k in ((0, 0), (2, 1), (4, 2)):
        moved = [[p.copy() for p in parts] for _ in range(2)]
        moved[0][argument][k] += 1e-6
        moved[1][argument][k] -= 1e-6
        assert found[k] == pytest.approx((weighted(*moved[0]) - weighted(*moved[1])) / 2e-6, rel=1e-5, abs=1e-7)
