"""Linear algebra compiled: NumPy's errors, named results, values that NumPy gives for odd shapes; ops of several results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.errors import DifflangError
from tests.ways import WAYS, run

RNG = np.random.default_rng(3)
SQUARE = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
POSITIVE = SQUARE @ SQUARE.T
STACK = np.stack([POSITIVE, POSITIVE + np.eye(3)])
TALL, WIDE = RNG.normal(size=(4, 2)), RNG.normal(size=(2, 2, 3))


def factors(a: Any) -> Any:
    sign, logdet = np.linalg.slogdet(a)
    w, v = np.linalg.eigh(a)
    return sign, logdet, w, np.abs(v), np.abs(np.linalg.eigh(a, UPLO="u")[1]), np.linalg.cholesky(a, upper=True)


def rectangles(a: Any) -> Any:
    u, s, vh = np.linalg.svd(a)
    thin, _, right = np.linalg.svd(a, full_matrices=False)
    q, r = np.linalg.qr(a)
    whole, upper = np.linalg.qr(a, mode="complete")
    found = (u, s, vh, thin, right, q, r, whole, upper, np.linalg.qr(a, mode="r"), np.linalg.svd(a, compute_uv=False))
    return found + (np.linalg.matrix_rank(a), np.linalg.pinv(a))


def least(a: Any, b: Any) -> Any:
    return np.linalg.lstsq(a, b, rcond=None)


def small(a: Any) -> Any:
    return np.linalg.norm(a[0], 0.5), np.linalg.norm(a[0], -np.inf), np.linalg.norm(a, -np.inf), np.linalg.vector_norm(a, ord=0.5)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        *((factors, (a,)) for a in (POSITIVE, STACK, POSITIVE.astype(np.float32), np.array([[4.0]]))),
        *((rectangles, (a,)) for a in (SQUARE, TALL, WIDE, SQUARE.T, TALL.astype(np.float32))),
        *((least, (a, b)) for a, b in ((TALL, np.ones(4)), (TALL, TALL), (TALL.T, np.ones(2)), (np.ones((3, 2)), np.arange(3.0)))),
        (small, (SQUARE,)),
    ],
)
def test_values(way: str, function: Any, arguments: Any) -> None:
    found, _ = run(way, function, arguments)
    for one, other in zip(found, function(*arguments), strict=True):
        tolerance = 1e-11 if np.asarray(other).dtype == np.float64 else 1e-4
        assert np.shape(one) == np.shape(other) and np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)




def one(a: Any) -> Any:
    return np.linalg.cholesky(a)


def two(a: Any, b: Any) -> Any:
    return np.linalg.solve(a, b)


def three(a: Any) -> Any:
    return np.linalg.inv(a)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (one, (-POSITIVE,)),
        (one, (np.ones((2, 3)),)),
        (two, (np.ones((2, 2)), np.ones(2))),
        (three, (np.zeros((2, 2)),)),
        (three, (np.ones((3, 2)),)),
    ],
)
def test_errors_are_numpys(function: Any, arguments: Any) -> None:
    with pytest.raises(np.linalg.LinAlgError) as expected:
        function(*arguments)
    with pytest.raises(np.linalg.LinAlgError) as found:
        dl.differentiable(function)(*arguments)
    assert str(found.value) == str(expected.value)


def test_sizes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="mismatch in its core dimension 0.*size 4 is different from 3"):
        dl.differentiable(two)(SQUARE, np.ones(4))


def eigenvalues(a: Any) -> Any:
    return np.linalg.eigvals(a)


def test_complex_eigenvalues_are_refused() -> None:
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    for way in ("evaluated", "compiled"):
        with pytest.raises(DifflangError, match="the eigenvalues are complex"):
            run(way, eigenvalues, (turn,))


def vector(a: Any) -> Any:
    return np.linalg.cholesky(a[0])


def complete(a: Any) -> Any:
    return np.sum(np.linalg.qr(a, mode="complete")[0])


def test_refusals() -> None:
    with pytest.raises(DifflangError, match="1-dimensional array given"):
        dl.differentiable(vector)(SQUARE)
    with pytest.raises(DifflangError, match="reduced"):
        dl.grad(complete)(TALL)


def named(a: Any) -> Any:
    found = np.linalg.eigh(a)
    return found.eigenvalues[0] + np.linalg.slogdet(a).logabsdet + np.linalg.svd(a).S[0], found


def test_results_are_named() -> None:
    value, found = dl.differentiable(named)(POSITIVE)
    expected, pair = named(POSITIVE)
    np.testing.assert_allclose(value, expected)
    assert type(found) is type(pair) and np.allclose(found.eigenvalues, pair.eigenvalues)


def ties(a: Any) -> Any:
    w, v = np.linalg.eigh(a)
    return np.sum(w**2) + np.sum(np.linalg.svd(a)[1]) + np.linalg.norm(a - a)


def test_equal_values_and_zero_norms_do_no_harm() -> None:
    np.testing.assert_allclose(dl.grad(ties)(np.eye(3)), 3 * np.eye(3), atol=1e-12)


def exported(a: Any, b: Any) -> Any:
    return np.linalg.solve(a, b) + np.linalg.eigvalsh(a)


def test_exported_libraries_call_lapack(tmp_path: Any) -> None:
    path = dl.export_library("lin", {"f": (exported, (SQUARE, np.ones(3)))}, directory=tmp_path)
    library = dl.load_library(path)
    np.testing.assert_allclose(library.f(SQUARE, np.ones(3)), exported(SQUARE, np.ones(3)), rtol=1e-12)
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        library.f(np.zeros((3, 3)), np.ones(3))


def power(a: Any, k: int) -> Any:
    return np.sum(np.linalg.matrix_power(a, k) ** 2)


def cube(a: Any) -> Any:
    return np.sum(np.linalg.matrix_power(a, 3) ** 2)


def test_exponents_of_the_run() -> None:
    for k in (0, 1, 3, -2):
        np.testing.assert_allclose(dl.differentiable(power)(SQUARE, k), power(SQUARE, k), rtol=1e-12)
    np.testing.assert_allclose(dl.grad(power)(SQUARE, 3), dl.grad(cube)(SQUARE), rtol=1e-12)
