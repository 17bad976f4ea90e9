"""Functions kept in lists, dicts and objects: as Python where nothing they capture is assigned again, else refused."""

from __future__ import annotations

import pytest

import difflang as dl


def appended(x):
    found = []
    for i in range(3):
        found.append(lambda t: t * i)
    return found[0](x)


def comprehended(x):
    found = [lambda t: t * i for i in range(3)]
    return found[0](x)


def comprehended_at_run_time(x):
    found = [lambda t: t * v for v in x]
    return found[0](2.0)


def listed(x):
    return list(lambda t: t * v for v in (1.0, 2.0))[0](x)


def by_key(x):
    found = {n: (lambda t: t * n) for n in (1, 2)}
    return found[1](x)


def put_under_keys(x):
    found = {}
    for n in ("a", "bb"):
        found[n] = lambda t: t * len(n)
    return found["a"](x)


def reassigned(x):
    k = 2.0
    found = [lambda t: t * k]
    k = 3.0
    return found[0](x)


class Step:
    def __init__(self, f):
        self.f = f

    def take(self, x):
        return self.f(x) * 2


def in_an_object(x):
    k = 1.0
    step = Step(lambda t: t * k)
    k = 2.0
    return step.take(x)


def as_an_attribute(x):
    k = 1.0
    step = Step(abs)
    step.f = lambda t: t * k
    k = 2.0
    return step.take(x)


def read_in_the_next_turn(x):
    found = []
    for i in range(3):
        if found:
            x = x + found[0](x)
        found.append(lambda t: t * i)
    return x


LATE = [appended, comprehended, listed, by_key, put_under_keys, reassigned, in_an_object, as_an_attribute, read_in_the_next_turn]


@pytest.mark.parametrize("function", LATE)
def test_what_python_would_see_later_is_refused(function):
    with pytest.raises(dl.DifflangError, match=r"captures '\w+', which"):
        dl.differentiable(function)(2.0)


def test_also_where_the_items_are_the_runs():
    with pytest.raises(dl.DifflangError, match="captures 'v', which the loop changes"):
        dl.differentiable(comprehended_at_run_time)([1.0, 2.0])


def bound_in_the_head(x):
    found = [lambda t, i=i: t * i for i in range(4)]
    return found[1](x) + found[3](x)


def used_in_its_turn(x):
    total = 0.0
    for i in range(3):
        ops = [lambda t: t * i, lambda t: t + i]
        ops.append(lambda t: t - i)
        for f in ops:
            total += f(x)
    return total


def nothing_changes(x):
    found, k = {}, x * 2.0
    found["a"] = lambda t: t * k
    found["b"] = lambda t: t + k
    return found["a"](x) + found["b"](x)


def made_by_a_function(x):
    def make(n):
        return lambda t: t * n

    found = [make(n) for n in range(4)]
    return sum(f(x) for f in found)


def lazily(x):
    return sum((lambda t: t * i)(x) for i in range(4))


def step_by_step(x):
    total = 0.0
    for k in (1.0, 2.0, 3.0):
        step = Step(lambda t: t * k)
        total += step.take(x)
    return total


def values_of_a_map(x):
    values = list(map(lambda t: t * x, [1.0, 2.0]))
    x = x + 1
    return sum(values) * x


@pytest.mark.parametrize(
    "function", [bound_in_the_head, used_in_its_turn, nothing_changes, made_by_a_function, lazily, step_by_step, values_of_a_map]
)
def test_what_is_the_same_later_is_right(function):
    assert dl.differentiable(function)(2.0) == function(2.0)
    dl.check_grads(function, (2.0,))
