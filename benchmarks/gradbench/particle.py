"""GradBench `particle`: steer a charged particle to the origin. A derivative (the field) inside of what is differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np
from descent import argmin

import difflang as dl


def potential(x, w):
    charges = ((10.0, 10.0 - w), (10.0, 0.0))
    total = 0.0
    for charge in charges:
        total += 1.0 / np.sqrt((charge[0] - x[0]) * (charge[0] - x[0]) + (charge[1] - x[1]) * (charge[1] - x[1]))
    return total


def flight(w, field):
    """Euler's method until the particle crosses the axis; the square of where it does."""
    x = np.array([0.0, 8.0])
    speed = np.array([0.75, 0.0])
    step = 1e-1
    while True:
        force = -field(x, w)
        x = x + step * speed
        if x[1] <= 0.0:
            there = x[0] - x[1] / speed[1] * speed[0]
            return there * there
        speed = speed + step * force


def by_reverse(w):
    return flight(w[0], dl.grad(potential))


def by_forward(w):
    return flight(w[0], dl.jacfwd(potential))


def rr(w):
    return argmin(by_reverse, dl.grad(by_reverse), w)


def rf(w):
    return argmin(by_forward, dl.grad(by_forward), w)


def fr(w):
    return argmin(by_reverse, dl.jacfwd(by_reverse), w)


def ff(w):
    return argmin(by_forward, dl.jacfwd(by_forward), w)


def arguments(given: Any) -> tuple[Any, ...]:
    return (np.array([float(given["w"])]),)


FUNCTIONS = {function.__name__: dl.differentiable(function) for function in (rr, rf, fr, ff)}


def answer(name: str, result: Any) -> Any:
    return float(result[0])
