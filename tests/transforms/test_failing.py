"""Errors that are caught: of operations, of callees, again, by their class; what they say; what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.errors import DifflangError


class Failure(Exception):
    pass


class Worse(Failure):
    pass


def limited(x):  # type: ignore[no-untyped-def]
    if x > 10.0:
        raise Worse("too large")
    if x < 0.0:
        raise ValueError("too small")
    return math.sqrt(x)


def by_class(x):  # type: ignore[no-untyped-def]
    try:
        return limited(x)
    except Failure:
        return x * 2.0


def by_words(x):  # type: ignore[no-untyped-def]
    try:
        return limited(x)
    except (Failure, ValueError) as error:
        raise RuntimeError(f"failed: {error}") from error


def again(x):  # type: ignore[no-untyped-def]
    try:
        return limited(x)
    except Failure:
        raise


def told(x):  # type: ignore[no-untyped-def]
    if x < 0.0:
        raise ValueError(f"got {x}")
    return x


def told_again(x):  # type: ignore[no-untyped-def]
    try:
        return told(x)
    except ValueError:
        raise


def told_words(x):  # type: ignore[no-untyped-def]
    try:
        return told(x)
    except ValueError as error:
        return float(len(str(error)))


@pytest.mark.parametrize("function", [by_class, by_words, again])
@pytest.mark.parametrize("x", [4.0, -1.0, 20.0])
def test_errors_go_where_python_sends_them(function: Callable[..., Any], x: float) -> None:
    run = dl.differentiable(function)
    try:
        expected = function(x)
    except Exception as error:
        with pytest.raises(type(error)) as caught:
            run(x)
        assert str(caught.value) == str(error)
    else:
        assert run(x) == expected
        assert dl.grad(function)(x) == pytest.approx((function(x + 1e-6) - function(x - 1e-6)) / 2e-6, rel=1e-6)


class Counter:
    def __init__(self) -> None:
        self.calls = 0.0

    def step(self, x):  # type: ignore[no-untyped-def]
        self.calls += 1.0
        return limited(x)


def changed_before(x):  # type: ignore[no-untyped-def]
    counter = Counter()
    try:
        y = counter.step(x)
    except ValueError:
        y = x
    return y * counter.calls


class Carrying(Exception):
    def __init__(self, value):  # type: ignore[no-untyped-def]
        super().__init__(f"carries {value}")
        self.value = value


def carried(x):  # type: ignore[no-untyped-def]
    try:
        if x > 1.0:
            raise Carrying(2.0)
        return x
    except Carrying as error:
        return error.value


def carried_words(x):  # type: ignore[no-untyped-def]
    try:
        if x > 1.0:
            raise Carrying("two")
        return x
    except Carrying as error:
        raise RuntimeError(f"found: {error}") from None


@pytest.mark.parametrize("x", [0.5, 2.0])
def test_what_an_error_carries_is_read(x: float) -> None:
    assert dl.differentiable(carried)(x) == carried(x)
    assert dl.grad(carried)(x) == (0.0 if x > 1 else 1.0)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (carried_words, "Carrying has an __init__ or a __str__ of its own"),
        (told_again, "what this ValueError says is made where it is raised"),
        (told_words, "what this ValueError says is made where it is raised"),
        (changed_before, "this changes 'calls' of an object and may raise an error that is caught"),
    ],
)
def test_refused_with_a_way_out(function: Callable[..., Any], reason: str) -> None:
    with pytest.raises(DifflangError, match=reason) as caught:
        dl.differentiable(function)(2.0)
    assert caught.value.code == "DL040" and caught.value.way_out and caught.value.place is not None


def no_handler_catches_it(a, b):  # type: ignore[no-untyped-def]
    try:
        return math.exp(a) / b
    except ZeroDivisionError:
        return a


def test_what_no_handler_waits_for_leaves_the_function() -> None:
    run = dl.differentiable(no_handler_catches_it)
    assert run(2.0, 0.0) == 2.0
    with pytest.raises(OverflowError, match="math range error"):
        run(1000.0, 1.0)


def test_the_text_names_error_classes() -> None:
    text = dl.source(dl.grad(by_class), 2.0)
    assert f"from {__name__} import Worse" not in text  # it never leaves this function
    text = dl.source(dl.grad(again), 2.0)
    assert f"from {__name__} import Worse" in text

    class Local(ValueError):
        pass

    def local(x):  # type: ignore[no-untyped-def]
        if x < 0.0:
            raise Local("low")
        return x * x

    text = dl.source(dl.grad(local), 2.0)
    assert "class Local(ValueError):" in text
    space: dict[str, Any] = {}
    exec(text, space)
    assert space["local_grad"](3.0) == 6.0
    with pytest.raises(ValueError, match="low"):
        space["local_grad"](-3.0)


def factor(a):  # type: ignore[no-untyped-def]
    try:
        return np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        return np.zeros_like(a)


def test_stacks_of_matrices() -> None:
    good = np.stack([np.eye(2), 2.0 * np.eye(2)])
    bad = np.stack([np.eye(2), -np.eye(2)])
    run = dl.differentiable(factor)
    for matrices in (good, bad):
        assert np.array_equal(run(matrices), factor(matrices))


def first_above(v, limit):  # type: ignore[no-untyped-def]
    for x in v:
        if x > limit:
            return x
    return None


def doubled(v, limit):  # type: ignore[no-untyped-def]
    return first_above(v, limit) * 2.0


def test_none_where_a_value_is_needed() -> None:
    v = np.array([1.0, 2.0])
    assert dl.differentiable(first_above)(v, 1.5) == 2.0
    with pytest.raises(DifflangError, match=r"first_above\(\) returns None here"):
        dl.differentiable(first_above)(v, 5.0)
    with pytest.raises(TypeError, match="'NoneType' object"):
        dl.differentiable(doubled)(v, 5.0)
    assert dl.grad(doubled)(v, 1.5).tolist() == [0.0, 2.0]


class _Total:
    def __init__(self, value: Any) -> None:
        self.value = value


def _scaled_or_kept(x: Any, a: Any, i: int) -> Any:
    total, failed = _Total(x * a[0]), 0
    try:
        total.value = total.value * a[i]
    except IndexError:
        failed += 3
    return total.value * (1 + failed)


def test_an_object_set_last_is_as_it_was_after_an_error() -> None:
    a = np.array([2.0, 3.0])
    for i in (1, 5):
        assert dl.differentiable(_scaled_or_kept)(1.5, a, i) == _scaled_or_kept(1.5, a, i)
        assert dl.grad(_scaled_or_kept)(1.5, a, i) == _scaled_or_kept(1.0, a, i)
