"""Functions of scipy.special that are written in other ops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..build import apply
from ..op import composite, normal_axis
from .special_values import STIRLING, horner

Bound = tuple[tuple[Any, ...], dict[str, Any]]
EULER = 0.5 * math.log(2 * math.pi)


def _special(*names: str, **row: Any) -> Any:
    return composite(scipy=tuple(f"special.{name}" for name in names), **row)


def _axes(x: Any, axis: Any) -> Any:
    """An axis or several, counted from the front."""
    if axis is None:
        return None
    many = axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(normal_axis(a, np.ndim(x), "one") for a in many)


def _highest(x: Any, axis: Any) -> Any:
    """The greatest element, held constant; 0 where it is infinite."""
    top = apply("stop_gradient", np.max(x, axis=axis, keepdims=True))
    return np.where(np.isfinite(top), top, 0.0)


def _logsumexp_bind(a: Any, axis: Any = None, b: Any = None, keepdims: Any = False, return_sign: Any = False) -> Bound:
    if return_sign is not False:
        raise TypeError("logsumexp returns no sign here")
    return (a, b), {"axis": axis, "keepdims": bool(keepdims)}


@_special("logsumexp", bind=_logsumexp_bind)
def logsumexp(a, b, axis=None, keepdims=False):
    """The logarithm of the sum of exponentials, weighted by b."""
    a = a if a.dtype.kind == "f" else a.astype(np.float64)
    axis = _axes(a, axis)
    if b is not None:
        a = np.where(b == 0, -np.inf, a)
    top = _highest(a, axis)
    terms = np.exp(a - top)
    total = np.sum(terms if b is None else terms * b, axis=axis, keepdims=keepdims)
    if keepdims:
        return np.log(total) + top
    return np.log(total) + (np.reshape(top, ()) if axis is None else np.squeeze(top, axis) if np.ndim(top) else top)


@_special("softmax")
def softmax(x, axis=None):
    """Exponentials divided by their sum."""
    axis = _axes(x, axis)
    terms = np.exp(x - apply("stop_gradient", np.max(x, axis=axis, keepdims=True)))
    return np.divide(terms, np.sum(terms, axis=axis, keepdims=True))


@_special("log_softmax")
def log_softmax(x, axis=None):
    """The logarithm of softmax."""
    axis = _axes(x, axis)
    moved = x - _highest(x, axis)
    return moved - np.log(np.sum(np.exp(moved), axis=axis, keepdims=True))


def _whole(n: Any, what: str) -> int:
    if isinstance(n, bool) or not isinstance(n, (int, float, np.integer)) or int(n) != n:
        raise TypeError(f"{what} must be an integer that is known while compiling")
    return int(n)


def _polygamma_bind(n: Any, x: Any) -> Bound:
    return (x,), {"n": n}


@_special("polygamma", bind=_polygamma_bind)
def polygamma_of(x, n=0):
    """The n-th derivative of digamma; n is known while compiling."""
    n = _whole(n, "the order of polygamma")
    return apply("polygamma", x, n=n) if n else apply("digamma", x)


def _zeta_bind(x: Any, q: Any = None) -> Bound:
    return (1.0 if q is None else q,), {"x": x}


@_special("zeta", bind=_zeta_bind)
def zeta_of(q, x=2.0):
    """Hurwitz's zeta function of q; its exponent is a number above one, known while compiling."""
    if isinstance(x, bool) or not isinstance(x, (int, float, np.integer, np.floating)) or x <= 1:
        raise TypeError("the exponent of zeta must be a number above one that is known while compiling")
    return apply("zeta", q, s=float(x))


@_special("loggamma")
def loggamma(x):
    """The logarithm of gamma, for numbers above zero."""
    return np.where(x < 0, np.nan, apply("lgamma", x))


@_special("rgamma")
def rgamma(x):
    """1 / gamma(x)."""
    g = apply("gamma", x)
    return np.where(np.isnan(g), np.where(np.isnan(x), x, 0.0), np.divide(1, g))


@_special("poch")
def poch(x, m):
    """gamma(x + m) / gamma(x)."""
    return np.divide(apply("gamma", x + m), apply("gamma", x))


@_special("multigammaln")
def multigammaln(a, d=1):
    """The logarithm of the multivariate gamma function; its dimension is known while compiling."""
    d = _whole(d, "the dimension of multigammaln")
    total = 0.25 * d * (d - 1) * math.log(math.pi)
    for k in range(d):
        total = total + apply("lgamma", a - 0.5 * k)
    return total


def _left_out(x: Any) -> Any:
    """What Stirling's formula leaves out, beyond 10."""
    return np.divide(horner(STIRLING, np.divide(1, np.square(x))), x)


