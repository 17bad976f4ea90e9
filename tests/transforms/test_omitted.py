"""What nansum leaves out gives nothing back, where an operand of a product is nan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl

Y = np.array([1.0, np.nan, 2.0])
A = np.array([[1.0, np.nan, 2.0], [3.0, 4.0, 5.0]])


def rows_of_outer(x):
    return np.nansum(np.outer(Y, x) * x)


def columns_of_outer(x):
    return np.nansum(np.outer(x, Y))


def matrix_and_vector(x):
    return np.nansum(A @ x * x[:2])


def vector_and_matrix(x):
    return np.nansum(x @ A.T)


def outer_and_vector(x):
    return np.nansum(np.outer(x, x) @ np.array([1.0, np.nan, 1.0])) + np.nansum(np.outer(x, x) @ Y[::2].repeat(2)[:3])


@pytest.mark.parametrize("f", [rows_of_outer, columns_of_outer, matrix_and_vector, vector_and_matrix, outer_and_vector])
def test_left_out(f: Callable[[Any], Any]) -> None:
    x = np.array([0.5, 1.5, 2.5])
    slopes = [(f(x + 1e-6 * e) - f(x - 1e-6 * e)) / 2e-6 for e in np.eye(3)]
    np.testing.assert_allclose(dl.grad(f)(x), slopes, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(dl.grad(f).python(x), slopes, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(dl.jvp(f, (x,), (np.ones(3),))[1], sum(slopes), rtol=1e-6)
