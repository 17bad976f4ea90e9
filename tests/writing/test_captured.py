"""What a function finds around it: numbers and short arrays stand above its text, which is called as the derivative is."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl
from tests.ways import define
from tests.writing.ruff import ruff

SCALE = 2.0
STRONG = np.float32(0.1)
W = np.array([1.0, 2.0, 3.0])
TABLE = np.arange(100.0)
X = np.array([0.5, 1.5, -1.0])


class Settings:
    rate = 0.25


settings = Settings()


def scaled(x, lr):
    return lr * SCALE * settings.rate * np.sum(W * x * x * STRONG)


def looked_up(x):
    s = SCALE
    for k in range(3):
        s = s * x[k] + TABLE[k]
    return s


def recursive(x, n):
    if n == 0:
        return SCALE
    return x * recursive(x, n - 1)


def scope_of(text: str) -> dict[str, Any]:
    ruff("check", "-", text=text)
    ruff("format", "--check", "-", text=text)
    return define(text).__globals__


def test_the_text_is_called_as_the_derivative() -> None:
    gradient = dl.grad(scaled)
    text = dl.source(gradient, X, 0.5)
    scope = scope_of(text)
    assert "SCALE = 2.0\n" in text and "W = np.array([1.0, 2.0, 3.0])\n" in text and "np.float32(" in text
    np.testing.assert_allclose(scope["scaled_grad"](X, 0.5), gradient(X, 0.5), rtol=1e-6)


def test_a_long_array_is_handed_over_as_the_docstring_says() -> None:
    gradient = dl.grad(looked_up)
    text = dl.source(gradient, X)
    assert "def looked_up_grad(x, TABLE):" in text or "TABLE" not in text.partition("def ")[2].partition(":")[0]
    assert "TABLE is what the function found around it under this name." in text or "TABLE)" not in text
    scope = scope_of(text)
    given = (X, TABLE) if "TABLE)" in text else (X,)
    np.testing.assert_allclose(scope["looked_up_grad"](*given), gradient(X), rtol=1e-12)


def test_a_recursion_hands_constants_down() -> None:
    text = dl.source(dl.grad(recursive), 1.5, 3)
    assert "def recursive_grad(x, n):" in text
    np.testing.assert_allclose(scope_of(text)["recursive_grad"](1.5, 3), 2.0 * 3 * 1.5**2, rtol=1e-12)


def test_the_derivative_itself_reads_them_afresh() -> None:
    global SCALE
    gradient = dl.grad(scaled)
    with dl.as_written():
        before = gradient(X, 0.5)
        SCALE = 4.0
        try:
            np.testing.assert_allclose(gradient(X, 0.5), 2 * before, rtol=1e-6)
        finally:
            SCALE = 2.0


def test_read_again_the_constants_are_captured() -> None:
    scope = scope_of(dl.source(dl.grad(recursive), 1.5, 3))
    np.testing.assert_allclose(dl.grad(scope["recursive_grad"])(1.5, 3), 2.0 * 3 * 2 * 1.5, rtol=1e-12)
