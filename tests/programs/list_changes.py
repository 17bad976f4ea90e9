"""Lists as Python's own algorithms use them: a caller's list changed, parts deleted and replaced, sorted by a key, compared."""

from __future__ import annotations

import numpy as np

from .corpus import add, normal


def made(n, x):
    return [x * (k + 1) * (1 - 2 * (k % 2)) for k in range(n)]


def parts_deleted(n, x):
    values = made(n, x)
    del values[1:3]
    del values[::2]
    del values[-1:]
    return sum(values) + len(values) * x


add(parts_deleted, (7, 1.3))


def parts_replaced(n, x):
    values = made(n, x)
    values[1:3] = [x, x * x, 2.0]
    values[::2] = [x * v for v in values[::2]]
    values[n:] = []
    return sum(v * k for k, v in enumerate(values))


add(parts_replaced, (6, 1.3))


def strided(n, x, step):
    values = made(n, x)
    return sum(values[::step]) + values[n // 2 :: step][0] * len(values[1:-1:step])


add(strided, (6, 1.3, 2))


def ranked(n, x):
    values = made(n, x)
    values.sort(key=lambda v: -abs(v - 2.2 * x))
    least = sorted(values, reverse=True)
    pairs = sorted([(v * v, k) for k, v in enumerate(values)])
    return values[0] * 3 + values[-1] + least[0] * least[1] + pairs[0][0] * pairs[-1][1]


add(ranked, (6, 1.3))


def repeated_in_place(n, x):
    values = made(n, x)
    other = values
    values *= 2
    values += [x]
    return sum(other) * len(other)


add(repeated_in_place, (4, 1.3))


def compared(n, x):
    values, others = made(n, x), made(n + 1, x)
    total = x if values < others else -x
    if values[1:] >= others[1:]:
        total *= 2
    return total * (3 if values == others[:-1] else 5) + len(min([values, [1e9]]))


add(compared, (4, 1.3), edges=((1, 1.0),))


def along_a_list(values, x):
    """The list is the caller's."""
    for i in range(1, len(values)):
        values[i] = values[i] * x + values[i - 1]
    values.append(x)
    values.sort()
    return values[-1] * values[0]


def caller_of_list_changes(x, n):
    values = made(n, x)
    kept = values
    result = along_a_list(values, x)
    return result + len(kept) * kept[1]


add(caller_of_list_changes, (1.3, 4))


def bubble(values):
    for last in range(len(values) - 1, 0, -1):
        exchanged = False
        for j in range(last):
            if values[j] > values[j + 1]:
                values[j], values[j + 1] = values[j + 1], values[j]
                exchanged = True
        if not exchanged:
            break
    return values


def of_sorted(xs):
    values = bubble(list(xs))
    return sum(v * k for k, v in enumerate(values)) + values[0] ** 2


add(of_sorted, (normal(6),))


def cheapest_path(costs):
    grid = [[float(c) for c in row] for row in np.abs(costs)]
    for j in range(1, len(grid[0])):
        grid[0][j] += grid[0][j - 1]
    for i in range(1, len(grid)):
        grid[i][0] += grid[i - 1][0]
    for i in range(1, len(grid)):
        for j in range(1, len(grid[0])):
            grid[i][j] += min(grid[i - 1][j], grid[i][j - 1])
    return grid[-1][-1]


add(cheapest_path, (normal(4, 5),), order=1)


def two_of_them(xs):
    first, second = sorted(xs)[:2]
    smallest, *others, largest = sorted(xs)
    return first * second + largest * len(others) - smallest


add(two_of_them, (normal(5),))
