"""Loops and branches of every form."""

import math

import numpy as np

from .corpus import add, normal, uniform


def horner(coefficients, x):
    result = 0.0
    for c in coefficients:
        result = result * x + c
    return result


add(horner, (normal(5), 0.7), (normal(1), 0.7), (normal(3, seed=2), -1.5), analytic=True, traits="for-array")


def newton_square_root(a):
    x = a
    for _ in range(20):
        x = 0.5 * (x + a / x)
    return x


add(newton_square_root, (2.0,), (0.3,), analytic=True, traits="for")


def newton_while(a, guess):
    x = guess
    while abs(x * x * x - a) > 1e-10:
        x = x - (x * x * x - a) / (3 * x * x)
    return x


add(newton_while, (2.0, 1.0), (9.0, 2.5), order=1, tolerance=1e-5, traits="while")


def kepler(mean, eccentricity):
    e = mean
    for step in range(50):
        delta = (e - eccentricity * math.sin(e) - mean) / (1 - eccentricity * math.cos(e))
        e -= delta
        if abs(delta) < 1e-13:
            break
    return e


add(kepler, (0.7, 0.2), (2.0, 0.6), order=1, tolerance=1e-5, traits="for break")


def decay_while(x, rate):
    steps = 0
    while x > 1.0:
        x = x * rate
        steps += 1
    return x + steps


add(decay_while, (10.0, 0.7), (0.5, 0.3), (3.0, 0.9), analytic=False, traits="while integer")


def early_returns(x):
    if x < 0:
        return -x
    y = x * x
    if y > 4:
        return y * 3
    return y + math.sin(y)


add(early_returns, (-0.7,), (3.0,), (1.1,), traits="branch return")


def return_in_loop(xs, limit):
    total = 0.0
    for k in range(len(xs)):
        total += xs[k] * xs[k]
        if total > limit:
            return total * k
    return -total


add(return_in_loop, (normal(6), 2.0), (normal(6), 200.0), (normal(1), 0.0), traits="for return")


def return_from_nested_loops(m, limit):
    total = 0.0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            total = total + m[i, j] * (i + 1)
            if total > limit:
                return total * total + j
    return total


add(return_from_nested_loops, (uniform(0.1, 1, 3, 4), 4.0), (uniform(0.1, 1, 3, 4), 400.0), traits="for return nested")


def continue_negative(xs):
    total = 0.0
    for x in xs:
        if x < 0:
            continue
        total += math.sqrt(x)
    return total


add(continue_negative, (normal(7),), (uniform(0.5, 1, 1),), (-uniform(0.5, 1, 3),), traits="for-array continue")


def break_and_continue(xs):
    total = 1.0
    count = 0
    for k in range(len(xs)):
        if k % 2 == 1:
            continue
        if xs[k] > 2.0:
            break
        if xs[k] < -1.0:
            total *= 0.5
            continue
        total += total * xs[k]
        count += 1
    return total * count


add(break_and_continue, (normal(9),), (np.array([0.5, 9.0, -2.0, 0.1, 3.0, 0.2]),), traits="for break continue")


def while_true(x):
    n = 0
    while True:
        x = x * 0.5 + 0.1
        n += 1
        if x < 0.3 or n > 30:
            break
    return x * n


add(while_true, (5.0,), (0.1,), (77.0,), traits="while break")


def while_continue(x, n):
    total = 0.0
    while n > 0:
        n -= 1
        if n % 3 == 0:
            continue
        x = math.sin(x) + 0.1 * n
        total += x * x
    return total


add(while_continue, (0.7, 8), (0.7, 0), (0.1, 1), traits="while continue")


def while_return(x):
    while x < 1000.0:
        if x > 50:
            return x * x
        x = x * 3 + 1
    return -x


add(while_return, (0.7,), (2000.0,), (20.0,), analytic=False, traits="while return")


def nested_while(x, y):
    total = 0.0
    while x > 1:
        z = y
        while z > 0.5:
            total += z * x
            z *= 0.6
        x -= 0.75
    return total


