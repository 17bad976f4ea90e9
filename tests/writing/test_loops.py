"""Loops over arrays, read and written: the user's names for items and counts, his way of walking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl


def items(x):
    s = 1.0
    for v in x:
        s = s * v
    return s


def counted(x):
    s = 1.0
    for i, v in enumerate(x):
        s = s * v * i
    return s


def pairs(a, b):
    s = 1.0
    for p, q in zip(a, b, strict=True):
        s = s * p + q
    return s


def rows(x):
    s = 0.0
    for row in x:
        for v in row:
            s = s * v + v
    return s


def bounded(x):
    s = 0.0
    for i in range(x.shape[0]):
        if 0.0 < x[i] <= 2.0 < x[-1]:
            s += x[i]
    return s


def literal(x):
    w = np.array([1.0, -2.0, 0.5, 1.0])
    return np.sum(w * x)


V = np.array([0.5, 4.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("function", "arguments", "said", "unsaid"),
    [
        (items, (V,), ["for i in reversed(range(len(x))):", "v = x[i]"], ["x_item", "shape"]),
        (counted, (V,), ["for i, v in enumerate(x):", "for i in reversed(range(len(x))):"], ["x_item", "i_item"]),
        (pairs, (V, V), ["p = a[i]"], ["item", "shape"]),
        (rows, (V.reshape(2, 2),), ["for i, row in enumerate(x):", "v = x[i, j]"], ["item"]),
        (bounded, (V,), ["x.shape[0]", "if 0.0 < x_i <= 2.0 < x[-1]:"], ["len(", " and "]),
        (literal, (V,), ["w = np.array([1.0, -2.0, 0.5, 1.0])"], ["stack"]),
    ],
)
def test_names_and_walks(function: Callable[..., Any], arguments: tuple[Any, ...], said: list[str], unsaid: list[str]) -> None:
    gradient = dl.grad(function)
    text = dl.source(gradient, *arguments)
    code = "\n".join(line.partition("  # ")[0] for line in text.splitlines())
    assert all(part in code for part in said), text
    assert not any(part in code for part in unsaid), text
    scope: dict[str, Any] = {}
    exec(text, scope)
    np.testing.assert_allclose(scope[f"{function.__name__}_grad"](*arguments), gradient(*arguments), rtol=1e-12)


def branching(x, limit):
    s = 0.0
    for v in x:
        if v > limit:
            s += v * v
    return s


def test_what_an_arm_gives_is_added_there() -> None:
    text = dl.source(dl.grad(branching), V, 1.0)
    assert "    if v > limit:" in text and "x_bar[i] += 2.0 * v" in text and "v_bar" not in text, text
