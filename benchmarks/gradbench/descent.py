"""Gradient descent with a step that grows and shrinks, as GradBench's `particle` and `saddle` ask for it."""

from __future__ import annotations

import numpy as np


def magnitude(v):
    return np.sqrt(np.sum(v * v))


def argmin(f, gradient, start):
    x = start
    fx = f(x)
    gx = gradient(x)
    i = 0
    eta = 1e-5
    while magnitude(gx) > 1e-5:
        if i == 10:
            eta = eta * 2.0
            i = 0
        else:
            following = x - eta * gx
            if magnitude(x - following) <= 1e-5:
                return x
            f_following = f(following)
            if f_following < fx:
                x = following
                fx = f_following
                gx = gradient(x)
                i += 1
            else:
                eta = eta / 2.0
                i = 0
    return x
