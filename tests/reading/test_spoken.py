"""Derivatives of NumPy's and math's own functions."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

import difflang as dl
from difflang.reading.spoken import spoken


def test_derivatives_of_functions_of_the_table() -> None:
    assert dl.grad(np.sin)(0.3) == pytest.approx(math.cos(0.3))
    assert dl.grad(math.exp)(0.3) == pytest.approx(math.exp(0.3))
    assert dl.grad(dl.grad(np.sin))(0.3) == pytest.approx(-math.sin(0.3))
    np.testing.assert_allclose(dl.grad(np.linalg.norm)(np.array([3.0, 4.0])), [0.6, 0.8])
    np.testing.assert_allclose(dl.jacobian(np.cumsum)(np.ones(3)), np.tril(np.ones((3, 3))))
    value, pullback = dl.vjp(np.dot, np.ones(2), np.array([2.0, 3.0]))
    assert value == 5.0 and pullback(2.0)[0].tolist() == [4.0, 6.0]


def test_they_have_a_text() -> None:
    text = dl.source(dl.grad(np.tanh), 0.5)
    assert "def tanh_grad(x):" in text and "np.tanh(x)" in text
    assert spoken(np.sum) is spoken(np.sum) and spoken(len) is len


def test_a_static_of_theirs_wants_a_function() -> None:
    with pytest.raises(TypeError, match="axis"):
        dl.grad(np.sum)(np.ones(3), axis=0)


def hypot(x, y):
    """A user's name that is the C library's too."""
    return math.sqrt(x * x + y * y) + np.hypot(x, y)


def test_a_users_name_may_be_the_c_librarys() -> None:
    assert dl.differentiable(hypot)(3.0, 4.0) == 10.0


def powered(x, n, scale=1.0):
    return scale * x**n


def test_partial_calls() -> None:
    cube = functools.partial(powered, n=3, scale=2.0)
    assert dl.grad(cube)(2.0) == 24.0 and dl.differentiable(cube)(2.0) == 16.0
    assert dl.grad(functools.partial(powered, 3.0))(2.0) == pytest.approx(9.0 * math.log(3.0))
    rows = dl.vjp(functools.partial(np.sum, axis=0), np.ones((2, 3)))[1](np.arange(3.0))[0]
    assert rows.tolist() == [[0.0, 1.0, 2.0]] * 2
