"""Which primal line an adjoint statement names: its own, not the head of the loop or branch around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl


def items(x, limit):
    s = 0.0
    for v in x:
        if v > limit:
            s += v * v
    return s


def pairs(a, b):
    s = 1.0
    for p, q in zip(a, b, strict=True):
        s *= p * q
    return s


def arms(x):
    if x > 1.0:
        r = x
    else:
        r = x * x
    return r * 3.0


def searched(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] > 3.0:
            s += 5.0 * x[i]
            break
        s += x[i] * x[i]
    else:
        s *= 2.0
    return s


V = np.array([0.5, 4.0, 2.0, 1.0])


@pytest.mark.parametrize(
    ("function", "arguments", "statement", "line"),
    [
        (items, (V, 1.5), "x_bar[...] += ", 5),
        (pairs, (V, V), "a_bar[...] += ", 4),
        (pairs, (V, V), "s_bar = 1.0", 5),
        (arms, (2.0,), "x_bar = 3.0", 3),
        (arms, (2.0,), "x_bar = 6.0 * x", 5),
        (searched, (V,), "s_bar = 2.0", 9),
        (searched, (V,), "x_bar[...] += 5.0 * s_bar", 5),
    ],
)
def test_the_statement_s_own_line(function: Callable[..., Any], arguments: tuple[Any, ...], statement: str, line: int) -> None:
    text = dl.source(dl.grad(function), *arguments)
    lines = [re.sub(r"\[\w+\]", "[...]", one.strip(), count=1) for one in text.splitlines()]
    named = [int(one.partition("# line ")[2].partition(":")[0]) for one in lines if one.startswith(statement)]
    assert named == [function.__code__.co_firstlineno + line - 1], text
