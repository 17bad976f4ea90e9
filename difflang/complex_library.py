"""Functions of Python's `cmath` that are no op of their own, written in the language."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any


def phase(x):
    z = complex(x)
    return math.atan2(z.imag, z.real)


def polar(x):
    z = complex(x)
    return abs(z), math.atan2(z.imag, z.real)


def rect(r, phi):
    return complex(r * math.cos(phi), r * math.sin(phi))


def isnan(x):
    z = complex(x)
    return math.isnan(z.real) or math.isnan(z.imag)


def isinf(x):
    z = complex(x)
    return math.isinf(z.real) or math.isinf(z.imag)


def isfinite(x):
    z = complex(x)
    return math.isfinite(z.real) and math.isfinite(z.imag)


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    if rel_tol < 0 or abs_tol < 0:
        raise ValueError("tolerances must be non-negative")
    x, y = complex(a), complex(b)
    if x == y:
        return True
    if isinf(x) or isinf(y):
        return False
    apart = abs(x - y)
    return apart <= rel_tol * abs(y) or apart <= rel_tol * abs(x) or apart <= abs_tol


CMATH: dict[Any, Callable[..., Any]] = {
    cmath.phase: phase,
    cmath.polar: polar,
    cmath.rect: rect,
    cmath.isnan: isnan,
    cmath.isinf: isinf,
    cmath.isfinite: isfinite,
    cmath.isclose: isclose,
}
