"""Programs that `infer` specialises: folding, calls, closures, recursion, numbers of both kinds."""

from __future__ import annotations

import functools
import operator

import numpy as np
import pytest

from tests.transforms.owned import Cases, check

case = Cases()
A = np.arange(1.0, 7.0)
M = np.arange(12.0).reshape(3, 4) + 1
G = np.array([1.0, 2.0, 3.0])
K = 2.5
NAME = "tanh"


@case(A)
def defaults(x):
    def g(a, b=2.0, *c, d=3):
        return a + b * d + sum(c)

    return g(x[0]) + g(1.0, 2.0, 3.0, 4.0) + g(a=1, b=5, d=6)


@case((A, 2.0))
def tup(t):
    a, b = t
    a[0] = b
    return (a, (b, t[0][1]))


@case(A)
def zipit(x):
    s = 0.0
    for a, b, k in zip(x, x[1:], range(10), strict=False):
        s += a * b + k
    return s


@case(A)
def none_default(x, y=None):
    if y is None:
        y = np.ones_like(x)
    return x @ y


@case(A)
def varargs(x):
    def f(*a):
        return len(a) + a[0]

    return f(*(x[0], x[1], 3))


def fact(n):
    return 1 if n <= 1 else n * fact(n - 1)


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


@case(6)
def recs(n):
    return fact(n), fib(n)


def ev(n):
    return True if n == 0 else od(n - 1)


def od(n):
    return False if n == 0 else ev(n - 1)


@case(6)
def mutual(n):
    return ev(n), od(n)


@case(A)
def stepfns(x):
    fs = (np.sin, np.cos, lambda t: t * t)
    r = x
    for f in fs:
        r = f(r)
    for i in range(3):
        r = r + fs[i](x)
    return r


@case(A)
def ifnum(x):
    n = len(x)
    if n and x[0] > 0:
        return 1.0
    return 0.0


@case(A)
def walrus(x):
    s = 0.0
    i = 0
    while (v := x[i]) < 4:
        s += v
        i += 1
    return s


def useG(x):
    return x @ G * K


@case(A[:3])
def cap1(x):
    return useG(x) + G[0] + useG(x * 2)


@case(A[:3])
def cap2(x):
    def inner(y):
        return useG(y) + K

    return inner(x)


def relu(x):
    return np.where(x > 0, x, 0.0)


@case(((np.ones((3, 2)), np.zeros(3)), (np.ones((1, 3)), np.zeros(1))), np.array([1.0, -2.0]))
def mlp(layers, x):
    for i, (w, b) in enumerate(layers):
        x = w @ x + b
        if i < len(layers) - 1:
            x = relu(x)
    return x[0]


@case(((np.ones((3, 2)), np.zeros(3)), (np.ones((1, 3)), np.zeros(1))), np.array([1.0, -2.0]))
def mlp2(layers, x):
    for i in range(len(layers)):
        w, b = layers[i]
        x = relu(w @ x + b)
    for w, b in layers[::-1]:
        w *= 2
        b -= 1
    return x


@case((1.0, 2, 3.5))
def tuplebreak(t):
    s = 0.0
    for v in t:
        if v > s + 1.5:
            break
        s += v
    else:
        s = -s
    return s


@case(A)
def tuplecarry(x):
    st = (0.0, x)
    for i in range(3):
        s, y = st
        st = (s + y[i], y * 2)
    return st


@case(A)
def nestedtuplecarry(x):
    a, (b, c) = 1.0, (x[0], x)
    while a < 10:
        a, (b, c) = a + b, (a, c + 1)
    return a, b, c


@case(A)
def part(x):
    f = functools.partial(np.sum, axis=0)

    def p(a, b):
        return a**b

    g = functools.partial(operator.mul, 2.0)
    return f(x), g(x[0])


class Obj:
    def __init__(self):
        self.w = np.array([1.0, 2.0, 3.0])
        self.k = 3
        self.act = np.tanh

    def __call__(self, x):
        return self.act(x) * self.w[: len(x)] + self.k

    def m(self, x, n=2):
        return x * n


obj = Obj()


@case(A[:3])
def objs(x):
    return obj(x) + obj.m(x) + obj.m(x, n=3) + obj.k


@case(
    M,
)
def axisarg(m):
    def norm(v, axis, keep=False):
        return np.sum(v * v, axis=axis, keepdims=keep)

    return norm(m, 0), norm(m, -1, True), norm(m, None)


@case(A)
def loopfresh(x):
    out = None
    for i in range(4):
        if i == 0:
            out = x * 1
        else:
            out = out + x[i]
    return out


@case(A)
def retpaths(x):
    if x[0] > 100:
        return x
    elif x[0] > 50:
        return x * 2
    y = x.copy()
    return y


@case(A)
def asserts(x):
    assert x[0] > 0, "no"
    if x.ndim != 1:
        raise ValueError("bad")
    return x[0]


@case(A)
def raises(x):
    if x[0] > 0:
        raise ValueError("bad")
    return x[0]


@case(A)
def oob(x):
    return x[6]


@case((A, (1, True)), None, "abc")
def treeargs(t, n, s):
    a, (k, b) = t
    if n is None and s == "abc" and b:
        a[k] = 3
    return (n, (a[k], None)), s if False else k


@case(A, 2)
def queries(x, n):
    k = 1.0 if type(n) is int and type(x) is np.ndarray else 2.0
    if np.issubdtype(x.dtype, np.floating):
        k *= 3
    name = "relu_v2"
    if name.startswith("relu") and name.split("_")[1] == "v2":
        k += 0.5
    return x * k + np.finfo(x.dtype).eps * 1e10 + np.finfo(np.float32).max * 0


@case(A)
def folds(x):
    a = functools.reduce(lambda p, q: p * q, (x[0], x[1], 3.0))
    b = functools.reduce(lambda p, q: p + q, x, 0.0)
    c = list(map(np.sin, (x[0], 2.0)))
    d = functools.reduce(np.add, [x, x, x])
    return a, b, c[0] + c[1], d


@pytest.mark.parametrize(("function", "arguments"), case.params())
def test_as_python(function, arguments):
    check(function, arguments)
