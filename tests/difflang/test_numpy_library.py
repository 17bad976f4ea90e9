"""What NumPy writes in NumPy: rows that differ, runs reduced, polynomials by their roots; integers without a sign beside others."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.integers(0, 3, (9, 2))


def agree(function: Callable[..., Any], *args: Any) -> None:
    found, wanted = dl.differentiable(function)(*args), function(*args)
    pairs = zip(found, wanted, strict=True) if isinstance(wanted, tuple) else [(found, wanted)]
    for one, other in pairs:
        assert (np.shape(one), np.asarray(one).dtype) == (np.shape(other), np.asarray(other).dtype)
        np.testing.assert_allclose(one, other, rtol=1e-12)


def runs(x: Any) -> Any:
    return np.add.reduceat(x, [0, 4, 1, 5]), np.maximum.reduceat(x, np.array([0, 3, 5])), np.multiply.reduceat(x, (0, 2))


def columns(x: Any) -> Any:
    return np.add.reduceat(x, [0, 2], axis=1), np.logical_or.reduceat(x > 0, [0, 1], axis=1)


@pytest.mark.parametrize("x", [np.arange(8), RANDOM.normal(size=(8, 3))])
def test_reduceat(x: Any) -> None:
    agree(runs, x)
    if x.ndim == 2:
        agree(columns, x)
    np.testing.assert_array_equal(dl.grad(lambda x: np.sum(np.add.reduceat(x, [0, 3]) ** 2))(np.arange(5.0)), [6, 6, 6, 14, 14])
    with pytest.raises(IndexError, match="index 9 out-of-bounds in add.reduceat"):
        dl.differentiable(lambda x: np.add.reduceat(x, [0, 9]))(np.ones(8))


def test_unique_rows() -> None:
    def rows(x: Any) -> Any:
        return np.unique(x, axis=0)

    def all_of_it(x: Any) -> Any:
        return np.unique(x, return_index=True, return_inverse=True, return_counts=True, axis=0)

    def other_axis(x: Any) -> Any:
        return np.unique(x, axis=1)

    for function in (rows, all_of_it, other_axis):
        agree(function, ROWS if function is rows else ROWS.astype(float))
    x = np.array([[1.0, 2], [0, 3], [1, 2]])
    np.testing.assert_array_equal(dl.grad(lambda x: np.sum(np.unique(x, axis=0)[0] ** 2))(x), [[0, 0], [0, 6], [0, 0]])


def ordered_roots(p: Any) -> Any:
    return np.sort(np.roots(p))


def polynomials(z: Any) -> Any:
    p = np.poly(z)
    return p, np.polydiv(p, np.array([1.0, -z[0]]))[0], np.polydiv(z, np.array([2.0, 1.0]))[1]


def test_roots_and_polynomials() -> None:
    for p in ([0.0, 1, -3, 2, 0, 0], [1, -3, 2], [2.0], [0.0, 0.0]):
        agree(ordered_roots, np.array(p))
    agree(lambda p: np.abs(np.roots(p)), np.array([1.0, 0, 1]).astype(complex))
    agree(polynomials, np.array([1.0, 2.0, 3.5]))
    np.testing.assert_allclose(dl.grad(lambda p: np.max(np.roots(p)))(np.array([1.0, -3, 2])), [-4, -2, -1])
    with pytest.raises(dl.DifflangError, match="make it complex first"):
        dl.differentiable(ordered_roots)(np.array([1.0, 0, 1]))


def compared(u: Any, i: Any) -> Any:
    return u > i, u == i, u <= i, np.greater(u, i), i < u, i >= u, i != u, u < i, u != i


def with_numbers(u: Any, k: int) -> Any:
    return u > -1, u == -3, u >= 0, -1 < u, 5 >= u, u > k, u == k, k <= u


def test_integers_without_a_sign_are_compared_exactly() -> None:
    u = np.array([0, 2**63, 2**64 - 1, 2**62 + 1, 5], np.uint64)
    i = np.array([-1, 2**62, 2**63 - 1, 2**62, 5])
    agree(compared, u, i)
    agree(compared, u, i.astype(np.int32))
    agree(compared, np.uint64(2**63), np.int64(-1))
    for k in (-1, 5):
        agree(with_numbers, u, k)


def test_lists_and_checks() -> None:
    assert dl.differentiable(lambda x: x.tolist())(np.array([1.5, 2.0])) == [1.5, 2.0]
    assert dl.differentiable(lambda x: x.tolist())(np.array([[1, 2], [3, 4]])) == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="infs or NaNs"):
        dl.differentiable(lambda x: np.asarray_chkfinite(x) * 2)(np.array([np.inf]))
    agree(lambda x: np.linalg.tensordot(x, x, axes=1), RANDOM.normal(size=(3, 3)))


def running(x: Any) -> Any:
    return np.cumulative_sum(x, axis=1, include_initial=True), np.cumulative_prod(x, axis=-2, dtype=np.float64)


def over_axes(x: Any) -> Any:
    return np.apply_over_axes(np.sum, x, [0, 1]), np.trace(x, 1, dtype=np.float64), np.linalg.trace(x, offset=-1)


def bordered(x: Any) -> Any:
    return np.pad(x, 2, mode="linear_ramp", end_values=5), np.pad(x, 1, mode="mean")


def listed_numbers(x: Any) -> Any:
    """In a list Python's numbers are as strong as others."""
    return np.array([1.0, x[0, 0]]), np.array([1, x[0, 0]]), np.array(x, ndmin=3), np.array(x[0], ndmin=2)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8])
