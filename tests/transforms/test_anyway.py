"""Writes under a condition that become choices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.ir import walk
from difflang.transforms.anyway import anyway
from difflang.transforms.derived import program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of

D, R = np.array([[3.0, 1.0, np.nan, -0.0], [0.5, 4.0, 9.0, 0.0]]), np.array([0.25, 2.0, 1.0, 0.0])


def relaxed(d, r):
    d = d.copy()
    for i in range(d.shape[0]):
        for j in range(d.shape[1]):
            through = r[j] + d[i, 0]
            if through < d[i, j]:
                d[i, j] = through
    return d


def kept_if(d, r):
    """The condition says when nothing is written; one place beside the counter; an index from behind."""
    d = d.copy()
    for i in range(d.shape[0]):
        for j in range(1, d.shape[1]):
            t, before = r[j], j - 1
            if d[i, before] > t:
                pass
            else:
                d[i, before] = t
    return d


def elsewhere(d, r):
    """The place does not move on with the loop."""
    d = d.copy()
    for i in range(d.shape[0]):
        for j in range(d.shape[1]):
            t = r[j] * d[i, j]
            if t < d[i, 0]:
                d[i, 0] = t
    return d


def unread(d, r):
    """The place has not been read: it may not be one."""
    d = d.copy()
    for i in range(d.shape[0]):
        for j in range(d.shape[1] + 1):
            t = r[j - 1]
            if t > 5.0:
                d[i, j] = t
    return d


def stale(d, r):
    """What was read is not what stands there any more."""
    d = d.copy()
    for i in range(d.shape[0]):
        for j in range(d.shape[1]):
            old = d[i, j]
            d[i, j] = r[j]
            if old < r[j]:
                d[i, j] = old
    return d


@pytest.mark.parametrize(("function", "chosen"), [(relaxed, 1), (kept_if, 1), (elsewhere, 0), (unread, 0), (stale, 0)])
def test_choices(function: Any, chosen: int) -> None:
    program = simplify(program_of(function, (type_of(D), type_of(R))))
    made = anyway(program)
    assert sum(node.op == "where" for node in walk(made.main.body)) == chosen
    assert (made is program) == (chosen == 0)
    expected = function(D, R) if function is not unread else None
    if expected is None:
        with pytest.raises(IndexError):
            dl.differentiable(function)(D, R + 9.0)
        assert np.array_equal(dl.differentiable(function)(D, R - 9.0), function(D, R - 9.0), equal_nan=True)
        return
    found = dl.differentiable(function)(D, R)
    assert found.tobytes() == expected.tobytes()
