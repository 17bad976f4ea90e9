"""Sorting: few numbers are merged, many dealt out by their bytes; both are stable, zeros are equal, what is not a number comes last."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl

DTYPES = [np.float64, np.float32, np.float16, np.int64, np.int32, np.int8, np.uint64, np.uint16, np.bool_]


@dl.differentiable
def ordered(x):
    return np.sort(x), np.argsort(x, kind="stable")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [0, 1, 17, 199, 200, 201, 202, 1500])
def test_as_numpy_sorts(dtype: type, count: int) -> None:
    rng = np.random.default_rng(count)
    x = rng.normal(size=count) * 100.0
    x = (np.abs(x) if np.dtype(dtype).kind == "u" else x).astype(dtype)
    if np.dtype(dtype).kind == "f":
        x[::7], x[1::49], x[3::50], x[5::100], x[6::90], x[2::90] = 0.0, -0.0, np.nan, -np.nan, np.inf, -np.inf
    values, places = ordered(x)
    assert values.tobytes() == np.sort(x, kind="stable").tobytes()
    assert np.array_equal(places, np.argsort(x, kind="stable"))


def test_bytes_that_all_have_in_common() -> None:
    x = np.arange(1000)[::-1].copy()
    values, places = ordered(x)
    assert np.array_equal(values, np.arange(1000)) and np.array_equal(places, x)
    same = np.full(1000, 3.5)
    values, places = ordered(same)
    assert np.array_equal(values, same) and np.array_equal(places, np.arange(1000))


def test_along_axes() -> None:
    x = np.random.default_rng(3).normal(size=(300, 3))
    assert np.array_equal(dl.differentiable(lambda x: np.sort(x, axis=0))(x), np.sort(x, axis=0))
