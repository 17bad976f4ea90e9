"""Special functions, each in one place: NumPy's code that computes it, and that compiled code is made of.

Every function runs on NumPy's arrays, prints as a helper of written text, and traced gives the elements of compiled loops: so
no branch on a value, and nothing but NumPy, constants and other functions of this file. Single precision is computed in double.

Sources: ndtri, erfinv, erfcinv after Wichura, Algorithm AS 241 (Applied Statistics 37, 1988); erfcx after Cody, Rational Chebyshev
approximations for the error function (Math. Comp. 23, 1969); digamma, polygamma and zeta by their asymptotic series and
Euler-Maclaurin's formula (Abramowitz and Stegun 6.3, 6.4, 23.2), digamma near its zero after Boost.Math; i0 and i1 by their
power series; where a table is named FAR or NEAR: a Chebyshev interpolation of the function itself at 50 digits (`bessel.py`).
This file is laid out at 88 columns, since written texts quote it.
"""

from __future__ import annotations

import math

import numpy as np


def horner(coefficients, x):
    """A polynomial, its highest coefficient first."""
    total = coefficients[0]
    for c in coefficients[1:]:
        total = total * x + c
    return total


def _logarithm(x):
    if x <= 0 and np.floor(x) == x:
        return math.inf
    return math.lgamma(x) if x < 2.5e305 else x * math.inf


def lgamma(x):
    """The logarithm of the absolute value of gamma, element by element."""
    return np.vectorize(_logarithm, otypes=[float])(x)[()]


def _gamma(x):
    if np.isnan(x) or x == -math.inf or (x < 0 and np.floor(x) == x):
        return math.nan
    if x == 0:
        return math.copysign(math.inf, x)
    return math.gamma(x) if x < 171.7 else math.inf


def gamma(x):
    """The gamma function, element by element."""
    return np.vectorize(_gamma, otypes=[float])(x)[()]


def erf(x):
    """The error function, element by element."""
    return np.vectorize(math.erf, otypes=[float])(x)[()]


def erfc(x):
    """1 - erf(x), element by element."""
    return np.vectorize(math.erfc, otypes=[float])(x)[()]


DIGAMMA_SERIES = (-1 / 12, 691 / 32760, -1 / 132, 1 / 240, -1 / 252, 1 / 120, -1 / 12)
DIGAMMA_P = (
    -0.0020713321167745952, -0.045251321448739056, -0.28919126444774784, -0.65031853770896507, -0.32555031186804491, 0.25479851061131551,
)  # fmt: skip
DIGAMMA_Q = (
    -0.55789841321675513e-6, 0.0021284987017821144, 0.054151797245674225, 0.43593529692665969, 1.4606242909763515, 2.0767117023730469, 1.0,
)  # fmt: skip


def digamma(x):
    """The derivative of the logarithm of gamma."""
    reflected = x < 0.5
    at = np.where(reflected, 1 - x, x)
    shift = 0.0
    for k in range(8):
        shift = shift + 1 / (at + k)
    inverse = 1 / (at + 8)
    square = inverse * inverse
    far = (
        np.log(at + 8) - 0.5 * inverse + square * horner(DIGAMMA_SERIES, square) - shift
    )
    # Between 1 and 2 by a factor that has the zero at 1.4616
    g = (
        x
        - 1569415565 / 1073741824
        - 381566830 / 1073741824 / 1073741824
        - 0.9016312093258695918615325266959189453125e-19
    )
    near = g * 0.99558162689208984 + g * (
        horner(DIGAMMA_P, x - 1) / horner(DIGAMMA_Q, x - 1)
    )
    value = np.where((x >= 1) & (x <= 2), near, far)
    angle = np.where(reflected, x - np.rint(x), 0.25)
    turned = value - math.pi / np.tan(math.pi * angle)
    pole = (x < 0) & (np.floor(x) == x)
    return np.where(
        pole,
        np.nan,
        np.where(
            x == 0,
            np.copysign(np.inf, -x),
            np.where(x == np.inf, x, np.where(reflected, turned, value)),
        ),
    )


