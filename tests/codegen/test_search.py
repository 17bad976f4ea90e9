"""The search in sorted numbers: one by one and eight side by side, near the last one found and far from it."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl

DTYPES = [np.float64, np.float32, np.float16, np.int64, np.int8, np.uint64, np.uint16, np.bool_]


@dl.differentiable
def places(a, v):
    return np.searchsorted(a, v), np.searchsorted(a, v, side="right")


@dl.differentiable
def bins(v, a):
    return np.digitize(v, a), np.digitize(v, a, right=True), np.digitize(v, a[::-1]), np.digitize(v, a[::-1], right=True)


def numbers(count: int, dtype: type, seed: int, special: bool = True) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=count) * 20.0)
    x = (np.abs(x) if np.dtype(dtype).kind == "u" else x).astype(dtype)
    if special and np.dtype(dtype).kind == "f":
        x[1::9], x[3::11], x[5::13], x[4::17], x[6::19] = np.nan, -0.0, 0.0, np.inf, -np.inf
    return x


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("among", [0, 1, 2, 3, 7, 8, 9, 10, 63, 64, 300])
@pytest.mark.parametrize("special", [True, False])
def test_as_numpy_finds(dtype: type, among: int, special: bool) -> None:
    a = np.sort(numbers(among, dtype, 1, special))
    for count in (0, 1, 7, 8, 9, 100):
        given = numbers(count, dtype, 2, special)
        for v in (given, np.sort(given), np.sort(given)[::-1], np.full(count, a[among // 2]) if among else given):
            left, right = places(a, v)
            assert np.array_equal(left, np.searchsorted(a, v)) and left.dtype == np.int64
            assert np.array_equal(right, np.searchsorted(a, v, side="right"))


def test_nothing_but_what_is_no_number() -> None:
    a, v = np.full(20, np.nan), np.array([1.0, np.nan, -np.inf, np.inf, 0.0, 2.0, 3.0, np.nan, 5.0])
    assert np.array_equal(places(a, v)[0], np.searchsorted(a, v))
    assert np.array_equal(places(a, v)[1], np.searchsorted(a, v, side="right"))


def test_ascending_numbers_cross_every_place() -> None:
    a = np.arange(50.0)
    for step in (0.01, 0.3, 1.0, 2.5, 9.0):
        v = np.arange(-3.0, 55.0, step)
        assert np.array_equal(places(a, v)[0], np.searchsorted(a, v))
        assert np.array_equal(places(a, v)[1], np.searchsorted(a, v, side="right"))


def test_arrays_of_axes_and_other_layouts() -> None:
    a, v = np.sort(numbers(40, np.float64, 3, False)), numbers(60, np.float64, 4, False).reshape(5, 12)
    for given in (v, v.T, v[:, ::-2], v[None]):
        assert np.array_equal(places(a[::2], given)[0], np.searchsorted(a[::2], given))
    assert places(a, 3.5)[1] == np.searchsorted(a, 3.5, side="right")


def test_bins_that_ascend_and_descend() -> None:
    v, a = numbers(200, np.float64, 5), np.array([-20.0, -3.0, 0.0, 0.0, 14.0, 31.0])
    ours = bins(v, a)
    for found, (edges, right) in zip(ours, ((a, False), (a, True), (a[::-1], False), (a[::-1], True)), strict=True):
        assert np.array_equal(found, np.digitize(v, edges, right=right))
