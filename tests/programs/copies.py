"""copy and deepcopy, lists inside of what a call makes."""

import copy
from dataclasses import dataclass, field

import numpy as np

from .corpus import add, normal


@dataclass
class Body:
    mass: float
    trail: list = field(default_factory=list)


def copied_deep_and_shallow(x):
    rows = [[x[0], 1.0], [x[1]]]
    deep = copy.deepcopy(rows)
    shallow = copy.copy(rows)
    deep[0][0] = 5.0
    shallow[1].append(x[2])
    body = Body(x[0])
    one, other = copy.copy(body), copy.deepcopy(body)
    one.mass = 7.0 * x[1]
    one.trail.append(x[1])
    other.trail.append(3.0)
    table = copy.deepcopy({"a": [x[0]]})
    table["a"][0] *= 2.0
    values = copy.deepcopy(x)
    values[0] = 0.0
    t = rows[0][0] * rows[1][1] + deep[0][0] * deep[0][1] + len(shallow[1]) + sum(other.trail)
    return t + body.mass * body.trail[0] + one.mass + table["a"][0] ** 2 + np.sum(values**2)


add(copied_deep_and_shallow, (normal(4),))


def the_same_twice_in_a_copy(x):
    body = Body(x)
    row = [x, 2.0]
    bodies = copy.deepcopy([body, body])
    rows = copy.deepcopy([row, row])
    bodies[0].mass *= 7.0
    rows[0][1] = x * x
    return body.mass + bodies[1].mass**2 + rows[1][1] * row[1]


add(the_same_twice_in_a_copy, (1.3,))


def lists_that_a_call_makes(x):
    rows = list(map(list, zip(x, x * 2.0)))
    rows[0][0] = x[1] ** 2
    pairs = list(map(list, [(x[0], x[1]), (x[1], 3.0)]))
    pairs[1][0] = x[0] ** 3
    pairs[0].append(x[0])
    return rows[0][0] * rows[1][1] + pairs[1][0] * pairs[0][2]


add(lists_that_a_call_makes, (normal(3),))


class Sampled:
    """Walked, taken apart, and with an item set to zero by `del`."""

    def __init__(self, first, second):
        self.first = first
        self.second = second

    def __iter__(self):
        yield self.first
        yield self.second * 2.0

    def __delitem__(self, k):
        if k == 0:
            self.first = 0.0
        else:
            self.second = 0.0


def taken_apart_by_iter(x, y):
    pair = Sampled(x, y)
    a, b = pair
    first, *rest = pair
    names = dict.fromkeys(("u", "v"), a * b)
    names["u"] += first
    del pair[1]
    c, d = pair
    return names["u"] * names["v"] + rest[0] ** 2 + c * x + d


add(taken_apart_by_iter, (1.3, 0.7))
