"""heapq and bisect, written in the language: the same comparisons as Python's, so the same list."""

from __future__ import annotations

import bisect
import heapq


def heappush(heap, item):
    heap.append(item)
    _risen(heap, 0, len(heap) - 1, item)


def heappop(heap):
    if len(heap) == 0:
        raise IndexError("index out of range")
    last = heap.pop()
    if len(heap) == 0:
        return last
    first = heap[0]
    _sunk(heap, 0, last)
    return first


def heapreplace(heap, item):
    if len(heap) == 0:
        raise IndexError("index out of range")
    first = heap[0]
    _sunk(heap, 0, item)
    return first


def heappushpop(heap, item):
    if len(heap) == 0 or not heap[0] < item:
        return item
    first = heap[0]
    _sunk(heap, 0, item)
    return first


def heapify(heap):
    for k in range(len(heap) // 2 - 1, -1, -1):
        _sunk(heap, k, heap[k])


def _risen(heap, start, k, item):
    """The item goes up from place k as far as it is less than its parents."""
    while k > start:
        parent = (k - 1) >> 1
        above = heap[parent]
        if not item < above:
            break
        heap[k] = above
        k = parent
    heap[k] = item


def _sunk(heap, start, item):
    """The lesser children go up from `start` to the end of the tree; the item takes the place left, and goes up from there."""
    k, child = start, 2 * start + 1
    while child < len(heap):
        if child + 1 < len(heap) and not heap[child] < heap[child + 1]:
            child += 1
        heap[k] = heap[child]
        k, child = child, 2 * child + 1
    heap[k] = item
    _risen(heap, start, k, item)


def nlargest(n, items):
    return sorted(items, reverse=True)[: max(n, 0)]


def nsmallest(n, items):
    return sorted(items)[: max(n, 0)]


def bisect_left(a, x, lo=0, hi=None):
    if lo < 0:
        raise ValueError("lo must be non-negative")
    end = len(a) if hi is None else hi
    while lo < end:
        middle = (lo + end) // 2
        if a[middle] < x:
            lo = middle + 1
        else:
            end = middle
    return lo


def bisect_right(a, x, lo=0, hi=None):
    if lo < 0:
        raise ValueError("lo must be non-negative")
    end = len(a) if hi is None else hi
    while lo < end:
        middle = (lo + end) // 2
        if x < a[middle]:
            end = middle
        else:
            lo = middle + 1
    return lo


def insort_left(a, x, lo=0, hi=None):
    a.insert(bisect_left(a, x, lo, hi), x)


def insort_right(a, x, lo=0, hi=None):
    a.insert(bisect_right(a, x, lo, hi), x)


STANDS_FOR = {
    getattr(module, text.__name__): text
    for module, texts in (
        (heapq, (heappush, heappop, heapify, heapreplace, heappushpop, nlargest, nsmallest)),
        (bisect, (bisect_left, bisect_right, insort_left, insort_right)),
    )
    for text in texts
}
