"""GradBench `ode`: Runge and Kutta's method on a chain of equations; the gradient is that of the last element."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl


def slope(x, y):
    z = np.empty(len(x))
    z[0] = x[0]
    for i in range(1, len(x)):
        z[i] = x[i] * y[i - 1]
    return z


def solve(x, steps):
    y = np.zeros(len(x))
    h = 2.0 / steps
    for _ in range(steps):
        k1 = slope(x, y)
        k2 = slope(x, y + h * k1 / 2.0)
        k3 = slope(x, y + h * k2 / 2.0)
        k4 = slope(x, y + h * k3)
        y = y + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0
    return y


def last(x, steps):
    return solve(x, steps)[-1]


def arguments(given: Any) -> tuple[Any, ...]:
    return np.array(given["x"]), int(given["s"])


FUNCTIONS = {"primal": dl.differentiable(solve), "gradient": dl.grad(last)}


def answer(name: str, result: Any) -> Any:
    return result.tolist()
