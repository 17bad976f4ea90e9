"""iter() and next(), generators handed on, objects that are walked."""

import functools

import numpy as np

from .corpus import add, normal


def items_taken_one_by_one(x):
    it = iter(x)
    first = next(it)
    best = next(it) * first
    for v in it:
        if v > best:
            best = v
    table = {"a": x[0], "b": 2.0}
    return best * next(iter(table.values())) + next(iter(table.items()))[1] ** 2 + next((v for v in x if v < 0), 0.0)


add(items_taken_one_by_one, (normal(5),), (normal(4, seed=3),))


def taken_until_none_is_left(x):
    it = iter(x)
    t = 0.0
    k = 0
    while True:
        try:
            v = next(it)
        except StopIteration:
            break
        t += v * v * k
        k += 1
    again = iter(x)
    v = next(again, None)
    while v is not None:
        t = t * 0.5 + v
        v = next(again, None)
    return t


add(taken_until_none_is_left, (normal(4),), (normal(1),))


def _evens(x):
    for i, v in enumerate(x):
        if i % 2 == 0:
            yield v


def _squares(items):
    for v in items:
        yield v * v


def generators_of_generators(x):
    return sum(_squares(_evens(x))) * list(_squares(x))[1] + sum(_squares(v * 2.0 for v in x))


add(generators_of_generators, (normal(5),))


class Polar:
    def __init__(self, r, angle):
        self.r = r
        self.angle = angle

    def __iter__(self):
        return iter((self.r, self.angle))


def walked_in_every_way(x, y):
    p = Polar(x, y)
    a, b = p
    t = 0.0
    for v in p:
        t += v * v
    items = list(p)
    return a * b + t + sum(p) + items[1] * max(*p) + sum([*p, 1.0]) ** 2


add(walked_in_every_way, (1.3, 0.7))


def _squares_above(bound, xs):
    for v in xs:
        if v > bound:
            yield v * v


def of_unknown_number(xs):
    """filter, zip, enumerate and map of what shows its number while it is walked, given to who wants a list."""
    total = max(filter(lambda v: v > 0, xs)) + max(filter(None, xs), default=0.0)
    total += functools.reduce(lambda a, b: a * b, filter(lambda v: v < 0, xs), 1.0)
    total += sum(v * w for v, w in zip(xs, filter(lambda v: v > 0, xs)))
    for k, v in list(enumerate(_squares_above(0.5, xs))):
        total += k * v
    pairs = dict(zip(range(9), _squares_above(-9.0, xs)))
    best = max(enumerate(_squares_above(0.0, xs)), key=lambda p: p[1])
    return total + pairs[1] + best[0] * best[1] + len(sorted(filter(lambda v: v > 0, xs)))


add(of_unknown_number, ((1.0, -2.0, 3.0),), (np.array([1.5, -2.0, 0.7]),))


def _noted(xs, log):
    for v in xs:
        log.append(v * v)
        yield v > 1


def deciding(xs):
    """No item is asked for behind the one that decides."""
    log = []
    found = any(_noted(xs, log)), all(_noted(xs, log)), any(map(lambda v: 6.0 / (v - 2.0) > 5.0, xs))
    return sum(log) * (1 + found[0]) + found[1] + found[2]


add(deciding, ((1.0, 3.0, 2.0),), (np.array([0.5, 2.5, 2.0]),))
