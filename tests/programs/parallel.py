"""Loops over `prange`: turns that write places of their own, that add up, that scatter; loops inside."""

from __future__ import annotations

import numpy as np

import difflang as dl

from .corpus import add, normal


def own_places(x, w):
    y = np.zeros(x.size)
    for i in dl.prange(x.size):
        y[i] = np.sin(x[i] * w[i % w.size])
    return np.sum(y * y)


add(own_places, (normal(7), normal(3)))


def folded(x):
    total = 0.0
    product = 1.0
    for i in dl.prange(1, x.size, 2):
        total += x[i] * x[i - 1]
        product *= 1 + 0.1 * x[i]
    return total * product


add(folded, (normal(8),), edges=((normal(1),),))


def scattered(x, k):
    bins = np.zeros(4)
    for i in dl.prange(x.size):
        bins[k[i]] += np.exp(x[i])
    return bins @ bins


add(scattered, (normal(9), np.array([0, 3, 1, 1, 2, 0, 3, 3, 1])), wrt=(0,))


def rows_of_products(a, b):
    c = np.zeros((a.shape[0], b.shape[1]))
    for i in dl.prange(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(b.shape[0]):
                s += a[i, k] * b[k, j]
            c[i, j] = s
    return np.sum(c * c)


add(rows_of_products, (normal(3, 4), normal(4, 2)))


def energies(x):
    energy = 0.0
    for i in dl.prange(x.size):
        for j in range(i):
            energy += 1 / (1 + (x[i] - x[j]) ** 2)
    return energy


add(energies, (normal(6),))


def sweeps(u, steps):
    for _ in range(steps):
        v = np.zeros_like(u)
        for i in dl.prange(1, u.size - 1):
            v[i] = u[i] + 0.1 * (u[i + 1] - 2 * u[i] + u[i - 1])
        u = v
    return np.sum(u * u)


add(sweeps, (normal(8), 3), wrt=(0,))


def branched_turns(x):
    y = np.empty(2 * x.size)
    last = 0.0
    for i in dl.prange(x.size):
        z = x[i]
        while abs(z) < 2 and z != 0:
            z = z * 1.5
        last = z
        y[2 * i] = z if z > 0 else -z * z
        y[2 * i + 1] = np.cos(x[i])
    return np.sum(y) + last


add(branched_turns, (normal(5),))


def row_norms(m, w):
    out = np.zeros(m.shape[0])
    for i in dl.prange(m.shape[0]):
        row = m[i] * w
        out[i] = np.sqrt(row @ row)
    return np.sum(out)


add(row_norms, (normal(4, 3), normal(3)))


def blocks_of_four(x):
    y = np.zeros_like(x)
    for b in dl.prange(x.size // 4):
        y[4 * b : 4 * b + 4] = np.cumsum(x[4 * b : 4 * b + 4] ** 2)
    return y @ y


add(blocks_of_four, (normal(12),))
