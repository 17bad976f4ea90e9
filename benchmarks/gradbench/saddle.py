"""GradBench `saddle`: a saddle point by descent over what an inner ascent finds. Its gradient goes through the inner search."""

from __future__ import annotations

from typing import Any

import numpy as np
from descent import argmin

import difflang as dl


def height(a, b):
    return (a[0] * a[0] + a[1] * a[1]) - (b[0] * b[0] + b[1] * b[1])


def highest_by_reverse(a, start):
    def depth(b):
        return -height(a, b)

    return argmin(depth, dl.grad(depth), start)


def highest_by_forward(a, start):
    def depth(b):
        return -height(a, b)

    return argmin(depth, dl.jacfwd(depth), start)


def rr(start):
    def top(a):
        return height(a, highest_by_reverse(a, start))

    a = argmin(top, dl.grad(top), start)
    return np.concatenate([a, highest_by_reverse(a, start)])


def fr(start):
    def top(a):
        return height(a, highest_by_reverse(a, start))

    a = argmin(top, dl.jacfwd(top), start)
    return np.concatenate([a, highest_by_reverse(a, start)])


def rf(start):
    def top(a):
        return height(a, highest_by_forward(a, start))

    a = argmin(top, dl.grad(top), start)
    return np.concatenate([a, highest_by_forward(a, start)])


def ff(start):
    def top(a):
        return height(a, highest_by_forward(a, start))

    a = argmin(top, dl.jacfwd(top), start)
    return np.concatenate([a, highest_by_forward(a, start)])


def arguments(given: Any) -> tuple[Any, ...]:
    return (np.array(given["start"], dtype=np.float64),)


FUNCTIONS = {function.__name__: dl.differentiable(function) for function in (rr, rf, fr, ff)}


def answer(name: str, result: Any) -> Any:
    return result.tolist()
