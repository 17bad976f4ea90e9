"""Elementary functions. NumPy's follow IEEE 754, the math module's raise on domain and range."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..build import apply
from ..op import Fault, Lower, elementwise
from . import special_values
from .arithmetic import widened
from .complex_values import complex_exp2, complex_expm1, complex_log1p, complex_log2, complex_log10, is_complex
from .faults import DOMAIN, GAMMA, LGAMMA, POLE, RANGE

LOG2, LOG10, DEGREE = math.log(2.0), math.log(10.0), math.pi / 180.0


def _function(
    numpy: Any, python: Any, name: str = "", faults: tuple[Fault, ...] = (DOMAIN,), lower: Any = None, cost: int = 20, **row: Any
) -> Any:
    """The row of a function that gives floats, through the C library unless `lower` says otherwise."""
    lower = lower or Lower(f"libm:{name}", complex=f"libm:c{name}" if name in _COMPLEX else None)
    result = "float" if numpy else "double"  # SciPy's of complex numbers are other functions
    return elementwise(*_each(numpy), python=_each(python), result=result, lower=lower, faults=faults, cost=cost, **row)


_COMPLEX = frozenset("exp log sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split())
"""Those that the C library has for complex numbers."""


def _each(callables: Any) -> tuple[Any, ...]:
    return callables if isinstance(callables, tuple) else () if callables is None else (callables,)


@_function(np.sqrt, math.sqrt, lower=Lower("llvm.sqrt", complex="libm:csqrt"), singular=True, cost=6)
def sqrt(y, x):
    return np.divide(0.5, y)


@_function(np.cbrt, math.cbrt, "cbrt", singular=True)
def cbrt(y, x):
    return np.divide(1, 3 * np.square(y))


@_function(np.exp, math.exp, "exp", faults=(RANGE,))
def exp(y, x):
    return y


@_function(np.exp2, math.exp2, lower=Lower("libm:exp2", complex=complex_exp2), faults=(RANGE,))
def exp2(y, x):
    return LOG2 * y


@_function(np.expm1, math.expm1, lower=Lower("libm:expm1", complex=complex_expm1), faults=(RANGE,))
def expm1(y, x):
    return y + 1


def _log_bind(x: Any, *base: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if base:
        raise TypeError("a logarithm to another base is written math.log(x) / math.log(base)")
    return (x,), {}


@_function(np.log, math.log, "log", faults=(DOMAIN, POLE), singular=True, pole_raises=True, bind=_log_bind)
def log(y, x):
    return np.divide(1, x)


@_function(np.log2, math.log2, lower=Lower("libm:log2", complex=complex_log2), faults=(DOMAIN, POLE), singular=True, pole_raises=True)
def log2(y, x):
    return np.divide(1 / LOG2, x)


@_function(np.log10, math.log10, lower=Lower("libm:log10", complex=complex_log10), faults=(DOMAIN, POLE), singular=True, pole_raises=True)
def log10(y, x):
    return np.divide(1 / LOG10, x)


@_function(np.log1p, math.log1p, lower=Lower("libm:log1p", complex=complex_log1p), faults=(DOMAIN, POLE), singular=True, pole_raises=True)
def log1p(y, x):
    return np.divide(1, 1 + x)


@_function(np.sin, math.sin, "sin")
def sin(y, x):
    return np.cos(x)


@_function(np.cos, math.cos, "cos")
def cos(y, x):
    return np.negative(np.sin(x))


@_function(np.tan, math.tan, "tan")
def tan(y, x):
    return 1 + np.square(y)


@_function(np.arcsin, math.asin, "asin", singular=True)
def arcsin(y, x):
    return np.divide(1, np.sqrt((1 - x) * (1 + x)))


@_function(np.arccos, math.acos, "acos", singular=True)
def arccos(y, x):
    return np.divide(-1, np.sqrt((1 - x) * (1 + x)))


@_function(np.arctan, math.atan, "atan")
def arctan(y, x):
    return np.divide(1, 1 + np.square(x))


@_function(np.arctan2, math.atan2, "atan2", faults=(), singular=True)
def arctan2(z, y, x):
    square = np.square(widened(x, z)) + np.square(widened(y, z))
    return np.divide(x, square), np.divide(np.negative(y), square)


@_function(np.sinh, math.sinh, "sinh", faults=(RANGE,))
def sinh(y, x):
    return np.cosh(x)


@_function(np.cosh, math.cosh, "cosh", faults=(RANGE,))
def cosh(y, x):
    return np.sinh(x)


@_function(np.tanh, math.tanh, "tanh", faults=())
def tanh(y, x):
    return 1 - np.square(y)


@_function(np.arcsinh, math.asinh, "asinh", faults=())
def arcsinh(y, x):
    return np.divide(1, np.sqrt(1 + np.square(x)))


@_function(np.arccosh, math.acosh, "acosh", singular=True)
def arccosh(y, x):
    return np.divide(1, np.sqrt(x - 1) * np.sqrt(x + 1) if is_complex(x) else np.sqrt((x - 1) * (x + 1)))


@_function(np.arctanh, math.atanh, "atanh", faults=(DOMAIN, POLE), singular=True, pole_raises=True)
def arctanh(y, x):
    return np.divide(1, (1 - x) * (1 + x))


@_function(np.hypot, math.hypot, "hypot", faults=(), singular=True)
def hypot(z, x, y):
    size = np.where(z == 0, 1, z)  # no slope at the origin, as of a norm
    return np.divide(x, size), np.divide(y, size)


def _lower_deg2rad(x):
    return x * DEGREE


@_function((np.deg2rad, np.radians), math.radians, faults=(), lower=_lower_deg2rad, cost=1)
def deg2rad(y, x):
    return DEGREE


def _lower_rad2deg(x):
    return x * (1 / DEGREE)


@_function((np.rad2deg, np.degrees), math.degrees, faults=(), lower=_lower_rad2deg, cost=1)
def rad2deg(y, x):
    return 1 / DEGREE


@_function(None, math.erf, "erf", faults=(), evaluate=special_values.erf, scipy=("special.erf",))
def erf(y, x):
    return (2 / math.sqrt(math.pi)) * np.exp(np.negative(np.square(x)))


@_function(None, math.erfc, "erfc", faults=(), evaluate=special_values.erfc, scipy=("special.erfc",))
def erfc(y, x):
    return (-2 / math.sqrt(math.pi)) * np.exp(np.negative(np.square(x)))


@_function(None, math.lgamma, "lgamma", faults=LGAMMA, evaluate=special_values.lgamma, scipy=("special.gammaln",))
def lgamma(y, x):
    return apply("digamma", x)


@_function(None, math.gamma, "tgamma", faults=GAMMA, evaluate=special_values.gamma, scipy=("special.gamma",))
def gamma(y, x):
    return y * apply("digamma", x)


def _lower_logaddexp(x, y):
    """The greater of both, plus what the other adds; where they are the same (infinities too) log 2."""
    more = np.maximum(x, y)
    return np.where(x == y, x + LOG2, more + np.log1p(np.exp(np.negative(np.abs(x - y)))))


@_function(np.logaddexp, None, faults=(), lower=_lower_logaddexp, cost=40)
def logaddexp(z, x, y):
    return np.exp(x - z), np.exp(y - z)
