"""Texts of parameters taken apart, branches asked twice, divisions by counts, numbers spread over a shape; each is run alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl
from tests.writing.texts import defined


def layers(params: Any, x: Any) -> Any:
    (W1, b1), (W2, b2) = params
    h = np.tanh(W1 @ x + b1)
    return np.sum((W2 @ h + b2) ** 2)


def picked(p: Any, x: Any) -> Any:
    w = p[0]
    return np.sum(w * x) + p[1]


def weighed(params: Any, x: Any) -> Any:
    return np.sum(params["w"] * x + params["b"])


def attended(q: Any, k: Any) -> Any:
    t = np.exp(q) @ k
    return np.sum(t)


def robust(w: Any, x: Any, y: Any) -> Any:
    total = 0.0
    for i in range(len(y)):
        error = w * x[i] - y[i]
        if abs(error) < 1.0:
            total += error * error
        else:
            total += 2 * abs(error) - 1.0
    return total / len(y)


def power(x: float, n: int) -> float:
    if n == 0:
        return 1.0
    if n % 2 == 0:
        h = power(x, n // 2)
        return h * h
    return x * power(x, n - 1)


def early(x: float, a: float) -> float:
    if x < 0.0:
        return -x * a
    y = x * x
    if y > a:
        return y - a
    return math.sin(y)


def rooted(x: float) -> float:
    try:
        y = math.sqrt(x)
    finally:
        z = x * 2.0
    return y + z


def counted(xs: Any) -> Any:
    k = 0
    total = 0.0
    for x in xs:
        total += x * x * k
        k += 1
    return total


A = np.arange(4.0).reshape(2, 2) / 4
V = np.array([0.5, 1.5])
CASES: list[tuple[Callable[..., Any], tuple[Any, ...], list[str], list[str]]] = [
    (layers, (((A, V), (A.T, V)), V), ["(W1, b1), (W2, b2) = params", "W1_bar = np.outer(b1_bar, x)"], ["params_0"]),
    (picked, ((V, 1.0), V), ["return x.copy(), 1.0"], ["_, _"]),
    (weighed, ({"w": V, "b": 1.0}, V), ['float(len(params["w"]))'], ["broadcast_to"]),
    (attended, (A, A), ["np.ones_like(t)"], ["broadcast_to"]),
    (robust, (1.5, V, 3 * V), ["2 / len(y) * error"], ["np.divide"]),
    (power, (1.3, 6), ["elif n % 2 == 0:"], []),
    (early, (0.5, 2.0), ["np.cos(y)"], ["y_2"]),
    (rooted, (2.0,), ["raise ValueError("], ["None"]),
    (counted, (V,), [], ["k += 1"]),
]


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, (tuple, list)) else [value]


@pytest.mark.parametrize(("function", "arguments", "said", "unsaid"), CASES, ids=lambda case: getattr(case, "__name__", None))
def test_said(function: Callable[..., Any], arguments: tuple[Any, ...], said: list[str], unsaid: list[str]) -> None:
    text = dl.source(dl.grad(function), *arguments)
    for part in said:
        assert part in text
    for part in unsaid:
        assert part not in text
    for written, native in zip(leaves(defined(text)(*arguments)), leaves(dl.grad(function)(*arguments)), strict=True):
        np.testing.assert_allclose(written, native, rtol=1e-12)


def test_what_a_try_raises_is_raised_by_the_text() -> None:
    with pytest.raises(ValueError, match="math domain error"), np.errstate(all="ignore"):
        defined(dl.source(dl.grad(rooted), 2.0))(-1.0)
