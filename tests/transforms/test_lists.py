"""Lists of the run: errors that Python raises, sharing that is kept or refused, what is known while compiling, growth."""

import math
import time
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.errors import DifflangError
from difflang.ir import Region, walk
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.place.place import place
from difflang.transforms.simplify.simplify import simplify
from difflang.types import FLOAT, INT, Stack
from tests.ways import WAYS, run


def filled(x: float, n: int) -> list[float]:
    xs = []
    for k in range(n):
        xs.append(x * k)
    return xs


def popped(x: float, n: int) -> float:
    xs = []
    for _ in range(n):
        xs.append(x)
    return xs.pop() + xs.pop()


def read_outside(x: float, n: int) -> float:
    return filled(x, n)[n]


def written_outside(x: float, n: int) -> float:
    xs = filled(x, n)
    xs[-n - 1] = x
    return xs[0]


def not_found(x: float, n: int) -> int:
    return filled(x, n).index(-1.0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("function", "error"), [(popped, IndexError), (read_outside, IndexError), (written_outside, IndexError), (not_found, ValueError)]
)
def test_python_s_errors(function: Any, error: type[Exception], way: str) -> None:
    with pytest.raises(error):
        run(way, function, (0.5, 1))


def test_lists_are_returned() -> None:
    assert dl.differentiable(filled)(0.5, 3) == [0.0, 0.5, 1.0]
    assert type(dl.differentiable(filled)(0.5, 3)) is list
    tangents = dl.jvp(filled, (0.5, 3), (1.0, None))[1]
    assert tangents == [0.0, 1.0, 2.0]


def triangle(n: int) -> list[list[int]]:
    rows = [[1]]
    for _ in range(n):
        last = rows[-1]
        new = [1]
        for j in range(len(last) - 1):
            new.append(last[j] + last[j + 1])
        new.append(1)
        rows.append(new)
    return rows


def test_lists_of_lists_are_returned() -> None:
    assert dl.differentiable(triangle)(3) == [[1], [1, 1], [1, 2, 1], [1, 3, 3, 1]]


def rows(a: Any) -> list[Any]:
    found = []
    for row in a:
        found.append(2.0 * row)
        found.append(row)
    return found


def test_arrays_in_lists_are_the_caller_s_own() -> None:
    a = np.arange(6.0).reshape(2, 3)
    found = dl.differentiable(rows)(a)
    for one, other in zip(found, rows(a), strict=True):
        np.testing.assert_array_equal(one, other)


def one_buffer(x: float, n: int) -> float:
    xs, row = [], np.zeros(2)
    for k in range(n):
        row[0] = x * k
        xs.append(row)
    return xs[0][0]


def twice_in_the_list(x: float, n: int) -> float:
    row, xs = np.zeros(2), []
    for _ in range(n):
        xs.append(row)
    xs[0][1] = x
    return xs[1][1]


def appended_again(x: float, n: int) -> float:
    xs = []
    for k in range(n):
        xs.append(np.full(2, x * k))
    xs.append(xs[0])
    xs[0][0] = 5.0
    return xs[-1][0]


@pytest.mark.parametrize("function", [one_buffer, twice_in_the_list, appended_again])
def test_arrays_that_a_list_shares_are_not_silently_apart(function: Any) -> None:
    with pytest.raises(DifflangError, match="DL007"):
        dl.differentiable(function)(2.0, 3)


def taken_out(x: float, n: int) -> float:
    xs = []
    for k in range(n):
        xs.append(np.full(2, x * k))
    last = xs.pop()
    last[0] = x
    xs.append(last * 2)
    return last[0] + xs[-1][0] * xs[0][1]


def by_helper(x: float, n: int) -> float:
    xs = []
    for _ in range(n):
        xs.append(np.zeros(2))
    for row in xs:
        set_first(row, x)
    return xs[0][0] * xs[-1][0]


def set_first(row: Any, value: float) -> None:
    row[0] = value


def one_or_the_other(x: float, n: int) -> float:
    a, b = [], []
    for k in range(n):
        c = a if k % 2 else b
        c.append(x * k)
    return sum(a) - sum(b) * len(a)


@pytest.mark.parametrize("function", [taken_out, by_helper, one_or_the_other])
def test_sharing_is_kept(function: Any) -> None:
    assert dl.differentiable(function)(2.0, 5) == pytest.approx(function(2.0, 5))
    slope = (function(2.0 + 1e-6, 5) - function(2.0 - 1e-6, 5)) / 2e-6
    assert dl.grad(function)(2.0, 5) == pytest.approx(slope, rel=1e-6, abs=1e-6)


HISTORY: list[float] = []


def appends_to_a_global(x: float) -> float:
    HISTORY.append(x)
    return x


def test_lists_from_outside_are_not_changed() -> None:
    with pytest.raises(DifflangError, match="outside"):
        dl.differentiable(appends_to_a_global)(1.0)


def two_kinds(x: float, n: int) -> float:
    xs = [x]
    for k in range(n):
        xs.append(np.zeros(k))
    return x


def test_items_of_two_kinds_are_refused() -> None:
    with pytest.raises(DifflangError, match="no common type"):
        dl.differentiable(two_kinds)(1.0, np.int64(3))


def by_index(x: float, coefficients: list[float], n: int) -> float:
    total = 0.0
    for k in range(n):
        total = total * x + coefficients[k]
    return total


def test_a_gradient_by_a_list_is_a_list() -> None:
    found = dl.grad(by_index, argnums=(0, 1))(2.0, [1.0, 2.0, 3.0], 3)
    assert found[0] == pytest.approx(2 * 2.0 + 2.0)
    assert found[1] == pytest.approx([4.0, 2.0, 1.0])


def recurrence(x: float, n: int) -> float:
    xs = [x]
    for k in range(n):
        extend(xs, math.sin(xs[-1]) * xs[k] + 0.1)
    xs[n // 2] += x
    total = 0.0
    for v in xs:
        total += v * v
    return total


def extend(xs: list[float], value: float) -> None:
    xs.append(value)


def copied_in_loops(region: Region, inside: bool = False) -> list[str]:
    found = []
    for node in region.nodes:
        if inside and node.op in ("copy", "zero_items", "set_items") and isinstance(node.out.type, Stack):
            found.append(node.op)
        for inner in node.regions:
            found += copied_in_loops(inner, inside or node.op in ("for", "while"))
    return found


@pytest.mark.parametrize("order", [1, 2, 3])
def test_no_loop_copies_a_list(order: int) -> None:
    target: Any = recurrence
    for _ in range(order):
        target = Derived("grad", target, 0)
    program = place(simplify(program_of(target, (FLOAT, INT))))
    for function in program.functions.values():
        assert not copied_in_loops(function.body)
        assert all(node.op != "copy" or not isinstance(node.out.type, Stack) for node in walk(function.body)) or not function.writes


def test_the_third_derivative_takes_linear_time() -> None:
    target = dl.differentiable(Derived("grad", Derived("grad", Derived("grad", recurrence, 0), 0), 0))

    def seconds(n: int) -> float:
        target(0.3, n)
        best = math.inf
        for _ in range(5):
            start = time.perf_counter()
            target(0.3, n)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(8000) < 40 * seconds(500)
