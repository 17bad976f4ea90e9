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


def test_statics_of_theirs_are_specialisations() -> None:
    x = np.arange(6.0).reshape(2, 3) + 1.0
    assert dl.grad(np.sum)(x[0], axis=0).tolist() == [1.0, 1.0, 1.0]
    assert dl.jacobian(np.sum)(x, 1).shape == (2, 2, 3)
    assert dl.jacobian(np.mean)(x, axis=0, keepdims=True).shape == (1, 3, 2, 3)
    assert dl.vjp(np.moveaxis, x, 0, 1)[1](np.ones((3, 2)))[0].tolist() == np.ones((2, 3)).tolist()
    np.testing.assert_allclose(dl.grad(np.linalg.norm)(x[0], ord=1), np.ones(3))
    assert np.array_equal(dl.differentiable(np.clip)(x, 2.0, 4.0), np.clip(x, 2.0, 4.0))
    assert dl.jacobian(np.einsum, argnums=1)("ij->i", x).shape == (2, 2, 3)
    assert dl.jacobian(np.concatenate)((x, x), axis=1)[0].shape == (2, 6, 2, 3)


def total(x, *parts, scale=1.0):  # type: ignore[no-untyped-def]
    return scale * (x + sum(part * part * x for part in parts))


def named(x, **options):  # type: ignore[no-untyped-def]
    return x * options["a"] + options.get("b", 1.0) * len(options)


def test_stars_are_counted_as_a_call_counts_them() -> None:
    """As JAX does: argnums counts the arguments of the call."""
    assert dl.grad(total)(1.0, 2.0, 3.0) == 14.0
    assert dl.grad(total, argnums=2)(1.0, 2.0, 3.0) == 6.0
    assert dl.grad(total, argnums=(0, 1))(1.0, 2.0, 3.0, scale=2.0) == (28.0, 8.0)
    assert dl.grad(total, argnums="scale")(1.0, 2.0, 3.0, scale=2.0) == 14.0
    assert dl.vjp(total, 1.0, 2.0, 3.0)[1](1.0) == (14.0, 4.0, 6.0)
    assert dl.jvp(total, (1.0, 2.0, 3.0), (1.0, None, 1.0))[1] == 20.0
    assert dl.hvp(total, (1.0, 2.0, 3.0), (0.0, 1.0, 0.0)) == (4.0, 2.0, 0.0)
    assert dl.jacobian(dl.grad(total, argnums=1), argnums=1)(1.0, 2.0, 3.0) == 2.0
    with pytest.raises(dl.DifflangError, match="no parameter 5"):
        dl.grad(total, argnums=5)(1.0, 2.0, 3.0)


def test_keywords_of_any_name() -> None:
    run = dl.differentiable(named)
    for options in ({"a": 3.0}, {"a": 3.0, "b": 2.0}, {"b": 2.0, "a": 1.0}):
        assert run(2.0, **options) == named(2.0, **options)
        assert dl.grad(named)(2.0, **options) == options["a"]
    assert dl.grad(named, argnums="a")(2.0, a=3.0, b=2.0) == 2.0


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
