"""What the ops of order are tried on: sorting, searching, positions, sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def ordered(
    call: Callable[..., Any], method: Callable[..., Any], real: Callable[..., Any], raw: Callable[..., Any]
) -> dict[str, list[Any]]:
    x, y, z, long = real(9), real(3, 4), real(2, 3, 2), np.argsort(real(67)) * 0.3
    whole, holes = np.array([3, 1, 3, 2, 1, 1]), np.array([1.0, np.nan, -2.0, np.nan, 0.5])
    up, bins = np.sort(real(8)), np.array([-1.0, 0.0, 0.5, 1.0])
    truths = np.array([True, False, True, True])
    return {
        "order": [raw((y,), {"axis": 0}, np.argsort(y, axis=0)), raw((whole,), {"axis": 0}, np.argsort(whole, kind="stable"))],
        "ordered": [
            raw((y,), {"axis": 0}, np.sort(y, axis=0)),
            raw((long,), {"axis": 0}, np.sort(long)),
            raw((z,), {"axis": 1}, np.sort(z, 1)),
        ],
        "sort": [call(np.sort, x), call(np.sort, long), call(np.sort, y, axis=0), call(np.sort, z, 1), call(np.sort, y, axis=None)]
        + [call(np.sort, whole), call(np.sort, holes), call(np.sort, truths), call(np.sort, real(0)), call(np.sort, real(1))]
        + [call(np.sort, real(20, dtype=np.float32)), call(np.sort, x, kind="stable"), call(np.sort, y.T)],
        "argsort": [call(np.argsort, x), call(np.argsort, y, axis=0), method("argsort", y), call(np.argsort, y, axis=None)]
        + [call(np.argsort, whole, kind="stable"), call(np.argsort, long), call(np.argsort, truths, stable=True)],
        "partition": [call(np.partition, real(2), 0), call(np.partition, y[:, :2], 1, axis=1)],
        "argpartition": [call(np.argpartition, real(2), 0)],
        "lexsort": [call(np.lexsort, (x, x > 0)), call(np.lexsort, (whole[::-1], whole))],
        "search": [raw((up, x), {"side": "left"}, np.searchsorted(up, x))],
        "searchsorted": [call(np.searchsorted, up, x), call(np.searchsorted, up, up, side="right"), call(np.searchsorted, up, 0.25)]
        + [call(np.searchsorted, np.array([1, 2, 2, 5]), np.array([2, 9, 0])), method("searchsorted", up, y)]
        + [call(np.searchsorted, np.array([1, 2, 4]), 2.5), call(np.searchsorted, np.array([2.0, 1.0]), x, sorter=np.array([1, 0]))],
        "digitize": [call(np.digitize, x, bins), call(np.digitize, bins, bins, right=True), call(np.digitize, x, bins[::-1])]
        + [call(np.digitize, 0.3, bins), call(np.digitize, bins, bins[::-1], True)],
        "positions": [raw((truths,), {}, np.flatnonzero(truths)), raw((np.array([0.0, np.nan, 2.0]),), {}, np.array([1, 2]))],
        "flatnonzero": [call(np.flatnonzero, y > 0), call(np.flatnonzero, whole - 1), call(np.flatnonzero, real(0))],
        "nonzero": [call(np.nonzero, y > 0), method("nonzero", x), call(np.nonzero, z > 0.5)],
        "argwhere": [call(np.argwhere, y > 0), call(np.argwhere, x < 0)],
        "take_along_axis": [call(np.take_along_axis, y, np.argsort(y, axis=1), axis=1)]
        + [call(np.take_along_axis, y, np.array([[0, 2, 1, 1]]), 0), call(np.take_along_axis, x, np.array([1, 1]), axis=0)],
        "unique_values": [call(np.unique_values, np.array([3, 3]))],
        "unique_counts": [call(np.unique_counts, whole)],
        "unique_inverse": [call(np.unique_inverse, whole)],
        "unique_all": [call(np.unique_all, whole)],
        "unique": [call(np.unique, whole), call(np.unique, whole, return_index=True, return_inverse=True, return_counts=True)]
        + [call(np.unique, np.round(y)), call(np.unique, holes), call(np.unique, whole, return_counts=True), call(np.unique, real(0))]
        + [
            call(np.unique, np.array([[2, 1], [1, 2]]), return_inverse=True),
            call(np.unique, truths),
            call(np.unique, holes, equal_nan=False),
        ],
        "isin": [call(np.isin, whole, np.array([1, 7])), call(np.isin, np.round(y), np.array([0.0, 1.0]), invert=True)],
        "union1d": [call(np.union1d, whole, np.array([9, 1]))],
        "intersect1d": [call(np.intersect1d, whole, np.array([2, 1, 8]))],
        "setdiff1d": [call(np.setdiff1d, whole, np.array([2, 8]))],
        "setxor1d": [call(np.setxor1d, whole, np.array([2, 8]))],
        "cumargmax": [raw((np.array([1.0, 3.0, 2.0, 3.0, 4.0]),), {"axis": 0}, np.array([0, 1, 1, 1, 4]))]
        + [raw((holes,), {"axis": 0}, np.array([0, 1, 1, 1, 1])), raw((whole,), {"axis": 0}, np.zeros(6, np.int64))],
        "cumargmin": [raw((y,), {"axis": 1}, np.array([[np.argmin(row[: k + 1]) for k in range(4)] for row in y]))],
        "cummax": [raw((y,), {"axis": 0}, np.maximum.accumulate(y, axis=0)), raw((x,), {}, np.maximum.accumulate(x))],
        "cummin": [raw((y,), {"axis": 1}, np.minimum.accumulate(y, axis=1))],
    }
