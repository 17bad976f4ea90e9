"""Programs of whole arrays as users of NumPy write them; JAX runs the same text with its own `np`. Nothing here knows difflang."""

from __future__ import annotations

import numpy as np


def perceptron(x, w1, w2, w3, labels):
    h = np.tanh(np.tanh(x @ w1) @ w2)
    z = h @ w3
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(labels)), labels])


def recurrent(xs, w, u, b):
    h = np.zeros(64)
    for t in range(20):
        h = np.tanh(w @ xs[t] + u @ h + b)
    return np.sum(h * h)


def gated(xs, w, u, b):
    """An LSTM over a batch."""
    h, c = np.zeros((32, 16)), np.zeros((32, 16))
    for t in range(10):
        z = xs[t] @ w + h @ u + b
        i, f, o = 1 / (1 + np.exp(-z[:, :16])), 1 / (1 + np.exp(-z[:, 16:32])), 1 / (1 + np.exp(-z[:, 32:48]))
        c = f * c + i * np.tanh(z[:, 48:])
        h = o * np.tanh(c)
    return np.sum(h**2)


def attention_heads(x, wq, wk, wv):
    q, k, v = x @ wq, x @ wk, x @ wv
    s = q @ np.swapaxes(k, 1, 2) / np.sqrt(32.0)
    e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    return np.sum((e / np.sum(e, axis=-1, keepdims=True) @ v) ** 2)


def layer_norm(x):
    m, v = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return np.sum(np.tanh((x - m) / np.sqrt(v + 1e-5)))


def descent(x, w, y):
    """Twenty steps of logistic regression."""
    for _ in range(20):
        w = w - 0.01 * (x.T @ (1 / (1 + np.exp(-(x @ w))) - y)) / len(y)
    return np.sum(w * w)


def gaussian_process(x, y, th):
    d = np.sum((x[:, None] - x[None, :]) ** 2, axis=2)
    c = np.exp(th[0]) * np.exp(-0.5 * d / np.exp(th[1])) + np.exp(th[2]) * np.eye(100)
    low = np.linalg.cholesky(c)
    return 0.5 * y @ np.linalg.solve(c, y) + np.sum(np.log(np.diag(low)))


def transport(c, f, g):
    """Sinkhorn's steps on logarithms."""
    for _ in range(3):
        z = g[None, :] - c
        m = np.max(z, axis=1)
        f = -(m + np.log(np.sum(np.exp(z - m[:, None]), axis=1)))
        z = f[:, None] - c
        m = np.max(z, axis=0)
        g = -(m + np.log(np.sum(np.exp(z - m[None, :]), axis=0)))
    return np.sum(f) + np.sum(g)


def planets(x, v, m):
    for _ in range(5):
        d = x[None, :, :] - x[:, None, :]
        r2 = np.sum(d * d, axis=2) + 0.01
        v = v + 0.01 * np.sum(d * (m[None, :] / (r2 * np.sqrt(r2)))[:, :, None], axis=1)
        x = x + 0.01 * v
    return np.sum(x * x)


def springs(x, i, j, rest):
    d = x[i] - x[j]
    return np.sum((np.sqrt(np.sum(d * d, axis=1) + 1e-9) - rest) ** 2)


def distances(x, y):
    return np.sum(np.exp(-0.5 * np.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1)))


def unit_rows(x):
    return np.sum((x / np.sqrt(np.sum(x * x, axis=1, keepdims=True))) ** 3)


def polyline(x, xp, fp):
    return np.sum(np.interp(x, xp, fp) ** 2)


def options(s, k, t):
    d1 = (np.log(s / k) + 0.04 * t) / (0.2 * np.sqrt(t))
    d2 = d1 - 0.2 * np.sqrt(t)
    return np.sum(s / (1 + np.exp(-1.702 * d1)) - k * np.exp(-0.02 * t) / (1 + np.exp(-1.702 * d2)))


