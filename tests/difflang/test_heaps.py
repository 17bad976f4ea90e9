"""heapq and bisect: the lists that Python leaves, its items and its errors."""

from __future__ import annotations

import bisect
import heapq

import numpy as np
import pytest

import difflang as dl


def pushed_and_popped(xs):
    heap = []
    for x in xs:
        heapq.heappush(heap, x)
    left = heap[:]
    return left, [heapq.heappop(heap) for _ in range(3)], heap


def made_and_replaced(xs):
    heap = list(xs)
    heapq.heapify(heap)
    before = heap[:]
    taken = heapq.heapreplace(heap, 2.5), heapq.heappushpop(heap, 0.1), heapq.heappushpop(heap, 9.0)
    return before, taken, heap, heapq.nlargest(2, xs), heapq.nsmallest(3, xs)


def in_order(xs):
    kept = []
    for x in xs:
        bisect.insort(kept, x)
    return kept, bisect.bisect_left(kept, 2.0), bisect.bisect(kept, 2.0, lo=1), bisect.bisect_right(kept, 0.0, 0, 2)


@pytest.mark.parametrize("function", [pushed_and_popped, made_and_replaced, in_order])
def test_as_python(function):
    xs = [5.0, 2.0, 7.0, 2.0, 1.0, 9.0, 3.0]
    assert dl.differentiable(function)(xs) == function(xs)


def test_tuples_are_compared_item_by_item():
    def sorted_by_heap(n):
        heap = []
        for i in range(n):
            heapq.heappush(heap, (i * 7 % 5, -i, i))
        return [heapq.heappop(heap) for _ in range(n)]

    assert dl.differentiable(sorted_by_heap)(12) == sorted_by_heap(12)


def test_errors():
    def too_many(x):
        heap = [x]
        heapq.heappop(heap)
        return heapq.heappop(heap)

    with pytest.raises(IndexError, match="index out of range"):
        dl.differentiable(too_many)(1.0)
    with pytest.raises(ValueError, match="lo must be non-negative"):
        dl.differentiable(lambda xs: bisect.bisect(xs, 1.0, -1))([1.0])


def shortest(weights, source, target, n):
    near = [[] for _ in range(n)]
    for k in range(len(weights)):
        near[source[k]].append((target[k], weights[k]))
    found = [np.inf] * n
    found[0] = 0.0
    heap = [(0.0, 0)]
    while heap:
        d, u = heapq.heappop(heap)
        if d > found[u]:
            continue
        for v, w in near[u]:
            if d + w < found[v]:
                found[v] = d + w
                heapq.heappush(heap, (d + w, v))
    return sum(found)


def test_shortest_ways():
    args = np.array([1.0, 2.0, 0.5, 3.0]), np.array([0, 0, 1, 2]), np.array([1, 2, 2, 3])
    assert dl.differentiable(shortest)(*args, 4) == shortest(*args, 4)
    assert dl.grad(shortest)(*args, 4).tolist() == [3.0, 0.0, 2.0, 1.0]
