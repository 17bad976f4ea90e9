"""The incomplete gamma function of SciPy's, written in the language (see `scipy_library.py`)."""

from __future__ import annotations

import math

import numpy as np


def _gamma(x):
    return np.vectorize(math.gamma)(x)


_gamma.__difflang_op__ = "gamma"  # type: ignore[attr-defined]


def _gamma_weight(a, x):
    """x ** a * exp(-x) / gamma(a + 1), by Stirling's formula where a is large."""
    large = a > 10.0
    far = np.where(large, a, 20.0)
    some = np.where(x > 0.0, x, 1.0)
    d = np.where(large, some - far, 0.0) / far
    rest = (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188) / far**2) / far**2) / far**2) / far**2) / far
    stirling = np.exp(far * (np.log1p(d) - d) - rest) / np.sqrt(2 * math.pi * far)
    near = np.where(large, 1.0, a)
    plain = np.exp(near * np.log(some) - some) / _gamma(near + 1.0)
    return np.where(x > 0.0, np.where(large, stirling, plain), 0.0)


def gammainc(a, x):
    """The regularised lower incomplete gamma function: its series below a + 1, one less the other above."""
    a = a + np.zeros_like(x)
    x = x + np.zeros_like(a)
    below = x < a + 1.0
    far = np.where(below | (x == np.inf), a + 2.0, x)
    value = np.where(below, _gamma_series(a, np.where(below, x, 0.0)), 1.0 - _gamma_fraction(a, far))
    value = np.where(x == np.inf, 1.0, value)
    return np.where((a >= 0.0) & (x >= 0.0), value, np.nan)


def gammaincc(a, x):
    """1 - gammainc(a, x)."""
    a = a + np.zeros_like(x)
    x = x + np.zeros_like(a)
    below = x < a + 1.0
    far = np.where(below | (x == np.inf), a + 2.0, x)
    value = np.where(below, 1.0 - _gamma_series(a, np.where(below, x, 0.0)), _gamma_fraction(a, far))
    value = np.where(x == np.inf, 0.0, value)
    return np.where((a >= 0.0) & (x >= 0.0), value, np.nan)


def _gamma_series(a, x):
    term = np.ones_like(a)
    total = term
    k = 1.0
    while np.any(term > 1e-17 * total) and k < 10000.0:
        term = term * x / (a + k)
        total = total + term
        k += 1.0
    return total * _gamma_weight(a, x)


def _gamma_fraction(a, x):
    """Lentz's evaluation of Legendre's continued fraction."""
    b = x + 1.0 - a
    c = np.full_like(x, 1e300)
    d = 1.0 / b
    h = d
    k = 1.0
    change = np.full_like(x, 2.0)
    while np.any(np.abs(change - 1.0) > 1e-16) and k < 10000.0:
        an = -k * (k - a)
        b = b + 2.0
        d = 1.0 / (an * d + b)
        c = b + an / c
        change = d * c
        h = h * change
        k += 1.0
    return h * a * _gamma_weight(a, x)
