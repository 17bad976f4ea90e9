"""SciPy's distributions of probability among its special functions, written in the language (see `scipy_library.py`)."""

from __future__ import annotations

import numpy as np

from .scipy_incomplete import gammainc, gammaincc


def _betaln(a, b):
    raise NotImplementedError


_betaln.__difflang_op__ = "betaln"  # type: ignore[attr-defined]


def _beta_fraction(a, b, x):
    """Lentz's evaluation of the continued fraction of the incomplete beta function."""
    c = np.ones_like(x)
    d = 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    h = d
    k = 1.0
    change = np.full_like(x, 2.0)
    while np.any(np.abs(change - 1.0) > 3e-16) and k < 10000.0:
        even = k * (b - k) * x / ((a - 1.0 + 2.0 * k) * (a + 2.0 * k))
        d = 1.0 / (1.0 + even * d)
        c = 1.0 + even / c
        h = h * d * c
        odd = -(a + k) * (a + b + k) * x / ((a + 2.0 * k) * (a + 1.0 + 2.0 * k))
        d = 1.0 / (1.0 + odd * d)
        c = 1.0 + odd / c
        change = d * c
        h = h * change
        k += 1.0
    return h


def betainc(a, b, x):
    """The regularised incomplete beta function: its fraction at x, or one less that at 1 - x where this is nearer."""
    zero = np.zeros_like(a + b + x)
    a, b, x = a + zero, b + zero, x + zero
    inside = (x > 0.0) & (x < 1.0) & (a > 0.0) & (b > 0.0)
    far = inside & (x > (a + 1.0) / (a + b + 2.0))
    p = np.where(inside, np.where(far, b, a), 1.0)
    q = np.where(inside, np.where(far, a, b), 1.0)
    at = np.where(inside, np.where(far, 1.0 - x, x), 0.25)
    value = np.exp(p * np.log(at) + q * np.log1p(-at) - _betaln(p, q)) * _beta_fraction(p, q, at) / p
    value = np.where(far, 1.0 - value, value)
    return np.where(inside, value, np.where((x == 0.0) | (x == 1.0), x, np.nan))


def betaincc(a, b, x):
    return betainc(b, a, 1.0 - x)


def chdtr(v, x):
    return gammainc(v / 2.0, x / 2.0)


def chdtrc(v, x):
    return gammaincc(v / 2.0, x / 2.0)


def gdtr(a, b, x):
    return gammainc(b, a * x)


def gdtrc(a, b, x):
    return gammaincc(b, a * x)


def pdtr(k, m):
    return gammaincc(np.floor(k) + 1.0, m + 0.0)


def pdtrc(k, m):
    return gammainc(np.floor(k) + 1.0, m + 0.0)


def bdtr(k, n, p):
    return betainc(n - np.floor(k), np.floor(k) + 1.0, 1.0 - p)


def bdtrc(k, n, p):
    return betainc(np.floor(k) + 1.0, n - np.floor(k), p + 0.0)


def fdtr(dfn, dfd, x):
    return betainc(dfn / 2.0, dfd / 2.0, dfn * x / (dfn * x + dfd))


def fdtrc(dfn, dfd, x):
    return betainc(dfd / 2.0, dfn / 2.0, dfd / (dfn * x + dfd))


def stdtr(df, t):
    """Student's distribution."""
    below = 0.5 * betainc(df / 2.0, 0.5, df / (df + t * t))
    return np.where(df > 0.0, np.where(t < 0.0, below, 1.0 - below), np.nan)[()]