def walks(z, p):
    s = 100 * np.exp(np.cumsum((p[0] - 0.5 * p[1] ** 2) / 250 + p[1] * z, axis=1))
    return np.mean(np.maximum(np.mean(s, axis=1) - 100, 0))


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rolled(u):
    for _ in range(5):
        u = u + 0.1 * (np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, 1) + np.roll(u, -1, 1) - 4 * u)
    return np.sum(u * u)


def variation(u):
    dx, dy = u[1:, :-1] - u[:-1, :-1], u[:-1, 1:] - u[:-1, :-1]
    return np.sum(np.sqrt(dx * dx + dy * dy + 1e-3))


def small_products(a, b):
    return np.sum(np.tanh(np.einsum("bij,bjk->bik", a, b)))


def covariance(x):
    c = x - x.mean(axis=0)
    s = c.T @ c / (len(x) - 1)
    return np.trace(s @ s) + np.sum(s)


def huber(x):
    a = np.abs(x)
    return np.sum(np.where(a < 1, 0.5 * x * x, a - 0.5))


def mirrored(x, i):
    return np.sum(np.sin(x[i]) * np.cos(x[i, ::-1]))


def positive(x):
    """JAX has no masks whose number of trues is the run's."""
    return np.sum(np.sqrt(x[x > 0])) / np.sum(x > 0)


def arguments():
    """{program: (arguments, those that are differentiated by)}."""
    rng = np.random.default_rng(0)
    n = rng.normal
    places = rng.integers(0, 2000, (2, 6000))
    return {
        perceptron: ((n(size=(256, 64)), *(0.1 * n(size=(64, k)) for k in (64, 64, 10)), rng.integers(0, 10, 256)), (0, 1, 2, 3)),
        recurrent: ((n(size=(20, 64)), 0.1 * n(size=(64, 64)), 0.1 * n(size=(64, 64)), n(size=64)), (0, 1, 2, 3)),
        gated: ((n(size=(10, 32, 16)), 0.1 * n(size=(16, 64)), 0.1 * n(size=(16, 64)), n(size=64)), (0, 1, 2, 3)),
        attention_heads: ((n(size=(16, 50, 32)), *(0.2 * n(size=(32, 32)) for _ in range(3))), (0, 1, 2, 3)),
        layer_norm: ((n(size=(32, 64, 32)),), (0,)),
        descent: ((n(size=(2000, 20)), n(size=20), (rng.random(2000) > 0.5) * 1.0), (0, 1)),
        gaussian_process: ((n(size=(100, 3)), n(size=100), np.array([0.3, 0.1, 0.5])), (0, 1, 2)),
        transport: ((0.1 * n(size=(300, 300)), n(size=300), n(size=300)), (0, 1, 2)),
        planets: ((n(size=(30, 3)), 0.1 * n(size=(30, 3)), np.abs(n(size=30)) + 0.1), (0, 1, 2)),
        springs: ((n(size=(2000, 3)), places[0], places[1], np.abs(n(size=6000))), (0, 3)),
        distances: ((n(size=(200, 3)), n(size=(150, 3))), (0, 1)),
        unit_rows: ((n(size=(10000, 3)),), (0,)),
        polyline: ((n(size=20000), np.sort(n(size=200)), n(size=200)), (0, 1, 2)),
        options: (tuple(np.exp(0.2 * n(size=50000)) for _ in range(3)), (0, 1, 2)),
        walks: ((0.01 * n(size=(500, 250)), np.array([0.05, 0.2])), (0, 1)),
        rosenbrock: ((n(size=100000),), (0,)),
        rolled: ((n(size=(256, 256)),), (0,)),
        variation: ((n(size=(500, 500)),), (0,)),
        small_products: ((n(size=(500, 4, 4)), n(size=(500, 4, 4))), (0, 1)),
        covariance: ((n(size=(1000, 10)),), (0,)),
        huber: ((n(size=100000),), (0,)),
        mirrored: ((n(size=(128, 128)), rng.integers(0, 128, 1000)), (0,)),
        positive: ((n(size=100000),), (0,)),
    }
