"""The functions on floats of 32 bits: exp, log, sin and cos in floats, as their doubles are made, the others through doubles.

What is rare in floats is computed in doubles and rounded: they hold every float's exponential and every angle's rest.
"""

from __future__ import annotations

from collections.abc import Callable

from . import coefficients as c
from . import powers
from .circular import PIECES, TWO_OVER_PI
from .exponential import LOG2E
from .far import far_reduced
from .logarithm import parts, special
from .number import (
    Real, Truth, Whole, at_least, at_most, bits, fma, lane_by_lane, magnitude, narrowed, real, select, unless, widened, with_sign,
)  # fmt: skip
from .parts import LN2, SHIFT, polynomial, power_of_two

_INFINITY = float("inf")
_SHIFT = 1.5 * 2.0**23
_LN2 = tuple(map(float.fromhex, ("0x1.62e43p-1", "-0x1.05c61p-29")))
_PIECES = tuple(map(float.fromhex, ("0x1.921fb40000000p+0", "0x1.4442000000000p-24", "0x1.a308d40000000p-41")))
"""pi/2. The second piece has 17 bits: its product with n, below 2**7, is exact. None is negative, which keeps -0."""
_HALF, _ONE, _LEAST, _NORMAL = 0x3F3504F3, 0x3F800000, 0x00800000, 0x7F000000  # bits; of the square root of 1/2, about
_FAR, _LARGE = 190.0, 2.0**20


def through_doubles(function: Callable[..., Real]) -> Callable[..., Real]:
    """A function of doubles on floats."""

    def single(*xs: Real) -> Real:
        return narrowed(function(*map(widened, xs)))

    return single


def exp(x: Real) -> Real:
    def usual(x: Real) -> Real:
        t = fma(x, LOG2E, _SHIFT + 127)
        n = t - (_SHIFT + 127)
        r = fma(n, -_LN2[1], fma(n, -_LN2[0], x))
        power = real(bits(t) << 23)
        return fma(r * power, fma(r, polynomial(r, c.EXP_F32), 1.0), power)

    return _unless(~(magnitude(x) < 86.0), x, usual, lambda: narrowed(_exp(at_least(at_most(widened(x), 90.0), -110.0))))


def _unless(rare: Truth, x: Real, usual: Callable[[Real], Real], wide: Callable[[], Real]) -> Real:
    """`usual(x)`; in the lanes that are rare `wide()`, and there `usual` is given 1, for which no overflow is told."""
    return unless(rare, lambda: usual(x), lambda: select(rare, wide(), usual(select(rare, 1.0, x))))


def _exp(x: Real) -> Real:
    """Of a double, for a float."""
    t = fma(x, LOG2E, SHIFT + 1023)
    r = fma(t - (SHIFT + 1023), -LN2[0], x)
    power = power_of_two(bits(t))
    return fma(r * power, fma(r, polynomial(r, c.EXP_F32), 1.0), power)


def tanh(x: Real) -> Real:
    """1 - 2 / (exp(2 |x|) + 1); near 0, where that cancels, x - x**3 / 3."""
    wide = widened(x)
    size = at_most(magnitude(wide), 10.0)
    far = 1.0 - 2.0 / (_exp(size + size) + 1.0)
    near = fma(size * size * size, -1.0 / 3, size)
    return narrowed(with_sign(select(size < 2.0**-9, near, far), wide))


def log(x: Real) -> Real:
    def usual(x: Real) -> Real:
        moved = bits(x) + (_ONE - _HALF)
        k = real((moved >> 23) | 0x4B000000) - (2.0**23 + 127)
        f = real((moved & (2**23 - 1)) + _HALF) - 1.0
        s = f / (f + 2.0)
        z = s * s
        half = f * f * 0.5
        rest = fma(s, fma(z, polynomial(z, c.LOG_F32), half), k * _LN2[1])
        return fma(k, _LN2[0], f - (half - rest))

    return _unless(~(bits(x) - _LEAST).below(_NORMAL), x, usual, lambda: _any_log(x))


def _any_log(x: Real) -> Real:
    """Of a subnormal float, which is a normal double; and of what has none."""
    k, f = parts(bits(widened(x)))
    y = narrowed(fma(k, LN2[0], fma(f * f, polynomial(f, c.LN_F32), f)))
    y = select(x.same(0.0), -_INFINITY, y)
    y = select(x < _INFINITY, y, x + x)
    return select(x < 0.0, float("nan"), y)


def pow(x: Real, y: Real) -> Real:
    wide, by = widened(x), widened(y)
    k, f = parts(bits(wide))
    s = f / (f + 2.0)
    z = s * s
    high = fma(k, LN2[0], fma(s * z, polynomial(z, c.LOG), s + s)) * by
    rare = special(wide) | ~(magnitude(high) < 200.0)
    return narrowed(_unless(rare, high, _exp, lambda: powers.pow(wide, by)))


def sin(x: Real) -> Real:
    return _circular(x, 0, "sin")


def cos(x: Real) -> Real:
    return _circular(x, 1, "cos")


def _circular(x: Real, turn: int, name: str) -> Real:
    def usual(x: Real) -> Real:
        t = fma(x, TWO_OVER_PI, _SHIFT + turn)
        n = t - (_SHIFT + turn)
        high = fma(n, -_PIECES[0], x)
        product = n * _PIECES[1]
        r = high - product
        return _chosen(r, fma(n, -_PIECES[2], (high - r) - product), bits(t))

    return _unless(~(magnitude(x) < _FAR), x, usual, lambda: _far(x, turn, name))


def _chosen(r: Real, e: Real, n: Whole) -> Real:
    """As that of doubles."""
    odd = (n & 1).same(1)
    s = r * r
    half = s * 0.5
    whole = 1.0 - half
    rest = select(odd, fma(-r, e, (1.0 - whole) - half), e * whole)
    chosen = [select(odd, s.like(cosine), sine) for cosine, sine in zip(c.COS_F32, c.SIN_F32, strict=True)]
    first = select(odd, whole, r)
    y = with_sign(first + fma(select(odd, s, r) * s, polynomial(s, chosen), rest), first)
    return real(bits(y) ^ ((n & 2) << 30))


def _far(x: Real, turn: int, name: str) -> Real:
    wide = widened(x)

    def near() -> Real:
        t = fma(wide, TWO_OVER_PI, SHIFT + turn)
        n = t - (SHIFT + turn)
        return _of_double(fma(n, -PIECES[1], fma(n, -PIECES[0], wide)), bits(t))

    def farther() -> Real:
        if x.body.lanes > 1:
            return lane_by_lane(name, x)
        r, _, n = far_reduced(wide)
        return _of_double(r, n + turn)

    return unless(~(magnitude(wide) < _LARGE), near, farther)


def _of_double(r: Real, n: Whole) -> Real:
    """sin or cos of r, for a float: nothing is lost that would count."""
    odd = (n & 1).same(1)
    s = r * r
    first = select(odd, 1.0, r)
    chosen = [select(odd, s.like(cosine), sine) for cosine, sine in zip((-0.5, *c.COS_F32), (*c.SIN_F32, 0.0), strict=True)]
    y = with_sign(fma(first * s, polynomial(s, chosen), first), first)
    return narrowed(real(bits(y) ^ ((n & 2) << 62)))
