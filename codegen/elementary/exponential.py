"""exp and its kin: x = n log 2 + r, a polynomial in r, and 2**n put into the exponent."""

from __future__ import annotations

from . import coefficients as c
from .number import Real, at_least, at_most, bits, fma, magnitude, select, unless, with_sign
from .parts import LN2, SHIFT, Pair, fast_sum, polynomial, power_of_two, quotient

LOG2E = float.fromhex("0x1.71547652b82fep0")
FAR = 707.0
"""Below it, and above its negative, 2**n is a double and so is exp, neither subnormal."""


def exp(x: Real) -> Real:
    def full() -> Real:
        return exp_of_pair(at_least(at_most(x, 711.0), -746.0), 0.0)

    return unless(~(magnitude(x) < FAR), lambda: near_exp_of_pair(x, 0.0), full)


def near_exp_of_pair(x: Real, low: Real | float) -> Real:
    """exp(x + low) for |x| < FAR."""
    t = fma(x, LOG2E, SHIFT + 1023)
    r, rest = _reduced(x, low, t - (SHIFT + 1023))
    return _scaled(r, rest, power_of_two(bits(t)))


def exp_of_pair(x: Real, low: Real | float, factor: float = 1.0) -> Real:
    """factor * exp(x + low) for x between -746 and 712: 2**n in two factors, the second product rounds a subnormal result once."""
    t, half = fma(x, LOG2E, SHIFT + 2046), fma(x, LOG2E / 2, SHIFT + 1023)
    r, rest = _reduced(x, low, t - (SHIFT + 2046))
    return _scaled(r, rest, power_of_two(bits(half))) * (power_of_two(bits(t) - bits(half)) * factor)


def _reduced(x: Real, low: Real | float, n: Real) -> tuple[Real, Real | None]:
    high = fma(n, -LN2[0], x)
    if not isinstance(low, Real):
        return fma(n, -LN2[1], high), None
    return fast_sum(high, fma(n, -LN2[1], low))


def _scaled(r: Real, rest: Real | None, power: Real) -> Real:
    """exp(r + rest) * power."""
    p = fma(r, polynomial(r, c.EXP), 1.0)
    return fma(r * power, p, power) if rest is None else fma(fma(r, p, rest), power, power)


def expm1(x: Real) -> Real:
    def usual() -> Real:
        y = pair_expm1(x)
        return with_sign(y[0] + y[1], x)

    def full() -> Real:
        far = select(x < 0.0, -1.0, exp_of_pair(at_least(at_most(x, 711.0), -746.0), 0.0))
        return select(magnitude(x) < FAR, usual(), far)

    return unless(~(magnitude(x) < FAR), usual, full)


def pair_expm1(x: Real) -> Pair:
    """2**n (r + r*r q(r) + e) + (2**n - 1), where only the first sum is not small, for |x| < FAR."""
    t = fma(x, LOG2E, SHIFT + 1023)
    n = t - (SHIFT + 1023)
    power = power_of_two(bits(t))
    high, low = fma(n, -LN2[0], x), n * -LN2[1]
    r, e = fast_sum(high, low)
    q = polynomial(r, c.EXP)
    rest = fma(r * r, q, fma(e, r, e))
    top, bottom = fast_sum(power - 1.0, power * r)
    return fast_sum(top, fma(power, rest, bottom))


def exp2(x: Real) -> Real:
    """Integers are rounded to in one way in both forms: halves go to the even."""

    def usual() -> Real:
        t = x + (SHIFT + 1024)
        return _two_to(x - (t - (SHIFT + 1024)), power_of_two(bits(t) - 1))

    def full() -> Real:
        z = at_least(at_most(x, 1025.0), -1080.0)
        t, half = z + (SHIFT + 2046), fma(z, 0.5, SHIFT + 1023)
        return _two_to(z - (t - (SHIFT + 2046)), power_of_two(bits(half))) * power_of_two(bits(t) - bits(half))

    return unless(~(magnitude(x) < 1021.0), usual, full)


def _two_to(f: Real, power: Real) -> Real:
    """2**f * power."""
    return fma(f * power, fma(f, polynomial(f, c.EXP2), LN2[0]), power)


def tanh(x: Real) -> Real:
    """E / (E + 2), E = expm1(2 |x|)."""
    e = pair_expm1(at_most(magnitude(x), 22.0) * 2.0)
    high = e[0] + 2.0
    return with_sign(quotient(e, (high, _rest(e[0], 2.0, high) + e[1])), x)


def sinh(x: Real) -> Real:
    """(E + E / (E + 1)) / 2, E = expm1(|x|)."""

    def usual() -> Real:
        e = pair_expm1(magnitude(x))
        high = e[0] + 1.0
        low = _rest(e[0], 1.0, high) + e[1]
        inverse = 1.0 / high
        q = e[0] * inverse
        q_low = (fma(-q, high, e[0]) + fma(-q, low, e[1])) * inverse
        top, bottom = fast_sum(e[0], q)
        return with_sign((top + (bottom + (e[1] + q_low))) * 0.5, x)

    def full() -> Real:
        far = with_sign(exp_of_pair(at_most(magnitude(x), 712.0), 0.0, 0.5), x)
        return select(magnitude(x) < FAR, usual(), far)

    return unless(~(magnitude(x) < FAR), usual, full)


def cosh(x: Real) -> Real:
    """(e + 1 / e) / 2, e = exp(|x|)."""

    def usual() -> Real:
        t = fma(magnitude(x), LOG2E, SHIFT + 1023)
        r, _ = _reduced(magnitude(x), 0.0, t - (SHIFT + 1023))
        power = power_of_two(bits(t))
        top, bottom = fast_sum(power, r * power)
        low = fma(r * power, r * polynomial(r, c.EXP), bottom)
        return (top + (low + 1.0 / (top + low))) * 0.5

    def full() -> Real:
        return select(magnitude(x) < FAR, usual(), exp_of_pair(at_most(magnitude(x), 712.0), 0.0, 0.5))

    return unless(~(magnitude(x) < FAR), usual, full)


def _rest(x: Real, y: float, total: Real) -> Real:
    """What x + y lost when it was rounded to `total`, whichever is greater."""
    back = total - y
    return (x - back) + (y - (total - back))
