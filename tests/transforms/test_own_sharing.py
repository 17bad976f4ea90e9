"""Arrays that mean different memory from turn to turn or call to call, and how calls treat what they share."""

from __future__ import annotations

import numpy as np
import pytest

from tests.transforms.owned import Cases, check

case = Cases()
A = np.arange(1.0, 7.0)
M = np.arange(12.0).reshape(3, 4) + 1
B = A[::-1] * 2


@case(A, 0)
@case(A, 1)
@case(A, 3)
def loop_rebinds(x, n):
    y = x
    for _i in range(n):
        y = y * 2
    y[0] = 1
    return y, x


@case(A, 0)
@case(A, 1)
@case(A, 3)
def loop_rebinds_argument(x, n):
    i = 0
    while i < n:
        x /= 2
        x = x * 3
        x[0] -= i
        i += 1
    x += 1
    return x


@case(A, 0)
@case(A, 1)
@case(A, 3)
def loop_grows(x, n):
    y = x[1:]
    for i in range(n):
        y[0] = i
        y = np.concatenate((y, x[:1]))
        if i == 1:
            break
    y[-1] = 100.0
    return y, x


def step(prev, cur, k):
    for i in range(1, len(cur) - 1):
        cur[i] = prev[i - 1] + prev[i + 1] * k
    cur[0] = prev[0]
    prev[1] += 1
    return cur[1:]


@case(M)
def rows_of_one_array(m):
    for i in range(1, 3):
        r = step(m[i - 1], m[i], 0.5)
        r += 1
    step(m[0], m[0], 2.0)
    step(m[0], m[:, 0], 2.0)
    return m


def addto(a, b):
    a += b
    if a[0] > 5:
        a = a * 2
    a[0] = b[-1]
    return a


@case(A)
def argument_and_its_reverse(x):
    y = addto(x, x[::-1])
    z = addto(x[:3], x[1:4])
    return x, y, z


@case(A)
def argument_and_capture(x):
    def inner(a):
        x[0] = a[1]
        a[0] += x[0]

    inner(x)
    inner(x[1:])
    return x


def outer2(a, b):
    return addto(a, b) + addto(b, a)


@case(A)
def same_array_twice(x):
    return outer2(x, x), x


@case(A.copy(), 0)
@case(A.copy(), 1)
@case(A.copy(), 2)
@case(A.copy(), 5)
def heat(u, n):
    v = u.copy()
    for _ in range(n):
        for i in range(1, len(u) - 1):
            v[i] = u[i] + 0.1 * (u[i - 1] - 2 * u[i] + u[i + 1])
        u, v = v, u
    return u


@case(A.copy(), B.copy(), 0)
@case(A.copy(), B.copy(), 1)
@case(A.copy(), B.copy(), 2)
@case(A.copy(), B.copy(), 5)
def pingpong(u, v, n):
    for _ in range(n):
        v[1:-1] = 0.5 * (u[:-2] + u[2:])
        u, v = v, u
    return u, v


@case(A.copy(), B.copy(), A * 3, 0)
@case(A.copy(), B.copy(), A * 3, 1)
@case(A.copy(), B.copy(), A * 3, 2)
@case(A.copy(), B.copy(), A * 3, 5)
def rot3(u, v, w, n):
    i = 0
    while i < n:
        w[0] += u[1]
        v *= 1.5
        u, v, w = v, w, u
        i += 1
    u[3] = 9
    return u, w


@case(A.copy(), B.copy(), 0)
@case(A.copy(), B.copy(), 1)
@case(A.copy(), B.copy(), 2)
@case(A.copy(), B.copy(), 5)
def mixed(u, v, n):
    for t in range(n):
        u[0] += t
        if u[1] > 2.5:
            u = v
        else:
            u = u * 2
        u[2] = -t
        if t == 3:
            break
    u += 1
    return u, v


@pytest.mark.parametrize(("function", "arguments"), case.params())
def test_as_python(function, arguments):
    check(function, arguments)
