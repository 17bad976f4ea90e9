"""asin acos atan atan2, asinh acosh atanh: an odd series in an argument made small, and a constant in two pieces added last."""

from __future__ import annotations

from . import coefficients as c
from .logarithm import log_of_parts, parts
from .number import Real, Truth, at_least, at_most, bits, fma, magnitude, select, sqrt, unless, with_sign
from .parts import Pair, fast_sum, polynomial, square

_INFINITY = float("inf")
_HALF_PI = (float.fromhex("0x1.921fb54442d18p+0"), float.fromhex("0x1.1a62633145c07p-54"))
_PI = (2 * _HALF_PI[0], 2 * _HALF_PI[1])
_QUARTER_PI = (_HALF_PI[0] / 2, _HALF_PI[1] / 2)


def atan(x: Real) -> Real:
    """Of |x|, or of 1 / |x| beyond 1."""
    size = at_most(magnitude(x), 2.0**200)
    beyond = size > 1.0
    near = _atan_of_ratio(select(beyond, 1.0, size), select(beyond, size, 1.0))
    y = _turned(near, (select(beyond, x.like(_HALF_PI[0]), 0.0), select(beyond, x.like(_HALF_PI[1]), 0.0)), beyond)
    return with_sign(y, x)


def atan2(y: Real, x: Real) -> Real:
    def usual() -> Real:
        return _angle(y, x, magnitude(y), magnitude(x))

    def full() -> Real:
        a, b = magnitude(y), magnitude(x)
        large = at_least(a, b)
        scale = select(large > 1.0, x.like(2.0**-100), 2.0**520)
        endless = large.same(_INFINITY)
        a_small = select(endless, select(a.same(_INFINITY), x.like(1.0), 0.0), a * scale)
        b_small = select(endless, select(b.same(_INFINITY), x.like(1.0), 0.0), b * scale)
        zero = large.same(0.0)
        z = _angle(y, x, select(zero, 0.0, a_small), select(zero, 1.0, b_small))
        return select(x.is_nan | y.is_nan, x + y, select(_near(y, x), usual(), z))

    return unless(~_near(y, x), usual, full)


def _near(y: Real, x: Real) -> Truth:
    """Whether the greater of both is neither very large nor very small."""
    large = at_least(magnitude(y), magnitude(x))
    return (large < 2.0**500) & (large > 2.0**-400) & ~(x.is_nan | y.is_nan)


def _angle(y: Real, x: Real, a: Real, b: Real) -> Real:
    """The angle of (b, a) brought into the quadrant that the signs of x and y say."""
    steep = a > b
    near = _atan_of_ratio(select(steep, b, a), select(steep, a, b))
    left = bits(x) < 0
    whole = select(left, x.like(_PI[0]), 0.0), select(left, x.like(_PI[1]), 0.0)
    base = select(steep, _HALF_PI[0], whole[0]), select(steep, _HALF_PI[1], whole[1])
    return with_sign(_turned(near, base, steep ^ left), y)


def _atan_of_ratio(small: Real, large: Real) -> tuple[Real, Real, Real]:
    """atan(small / large), small not greater, as a constant, a number and its rest.

    Beyond 1/2 it is pi/4 + atan((small - large) / (small + large)), whose numerator is exact."""
    half = small > large * 0.5
    top, den = select(half, small - large, small), select(half, small + large, large)
    inverse = 1.0 / den
    t = top * inverse
    z = t * t
    rest = fma(t * z, polynomial(z, c.ATAN), fma(-t, den, top) * inverse)
    return select(half, small.like(_QUARTER_PI[0]), 0.0), t, rest + select(half, small.like(_QUARTER_PI[1]), 0.0)


def _turned(near: tuple[Real, Real, Real], base: Pair, minus: Truth) -> Real:
    """base + near, or base - near where `minus`. The multiples of pi/4 are added exactly."""
    constant, t, rest = near
    start = base[0] + select(minus, -constant, constant)
    signed = select(minus, -t, t)
    top, bottom = fast_sum(start, signed)
    return top + (bottom + (base[1] + select(minus, -rest, rest)))


def asin(x: Real) -> Real:
    size = magnitude(x)
    outer = size > 0.5
    root, low, z = _arc(size, outer)
    series = fma(root * z, polynomial(z, c.ASIN), low)
    far = _HALF_PI[0] - (root + root)
    lost = (_HALF_PI[0] - far) - (root + root)
    return with_sign(select(outer, far + (lost + fma(series, -2.0, _HALF_PI[1])), root + series), x)


