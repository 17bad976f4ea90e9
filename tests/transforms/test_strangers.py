"""What other people's test suites found: results that were silently different, and internal errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl


def without_axes(a: Any) -> Any:
    return a.reshape(())


def counted(n: Any) -> Any:
    return np.arange(n)


def permutations(seq: Any) -> Any:
    if not seq:
        return [[]]
    found = []
    for item in permutations(seq[:-1]):
        found += [item + seq for _ in range(1)]
    return found


def given(c: int) -> Any:
    return permutations([1, 2] * c)


@pytest.mark.parametrize("n", [np.int8(4), np.float32(3), np.int64(2), 3, 2.5, np.uint8(3)])
def test_arange_has_numpys_dtype(n: Any) -> None:
    found = dl.differentiable(counted)(n)
    assert found.dtype == np.arange(n).dtype and np.array_equal(found, np.arange(n))


def test_arange_of_complex_numbers_is_refused() -> None:
    with pytest.raises(dl.DifflangError, match="np.arange takes real numbers"):
        dl.differentiable(counted)(3 + 0j)


def test_a_reshape_to_no_axes_takes_one_element() -> None:
    assert dl.differentiable(without_axes)(np.ones((1, 1))) == 1.0
    with pytest.raises(ValueError, match="cannot reshape array of size 3 into shape"):
        dl.differentiable(without_axes)(np.ones(3))


def test_a_recursion_over_its_own_result() -> None:
    assert dl.differentiable(given)(3) == given(3)


def test_a_gradient_by_an_array_without_axes_in_a_callee() -> None:
    def inner(a: Any, x: float) -> Any:
        return a[()] * x * a

    def outer(a: Any, x: float) -> Any:
        return inner(a, x) + inner(a, 2.0) * a.item()

    a = np.array(1.5)
    found = dl.grad(outer)(a, 3.0)
    assert np.shape(found) == () and found == pytest.approx(2 * 1.5 * 3.0 + 3 * 1.5**2 * 2.0)


def in_integers(x: Any) -> Any:
    return np.mean(x, dtype=int), np.mean(x, 1, dtype=int), np.mean(x, dtype=np.float32), np.mean(x, 0, dtype=float)


def spread_in_integers(x: Any) -> Any:
    return np.var(x, dtype=int)


def test_means_in_integers() -> None:
    x = np.array([[0.5, 2.5, 7.0], [1.0, -4.5, 3.0]])
    for found, expected in zip(dl.differentiable(in_integers)(x), in_integers(x), strict=True):
        assert np.asarray(found).dtype == np.asarray(expected).dtype and np.allclose(found, expected)
    with pytest.raises(dl.DifflangError, match="in integers"):
        dl.differentiable(spread_in_integers)(x)


def covariance(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None) -> Any:
    return np.cov(m, y, rowvar, bias, ddof)


def covariance_by_data(m: Any, flags: Any) -> Any:
    return np.cov(m, rowvar=flags[0] > 0)


def test_a_flag_of_the_run_is_not_taken_for_true() -> None:
    x = np.array([[0.5, 2.5, 7.0], [1.0, -4.5, 3.0]])
    f = dl.differentiable(covariance)
    for rowvar in (True, False):
        for bias in (True, False):
            for ddof in (None, 0, 1):
                assert np.allclose(f(x, None, rowvar, bias, ddof), covariance(x, None, rowvar, bias, ddof))
    with pytest.raises(dl.DifflangError, match="DL011"):
        dl.differentiable(covariance_by_data)(x, np.zeros(1))


def spiral(a: Any, b: Any) -> Any:
    return np.geomspace(a, b, 5)


def test_geomspace_of_complex_numbers_is_refused() -> None:
    assert np.allclose(dl.differentiable(spiral)(1.0, 16.0), [1, 2, 4, 8, 16])
    for end in (2j, np.complex64(2j)):
        with pytest.raises(dl.DifflangError, match="np.geomspace takes real numbers"):
            dl.differentiable(spiral)(-1, end)
