"""Numbers keep the names and expressions that the user gave them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import difflang as dl


def text(function: Any, *args: Any) -> str:
    return dl.source(dl.grad(function), *args)


def euler(y: Any, n: Any) -> Any:
    h = 0.05
    for _ in range(n):
        y = y + h / 6 * math.sin(y)
    return y


def test_a_name_bound_once_stays() -> None:
    found = text(euler, 1.0, 3)
    assert "    h = 0.05\n" in found and "h / 6 *" in found and "0.0083" not in found


def normal(x: Any, s: Any) -> Any:
    return math.exp(-x * x / 2) / (s * math.sqrt(2 * math.pi))


def test_what_was_folded_is_written_as_it_was() -> None:
    assert "math.sqrt(2 * math.pi)" in text(normal, 1.0, 2.0) and "2.5066" not in text(normal, 1.0, 2.0)


def rebound(x: Any) -> Any:
    h = 0.5
    y = x * h
    h = 0.25
    return y + x * x * h


def test_a_name_bound_twice_is_no_constant() -> None:
    found = text(rebound, 2.0)
    assert "h =" not in found and "0.5" in found


def counted(x: Any) -> Any:
    steps = 4
    dt = 1.0 / steps
    for _ in range(steps):
        x = x - dt * x * x
    return x


def test_names_of_counts_and_of_other_names() -> None:
    found = text(counted, 2.0)
    assert "    steps = 4\n    dt = 1.0 / steps\n" in found and "range(steps)" in found and "np.empty(steps)" in found


def unrolled(x: Any) -> Any:
    total = 0.0
    for c in (1.5, 2.5):
        w = c * 2
        total = total + w * x * x
    return total


def test_a_name_with_several_values_is_none() -> None:
    found = text(unrolled, 2.0)
    assert "w = " not in found.replace("line", "")
    space: dict[str, Any] = {}
    exec(found, space)  # noqa: S102
    assert space["unrolled_grad"](2.0) == 32.0


def half(x: Any) -> Any:
    return math.erf(x) + np.log2(x)


def test_numbers_of_rules_are_said() -> None:
    found = text(half, 0.5)
    assert "2 / math.sqrt(math.pi)" in found and "math.log(2)" in found


def third(x: Any) -> Any:
    return np.sum(x * x) / 3


def test_a_division_stays_one() -> None:
    assert "2 * x / 3" in text(third, np.ones(3))
