"""Programs on numbers alone: operators, the math module, every form of assignment, weak and strong numbers."""

import math

import numpy as np

from .corpus import add, normal


def polynomial(x):
    return 3 * x**3 - 2 * x**2 + x / 4 - 7


add(polynomial, (1.5,), (-0.25,), (0.0,), analytic=True, traits="scalar")


def math_chain(x, y):
    a = math.sin(x) * math.exp(-y)
    b = math.sqrt(1.0 + x * x) + math.log(2.0 + y * y)
    c = math.atan2(y, x + 3.0) + math.tanh(a)
    return a * b + c / (1.0 + math.cos(y) ** 2)


add(math_chain, (0.7, 0.2), (-1.1, 1.4), traits="scalar math")


def math_rest(x):
    total = math.asin(x) + math.acos(x / 2) + math.atan(x)
    total += math.sinh(x) + math.cosh(x) + math.asinh(x) + math.acosh(x + 2) + math.atanh(x)
    total += math.log2(x + 2) + math.log10(x + 2) + math.log1p(x) + math.expm1(x)
    total += math.hypot(x, 2.0) + math.erf(x) + math.tan(x) + math.degrees(x) / 50 + math.radians(x)
    return total + math.fabs(x + 1) + math.pow(x + 1, 1.5) + math.pi + math.e


add(math_rest, (0.3,), (0.55,), traits="scalar math")


def numpy_on_numbers(x, y):
    return np.sin(x) * np.exp(y) + np.sqrt(x * x + y * y) - np.arctan2(y, x) + np.log1p(x * x)


add(numpy_on_numbers, (0.7, 0.2), (1.3, -0.4), (np.float64(0.3), 2.0), traits="scalar strong")


def augmented(x, y):
    a = x
    a += y
    a -= 0.5
    a *= x
    a /= 2.0 + y * y
    a **= 2
    b = 7.5
    b //= 2
    b %= 2
    n = 13
    n <<= 2
    n >>= 1
    n |= 1
    n &= 30
    n ^= 5
    return a + b * x + n * y


add(augmented, (0.7, 0.2), (-1.2, 0.5), analytic=False, traits="scalar augmented integer")


def assignments(x, y):
    a = b = x * y
    (c, d), e = (a + 1, b + 2), y
    c, d = d, c
    f: float = c * d
    [g, h] = f, e
    i = j, k = (g * h, a)
    return i[0] * j + k * x


add(assignments, (0.7, 0.2), (-1.2, 0.5), analytic=True, traits="scalar assignment tuple")


def conditional_expressions(x, y):
    a = x if x > y else y * 2
    b = a * a if (x > 0 and y > 0) else (a if not x < 0 else -a)
    inside = 0 < x < 2
    return b + (3 * x if inside or y > 10 else 0.0)


add(conditional_expressions, (0.7, 0.2), (-1.2, 0.5), (0.4, 3.0), traits="scalar branch boolean")


def signs_and_rounding(x):
    n = math.floor(x) + math.ceil(x) + math.trunc(x) + int(x) + round(x)
    return n * x + abs(x) * float(n) + x % 1.0 + x // 1.0


add(signs_and_rounding, (2.3,), (-2.7,), edges=((0.5,), (1.5,), (2.5,), (-0.5,), (3.0,)), traits="scalar rounding")


def python_modulo(a, b):
    return a % b + 2.0 * (a // b)


add(python_modulo, (7.3, 2.0), (-7.3, 2.0), (7.3, -2.0), (-7.3, -2.0), edges=((0.0, -3.0), (6.0, 3.0)), order=1, traits="scalar rounding")


def python_max_min(x, y, z):
    return max(x, y, z) * min(x, y) + max(x * y, 0.5)


add(python_max_min, (0.7, 0.2, -1.0), (-1.2, 0.5, 3.0), traits="scalar branch")


def powers(x, y):
    return x**2 + x**-1 + x**0.5 + 2**y + x**y + (-x) ** 3 + x**0


add(powers, (0.7, 0.2), (2.5, -1.5), traits="scalar power")


def weak_and_strong(x):
    strong = np.float64(x)
    weak = x * 2
    mixed = strong * 3 + weak / 4
    total = 0
    for k in range(3):
        total = total + mixed * k
    return total + 1


add(weak_and_strong, (0.7,), (-2.0,), traits="scalar strong")


def strong_division(x):
    y = np.float64(1.0) / np.float64(x)
    return np.where(np.isinf(y), 3.0, y * x * x)


add(strong_division, (0.7,), (-2.0,), edges=((0.0,),), traits="scalar strong")


def single_precision(x):
    y = np.float32(x) * np.float32(2)
    return y * y + y / 3


add(single_precision, (np.float32(0.75),), (np.float32(-1.5),), order=1, tolerance=2e-2, traits="scalar f32")


def boolean_arithmetic(x, flag):
    total = x * flag
    total += True + True
    if flag and not (x > 100):
        total -= x * x
    return total


add(boolean_arithmetic, (0.7, True), (0.7, False), analytic=False, traits="scalar boolean")


def softplus_stable(x):
    if x > 0:
        return x + math.log1p(math.exp(-x))
    return math.log1p(math.exp(x))


add(softplus_stable, (0.7,), (-3.0,), edges=((800.0,), (-800.0,)), traits="scalar branch")


SCALE = 1.7
WEIGHTS = normal(4, seed=3)


def global_number_and_array(x):
    return SCALE * x * WEIGHTS[1] + np.sum(WEIGHTS * x) * x


add(global_number_and_array, (0.7,), (-2.0,), traits="scalar capture")


def mode_by_string(x, mode):
    if mode == "square":
        return x * x
    elif mode == "sine":
        return np.sin(x)
    return x


add(mode_by_string, (0.7, "square"), (0.7, "sine"), (0.7, "none"), traits="scalar string")


def optional_argument(x, offset=None):
    if offset is None:
        return x * x
    return x * x + offset * x


add(optional_argument, (0.7, None), (0.7, 3.0), wrt=(0,), traits="scalar none default")


def arithmetic_geometric_mean(a, b):
    while abs(a - b) > 1e-12:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


add(arithmetic_geometric_mean, (1.0, 2.0), (24.0, 6.0), order=1, traits="scalar while")


def divided_guard(x, y):
    result = 0.0
    if y != 0:
        result = x / y
    return result + x


add(divided_guard, (0.7, 0.2), (0.7, -3.0), edges=((1.0, 0.0),), traits="scalar branch")


def asserting(x):
    assert x < 100, "too large"
    if x < -100:
        raise ValueError("too small")
    return x * x


add(asserting, (0.7,), (-2.0,), traits="scalar raise")


def integer_argument_power(x, n):
    result = 1.0
    for _ in range(n):
        result *= x
    return result


add(integer_argument_power, (0.7, 5), (-1.3, 2), (0.9, 0), (2.0, 1), analytic=True, traits="scalar for integer")
