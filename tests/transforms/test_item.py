"""x.item() of every dtype is Python's number, and special functions refuse complex numbers at their line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl


def picked(x: Any) -> Any:
    return x.item(0), x.item(1, 1), x[0, 1].item()


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "?"])
def test_item_is_pythons_number(dtype: str) -> None:
    x = np.array([[3, 0], [5, 1]]).astype(dtype)
    got = dl.differentiable(picked)(x)
    assert got == picked(x)
    assert list(map(type, got)) == list(map(type, picked(x)))


def beyond(x: Any) -> Any:
    return x.item(0)


def test_item_beyond_64_bits_is_refused() -> None:
    with pytest.raises(dl.IntegerOverflow):
        dl.differentiable(beyond)(np.array([2**63 + 5], np.uint64))


def mirrored(z: Any) -> Any:
    from scipy.special import digamma

    return digamma(z)


@pytest.mark.parametrize("z", [1 + 2j, np.array([1 + 2j]), np.array([1 + 2j], np.complex64)])
def test_special_functions_refuse_complex_numbers(z: Any) -> None:
    with pytest.raises(dl.DifflangError, match="takes real numbers") as refused:
        dl.differentiable(mirrored)(z)
    assert "digamma(z)" in str(refused.value)
