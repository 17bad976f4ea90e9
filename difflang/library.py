"""Functions of Python's own library, written in the language: a call of one compiles along, and differentiates, as any function does.

Each says what Python says, errors included. `STANDS_FOR` maps the callable to its text here, `METHODS` methods of Python's numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def from_keys(keys, value=None):
    """dict.fromkeys: each key with the same value."""
    return {key: value for key in keys}


def factorial(n):
    if n < 0:
        raise ValueError("factorial() not defined for negative values")
    result = 1
    for k in range(2, n + 1):
        result *= k
    return result


def comb(n, k):
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    k = min(k, n - k)
    result = 1
    for i in range(k):
        left, below = n - i, i + 1
        shared = gcd_of_two(result, below)
        result = (result // shared) * (left // (below // shared))
    return result


def perm(n, k=None):
    if k is None:
        return factorial(n)
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    result = 1
    if k > n:
        return 0
    for i in range(k):
        result *= n - i
    return result


def gcd_of_two(a, b):
    while b:
        a, b = b, a % b
    return abs(a)


def gcd(*integers):
    result = 0
    for n in integers:
        result = gcd_of_two(result, n)
    return result


def lcm(*integers):
    result = 1
    for n in integers:
        result = 0 if n == 0 else abs(result // gcd_of_two(result, n) * n)
    return result


def isqrt(n):
    if n < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    root = int(math.sqrt(n))
    while root > 3037000499 or root * root > n:
        root -= 1
    while root < 3037000499 and (root + 1) * (root + 1) <= n:
        root += 1
    return root


def prod(iterable, *, start=1):
    result = start
    for x in iterable:
        result = result * x
    return result


def sumprod(p, q):
    if len(p) != len(q):
        raise ValueError("Inputs are not the same length")
    result = 0
    for a, b in zip(p, q):  # noqa: B905
        result = result + a * b
    return result


def hypot(*coordinates):
    return norm(coordinates)


def norm(coordinates):
    """hypot(*coordinates)"""
    largest = 0.0
    for x in coordinates:
        largest = max(largest, abs(x))
    if largest == 0.0 or math.isinf(largest):
        return largest * 1.0
    total = 0.0
    for x in coordinates:
        total += (x / largest) * (x / largest)
    return largest * math.sqrt(total)


def dist(p, q):
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    largest = 0.0
    for a, b in zip(p, q):  # noqa: B905
        largest = max(largest, abs(a - b))
    if largest == 0.0 or math.isinf(largest):
        return largest * 1.0
    total = 0.0
    for a, b in zip(p, q):  # noqa: B905
        total += ((a - b) / largest) * ((a - b) / largest)
    return float(largest * math.sqrt(total))


def fsum(iterable):
    partials = np.zeros(64)
    count = 0
    for value in iterable:
        x = float(value)
        kept = 0
        for j in range(count):
            y = partials[j]
            if abs(x) < abs(y):
                x, y = y, x
            high = x + y
            low = y - (high - x)
            if low != 0.0:
                partials[kept] = low
                kept += 1
            x = high
        partials[kept] = x
        count = kept + 1
    if count == 0:
        return 0.0
    count -= 1
    high, low = partials[count], 0.0
    while count > 0 and low == 0.0:
        count -= 1
        x, y = high, partials[count]
        high = x + y
        low = y - (high - x)
    if count > 0 and ((low < 0.0 and partials[count - 1] < 0.0) or (low > 0.0 and partials[count - 1] > 0.0)):
        y = low * 2.0
        x = high + y
        if y == x - high:
            high = x
    return float(high)


def frexp(x):
    mantissa, exponent = float(x), 0
    if x == 0.0 or math.isinf(x) or math.isnan(x):
        return mantissa, exponent
    while abs(mantissa) >= 4294967296.0:
        mantissa *= 2.3283064365386963e-10
        exponent += 32
    while abs(mantissa) < 2.3283064365386963e-10:
        mantissa *= 4294967296.0
        exponent -= 32
    while abs(mantissa) >= 1.0:
        mantissa *= 0.5
        exponent += 1
    while abs(mantissa) < 0.5:
        mantissa *= 2.0
        exponent -= 1
    return mantissa, exponent


def ldexp(x, i):
    result, left = float(x), max(min(i, 4300), -4300)
    while left > 1000:
        result *= 2.0**1000
        left -= 1000
    while left < -1070:
        result *= 2.0**-1000
        left += 1000
    result *= 2.0**left
    if math.isinf(result) and not math.isinf(x):
        raise OverflowError("math range error")
    return result


def modf(x):
    if math.isinf(x):
        return math.copysign(0.0, x), float(x)
    whole = float(np.trunc(x))
    return math.copysign(x - whole, x), whole


def ulp(x):
    if math.isnan(x):
        return float(x)
    if math.isinf(x):
        return abs(float(x))
    _, exponent = frexp(x)
    return 5e-324 if x == 0.0 or exponent < -1020 else 2.0 ** (exponent - 53)


def nextafter(x, y):
    if math.isnan(x) or math.isnan(y):
        return float(x + y)
    if x == y:
        return float(y)
    if x == 0.0:
        return math.copysign(5e-324, y)
    if math.isinf(x):
        return math.copysign(1.7976931348623157e308, x)
    mantissa, _ = frexp(x)
    step = ulp(x)
    inwards = (y < x) == (x > 0.0)
    if inwards and abs(mantissa) == 0.5 and step > 5e-324:
        step *= 0.5
    return x - step if y < x else x + step


def round_float(x, digits):
    if digits > 22 or math.isinf(x) or math.isnan(x):
        return x
    if digits < -308:
        return math.copysign(0.0, x)
    if digits < 0:
        if abs(x) >= 9007199254740992.0:
            return float(round_int(int(x), digits))
        if digits < -22:
            return math.copysign(0.0, x)
        scale = 10.0**-digits
        whole = math.fmod(x, scale)
        rest = abs(whole)
        lower = abs(x) - rest
        half = scale * 0.5
        odd = math.fmod(lower / scale, 2.0) == 1.0
        up = rest > half or (rest == half and odd)
        return math.copysign(lower + scale if up else lower, x)
    scale = 10.0**digits
    product = abs(x) * scale
    if product >= 9007199254740992.0:
        return x
    error = product_error(abs(x), scale, product)
    whole = float(np.floor(product))
    rest = product - whole - 0.5
    up = rest > 0.0 or (rest == 0.0 and error > 0.0) or (rest == 0.0 and error == 0.0 and math.fmod(whole, 2.0) == 1.0)
    if product == whole and error < 0.0 and whole > 0.0:
        up = True
        whole -= 1.0
    return math.copysign((whole + 1.0 if up else whole) / scale, x)


def product_error(a, b, product):
    """a * b - product, exactly."""
    split = 134217729.0 * a
    a_high = split - (split - a)
    a_low = a - a_high
    split = 134217729.0 * b
    b_high = split - (split - b)
    b_low = b - b_high
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def round_int(n, digits):
    if digits >= 0:
        return n
    if digits < -18:
        return 0
    scale = 10**-digits
    rest = n % scale
    lower = n - rest
    if 2 * rest > scale or (2 * rest == scale and (lower // scale) % 2 == 1):
        return lower + scale
    return lower


def pow_modulo(base, exponent, modulus):
    if modulus == 0:
        raise ValueError("pow() 3rd argument cannot be 0")
    size = abs(modulus)
    left, factor = exponent, base % size
    if exponent < 0:
        factor, left = inverse_modulo(factor, size), -exponent
    result = 1 % size
    while left > 0:
        if left & 1:
            result = times_modulo(result, factor, size)
        factor = times_modulo(factor, factor, size)
        left >>= 1
    return result + modulus if modulus < 0 and result > 0 else result


def times_modulo(a, b, modulus):
    if modulus <= 3037000499:
        return a * b % modulus
    result = 0
    while b > 0:
        if b & 1:
            result = result - (modulus - a) if result >= modulus - a else result + a
        a = a - (modulus - a) if a >= modulus - a else a + a
        b >>= 1
    return result


def inverse_modulo(a, modulus):
    low, high = a, modulus
    one, other = 1, 0
    while low > 1:
        times = high // low
        low, high = high - times * low, low
        one, other = other - times * one, one
    if low != 1 and modulus != 1:
        raise ValueError("base is not invertible for the given modulus")
    return one % modulus


def bit_length(n):
    left, count = abs(n), 0
    while left:
        left >>= 1
        count += 1
    return count


def bit_count(n):
    left, count = abs(n), 0
    while left:
        count += left & 1
        left >>= 1
    return count


def is_integer(x):
    return math.isfinite(x) and float(np.floor(x)) == x


def conjugate(x):
    return x


STANDS_FOR: dict[Any, Callable[..., Any]] = {
    dict.fromkeys: from_keys,
    math.factorial: factorial,
    math.comb: comb,
    math.perm: perm,
    math.gcd: gcd,
    math.lcm: lcm,
    math.isqrt: isqrt,
    math.prod: prod,
    math.dist: dist,
    math.fsum: fsum,
    math.frexp: frexp,
    math.ldexp: ldexp,
    math.modf: modf,
    math.ulp: ulp,
    math.nextafter: nextafter,
}
if hasattr(math, "sumprod"):
    STANDS_FOR[math.sumprod] = sumprod
METHODS: dict[tuple[str, str], Callable[..., Any]] = {
    ("i64", "bit_length"): bit_length,
    ("i64", "bit_count"): bit_count,
    ("f64", "is_integer"): is_integer,
    ("i64", "is_integer"): is_integer,
    ("i64", "conjugate"): conjugate,
    ("f64", "conjugate"): conjugate,
}
PARTS: dict[str, Any] = {"real": None, "numerator": None, "imag": (0, 0.0), "denominator": (1, 1)}
"""Attributes of Python's numbers: the number itself, or what it is for an int and for a float."""
