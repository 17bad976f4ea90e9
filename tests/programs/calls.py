"""Callees, recursion, closures, defaults, functions as values."""

import math

import numpy as np

from .corpus import add, normal


def _square(x):
    return x * x


def _scaled(x, factor=2.0, *, shift=0.0):
    return x * factor + shift


def _both(x, y):
    return x * y, x + y


def callees(x, y):
    a = _scaled(_square(x), 3.0)
    b = _scaled(y, shift=1.5)
    product, total = _both(a, b)
    return product * total + _both(x, x)[1]


add(callees, (0.7, 0.2), (-1.2, 0.5), analytic=True, traits="call default tuple")


def fibonacci(x, n):
    if n < 2:
        return x
    return fibonacci(x, n - 1) + x * fibonacci(x, n - 2)


add(fibonacci, (0.7, 6), (0.7, 0), (0.3, 3), analytic=True, traits="recursion")


def power_by_squaring(x, n):
    if n == 0:
        return 1.0
    half = power_by_squaring(x * x, n // 2)
    return half * x if n % 2 == 1 else half


add(power_by_squaring, (0.7, 5), (0.7, 0), (-1.3, 12), analytic=True, traits="recursion")


def _even(x, n):
    return x if n == 0 else _odd(math.sin(x), n - 1)


def _odd(x, n):
    return -x if n == 0 else _even(x * 2, n - 1)


def mutual_recursion(x, n):
    return _even(x, n) + _odd(x, n)


add(mutual_recursion, (0.7, 5), (0.7, 0), traits="recursion")


def _sum_halves(xs, low, high):
    if high - low == 1:
        return xs[low] * xs[low]
    middle = (low + high) // 2
    return _sum_halves(xs, low, middle) + math.sin(_sum_halves(xs, middle, high))


def recursive_sum(xs):
    return _sum_halves(xs, 0, len(xs))


add(recursive_sum, (normal(7),), (normal(1),), traits="recursion array")


def _fill_binary(tree, node, value):
    if node < len(tree):
        tree[node] = tree[node] * value
        _fill_binary(tree, 2 * node + 1, value * 0.5)
        _fill_binary(tree, 2 * node + 2, tree[node])


def recursion_writes(tree, x):
    work = tree.copy()
    _fill_binary(work, 0, x)
    return np.sum(work * work)


add(recursion_writes, (normal(7), 0.7), (normal(1), 0.7), traits="recursion writes")


def _slices(xs):
    if len(xs) == 1:
        return xs[0]
    half = len(xs) // 2
    return _slices(xs[:half]) * _slices(xs[half:]) + 1.0


def recursion_over_views(xs):
    return _slices(xs)


add(recursion_over_views, (normal(6),), (normal(1),), traits="recursion view")


def closure_function(x, y):
    factor = x * 2

    def inner(z):
        return z * factor + y

    return inner(x) * inner(1.0)


add(closure_function, (0.7, 0.2), (-1.2, 0.5), analytic=True, traits="closure")


def lambdas(x, y):
    combine = lambda a, b=2.0: a * y + b
    return combine(x) * combine(y, x)


add(lambdas, (0.7, 0.2), (-1.2, 0.5), analytic=True, traits="closure lambda")


def _apply_twice(function, x):
    return function(function(x))


def function_as_value(x):
    return _apply_twice(_square, x) + _apply_twice(np.sin, x) + _apply_twice(lambda z: z / 3, x)


add(function_as_value, (0.7,), (-1.2,), traits="higher-order")


def _accumulate_into(out, x, k):
    out[k] += x * x
    return out[k] * 2


def callee_writes_argument(xs):
    out = np.zeros(3)
    total = 0.0
    for k in range(len(xs)):
        total += _accumulate_into(out, xs[k], k % 3)
    return total * out[1] + out[0]


add(callee_writes_argument, (normal(5),), (normal(1),), traits="call writes")


def _normalise(xs):
    xs -= np.mean(xs)
    xs /= np.sqrt(np.sum(xs * xs) + 1.0)


def callee_without_result(xs):
    work = xs * 2.0
    _normalise(work)
    return work[0] * xs[1]


add(callee_without_result, (normal(5),), (normal(2),), traits="call writes")


def _minmax(xs):
    low = high = xs[0]
    for x in xs:
        if x < low:
            low = x
        elif x > high:
            high = x
    return low, high


def tuple_results(xs):
    low, high = _minmax(xs)
    return low * high, (xs[0] * low, high)


add(tuple_results, (normal(5),), (normal(1),), traits="call tuple")


def _f(t, y):
    return -2.0 * y + math.sin(t)


def _step(function, t, y, h):
    k1 = function(t, y)
    k2 = function(t + h / 2, y + h / 2 * k1)
    k3 = function(t + h / 2, y + h / 2 * k2)
    k4 = function(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def runge_kutta(y, h, steps):
    t = 0.0
    for _ in range(steps):
        y = _step(_f, t, y, h)
        t += h
    return y


add(runge_kutta, (0.7, 0.1, 5), (0.7, 0.1, 0), traits="call higher-order for")


def _loop_body(a, i):
    a[i] = math.sin(a[i - 1]) * a[i]


def body_in_callee(a):
    a = a.copy()
    for i in range(1, len(a)):
        _loop_body(a, i)
    return np.sum(a)


add(body_in_callee, (normal(6),), (normal(1),), traits="call writes for")


def _maybe(x, deep):
    if deep > 0:
        return _maybe(x * 1.1, deep - 1)
    return x


def recursion_in_loop(xs):
    total = 0.0
    for k in range(len(xs)):
        total += _maybe(xs[k] * xs[k], k) * (k + 1)
    return total


add(recursion_in_loop, (normal(4),), (normal(1),), analytic=True, traits="recursion for")


def _hanoi(n, x):
    if n == 0:
        return 0.0, x
    moves, y = _hanoi(n - 1, x * 0.9)
    return moves * 2 + y, y + moves * 0.1


def recursion_with_tuple(x, n):
    moves, y = _hanoi(n, x)
    return moves * y


add(recursion_with_tuple, (0.7, 4), (0.7, 0), analytic=True, traits="recursion tuple")


def unused_and_constant_arguments(x, unused, n):
    kept = unused * 0 + n
    return x * x + 0.0 * kept


add(unused_and_constant_arguments, (0.7, 0.2, 3), analytic=True, traits="scalar")


def nothing_depends(x):
    return 3.0


add(nothing_depends, (0.7,), analytic=False, traits="scalar")


def identity(x):
    return x


add(identity, (0.7,), (normal(3),), analytic=True, traits="scalar array")


def same_array_twice(x):
    return np.sum(_mixed(x, x))


def _mixed(a, b):
    return a * b + a


add(same_array_twice, (normal(4),), (normal(1),), analytic=True, traits="call alias")
