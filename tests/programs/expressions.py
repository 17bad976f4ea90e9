"""Comprehensions of any length, functions of functions, walks of itertools, Python's own numbers."""

import functools
import itertools
import math
import operator

import numpy as np

from .corpus import add, normal


def kept_items(x, limit):
    kept = [v * v for v in x if v > limit]
    total = 0.0
    for v in kept:
        total += v * len(kept)
    return total


add(kept_items, (normal(6), 0.1), (normal(6), 9.0), wrt=(0,), traits="comprehensions lists")


def listed_twice(x, n):
    flat = [x * i + j for i in range(n) for j in range(i) if i != j + 1]
    return sum(flat) + sum(x * v for v in flat)


add(listed_twice, (1.3, 5), (0.4, 3), traits="comprehensions lists")


def walrus_in_comprehension(xs):
    kept = [y for x in xs if (y := x * x) > 0.2]
    return sum(kept) * y


add(walrus_in_comprehension, (np.array([0.1, 1.2, -0.9]),), traits="comprehensions walrus")


def generators_with_options(xs):
    best = max((x * x for x in xs if x > 0.0), default=0.5)
    nearest = min((x for x in xs), key=lambda v: (v - 0.3) ** 2)
    return best + nearest * sum((x for x in xs), start=2.0) + max(xs, key=lambda v: -v)


add(generators_with_options, (normal(5),), (np.array([-1.0, -2.0]),), traits="comprehensions")


def dict_of_names(x):
    parts = {name: x * k for k, name in enumerate(("a", "b", "c"))}
    return parts["a"] + parts["b"] * parts["c"]


add(dict_of_names, (1.3,), analytic=True, traits="comprehensions dicts")


def mapped_and_filtered(xs, ys):
    products = sum(map(operator.mul, xs, ys))
    positive = sum(filter(lambda v: v > 0.0, xs))
    a, b = map(lambda v: v * v, (products, positive))
    return a + b * functools.reduce(lambda total, v: total * 0.5 + v, xs)


add(mapped_and_filtered, (normal(4), normal(4, seed=1)), traits="functional")


def itertools_walks(x):
    total = 0.0
    for a, b in itertools.pairwise(x):
        total += a * b
    for a in itertools.chain(x, x):
        total += a * 0.5
    for i, a in zip(itertools.count(1), x):  # noqa: B905
        total += i * a * a
    for i, j in itertools.product((0, 1), (1, 2)):
        total += x[i] * x[j]
    for a, b in itertools.combinations((x[0], x[1], 2.0), 2):
        total -= a * b
    return total


add(itertools_walks, (normal(4),), traits="functional")


def taken_apart(x):
    second, first = operator.itemgetter(1, 0)((x, 2.0 * x))
    half = functools.partial(operator.mul, 0.5)
    return operator.add(second, first) * half(x) + operator.getitem((x, 1.0), 0)


add(taken_apart, (1.3,), analytic=True, traits="functional")


def decided_values(x, n):
    y = n and x or 2.5
    z = x > 2.0 and x * 3.0 or x
    return y * z + (0.0 or x)


add(decided_values, (1.5, 2), (3.0, 0), traits="booleans")


def ordered_tuples(x, y):
    return x * y if (x, y) < (1.0, 2.0) else x + y


add(ordered_tuples, (0.5, 3.0), (1.5, 1.0), traits="tuples")


def walrus_loop(x):
    k = 0
    while (y := x * k) < 3.0:
        k += 1
        if k > 10:
            break
    else:
        y = y * x
    return y


add(walrus_loop, (1.2,), (0.13,), order=1, traits="while walrus")


def sorted_names(x):
    total = 0.0
    for power in sorted({"c": 3, "a": 1, "b": 2}.values(), reverse=True):
        total = total * x + power
    for name in sorted(("b", "aa"), key=len):
        total += len(name) * x
    return total


add(sorted_names, (1.3,), analytic=True, traits="sorted dicts")


def taylor_sine(x, n):
    total = 0.0
    for k in range(n):
        total += (-1) ** k * x ** (2 * k + 1) / math.factorial(2 * k + 1)
    return total


add(taylor_sine, (0.7, 8), (-1.2, 6), traits="integers")


def binomial_sum(x, n):
    return (
        sum(math.comb(n, k) * x**k * (1.0 - x) ** (n - k) * k for k in range(n + 1)) + math.gcd(n, 4) * x + math.perm(n, 2) + math.isqrt(n)
    )


add(binomial_sum, (0.3, 5), (0.8, 3), traits="integers")


def parts_of_numbers(x):
    fraction, whole = math.modf(x)
    mantissa, exponent = math.frexp(x)
    return fraction * whole + mantissa * mantissa * exponent + math.ldexp(x, 2)


add(parts_of_numbers, (2.75,), (-5.3,), (0.3,), order=1, traits="floats")


def distances(p, q):
    return math.dist((p[0], p[1]), (q[0], q[1])) + math.hypot(p[0], q[1], 1.0) + math.prod((p[0], q[0], 2.0)) + math.fsum(p)


add(distances, (normal(2), normal(2, seed=1)), tolerance=1e-5, traits="floats")


def rounded_parts(x, n):
    return x * round(x, 1) + round(n, -1) * x + pow(n, 3, 7) * round(x)


add(rounded_parts, (2.34, 17), (-1.26, 5), order=1, traits="integers")


def bits_of(n, x):
    total = x * n.bit_length()
    while n:
        n, digit = divmod(n, 3)
        total = total * x + digit
    return total + (x if x.is_integer() else x * x)


add(bits_of, (37, 0.8), (0, 1.5), wrt=(1,), analytic=False, traits="integers")
