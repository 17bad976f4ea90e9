"""Lists in lists, queues, searched and sorted lists, lists filled by recursion."""

from __future__ import annotations

import numpy as np

from .corpus import add, normal


def adjacency(w):
    """Lists in a list, grown out of order."""
    graph = []
    for _ in range(w.size):
        graph.append([])
    for k in range(w.size):
        graph[k].append((k + 1) % w.size)
        graph[(k + 1) % w.size].append(k)
    total = 0.0
    for k in range(w.size):
        for j in graph[k]:
            total += w[k] * w[j] * (k + 1)
    return total


add(adjacency, (normal(4),))


def triangular_rows(w):
    rows = []
    for k in range(w.size):
        row = []
        for j in range(k + 1):
            row.append(w[j] * k)
        rows.append(row)
    total = 0.0
    for row in rows:
        for v in row:
            total += v * v
    return total + rows[-1][0]


add(triangular_rows, (normal(4),))


def walked_while_growing(x):
    """The loop appends to the list that it walks."""
    queue = [1.0]
    total = 0.0
    for v in queue:
        total += v * x
        if len(queue) < 5:
            queue.append(v * x)
    return total


add(walked_while_growing, (0.7,))


def first_in_first_out(x):
    queue = [x]
    total = 0.0
    while queue:
        v = queue.pop(0)
        total += np.sin(v)
        if v > 0.1:
            queue.append(v * 0.5)
            queue.append(v * v * 0.3)
    return total


add(first_in_first_out, (0.7,))


def sorted_and_searched(x, n):
    found = []
    for k in range(n):
        found.append(np.sin(5 * k * x))
    found.sort()
    ranks = []
    for k in range(n):
        ranks.append(k % 3)
    ranks.remove(2)
    del found[1]
    return found[0] * 3 + found[-1] * ranks.index(1) + sorted(found)[1] * ranks.count(0) + (x if 2 in ranks else 0.0)


add(sorted_and_searched, (0.7, 6))


def joined_arrays(a):
    parts = []
    for k in range(a.shape[0]):
        parts.append(a[k, :k] * 2)
    rows = list(a)
    columns = np.stack(rows, axis=1)
    return np.sum(np.concatenate(parts) ** 2) + columns[0, 1] * np.vstack(rows)[1, 0]


add(joined_arrays, (normal(4, 3),))


def table_of_lists(w):
    n = w.size
    best = [[0.0] * (n + 1), [0.0] * (n + 1), [0.0] * (n + 1)]
    for i in range(1, 3):
        for j in range(1, n + 1):
            best[i][j] = max(best[i - 1][j], best[i][j - 1]) + w[j - 1] * i
    return best[2][n]


add(table_of_lists, (normal(4),))


def _leaves(x, depth, out):
    if depth == 0:
        out.append(x)
        return
    _leaves(x * 0.5, depth - 1, out)
    _leaves(x + 1.0, depth - 1, out)


def collected_by_recursion(x, depth):
    out = []
    _leaves(x, depth, out)
    total = 0.0
    for k, v in enumerate(out):
        total += v * v * k
    return total


add(collected_by_recursion, (0.4, 3), (0.4, 0))


def exchanged_lists(x, n):
    a, b = [x], [1.0]
    for _ in range(n):
        a, b = b, a
        a.append(b[-1] * x)
    return sum(a) * len(a) + sum(b)


add(exchanged_lists, (0.4, 3), (0.4, 4))


def tuple_by_index(x, n):
    coefficients = (2.0, -1.0, x, 0.5)
    total = 0.0
    for k in range(n):
        total = total * x + coefficients[k]
    return total


add(tuple_by_index, (0.4, 3), (0.4, 4))


def _halved(v, n):
    out = [v]
    for _ in range(n):
        out.append(out[-1] * 0.5)
    return out


def rebound_each_turn(x, n):
    """A turn makes a list of another length and does not look at the one before."""
    a = [x, 2.0 * x]
    b = [0.5 * x]
    for k in range(n):
        a = _halved(b[k % len(b)] * x, k)
        b = b[1:] + [x + k, a[-1]]
    total = 0.0
    for k, v in enumerate(a):
        total += v * v * k
    return total + sum(b) * len(a)


add(rebound_each_turn, (0.7, 3), (0.7, 0))


def array_of_another_size(x, n):
    """The same of arrays."""
    a = x * 2.0
    for k in range(n):
        a = np.ones(k + 1) * np.sin(x[0])
    return np.sum(a * a)


add(array_of_another_size, (normal(3), 2), (normal(3), 0))


def slices_replaced(x, n):
    xs = []
    for k in range(6):
        xs.append(x[k % 3] * k)
    xs[1 : n + 1] = [5.0 * x[0]]
    xs[-2:] = [x[1], x[2], 1.0]
    xs[:0] = [7.0 * x[1]]
    total = 0.0
    for k, (v, w) in enumerate(zip(xs, (1.0, 2.0, 3.0, 4.0, 5.0))):
        total += k * v * w
    return total * len(xs)


add(slices_replaced, (normal(3), 2), (normal(3), 4))
