"""Python's numbers and NumPy's, arrays made and reshaped: every result with the type that Python gives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from difflang.types import FLOAT, INT
from tests.transforms.owned import Cases, check, owned

case = Cases()
A = np.arange(1.0, 7.0)
M = np.arange(12.0).reshape(3, 4) + 1
G = np.array([1.0, 2.0, 3.0])
K = 2.5
NAME = "tanh"


@case(A, 3)
def total_int(x, n):
    total = 0
    for i in range(n):
        total += x[i]
    return total


@case(A, 0)
def total_int0(x, n):
    total = 0
    for _i in range(n):
        total += 1.5
    return total


@case(A)
def minmax(x):
    return (
        max(x),
        min(x),
        max(x[0], 2),
        min(3, 1),
        max((x[0], x[1], 0.5)),
        sum(x),
        sum((1, 2.0, x[0])),
        abs(-x[0]),
        round(2.5),
        round(x[0] * 1.5),
        divmod(7, 2),
        divmod(x[4], 2.0),
    )


@case(A)
def builtin_mix(x):
    a = int(x[0])
    b = float(3)
    c = bool(a)
    d = np.float32(x[1])
    e = np.int64(2.7)
    f = x.dtype == np.float64
    g = isinstance(x, np.ndarray)
    return a, b, c, d, e, 1 if f and g else 0, x.ndim, x.size, len(x.shape), x.shape[0]


@case(2)
def negpow(n):
    return 2**-1, n**-2, 2.0**n, n**3, n**n


@case(A)
def methods(x):
    return (
        x.mean(),
        x.sum(axis=0),
        x.reshape(2, 3).T.sum(axis=-1),
        x.max(),
        x.astype(np.int64),
        x.copy().item(0),
        x.argmax(),
        x.dot(x),
        x.clip(2, 3),
        x.reshape((3, -1)),
    )


@case(3, 4)
def py_ints(a, b):
    return (
        a // b,
        a % b,
        -a // b,
        -a % b,
        a / b,
        a**b,
        a << 2,
        b >> 1,
        a & b,
        a | b,
        a ^ b,
        ~a,
        a == b,
        not a,
        a and b,
        a or b,
        abs(-a),
        divmod(-a, b),
        float(a),
        bool(a),
    )


@case(True, False)
def py_bools(a, b):
    return a and b, a or b, not a, a & b, a | b, a ^ b, a + b, a == b, int(a)


@case(2.5, -1.5)
def py_floats(a, b):
    return (
        a // b,
        a % b,
        a**2,
        -a,
        abs(b),
        math.floor(b),
        math.ceil(a),
        math.trunc(b),
        int(b),
        round(a),
        round(b),
        math.sqrt(a),
        math.atan2(a, b),
        math.hypot(a, b),
        math.log(a, 3),
        math.pow(a, 2),
        math.pi * a,
        math.isnan(a),
        math.exp(b),
        min(a, b),
        max(a, b),
        a if a > b else b,
        a < b < 3,
        a > b > -2,
    )


@case(np.float64(2.5), np.float32(1.5), np.int64(3))
def np_scalars(a, b, c):
    return a + b, a * 2, b * 2.0, c + 1, c / 2, b + c, a // 1, int(c), float(b), c**2, -c, abs(b), a > b, c % 2


@case(np.array([1, 2, 3]), np.array([True, False, True]))
def intarr(a, m):
    return (
        a + 1,
        a * 2.5,
        a / 2,
        a // 2,
        a**2,
        a % 2,
        a & 1,
        m & (a > 1),
        ~m,
        m | (a > 2),
        a[m],
        a.sum(),
        m.sum(),
        np.where(m, a, 0),
        -a,
        a.astype(float),
        a == 2,
        m.any(),
        m.all(),
        a.mean(),
    )


@case(A)
def create(x):
    return (
        np.zeros(3),
        np.ones((2, 3)),
        np.full((2,), 7.0),
        np.arange(5),
        np.arange(1.0, 3.0, 0.5),
        np.linspace(0, 1, 5),
        np.eye(3),
        np.zeros_like(x),
        np.ones_like(x),
        np.array([x[0], 2.0, 3]),
        np.array([[1, 2], [3, 4]]),
        np.stack([x, x]),
        np.concatenate([x, x[:2]]),
        np.array(x),
        np.asarray(x)[0],
        np.zeros((len(x), 2), dtype=np.int64),
        np.empty(0),
        np.full_like(x, 3.0),
    )


@case(M)
def shapes(m):
    return (
        m.T,
        m.reshape(4, 3),
        m.reshape(-1),
        m.ravel(),
        m.flatten(),
        np.transpose(m),
        m[:, None, :].shape,
        np.expand_dims(m, 0).shape,
        m.shape,
        np.shape(m),
        len(m),
        m[..., 0],
        m[-1],
        m[1:, ::2],
        m[::-1, ::-1],
        np.squeeze(m[None]),
        m.transpose(1, 0),
        m.swapaxes(0, 1),
        np.moveaxis(m, 0, 1),
        np.outer(m[0], m[1]),
        m[:2] @ m.T,
        np.flip(m, 0),
        np.broadcast_to(m[0], (2, 4)),
    )


@case(A)
def zerodiv(x):
    n = len(x) - 6
    return 1 / n


@case(A)
def glob(x):
    return (
        np.dot(x, x),
        np.exp(-x),
        np.sum(x, 0),
        np.mean(x),
        np.sin(x[0]),
        np.maximum(x, 3),
        np.minimum(2, x),
        np.clip(x, 2, 4),
        np.sqrt(x),
        np.power(x, 2),
        np.abs(-x),
        np.sign(x),
        np.log1p(x),
        x.var(),
        x.std(),
        np.prod(x),
        np.cumsum(x),
        np.any(x > 3),
        np.argmax(x),
        np.linalg.norm(x) if False else 0.0,
    )


@case(A)
def intfloat(x):
    m = 0
    for v in x:
        if v > m:
            m = v
    best = 0
    for i in range(len(x)):
        if x[i] > x[best]:
            best = i
    n = 0
    while n * n < m:
        n += 1
    return m, best, n


@case(2.5, 1, A)
def largest_and_smallest(x, n, a):
    return max(x, 1.0), min(x, 3), max(n, 2), min(n, 0, -3), max(a[0], x), max(a), min(a), max(1, 2.5), max(n, x)


@pytest.mark.parametrize(("function", "arguments"), case.params())
def test_as_python(function, arguments):
    check(function, arguments)


def test_largest_of_python_numbers_is_one():
    """max and min of Python's numbers give Python's: dividing by them raises as Python does."""

    def f(x, n):
        return 1.0 / max(x, 0.0), min(n, 3)

    program = owned(f, 2.5, 1)
    assert [atom.type for atom in program.main.body.yields] == [FLOAT, INT]