@_special("betaln")
def betaln(a, b):
    """The logarithm of the beta function, without cancellation where an argument is large."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    plain = apply("lgamma", low) + (apply("lgamma", high) - apply("lgamma", low + high))
    large = high >= 10
    far, both = np.where(large, high, 10.0), np.where(large, np.logical_and(low >= 10, True), False)
    near, one = np.where(large, low, 1.0), np.where(both, low, 10.0)
    ratio = np.divide(near, far)
    shared = _left_out(far) - _left_out(np.where(large, near + far, 10.0))
    mixed = apply("lgamma", near) - near * np.log(far) - (near + far - 0.5) * np.log1p(ratio) + near + shared
    h = np.divide(one, far)
    last = EULER - 0.5 * np.log(far) + (one - 0.5) * np.log(np.divide(h, 1 + h)) - far * np.log1p(h) + (_left_out(one) + shared)
    return np.where(large, np.where(both, last, mixed), plain)


@_special("beta")
def beta(a, b):
    """gamma(a) * gamma(b) / gamma(a + b)."""
    small = np.logical_and(np.abs(a) < 80, np.abs(b) < 80)
    x, y = np.where(small, a, 1.0), np.where(small, b, 1.0)
    product = np.divide(apply("gamma", x), apply("gamma", x + y)) * apply("gamma", y)
    return np.where(small, product, np.exp(betaln(np.where(small, 1.0, a), np.where(small, 1.0, b))))


@_special("binom")
def binom(n, k):
    """The binomial coefficient, of real numbers too."""
    return np.divide(1, (n + 1) * beta(n - k + 1, k + 1))


def _factorial_bind(n: Any, exact: Any = False, extend: Any = "zero") -> Bound:
    if exact is not False or extend != "zero":
        raise TypeError("factorial gives floats here")
    return (n,), {}


@_special("factorial", bind=_factorial_bind)
def factorial(n):
    """gamma(n + 1), 0 below zero."""
    below = n < 0
    return np.where(below, 0.0, apply("gamma", np.where(below, 0, n) + 1.0))


@_special("ndtr")
def ndtr(x):
    """The normal distribution."""
    return 0.5 * apply("erfc", x * -math.sqrt(0.5))


@_special("huber")
def huber(delta, r):
    """Half the square up to delta, linear beyond."""
    size = np.abs(r)
    value = np.where(size <= delta, 0.5 * np.square(r), delta * (size - 0.5 * delta))
    return np.where(delta < 0, np.inf, value)


@_special("pseudo_huber")
def pseudo_huber(delta, r):
    """A smooth form of huber."""
    ratio = np.divide(r, np.where(delta == 0, 1.0, delta))
    value = np.square(delta) * np.expm1(0.5 * np.log1p(np.square(ratio)))
    return np.where(delta < 0, np.inf, value)


@composite(np.i0)
def bessel_i0(x):
    """The modified Bessel function of order zero."""
    return apply("i0", x)


@_special("softplus")
def softplus(x):
    """log(1 + exp(x))."""
    return np.logaddexp(0.0, x)


@_special("boxcox")
def boxcox(x, p):
    """(x ** p - 1) / p, log(x) where p is zero."""
    none = p == 0
    kept = np.where(none, 1.0, p)
    return np.where(none, np.log(x), np.divide(np.expm1(kept * np.log(x)), kept))


@_special("inv_boxcox")
def inv_boxcox(y, p):
    """The inverse of boxcox."""
    none = p == 0
    kept = np.where(none, 1.0, p)
    return np.where(none, np.exp(y), np.exp(np.divide(np.log1p(kept * y), kept)))


@_special("exp10")
def exp10(x):
    """10 ** x."""
    return 10.0**x


@_special("cbrt")
def cube_root(x):
    """The cube root."""
    return np.cbrt(x)


@_special("exp2")
def power_of_two(x):
    """2 ** x."""
    return np.exp2(x)


@_special("expm1")
def exp_less_one(x):
    """exp(x) - 1."""
    return np.expm1(x)


@_special("log1p")
def log_one_more(x):
    """log(1 + x)."""
    return np.log1p(x)


def _comb_bind(N: Any, k: Any, *, exact: Any = False, repetition: Any = False) -> Bound:
    if exact is not False:
        raise TypeError("comb gives floats here: math.comb is exact")
    return (N, k), {"repetition": bool(repetition)}


@_special("comb", bind=_comb_bind)
def combinations(n, k, repetition=False):
    """In how many ways k of n can be chosen, 0 outside."""
    n = n + k - 1 if repetition else n
    inside = np.logical_and(np.logical_and(k <= n, n >= 0), k >= 0)
    return np.where(inside, binom(np.where(inside, n, 1.0), np.where(inside, k, 1.0)), 0.0)


def _perm_bind(N: Any, k: Any, exact: Any = False) -> Bound:
    if exact is not False:
        raise TypeError("perm gives floats here: math.perm is exact")
    return (N, k), {}


@_special("perm", bind=_perm_bind)
def permutations(n, k):
    """In how many orders k of n can be taken, 0 outside."""
    inside = np.logical_and(np.logical_and(k <= n, n >= 0), k >= 0)
    return np.where(inside, poch(np.where(inside, n - k + 1.0, 1.0), np.where(inside, k, 1.0)), 0.0)


@_special("boxcox1p")
def boxcox1p(x, p):
    """boxcox of 1 + x."""
    none = p == 0
    kept = np.where(none, 1.0, p)
    return np.where(none, np.log1p(x), np.divide(np.expm1(kept * np.log1p(x)), kept))


@_special("inv_boxcox1p")
def inv_boxcox1p(y, p):
    """The inverse of boxcox1p."""
    none = p == 0
    kept = np.where(none, 1.0, p)
    return np.where(none, np.expm1(y), np.expm1(np.divide(np.log1p(kept * y), kept)))


@_special("cosm1")
def cosine_less_one(x):
    """cos(x) - 1."""
    return -2.0 * np.square(np.sin(x / 2.0))


@_special("powm1")
def power_less_one(x, y):
    """x ** y - 1."""
    near = x > 0
    return np.where(near, np.expm1(y * np.log(np.where(near, x, 1.0))), np.power(np.where(near, 1.0, x), y) - 1.0)
