"""What cannot be followed of generators is refused; `*x` of a length that shows at run time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl


def counting(n):
    for k in range(n):
        yield k


def walked_twice(n):
    g = counting(n)
    return sum(g) + sum(g)


def handed_on(n):
    return total(counting(n))


def total(items):
    return sum(items)


def walked_after_next(n):
    g = counting(n)
    next(g)
    return sum(g)


def next_in_a_loop(n):
    g, t = counting(n), 0
    for _ in range(n):
        t += next(g)
    return t


def of_itself(n):
    if n:
        yield n
        yield from of_itself(n - 1)


def recursive(n):
    return sum(of_itself(n))


def sent(n):
    x = yield n
    yield x


def in_a_try(n):
    try:
        yield n
    except ValueError:
        n = 0


def of_what_is_sent(n):
    return sum(sent(n))


def of_a_try(n):
    return sum(in_a_try(n))


def expression_walked_on(n):
    items = (0.5 * k for k in range(n))
    for item in items:
        if item > 1:
            break
    return sum(items)


def expression_walked_in_turns(n):
    total = 0.0
    items = (0.5 * k for k in range(n))
    for _ in range(2):
        total += sum(items)
    return total


def expressions_walked_once(n):
    total = 0.0
    for j in range(n):
        items = (0.5 * k * j for k in range(n))
        total += sum(items)
    others = (0.5 * k for k in range(n))
    largest = max(others)
    others = (0.5 + k for k in range(n))
    return total + largest * sum(others)


def test_generator_expressions_under_a_name_are_walked_once() -> None:
    assert dl.differentiable(expressions_walked_once)(4) == expressions_walked_once(4)
    for function in (expression_walked_on, expression_walked_in_turns):
        with pytest.raises(dl.DifflangError, match="may be walked more than once") as caught:
            dl.differentiable(function)(6)
        assert caught.value.code == "DL042" and caught.value.way_out


@pytest.mark.parametrize("function", [counting, walked_twice, handed_on, walked_after_next, next_in_a_loop, of_what_is_sent, of_a_try])
def test_generators_that_cannot_be_followed_are_refused(function: Any) -> None:
    with pytest.raises(dl.DifflangError, match="DL042|DL001"):
        dl.differentiable(function)(4)


def test_a_generator_that_walks_itself() -> None:
    assert dl.differentiable(recursive)(4) == 10  # a number known while compiling says how deep
    with pytest.raises(dl.DifflangError, match="DL042"):
        dl.differentiable(recursive)(1000)


def test_nothing_left_is_stop_iteration() -> None:
    with pytest.raises(StopIteration):
        dl.differentiable(lambda n: next(counting(n)))(0)
    with pytest.raises(StopIteration):
        dl.differentiable(lambda n: next(k for k in range(n) if k > 5))(3)


def three(a, b, c):
    return a * b + c


def starred(x):
    return three(*x) + max(*x)


@pytest.mark.parametrize("x", [np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0]), np.ones(4), [1.0, 2.0, 3.0]])
def test_an_array_with_a_star(x: Any) -> None:
    try:
        expected = starred(x)
    except TypeError as error:
        with pytest.raises(TypeError) as ours:
            dl.differentiable(starred)(x)
        assert str(ours.value) == str(error)
        return
    assert dl.differentiable(starred)(x) == expected
    assert np.allclose(dl.grad(starred)(x), [2.0, 1.0, 2.0])


def two(x):
    a, b = x
    return a - b


@pytest.mark.parametrize("x", [np.ones(2), np.ones(3)])
def test_unpacking_says_what_python_says(x: Any) -> None:
    try:
        expected = two(x)
    except ValueError as error:
        with pytest.raises(ValueError) as ours:
            dl.differentiable(two)(x)
        assert str(ours.value) == str(error)
        return
    assert dl.differentiable(two)(x) == expected


class Swallowing:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return True


class Asking:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.failed = kind is not None


def swallows(x):
    with Swallowing():
        return x


def asks(x):
    with Asking() as a:
        y = x
    return y + a.failed


@pytest.mark.parametrize("function", [swallows, asks])
def test_contexts_that_look_at_the_error(function: Any) -> None:
    assert dl.differentiable(function)(1.0) == function(1.0)


def _zip_twice(x: Any) -> Any:
    pairs = zip(x, x, strict=False)
    return sum(a * b for a, b in pairs) + sum(a for a, b in pairs)


def _map_twice(x: Any) -> Any:
    sizes = map(abs, x)
    return sum(sizes) + sum(sizes)


def _iterator_twice(x: Any) -> Any:
    items = iter(x)
    return sum(items) + sum(items)


def _beside_itself(x: Any) -> Any:
    items = iter(x)
    return sum(a * b for a, b in zip(items, items, strict=False))


def _made_before_the_loop(x: Any) -> Any:
    t, pairs = 0.0, enumerate(x)
    for _ in range(2):
        for i, v in pairs:
            t += i * v
    return t


@pytest.mark.parametrize("function", [_zip_twice, _map_twice, _iterator_twice, _beside_itself, _made_before_the_loop])
def test_what_can_be_walked_once_is_not_walked_again(function: Any) -> None:
    with pytest.raises(dl.DifflangError, match="DL042.*may have been walked before"):
        dl.differentiable(function)(np.array([1.0, 2.0, 3.0]))


def test_next_behind_the_last_item() -> None:
    def f(x: Any) -> Any:
        items = iter([x])
        next(items)
        return next(items)

    with pytest.raises(StopIteration):
        dl.differentiable(f)(1.0)


def test_map_over_an_array_beside_a_list() -> None:
    def f(x):
        total = sum(list(map(lambda a, b: a * b, [1.0, 2.0, 3.0], x)))
        for v in map(max, x, [2.0] * 3):
            total = total * 0.5 + v
        return total + len(sorted(map(lambda a, b: a - b, x, [1.0, 2.0, 3.0])))

    x = np.array([1.0, 2.5, 3.5])
    assert dl.differentiable(f)(x) == f(x)
    dl.check_grads(f, (x,))
