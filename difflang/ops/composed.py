"""NumPy's functions of elements that are written in other ops. `Builder.emit` writes those in their place: they need no rule."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..build import apply, dtype_known, rank_known
from .complex_values import conjugated, is_complex
from ..op import composite, dtype_name
from ..types import NAMES
from .arithmetic import literal
from .elementary import LOG2
from .reduce import Bound


@composite(np.vdot)
def vdot(x, y):
    """The sum of the products of all elements."""
    return np.dot(np.reshape(conjugated(x), (-1,)), np.reshape(y, (-1,)))


@composite(np.fmax)
def fmax(x, y):
    """The greater of two, or the one that is a number."""
    return np.where(np.isnan(x), y, np.where(np.isnan(y), x, np.maximum(x, y)))


@composite(np.fmin)
def fmin(x, y):
    """The lesser of two, or the one that is a number."""
    return np.where(np.isnan(x), y, np.where(np.isnan(y), x, np.minimum(x, y)))


@composite(np.sinc)
def sinc(x):
    """sin(pi x) / (pi x), and 1 at zero."""
    angle = np.pi * np.where(x == 0, 1.0, x)
    return np.where(x == 0, 1.0, np.divide(np.sin(angle), angle))


def _close_bind(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: Any = False) -> Bound:
    return (a, b, rtol, atol), {"equal_nan": bool(equal_nan)}


@composite(np.isclose, bind=_close_bind)
def isclose(a, b, rtol, atol, equal_nan=False):
    """Whether numbers are the same but for a tolerance."""
    near = np.less_equal(np.abs(a - b), atol + rtol * np.abs(b))
    found = np.logical_or(np.equal(a, b), np.logical_and(np.isfinite(b), near))
    return np.logical_or(found, np.logical_and(np.isnan(a), np.isnan(b))) if equal_nan else found


@composite(np.allclose, bind=_close_bind)
def allclose(a, b, rtol, atol, equal_nan=False):
    """Whether all numbers are the same but for a tolerance: a Python bool."""
    return _truth(np.all(isclose(a, b, rtol, atol, equal_nan)))


def _truth(x: Any) -> Any:
    return apply("cast", x, dtype="bool", weak=True)


def _equal_bind(a1: Any, a2: Any, equal_nan: Any = False) -> Bound:
    return (a1, a2), {"equal_nan": bool(equal_nan)}


@composite(np.array_equal, bind=_equal_bind)
def array_equal(x, y, equal_nan=False):
    """Whether two arrays have the same shape and elements: a Python bool."""
    if np.ndim(x) != np.ndim(y):
        return False
    same: Any = True
    for n, m in zip(np.shape(x), np.shape(y), strict=True):
        same = np.logical_and(same, np.equal(n, m))
    if np.ndim(x) == 0:
        return _truth(_equal(x, y, equal_nan))
    one, other = np.reshape(x, (-1,)), np.reshape(y, (-1,))
    shared = np.minimum(np.size(x), np.size(y))
    return _truth(np.logical_and(same, np.all(_equal(one[:shared], other[:shared], equal_nan))))


def _equal(x: Any, y: Any, equal_nan: bool) -> Any:
    found = np.equal(x, y)
    return np.logical_or(found, np.logical_and(np.isnan(x), np.isnan(y))) if equal_nan else found


@composite(python=(math.isclose,))
def is_close(a, b, rel_tol=1e-09, abs_tol=0.0):
    """math.isclose: a Python bool."""
    allowed = np.maximum(rel_tol * np.maximum(np.abs(a), np.abs(b)), abs_tol)
    finite = np.logical_and(np.isfinite(a), np.isfinite(b))
    near = np.logical_and(finite, np.less_equal(np.abs(a - b), allowed))
    return apply("cast", np.logical_or(np.equal(a, b), near), dtype="bool", weak=True)


@composite(np.signbit)
def signbit(x):
    """Whether the sign is negative, of zeros too."""
    return np.less(np.copysign(literal(1.0, x), x), 0)


@composite(np.float_power)
def float_power(x, y):
    """x ** y in float64."""
    if is_complex(x) or is_complex(y):
        return np.power(*(apply("cast", operand, dtype="c128", weak=False) for operand in (x, y)))
    return np.power(_double(x), _double(y))


def _as_float(x: Any) -> Any:
    """Integers and truths as the floats that NumPy's functions of floats make of them."""
    return x if x.dtype.kind == "f" else apply("cast", x, dtype=NAMES[np.sqrt.resolve_dtypes((x.dtype, None))[1]], weak=False)


