"""What is found while compiling is caught as what Python raises; each refusal says a way out; errors of the run show their line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl

X = np.ones(3)


def set_row(x: Any) -> Any:
    x[0] = [1.0, 2.0]
    return x


KINDS: tuple[tuple[Callable[..., Any], Any], ...] = (
    (lambda x: x.sum(axis=3), X),
    (lambda x: np.swapaxes(x, 0, 5), np.ones((2, 2))),
    (lambda x: np.concatenate([x, x[None]]), X),
    (lambda x: np.stack([x, x[None]]), X),
    (lambda x: x[0, 0], X),
    (lambda x: 1 if x else 0, X),
    (lambda x: x.nothing, X),
    (lambda d: d["q"], {"a": 1.0}),
    (lambda x: max([]), 1.0),
    (lambda x: len(x), 1.0),
    (lambda x: x(1), 1.0),
    (set_row, X),
)


@pytest.mark.parametrize(("function", "given"), KINDS, ids=range(len(KINDS)))
def test_caught_as_pythons(function: Callable[..., Any], given: Any) -> None:
    with pytest.raises(Exception) as expected:
        function(given)
    kinds = [kind for kind in expected.type.__mro__ if kind.__module__ == "builtins" and kind not in (object, Exception, BaseException)]
    with pytest.raises(kinds[0]) as caught:
        dl.differentiable(function)(given)
    assert all(issubclass(caught.type, kind) for kind in kinds)
    assert caught.value.way_out and caught.value.place


@pytest.mark.parametrize(("function", "args"), [(lambda x, n: 2**-n * x, (3.0, 2)), (lambda n: n * 2**n, (62,))])
def test_errors_of_the_run_show_their_line(function: Callable[..., Any], args: Any) -> None:
    with pytest.raises(dl.DifflangError) as caught:
        dl.differentiable(function)(*args)
    assert "  --> " in str(caught.value) and "^" in str(caught.value) and caught.value.place.file == __file__


def telling(x: Any, n: Any) -> Any:
    kept: list[Any] = []
    rows = []
    for k in range(n):
        kept.append(x * k)
        rows.append(np.full(2, x) * k)
    print(kept, len(kept), f"{kept}", {"k": kept})
    print(rows)
    return x


def test_lists_that_grow_are_printed(capsys: Any) -> None:
    telling(1.5, 3)
    expected = capsys.readouterr().out
    dl.differentiable(telling)(1.5, 3)
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    ("function", "reason", "way_out"),
    [
        (lambda x: x.strides, "how an array lies in memory", "where the function is called"),
        (lambda x: x.view(np.int64), "how an array lies in memory", "where the function is called"),
        (lambda x: np.lib.stride_tricks.sliding_window_view(x, 2), "views by strides", "all windows of w elements"),
    ],
)
def test_questions_about_memory(function: Callable[..., Any], reason: str, way_out: str) -> None:
    with pytest.raises(dl.DifflangError, match=reason) as caught:
        dl.differentiable(function)(X)
    assert way_out in caught.value.way_out
