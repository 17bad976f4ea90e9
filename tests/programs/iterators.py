"""iter() and next(), generators handed on, objects that are walked."""

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
