"""Views, joins and new shapes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.codegen.harness import agree

RNG = np.random.default_rng(3)
A, V, T = RNG.normal(size=(4, 5)), RNG.normal(size=5), RNG.normal(size=(2, 3, 4))


def views(a, v):
    return (
        np.reshape(a, (5, 4)), np.reshape(a, (-1, 2)), np.transpose(a),
        np.expand_dims(v, 0), np.expand_dims(v, 1) * a[0], np.squeeze(a[:1], 0),
        np.broadcast_to(v, (3, 5)), np.broadcast_to(v * 2, (3, 5)) + 1,
        np.flip(a), np.flip(a, 0), np.flip(v) * 2, np.reshape(np.transpose(a), (-1,)),
        np.transpose(a + 1) * 2, np.expand_dims(a * a, 1), np.reshape(a * 2, (2, 10)),
    )  # fmt: skip


def joins(a, v):
    return (
        np.concatenate((a, a + 1)), np.concatenate((a, a), 1),
        np.stack((v, v * 2, v)), np.stack((v, v), 1), np.concatenate((v, v[:2], v[3:])),
        np.stack((a, a * 2), 2), np.stack((v[0], v[1], 2.0)),
    )  # fmt: skip


def three(t):
    return (
        np.transpose(t, (2, 0, 1)),
        np.transpose(t),
        np.reshape(np.transpose(t, (1, 0, 2)), (3, 8)),
        np.flip(t, 1),
        np.transpose(t)[1:, ::2],
    )


@pytest.mark.parametrize("function", [views, joins])
def test_two_axes(function):
    agree(function, A, V)


def test_three_axes():
    agree(three, T)


@pytest.mark.parametrize("shape", [(3, 7), (3, -1), (4, 5, 2)])
def test_a_shape_that_does_not_fit(shape):
    agree(lambda a: np.reshape(a, shape), A, only="exact")


def test_joins_that_do_not_fit():
    agree(lambda a, v: np.concatenate((a, v[None])), A, V[:4], only="exact")
    agree(lambda a, v: np.stack((a, v)), V, V[:4], only="exact")


def test_no_elements():
    agree(lambda a: (np.concatenate((a, a)), np.reshape(a, (5, 0)), np.transpose(a), np.flip(a, 0)), np.zeros((0, 5)), only="exact")
