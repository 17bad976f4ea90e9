"""What other people's programs use and the corpus did not have, in programs of its own."""

from __future__ import annotations

import numpy as np

from .corpus import add, normal


def rows_of_triangle(x, n):
    rows = [[x]]
    for i in range(n):
        rows.append([x] + [rows[-1][k] + rows[-1][k + 1] for k in range(i)] + [1.0])
    return rows


add(rows_of_triangle, (1.5, 4), wrt=(), traits="lists results")


def triangle_of_numbers(x, n):
    rows = rows_of_triangle(x, n)
    total = 0.0
    for row in rows:
        for item in row:
            total += item * item
    return total


add(triangle_of_numbers, (1.5, 4), traits="lists")


def moments_in_rows(x, n):
    return [[x[k], x[k] ** 2] for k in range(n)], [(x[k] ** 3, k) for k in range(n)]


add(moments_in_rows, (normal(4), 3), wrt=(), traits="lists results")


def identity_of_lists(n):
    table = [[0] * n for _ in range(n)]
    for i in range(n):
        table[i][i] = 1
    return table


add(identity_of_lists, (3,), traits="lists results integers")


def sorted_divisors(n, x):
    found = [1]
    for i in range(2, n):
        if n % i == 0:
            found.append(i)
            found.append(n // i)
    found.sort()
    total = 0.0
    for k, item in enumerate(found):
        total += item * x**k
    return total, sum(found) > n, found[0]


add(sorted_divisors, (12, 0.5), traits="lists sorting")


def time_grid(start, dt):
    t = np.arange(start, 2.0, dt)
    return np.sum(np.exp(-t) * t) * dt


add(time_grid, (0.2, 0.17), traits="creation")


def first_turn_defines(x, n):
    for i in range(n):
        if i == 0:
            total = n * x[:, i]
        else:
            total = total + n * x[:, i]
    return total


add(first_turn_defines, (normal(3, 3), 3), traits="control")


def halves(x):
    parts = np.split(x, 2)
    parts.append(parts[0] * parts[1])
    return np.array([p.sum() ** 2 for p in parts])


add(halves, (normal(4),), traits="lists joining")


def one_number_without_axes(a, x):
    return a * a.item() + float(a) * x + a[()] * 2.0


add(one_number_without_axes, (np.array(1.5), 0.7), traits="shapes")


def into_by_position(x):
    rounded, kept, low = np.zeros(x.shape), np.zeros(2), np.zeros(x.shape)
    np.around(x, 1, rounded)
    np.take(x, [0, 2], 0, kept)
    np.clip(x, -0.5, 0.8, low)
    return rounded, kept, low


add(into_by_position, (np.array([0.33, 1.27, -0.71]),), traits="out")


def how_many_are_zero(a, b, c):
    if (a, b, c).count(0) != 1:
        return a * b * c
    return a + b + c + (a, b, c).index(0)


add(how_many_are_zero, (1.5, 0.5, 2.0), edges=((1.5, 0.0, 2.0),), traits="tuples")
