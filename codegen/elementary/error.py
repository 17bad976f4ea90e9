"""erf: an odd series near 0, elsewhere 1 less exp(-x*x) times a polynomial in (x - 2) / (x + 2) (Shepherd and Laframboise, 1981)."""

from __future__ import annotations

from . import coefficients as c
from .exponential import near_exp_of_pair
from .number import Real, at_most, fma, magnitude, select, with_sign
from .parts import polynomial, square


def erf(x: Real) -> Real:
    size = at_most(magnitude(x), 6.0)
    near = fma(size, polynomial(size * size, c.ERF), size)
    return with_sign(select(size < 0.75, near, 1.0 - _tail(size)), x)


def _tail(x: Real) -> Real:
    """erfc(x) = exp(-x*x) g(x) / (1 + 2 x) for x from 0.7 to 6; both quotients by one division."""
    high, low = square(x)
    den, over = fma(x, 2.0, 1.0), x + 2.0
    inverse = 1.0 / (den * over)
    g = polynomial((x - 2.0) * (den * inverse), c.ERFC)
    return near_exp_of_pair(-high, -low) * g * (over * inverse)
