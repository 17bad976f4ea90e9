"""GradBench `llsq`: linear least squares, a polynomial fitted to the sign function."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl


def objective(x, n):
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


def arguments(given: Any) -> tuple[Any, ...]:
    return np.array(given["x"]), int(given["n"])


FUNCTIONS = {"primal": dl.differentiable(objective), "gradient": dl.grad(objective)}


def answer(name: str, result: Any) -> Any:
    return float(result) if name == "primal" else result.tolist()
