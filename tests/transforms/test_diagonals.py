"""NumPy's diagonals are views: what is read of them after the array was written is refused, what is read before is right."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl


def read_later(m):
    d = np.diagonal(m)
    m[0, 0] = 100.0
    return d.sum()


def of_diag(m):
    d = np.diag(m, 1)
    m[0, 1] = 100.0
    return d.sum()


def of_einsum(m):
    d = np.einsum("ii->i", m)
    m[0, 0] = 100.0
    return d * 2.0


def written(m):
    d = m.diagonal()
    d[0] = 1.0
    return m


def written_and_not_read(m):
    m = m * 2.0
    np.diagonal(m)[:] = 5.0
    return 1.0


def added_to(m):
    m = m * 2.0
    d = np.diag(m)
    d += 1.0
    return d.sum()


@pytest.mark.parametrize("function", [read_later, of_diag, of_einsum, written, written_and_not_read, added_to])
def test_a_view_of_what_was_written_is_refused(function):
    with pytest.raises(dl.DifflangError, match="DL007"):
        dl.differentiable(function)(np.arange(9.0).reshape(3, 3))


def copied(m):
    d = np.diag(m).copy()
    d[0] = 3.0
    return d.sum() + m[0, 0] ** 2


def read_before(m):
    trace = (np.diagonal(m) ** 2).sum()
    m = m * 2.0
    m[0, 0] = 5.0
    return trace + m.sum() + np.trace(m)


@pytest.mark.parametrize("function", [copied, read_before])
def test_what_was_read_before_is_right(function):
    m = np.arange(9.0).reshape(3, 3)
    assert dl.differentiable(function)(m) == function(m)
    dl.check_grads(function, (m,))
