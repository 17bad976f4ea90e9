"""GradBench `gmm`: the log-posterior of a mixture of Gaussians with a Wishart prior on the inverse covariances."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import difflang as dl


def log_gamma_distribution(a, p):
    out = 0.25 * p * (p - 1) * math.log(math.pi)
    for j in range(1, p + 1):
        out += math.lgamma(a + 0.5 * (1 - j))
    return out


def logsumexp(x):
    top = np.max(x)
    return np.log(np.sum(np.exp(x - top))) + top


def factor(diagonal, below):
    """The lower triangular matrix with this diagonal and these elements below it, column after column."""
    d = len(diagonal)
    matrix = np.zeros((d, d))
    next = 0
    for i in range(d):
        matrix[i, i] = diagonal[i]
        for j in range(i + 1, d):
            matrix[j, i] = below[next]
            next += 1
    return matrix


def objective(alpha, mu, q, l, x, gamma, m):  # noqa: E741
    k, d = mu.shape
    n = x.shape[0]
    q_diagonals = np.exp(q)
    q_sums = np.sum(q, axis=1)
    terms = np.empty((n, k))
    for j in range(k):
        y = (x - mu[j]) @ factor(q_diagonals[j], l[j]).T
        terms[:, j] = alpha[j] + q_sums[j] - 0.5 * np.sum(y * y, axis=1)
    top = np.max(terms, axis=1)
    likelihood = np.sum(np.log(np.sum(np.exp(terms - top[:, np.newaxis]), axis=1)) + top)
    wishart_n = d + m + 1
    constant = wishart_n * d * (math.log(gamma) - 0.5 * math.log(2.0)) - log_gamma_distribution(0.5 * wishart_n, d)
    prior = 0.5 * gamma * gamma * (np.sum(q_diagonals * q_diagonals) + np.sum(l * l)) - m * np.sum(q_sums)
    return -n * d * 0.5 * math.log(2.0 * math.pi) + likelihood - n * logsumexp(alpha) - prior + k * constant


def arguments(given: Any) -> tuple[Any, ...]:
    d, k = given["d"], given["k"]
    alpha, x = np.array(given["alpha"]), np.array(given["x"])
    mu, q = np.array(given["mu"]).reshape(k, d), np.array(given["q"]).reshape(k, d)
    return alpha, mu, q, np.array(given["l"]).reshape(k, d * (d - 1) // 2), x, float(given["gamma"]), int(given["m"])


FUNCTIONS = {"objective": dl.differentiable(objective), "jacobian": dl.grad(objective, argnums=(0, 1, 2, 3))}


def answer(name: str, result: Any) -> Any:
    if name == "objective":
        return float(result)
    return dict(zip(("alpha", "mu", "q", "l"), (part.tolist() for part in result), strict=True))
