"""What cannot fit is an error of Python's own class too, so that a program may expect what Python raises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl


def too_few(x: Any) -> Any:
    a, b = np.ones(1) * x
    return a + b


def too_many(x: Any) -> Any:
    a, b = (x, x, x)
    return a + b


def no_such_key(x: Any) -> Any:
    return {"a": 1.0}["b"] * x


def no_such_item(x: Any) -> Any:
    return (x, x)[2]


def too_many_indices(x: Any) -> Any:
    return (np.ones(3) * x)[0, 0]


def of_nothing(x: Any) -> Any:
    return max(()) * x


def endless(x: Any) -> Any:
    return endless(x + 1) + 1


@pytest.mark.parametrize("function", [too_few, too_many, no_such_key, no_such_item, too_many_indices, of_nothing, endless])
def test_the_class_is_pythons(function: Any) -> None:
    with pytest.raises(Exception) as pythons:
        function(1.0)
    with pytest.raises(pythons.type) as ours:
        dl.differentiable(function)(1.0)
    assert isinstance(ours.value, dl.TypeMismatch) and ours.value.line is not None and str(ours.value).startswith("DL")


def test_levels_are_shown() -> None:
    def f(a: Any) -> Any:
        a[0] = 2.0
        return a.sum()

    shown = {level: dl.inspect(f, np.ones(3), stage=level) for level in ("read", "typed", "owned", "placed")}
    assert all(f"level='{level}'" in text for level, text in shown.items() if level != "read")
    assert "setitem(" in shown["typed"] and "store(" in shown["owned"] and shown["owned"] == dl.inspect(f, np.ones(3), stage="ir")
    assert dl.inspect(dl.grad(f), np.ones(3), stage="typed") == shown["typed"]
