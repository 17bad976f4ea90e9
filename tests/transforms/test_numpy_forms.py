"""Forms of NumPy's functions that few programs use, each as NumPy has it and differentiated; refusals that name what the user wrote."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special

import difflang as dl

X = np.array([[0.3, -1.2, 2.1, 0.9], [1.7, 0.4, -0.6, 1.1], [0.2, 2.5, 0.8, -0.7]])
W = np.array([[0.5, 1.5, 2.0, 0.25], [1.0, 0.75, 0.5, 1.25], [2.5, 0.1, 1.0, 0.3]])


def line_of_unstacked(x: Any) -> Any:
    columns = np.unstack(x, axis=1)
    return np.unstack(x)[1] * columns[-1][0] + sum(c[2] for c in columns[1:3])


def without_slice(x: Any) -> Any:
    return np.delete(x, slice(0, 3, 2), axis=1) * 2.0, np.delete(x, np.s_[::-2]), np.delete(x, slice(None, 1), 0)


def rolled_twice(x: Any) -> Any:
    return np.roll(x, (1, 2)) * x + np.roll(x, (1, 1), axis=0) + np.roll(x, (2, -1), axis=(0, 1))


def about_a_mean(x: Any) -> Any:
    m = np.mean(x, axis=1, keepdims=True)
    return np.var(x, axis=1, mean=m) + x.std(axis=1, mean=m + 0.1, ddof=1)


def about_a_mean_of_some(x: Any) -> Any:
    return np.var(x, mean=0.5, where=x > 0.0), np.std(x, axis=0, mean=np.ones(4), where=x < 2.0)


def freed_of_more_than_there_is(x: Any) -> Any:
    return np.var(x, axis=0, ddof=3), np.std(x, axis=1, ddof=5), np.var(x, ddof=13), x.var(axis=1, ddof=2.5)


def filled_by_arrays(x: Any) -> Any:
    return np.full((2, 4), x[0]) * np.full_like(x[:2], x[1]) + np.full_like(x[:2], [1.0, 2.0, 3.0, 4.0])


def averaged_over_two(x: Any) -> Any:
    y = np.stack([x, 2.0 * x + 1.0])
    return np.average(y, axis=(0, 1), weights=W[:2, :3]), np.average(y, axis=(2, 1), weights=W.T[:4, :3])


def exponential_of_a_stack(x: Any) -> Any:
    square = x[:, :3]
    return scipy.linalg.expm(np.stack([square, 0.5 * square.T])), scipy.linalg.expm(square[None])


def inserted_integers(x: Any) -> Any:
    return np.insert(x[0], [1, 3], [6, 7]), np.insert(x, [1], [[7], [8], [9]], axis=1), np.insert(x, (0, 2), 999, axis=1)


FORMS = [
    line_of_unstacked, without_slice, rolled_twice, about_a_mean, about_a_mean_of_some, filled_by_arrays,
    averaged_over_two, exponential_of_a_stack, inserted_integers,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_form(form: Callable[..., Any]) -> None:
    got, want = dl.differentiable(form)(X), form(X)
    many = isinstance(want, tuple)
    for one, other in zip(got if many else [got], want if many else [want], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
        assert np.asarray(one).dtype == np.asarray(other).dtype
    joined = (lambda x: np.concatenate([np.ravel(part) for part in form(x)])) if many else form
    dl.check_grads(joined, (X,), order=2, modes=("fwd", "rev"))


def test_nothing_is_divided_by_less_than_nothing() -> None:
    with np.errstate(all="ignore"):
        expected = freed_of_more_than_there_is(X)
        for found in (dl.differentiable(freed_of_more_than_there_is)(X), dl.differentiable(freed_of_more_than_there_is)(X + 0j)):
            assert all(np.allclose(ours, theirs) for ours, theirs in zip(found, expected, strict=True))
        assert not np.isfinite(dl.grad(lambda x: np.var(x, ddof=13))(X)).any()


def test_filled_integers() -> None:
    def f(n: Any) -> Any:
        return np.full_like(np.zeros((2, n, 3), dtype=int), [0, 0, 255]), np.full((n, 2), [1, 2], dtype=np.float32)

    for got, want in zip(dl.differentiable(f)(2), f(2), strict=True):
        np.testing.assert_array_equal(got, want)
        assert got.dtype == want.dtype


@pytest.mark.parametrize("shapes", [((2,), (2, 4)), ((2,), (4, 2)), ((1, 3), (2, 1)), ((0,), (1,)), ((3,), ())])
def test_equivalent(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    def f(x: Any, y: Any) -> Any:
        return np.array_equiv(x, y)

    x, y = np.ones(shapes[0]), np.ones(shapes[1])
    assert dl.differentiable(f)(x, y) is f(x, y)


@pytest.mark.parametrize("rule", ["auto", "fd", "scott", "rice", "sturges", "sqrt"])
@pytest.mark.parametrize("whole", [True, False])
def test_bins(rule: str, whole: bool) -> None:
    a = np.random.default_rng(3).normal(0.0, 2.0, 300)
    a = np.round(a).astype(np.int64) if whole else a

    def f(a: Any) -> Any:
        return np.histogram_bin_edges(a, bins=rule), np.histogram_bin_edges(a[:9], bins=rule, range=(0, 1))

    for got, want in zip(dl.differentiable(f)(a), f(a), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)


def records(x: Any) -> Any:
    return np.array([(1, 0), (0, 1)], dtype=[("x", "<i4"), ("y", "<i4")])


def one_truth(x: Any) -> Any:
    return x[x.any()]


def texts(x: Any) -> Any:
    return np.array(["a", "b"])


def complex_erf(x: Any) -> Any:
    return scipy.special.erf(x + 1j)


def complex_gamma(x: Any) -> Any:
    return scipy.special.gamma(x + 1j)


def working_directory(x: Any) -> Any:
    return len(os.getcwd()) * x


def existing(x: Any) -> Any:
    return x if os.path.exists("a") else -x


def opened(x: Any) -> Any:
    return open("a")


def unstacked(x: Any) -> Any:
    return np.unstack(x)


@pytest.mark.parametrize(
    ("function", "code", "reason"),
    [
        (records, "DL030", "the dtype [('x', '<i4'), ('y', '<i4')] is outside the language"),
        (one_truth, "DL023", "one truth as an index"),
        (texts, "DL005", "numbers or arrays are needed here, not the text 'a', the text 'b'"),
        (complex_erf, "DL005", "this special function takes real numbers"),
        (complex_gamma, "DL005", "this special function takes real numbers"),
        (working_directory, "DL004", "os.getcwd cannot be compiled"),
        (existing, "DL004", "os.path.exists cannot be compiled"),
        (opened, "DL004", "open cannot be compiled"),
        (unstacked, "DL027", "a tuple of np.unstack"),
    ],
)
def test_refusals_say_what_the_user_wrote(function: Callable[..., Any], code: str, reason: str) -> None:
    with pytest.raises(dl.DifflangError) as caught:
        dl.differentiable(function)(X)
    assert caught.value.code == code
    assert reason in caught.value.reason
    assert caught.value.place is not None and caught.value.place.file == __file__
