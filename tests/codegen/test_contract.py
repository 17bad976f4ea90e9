"""Products of matrices and vectors of all ranks, small and large."""

from __future__ import annotations

import numpy as np

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
