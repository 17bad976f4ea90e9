"""What dicts, sets and deques of the run are asked (`containers.py`), written in the language: keys are found by walking a list of them."""

from __future__ import annotations


def place_of(keys, key):
    """Where a key stands among the keys, -1 where it does not."""
    for k in range(len(keys)):
        if keys[k] == key:
            return k
    return -1


def place_in_deque(index, size):
    """An index counted from the front."""
    place = index + size if index < 0 else index
    if place < 0 or place >= size:
        raise IndexError("deque index out of range")
    return place


def key_needed(key, place):
    if place < 0:
        raise KeyError(key)
    return place


def union(one, other):
    return [*one, *[x for x in other if x not in one]]


def intersection(one, other):
    return [x for x in one if x in other]


def difference(one, other):
    return [x for x in one if x not in other]


def symmetric_difference(one, other):
    return [*[x for x in one if x not in other], *[x for x in other if x not in one]]


def is_subset(one, other):
    return all([x in other for x in one])


def same_members(one, other):
    return len(one) == len(other) and is_subset(one, other)


def same_items(keys, values, other_keys, other_values):
    if len(keys) != len(other_keys):
        return False
    for k in range(len(keys)):
        place = place_of(other_keys, keys[k])
        if place < 0 or values[k] != other_values[place]:
            return False
    return True


def most_common(keys, values):
    return sorted([(keys[k], values[k]) for k in range(len(keys))], key=second, reverse=True)


def second(pair):
    return pair[1]


def rotated(items, steps):
    """The items of a deque after rotate(steps)."""
    return [items[(k - steps) % len(items)] for k in range(len(items))]