def acos(x: Real) -> Real:
    """pi/2 - asin(x) within a half of 0; 2 asin(sqrt((1 - |x|) / 2)) outside, from pi where x < 0."""
    size = magnitude(x)
    outer = size > 0.5
    root, low, z = _arc(size, outer)
    series = fma(root * z, polynomial(z, c.ASIN), low)
    minus = x < 0.0
    start = select(outer, select(minus, x.like(_PI[0]), 0.0), _HALF_PI[0])
    start_low = select(outer, select(minus, x.like(_PI[1]), 0.0), _HALF_PI[1])
    factor = select(outer, x.like(2.0), 1.0)
    up = minus ^ outer
    signed = select(up, factor, -factor)
    top, bottom = fast_sum(start, signed * root)
    return top + (bottom + fma(signed, series, start_low))


def _arc(size: Real, outer: Truth) -> tuple[Real, Real, Real]:
    """What the series of asin is taken of, what it lost, and its square: |x|, or the root of (1 - |x|) / 2."""
    half = fma(size, -0.5, 0.5)
    near = at_most(size, 1.0)
    z = select(outer, at_least(half, 0.0), near * near)
    root = sqrt(half)
    lost = fma(-root, root, half) * (0.5 / at_least(root, 1e-30))
    return select(outer, root, size), select(outer, lost, 0.0), z


def atanh(x: Real) -> Real:
    """The series within the logarithm's reach, else half of log((1 + |x|) / (1 - |x|))."""
    size = magnitude(x)
    z = size * size
    near = fma(size * z, polynomial(z, c.LOG) * 0.5, size)
    over = select(size < 1.0, 1.0 - size, 1.0)
    top, top_low = fast_sum(size.like(1.0), size)
    over_low = (1.0 - over) - size
    inverse = 1.0 / over
    q = top * inverse
    q_low = ((fma(-q, over, top) + top_low) - q * select(size < 1.0, over_low, 0.0)) * inverse
    far = _log_of_pair(q, q_low) * 0.5
    y = select(size < 0.17, near, far)
    y = select(size.same(1.0), _INFINITY, y)
    return with_sign(select(size <= 1.0, y, (x - x) / (x - x)), x)


def _log_of_pair(x: Real, low: Real) -> Real:
    k, f = parts(bits(x))
    return log_of_parts(k, f, low / x)


def asinh(x: Real) -> Real:
    """log(|x| + sqrt(x*x + 1)); near 0 as log(1 + w), w = |x| + x*x / (1 + sqrt(x*x + 1))."""

    def usual() -> Real:
        return with_sign(_asinh(magnitude(x)), x)

    def full() -> Real:
        size = magnitude(x)
        k, f = parts(bits(select(size < _INFINITY, size, 1.0)))
        far = select(size < _INFINITY, log_of_parts(k + 1.0, f), size)
        return with_sign(select(size < 2.0**500, _asinh(size), far), x)

    return unless(~(magnitude(x) < 2.0**500), usual, full)


def _asinh(size: Real) -> Real:
    a, a_low = square(size)
    under, under_low = _two_sum(a, 1.0)
    root = sqrt(under)
    root_low = (fma(-root, root, under) + (under_low + a_low)) * (0.5 / root)
    plus = root + 1.0
    w = a / plus
    w_low = (fma(-w, plus, a) + a_low - w * ((1.0 - (plus - root)) + root_low)) / plus
    return _log1p_of_pair(*_pair_sum(size, w, w_low))


def acosh(x: Real) -> Real:
    """log(1 + w), w = t + sqrt(t (t + 2)), t = x - 1."""

    def usual() -> Real:
        return _acosh(x)

    def full() -> Real:
        k, f = parts(bits(select((x < _INFINITY) & (x >= 1.0), x, 1.0)))
        far = select(x < _INFINITY, log_of_parts(k + 1.0, f), x)
        return select(x < 1.0, float("nan"), select(x < 2.0**500, _acosh(x), far))

    return unless(~((x >= 1.0) & (x < 2.0**500)), usual, full)


def _acosh(x: Real) -> Real:
    t = x - 1.0
    t_low = (x - t) - 1.0
    a, a_low = square(t)
    double = t + t
    total, low = _two_sum(a, double)
    low = low + (a_low + fma(t_low, 2.0, t * t_low * 2.0))
    root = sqrt(total)
    root_low = (fma(-root, root, total) + low) * (0.5 / at_least(root, 1e-150))
    return _log1p_of_pair(*_pair_sum(root, t, root_low + t_low))


def _two_sum(x: Real, y: Real | float) -> Pair:
    total = x + y
    back = total - x
    return total, (x - (total - back)) + (x.like(y) - back)


def _pair_sum(x: Real, y: Real, low: Real) -> Pair:
    total, lost = _two_sum(x, y)
    return fast_sum(total, lost + low)


def _log1p_of_pair(w: Real, low: Real) -> Real:
    """log(1 + w + low), w not negative."""
    u, lost = _two_sum(w, 1.0)
    k, f = parts(bits(u))
    plain = k.same(0.0)
    more = select(plain, low, (lost + low) / u)
    near = select(plain, w, f)
    return log_of_parts(k, near, select(plain, fma(-low, near, low), more))
