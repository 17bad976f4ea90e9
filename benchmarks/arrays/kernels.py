"""Twelve kernels as users of NumPy write them, whole arrays or loops. Nothing here knows difflang."""

from __future__ import annotations

import math

import numpy as np


def heat(u, steps):
    """Explicit steps of the heat equation, in slices."""
    for _ in range(steps):
        u = u.copy()
        u[1:-1, 1:-1] = u[1:-1, 1:-1] + 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])
    return np.sum(u * u)


def gauss_seidel(u, steps):
    """A stencil in place: each element sees the new ones before it."""
    u = u.copy()
    for _ in range(steps):
        for i in range(1, u.shape[0] - 1):
            for j in range(1, u.shape[1] - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return np.sum(u * u)


def softmax(x):
    """The cross entropy of each row's softmax with itself."""
    e = np.exp(x - np.max(x, axis=1).reshape(-1, 1))
    p = e / np.sum(e, axis=1).reshape(-1, 1)
    return -np.sum(p * np.log(p))


def attention(q, k, v):
    scores = q @ k.T / math.sqrt(q.shape[1])
    e = np.exp(scores - np.max(scores, axis=1).reshape(-1, 1))
    out = (e / np.sum(e, axis=1).reshape(-1, 1)) @ v
    return np.sum(out * out)


def batch_norm(x, scale, shift):
    centred = x - np.sum(x, axis=0) / x.shape[0]
    variance = np.sum(centred * centred, axis=0) / x.shape[0]
    y = np.maximum(scale * centred / np.sqrt(variance + 1e-5) + shift, 0.0)
    return np.sum(y * y)


def chain(a, b, c, d):
    m = np.tanh(np.tanh(np.tanh(a @ b) @ c) @ d)
    return np.sum(m * m)


def convolution(image, kernel):
    """Two dimensions, in loops."""
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    total = 0.0
    for i in range(rows):
        for j in range(columns):
            s = 0.0
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    s += image[i + a, j + b] * kernel[a, b]
            total += s * s
    return total


def lu(a):
    """Elimination in place without pivots; the logarithm of the determinant."""
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] = a[i, k] / a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    total = 0.0
    for k in range(n):
        total += math.log(abs(a[k, k]))
    return total


def cholesky(a):
    """The factor of a positive matrix, element by element; the sum of the logarithms of its diagonal."""
    n = a.shape[0]
    f = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= f[i, k] * f[j, k]
            if i == j:
                f[i, i] = math.sqrt(s)
            else:
                f[i, j] = s / f[j, j]
    total = 0.0
    for i in range(n):
        total += math.log(f[i, i])
    return total


def shortest(d):
    """Floyd and Warshall's algorithm; the sum of all distances."""
    d = d.copy()
    n = d.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                through = d[i, k] + d[k, j]
                if through < d[i, j]:
                    d[i, j] = through
    return np.sum(d)


def bodies(x, m):
    """The potential energy of bodies that attract each other."""
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(i):
            r = 1e-3
            for a in range(x.shape[1]):
                r += (x[i, a] - x[j, a]) * (x[i, a] - x[j, a])
            total -= m[i] * m[j] / math.sqrt(r)
    return total


def julia(re, im, steps):
    """A smooth map iterated on a grid of points until they leave, each for itself."""
    total = 0.0
    for k in range(len(re)):
        x, y = re[k], im[k]
        n = 0
        while n < steps and x * x + y * y < 4.0:
            x, y = x * x - y * y + re[k], 2.0 * x * y + im[k]
            n += 1
        total += 1.0 / (1.0 + x * x + y * y)
    return total


def histogram(x, low, width, bins):
    """Linear weights in the two nearest bins."""
    counts = np.zeros(bins + 1)
    for k in range(len(x)):
        t = (x[k] - low) / width
        i = int(t)
        if i >= 0 and i < bins:
            counts[i] += 1.0 - (t - i)
            counts[i + 1] += t - i
    return np.sum(counts * counts)


def arguments():
    """Arguments of each kernel, and which of them are differentiated."""
    rng = np.random.default_rng(0)
    normal, random = rng.normal, rng.random
    positive = normal(size=(60, 60))
    return {
        heat: ((normal(size=(128, 128)), 20), (0,)),
        gauss_seidel: ((normal(size=(100, 100)), 10), (0,)),
        softmax: ((normal(size=(500, 100)),), (0,)),
        attention: ((normal(size=(128, 64)), normal(size=(128, 64)), normal(size=(128, 64))), (0, 1, 2)),
        batch_norm: ((normal(size=(256, 128)), random(128), random(128)), (0, 1, 2)),
        chain: (tuple(normal(size=(64, 64)) / 8 for _ in range(4)), (0, 1, 2, 3)),
        convolution: ((normal(size=(64, 64)), normal(size=(5, 5))), (0, 1)),
        lu: ((normal(size=(60, 60)) + 20.0 * np.eye(60),), (0,)),
        cholesky: ((positive @ positive.T + np.eye(60),), (0,)),
        shortest: ((random((60, 60)),), (0,)),
        bodies: ((normal(size=(200, 3)), random(200)), (0, 1)),
        julia: ((random(3000) * 2.0 - 1.5, random(3000) * 2.0 - 1.0, 50), (0, 1)),
        histogram: ((random(20000), 0.0, 0.01, 100), (0,)),
    }
