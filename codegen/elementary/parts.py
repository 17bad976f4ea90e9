"""What several functions share: rounding to integers, log 2 in two pieces, polynomials, powers of two."""

from __future__ import annotations

from collections.abc import Sequence

from .number import Real, Whole, fma, real, with_sign

SHIFT = float.fromhex("0x1.8p52")
"""Added to a number it rounds that to an integer, which the low bits of the sum then hold."""
LN2 = (float.fromhex("0x1.62e42fefa39efp-1"), float.fromhex("0x1.abc9e3b39803fp-56"))


def polynomial(x: Real, coefficients: Sequence[Real | float]) -> Real:
    """By Estrin's scheme: pairs, pairs of pairs ..., short in depth."""
    terms: list[Real | float] = list(coefficients)
    power = x
    while len(terms) > 1:
        paired: list[Real | float] = [fma(power, terms[k + 1], terms[k]) for k in range(0, len(terms) - 1, 2)]
        terms = paired + terms[len(terms) & ~1 :]
        if len(terms) > 1:
            power = power * power
    return power.like(terms[0])


def power_of_two(biased: Whole) -> Real:
    """2**n, from n + 1023 in the low bits."""
    return real(biased << 52)


Pair = tuple[Real, Real]
"""A number as an unevaluated sum, twice as precise."""


def fast_sum(x: Real, y: Real) -> Pair:
    """x + y exactly, where x is zero or not less than y in magnitude (Dekker, 1971)."""
    total = x + y
    return total, y - (total - x)


def quotient(x: Pair, y: Pair) -> Real:
    """x / y, rounded nearly as if once."""
    inverse = 1.0 / y[0]
    q = x[0] * inverse
    return with_sign(fma(fma(-q, y[0], x[0]) + fma(-q, y[1], x[1]), inverse, q), q)


def square(x: Real) -> Pair:
    """x * x exactly."""
    high = x * x
    return high, fma(x, x, -high)
