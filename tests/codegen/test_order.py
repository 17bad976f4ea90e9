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
@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 17, 199, 200, 201, 513, 1500, 4096, 4097, 17000])
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


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [*range(34), 63, 64, 65, 127, 130, 1000])
def test_networks_of_every_size(dtype: type, count: int) -> None:
    """Numbers with many equal ones, none of them special: no stable sort is asked for help."""
    rng = np.random.default_rng(count)
    x = np.abs(rng.integers(-30, 30, size=count)).astype(dtype)
    x = x if np.dtype(dtype).kind in "ub" else np.where(rng.random(count) < 0.5, x, -1 - x).astype(dtype)
    values, places = ordered(x)
    assert values.tobytes() == np.sort(x).tobytes()
    assert np.array_equal(places, np.argsort(x, kind="stable"))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint64, np.int32, np.uint32])
def test_ends_of_the_range(dtype: type) -> None:
    kind = np.dtype(dtype).kind
    info = np.finfo(dtype) if kind == "f" else np.iinfo(dtype)
    ends = [info.min, info.max, 1, 0, *([np.inf, -np.inf, info.tiny, -info.tiny] if kind == "f" else [])]
    x = np.random.default_rng(1).choice(np.array(ends, dtype=dtype), 77)
    values, places = ordered(x)
    assert values.tobytes() == np.sort(x).tobytes()
    assert np.array_equal(places, np.argsort(x, kind="stable"))