def zeta(q, s=2.0):
    """Hurwitz's zeta function: the sum of (q + k) ** -s, for q > 0."""
    total = 0.0
    for k in range(12):
        total = total + (q + k) ** -s
    at = q + 12
    power = at**-s
    total = total + power * at / (s - 1) + 0.5 * power
    factor, term = s, power / at
    for k, number in enumerate(BERNOULLI):
        total = total + number * factor * term
        factor, term = factor * (s + 2 * k + 1) * (s + 2 * k + 2), term / (at * at)
    return np.where(
        q > 0, np.where(q == np.inf, 0.0, total), np.where(q == 0, np.inf, np.nan)
    )


BERNOULLI = (
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600, -3617 / 10670622842880000,
    43867 / 5109094217170944000,
)  # fmt: skip
"""The numbers of Bernoulli of even index over their factorials."""


def cotangent_derivative(n):
    """The coefficients, in powers of the cotangent, of its n-th derivative; the highest first."""
    rising = [0.0, 1.0]
    for _ in range(n):
        slope = [k * c for k, c in enumerate(rising)][1:]
        rising = [0.0] * (len(slope) + 2)
        for k, c in enumerate(slope):
            rising[k] -= c
            rising[k + 2] -= c
    return tuple(rising[::-1])


def polygamma(x, n=1):
    """The n-th derivative of digamma, n at least one."""
    reflected = x < 0.5
    size = math.factorial(n)
    value = size * zeta(np.where(reflected, 1 - x, x), n + 1.0)
    angle = np.where(reflected & (np.floor(x) != x), x - np.rint(x), 0.25)
    turn = math.pi ** (n + 1) * horner(
        cotangent_derivative(n), 1 / np.tan(math.pi * angle)
    )
    pole = (x <= 0) & (np.floor(x) == x)
    return np.where(
        pole, np.inf, np.where(reflected, -(value + turn), value if n % 2 else -value)
    )


QUANTILE_A = (
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
    1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
)  # fmt: skip
QUANTILE_B = (
    5226.495278852854561, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867, 5394.1960214247511077,
    687.18700749205790830, 42.313330701600911252, 1.0,
)  # fmt: skip
QUANTILE_C = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258, 3.64784832476320460504,
    5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734,
)  # fmt: skip
QUANTILE_D = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1.0,
)  # fmt: skip
QUANTILE_E = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
    2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720,
)  # fmt: skip
QUANTILE_F = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0,
)  # fmt: skip


def quantile(q, tail):
    """The normal quantile at 1/2 + q, `tail` being the smaller of the two probabilities beside it."""
    r = 0.180625 - q * q
    middle = q * horner(QUANTILE_A, r) / horner(QUANTILE_B, r)
    r = np.sqrt(-np.log(np.where((tail > 0) & (tail <= 0.5), tail, 0.5)))
    near, far = r - 1.6, r - 5.0
    outside = np.where(
        r <= 5.0,
        horner(QUANTILE_C, near) / horner(QUANTILE_D, near),
        horner(QUANTILE_E, far) / horner(QUANTILE_F, far),
    )
    value = np.where(np.abs(q) <= 0.425, middle, np.where(q < 0, -outside, outside))
    return np.where(
        tail > 0, value, np.where(tail == 0, np.where(q < 0, -np.inf, np.inf), np.nan)
    )


def ndtri(p):
    """The x at which the normal distribution reaches the probability p."""
    return quantile(p - 0.5, np.where(p < 0.5, p, 1 - p))


def erfinv(x):
    """The inverse of erf."""
    return quantile(0.5 * x, 0.5 * (1 - np.abs(x))) * math.sqrt(0.5)


def erfcinv(x):
    """The inverse of erfc."""
    return -quantile(0.5 * (x - 1), 0.5 * np.where(x < 1, x, 2 - x)) * math.sqrt(0.5)


