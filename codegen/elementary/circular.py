"""sin and cos: x = n pi/2 + r + e, in twice the precision; a polynomial of sin or of cos in r; n says which, and its sign."""

from __future__ import annotations

from . import coefficients as c
from .far import far_reduced
from .number import Real, Whole, all_unless, bits, fma, lane_by_lane, magnitude, real, select, unless, with_sign
from .parts import SHIFT, fast_sum, polynomial, quotient

TWO_OVER_PI = float.fromhex("0x1.45f306dc9c883p-1")
PIECES = tuple(map(float.fromhex, ("0x1.921fb54442d18p+0", "0x1.1a62633000000p-54", "0x1.45c06e0e68948p-86")))
"""pi/2. The second piece has 32 bits: its product with n is exact."""
_LARGE = 2.0**20


def sin(x: Real) -> Real:
    return _circular(x, 0, "sin")


def cos(x: Real) -> Real:
    return _circular(x, 1, "cos")


def _circular(x: Real, turn: int, name: str) -> Real:
    def far() -> Real:
        if x.body.lanes > 1:
            return lane_by_lane(name, x)
        r, e, n = far_reduced(x)
        return _chosen(r, e, n + turn)

    return unless(~(magnitude(x) < _LARGE), lambda: _chosen(*near_reduced(x, turn)), far)


def near_reduced(x: Real, turn: int) -> tuple[Real, Real, Whole]:
    """r, e and n + turn, for |x| < 2**20. All is exact but e, the first product since its difference from x is."""
    t = fma(x, TWO_OVER_PI, SHIFT + turn)
    n = t - (SHIFT + turn)
    high = fma(n, -PIECES[0], x)
    product = n * PIECES[1]
    r = high - product
    return r, fma(n, -PIECES[2], (high - r) - product), bits(t)


def _chosen(r: Real, e: Real, n: Whole) -> Real:
    """sin(r + e) or cos(r + e): the same terms of both, so that one polynomial is run through whose coefficients are chosen."""
    odd = (n & 1).same(1)
    s = r * r
    half = s * 0.5
    whole = 1.0 - half
    rest = select(odd, fma(-r, e, (1.0 - whole) - half), e * whole)
    chosen = [select(odd, s.like(cosine), sine) for cosine, sine in zip(c.COS, c.SIN, strict=True)]
    first = select(odd, whole, r)
    y = with_sign(first + fma(select(odd, s, r) * s, polynomial(s, chosen), rest), first)
    return real(bits(y) ^ ((n & 2) << 62))


def sincos(x: Real) -> list[Real]:
    """Both of one argument, as sin and cos give them."""

    def far() -> list[Real]:
        if x.body.lanes > 1:
            return [lane_by_lane("sin", x), lane_by_lane("cos", x)]
        return _both(*far_reduced(x))

    return all_unless(~(magnitude(x) < _LARGE), lambda: _both(*near_reduced(x, 0)), far)


def _both(r: Real, e: Real, n: Whole) -> list[Real]:
    s = r * r
    half = s * 0.5
    whole = 1.0 - half
    sine = with_sign(r + fma(r * s, polynomial(s, c.SIN), e * whole), r)
    cosine = whole + fma(s * s, polynomial(s, c.COS), fma(-r, e, (1.0 - whole) - half))
    odd = (n & 1).same(1)
    chosen = (select(odd, cosine, sine), n), (select(odd, sine, cosine), n + 1)
    return [real(bits(y) ^ ((turned & 2) << 62)) for y, turned in chosen]


def tan(x: Real) -> Real:
    def far() -> Real:
        if x.body.lanes > 1:
            return lane_by_lane("tan", x)
        return _tangent(*far_reduced(x))

    return unless(~(magnitude(x) < _LARGE), lambda: _tangent(*near_reduced(x, 0)), far)


def _tangent(r: Real, e: Real, n: Whole) -> Real:
    """sin / cos, or -cos / sin, both in pairs."""
    s = r * r
    half = s * 0.5
    whole = 1.0 - half
    high, low = fast_sum(r, fma(r * s, polynomial(s, c.SIN), e * whole))
    sine = with_sign(high, r), low
    cosine = fast_sum(whole, fma(s * s, polynomial(s, c.COS), fma(-r, e, (1.0 - whole) - half)))
    odd = (n & 1).same(1)
    top = select(odd, -cosine[0], sine[0]), select(odd, -cosine[1], sine[1])
    return quotient(top, (select(odd, sine[0], cosine[0]), select(odd, sine[1], cosine[1])))
