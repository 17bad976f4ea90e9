"""Names that have another type before the first turn of a loop than after it: the first turn stands alone."""

from __future__ import annotations

import numpy as np
import pytest

from difflang.eval import evaluate_program
from tests.transforms.owned import Cases, check, owned

case = Cases()
A = np.arange(1.0, 7.0)
M = np.arange(12.0).reshape(3, 4) + 1


@case(M)
def rowsum(m):
    s = 0.0
    for row in m:
        s = s + row
    return s


@case(M)
def rowsum2(m):
    s = 0
    for i in range(len(m) - 1, -1, -1):
        s += m[i]
        if i == 1:
            break
    return s


@case(M, 2)
def rowsum3(m, n):
    s = 0.0
    for i in reversed(range(0, n)):
        for j in range(n):
            s = s + m[i] * j
    return s


@case(M)
def nonefirst(m):
    out = None
    for row in m:
        if out is None:
            out = row * 1
        else:
            out = np.concatenate((out, row))
    return out


@case(M)
def bestrow(m):
    best = None
    i = 0
    while i < len(m):
        v = m[i]
        if best is None or v.sum() > best.sum():
            best = v
        i += 1
    return best


@case(A)
def dots(x):
    s = 0
    for i in range(300):
        s = s + x * i
    return s


@case(M)
def largest(m):
    big = None
    for row in m:
        for v in row:
            if big is None or v > big:
                big = v
    return big


@pytest.mark.parametrize(("function", "arguments"), case.params())
def test_as_python(function, arguments):
    check(function, arguments)


def test_a_loop_that_does_not_run_is_an_error():
    empty = np.zeros((0, 4))
    with pytest.raises(ValueError, match="at least once"):
        evaluate_program(owned(rowsum, empty), empty)
