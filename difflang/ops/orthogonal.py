"""Orthogonal polynomials at a point, of a degree known while compiling: scipy.special's eval_..., and complete elliptic integrals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..build import apply
from ..op import composite
from .special import _special
from .special_composed import _whole

Bound = tuple[tuple[Any, ...], dict[str, Any]]
Step = Callable[..., Any]


def _by_recurrence(name: str, first: Step, step: Step, count: int = 0) -> None:
    """The row of a family: p[0] = 1, p[1] = first(x, *more), p[k + 1] = step(k, x, p[k], p[k - 1], *more)."""

    def bind(n: Any, *given: Any) -> Bound:
        if len(given) != count + 1:
            raise TypeError(f"{name}() takes {count + 2} arguments")
        return (given[-1], *given[:-1]), {"n": n}

    def polynomial(x, *more, n=0):
        degree = _whole(n, f"the degree of {name}")
        if degree < 0:
            raise TypeError(f"the degree of {name} is not negative here")
        before, now = np.ones_like(x * 1.0), first(x, *more)
        for k in range(1, degree):
            before, now = now, step(k, x, now, before, *more)
        return before if degree == 0 else now

    polynomial.__doc__ = f"scipy.special.{name}."
    composite(scipy=(f"special.{name}",), bind=bind, name=name)(polynomial)


_by_recurrence("eval_legendre", lambda x: x * 1.0, lambda k, x, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1))
_by_recurrence("eval_chebyt", lambda x: x * 1.0, lambda k, x, p, q: 2 * x * p - q)
_by_recurrence("eval_chebyu", lambda x: 2.0 * x, lambda k, x, p, q: 2 * x * p - q)
_by_recurrence("eval_hermite", lambda x: 2.0 * x, lambda k, x, p, q: 2 * x * p - 2 * k * q)
_by_recurrence("eval_hermitenorm", lambda x: x * 1.0, lambda k, x, p, q: x * p - k * q)
_by_recurrence("eval_laguerre", lambda x: 1.0 - x, lambda k, x, p, q: ((2 * k + 1 - x) * p - k * q) / (k + 1))
_by_recurrence("eval_genlaguerre", lambda x, a: 1.0 + a - x, lambda k, x, p, q, a: ((2 * k + 1 + a - x) * p - (k + a) * q) / (k + 1), 1)
_by_recurrence("eval_gegenbauer", lambda x, a: 2.0 * a * x, lambda k, x, p, q, a: (2 * (k + a) * x * p - (k + 2 * a - 1) * q) / (k + 1), 1)


def _jacobi(k: Any, x: Any, p: Any, q: Any, a: Any, b: Any) -> Any:
    s = 2 * k + a + b
    left = (s + 1) * ((s + 2) * s * x + a * a - b * b) * p - 2 * (k + a) * (k + b) * (s + 2) * q
    return left / (2 * (k + 1) * (k + 1 + a + b) * s)


_by_recurrence("eval_jacobi", lambda x, a, b: (a + 1.0) + (a + b + 2.0) * (x - 1.0) / 2.0, _jacobi, 2)


def ellipk(m):
    """The complete elliptic integral of the first kind, by the arithmetic and geometric mean."""
    a, b = 1.0, np.sqrt(1 - m)
    for _ in range(8):
        a, b = (a + b) / 2, np.sqrt(a * b)
    return np.where(m == 1, np.inf, math.pi / (a + b))


def ellipe(m):
    """The complete elliptic integral of the second kind."""
    inside = np.where(m == 1, 0.5, m)
    a, b = 1.0, np.sqrt(1 - inside)
    total, weight = inside / 2, 1.0
    for _ in range(8):
        c = (a - b) / 2
        total = total + weight * c * c
        a, b, weight = (a + b) / 2, np.sqrt(a * b), 2 * weight
    ends = np.where(m == -np.inf, np.inf, math.pi / (a + b) * (1 - total))
    return np.where(m == 1, 1.0, ends)


def exp1(x):
    """The exponential integral: its series up to 2, a continued fraction beyond."""
    near = np.where(x <= 2, x, 1.0)
    term, series = 1.0, 0.0
    for k in range(1, 32):
        term = term * -near / k
        series = series - term / k
    series = series - 0.57721566490153286 - np.log(near)
    far = np.where(x > 2, x, 3.0)
    fraction = 0.0
    for k in range(60, 0, -1):
        fraction = k / (1 + k / (far + fraction))
    beyond = np.exp(-far) / (far + fraction)
    series = np.where(x < 0, np.nan, series)
    return np.where(x <= 2, series, np.where(np.isnan(x), x, beyond))


@_special(ellipk, singular=True, cost=100, name="ellipk")
def _ellipk(y, m):
    some = np.where(np.abs(m) < 1e-4, 0.5, m)
    slope = np.divide(apply("ellipe", some) - (1 - some) * apply("ellipk", some), 2 * some * (1 - some))
    return np.where(np.abs(m) < 1e-4, math.pi / 8 * (1 + m * (9 / 8 + m * 75 / 64)), slope)


@_special(ellipe, cost=100, name="ellipe")
def _ellipe(y, m):
    some = np.where(np.abs(m) < 1e-4, 0.5, m)
    slope = np.divide(apply("ellipe", some) - apply("ellipk", some), 2 * some)
    return np.where(np.abs(m) < 1e-4, -math.pi / 8 * (1 + m * (3 / 8 + m * 15 / 64)), slope)


@_special(exp1, singular=True, cost=200, name="exp1")
def _exp1(y, x):
    return np.negative(np.divide(np.exp(np.negative(x)), x))


@composite(scipy=("special.ellipkm1",))
def ellipkm1(p):
    """ellipk(1 - p)."""
    return apply("ellipk", 1 - p)
