"""What Python's lists do while the program runs, written in the language (see `library.py`)."""

from __future__ import annotations

import numpy as np


def sorted_by(items, key, down):
    """sorted(items, key=key, reverse=down) where there is a key."""
    return in_order(items, [key(item) for item in items], down)


def sorted_items(items, down):
    """sorted(items, reverse=down) of what is no number."""
    return in_order(items, items, down)


def in_order(items, keys, down):
    order = merged(keys, down)
    return [items[order[k]] for k in range(len(items))]


def merged(keys, down):
    """The positions of the keys in order, equal ones as they stand: runs of doubled width are merged."""
    size = len(keys)
    order = np.arange(size)
    width = 1
    while width < size:
        before = order.copy()
        for start in range(0, size, 2 * width):
            middle, end = min(start + width, size), min(start + 2 * width, size)
            i, j = start, middle
            for k in range(start, end):
                if i < middle and (j >= end or not ahead(keys[int(before[j])], keys[int(before[i])], down)):
                    order[k] = before[i]
                    i += 1
                else:
                    order[k] = before[j]
                    j += 1
        width *= 2
    return order


def ahead(one, other, down):
    if down:
        return one > other
    return one < other


def less(one, other):
    """one < other"""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return a < b
    return len(one) < len(other)


def less_equal(one, other):
    """one <= other"""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return a <= b
    return len(one) <= len(other)


def greater(one, other):
    return less(other, one)


def greater_equal(one, other):
    return less_equal(other, one)


COMPARISONS = {"less": less, "less_equal": less_equal, "greater": greater, "greater_equal": greater_equal}


def without_part(items, start, stop):
    """What is left of items after del items[start:stop]."""
    kept = [items[k] for k in range(start)]
    for k in range(max(start, stop), len(items)):
        kept.append(items[k])
    return kept


def without_steps(items, start, stop, step):
    """What is left of items after del items[start:stop:step]."""
    gone = np.zeros(len(items), dtype=np.bool_)
    for k in range(start, stop, step):
        gone[k] = True
    return [items[k] for k in range(len(items)) if not gone[k]]


def slice_bounds(size, start, stop, step, starts, stops):
    """Start and stop of a slice of so many items, as slice(start, stop, step).indices(size) has them."""
    if step == 0:
        raise ValueError("slice step cannot be zero")
    first, last = (0, size) if step > 0 else (-1, size - 1)
    if starts:
        begin = min(max(start + size if start < 0 else start, first), last)
    else:
        begin = first if step > 0 else last
    if stops:
        end = min(max(stop + size if stop < 0 else stop, first), last)
    else:
        end = last if step > 0 else first
    return begin, end
