"""The functions on floats of 32 bits, computed in doubles with short polynomials: nothing to compensate, rounded once at the end."""

from __future__ import annotations

from collections.abc import Callable

from . import coefficients as c
from . import powers
from .circular import PIECES, TWO_OVER_PI
from .exponential import LOG2E
from .far import far_reduced
from .logarithm import parts, special
from .number import Real, Whole, at_least, at_most, bits, fma, lane_by_lane, magnitude, narrowed, real, select, unless, widened, with_sign
from .parts import LN2, SHIFT, polynomial, power_of_two

_INFINITY = float("inf")
_LARGE = 2.0**20


def through_doubles(function: Callable[..., Real]) -> Callable[..., Real]:
    """A function of doubles on floats."""

    def single(*xs: Real) -> Real:
        return narrowed(function(*map(widened, xs)))

    return single


def exp(x: Real) -> Real:
    return narrowed(_exp(at_least(at_most(widened(x), 90.0), -110.0)))


def _exp(x: Real) -> Real:
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
    wide = widened(x)

    def full() -> Real:
        y = _log(wide)
        y = select(wide.same(0.0), -_INFINITY, y)
        y = select(wide < _INFINITY, y, wide + wide)
        return select(wide < 0.0, float("nan"), y)

    return narrowed(unless(special(wide), lambda: _log(wide), full))


def _log(x: Real) -> Real:
    k, f = parts(bits(x))
    return fma(k, LN2[0], fma(f * f, polynomial(f, c.LN_F32), f))


def pow(x: Real, y: Real) -> Real:
    wide, by = widened(x), widened(y)
    k, f = parts(bits(wide))
    s = f / (f + 2.0)
    z = s * s
    log = fma(k, LN2[0], fma(s * z, polynomial(z, c.LOG), s + s))
    high = log * by
    rare = special(wide) | ~(magnitude(high) < 200.0)
    return narrowed(unless(rare, lambda: _exp(high), lambda: select(rare, powers.pow(wide, by), _exp(high))))


def sin(x: Real) -> Real:
    return _circular(x, 0, "sin")


def cos(x: Real) -> Real:
    return _circular(x, 1, "cos")


def _circular(x: Real, turn: int, name: str) -> Real:
    wide = widened(x)

    def near() -> Real:
        t = fma(wide, TWO_OVER_PI, SHIFT + turn)
        n = t - (SHIFT + turn)
        return narrowed(_chosen(fma(n, -PIECES[1], fma(n, -PIECES[0], wide)), bits(t)))

    def far() -> Real:
        if x.body.lanes > 1:
            return lane_by_lane(name, x)
        r, _, n = far_reduced(wide)
        return narrowed(_chosen(r, n + turn))

    return unless(~(magnitude(wide) < _LARGE), near, far)


def _chosen(r: Real, n: Whole) -> Real:
    odd = (n & 1).same(1)
    s = r * r
    first = select(odd, 1.0, r)
    chosen = [select(odd, s.like(cosine), sine) for cosine, sine in zip((-0.5, *c.COS_F32), (*c.SIN_F32, 0.0), strict=True)]
    return real(bits(with_sign(fma(first * s, polynomial(s, chosen), first), first)) ^ ((n & 2) << 62))
