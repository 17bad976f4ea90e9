"""The functions whose written gradients are kept beside this file. A changed line here changes the comments there."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def straight(x, w):
    y = np.sin(x) * w
    return np.sum(y * y)


def scalars(x, y):
    r = math.sqrt(x * x + y * y)
    return math.exp(-r) / (1.0 + r)


def branches(x):
    if x > 2.0:
        return x * x
    if x > 0.0:
        y = math.log(x)
    elif x > -1.0:
        y = x * 3.0
    else:
        y = -x
    return y * x


def recurrence(a):
    a = a.copy()
    for i in range(1, len(a)):
        a[i] = math.sin(a[i - 1]) * a[i]
    return np.sum(a)


def newton(a, guess):
    x = guess
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def first_above(xs, limit):
    total = 0.0
    for x in xs:
        total += x * x
        if total > limit:
            return total * limit
    return total


def softmax_loss(logits, target):
    shifted = logits - np.max(logits)
    log_total = np.log(np.sum(np.exp(shifted)))
    return log_total - np.dot(shifted, target)


def layer(x, weights, bias):
    hidden = np.maximum(x @ weights + bias, 0.0)
    return np.sum(hidden**2) / x.shape[0]


def _square(x, scale):
    return x * x * scale


def calls(xs, scale):
    total = 0.0
    for i in range(len(xs)):
        total += _square(xs[i], scale)
    return total


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def heat(u, conductivity, steps):
    for _ in range(steps):
        new = u.copy()
        for i in range(1, len(u) - 1):
            new[i] = u[i] + conductivity * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        u = new
    return np.sum(u * u)


def gathered(table, index, weights):
    rows = table[index]
    return np.sum(rows * weights)


def _vector(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


def _matrix(n: int, m: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, m))


PRIMALS: list[tuple[Callable[..., Any], tuple[int, ...], tuple[Any, ...]]] = [
    (straight, (0, 1), (_vector(5), 2.0)),
    (scalars, (0, 1), (0.7, -0.3)),
    (branches, (0,), (0.5,)),
    (recurrence, (0,), (_vector(6),)),
    (newton, (0, 1), (2.0, 1.0)),
    (first_above, (0, 1), (_vector(7), 1.5)),
    (softmax_loss, (0,), (_vector(4), np.array([0.0, 1.0, 0.0, 0.0]))),
    (layer, (0, 1, 2), (_matrix(3, 4), _matrix(4, 2, 1), _vector(2, 2))),
    (calls, (0, 1), (_vector(4), 0.5)),
    (power, (0,), (1.3, 4)),
    (heat, (0, 1), (_vector(6), 0.1, 3)),
    (gathered, (0, 2), (_matrix(5, 3), np.array([1, 3, 1]), _matrix(3, 3, 1))),
]
