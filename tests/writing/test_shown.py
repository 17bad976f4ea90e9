"""Names of the user's are kept, whatever they look like; those of a result that is taken apart too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import difflang as dl
from difflang.hints import chosen, is_temporary, shown


def text(function: Any, *args: Any, argnums: Any = 0) -> str:
    return dl.source(dl.grad(function, argnums), *args)


def test_marks() -> None:
    assert [shown(chosen(name)) for name in ("t", "v_x", "sin_theta", "x")] == ["t", "v_x", "sin_theta", "x"]
    assert not any(is_temporary(chosen(name)) or is_temporary(chosen(name) + "_bar") for name in ("t", "v_x", "item", "sin_theta"))


def thrown(v: Any, theta: Any, n: Any) -> Any:
    v_x = v * math.cos(theta)
    sin_theta = math.sin(theta)
    t = 0.0
    while t < n:
        t = t + 0.1 * v_x
        v_x = v_x * sin_theta + 0.5
    return v_x * t


def test_names_that_look_made_up() -> None:
    found = text(thrown, 1.0, 2.0, 3.0)
    assert all(part in found for part in ("v_x = v *", "sin_theta = math.sin(theta)", "while t < n", "v_x_bar", "t += 0.1 * v_x"))


def pair(x: Any) -> Any:
    return x * x, math.sin(x)


def taken_apart(x: Any) -> Any:
    left, right = pair(x)
    return left * right


def test_parts_of_a_result() -> None:
    assert "left, right" in text(taken_apart, 2.0) and "t_0" not in text(taken_apart, 2.0)


def nearest(p: Any, a: Any) -> Any:
    t = np.dot(p, a)
    t = min(max(t, 0.0), 1.0)
    return t * t


def test_extremes_are_said() -> None:
    found = text(nearest, np.ones(2) / 2, np.ones(2) / 3)
    assert "max(t, 0.0)" in found and "min(" in found and "0.0 >" not in found
