"""Gradients written without types: the sums that broadcasting asks for stand where it may have widened something, and nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.codegen.specialise import program_for
from difflang.transforms.derived import Derived
from difflang.types import UNKNOWN
from difflang.writing.python import write
from tests.ways import define


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return np.sum((e / e.sum(axis=1, keepdims=True)) ** 2)


def filtered(x, a, b):
    y = np.zeros_like(x)
    y[0] = b * x[0]
    for n in range(1, len(x)):
        y[n] = b * x[n] - a * y[n - 1]
    return np.sum(y**2)


def diffused(u, alpha):
    for _ in range(3):
        u[1:-1] = u[1:-1] + alpha * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def predator(a, b, x, y):
    for _ in range(4):
        dx = a * x - b * x * y
        dy = b * x * y - y
        x += 0.1 * dx
        y += 0.1 * dy
    return x + y


def apart(P):
    e = 0.0
    for i in range(len(P)):
        for j in range(i + 1, len(P)):
            d = P[i] - P[j]
            e += np.sum(d * d)
    return e


CLEAN = {softmax: (np.arange(6.0).reshape(2, 3),), filtered: (np.arange(4.0), 0.5, 2.0), diffused: (np.arange(5.0) ** 2, 0.1),
         predator: (1.0, 0.5, 2.0, 1.5), apart: (np.arange(6.0).reshape(3, 2) ** 2,)}  # fmt: skip


def check(function: Any, *arguments: Any) -> str:
    """The text written without types; its gradient must be the one of the types given."""
    text: str = write(program_for(Derived("grad", function), (UNKNOWN,) * len(arguments)))
    found = define(text)(*[np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments])
    expected = dl.grad(function)(*[np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments])
    assert np.shape(found) == np.shape(expected)
    assert np.result_type(found) == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    return text


@pytest.mark.parametrize("function", CLEAN, ids=lambda f: f.__name__)
def test_nothing_is_summed_down_that_was_not_widened(function: Any) -> None:
    assert "unbroadcast" not in check(function, *CLEAN[function])


def scaled(x, w):
    y = x * w
    return np.sum(y * y * w)


def rows(x, data):
    a, b = data[0], data[1]
    return np.sum((x * a) * b)


def chosen(x, k, mask):
    return np.sum(x * mask) + np.sum(x * k)


def shifted(x, w):
    return np.sum(x[1:] * w - x[:-1] * w + x[2:])


@pytest.mark.parametrize(
    "function, arguments",
    [
        (scaled, (np.arange(3.0), np.ones((2, 3)))),
        (scaled, (np.ones((2, 1)), np.arange(3.0))),
        (scaled, (2.0, np.arange(3.0))),
        (scaled, (np.arange(3.0), 2.0)),
        (rows, (np.arange(3.0), (np.arange(3.0), np.ones((2, 3))))),  # the items of a tuple have shapes of their own
        (chosen, (np.ones(3), np.array([1, 2, 3]), np.array([True, False, True]))),  # truths and whole numbers are no adjoints
        (shifted, (np.arange(3.0), np.ones((4, 1)))),
    ],
)
def test_what_may_have_been_widened_is_summed_down(function: Any, arguments: tuple[Any, ...]) -> None:
    check(function, *arguments)


def perceptron(params, x, y):
    W1, b1, W2, b2 = params
    h = np.maximum(0, x @ W1 + b1)
    return np.mean((h @ W2 + b2 - y) ** 2)


def valley(p):
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


LAYERS = (np.arange(12.0).reshape(3, 4) / 10 - 0.5, np.arange(4.0), np.ones((4, 2)) / 3, np.arange(2.0))
TAKEN_APART = [
    (perceptron, (LAYERS, np.linspace(-1, 1, 15).reshape(5, 3), np.ones((5, 2)))),
    (perceptron, (list(LAYERS), np.linspace(-1, 1, 15).reshape(5, 3), np.ones((5, 2)))),
    (valley, ((0.5, 2.0),)),
    (valley, (np.array([0.5, 2.0]),)),
]


@pytest.mark.parametrize("function, arguments", TAKEN_APART)
def test_what_is_taken_apart_may_be_a_tuple_a_list_or_an_array(function: Any, arguments: tuple[Any, ...]) -> None:
    text = write(program_for(Derived("grad", function), (UNKNOWN,) * len(arguments)))
    expected = dl.grad(function)(*arguments)
    gradient = define(text)
    for found in (gradient(*arguments), dl.differentiable(gradient)(*arguments)):  # the text as it stands, and read again
        assert type(found) is type(arguments[0])
        for one, other in zip(found, expected, strict=True):
            assert np.shape(one) == np.shape(other)
            np.testing.assert_allclose(one, other, rtol=1e-12)
    write(program_for(Derived("pullback", gradient), (UNKNOWN,) * (len(arguments) + 1)))  # accepted without types, too


def test_a_jacobian_by_rows_asks_for_types() -> None:
    with pytest.raises(dl.NotDifferentiable, match="DL019"):
        write(program_for(Derived("jacrev", valley), (UNKNOWN,)))