@pytest.mark.parametrize("function", [running, over_axes, bordered, listed_numbers])
def test_keywords(function: Callable[..., Any], dtype: Any) -> None:
    agree(function, (np.arange(12).reshape(3, 4) * 5 % 7).astype(dtype))


def test_deviation_of_complex_numbers() -> None:
    x = np.array([1 + 2j, np.nan, 3j])
    np.testing.assert_allclose(dl.differentiable(lambda x: (np.nanvar(x), np.nanstd(x)))(x), (np.nanvar(x), np.nanstd(x)))


def parts(m: Any) -> Any:
    a, b, c = np.unstack(m)
    return a * b + c, sum(r.sum() for r in np.unstack(m, axis=1)), np.compress([1, 0, 1], m, axis=1), np.compress([1, 0], m, axis=0)


def by_numbers(m: Any) -> Any:
    one = np.einsum(m, [0, 1], m, [2, 1], [0, 2]), np.einsum(m, [0, 1], m, [0, 1]), np.einsum(m, [..., 0], [...])
    return *one, np.einsum(m @ m.T, [3, 3])


def lists(m: Any) -> Any:
    many = np.fromiter((t * 2 for t in m[0]), dtype=np.float64), np.fromiter((t for t in m[1]), float, count=2)
    return *many, np.array(m, order="F"), np.copy(m, order="F"), np.iterable(m), np.isdtype(m.dtype, "real floating")


def ruled(m: Any) -> Any:
    x = m.ravel()
    one = np.histogram(x, "auto"), np.histogram(x, bins="sqrt", range=(-1, 1)), np.histogram(x, "scott"), np.histogram(x, "fd")
    return *(part for pair in one for part in pair), np.histogram_bin_edges(x, "rice"), *np.histogram(x, "sturges", density=True)


def of_nothing(m: Any) -> Any:
    none = m[:0, 0]
    return np.median(none), np.max(none, initial=2.0), np.min(m, initial=-9.0), np.median(m[:, :2], axis=1), np.median(m > 0)


def narrow(m: Any) -> Any:
    u = np.abs(m * 10).astype(np.uint8)
    whole = (m * 2).astype(np.int64)
    return *np.modf(u), *np.frexp(u), np.angle(u), np.angle(m > 0), np.reciprocal(whole), np.reciprocal(whole.astype(np.int8))


def constants(m: Any) -> Any:
    one = np.polyint([1.0, 2.0], 2, [1.0, 2.0]), np.polyint(m[0], 2, 3.0), np.polyint(m[0], 1, [4.0])
    return *one, np.concatenate([m, m], dtype=np.float32), np.concatenate((m[0], m[1]), axis=None)


def of_some(m: Any) -> Any:
    holes = np.where(m > 1, np.nan, m)
    one = np.nansum(m, axis=0, where=m > 0, initial=2.0), np.nanmean(holes, axis=1, where=m < 0.9), np.nanmax(holes, axis=0, initial=0.0)
    return *one, np.nanmin(m, initial=-5.0), np.nanstd(m, where=m < 1, ddof=1), np.nansum(holes, axis=0, dtype=np.float32)


@pytest.mark.parametrize("function", [of_some, constants, parts, by_numbers, lists, ruled, of_nothing, narrow], ids=lambda f: f.__name__)
def test_forms_that_others_use(function: Callable[..., Any]) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        agree(function, np.random.default_rng(4).normal(size=(3, 4)))


def test_numbers_mended_in_place() -> None:
    def mended(x: Any) -> Any:
        np.nan_to_num(x, copy=False, nan=1.5)
        return x * 2

    mine, theirs = np.array([1.0, np.nan]), np.array([1.0, np.nan])
    np.testing.assert_array_equal(dl.differentiable(mended)(mine), mended(theirs))
    np.testing.assert_array_equal(mine, theirs)


def test_complex_roots_by_value_are_refused() -> None:
    with pytest.raises(dl.DifflangError, match="np.emath.sqrt gives complex numbers depends on the values"):
        dl.differentiable(lambda x: np.emath.sqrt(x))(1.0)