def _double(x: Any) -> Any:
    return apply("cast", x, dtype="f64", weak=False)


@composite(np.logaddexp2)
def logaddexp2(x, y):
    """log2(2**x + 2**y)."""
    return np.divide(np.logaddexp(x * LOG2, y * LOG2), LOG2)


@composite(np.vecdot, np.linalg.vecdot)
def vecdot(x, y, axis=-1):
    """Products along an axis, summed; the first one is conjugated."""
    if x.dtype == np.bool_ and y.dtype == np.bool_:
        return np.any(np.logical_and(x, y), axis=axis)
    products = conjugated(x) * y
    found = np.sum(products, axis=axis)
    return found if products.dtype.kind in "fc" else apply("cast", found, dtype=NAMES[products.dtype], weak=False)


def _nan_bind(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Bound:
    return (x, nan, posinf, neginf), {}


@composite(np.nan_to_num, bind=_nan_bind)
def nan_to_num(x, nan, posinf, neginf):
    """Numbers in place of nan and infinities, the greatest ones where none are given."""
    if is_complex(x):
        parts = (nan_to_num(np.real(x), nan, posinf, neginf), nan_to_num(np.imag(x), nan, posinf, neginf))
        return apply("pair", *parts)
    if x.dtype.kind != "f":
        return np.copy(x)
    greatest = np.finfo(x.dtype).max
    x = np.where(np.isnan(x), nan, x)
    x = np.where(x == np.inf, literal(float(greatest), x) if posinf is None else posinf, x)
    return np.where(x == -np.inf, literal(float(-greatest), x) if neginf is None else neginf, x)


def _ordered(x: Any) -> None:
    if is_complex(x):
        raise TypeError("This operation is not supported for complex128 values because it would be ambiguous.")


@composite(np.isposinf)
def isposinf(x):
    """Whether a number is positive infinity."""
    _ordered(x)
    return np.equal(x, np.inf)


@composite(np.isneginf)
def isneginf(x):
    """Whether a number is negative infinity."""
    _ordered(x)
    return np.equal(x, -np.inf)


@composite(np.divmod)
def floor_and_rest(x, y):
    """x // y and x % y."""
    return np.floor_divide(x, y), np.remainder(x, y)


@composite(np.modf)
def modf(x):
    """The fractional and the whole part, both with the sign of x."""
    x = _as_float(x)
    whole = np.trunc(x)
    return np.copysign(np.where(np.isinf(x), literal(0.0, x), x - whole), x), whole


@composite(np.ldexp)
def ldexp(x, n):
    """x * 2**n, in two steps so that neither leaves the range."""
    if n.dtype.kind in "fc" or x.dtype.kind == "c":
        raise TypeError("np.ldexp takes real numbers and whole exponents")
    half = np.floor_divide(n, 2)
    dtype = {"f16": "f32"}.get(NAMES[x.dtype], NAMES[x.dtype]) if x.dtype.kind == "f" else "f64"
    first, second = (np.exp2(apply("cast", part, dtype=dtype, weak=False)) for part in (half, n - half))
    found = x * first * second
    return found.astype(x.dtype) if x.dtype == np.float16 else found


@composite(np.frexp)
def frexp(x):
    """The mantissa, at least a half and below one, and the power of two."""
    x = _as_float(x)
    plain = np.logical_and(np.isfinite(x), x != 0)
    size = np.where(plain, np.abs(x), literal(1.0, x))
    power = np.floor(np.log2(size)) + 1
    part = size * np.exp2(-np.floor(power / 2)) * np.exp2(-(power - np.floor(power / 2)))
    low, high = part < 0.5, part >= 1
    part = np.where(low, part * 2, np.where(high, part / 2, part))
    power = np.where(low, power - 1, np.where(high, power + 1, power))
    mantissa = np.where(plain, np.copysign(part, x), x)
    return mantissa, apply("cast", np.where(plain, power, 0), dtype="i32", weak=False)


@composite(np.spacing)
def spacing(x):
    """The distance to the next number away from zero."""
    size = np.abs(x if x.dtype.kind == "f" else _double(x))
    return np.copysign(np.nextafter(size, literal(np.inf, size)) - size, x)


@composite(np.lcm)
def lcm(x, y):
    """The least common multiple."""
    common = np.gcd(x, y)
    return np.abs(np.where(common == 0, 0, np.floor_divide(x, np.where(common == 0, 1, common)) * y))


def _round_bind(a: Any, decimals: Any = 0, out: Any = None) -> Bound:
    return (a,), {"decimals": decimals}


@composite(np.round, np.around, bind=_round_bind, methods=("round",))
def round_decimals(x, decimals=0):
    """Rounded to so many decimals, halves to even."""
    if dtype_known(x) is not None and x.dtype.kind in "iu":
        if decimals >= 0:
            return x
        step = 10**-decimals
        down = np.floor_divide(x, step)
        rest = x - down * step
        up = np.logical_or(rest * 2 > step, np.logical_and(rest * 2 == step, np.remainder(down, 2) == 1))
        return np.where(up, down + 1, down) * step
    if decimals == 0:
        return np.rint(x)
    scale = 10.0 ** abs(decimals)
    return np.rint(x * scale) / scale if decimals > 0 else np.rint(x / scale) * scale


@composite(np.matvec)
def matvec(a, x):
    """Matrices times vectors."""
    return np.sum(a * np.expand_dims(x, -2), axis=-1)


@composite(np.vecmat)
def vecmat(x, a):
    """Vectors times matrices."""
    return np.sum(np.expand_dims(conjugated(x), -1) * a, axis=-2)


@composite(np.kaiser)
def kaiser(m, beta):
    """A bell of Bessel's functions."""
    half = np.maximum(m - 1, 1) / 2.0
    n = (apply("arange", 0, m, 1) - (m - 1) / 2.0) / half
    return np.i0(beta * np.sqrt(np.maximum(1 - n**2.0, 0.0))) / np.i0(beta * 1.0)


# Numbers in a row


def _points_bind(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, retstep: Any = False, dtype: Any = None, axis: Any = 0
) -> Bound:
    return (start, stop, num), {"endpoint": bool(endpoint), "retstep": bool(retstep), "dtype": dtype_name(dtype), "front": axis}


@composite(np.linspace, bind=_points_bind)
def evenly(start, stop, num, endpoint=True, retstep=False, dtype=None, front=0):
    """`num` points from start to stop, the last one included or not; the step beside them."""
    points = _evenly(start, stop, num, endpoint)
    if dtype is not None:
        points = apply("cast", np.floor(points) if dtype[0] == "i" else points, dtype=dtype, weak=False)
    points = np.moveaxis(points, 0, front) if (rank_known(points) or 0) > 1 else points
    return (points, (stop - start) / (num - 1 if endpoint else num) * np.float64(1.0)) if retstep else points


def _evenly(start: Any, stop: Any, num: Any, endpoint: bool) -> Any:
    if endpoint and not rank_known(start) and not rank_known(stop):
        return apply("linspace", start, stop, num)
    rank = max(np.ndim(start), np.ndim(stop))
    steps = apply("arange", 0, num, 1)
    steps = np.reshape(steps, (-1,) + (1,) * rank) if rank else steps
    if not endpoint:
        return start + steps * ((stop - start) / num)
    inner = start + steps * ((stop - start) / np.maximum(num - 1, 1))
    return np.where(np.logical_and(steps == num - 1, num > 1), stop, inner)


def _logspace_bind(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, base: Any = 10.0, dtype: Any = None, axis: Any = 0) -> Bound:
    if dtype is not None:
        raise TypeError("np.logspace takes no dtype here: write astype")
    return (start, stop, num, base), {"endpoint": bool(endpoint), "front": axis}


@composite(np.logspace, bind=_logspace_bind)
def logspace(start, stop, num, base, endpoint=True, front=0):
    """Powers of the base, their exponents evenly spaced."""
    points = np.power(base, _evenly(start, stop, num, endpoint))
    return np.moveaxis(points, 0, front) if np.ndim(points) > 1 else points


def _geomspace_bind(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, dtype: Any = None, axis: Any = 0) -> Bound:
    if dtype is not None or axis != 0:
        raise TypeError("np.geomspace takes two numbers and how many points here")
    return (start, stop, num), {"endpoint": bool(endpoint)}


@composite(np.geomspace, bind=_geomspace_bind)
def geomspace(start, stop, num, endpoint=True):
    """Points whose ratio is the same from each to the next."""
    if any(dtype_known(end) is not None and end.dtype.kind == "c" for end in (start, stop)):
        raise TypeError("np.geomspace takes real numbers here")
    sign = np.sign(start) * 1.0
    points = sign * np.power(10.0, _evenly(np.log10(start / sign), np.log10(stop / sign), num, endpoint))
    at = apply("arange", 0, num, 1)
    points = np.where(at == 0, start, points)
    return np.where(np.logical_and(at == num - 1, num > 1), stop, points) if endpoint else points
