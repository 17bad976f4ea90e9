"""Lists of the caller that a function changes are afterwards what Python would have left: the same list, the same objects in it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import difflang as dl


def appended(xs, x):
    xs.append(x)
    xs[0] = 2 * x
    return xs


def bubble_sorted(xs):
    for last in range(len(xs) - 1, 0, -1):
        for j in range(last):
            if xs[j] > xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]


def sorted_in_place(xs):
    xs.sort(reverse=True)
    del xs[1:]
    xs *= 3


def of_several_kinds(xs):
    xs[1][0] = 9.0
    xs[0] = xs[0] + 1
    xs.append("x")
    xs.insert(0, None)


def rows_scaled(rows, k):
    for i in range(len(rows)):
        for j in range(len(rows[i])):
            rows[i][j] *= k


def rows_that_grow(rows, n):
    for i in range(n):
        rows[i].append(1.0)
    rows.append([7.0])


def rows_exchanged(rows):
    rows[0], rows[1] = rows[1], rows[0]
    rows[0].append(3.0)
    return rows[1]


def arrays_handed_on(arrays, x):
    arrays[0][:] = x
    arrays.append(x)
    arrays[1] = x + 1
    return arrays[-1]


def arrays_that_grow(arrays, n):
    for i in range(n):
        arrays.append(arrays[i] * 2)


def in_one_branch(xs, x):
    if x > 0:
        return xs
    xs.append(x)
    return xs


def by_a_helper(xs, x):
    def push(value):
        xs.append(value)

    exchange(xs, 0, 1)
    push(x)
    return sum(xs)


def exchange(xs, i, j):
    xs[i], xs[j] = xs[j], xs[i]


def called_again(xs, n):
    if n == 0:
        return len(xs)
    xs[0] += 1.0
    xs.append(xs[-1] * 2)
    return called_again(xs, n - 1)


def permuted(xs, k, n):
    if k == n:
        return
    xs[k], xs[n] = xs[n], xs[k]
    permuted(xs, k + 1, n)


def pairs_and_dicts(pairs, table, x):
    pairs[0][0].append(x)
    table["v"].extend([x, x])
    table["n"] = len(table["v"])
    return sum(table["v"])


def shortened(xs, n):
    while len(xs) > n:
        xs.pop(0)


CALLS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (appended, ([1.0, 3.0], 2.0)),
    (appended, ([1, 3], 2)),
    (bubble_sorted, ([3.0, 1.0, 2.0],)),
    (bubble_sorted, ([3, 1, 2],)),
    (sorted_in_place, ([1.0, 3.0, 2.0],)),
    (of_several_kinds, ([1, [2.0], None],)),
    (rows_scaled, ([[1.0, 2.0], [3.0, 4.0]], 2.0)),
    (rows_scaled, ([[1, 2], [3]], 2)),
    (rows_that_grow, ([[1.0], [2.0, 3.0]], 2)),
    (rows_exchanged, ([[1.0], [2.0]],)),
    (arrays_handed_on, ([np.ones(2), np.zeros(3)], np.full(2, 5.0))),
    (arrays_that_grow, ([np.ones(2), np.arange(2.0)], 2)),
    (in_one_branch, ([1.0], 1.0)),
    (in_one_branch, ([1.0], -1.0)),
    (by_a_helper, ([1.0, 2.0], 3.0)),
    (called_again, ([1.0, 2.0], 3)),
    (permuted, ([1, 2, 3, 4], 0, 2)),
    (pairs_and_dicts, ([([1.0], 2)], {"v": [1.0], "n": 0}, 3.0)),
    (shortened, ([1, 2, 3, 4], 2)),
    (shortened, ([], 2)),
]


def identities(value: Any, known: list[Any]) -> Any:
    """A value with the objects among the arguments told by their positions."""
    for k, other in enumerate(known):
        if value is other:
            return k
    if isinstance(value, (list, tuple)):
        return [identities(item, known) for item in value]
    return type(value), repr(value)


def reachable(value: Any) -> list[Any]:
    found = [value] if isinstance(value, (list, np.ndarray)) else []
    for item in value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else ():
        found += reachable(item)
    return found


@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_caller_finds_what_python_leaves(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    compiled = dl.differentiable(function)
    for _ in range(2):  # the second call takes the quick way
        expected, given = copy.deepcopy(arguments), copy.deepcopy(arguments)
        known = [reachable(expected), reachable(given)]
        results = [identities(function(*expected), known[0]), identities(compiled(*given), known[1])]
        assert results[0] == results[1]
        assert repr(expected) == repr(given)
        for one, other in zip(*known, strict=True):
            assert repr(one) == repr(other)
            if isinstance(one, list):
                assert [identities(item, known[0]) for item in one] == [identities(item, known[1]) for item in other]


def multiplied_along(xs, n):
    for i in range(1, n):
        xs[i] = xs[i] * xs[i - 1]
    xs.append(0.0)
    return xs[n - 1]


def test_derivatives_change_no_list() -> None:
    xs = [1.5, 2.0, 3.0]
    value, gradient = dl.value_and_grad(multiplied_along)(xs, 3)
    assert (value, [float(g) for g in gradient], xs) == (9.0, [6.0, 4.5, 3.0], [1.5, 2.0, 3.0])
    hessian = dl.hessian(lambda values: multiplied_along(values, 3))(xs)
    assert np.allclose(np.array(hessian, float), [[0, 3, 2], [3, 0, 1.5], [2, 1.5, 0]])
    assert xs == [1.5, 2.0, 3.0]
    rows = [[1.0, 2.0], [3.0, 4.0]]
    assert dl.grad(lambda m: (rows_scaled(m, 3.0), m[0][1] * m[1][0])[1])(rows) == [[0.0, 27.0], [18.0, 0.0]]
    assert rows == [[1.0, 2.0], [3.0, 4.0]]


@dataclass
class Log:
    values: list = field(default_factory=list)
    last: float = 0.0


def logged(log, x):
    log.values.append(x)
    log.last = log.values[0] * x
    return log.last


def test_a_list_in_an_object() -> None:
    log, table = Log([2.0]), {"values": [1.0]}
    values = log.values
    assert dl.differentiable(logged)(log, 3.0) == 6.0
    assert log.values is values and values == [2.0, 3.0] and log.last == 6.0
    assert dl.grad(logged, argnums=1)(log, 3.0) == 2.0 and values == [2.0, 3.0]
    dl.differentiable(lambda t, x: t["values"].extend([x, x]))(table, 5.0)
    assert table == {"values": [1.0, 5.0, 5.0]}


def test_one_list_given_twice_is_refused_where_it_is_changed() -> None:
    xs = [1.0]
    with pytest.raises(dl.DifflangError, match="DL012"):
        dl.differentiable(lambda a, b: a.append(b[0]))(xs, xs)
    rows = [[0.0] * 2] * 2
    with pytest.raises(dl.DifflangError, match="DL012"):
        dl.differentiable(rows_scaled)(rows, 2.0)
    assert dl.differentiable(lambda a, b: a[0] + b[0])(xs, xs) == 2.0


def halves(xs, n):
    for i in range(n):
        xs[i % 2] = xs[i % 2] / 2


def rows_moved(rows, i, j):
    rows[i], rows[j] = rows[j], rows[i]


def test_what_would_change_the_items_types_or_places_is_refused() -> None:
    with pytest.raises(dl.DifflangError, match="DL007"):
        dl.differentiable(halves)([1, 2], np.int64(3) + 400)


def counted(x, seen=[]):  # noqa: B006
    seen.append(x)
    return len(seen)


def test_a_list_that_is_a_default_keeps_what_it_got() -> None:
    compiled = dl.differentiable(counted)
    assert [compiled(1.0), compiled(2.0), counted(3.0), compiled(4.0)] == [1, 2, 3, 4]


def _fails_after(xs: list[float]) -> float:
    xs.append(1.0)
    xs[0] = 9.0
    if xs[0] > 5.0:
        raise ValueError("no")
    return xs[0]


class _Tank:
    def __init__(self) -> None:
        self.level = 1.0


def _overflows(tank: _Tank, row: np.ndarray) -> float:
    tank.level = 3.0
    row[0] = 7.0
    if tank.level > 2.0:
        raise ValueError("no")
    return tank.level


def test_an_error_says_that_the_callers_lists_and_objects_are_as_before() -> None:
    xs, tank, row = [1.0, 2.0], _Tank(), np.zeros(2)
    with pytest.raises(ValueError, match="no") as listed:
        dl.differentiable(_fails_after)(xs)
    with pytest.raises(ValueError, match="no") as kept:
        dl.differentiable(_overflows)(tank, row)
    assert xs == [1.0, 2.0] and tank.level == 1.0 and row[0] == 7.0
    for error, name in ((listed, "_fails_after"), (kept, "_overflows")):
        *_, note = error.value.__notes__
        assert note.startswith(f"{name}() is compiled") and "as they were before the call" in note


def test_an_error_of_what_changes_nothing_says_nothing_more() -> None:
    with pytest.raises(IndexError) as error:
        dl.differentiable(lambda xs, k: xs[k])([1.0, 2.0], 5)
    assert not any("before the call" in note for note in error.value.__notes__)


# -- rows of different lengths, by an index of the run: graphs ------------------------------------


def distances(near, weights, start):
    found = [-1] * len(near)
    found[start] = 0
    waiting, total = [start], 0.0
    while waiting:
        u = waiting.pop(0)
        total += weights[u] * found[u]
        for v in near[u]:
            if found[v] < 0:
                found[v] = found[u] + 1
                waiting.append(v)
    return total


def ways(near, x):
    total = 0.0
    waiting = [(0, x)]
    while waiting:
        u, way = waiting.pop()
        total += way
        waiting.extend([(v, way * w) for v, w in near[u]])
    return total


def grown(rows, x):
    total, k = 0.0, 0
    while k < 4:
        rows[k % 3].append(x * k)
        k += 1
        total += sum(rows[(2 * k) % 3])
    return total


def test_rows_of_different_lengths():
    near, weights = [[1, 2], [3], [3], []], np.array([1.0, 2.0, 3.0, 4.0])
    assert dl.differentiable(distances)(near, weights, 0) == distances(near, weights, 0)
    assert dl.grad(distances, 1)(near, weights, 0).tolist() == [0.0, 1.0, 1.0, 2.0]
    near = [[(1, 2.0), (2, 0.5)], [(2, 3.0)], []]
    assert dl.differentiable(ways)(near, 1.5) == ways(near, 1.5)
    assert dl.grad(ways, 1)(near, 1.5) == 1.0 + 2.0 + 0.5 + 6.0
    left, right = [[1.0, 2.0], [2.0], []], [[1.0, 2.0], [2.0], []]
    assert dl.differentiable(grown)(left, 1.5) == grown(right, 1.5)
    assert left == right
