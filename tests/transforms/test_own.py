"""Names, views and writes: what `own` makes of them is what Python does."""

from __future__ import annotations

import numpy as np
import pytest

from tests.transforms.owned import Cases, check

case = Cases()
A = np.arange(1.0, 7.0)
M = np.arange(12.0).reshape(3, 4) + 1


@case(A)
def alias1(x):
    y = x
    y += 1
    return np.sum(x) + np.sum(y)


@case(2.0)
def alias2(x):
    y = x
    y += 1
    return x, y


@case(M)
def rows(m):
    for row in m:
        row *= 2
        row[0] = row[1]
    return m.sum()


@case(M)
def chained(m):
    m[0][1] = 5.0
    m[1][1:][0] = 7.0
    m.T[2, 1] += 3.0
    m.T[0] = np.ones(3)
    m.reshape(-1)[3] = 9.0
    m.ravel()[4] += 1
    return m


@case(A, 3)
def swapl(x, n):
    a = x.copy()
    b = np.zeros_like(x)
    for _i in range(n):
        b[1:] = a[:-1] * 2
        b[0] = a[-1]
        a, b = b, a
    return a, b


@case(A)
def elemswap(x):
    x[0], x[1] = x[1], x[0]
    t = x[2]
    x[2] = x[3]
    x[3] = t
    return x


@case(M)
def rowswap(m):
    m[0], m[1] = m[1], m[0]
    return m


@case(M)
def rowswap2(m):
    m[0], m[1] = m[1].copy(), m[0].copy()
    return m


@case(A)
def early(x):
    for i in range(len(x)):
        if x[i] > 3:
            x[i] = 0.0
            return x[i - 1], x
        x[i] *= 2
    return x[0], x


@case(A)
def brk(x):
    s = 0.0
    i = 0
    while True:
        if i >= len(x) or s > 5:
            break
        x[i] = s
        s += x[i] + i
        i += 1
    return s, i


def helper(a, k):
    a[k] = 10.0
    return a


@case(A)
def callee(x):
    y = helper(x, 1)
    y[0] = 3.0
    z = helper(x[2:], 0)
    z += 1
    return x, y, z


def rec(x, n):
    if n == 0:
        return x
    x[n] += 1
    return rec(x, n - 1)


@case(A, 3)
def recur(x, n):
    y = rec(x, n)
    y[0] = 100.0
    return x


@case(A)
def negstep(x):
    y = x[::-1]
    y[0] = 50.0
    z = x[4:1:-1]
    z *= 2
    x[::-2] = 1.5
    return y, z, x


@case(A)
def overlap(x):
    x[1:] += x[:-1]
    x[1:] = x[:-1]
    return x


@case(A)
def closures(x):
    k = 2.0

    def g(y):
        return y * k + x[0]

    a = g(1.0)
    x[0] = 5.0
    k = 3.0
    return a + g(2.0)


@case(A, True)
def condrebind(x, c):
    y = x
    if c:
        y = x * 2
    y[0] = 9.0
    return y, x


@case(A, False)
def condrebind2(x, c):
    y = x
    if c:
        y = x * 2
    y[0] = 9.0
    return y, x


@case(A, True)
def condview(x, c):
    v = x[1:] if c else x[:-1]
    v += 2
    v[0] = 1
    return x, v


@case(A)
def loopviews(x):
    for i in range(1, len(x)):
        a = x[i - 1 : i + 1]
        a[1] = a[0] + a[1]
    return x


@case(A)
def rebindloop(x):
    y = x.copy()
    for _i in range(3):
        y = y + x
        y[0] = 0.0
    return y


@case(A)
def rebindloop_param(x):
    y = x
    for _i in range(3):
        y = y * 2
    y[0] = -1.0
    return y, x


@case(A)
def fill(x):
    x.fill(2.0)
    y = np.zeros((2, 3))
    y.fill(1)
    y[:] = x.reshape(2, 3)
    y[0, :] = 4
    y[..., 1] = 0
    y[:, None, 2] = 8
    return y


@case(np.arange(5), 1.5)
def ints(x, v):
    x[0] = v
    x[1] += 2
    x[2:] *= 3
    return x


@case(np.arange(4.0).astype(np.float32))
def f32(x):
    x += np.ones(4)
    x[0] = np.float64(3.3)
    x *= 1.1
    return x


@case(A, np.array([0, 2, 2]))
def fancy(x, idx):
    y = x[idx]
    y += 1
    x[idx] += 10
    x[idx] = y
    return x, y


@case(A)
def mask(x):
    x[x > 3] = 0.0
    return x, x[x > 1]


@case(A)
def shadow(x):
    sum = 0.0
    for x_ in x:
        sum += x_
    len = 3
    return sum + len


@case(M)
def order(m):

    def nxt(a):
        a[0, 0] += 1
        return 2.0

    m[0, 0] += nxt(m)
    return m


@case(M)
def order2(m):
    def nxt(a):
        a[0, 0] += 1
        return 2.0

    r = m[0, 0] + nxt(m) + m[0, 0]
    return r


@case(A)
def each_write(x):
    for i, v in enumerate(x):
        x[len(x) - 1 - i] = v * 2
    return x


@case(A)
def whileswap(x):
    a, b = x + 0, x * 2
    n = 0
    while n < 3:
        a, b = b, a
        a[0] = n
        n += 1
    return a, b


@case(A)
def viewinloop(x):
    v = x[:3]
    for i in range(3):
        v[i] = i
        x[i + 3] = v[i] * 2
        v = x[i : i + 3]
    return v, x


@case(A)
def carriedview(x):
    row = x[0:2]
    s = 0.0
    for i in range(3):
        s += row[0]
        row = x[i : i + 2]
    return s + row[1]


@pytest.mark.parametrize(("function", "arguments"), case.params())
def test_as_python(function, arguments):
    check(function, arguments)
