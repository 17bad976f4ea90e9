"""GradBench `hello`: a square, and its derivative."""

from __future__ import annotations

from typing import Any

import difflang as dl


def square(x: float) -> float:
    return x * x


def arguments(given: Any) -> tuple[Any, ...]:
    return (float(given),)


FUNCTIONS = {"square": dl.differentiable(square), "double": dl.grad(square)}


def answer(name: str, result: Any) -> Any:
    return float(result)
