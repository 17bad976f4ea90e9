"""Products of matrices and vectors of all ranks, small and large."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl
from tests.codegen.harness import agree

RNG = np.random.default_rng(2)
A, V, T = RNG.normal(size=(4, 5)), RNG.normal(size=5), RNG.normal(size=(2, 3, 4))


def small(a, v, t):
    s = np.transpose(t, (0, 2, 1))
    return (
        a @ v, v @ np.transpose(a), np.transpose(a) @ a, np.dot(a, v), np.dot(v, v), np.outer(v, a[:, 0]), np.inner(a, a), np.inner(v, v),
        t @ s, np.dot(t, s), t @ t[0].T, np.dot(a, 2.0), np.outer(a, v),
        np.inner(t, t), (a * 2) @ (v + 1), v @ a.T, t @ t[0, 0], a @ v[:, None],
    )  # fmt: skip


def whole(a, j):
    return a @ j, np.transpose(a) @ a, np.dot(j, j), np.inner(a, a)


def large(a, b):
    return a @ b, np.transpose(b) @ np.transpose(a), a @ b[:, 0], a[0] @ b, a[:, ::2] @ b[::2], b.T @ b


def test_small():
    agree(small, A, V, T)


def test_integers_and_truths():
    agree(whole, RNG.integers(-9, 9, size=(4, 5)), RNG.integers(1, 5, size=5))
    agree(lambda a: a @ np.transpose(a), A > 0)


def test_single_precision():
    agree(lambda a, b: (a @ b, np.dot(a[0], a[1])), A.astype(np.float32), A.T.astype(np.float32).copy())


def test_large():
    agree(large, RNG.normal(size=(60, 70)), RNG.normal(size=(70, 50)), tolerance=1e-11)


def test_nothing_to_sum():
    agree(lambda a: (np.transpose(a) @ a, a @ np.transpose(a)), np.zeros((0, 5)), only="exact")


def test_sizes_that_do_not_fit():
    agree(lambda a: a @ a, A, only="exact")
    agree(lambda a, v: np.dot(a, v), V, V[:4], only="exact")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rows", [0, 1, 3, 4, 5, 8, 63, 300])
@pytest.mark.parametrize("columns", [1, 3, 15, 16, 17, 40, 65, 300, 1030])
def test_a_matrix_and_a_vector(rows, columns, dtype):
    a, x, y = (RNG.normal(size=shape).astype(dtype) for shape in ((rows, columns), columns, rows))
    product = dl.differentiable(lambda a, x, y: (a @ x, y @ a, a.T @ y, x @ a.T))
    dots = dl.differentiable(lambda a, x: np.dot(a, x))
    for given in (a, np.asfortranarray(a), np.repeat(a, 2, axis=1)[:, ::2]):
        ax, ya, turned, back = product(given, x, y)
        for found, one, other in ((ax, a, x), (ya, a.T, y), (turned, a.T, y), (back, a, x)):
            exact = one.astype(np.longdouble) @ other
            room = np.abs(one).astype(np.longdouble) @ np.abs(other) * np.finfo(dtype).eps * (one.shape[1] + 4)
            assert np.all(np.abs(found - exact) <= room) and found.dtype == dtype
    for k, row in enumerate(product(a, x, y)[0]):
        assert row == dots(a[k], x)  # four rows at a time have the bits of one


def test_a_vector_by_a_large_matrix_of_other_layouts():
    a, x = RNG.normal(size=(400, 300)), RNG.normal(size=800)
    agree(lambda a, x: (x[::2] @ a, x[399::-1] @ a, x[:400] @ a[:, ::-1], x[:200] @ a[::2], x[:400] @ a[:, 1:]), a, x)


def test_an_outer_product_is_computed_where_it_is_used():
    a, v = RNG.normal(size=(4, 5)), RNG.normal(size=5)
    agree(lambda a, v: (a + np.outer(a[:, 0], v), np.sum(np.outer(v, v), axis=0), np.outer(np.exp(v), v) * 2.0 - 1.0), a, v)
    agree(lambda a, v: (a * np.outer(a[:, 0], v[:1]), np.outer(v[:1], v[:1]) + v), a, v)
    agree(lambda i, v: np.outer(i, v) + np.outer(v, i), np.arange(5), v)
