"""Ops that go along an axis in order."""

from __future__ import annotations

import numpy as np

from difflang.build import apply
from tests.codegen.harness import agree

RNG = np.random.default_rng(5)
A, T = RNG.normal(size=(4, 5)), RNG.normal(size=(2, 3, 4))


def running(a):
    return np.cumsum(a), np.cumsum(a, axis=0), np.cumsum(a, axis=1), np.cumsum(a * 2, axis=1)


def places(a):
    return np.argmax(a), np.argmin(a), np.argmax(a, axis=0), np.argmin(a, axis=1), np.argmax(a, axis=1, keepdims=True)


def test_running_sums():
    agree(running, A)
    agree(running, (A * 9).astype(np.int32))
    agree(lambda t: np.cumsum(t, axis=1), T)


def test_places():
    agree(places, A)
    agree(places, A > 0)
    agree(lambda t: np.argmax(t, axis=1), T)


def test_the_first_nan_wins():
    agree(places, np.array([[1.0, np.nan, 3.0], [np.nan, 2.0, np.nan]]), only="exact")


def test_nothing_has_no_place():
    agree(lambda a: np.argmax(a), np.zeros((0, 5)), only="exact")


def test_recurrence():
    agree(lambda a, b: apply("recurrence", a, b), A, A[::-1].copy())
