"""The user's comments stay with the statements they belong to, each once."""

from typing import Any

import numpy as np

import difflang as dl


def scaled(x: Any) -> Any:
    # scale first
    y = 2.0 * x  # doubling
    # two lines
    # above the loop
    for i in range(1, len(y)):
        y[i] = y[i - 1] * y[i]  # the recurrence
    return np.sum(y * y)


def test_comments_survive() -> None:
    text = dl.source(dl.grad(scaled), np.ones(3))
    forward, reverse = text.split("# Reverse sweep")
    assert "    # scale first\n    y = 2.0 * x  # doubling\n" in forward
    assert "    # two lines\n    # above the loop\n    for i in" in forward
    assert forward.count("# the recurrence") == 1
    assert "doubling" not in reverse