add(nested_while, (3.0, 2.0), (0.5, 2.0), (2.0, 0.2), traits="while nested")


def triangular(m):
    total = 0.0
    for i in range(len(m)):
        for j in range(i):
            total += m[i, j] * m[j, i]
        for j in range(i, len(m)):
            total -= math.cos(m[i, j])
    return total


add(triangular, (normal(4, 4),), (normal(1, 1),), traits="for nested")


def range_forms(xs):
    total = 0.0
    for i in range(len(xs) - 1, -1, -1):
        total = total * 0.5 + xs[i]
    for i in range(1, len(xs), 2):
        total = total * xs[i] + i
    for i in range(5, 2):
        total = total * 1000
    for i in range(-2, 0):
        total += xs[i]
    return total


add(range_forms, (normal(5),), (normal(2),), analytic=True, traits="for negative-index")


def loop_variable_after(xs):
    last = 0.0
    i = -1
    for i in range(len(xs)):
        last = xs[i] * i
    return last + i * xs[0]


add(loop_variable_after, (normal(5),), (normal(1),), analytic=True, traits="for")


def reassigned_loop_variable(x):
    total = 0.0
    for i in range(6):
        i = i * 2
        if i > 4:
            i -= 3
        total += x**i
    return total


add(reassigned_loop_variable, (0.7,), (1.3,), traits="for")


def deep_branches(x, y):
    if x > 0:
        if y > 0:
            z = x * y
        elif y > -1:
            z = x - y
        else:
            z = x / y
    elif x > -1:
        z = y * y if y > 0 else x * x
    else:
        z = x * y * y
    return z * z


add(deep_branches, (0.7, 0.2), (0.7, -0.5), (0.7, -2.0), (-0.5, 1.0), (-0.5, -1.0), (-3.0, 0.5), traits="branch nested")


def maybe_assigned(x, n):
    for k in range(n):
        y = x * k
        if k == 2:
            z = y * y
    if n > 2:
        return z + y
    return x


add(maybe_assigned, (0.7, 5), (0.7, 0), (0.7, 3), traits="for unbound")


def bisection(a, b, target):
    low, high = a, b
    for _ in range(5):
        middle = (low + high) / 2
        if middle * middle * middle < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


add(bisection, (0.0, 3.0, 2.0), (-1.0, 2.0, 0.7), wrt=(0, 1), traits="for branch")


def geometric_until(x):
    total, term, k = 1.0, 1.0, 0
    while abs(term) > 1e-9:
        k += 1
        term *= x / k
        total += term
    return total


add(geometric_until, (0.7,), (-1.5,), (3.0,), tolerance=1e-5, traits="while")


def rows(m):
    total = 0.0
    for row in m:
        total += np.max(row) * np.sum(row)
    return total


add(rows, (normal(3, 4),), (normal(1, 4),), (normal(3, 1),), traits="for-array")


def enumerated(xs, ys):
    total = 0.0
    for i, x in enumerate(xs):
        total += x * ys[i] * i
    for x, y in zip(xs, ys):
        total += math.sin(x * y)
    return total


add(enumerated, (normal(4), normal(4, seed=1)), (normal(1), normal(1, seed=1)), traits="for-array enumerate zip")


def over_tuple(x, y):
    total = 1.0
    for factor in (x, y, 2.0, x * y):
        total = total * factor + 1
    return total


add(over_tuple, (0.7, 0.2), (-1.0, 3.0), analytic=True, traits="for-tuple")


def collatz_weight(x, n):
    total = 0.0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
            total += x
        else:
            n = 3 * n + 1
            total = total * x + 0.1
    return total


add(collatz_weight, (0.9, 6), (0.9, 1), (0.5, 7), analytic=True, traits="while integer")


def else_of_loops(xs, limit):
    for x in xs:
        if x > limit:
            result = x * x
            break
    else:
        result = -xs[0]
    return result


add(else_of_loops, (normal(5), 0.5), (normal(5), 50.0), traits="for-array else")