CODY_A = (
    1.85777706184603153e-1,
    3.16112374387056560,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3,
)
CODY_B = (
    1.0,
    2.36012909523441209e1,
    2.44024637934444173e2,
    1.28261652607737228e3,
    2.84423683343917062e3,
)
CODY_C = (
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
    8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
)  # fmt: skip
CODY_D = (
    1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3,
    4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
)  # fmt: skip
CODY_P = (
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2,
    6.58749161529837803e-4,
)  # fmt: skip
CODY_Q = (
    1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
)  # fmt: skip


def erfcx(x):
    """exp(x**2) * erfc(x)."""
    y = np.abs(x)
    square = x * x
    small = np.exp(square) * (1 - y * horner(CODY_A, square) / horner(CODY_B, square))
    middle = horner(CODY_C, y) / horner(CODY_D, y)
    r = 1 / np.where(y < 1, 1.0, square)
    large = (
        1 / math.sqrt(math.pi) - r * horner(CODY_P, r) / horner(CODY_Q, r)
    ) / np.where(y < 1, 1.0, y)
    value = np.where(y <= 0.46875, small, np.where(y <= 4.0, middle, large))
    return np.where(x < 0, 2 * np.exp(square) - value, value)


def log_ndtr(x):
    """The logarithm of the normal distribution."""
    below = np.log(0.5 * erfcx(np.where(x < 0, -x, 0.0) * math.sqrt(0.5))) - 0.5 * x * x
    above = np.log1p(
        -0.5 * np.exp(-0.5 * x * x) * erfcx(np.where(x < 0, 0.0, x) * math.sqrt(0.5))
    )
    return np.where(x < 0, below, above)


def expit(x):
    """The logistic function 1 / (1 + exp(-x))."""
    y = np.exp(-np.abs(x))
    return np.where(x < 0, y, 1.0) / (1 + y)


def logit(p):
    """log(p / (1 - p)), the inverse of expit."""
    s = 2 * (p - 0.5)
    near = (p > 0.3) & (p < 0.65)
    s = np.where(near, s, 0.0)
    return np.where(near, np.log1p(s) - np.log1p(-s), np.log(p / (1 - p)))


def log_expit(x):
    """The logarithm of expit."""
    return np.where(x < 0, x, 0.0) - np.log1p(np.exp(-np.abs(x)))


def xlogy(x, y):
    """x * log(y), 0 where x is zero."""
    none = (x == 0) & ~np.isnan(y)
    return np.where(none, 0.0, x * np.log(np.where(none, 1.0, y)))


def xlog1py(x, y):
    """x * log(1 + y), 0 where x is zero."""
    none = (x == 0) & ~np.isnan(y)
    return np.where(none, 0.0, x * np.log1p(np.where(none, 0.0, y)))


def entr(x):
    """-x * log(x): 0 at zero, -inf below."""
    some = x > 0
    return np.where(
        some,
        -x * np.log(np.where(some, x, 1.0)),
        np.where(x == 0, 0.0, np.where(x < 0, -np.inf, x)),
    )


def rel_entr(x, y):
    """x * log(x / y): 0 where x is zero, inf outside."""
    some = (x > 0) & (y > 0)
    value = x * np.log(np.where(some, x / y, 1.0))
    return np.where(
        some,
        value,
        np.where(
            (x == 0) & (y >= 0),
            0.0,
            np.where(~np.isnan(x) & ~np.isnan(y), np.inf, x + y),
        ),
    )


def kl_div(x, y):
    """x * log(x / y) - x + y."""
    some = (x > 0) & (y > 0)
    value = x * np.log(np.where(some, x / y, 1.0)) - x + y
    return np.where(
        some,
        value,
        np.where(
            (x == 0) & (y >= 0), y, np.where(~np.isnan(x) & ~np.isnan(y), np.inf, x + y)
        ),
    )


def exprel(x):
    """(exp(x) - 1) / x, 1 at zero."""
    none = x == 0
    return np.where(
        none, 1.0, np.where(x == np.inf, x, np.expm1(x) / np.where(none, 1.0, x))
    )


STIRLING = (1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)


def stirling(x):
    """What Stirling's formula for log(gamma(x)) leaves out, for x >= 10."""
    return horner(STIRLING, 1 / (x * x)) / x
