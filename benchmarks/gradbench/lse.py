"""GradBench `lse`: the logarithm of a sum of exponentials."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl


def logsumexp(x):
    top = np.max(x)
    return np.log(np.sum(np.exp(x - top))) + top


def arguments(given: Any) -> tuple[Any, ...]:
    return (np.array(given["x"]),)


FUNCTIONS = {"primal": dl.differentiable(logsumexp), "gradient": dl.grad(logsumexp)}


def answer(name: str, result: Any) -> Any:
    return float(result) if name == "primal" else result.tolist()
