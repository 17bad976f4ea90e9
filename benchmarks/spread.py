"""Ratios of interleaved runs with their spread, and the one core that they run on."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The order statistics that hold the median in 95 % of samples."""
    ordered, n = sorted(values), len(values)
    off = int(0.98 * n**0.5) + 1
    return ordered[max(0, n // 2 - off)], ordered[min(n - 1, (n - 1) // 2 + off)]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The median of ours over theirs, run by run, and its interval."""
    found = [a / b for a, b in zip(ours, theirs, strict=True)]
    low, high = interval(found)
    return f"{statistics.median(found):.2f} [{low:.2f}, {high:.2f}]"


def pin(core: int) -> None:
    """Stay on one core, where the system can be told so."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
