"""Dicts, sets, counters and deques whose keys show while the program runs."""

from __future__ import annotations

from collections import Counter, defaultdict, deque

import numpy as np

from .corpus import add, normal


def counted_keys(n, x):
    table = {}
    for i in range(n):
        table[i % 3] = table.get(i % 3, 0.0) + x * i * x
    if 1 in table:
        table[0] *= table.pop(1)
    total = 0.0
    for key, value in table.items():
        total += key * value
    return total + table[0] * len(table) + sum(table.values())


add(counted_keys, (7, 1.3), (2, 0.7))


def grouped(n, x):
    groups, sums = defaultdict(list), defaultdict(float)
    for i in range(n):
        groups[i % 3].append(x**i)
        sums[(i % 2, i % 3)] += x * i
    rows = {}
    for i in range(n):
        if i % 2 not in rows:
            rows[i % 2] = []
        rows[i % 2].append((i, x * i))
    best = max(sums, key=sums.get)
    return sum(sum(g) * len(g) for g in groups.values()) + best[1] * sums[best] + sum(k * v for k, v in rows[0])


add(grouped, (6, 1.3))


def remembered_by_key(n, x):
    memo = {}

    def f(k):
        if k in memo:
            return memo[k]
        result = x if k < 2 else f(k - 1) + x * f(k - 2)
        memo[k] = result
        return result

    return f(n) + len(memo)


add(remembered_by_key, (6, 1.3), analytic=True)


def searched(n, x):
    seen, queue, total = {0}, deque([(0, x)]), 0.0
    while queue:
        node, weight = queue.popleft()
        total += node * weight * weight
        for child in (2 * node + 1, 2 * node + 2):
            if child < n and child not in seen:
                seen.add(child)
                queue.append((child, weight * 0.5 + 1.0))
    return total * len(seen)


add(searched, (6, 1.3))


def members(n, x):
    evens, squares = set(range(0, n, 2)), {k * k for k in range(n)}
    both, either = evens & squares, evens | {1, n}
    either.discard(0)
    total = x ** len(both) + len(either) * x + min(squares) + sorted(either)[-1]
    return total * (2 if both <= evens else 3) * (2 if 1 in either - both else 3)


add(members, (6, 1.3))


def most_common(xs):
    counts = Counter([int(v > 0) + int(v > 1) for v in xs])
    key, count = counts.most_common(1)[0]
    return float(np.sum(xs * xs)) * count + key + counts[7]


add(most_common, (normal(9),))


def shortest_ways(weights):
    graph = {0: [(1, 0), (2, 1)], 1: [(3, 2)], 2: [(1, 3), (3, 4)], 3: []}
    distance = {node: np.inf for node in range(4)}
    distance[0] = 0.0
    todo = [0]
    while todo:
        node = todo.pop()
        for other, edge in graph[node]:
            way = distance[node] + abs(weights[edge])
            if way < distance[other]:
                distance[other] = way
                todo.append(other)
    return distance[3] ** 2


add(shortest_ways, (normal(5),))
