"""Rounding down by constants, as Python and NumPy do it."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl


@pytest.mark.parametrize("by", [1, 2, 3, 7, 8, 10, 64, 100, 127])
def test_divisors_that_are_known(by: int) -> None:
    def divided(x, k):
        return x // by, x % by, k // by, k % by

    native = dl.differentiable(divided)
    for dtype in (np.int64, np.int32, np.int16, np.int8):
        ends = np.iinfo(dtype)
        near = [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 99, 100]
        x = np.array([*near, *(-k for k in near), ends.max, ends.min, ends.max - 1, ends.min + 1], dtype=dtype)
        for k in (0, 1, -1, 5, -5, 64, -64, 2**63 - 1, -(2**63)):
            for found, expected in zip(native(x, k), divided(x, k), strict=True):
                assert np.array_equal(found, expected) and getattr(found, "dtype", int) == getattr(expected, "dtype", int)
