"""Special functions of one element: scipy.special's names, read where the program imports SciPy, which is not needed to run them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..build import apply
from ..op import elementwise
from . import bessel, special_values

FORMULAS: dict[str, Any] = {name: getattr(special_values, name) for name in ("erf", "erfc", "gamma", "lgamma")}
"""The function that computes each of these ops on NumPy's arrays: what written text prints."""

ROOT = 2 / math.sqrt(math.pi)
DENSITY = 1 / math.sqrt(2 * math.pi)


def _double(x: Any) -> Any:
    return apply("cast", x, dtype="f64", weak=False)


def _plain_double(x: Any) -> Any:
    return np.asarray(x).astype(np.float64, casting="same_kind")[()]


def _special(formula: Callable[..., Any], *names: str, cost: int = 40, **row: Any) -> Any:
    """The row of a function that a formula computes, in double precision whatever the operands are."""
    FORMULAS[formula.__name__] = formula

    def lower(*operands: Any, **statics: Any) -> Any:
        return formula(*map(_double, operands), **statics)

    def evaluate(*operands: Any, **statics: Any) -> Any:
        return formula(*(_plain_double(x) for x in operands), **statics)

    scipy = tuple(f"special.{name}" for name in names or (formula.__name__,) if name)
    return elementwise(result="double", lower=lower, evaluate=evaluate, scipy=scipy, cost=cost, **row)


@_special(special_values.digamma, "digamma", "psi", cost=80)
def digamma(y, x):
    return apply("polygamma", x, n=1)


@_special(special_values.polygamma, "", cost=200)
def polygamma(y, x, n=1):
    return apply("polygamma", x, n=n + 1)


@_special(special_values.zeta, "", cost=200)
def zeta(y, q, s=2.0):
    return -s * apply("zeta", q, s=s + 1.0)


@_special(special_values.erfcx)
def erfcx(y, x):
    return 2 * x * y - ROOT


@_special(special_values.erfinv)
def erfinv(y, x):
    return np.exp(np.square(y)) / ROOT


@_special(special_values.erfcinv)
def erfcinv(y, x):
    return np.negative(np.exp(np.square(y))) / ROOT


@_special(special_values.ndtri, singular=True)
def ndtri(y, p):
    return np.exp(0.5 * np.square(y)) / DENSITY


@_special(special_values.log_ndtr)
def log_ndtr(y, x):
    return np.exp(-0.5 * np.square(x) - y) * DENSITY


@_special(special_values.expit, cost=25)
def expit(y, x):
    return y * (1 - y)


@_special(special_values.logit, singular=True)
def logit(y, p):
    return np.divide(1, p * (1 - p))


@_special(special_values.log_expit)
def log_expit(y, x):
    return apply("expit", np.negative(x))


@_special(special_values.xlogy, singular=True)
def xlogy(z, x, y):
    return np.log(y), np.where(x == 0, 0.0, np.divide(x, y))


@_special(special_values.xlog1py, singular=True)
def xlog1py(z, x, y):
    return np.log1p(y), np.where(x == 0, 0.0, np.divide(x, 1 + y))


@_special(special_values.entr, singular=True)
def entr(y, x):
    return -1.0 - np.log(x)


@_special(special_values.rel_entr, singular=True)
def rel_entr(z, x, y):
    return 1.0 + np.log(np.divide(x, y)), np.negative(np.divide(x, y))


@_special(special_values.kl_div, singular=True)
def kl_div(z, x, y):
    return np.log(np.divide(x, y)), 1.0 - np.divide(x, y)


@_special(special_values.exprel)
def exprel(y, x):
    small = np.abs(x) < 1e-3
    kept = np.where(small, 1.0, x)
    return np.where(small, 0.5 + x * (1 / 3 + x * (1 / 8 + x * (1 / 30))), np.divide(y * (kept - 1) + 1, kept))


@_special(bessel.i0, cost=80)
def i0(y, x):
    return apply("i1", x)


@_special(bessel.i0e, cost=80)
def i0e(y, x):
    return apply("i1e", x) - np.sign(x) * y


def _over(y: Any, x: Any, limit: float) -> Any:
    """y / x, its limit at zero."""
    none = x == 0
    return np.where(none, limit, np.divide(y, np.where(none, 1.0, x)))


@_special(bessel.i1, cost=80)
def i1(y, x):
    return apply("i0", x) - _over(y, x, 0.5)


@_special(bessel.i1e, cost=80)
def i1e(y, x):
    return apply("i0e", x) - _over(y, x, 0.5) - np.sign(x) * y


@_special(bessel.j0, cost=100)
def j0(y, x):
    return np.negative(apply("j1", x))


@_special(bessel.j1, cost=100)
def j1(y, x):
    return apply("j0", x) - _over(y, x, 0.5)


@_special(bessel.y0, cost=120)
def y0(y, x):
    return np.negative(apply("y1", x))


@_special(bessel.y1, cost=120)
def y1(y, x):
    return apply("y0", x) - np.divide(y, x)
