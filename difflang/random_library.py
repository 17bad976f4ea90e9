"""Methods of NumPy's generators that are written in others, in the language (see `library.py`): the same numbers in the same order."""

from __future__ import annotations

import numpy as np


def _digamma(x):
    raise NotImplementedError


_digamma.__difflang_op__ = "digamma"  # type: ignore[attr-defined]


def gamma_drawn(z, shape):
    """z, drawn from the gamma distribution of this shape, which carries it along (`gamma_drawn_vjp`)."""
    return z + shape * 0.0


def gamma_slope(y, shape):
    """dy / dshape where the probability that a draw is below y is held: -(dP/dshape) / (dP/dy), by the series of P."""
    some = np.where(y > 0.0, y, 1.0)
    term = some / shape
    away = np.log(some) - _digamma(shape + 1.0)
    total = term * away
    n = 1.0
    while np.any((shape + n < some) | (np.abs(term * away) > 1e-17 * np.abs(total))) and n < 1e6:
        term = term * some / (shape + n)
        away = away - 1.0 / (shape + n)
        total = total + term * away
        n += 1.0
    return np.where(y > 0.0, -total, 0.0)


def gamma_drawn_vjp(z, shape):
    def back(bar):
        return bar * gamma_slope(z, shape)

    return gamma_drawn(z, shape), back


def gamma_drawn_jvp(z, shape):
    def along(shape_dot):
        return shape_dot * gamma_slope(z, shape)

    return gamma_drawn(z, shape), along


def integers_between(rng, low, high):
    """Whole numbers between bounds of their own."""
    width = np.asarray(high - low)
    lows, widths = (low + 0 * width).ravel(), width.ravel()
    drawn = np.zeros(len(widths), dtype=np.int64)
    for k in range(len(drawn)):
        drawn[k] = rng.integers(lows[k], lows[k] + widths[k])
    return drawn.reshape(width.shape)


def exchanged(rng, n, first):
    """0, 1, 2 ... of which those from `first` on are exchanged with one before them, the last one first."""
    order = np.arange(n)
    return _exchange(rng, order, n, first)


def _exchange(rng, order, n, first):
    for i in range(n - 1, first - 1, -1):
        j = rng.integers(0, i, endpoint=True)
        kept = order[j]
        order[j] = order[i]
        order[i] = kept
    return order


def without_replacement(rng, n, count, shuffle):
    """`count` different numbers below n: Floyd's algorithm, or the end of a permutation where they are many of a large n."""
    if count > n:
        raise ValueError("Cannot take a larger sample than population when replace is False")
    if count < 0:
        raise ValueError("negative dimensions are not allowed")
    if n > 10000 and count > n // (50 if shuffle else 20):
        return exchanged(rng, n, max(n - count, 1))[n - count :].copy()
    found = np.zeros(count, dtype=np.int64)
    mask = 1
    while mask < int(1.2 * count):
        mask = 2 * mask + 1
    if int(1.2 * count) == 0:
        mask = 0
    taken = np.full(mask + 1, -1)
    for j in range(n - count, n):
        value = rng.integers(0, j, endpoint=True)
        at = value & mask
        while taken[at] != -1 and taken[at] != value:
            at = (at + 1) & mask
        if taken[at] == -1:
            taken[at] = value
            found[j - n + count] = value
        else:
            at = j & mask
            while taken[at] != -1:
                at = (at + 1) & mask
            taken[at] = j
            found[j - n + count] = j
    return _exchange(rng, found, count, 1) if shuffle else found


def probabilities(p, n):
    """The running sums of probabilities, checked as NumPy does."""
    p = np.asarray(p) * 1.0
    if p.ndim != 1:
        raise ValueError("p must be 1-dimensional")
    if p.size != n:
        raise ValueError("a and p must have same size")
    total = np.sum(p)
    if np.isnan(total):
        raise ValueError("Probabilities contain NaN")
    if np.any(p < 0):
        raise ValueError("Probabilities are not non-negative")
    if abs(total - 1.0) > 1.4901161193847656e-08:
        raise ValueError("Probabilities do not sum to 1. See Notes section of docstring for more information.")
    return p


def by_probability(rng, n, p, u):
    """For each u the number whose share of the probabilities it falls in."""
    sums = np.cumsum(probabilities(p, n))
    sums /= sums[-1]
    return np.searchsorted(sums, u, side="right")


def different_by_probability(rng, n, p, count):
    """`count` different numbers below n, each time by the probabilities of those that are left."""
    p = probabilities(p, n).copy()
    if count > n:
        raise ValueError("Cannot take a larger sample than population when replace is False")
    if np.count_nonzero(p > 0) < count:
        raise ValueError("Fewer non-zero entries in p than size")
    found = np.zeros(count, dtype=np.int64)
    have = 0
    while have < count:
        u = rng.random(count - have)
        p[found[:have]] = 0
        sums = np.cumsum(p)
        sums /= sums[-1]
        drawn = np.searchsorted(sums, u, side="right")
        before = np.zeros(n, dtype=np.bool_)
        for value in drawn:
            if not before[value]:
                before[value] = True
                found[have] = value
                have += 1
    return found


def permuted_lines(rng, x, axis):
    """Each line along an axis in an order of its own."""
    lines = np.moveaxis(x, axis, -1)
    rows = lines.reshape(-1, lines.shape[-1]).copy()
    for row in rows:
        row[:] = row[rng.permutation(len(row))]
    return np.moveaxis(rows.reshape(lines.shape), -1, axis)


def multinomial_counts(rng, n, pvals, counts):
    """How often each of some outcomes comes in n trials: row after row of `counts`."""
    pvals = np.asarray(pvals) * 1.0
    d = len(pvals)
    if np.any(pvals < 0) or np.any(pvals > 1) or np.isnan(np.sum(pvals)):
        raise ValueError("pvals < 0, pvals > 1 or pvals contains NaNs")
    if np.sum(pvals[: d - 1]) > 1.0 + 1e-12:
        raise ValueError("sum(pvals[:-1]) > 1.0")
    rows = counts.reshape(-1, d)
    for k in range(len(rows)):
        left = n
        rest = 1.0
        for j in range(d - 1):
            rows[k, j] = rng.binomial(left, min(pvals[j] / rest, 1.0))
            left -= int(rows[k, j])
            if left <= 0:
                break
            rest -= pvals[j]
        if left > 0:
            rows[k, d - 1] = left
    return rows.reshape(counts.shape)


def dirichlet_rows(rng, alpha, rows):
    """Shares that add up to one: gamma numbers over their sum, or sticks broken where all of alpha is small."""
    alpha = np.asarray(alpha) * 1.0
    if np.any(alpha < 0):
        raise ValueError("alpha < 0")
    k = len(alpha)
    many = rows.reshape(-1, k)
    out = np.zeros(many.shape)
    if np.max(alpha) < 0.1:
        sums = np.flip(np.cumsum(np.flip(alpha)))
        for i in range(len(out)):
            rest = 1.0
            for j in range(k - 1):
                share = rng.beta(alpha[j], sums[j + 1]) if alpha[j] > 0.0 and sums[j + 1] > 0.0 else 1.0 * (alpha[j] > 0.0)
                out[i, j] = rest * share
                rest *= 1.0 - share
            out[i, k - 1] = rest
    else:
        for i in range(len(out)):
            total = 0.0
            for j in range(k):
                out[i, j] = rng.standard_gamma(alpha[j])
                total += out[i, j]
            out[i] *= 1.0 / total
    return out.reshape(rows.shape)


