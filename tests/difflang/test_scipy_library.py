"""Functions of SciPy's that are written in the language: as SciPy says, in every way, differentiated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl
import scipy.special as sp
from scipy.linalg import cho_factor, cho_solve, solve_triangular

import difflang as dl
from tests.ways import run

RNG = np.random.default_rng(8)
A = 0.5 * RNG.normal(size=(3, 3))
S = A @ A.T + 2 * np.eye(3)
B = RNG.normal(size=3)


def by_factor(a: Any, b: Any) -> Any:
    factor = cho_factor(a, lower=True)
    return b @ cho_solve(factor, b) + 2 * np.sum(np.log(np.diag(factor[0]))) + b @ cho_solve(cho_factor(a), b)


def triangles(a: Any, b: Any) -> Any:
    lower = sl.cholesky(a, lower=True, check_finite=False)
    z = solve_triangular(lower, b, lower=True)
    turned = solve_triangular(lower, b, trans="T", lower=True) + solve_triangular(lower.T, z)
    return z @ turned + np.sum(solve_triangular(lower, b, lower=True, trans=1, unit_diagonal=True) ** 2) + sl.cholesky(a)[0, 2]


def exponential(a: Any, b: Any) -> Any:
    return b @ sl.expm(a) @ b + np.trace(sl.expm(2.0 * a)) + np.sum(sl.expm(0.0 * a))


def generalised(a: Any, b: Any) -> Any:
    w, v = sl.eigh(a, np.diag(b**2 + 1))
    return w @ np.arange(3.0) + np.sum(v[:, 0] ** 4) + sl.eigvalsh(a)[0] + sl.eigh(a, eigvals_only=True)[1]


def several(a: Any, b: Any) -> Any:
    total = sl.solve(a, b, assume_a="pos") @ b + sl.det(a) + sl.norm(a, 1) + sl.inv(a)[0, 0] + np.sum(sl.pinv(a) ** 2)
    q, r = sl.qr(a, mode="economic")
    return total + np.sum(np.linalg.inv(sl.block_diag(a, 2 * a)) ** 2) + r[0, 0] * q[0, 0] + sl.svdvals(a)[0] + sl.svd(a)[1][1]


def incomplete(a: Any, b: Any) -> Any:
    x = b**2 * 4.0
    return np.sum(sp.gammainc(x + 0.2, np.diag(a) * 2.0)) + np.sum(sp.gammaincc(np.diag(a), x) ** 2)


FUNCTIONS = [by_factor, triangles, exponential, generalised, several, incomplete]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_values_and_gradients(function: Callable[..., Any]) -> None:
    expected = function(S, B)
    for way in ("written", "evaluated", "compiled"):
        np.testing.assert_allclose(run(way, function, (S, B))[0], expected, rtol=1e-11, err_msg=way)
    gradient = dl.grad(function, (0, 1))
    found = gradient(S, B)
    for k, given in enumerate((S, B)):
        for step in np.eye(given.size).reshape(-1, *given.shape)[:: 2 if k == 0 else 1]:
            moved = [function(*(x + t * step if j == k else x for j, x in enumerate((S, B)))) for t in (2e-5, -2e-5)]
            np.testing.assert_allclose(np.sum(found[k] * step), (moved[0] - moved[1]) / 4e-5, rtol=1e-6, atol=1e-6)
    for one, other in zip(found, gradient.python(S, B), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_incomplete_gamma_functions() -> None:
    a, x = 10 ** RNG.uniform(-1.5, 2.5, 100), 10 ** RNG.uniform(-2, 2.6, 100)
    a, x = np.concatenate([a, [1.0, 2.0, 3.0]]), np.concatenate([x, [0.0, np.inf, -1.0]])
    lower, upper = dl.differentiable(lambda a, x: (sp.gammainc(a, x), sp.gammaincc(a, x)))(a, x)
    np.testing.assert_allclose(lower, sp.gammainc(a, x), rtol=2e-12, atol=1e-280)
    np.testing.assert_allclose(upper, sp.gammaincc(a, x), rtol=2e-12, atol=1e-280)


def kept(a: Any, k: int) -> Any:
    if k == 1:
        t = np.sin(a)
        return t * t
    return a * 3.0 * np.cos(a)


def twice(a: Any, k: int) -> Any:
    return np.sum(kept(a, k)) + np.sum(kept(a, k + 1))


def test_what_a_path_lacks_of_the_tape_is_written() -> None:
    gradient = dl.grad(twice)
    np.testing.assert_allclose(gradient.python(B, 1), gradient(B, 1), rtol=1e-13)


def test_functions_of_scipy_themselves() -> None:
    from scipy import special

    x = np.array([1.0, 2.0])
    assert np.allclose(dl.grad(special.logsumexp)(x), special.softmax(x))
    assert np.allclose(dl.differentiable(special.log_softmax)(x), special.log_softmax(x))


def test_constants_that_a_rule_is_made_of() -> None:
    f = dl.differentiable(lambda x: np.convolve([1.0], [2.0]) * x + np.convolve(np.array([1.0]), np.ones(1)))
    assert np.array_equal(f(3.0), [7.0])


def polynomials(x: Any) -> Any:
    one = sp.eval_legendre(5, x), sp.eval_chebyt(4, x), sp.eval_chebyu(4, x), sp.eval_hermite(3, x), sp.eval_hermitenorm(4, x)
    two = sp.eval_laguerre(4, x), sp.eval_genlaguerre(3, 0.5, x), sp.eval_gegenbauer(3, 0.5, x), sp.eval_jacobi(3, 0.5, 1.5, x)
    return *one, *two, sp.eval_legendre(0, x), sp.eval_jacobi(1, x, 1.5, x), sp.ellipkm1(x), sp.comb(x + 3, 2.0, repetition=True)


def distributions(x: Any) -> Any:
    one = sp.betainc(2.0, 3.0, x), sp.betainc(x, 2.0, 0.3), sp.betainc(0.5, x * 30, x), sp.betaincc(2.0, 3.0, x), sp.chdtr(3.0, x)
    two = sp.chdtrc(3.0, x * 9), sp.gdtr(1.0, 2.0, x), sp.gdtrc(1.0, 2.0, x), sp.pdtr(2, x), sp.pdtrc(2, x), sp.bdtr(1, 4, x)
    return *one, *two, sp.bdtrc(1, 4, x), sp.fdtr(2.0, 3.0, x), sp.fdtrc(2.0, 3.0, x), sp.stdtr(3.0, x - 0.5)


@pytest.mark.parametrize("function", [polynomials, distributions])
def test_polynomials_and_distributions(function: Callable[..., Any]) -> None:
    x, direction = np.array([0.2, 0.45, 0.9]), np.array([0.3, -0.5, 0.4])
    for found, expected in zip(dl.differentiable(function)(x), function(x), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)

    def total(x: Any) -> Any:
        value = 0.0
        for k, part in enumerate(function(x)):
            value = value + (k + 1.0) * np.sum(part)
        return value

    def at(h: float) -> Any:
        return total(x + h * direction)

    expected = (8 * (at(1e-3) - at(-1e-3)) - at(2e-3) + at(-2e-3)) / 12e-3
    assert abs(dl.grad(total)(x) @ direction - expected) < 1e-7 * abs(expected)
    assert abs(dl.jvp(total, (x,), (direction,))[1] - expected) < 1e-7 * abs(expected)
    edges = np.array([0.0, 1.0, 0.5, 1.5, np.nan])
    np.testing.assert_allclose(dl.differentiable(lambda x: sp.betainc(1.5, 1.5, x))(edges), sp.betainc(1.5, 1.5, edges))
