"""numpy.polynomial's functions for series, the lowest power first, in the language (see `library.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial


def polyval(x, c, tensor=True):
    """c[0] + c[1] * x + c[2] * x**2 + ..., by Horner's rule."""
    c = np.asarray(c)
    x = np.asarray(x)
    found = c[-1] + x * 0
    for k in range(2, len(c) + 1):
        found = c[-k] + found * x
    return found


def polyder(c, m=1, scl=1):
    """The coefficients of the m-th derivative."""
    c = np.asarray(c) * 1.0
    for _ in range(m):
        c = c[1:] * np.arange(1, len(c)) * scl if len(c) > 1 else c[:1] * 0
    return c


def polyadd(c1, c2):
    """The coefficients of a sum."""
    one, other = np.asarray(c1) * 1.0, np.asarray(c2) * 1.0
    found = np.zeros(max(len(one), len(other)), dtype=(one[:1] + other[:1]).dtype)
    found[: len(one)] += one
    found[: len(other)] += other
    return np.trim_zeros(found, "b") if np.any(found != 0) else found[:1]


def polysub(c1, c2):
    """The coefficients of a difference."""
    return polyadd(c1, -np.asarray(c2))


def polymul(c1, c2):
    """The coefficients of a product."""
    found = np.convolve(np.asarray(c1) * 1.0, np.asarray(c2) * 1.0)
    return np.trim_zeros(found, "b") if np.any(found != 0) else found[:1]


def polyvander(x, deg):
    """The powers of x, one a column."""
    x = np.asarray(x) * 1.0
    return np.stack([x**k for k in range(deg + 1)], axis=-1)


def chebval(x, c, tensor=True):
    """A series of Chebyshev polynomials, by Clenshaw's rule."""
    c = np.asarray(c)
    x = np.asarray(x)
    if len(c) == 1:
        return c[0] + 0 * x
    last, sofar = c[-2] + 0 * x, c[-1] + 0 * x
    twice = 2 * x
    for k in range(3, len(c) + 1):
        last, sofar = c[-k] - sofar, last + sofar * twice
    return last + sofar * x


def legval(x, c, tensor=True):
    """A series of Legendre polynomials, by Clenshaw's rule."""
    c = np.asarray(c)
    x = np.asarray(x)
    if len(c) == 1:
        return c[0] + 0 * x
    n = len(c)
    last, sofar = c[-2] + 0 * x, c[-1] + 0 * x
    for k in range(3, len(c) + 1):
        n = n - 1
        last, sofar = c[-k] - sofar * ((n - 1) / n), last + sofar * x * ((2 * n - 1) / n)
    return last + sofar * x


def hermval(x, c, tensor=True):
    """A series of Hermite polynomials, by Clenshaw's rule."""
    c = np.asarray(c)
    twice = np.asarray(x) * 2
    if len(c) == 1:
        return c[0] + 0 * twice
    n = len(c)
    last, sofar = c[-2] + 0 * twice, c[-1] + 0 * twice
    for k in range(3, len(c) + 1):
        n = n - 1
        last, sofar = c[-k] - sofar * (2 * (n - 1)), last + sofar * twice
    return last + sofar * twice


def hermeval(x, c, tensor=True):
    """A series of the probabilists' Hermite polynomials, by Clenshaw's rule."""
    c = np.asarray(c)
    x = np.asarray(x)
    if len(c) == 1:
        return c[0] + 0 * x
    n = len(c)
    last, sofar = c[-2] + 0 * x, c[-1] + 0 * x
    for k in range(3, len(c) + 1):
        n = n - 1
        last, sofar = c[-k] - sofar * (n - 1), last + sofar * x
    return last + sofar * x


def lagval(x, c, tensor=True):
    """A series of Laguerre polynomials, by Clenshaw's rule."""
    c = np.asarray(c)
    x = np.asarray(x)
    if len(c) == 1:
        return c[0] + 0 * x
    n = len(c)
    last, sofar = c[-2] + 0 * x, c[-1] + 0 * x
    for k in range(3, len(c) + 1):
        n = n - 1
        last, sofar = c[-k] - (sofar * (n - 1)) / n, last + (sofar * ((2 * n - 1) - x)) / n
    return last + sofar * (1 - x)


TEXTS: dict[Any, Callable[..., Any]] = {
    polynomial.polyval: polyval,
    polynomial.polyder: polyder,
    polynomial.polyadd: polyadd,
    polynomial.polysub: polysub,
    polynomial.polymul: polymul,
    polynomial.polyvander: polyvander,
    chebyshev.chebval: chebval,
    legendre.legval: legval,
    hermite.hermval: hermval,
    hermite_e.hermeval: hermeval,
    laguerre.lagval: lagval,
}
