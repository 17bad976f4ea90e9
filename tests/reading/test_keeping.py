"""Functions kept in lists, dicts and objects: as Python where nothing they capture is assigned again, else refused."""

from __future__ import annotations

from typing import Any

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


# -- what is walked later than it is made --------------------------------------------------------


def late_bound(x):
    k, n = 2.0, 2
    terms = (v * k for v in x[:n])
    k, n = 5.0, 0
    return sum(terms)


def late_items(x):
    items = list(x)
    terms: object = (v for v in items)
    items.append(7.0)
    return max(terms)


def test_a_generator_expression_is_read_where_it_is_walked() -> None:
    for f in (late_bound, late_items):
        assert dl.differentiable(f)([1.0, 2.0, 3.0]) == f([1.0, 2.0, 3.0])


def of_a_map(x):
    k = 2.0
    m = map(lambda v: v * k, x)
    k = 3.0
    return sum(m)


def of_a_generator(x):
    k = 2.0

    def terms():
        for v in x:
            yield v * k

    it = terms()
    k = 3.0
    return sum(it)


def of_what_a_call_returned(x):
    def make():
        def inner():
            return x * x

        return inner

    h = make()
    x = 2 * x
    return h()


def sieve(n):
    free = [True] * n
    total = 0
    for p in (i for i in range(2, n) if free[i]):
        total += p
        for q in range(p * p, n, p):
            free[q] = False
    return total


def grown_in_its_loop(x):
    k, total = 1.0, 0.0

    def terms():
        for v in x:
            yield v * k

    for v in terms():
        total += v
        k = total
    return total


@pytest.mark.parametrize(
    ("f", "x"), [(of_a_map, [1.0]), (of_a_generator, [1.0]), (of_what_a_call_returned, 1.0), (sieve, 9), (grown_in_its_loop, [1.0, 2.0])]
)
def test_what_would_see_a_later_value_is_refused(f: Any, x: Any) -> None:
    with pytest.raises(dl.DifflangError, match="which was assigned since|the loop changes"):
        dl.differentiable(f)(x)


def test_map_and_reversed_are_at_their_end_after_a_walk() -> None:
    def twice(x):
        m = map(lambda v: v * v, x)
        return sum(m) + sum(m)

    def back_and_back(x):
        r = reversed(x)
        return sum(r) + sum(r)

    for f in (twice, back_and_back):
        with pytest.raises(dl.DifflangError, match="walked before"):
            dl.differentiable(f)([1.0, 2.0])
