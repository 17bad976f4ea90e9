"""Lists of the run whose items are lists, tuples and objects, as results."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import difflang as dl


class Point(NamedTuple):
    x: float
    y: float


def triangle(n: int) -> Any:
    rows = [[1]]
    for i in range(n):
        rows.append([1] + [rows[-1][k] + rows[-1][k + 1] for k in range(i)] + [1])
    return rows


def pairs(x: float, n: int) -> Any:
    out = []
    for i in range(n):
        out.append((x * i, [i, x]))
    return out


def points(x: float, n: int) -> Any:
    return [Point(x * i, x + i) for i in range(n)], [None for _ in range(n)]


def arrays(x: Any, n: int) -> Any:
    return [{"k": i, "x": x * i} for i in range(n)]


def told(n: int) -> Any:
    return [f"{i}/{n}" for i in range(n)]


def test_they_are_put_together_as_python_does() -> None:
    for function, args in ((triangle, (4,)), (triangle, (0,)), (pairs, (0.5, 3)), (pairs, (0.5, 0)), (points, (1.5, 2))):
        native = dl.differentiable(function)
        for _ in range(2):
            assert native(*args) == function(*args)
    first, *_ = dl.differentiable(points)(1.5, 2)[0]
    assert type(first) is Point


def test_arrays_in_them() -> None:
    for found, expected in zip(dl.differentiable(arrays)(np.ones(2), 3), arrays(np.ones(2), 3), strict=True):
        assert found["k"] == expected["k"] and np.array_equal(found["x"], expected["x"])


def test_tangents_have_their_structure() -> None:
    value, tangent = dl.jvp(pairs, (0.5, 3), (1.0, None))
    assert value == pairs(0.5, 3)
    assert tangent == [(0.0, [None, 1.0]), (1.0, [None, 1.0]), (2.0, [None, 1.0])]


def test_texts_in_them_are_refused() -> None:
    with pytest.raises(dl.DifflangError, match="DL027: told\\(\\) returns a list of texts"):
        dl.differentiable(told)(3)


def test_the_jacobian_of_nested_ones_is_refused() -> None:
    with pytest.raises(dl.DifflangError, match="DL010"):
        dl.source(dl.jacobian(pairs), 0.5, 3)


def sets(x: float) -> Any:
    return {1, 2}, set((2, 3)), frozenset((1, 2)), x


def keyed_by_tuples(x: float) -> Any:
    return {(1, 2): x, (3, 4): [x]}


def test_sets_and_tuples_as_keys() -> None:
    native = dl.differentiable(sets)
    for _ in range(2):
        found = native(1.5)
        assert found == sets(1.5) and [type(one) for one in found] == [set, set, frozenset, float]
    found[0].add(9)
    assert native(1.5)[0] == {1, 2}
    assert dl.differentiable(keyed_by_tuples)(1.5) == keyed_by_tuples(1.5)
