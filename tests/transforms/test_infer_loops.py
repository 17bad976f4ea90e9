"""Loops: names that have another type before the first turn than after it (that turn then stands alone), loops over tuples,
numbers of several kinds that meet."""

from __future__ import annotations

import numpy as np
import pytest

from difflang.eval import evaluate_program
from tests.transforms.owned import Cases, check, owned

case = Cases()
A = np.arange(1.0, 7.0)
M = np.arange(12.0).reshape(3, 4) + 1
F = A.astype(np.float32)


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


@case(F)
def f32sum(x):
    s = 0.0
    for v in x:
        s += v
    p = 1
    for i in range(len(x)):
        p = p * x[i]
    return s, p


@case(A, 2)
def star(x, n):
    a, *b = (x[0], x[1], 3.0)
    return a, b[0], b[1]


@case(A)
def kw(x, *, scale=2.0, shift=1):
    return x * scale + shift


@case(A)
def zero_step(x):
    return x[::2][::-1], x[-3:], x[:-3:-1], x[100:], x[-100:2]


@case(A)
def lc(x):
    ys = [x * k for k in (1, 2, 3)]
    return ys[0] + ys[2]


@case(A)
def printing(x):
    total = 0
    for k in [0, 2, 4]:
        total += x[k]
    for name in ("sin", "cos"):
        if name == "sin":
            total += np.sin(x[0])
        else:
            total += np.cos(x[0])
    return total


@case(A)
def okflag(x):
    ok = True
    for v in x:
        ok = ok and v > 0
    done = False
    i = 0
    while not done:
        i += 1
        done = x[i] > 3 or i == 4
    return ok, done, i


@case(M)
def dots2(m):
    return np.dot(m[0], m[1])


@case(A)
def condint(x):
    k = 0 if x[0] > 100 else 1.5
    j = x[0] if k > 1 else 0
    return k, j


@case(A)
def zeroarr(x):
    z = np.array(2.0)
    y = z + 1
    w = x * z
    return w, float(y)


@pytest.mark.parametrize(("function", "arguments"), case.params())
def test_as_python(function, arguments):
    check(function, arguments, 1e-6 if isinstance(arguments[0], np.ndarray) and arguments[0].dtype == np.float32 else 1e-13)


def test_a_loop_that_does_not_run_is_an_error():
    empty = np.zeros((0, 4))
    with pytest.raises(ValueError, match="at least once"):
        evaluate_program(owned(rowsum, empty), empty)
