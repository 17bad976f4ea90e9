"""What nobody reads raises what Python raises; recursions without an end too."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.ir import walk
from difflang.transforms.derived import program_of
from difflang.types import type_of

ROW = np.array([1.0, 2.0, 3.0, 4.0])


def index_of_an_array(x, n):
    x[n]
    return x.sum()


def write_of_a_list(x, n):
    xs = [v for v in x[n:]]
    xs[-1] = 3.0
    return x.sum()


def pop_of_a_list(x, n):
    xs = [v for v in x[n:]]
    xs.pop()
    return x.sum()


def write_of_an_array(x, n):
    a = np.zeros(3)
    a[n] = 2.0
    return x.sum()


def row_of_a_matrix(x, n):
    x.reshape(2, 2)[n]
    return x.sum()


def wrong_shape(x, n):
    y = x.reshape(n + 1, 3)
    y = x
    return y.sum()


def sum_of_unlike_arrays(x, n):
    y = x + x[: n - 1]
    return x.sum() if y is not None else 0.0


def division(x, n):
    y = 1 / (n - 4)
    y * 2
    return x.sum()


def root(x, n):
    math.sqrt(-n)
    return x.sum()


def inverse(x, n):
    np.linalg.inv(np.zeros((n, n)))
    return x.sum()


def maximum_of_nothing(x, n):
    x[n:].max()
    return x.sum()


def in_a_callee(x, n):
    def item(a, k):
        return a[k]

    item(x, n)
    return x.sum()


def in_a_loop(x, n):
    for i in range(n + 1):
        x[i]
    return x.sum()


def never_back(x, n):
    def again(k):
        again(k + 1)

    again(n)
    return x.sum()


def never_back_on_a_path(x, n):
    def one(k):
        return other(k + 1)

    def other(k):
        return one(k - 1)

    return one(n) if n > 3 else x.sum()


@pytest.mark.parametrize("function", [
    index_of_an_array, write_of_a_list, pop_of_a_list, write_of_an_array, row_of_a_matrix, wrong_shape, sum_of_unlike_arrays, division,
    root, inverse, maximum_of_nothing, in_a_callee, in_a_loop, never_back,
    never_back_on_a_path,
])  # fmt: skip
def test_raises(function: Callable[..., Any]) -> None:
    with pytest.raises(Exception) as expected:  # noqa: PT011
        function(ROW, 4)
    for made in (dl.differentiable(function), dl.value_and_grad(function)):
        with pytest.raises(type(expected.value)):
            made(ROW, 4)


def test_what_cannot_raise_is_dead() -> None:
    def f(x):
        np.sin(x) * 2
        for _, v in enumerate(x):
            v + 1.0
        x.T  # noqa: B018
        return x.sum()

    program = program_of(f, [type_of(ROW)])
    assert not any(node.op == "check" for function in program.functions.values() for node in walk(function.body))


def test_a_pullback_has_raised_already() -> None:
    def f(x, n):
        x[n]
        return x.sum()

    with pytest.raises(IndexError):
        dl.vjp(f, ROW, 4)
    assert "x[n]" in dl.source(f, ROW, 2)
