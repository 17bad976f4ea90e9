"""Elements of slices: written and read where they stand in the array, inside the slice's own bounds."""

from __future__ import annotations

import numpy as np
import pytest

from difflang.ir import walk
from tests.transforms.owned import Cases, check, owned

case = Cases()
A = np.arange(1.0, 9.0)
M = np.arange(20.0).reshape(4, 5) + 1


@case(A)
def tail(x):
    v = x[2:]
    for i in range(len(v)):
        v[i] = v[i] * x[i]
    return x


@case(A)
def middle(x):
    v = x[1:-1]
    for i in range(len(v)):
        v[i] += x[i] + v[i - 1]
    v[-1] = v[0]
    return x, v


@case(M)
def block(m):
    b = m[1:3, 1:]
    for i in range(2):
        for j in range(4):
            b[i, j] = b[i - 1, j - 1] + m[i, j]
        b[i] *= 0.5
        b[i, 1:] += 1
        b[:, i] += b[i, i]
    return m, b


@case(A)
def beyond(x):
    v = x[:3]
    v[3] = 0
    return x


@case(A, -4)
def beyond2(x, k):
    v = x[1:4]
    v[k] = 0
    return x


@case(A, -3)
def within(x, k):
    v = x[1:4]
    v[k] = 0
    w = x[10:]
    u = x[-3:]
    u[k] = 7
    z = x[::2]
    z[1] = 5
    r = x[3::-1]
    r[0] += 1
    return x, w, u, z, r


@case(A)
def beyond3(x):
    v = x[10:]
    v[0] = 1
    return x


@pytest.mark.parametrize(("function", "arguments"), case.params())
def test_as_python(function, arguments):
    check(function, arguments)


def test_an_element_costs_an_element():
    """No store of a whole slice stands in the loop."""
    loop = next(node for node in owned(tail, A).main.body.nodes if node.op == "for")
    stores = [node for node in walk(loop.regions[0]) if node.op == "store"]
    assert [node.attrs["pattern"] for node in stores] == [("i",)]
