"""Factors, signs, steps, branches and sizes as one writes them by hand; and slices of equal length."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import difflang as dl

V, W = np.array([0.3, -1.2, 2.0, 0.7]), np.array([1.0, 0.5, -2.0, 1.5])
X = np.arange(12.0).reshape(4, 3) / 7


def mse(w: Any, x: Any, y: Any) -> Any:
    r = x @ w - y
    return np.sum(r**2) / len(y)


def mae(w: Any, x: Any, y: Any) -> Any:
    return np.mean(np.abs(x @ w - y))


def huber(x: Any, y: Any) -> Any:
    r = x - y
    return np.mean(np.where(np.abs(r) < 1, 0.5 * r**2, np.abs(r) - 0.5))


def ridge(w: Any, lam: Any) -> Any:
    return lam * np.sum(w**2)


def rectified(x: Any, y: Any) -> Any:
    return np.sum(np.maximum(0, x) * y)


def heat(u: Any, alpha: Any) -> Any:
    u = u.copy()
    u[1:-1] += alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def bond(y: Any, n: Any) -> Any:
    return 100 / (1 + y) ** n


def area(a: Any, b: Any) -> Any:
    return np.sum(np.cross(a, b) ** 2)


def scored(q: Any, k: Any) -> Any:
    return np.sum(np.tanh(q @ k.T))


def normalised(x: Any) -> Any:
    w = np.exp(x)
    w /= np.sum(w)
    return np.sum(w * w * x)


def powered(x: Any, n: Any) -> Any:
    if n % 2 == 0:
        half = math.sin(x)
        return half * half
    return x * math.sin(x)


def stepped(y: Any, h: Any) -> Any:
    y = y + h * np.sin(y) / 6.0
    return np.sum(y * y)


CASES = [
    (mse, 0, (np.ones(3), X, V), "2 * r / len(y)"),
    (mae, 0, (np.ones(3), X, V), "/ y.size"),
    (huber, 0, (V, W), ", np.sign(r)) / r.size"),
    (ridge, 0, (V, 0.1), "2 * lam * w"),
    (rectified, 0, (V, W), "np.heaviside(x, 0.5)"),
    (heat, 0, (V, 0.1), "u_bar[:-2] += t"),
    (bond, 0, (0.1, 5), "0.0 if n == 0 else n *"),
    (area, (0, 1), (V[:3], W[:3]), "np.cross("),
    (scored, 1, (X, X + 1), ".T @ q"),
    (normalised, 0, (V,), "w_2 = w / "),
    (powered, 0, (0.4, 4), "if n % 2 == 0:"),
    (stepped, 0, (V, 0.1), "h / 6.0 * "),
]


@pytest.mark.parametrize(("function", "argnums", "arguments", "part"), CASES, ids=[case[0].__name__ for case in CASES])
def test_text_and_value(function: Any, argnums: Any, arguments: tuple[Any, ...], part: str) -> None:
    gradient = dl.grad(function, argnums)
    found = dl.source(gradient, *arguments)
    assert part in found, found
    space: dict[str, Any] = {}
    exec(found, space)  # noqa: S102
    written, compiled = space[f"{function.__name__}_grad"](*arguments), gradient(*arguments)
    pairs = zip(written, compiled, strict=True) if isinstance(argnums, tuple) else [(written, compiled)]
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=1e-11)
    dl.check_grads(function, arguments, order=2)


def lengths(x: Any, n: Any) -> Any:
    return np.sum(x[: n - 3] * x[0]) + np.sum(x[3:])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6])
def test_slices_whose_stop_counts_from_either_end(size: int) -> None:
    x = np.linspace(1.0, 2.0, size)
    found = dl.grad(lengths)(x, size)
    wanted = [(lengths(x + 1e-6 * e, size) - lengths(x - 1e-6 * e, size)) / 2e-6 for e in np.eye(size)]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def differences(x: Any) -> Any:
    return np.sum((x[1:] - x[:-1]) ** 2 * x[:1])


@pytest.mark.parametrize("size", [1, 2, 5])
def test_differences_of_short_arrays(size: int) -> None:
    x = np.linspace(1.0, 2.0, size) ** 2
    wanted = [(differences(x + 1e-6 * e) - differences(x - 1e-6 * e)) / 2e-6 for e in np.eye(size)]
    np.testing.assert_allclose(dl.grad(differences)(x), wanted, rtol=1e-5, atol=1e-6)


def test_a_cross_product_of_other_vectors_is_refused() -> None:
    with pytest.raises(ValueError, match="vectors of three numbers"):
        dl.differentiable(area)(V, W)
