"""Systems whose matrix is an upper triangle are solved from below: the same bits, without factors."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl


@dl.differentiable
def solved(a, b):
    return np.linalg.solve(a, b)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 33])
def test_the_same_bits_as_the_factors_give(size: int) -> None:
    rng = np.random.default_rng(size)
    upper, right = np.triu(rng.normal(size=(size, size))) + 3.0 * np.eye(size), rng.normal(size=(size, 4))
    for b in (right, right[:, 0].copy()):
        assert solved(upper, b).tobytes() == np.linalg.solve(upper, b).tobytes()
        assert np.allclose(solved(upper.T.copy(), b), np.linalg.solve(upper.T, b), rtol=1e-9)
        assert np.allclose(solved(upper.astype(np.complex128), b), np.linalg.solve(upper, b), rtol=1e-9)


def test_a_zero_on_the_diagonal() -> None:
    a = np.triu(np.ones((3, 3)))
    a[1, 1] = 0.0
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        solved(a, np.ones(3))


def test_one_number_below_the_diagonal() -> None:
    a = np.triu(np.ones((4, 4))) + np.eye(4)
    a[2, 1] = 5.0
    assert np.allclose(solved(a, np.arange(4.0)), np.linalg.solve(a, np.arange(4.0)), rtol=1e-12)
