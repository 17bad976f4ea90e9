"""Dicts, sets and deques of the run as Python has them, what they give to Python, and what of them is refused."""

from __future__ import annotations

import copy
from collections import Counter, defaultdict, deque
from typing import Any

import pytest

import difflang as dl


def a_dict(n):
    return {k % 3: k for k in range(n)}


def sets_and_deques(n):
    return {(i % 2, i % 3) for i in range(n)}, deque([n, 1]), Counter([k % 2 for k in range(n)])


def rows(n):
    table = {}
    for i in range(n):
        table.setdefault(i % 2, []).append(i)
    return table


def copies(n):
    table = {}
    for i in range(n):
        table[i % 2] = i
    one, two, three = copy.copy(table), copy.deepcopy(table), dict(table)
    one[0], two[1], three[5] = 7, 9, 1
    return table, one, two, three


def changed_while_walked(n):
    table = {i: i for i in range(n)}
    for key in table:
        if key == 2:
            table[99] = 1
    return len(table)


def values_changed_while_walked(n):
    table = {i: i for i in range(n)}
    for key in table:
        table[key] *= 2
    return sum(table.values())


def by_a_helper(n):
    def count(table, key):
        table[key] = table.get(key, 0) + 1

    table = {}
    for i in range(n):
        count(table, i % 3)
    return table, isinstance(table, dict), table == {}, bool(table)


def ends(n):
    queue = deque([k for k in range(n)])
    queue.appendleft(-1)
    queue.rotate(2)
    queue[0] += 10
    return queue.pop(), queue.popleft(), queue[-1], len(queue), [k for k in queue]


def counts(n):
    one = Counter([1, 1, n])
    two = Counter(one)
    two.update([n, n])
    one.update(two)
    return one, two.total()


@pytest.mark.parametrize("function", [a_dict, sets_and_deques, rows, copies, values_changed_while_walked, ends, counts])
def test_results_are_pythons(function: Any) -> None:
    compiled = dl.differentiable(function)
    for n in (5, 6, 6):
        found, expected = compiled(n), function(n)
        assert found == expected and repr(found) == repr(expected)


def missing(n):
    table = {}
    for i in range(n):
        table[i] = i
    return table[n]


def removed(n):
    seen = set()
    seen.add(n)
    seen.remove(n + 1)
    return n


def empty_queue(n):
    queue = deque()
    for i in range(n):
        queue.append(i)
    for _ in range(n + 1):
        queue.popleft()
    return n


@pytest.mark.parametrize("function", [missing, removed, empty_queue, changed_while_walked])
def test_errors_are_pythons(function: Any) -> None:
    with pytest.raises(Exception) as pythons:
        function(5)
    with pytest.raises(pythons.type) as ours:
        dl.differentiable(function)(5)
    assert str(ours.value) == str(pythons.value)


def order_of_a_set(n):
    total = 0.0
    for value in set(range(n)):
        total += value
    return total


def a_list_as_key(n):
    table = {}
    for i in range(n):
        table[[i]] = 1
    return n


def handed_out(n):
    table = defaultdict(int)
    table[n] += 1
    return table


def queue_changed_while_walked(n):
    queue = deque([k for k in range(n)])
    for value in queue:
        queue.append(value)
    return n


@pytest.mark.parametrize("function", [order_of_a_set, a_list_as_key, handed_out, queue_changed_while_walked])
def test_what_would_differ_is_refused(function: Any) -> None:
    with pytest.raises(dl.DifflangError):
        dl.differentiable(function)(5)


class Log:
    def __init__(self):
        self.values = []


def deep(n, x):
    log = Log()
    for i in range(n):
        log.values.append(x * i)
    other = copy.deepcopy(log)
    other.values[0] = 9.0
    return log.values[0] + other.values[0]


def test_a_deep_copy_has_lists_of_its_own() -> None:
    assert dl.differentiable(deep)(4, 1.3) == deep(4, 1.3)


def first_of_each(vals, c, x):
    if c:
        row = []
        vals[0] = row
    vals[0].append(x)


def rows_replaced(n, x):
    vals = [[] for _ in range(n)]
    for i in range(n):
        first_of_each(vals, i == 3, x * i)
    return sum(vals[0])


def test_a_list_that_is_made_on_one_path_only() -> None:
    assert dl.value_and_grad(rows_replaced, argnums=1)(5, 1.5) == (10.5, 7.0)


# -- dicts of the caller, asked for numbers of the run ---------------------------------------------


def reached(near, x):
    found, waiting = {0: 0.0}, [0]
    while waiting:
        u = waiting.pop(0)
        for v, w in near[u]:
            if v not in found or found[u] + w * x < found[v]:
                found[v] = found[u] + w * x
                waiting.append(v)
    return sum(found.values())


def followed(table, k, x):
    total = 0.0
    while k in table:
        total += table.get(k + 1, 0.5) * x
        k = table[k]
    return total


def missing(table, k, x):
    while k < 9:
        k += 1
        x *= table[k]
    return x


def changed_rows(table, k, x):
    while k < 4:
        table[k % 2].append(x)
        k += 1
    return sum(table[0])


def test_dicts_of_the_caller_by_keys_of_the_run():
    near = {0: [(1, 1.0), (2, 5.0)], 1: [(2, 2.0)], 2: []}
    assert dl.differentiable(reached)(near, 1.2) == reached(near, 1.2)
    assert dl.grad(reached, 1)(near, 1.2) == pytest.approx(4.0)
    table = {0: 1, 1: 2, 2: 5}
    assert dl.differentiable(followed)(table, 0, 1.5) == followed(table, 0, 1.5)
    with pytest.raises(KeyError, match="^3"):
        dl.differentiable(missing)({1: 2.0, 2: 3.0}, 0, 1.5)
    with pytest.raises(dl.DifflangError, match="DL007"):
        dl.differentiable(changed_rows)({0: [1.0], 1: []}, 0, 1.5)
