"""log and its kin: x = 2**k m with m about 1, and the series of the inverse hyperbolic tangent in f / (2 + f), f = m - 1."""

from __future__ import annotations

from collections.abc import Callable

from . import coefficients as c
from .number import Real, Truth, Whole, bits, fma, real, select, unless, with_sign
from .parts import LN2, fast_sum, polynomial

LEAST = float.fromhex("0x1p-1022")
_HALF = 0x3FE6A09E00000000  # bits of sqrt(1/2), about
_ONE = 0x3FF0000000000000
_INFINITY = float("inf")
LOG2E = (float.fromhex("0x1.71547652b82fep0"), float.fromhex("0x1.777d0ffda0d24p-56"))
LOG10E = (float.fromhex("0x1.bcb7b1526e50ep-2"), float.fromhex("0x1.95355baaafad3p-57"))
LOG10_2 = (float.fromhex("0x1.34413509f7800p-2"), float.fromhex("0x1.fef311f12b358p-46"))


def log(x: Real) -> Real:
    return _on_numbers(x, log_of_parts)


def _on_numbers(x: Real, of_parts: Callable[[Real, Real], Real]) -> Real:
    """`of_parts(k, f)`; what has none first: zero, subnormal, negative, infinite, nan."""

    def full() -> Real:
        y = of_parts(*parts_of_any(x))
        y = select(x.same(0.0), -_INFINITY, y)
        y = select(x < _INFINITY, y, x + x)
        return select(x < 0.0, float("nan"), y)

    return unless(special(x), lambda: of_parts(*parts(bits(x))), full)


def special(x: Real) -> Truth:
    """Zero, subnormal, negative, infinite, nan."""
    return ~(bits(x) - bits(x.like(LEAST))).below(bits(x.like(_INFINITY)) - bits(x.like(LEAST)))


def parts(x: Whole) -> tuple[Real, Real]:
    """k and f of a positive normal number's bits: x = 2**k (1 + f)."""
    moved = x + (_ONE - _HALF)
    return real((moved >> 52) | 0x4330000000000000) - (2.0**52 + 1023), real((moved & (2**52 - 1)) + _HALF) - 1.0


def parts_of_any(x: Real) -> tuple[Real, Real]:
    """k and f of a positive number, subnormal ones too."""
    tiny = x < LEAST
    k, f = parts(bits(select(tiny, x * 2.0**54, x)))
    return select(tiny, k - 54.0, k), f


def log_of_parts(k: Real, f: Real, more: Real | float = 0.0) -> Real:
    """k log 2 + log(1 + f) + more."""
    s = f / (f + 2.0)
    z = s * s
    half = f * f * 0.5
    low = k * LN2[1] if not isinstance(more, Real) else fma(k, LN2[1], more)
    rest = fma(s, fma(z, polynomial(z, c.LOG), half), low)
    return fma(k, LN2[0], f - (half - rest))


def _low_of(f: Real) -> Real:
    """log(1 + f) - f."""
    s = f / (f + 2.0)
    z = s * s
    half = f * f * 0.5
    return fma(s, fma(z, polynomial(z, c.LOG), half), -half)


def log2(x: Real) -> Real:
    return _on_numbers(x, lambda k, f: k + fma(f, LOG2E[0], fma(_low_of(f), LOG2E[0], f * LOG2E[1])))


def log10(x: Real) -> Real:
    return _on_numbers(x, _log10_of_parts)


def _log10_of_parts(k: Real, f: Real) -> Real:
    """The product of k and the first part of log10(2) is exact."""
    p = f * LOG10E[0]
    rest = fma(_low_of(f), LOG10E[0], f * LOG10E[1]) + fma(f, LOG10E[0], -p)
    top, bottom = fast_sum(k * LOG10_2[0], p)
    return top + (bottom + fma(k, LOG10_2[1], rest))


def log1p(x: Real) -> Real:
    """log(u), u = 1 + x, and what u lost over u."""

    def usual() -> Real:
        u = x + 1.0
        back = u - 1.0
        lost = (x - back) + (1.0 - (u - back))
        k, f = parts(bits(u))
        more = lost * real((2046 - ((bits(u) + (_ONE - _HALF)) >> 52)) << 52)
        return with_sign(log_of_parts(k, f, fma(more * f, f - 1.0, more)), x)

    def full() -> Real:
        y = select(x.same(-1.0), -_INFINITY, usual())
        y = select(x < 2.0**1000, y, log(x))
        return select(x < -1.0, float("nan"), y)

    return unless(~((x > -1.0) & (x < 2.0**1000)), usual, full)
