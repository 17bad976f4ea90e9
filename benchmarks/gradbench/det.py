"""GradBench `det`: a determinant by expansion along the first row, recursively. `r` and `c` say which row and column follow each."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl


def minor(a, n, m, r, c):
    first = r[n]
    column = c[n]
    if m == 1:
        return a[first, column]
    total = 0.0
    sign = 1.0
    r[n] = r[first]
    before = n
    for _ in range(m):
        c[before] = c[column]
        total += sign * a[first, column] * minor(a, n, m - 1, r, c)
        c[before] = column
        before = column
        column = c[column]
        sign = -sign
    r[n] = first
    return total


def determinant(a):
    n = len(a)
    r, c = np.arange(1, n + 2), np.arange(1, n + 2)
    r[n] = 0
    c[n] = 0
    return minor(a, n, n, r, c)


def arguments(given: Any) -> tuple[Any, ...]:
    return (np.array(given["A"]).reshape(given["ell"], given["ell"]),)


FUNCTIONS = {"primal": dl.differentiable(determinant), "gradient": dl.grad(determinant)}


def answer(name: str, result: Any) -> Any:
    return float(result) if name == "primal" else result.ravel().tolist()
