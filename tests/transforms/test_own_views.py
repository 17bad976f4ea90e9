"""Views, rows, choices between arrays, and writes through all of them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.transforms.owned import Cases, check

case = Cases()
A = np.arange(1.0, 7.0)
M = np.arange(12.0).reshape(3, 4) + 1


@case(M)
def unpackrows(m):
    a, b, c = m
    a[0] = 7.0
    b += a
    return m, c


@case(A)
def strided(x):
    y = x[::2]
    z = y[1:]
    z[0] = 9
    w = y.reshape(3, 1)
    return x, w


@case(np.array(3.0))
def zerod(x):
    x += 1
    x[()] = x * 2
    return x, float(x)


@case(A)
def forelse(x):
    for i in range(len(x)):
        if x[i] > 100:
            break
    else:
        x[0] = -1
    return x


@case(A)
def twoargs(x):
    def f(a, b):
        a[0] = b[0]

    f(x[0:2], x[2:4]) if False else None
    return x


def first_row(m):
    return m[0]


@case(M)
def viewresult(m):
    r = first_row(m)
    r2 = r * 2
    return m, r2, r.sum()


def mod2(a, b):
    a += b
    return a[1:]


@case(A, A * 2)
def modres(x, y):
    r = mod2(x, y)
    return r, x


@case(A)
def breaks(x):
    found = -1
    for i, v in enumerate(x):
        if v > 3:
            found = i
            break
        if v < 0:
            continue
        x[i] = v * v
    return found, x


@case(A, True, False)
def choice2(x, c, d):
    a = x + 1
    b = x + 2
    e = x + 3
    t = (a if c else b) if d else e
    t[0] = 100.0
    b[1] = 50
    t += b
    return a, b, e, t


@case(A, True, False)
def choice3(x, c, d):
    a = x + 1
    b = x + 2
    if c:
        t = a
    else:
        t = b[1:]
        t = t[1:]
    for i in range(2):
        t[i] += 1
        if d:
            a[0] = i
        else:
            b[2] -= t[0]
    return a, b, t


@case(A, True)
def choicefresh(x, c):
    y = x
    if c:
        y = np.zeros(3)
        z = y
        z[0] = 1
    y[0] += 5
    return x, y


@case(A, False)
def choicefresh2(x, c):
    y = x
    if c:
        y = np.zeros(3)
        z = y
        z[0] = 1
    else:
        z = x[1:]
    y[1] += 5
    z[0] += 2
    return x, y, z


@case(A)
def lastrow(x):
    r = x[:2]
    for i in range(5):
        r = x[i : i + 2]
        r[0] = r[1]
    r[1] = -9
    return x


@case(A)
def inorder(x):
    y = x
    x = x + 1
    y[0] = 7
    x[1] = 8
    return x, y


@case(A)
def ravelview(x):
    m = x.reshape(2, 3)
    v = m.T.reshape(-1)  # copy
    s = v.sum()
    m[0, 0] = 50
    return s, m


@case(A)
def flat2(x):
    m = x.reshape(2, 3)
    f = m.flatten()
    f[0] = 1000
    m[0] += f[3:]
    return x, f


@case(M)
def nested(m):
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            if (i + j) % 2:
                continue
            if m[i, j] > 8:
                break
            m[i, j] = m[i - 1, j] + m[i][j - 1]
    return m


@case(A)
def whilearr(x):
    while x[0] < 100:
        x *= 2
    return x


@case(A)
def oob2(x):
    v = x[2:]
    v[4] = 1
    return x


@case(A)
def oob3(x):
    x[0:2] = np.ones(3)
    return x


@case(np.ones((1,)), np.ones(3))
def inplacebc(x, y):
    x[:] += y.sum()
    return x


@case(np.arange(6.0)[::2], np.arange(12.0).reshape(3, 4).T)
def stridedargs(x, m):
    x[0] = 5
    m[1] += x
    return x, m, m.reshape(-1), x.ravel()


@case(A, 2)
def dynslice(x, n):
    a = x[n:]
    b = x[:n]
    c = x[n : n + 2]
    d = x[-n:]
    a[0] = 1
    d[0] = 3
    b[...] = 8
    return x, c


@case(A)
def sliceelem(x):
    v = x[1:-1]
    for i in range(len(v)):
        v[i] = v[i] + x[i] + x[i + 2]
    v[-1] = 0
    return x


@case(A, np.array([0, 2, 2, -1]))
def hist(x, idx):
    np.add.at(x, idx, 1.0)
    np.add.at(x, idx, np.arange(4.0))
    h = np.zeros(3, dtype=np.int64)
    np.add.at(h, idx % 3, 1)
    np.subtract.at(x, 1, x[0])
    return x, h


@case(M, np.array([0, 2, 2]), np.array([1, 1, 1]))
def hist2(m, i, j):
    np.add.at(m, (i, j), 1.0)
    np.add.at(m[1:], (0, slice(None)), 5.0)
    m[slice(0, 2), slice(1)] *= 2
    np.add.at(m.T, i, np.ones(3))
    np.add.at(m[2], i, 2.0)
    return m


@case(M - 6)
def relu2(h):
    h[h < 0] = 0
    h[h > 3] += 10.0
    h[h == 13] = h[h == 13] * 2
    return h, h[h > 1]


@case((M - 6).T)
def relu3(h):
    h[h < 0] = 0
    h[h > 3] *= 2
    h[:, 1:][h[:, 1:] > 4] = -1
    return h


@case(np.arange(24.0).reshape(2, 3, 4), np.array([[True, False, True], [False, True, False]]))
def partmask(t, mask):
    t[mask] = 0
    t[~mask] += np.arange(4.0)
    return t, t[mask]


@case(M)
def swaprows(m):
    m[[0, 1]] = m[[1, 0]]
    m[[2, 0], :] *= 2
    return m, m[[0, 0, 1]], m[:, [1, 2]]


@pytest.mark.parametrize(("function", "arguments"), case.params())
def test_as_python(function, arguments):
    check(function, arguments)
