"""Programs as people write them for data: learning, statistics, images, markets, particles."""

from __future__ import annotations

import numpy as np

from .corpus import add, normal, uniform


def kmeans_step(X, centers):
    d = ((X[:, np.newaxis] - centers) ** 2).sum(axis=-1)
    labels = d.argmin(axis=1)
    new = np.zeros_like(centers)
    for k in range(len(centers)):
        members = X[labels == k]
        if len(members) > 0:
            new[k] = members.mean(axis=0)
        else:
            new[k] = centers[k]
    return np.sum(new**2)


add(kmeans_step, (normal(7, 2), normal(3, 2, seed=1)))


def nearest_neighbours(X, y, q):
    d = np.sqrt(np.sum((X - q) ** 2, axis=1))
    idx = np.argsort(d)[:3]
    w = 1 / (d[idx] + 0.1)
    return np.sum(w * y[idx]) / np.sum(w)


add(nearest_neighbours, (normal(6, 2), normal(6, seed=1), normal(2, seed=2)))


def self_attention(Q, K, V):
    s = Q @ K.T / np.sqrt(K.shape[-1])
    mask = np.triu(np.ones_like(s), k=1).astype(bool)
    s = np.where(mask, -1e9, s)
    a = np.exp(s - np.max(s, axis=-1, keepdims=True))
    a /= a.sum(axis=-1, keepdims=True)
    return np.sum((a @ V) ** 2)


add(self_attention, (normal(3, 2), normal(3, 2, seed=1), normal(3, 2, seed=2)))


def unfolded_convolution(img, k):
    H, W = img.shape
    kh, kw = k.shape
    i = np.repeat(np.arange(kh), kw).reshape(-1, 1) + np.repeat(np.arange(H - kh + 1), W - kw + 1).reshape(1, -1)
    j = np.tile(np.arange(kw), kh).reshape(-1, 1) + np.tile(np.arange(W - kw + 1), H - kh + 1).reshape(1, -1)
    return np.sum(np.tanh(k.reshape(1, -1) @ img[i, j]))


add(unfolded_convolution, (normal(4, 5), normal(2, 2, seed=1)))


def pairwise_distances(X):
    G = X @ X.T
    sq = np.diag(G)
    D = sq[:, None] + sq[None, :] - 2 * G
    np.fill_diagonal(D, 0)
    return np.sqrt(D[np.triu_indices(len(X), k=1)]).sum()


add(pairwise_distances, (normal(4, 3),))


def spread_of_returns(r, a):
    q = np.quantile(r, a)
    return -q - r[r <= q].mean() + np.percentile(r, 75) - np.median(r)


add(spread_of_returns, (normal(11), 0.32))


def deepest_fall(prices):
    peak = np.maximum.accumulate(prices)
    dd = (prices - peak) / peak
    return dd.min() + dd.mean()


add(deepest_fall, (np.array([1.0, 1.7, 1.2, 1.9, 2.4, 1.1, 2.0]),))


def sharpe_ratio(w, R):
    w = w / np.sum(w)
    cov = np.cov(R.T)
    return (w @ R.mean(axis=0)) / np.sqrt(w @ cov @ w)


add(sharpe_ratio, (uniform(0.2, 1.0, 3), normal(6, 3)))


def blurred(img, sigma):
    k = np.arange(-2, 3)
    w = np.exp(-(k**2) / (2 * sigma**2))
    w /= w.sum()
    p = np.pad(img, 2, mode="reflect")
    out = sum(w[i] * w[j] * p[i : i + img.shape[0], j : j + img.shape[1]] for i in range(5) for j in range(5))
    return np.sum((out - img) ** 2)


add(blurred, (normal(4, 4), 1.1))


def middle_of_neighbours(img):
    p = np.pad(img, 1, mode="edge")
    out = np.empty_like(img)
    for i in range(img.shape[0]):
        for j in range(img.shape[1]):
            out[i, j] = np.median(p[i : i + 3, j : j + 3])
    return np.sum(out**2)


add(middle_of_neighbours, (normal(3, 4),))


def equalised(img, levels):
    hist, bins = np.histogram(img.flatten(), 8, density=True)
    cdf = hist.cumsum()
    out = np.interp(img.flatten(), bins[:-1], cdf / cdf[-1])
    return np.sum(out.reshape(img.shape) * levels)


add(equalised, (normal(3, 4), normal(3, 4, seed=1)))


def particles(pos, L):
    n = pos.shape[0]
    F = np.zeros_like(pos)
    E = 0.0
    for i in range(n - 1):
        d = pos[i] - pos[i + 1 :]
        d -= L * np.round(d / L)
        r2 = np.sum(d * d, axis=1)
        m = r2 < 6.0
        i6 = 1.0 / r2[m] ** 3
        f = (48 * i6 * (i6 - 0.5) / r2[m])[:, None] * d[m]
        F[i] += f.sum(axis=0)
        E += np.sum(4 * i6 * (i6 - 1))
    return E + 1e-3 * np.sum(F)


add(particles, (np.array([[0.0, 0.2, 0.1], [1.3, 0.1, 0.4], [0.3, 1.5, 0.2], [2.2, 1.8, 2.1]]), 5.0))


def rank_correlation(x, y):
    rank = np.empty(len(x))
    rank[np.argsort(x)] = np.arange(len(x))
    return np.corrcoef(rank, y)[0, 1]


add(rank_correlation, (normal(6), normal(6, seed=1)))


def smooth_slope(t, y):
    v = np.gradient(y, t)
    phase = np.unwrap(np.arctan2(v, y))
    return np.trapezoid(v**2, t) + np.sum(np.convolve(phase, np.hanning(5)[1:-1], mode="same") * y)


add(smooth_slope, (np.array([0.0, 0.4, 1.1, 1.5, 2.2, 2.9]), normal(6)))


def binned_means(x, y):
    edges = np.array([-1.0, 0.0, 1.0])
    at = np.digitize(x, edges)
    total = np.bincount(at, weights=y, minlength=4)
    count = np.maximum(np.bincount(at, minlength=4), 1)
    return np.sum((total / count) ** 2) + np.sum(np.unique(np.round(x, 1)))


add(binned_means, (np.array([-1.4, -0.3, 0.2, 0.6, 1.3, 2.1, -0.8, 0.4]) + 0.02, normal(8, seed=1)))


def filled_gaps(x, g):
    y = np.where(np.abs(x) > 1.2, np.nan, x)
    y[np.isnan(y)] = np.nanmean(y)
    z = np.sort(y)[::-1] * g
    return np.sum(z**2) + np.nanmax(x * g)


add(filled_gaps, (normal(6), normal(6, seed=1)))
