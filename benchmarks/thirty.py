"""Functions of thirty lines, as different as can be, whose gradients are compiled: numbers in loops, arrays and loops, arrays alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def numbers(x: float, y: float, n: int) -> float:
    """Loops over numbers with branches and exits."""
    s = 0.0
    p = 1.0
    for i in range(n):
        a = x * i + y
        b = math.sin(a) * math.cos(y)
        if b > 0.2:
            s += a * b
        elif b < -0.2:
            s -= b * b
        else:
            s += 0.1 * x
        j = 0
        while j < 3:
            p = p * 0.99 + s * 1e-3
            if p > 10.0:
                break
            j += 1
        c = math.exp(-p * p)
        d = c / (1.0 + s * s)
        s += d
    t = math.tanh(s)
    u = t * x - p * y
    v = u / (1 + abs(u))
    w = math.sqrt(1 + v * v)
    if w > 2:
        return w * s
    q = w**1.5
    r = q + math.log(1 + q)
    z = r * x + y
    return z


def both(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> Any:
    """A recurrent cell over arrays, its history, loops over elements."""
    n = x.shape[0]
    h = np.zeros(w.shape[0])
    total = 0.0
    history = np.zeros((n, w.shape[0]))
    for t in range(n):
        z = w @ h + x[t]
        i = 1 / (1 + np.exp(-z))
        g = np.tanh(z)
        h = i * g + (1 - i) * h
        history[t] = h
        error = h.sum() - y[t]
        if abs(error) < 1.0:
            total += error * error
        else:
            total += 2 * abs(error) - 1
        if t % 2:
            h = h * 0.9
    mean = history.mean(axis=0)
    centred = history - mean
    covariance = centred.T @ centred / n
    for a in range(covariance.shape[0]):
        for b in range(a):
            total += covariance[a, b] ** 2
            covariance[b, a] = 0.0
    k = 0
    while k < 3:
        total += np.trace(covariance) * 0.1
        covariance *= 0.5
        k += 1
    return total / n + np.sum(w * w)


def arrays(w: np.ndarray, b: np.ndarray, v: np.ndarray, x: np.ndarray) -> Any:
    """Thirty array statements, no two alike."""
    h = x @ w + b
    m = h.mean(axis=0)
    s = h.std(axis=0) + 1e-5
    z = (h - m) / s
    a = np.maximum(z, 0.0)
    g = np.tanh(z) * a
    c = np.concatenate([a, g], axis=1)
    d = c[:, ::2] * c[:, 1::2]
    e = np.exp(-d * d)
    f = e / e.sum(axis=1, keepdims=True)
    k = f @ v
    l1 = np.log1p(np.abs(k))
    q = np.where(k > 0, l1, -l1)
    r = q - q.max()
    t = np.exp(r)
    u = t / t.sum()
    o = np.stack([u, q, k])
    p = o.T @ o
    i = np.sqrt(np.diag(p) + 1.0)
    j = p / i / i[:, None]
    n = np.cumsum(j[0])
    y = np.sin(n) + n.reshape(1, -1)
    aa = y.ravel() * i
    bb = np.outer(aa, aa)
    cc = bb[1:, :-1] + bb[:-1, 1:]
    dd = np.clip(cc, -3.0, 3.0)
    ee = dd.transpose().sum(axis=0)
    ff = np.dot(ee, ee)
    gg = ff + (w * w).sum() * 0.01
    return gg


def arguments() -> dict[str, tuple[Callable[..., Any], tuple[Any, ...]]]:
    """The functions by name, with arguments."""
    rng = np.random.default_rng(0)
    normal = rng.normal
    return {
        "numbers": (numbers, (0.3, 0.4, 10)),
        "both": (both, (normal(size=(3, 3)), normal(size=(6, 3)), normal(size=6))),
        "arrays": (arrays, (normal(size=(4, 6)), normal(size=6), normal(size=6), normal(size=(5, 4)))),
    }
