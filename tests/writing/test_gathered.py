"""Loops that only fill a list are written as comprehensions, and no others."""

from __future__ import annotations

import difflang as dl
import numpy as np
import pytest


def countdown(x, n):
    items = list(range(n, 0, -1))
    total = 0.0
    while items:
        total += x ** items.pop()
    return total


def squares(x, n):
    items = []
    for i in range(n):
        items.append(i * i)
    total = 0.0
    while items:
        total += x * items.pop()
    return total


def squares_and_last(x, n):
    items = []
    for i in range(n):
        items.append(i * i)
    total = x * i
    while items:
        total += x * items.pop()
    return total


def sums_of_before(x, n):
    items = []
    for i in range(n):
        items.append(len(items) + i)
    total = 0.0
    while items:
        total += x * items.pop()
    return total


@pytest.mark.parametrize(
    ("f", "line"),
    [
        (countdown, "items = list(range(n, 0, -1))"),
        (squares, "items = [i * i for i in range(n)]"),
        (squares_and_last, "items.append(i * i)"),
        (sums_of_before, "items.append(len(items) + i)"),
    ],
)
def test_only_what_fills_is_a_comprehension(f, line):
    text = dl.source(dl.grad(f), 1.5, 4)
    assert line in text
    space: dict = {}
    exec(text, space)
    assert np.isclose(space[f"{f.__name__}_grad"](1.5, 4), dl.grad(f)(1.5, 4))
