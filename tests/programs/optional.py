"""None on one path and a value on the other: results, locals, objects, fields; asked with `is None`."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .corpus import add, normal


def optional_local(x, n):
    best = None
    for k in range(n):
        v = math.sin(x * k)
        if best is None or v > best:
            best = v
    return best * 2.0


add(optional_local, (1.3, 5), wrt=(0,))


def _find(v, t):
    for k in range(len(v)):
        if v[k] > t:
            return k
    return None


def optional_result(v, t):
    k = _find(v, t)
    if k is None:
        return 0.0 * t
    return v[k] * t


add(optional_result, (np.array([1.0, 2.0, 3.0]), 1.5), (np.array([1.0, 2.0, 3.0]), 5.0))


def _maybe(x):
    if x > 0:
        return x * x


def implicit_none(x):
    y = _maybe(x)
    return x if y is None else y


add(implicit_none, (2.0,), (-2.0,))


class Point(NamedTuple):
    x: float
    v: float


def optional_object(x, n):
    last = None
    for k in range(n):
        if last is not None:
            x = x + last.x * 0.1
        last = Point(x * k, x)
    if last is None:
        return x
    return last.x + last.v


add(optional_object, (1.3, 4), (1.3, 0), wrt=(0,))


def previous_array(v, n):
    prev = None
    for k in range(n):
        cur = v * k
        if prev is not None:
            cur = cur + 0.5 * prev
        prev = cur
    return prev


add(previous_array, (normal(3), 4), wrt=(0,))


def _with_default(x, w=None):
    if w is None:
        w = 2.0
    return x * w


def uses_optional_param(x):
    return _with_default(x) + _with_default(x, x)


add(uses_optional_param, (1.3,))


@dataclass
class Hit:
    t: float
    n: float


def _hit(x, r):
    d = x * x - r
    if d < 0:
        return None
    t = math.sqrt(d)
    return Hit(t, t * 2)


def ray(x):
    closest = None
    for r in (1.0, 2.0, 3.0):
        h = _hit(x, r)
        if h is not None and (closest is None or h.t < closest.t):
            closest = h
    if closest is None:
        return x * 0.1
    return closest.t * closest.n


add(ray, (2.0,), (1.2,), (0.5,))


class _Node:
    def __init__(self, value, after=None):
        self.value = value
        self.after = after


def optional_fields(x, deep):
    tail = _Node(3.0 * x) if deep > 1 else None
    head = _Node(x, tail)
    total = head.value
    if head.after is not None:
        total += head.after.value * x
    return total


add(optional_fields, (1.3, 1), (1.3, 2), wrt=(0,))


def optional_function(x, k):
    callback = None
    if k > 0:
        callback = math.sin if k == 1 else math.cos
    y = x * x
    if callback is not None:
        y = callback(y)
    return y


add(optional_function, (1.3, 0), (1.3, 1), (1.3, 2), wrt=(0,))


def optional_bracket(x, n):
    low, high = None, None
    for k in range(n):
        v = math.cos(x + k)
        if v < 0.0:
            low = v
        elif high is None or v > high:
            high = v
    if low is None or high is None:
        return x
    return low * high if low and high else 0.0


add(optional_bracket, (0.3, 5), (0.3, 1), (0.3, 0), wrt=(0,))


def none_when_converged(x):
    def residual(v):
        r = v * v - 2.0
        return None if abs(r) < 1e-3 else r

    for _ in range(20):
        r = residual(x)
        if r is None:
            break
        x = x - r / (2.0 * x)
    return x


add(none_when_converged, (1.0,), (3.0,))


def optional_kinds(x):
    found = None if x < 0.0 else x * 2.0
    if isinstance(found, float):
        return found * found
    return -x


add(optional_kinds, (1.3,), (-1.3,))
