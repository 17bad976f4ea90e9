"""pow: exp(y log x) with the logarithm in twice the precision; cbrt and hypot."""

from __future__ import annotations

from . import coefficients as c
from .exponential import FAR, exp_of_pair, near_exp_of_pair
from .logarithm import parts, parts_of_any, special
from .number import Real, at_least, at_most, bits, floor, fma, magnitude, real, select, sqrt, unless, with_sign
from .parts import Pair, fast_sum, polynomial, square

_LN2 = (float.fromhex("0x1.62e42fefa3800p-1"), float.fromhex("0x1.ef35793c76730p-45"))
"""log 2; integers up to 2**11 times its first part are exact."""
_TWO_THIRDS = (float.fromhex("0x1.5555555555555p-1"), float.fromhex("0x1.5555555555555p-55"))
_INFINITY = float("inf")


def pow(x: Real, y: Real) -> Real:
    """Where x is not a positive normal number, or the result not a normal one, C99's table is gone through."""
    log = _pair_log(*parts(bits(x)))
    high = log[0] * y
    low = fma(log[0], y, -high) + log[1] * y
    return unless(special(x) | ~(magnitude(high) < FAR), lambda: near_exp_of_pair(high, low), lambda: _full(x, y))


def _pair_log(k: Real, f: Real) -> Pair:
    """k log 2 + log(1 + f) to 66 bits: 2 s + 2/3 s**3 in pairs, s = f / (2 + f), the rest of the series in one number."""
    den, den_low = fast_sum(f.like(2.0), f)
    inverse = 1.0 / den
    s = f * inverse
    s_low = (fma(-s, den, f) - s * den_low) * inverse
    z, z_low = square(s)
    z_low = fma(s + s, s_low, z_low)
    cube = s * z
    cube_low = fma(s, z, -cube) + fma(s, z_low, s_low * z)
    third = cube * _TWO_THIRDS[0]
    third_low = fma(cube, _TWO_THIRDS[0], -third) + fma(cube, _TWO_THIRDS[1], cube_low * _TWO_THIRDS[0])
    small = fma(cube * z, polynomial(z, c.LOG_REST), third_low)
    top, bottom = fast_sum(s + s, third)
    first, second = fast_sum(k * _LN2[0], top)
    return fast_sum(first, second + (bottom + fma(k, _LN2[1], fma(s_low, 2.0, small))))


def _full(x: Real, y: Real) -> Real:
    size = magnitude(x)
    log = _pair_log(*parts_of_any(size))
    plain = select(size < _INFINITY, log[0], _INFINITY)
    plain = select(size.same(0.0), -_INFINITY, plain)
    high = plain * y
    low = fma(log[0], y, -high) + log[1] * y
    outside = ~(magnitude(high) < 760.0)
    z = exp_of_pair(at_least(at_most(high, 711.0), -760.0), select(outside, 0.0, low))
    inside = near_exp_of_pair(high, low)
    z = select(magnitude(high) < FAR, inside, z)
    whole, half = floor(y).same(y), y * 0.5
    odd = whole & floor(half).differs(half) & (magnitude(y) < 2.0**53)
    z = select(odd, with_sign(z, x), z)
    z = select((x < 0.0) & ~whole & (size < _INFINITY), float("nan"), z)
    z = select((size.same(1.0) & magnitude(y).same(_INFINITY)), 1.0, z)
    z = select(x.is_nan | y.is_nan, x + y, z)
    return select(x.same(1.0) | y.same(0.0), 1.0, z)


def cbrt(x: Real) -> Real:
    """A third of the exponent, a polynomial for what is left of it, a step of Halley's and one of Newton's in a pair."""

    def full() -> Real:
        tiny = magnitude(x) < 2.0**-1000
        y = _root(select(tiny, select(tiny, x, 0.0) * 2.0**108, x))  # no overflow of a large one is told
        return select(x.same(0.0) | ~(magnitude(x) < _INFINITY), x + x, select(tiny, y * 2.0**-36, y))

    return unless(~((magnitude(x) > 2.0**-1000) & (magnitude(x) < _INFINITY)), lambda: _root(x), full)


def _root(x: Real) -> Real:
    """x = 2**(3q) m, with m from 1 to 8."""
    size = bits(magnitude(x))
    thirds = ((size >> 52) * 43691) >> 17  # of the exponent, which for 1 is 1023 = 3 * 341
    m = real(size - ((thirds * 3 - 1023) << 52))
    r = polynomial(m, c.CBRT)
    cube = r * r * r
    y = fma(r, (m - cube) / (cube + cube + m), r)
    off = fma(y, -(y * y), m) + y * -fma(y, y, -(y * y))
    y = fma(off / (y * y), 1.0 / 3, y)
    return with_sign(y * real((thirds + (1023 - 341)) << 52), x)


def hypot(x: Real, y: Real) -> Real:
    """The root of the sum of squares in a pair, its residue divided by twice the root."""

    def usual() -> Real:
        return _length(*_ordered(x, y))

    def full() -> Real:
        large, small = _ordered(x, y)
        grown, shrunk = large < 2.0**-450, large > 2.0**500
        scale = select(grown, x.like(2.0**600), select(shrunk, x.like(2.0**-600), 1.0))
        back = select(grown, x.like(2.0**-600), select(shrunk, x.like(2.0**600), 1.0))
        z = _length(large * scale, small * scale) * back
        z = select(large.same(0.0), 0.0, z)
        z = select(x.is_nan | y.is_nan, x + y, z)
        return select(magnitude(x).same(_INFINITY) | magnitude(y).same(_INFINITY), _INFINITY, z)

    large, _ = _ordered(x, y)
    return unless(~((large < 2.0**500) & (large > 2.0**-450)) | x.is_nan | y.is_nan, usual, full)


def _ordered(x: Real, y: Real) -> tuple[Real, Real]:
    a, b = magnitude(x), magnitude(y)
    return at_least(a, b), select(a > b, b, a)


def _length(large: Real, small: Real) -> Real:
    a, a_low = square(large)
    b, b_low = square(small)
    total, low = fast_sum(a, b)
    root = sqrt(total)
    return fma(fma(-root, root, total) + (low + (a_low + b_low)), 0.5 / root, root)
