"""GradBench `particle`: steer a charged particle to the origin. A derivative (the field) inside of what is differentiated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from descent import argmin

import difflang as dl


def potential(x, y, w):
    total = 0.0
    for charge_x, charge_y in ((10.0, 10.0 - w), (10.0, 0.0)):
        total += 1.0 / math.sqrt((charge_x - x) * (charge_x - x) + (charge_y - y) * (charge_y - y))
    return total


def slope_by_reverse(x, y, w):
    return dl.grad(potential, argnums=(0, 1))(x, y, w)


def slope_by_forward(x, y, w):
    _, along_x = dl.jvp(potential, (x, y, w), (1.0, 0.0, None))
    _, along_y = dl.jvp(potential, (x, y, w), (0.0, 1.0, None))
    return along_x, along_y


def flight(w, slope):
    """Euler's method until the particle crosses the axis; the square of where it does."""
    x, y = 0.0, 8.0
    speed_x, speed_y = 0.75, 0.0
    step = 1e-1
    while True:
        slope_x, slope_y = slope(x, y, w)
        x += step * speed_x
        y += step * speed_y
        if y <= 0.0:
            there = x - y / speed_y * speed_x
            return there * there
        speed_x -= step * slope_x
        speed_y -= step * slope_y


def by_reverse(w):
    return flight(w[0], slope_by_reverse)


def by_forward(w):
    return flight(w[0], slope_by_forward)


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
