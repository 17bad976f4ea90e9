"""Reductions with axis and keepdims, cumulative sums, arguments of extremes."""

import numpy as np

from .corpus import add, normal, uniform


def sums(x):
    a = np.sum(x, axis=0)
    b = np.sum(x, axis=1, keepdims=True)
    c = x.sum(axis=-1)
    d = np.sum(x, axis=(0, 1), keepdims=True)
    return np.sum(a * a) + np.sum(b * x) + np.sum(c**3) + np.sum(d * x)


add(sums, (normal(3, 4),), (normal(1, 4),), (normal(3, 1),), analytic=True, traits="reduce axis")


def means_and_deviations(x):
    centered = x - np.mean(x, axis=1, keepdims=True)
    return np.sum(centered / np.std(x, axis=1, keepdims=True) * x) + np.sum(np.var(x, axis=0)) + np.var(x) * x.mean()


add(means_and_deviations, (normal(3, 4),), (normal(2, 2),), traits="reduce axis")


def products(x):
    return np.prod(x) + np.sum(np.prod(x, axis=0)) + np.sum(np.prod(x, axis=1, keepdims=True) * x)


add(products, (normal(3, 2),), (normal(1, 1),), (np.array([[0.0, 2.0], [3.0, 0.5]]),), order=1, traits="reduce axis")


def extremes(x):
    rows = np.max(x, axis=1)
    return np.max(x) * np.min(x) + np.sum(rows * rows) + np.sum(np.min(x, axis=0, keepdims=True) * x)


add(extremes, (normal(3, 4),), (normal(1, 4),), traits="reduce axis")


def arguments_of_extremes(x):
    k = np.argmax(x)
    rows = np.argmin(x, axis=1)
    total = x.ravel()[k] ** 2
    for i in range(x.shape[0]):
        total += x[i, rows[i]] * (i + 1)
    return total


add(arguments_of_extremes, (normal(3, 4),), (normal(1, 1),), traits="reduce integer")


def all_and_any(x):
    total = np.sum(x * x)
    if np.any(x > 1.5):
        total = total * 2
    if np.all(x < 5, axis=0)[0]:
        total += x[0, 0]
    return total * np.mean(x > 0)


add(all_and_any, (normal(3, 4),), (normal(3, 4) + 4,), traits="reduce boolean")


def cumulative_sum(x):
    c = np.cumsum(x)
    return np.sum(c * c * x)


add(cumulative_sum, (normal(5),), (normal(1),), analytic=True, traits="cumulative")


def cumulative_along_axis(x):
    return np.sum(np.cumsum(x, axis=0) * x) + np.sum(np.cumsum(x, axis=1) ** 2)


add(cumulative_along_axis, (normal(3, 4),), (normal(1, 4),), analytic=True, traits="cumulative axis")


def log_sum_exp(x):
    top = np.max(x, axis=1, keepdims=True)
    return np.sum(np.log(np.sum(np.exp(x - top), axis=1)) + top[:, 0])


add(log_sum_exp, (normal(3, 4),), (normal(1, 1),), traits="reduce")


def cross_entropy(logits, labels):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    normaliser = np.log(np.sum(np.exp(shifted), axis=1))
    total = 0.0
    for i in range(len(labels)):
        total += normaliser[i] - shifted[i, labels[i]]
    return total / len(labels)


add(cross_entropy, (normal(3, 4), np.array([1, 3, 0])), (normal(1, 4), np.array([2])), traits="reduce gather")


def norms(x):
    return np.sqrt(np.sum(x * x)) + np.sum(np.sqrt(np.sum(x**2, axis=1))) + np.sum(np.abs(x))


add(norms, (normal(3, 4),), (normal(1, 1),), traits="reduce")


def sum_of_empty(x):
    return np.sum(x) + np.sum(x * x) + 1.0


add(sum_of_empty, (normal(2),), (np.zeros(0),), analytic=True, traits="reduce empty")


def rank_three(x):
    a = np.sum(x, axis=(0, 2))
    b = np.mean(x, axis=1)
    return np.sum(a * a) * np.sum(b * b) + np.max(np.sum(x, axis=2))


add(rank_three, (normal(2, 3, 4),), (normal(1, 3, 1),), traits="reduce axis")


def sums_of_integers_and_truths(x, n):
    return np.sum(n) * x + np.sum(n > 1) * x * x + np.mean(n) * x


add(sums_of_integers_and_truths, (0.7, np.array([1, 2, 3])), (0.7, np.array([5], dtype=np.int32)), traits="reduce integer")


def weighted_statistics(x, w):
    w = w / np.sum(w)
    mean = np.sum(w * x)
    variance = np.sum(w * (x - mean) ** 2)
    return np.sum(w * (x - mean) ** 3) / variance**1.5


add(weighted_statistics, (normal(6), uniform(0.5, 1.5, 6)), traits="reduce")


def by_one_number(z, x):
    """An array without axes beside others: one element for all."""
    rows = z + x
    return np.sum(rows * x) + np.sum(x / z) + np.sum((z * x[0]) ** 2) + np.sum(np.maximum(x, z))


add(by_one_number, (np.array(1.7), normal(3, 4)), (np.array(0.3), normal(2, 2)), analytic=True, traits="elementwise reduce")


def ufuncs_by_hand(x):
    far = np.hypot.reduce(x, (0, 1), keepdims=True)
    first = np.fmax.reduce(x, axis=1, initial=0.25)
    runs = np.logaddexp.accumulate(x, 1)
    found = np.logical_and.accumulate(x > -1, axis=1)
    return np.sum(far * x) + np.sum(first**2) + np.sum(np.where(found, runs, 0.0) * x) + np.max(x[:0], axis=0, initial=0.5).sum()


add(ufuncs_by_hand, (normal(3, 4),), (normal(2, 2),), traits="reduce axis")


def series(x, c):
    """numpy.polynomial's series, the lowest power first."""
    powers = np.polynomial.polynomial.polyval(x, np.polynomial.polynomial.polymul(c, c))
    slopes = np.polynomial.polynomial.polyval(x, np.polynomial.polynomial.polyder(c))
    bases = np.polynomial.chebyshev.chebval(x, c) + np.polynomial.legendre.legval(x, c) + np.polynomial.hermite.hermval(x, c)
    return np.sum(powers * slopes) + np.sum(bases * np.polynomial.laguerre.lagval(x, c))


add(series, (normal(3), normal(4)), (normal(2), normal(2)), order=1, traits="reduce")
