"""Objects in lists that grow are shared as in Python. What a class says belongs to the key of compiled code."""

from __future__ import annotations

from typing import Any

import pytest

import difflang as dl


class Box:
    def __init__(self, a):
        self.a = a


def _written_after_it_was_kept(x, n):
    kept, one = [], Box(x)
    for _ in range(n):
        kept.append(one)
        one.a += 1.0
    return kept[0].a


def _two_items_that_may_be_one(x, n):
    boxes = [Box(x * i) for i in range(n)]
    one, other = boxes[0], boxes[n - n]
    one.a = 5 * x
    return other.a


def _items_moved_since(x, n):
    boxes = [Box(x * i) for i in range(n)]
    one = boxes[0]
    boxes.insert(0, Box(x))
    one.a += 3.0
    return boxes[1].a


def _changed_in_another_turn(x, n):
    boxes = [Box(x * i) for i in range(n)]
    one = boxes[1]
    for _ in range(n):
        one.a += x
    return boxes[1].a


@pytest.mark.parametrize("function", [_written_after_it_was_kept, _two_items_that_may_be_one, _items_moved_since, _changed_in_another_turn])
def test_objects_of_growing_lists_are_the_objects_that_were_kept(function: Any) -> None:
    """Whoever writes an object, by a name or through the list, all see it: they are pooled."""
    assert dl.differentiable(function)(0.7, 4) == pytest.approx(function(0.7, 4), rel=1e-15)
    slope = (function(0.7 + 1e-6, 4) - function(0.7 - 1e-6, 4)) / 2e-6
    assert dl.grad(function)(0.7, 4) == pytest.approx(slope, rel=1e-7, abs=1e-7)
    assert dl.jvp(lambda x: function(x, 4), (0.7,), (1.0,))[1] == pytest.approx(slope, rel=1e-7, abs=1e-7)


def _rows_that_are_one(x, n):
    rows = [[0.0] * 2] * n
    rows[0][1] = x
    return sum(row[1] for row in rows)


def _rows_that_are_one_list_twice(x, n):
    rows = [[0.0, 0.0]]
    both = rows * 2 + rows
    both[0].append(x)
    return sum(both[1]) + sum(rows[0]) * n + len(both[2])


@pytest.mark.parametrize("function", [_rows_that_are_one, _rows_that_are_one_list_twice])
def test_a_list_repeated_holds_the_same_items(function: Any) -> None:
    assert dl.differentiable(function)(0.7, 3) == pytest.approx(function(0.7, 3), rel=1e-15)
    assert dl.grad(function)(0.7, 3) == pytest.approx((function(1.7, 3) - function(-0.3, 3)) / 2)
    assert dl.differentiable(lambda x, n: sum([x, (1.0, 2.0)[1]] * n))(0.7, 3) == pytest.approx(8.1)


def test_what_a_class_says_is_part_of_the_cache_key() -> None:
    from difflang.runtime.reach import Reach

    class One:
        def f(self, x):
            return x * 2

    class Two:
        def f(self, x):
            return x * 3

    Two.__qualname__ = One.__qualname__
    assert Reach(One).digest != Reach(Two).digest and Reach(One).digest == Reach(One).digest
