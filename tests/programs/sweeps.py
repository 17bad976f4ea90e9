"""Loops whose forward and reverse sweeps can be one loop, and near misses."""

import math

import numpy as np

from .corpus import add

rng = np.random.default_rng(20)


def fitted(x, n):
    total = 0.0
    for i in range(n):
        t = -1.0 + i * 2.0 / (n - 1.0)
        residual = np.sign(t)
        power = 1.0
        for j in range(len(x)):
            residual -= x[j] * power
            power *= t
        total += residual * residual
    return total / 2.0


add(fitted, (rng.normal(size=4), 6), (rng.normal(size=1), 3), wrt=(0,))


def nearest(points, centres):
    total = 0.0
    for i in range(points.shape[0]):
        closest = math.inf
        for j in range(centres.shape[0]):
            distance = 0.0
            for a in range(points.shape[1]):
                difference = points[i, a] - centres[j, a]
                distance += difference * difference
            if distance < closest:
                closest = distance
        total += closest
    return total


add(nearest, (rng.normal(size=(5, 2)), rng.normal(size=(3, 2))), wrt=(0, 1), order=2)


def weighed(x, w):
    """A row of intermediate results for each turn, used up in it."""
    total = 0.0
    row = np.empty(len(w))
    for i in range(len(x)):
        for j in range(len(w)):
            row[j] = np.tanh(x[i] * w[j])
        for j in range(len(w)):
            total += row[j] * row[len(w) - 1 - j]
    return total


add(weighed, (rng.normal(size=4), rng.normal(size=3)), wrt=(0, 1))


def carried(x):
    """Each turn needs the one before: the sweeps stay apart."""
    s = 1.0
    for i in range(len(x)):
        s = np.sin(s * x[i]) + x[i]
    return s


add(carried, (rng.normal(size=5),), wrt=(0,))


def normalised(x):
    """The reverse sweep begins with a number that the forward one ends with."""
    s = 0.0
    for i in range(len(x)):
        s += np.exp(x[i])
    return np.log(s)


add(normalised, (rng.normal(size=5),), wrt=(0,))


def branching(x, y):
    total = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            u = x[i] * x[i] * y[i]
            total += np.sin(u) * u
        elif y[i] > 0.0:
            total += np.cos(x[i] * y[i]) * x[i]
    return total


add(branching, (rng.normal(size=6), rng.normal(size=6)), wrt=(0, 1))


def steps(x, count):
    """A loop of unknown length in each turn: a stack."""
    total = 0.0
    for i in range(len(x)):
        v = x[i]
        k = 0
        while k < count[i]:
            v = np.sin(v) * x[i]
            k += 1
        total += v * v
    return total


add(steps, (rng.normal(size=4), np.array([2, 0, 3, 1])), wrt=(0,))


def halved(x):
    """An array for each turn."""
    total = 0.0
    for i in range(x.shape[0]):
        row = x[i] * 2.0
        for _ in range(3):
            row = np.sin(row) + 0.5 * row
        total += np.sum(row * row)
    return total


add(halved, (rng.normal(size=(3, 4)),), wrt=(0,))


def filled(x):
    """The forward sweep fills an array that is used afterwards."""
    y = np.empty(len(x))
    total = 0.0
    for i in range(len(x)):
        y[i] = np.exp(x[i]) * x[i]
        total += y[i] * np.sin(y[i])
    return total + np.sum(y * y)


add(filled, (rng.normal(size=5),), wrt=(0,))
