"""GradBench `kmeans`: one Newton step of k-means clustering, whose Hessian is diagonal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import difflang as dl


def cost(points, centroids):
    total = 0.0
    for i in range(points.shape[0]):
        closest = math.inf
        for j in range(centroids.shape[0]):
            distance = 0.0
            for a in range(points.shape[1]):
                difference = points[i, a] - centroids[j, a]
                distance += difference * difference
            if distance < closest:
                closest = distance
        total += closest
    return total


def direction(points, centroids):
    """The gradient over the diagonal of the Hessian, which times a vector of ones is that diagonal."""
    gradient, diagonal = dl.jvp(dl.grad(cost, argnums=1), (points, centroids), (None, np.ones_like(centroids)))
    return gradient / diagonal


def arguments(given: Any) -> tuple[Any, ...]:
    return np.array(given["points"], dtype=np.float64), np.array(given["centroids"], dtype=np.float64)


FUNCTIONS = {"cost": dl.differentiable(cost), "dir": dl.differentiable(direction)}


def answer(name: str, result: Any) -> Any:
    return float(result) if name == "cost" else result.tolist()
