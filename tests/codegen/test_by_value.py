"""Arguments that are known while compiling because the function needs it: axes, parts, flags that decide what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl


def spectrum(x: Any, axis: int) -> Any:
    return np.fft.fft(x, axis=axis)


def scaled(x: Any, axes: tuple[int, ...], mean: bool = False) -> Any:
    y = np.transpose(x, axes) * 2.0
    if mean:
        return np.mean(y * y)
    return y, np.sum(y * y)


def parts(x: Any, n: int) -> float:
    first, *_ = np.split(x, n)
    return float(np.sum(first**2))


def cosmetic(x: float, verbose: bool = False) -> float:
    if verbose:
        eval("x")
    return x * x


def hopeless(x: float, n: int, m: int) -> Any:
    return eval("x + n + m")


def elements(x: Any, i: int) -> Any:
    return x[i] * i


X = np.arange(12.0).reshape(3, 4) + 1.0


def test_an_axis_is_known_for_each_call() -> None:
    f = dl.differentiable(spectrum)
    for axis in (0, 1, -1, 0):
        assert np.allclose(f(X, axis), spectrum(X, axis))
    assert np.allclose(f(X, axis=1), spectrum(X, axis=1))


def test_the_kind_of_result_follows_a_flag() -> None:
    f = dl.differentiable(scaled)
    assert f(X, (1, 0), True) == pytest.approx(scaled(X, (1, 0), True))
    array, total = f(X, (1, 0))
    assert np.array_equal(array, 2.0 * X.T) and total == pytest.approx(4.0 * np.sum(X * X))


def test_derivatives_of_them() -> None:
    f = dl.grad(dl.differentiable(scaled))
    assert np.allclose(f(X, (1, 0), True), 8.0 * X / X.size)
    g = dl.grad(parts)
    for n in (2, 3, 2):
        expected = np.where(np.arange(6) < 6 // n, 2.0 * np.arange(6.0), 0.0)
        assert np.array_equal(g(np.arange(6.0), n), expected)


def test_what_a_flag_leaves_out_is_not_compiled() -> None:
    f = dl.differentiable(cosmetic)
    assert f(3.0) == 9.0 and f(3.0, False) == 9.0
    with pytest.raises(dl.DifflangError, match="DL004"):
        f(3.0, True)


def test_what_is_refused_either_way_keeps_its_error() -> None:
    with pytest.raises(dl.DifflangError, match="DL004: eval"):
        dl.differentiable(hopeless)(1.0, 2, 3)


def test_ints_that_need_not_be_known_are_not() -> None:
    f = dl.differentiable(elements)
    for i in range(3):
        assert f(np.arange(3.0), i) == i * i
    assert len(f.__dict__["_known"]) == 1 and not f.__dict__["_by_value"]


def test_functions_without_arguments_give_lists_and_dicts() -> None:
    def pair() -> Any:
        return [1, 2.5], {"a": 1.0}

    f = dl.differentiable(pair)
    assert f() == ([1, 2.5], {"a": 1.0}) == f()


AXIS, PARTS, DEBUG = 1, 2, False


def by_names(x: Any) -> Any:
    if DEBUG:
        eval("x")
    return np.fft.fft(x, axis=AXIS), np.split(x[0], PARTS)[0]


def test_captured_numbers_are_known_where_they_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    f = dl.differentiable(by_names)
    module = by_names.__globals__
    for axis, parts in ((1, 2), (0, 4), (1, 2), (1, 4)):
        monkeypatch.setitem(module, "AXIS", axis)
        monkeypatch.setitem(module, "PARTS", parts)
        for _ in range(2):
            spectrum_, first = f(X)
            assert np.allclose(spectrum_, np.fft.fft(X, axis=axis)) and np.array_equal(first, np.split(X[0], parts)[0])
    monkeypatch.setitem(module, "DEBUG", True)
    with pytest.raises(dl.DifflangError, match="DL004: eval"):
        f(X)


def test_captured_numbers_of_a_closure_and_its_gradient() -> None:
    def make(n: int) -> Any:
        def head(x: Any) -> Any:
            return np.sum(np.split(x, n)[0] ** 2)

        return head

    for n in (2, 3):
        g = dl.grad(make(n))
        assert np.array_equal(g(np.arange(6.0)), np.where(np.arange(6) < 6 // n, 2.0 * np.arange(6.0), 0.0))
        assert "def head_grad" in dl.source(g, np.arange(6.0))
