"""`prange`: a range whose turns may run at the same time, and how many threads share them. In plain Python it is `range`."""

from __future__ import annotations


def prange(start: int, stop: int | None = None, step: int = 1) -> range:
    """A range whose turns do not need each other: compiled code shares them out among threads, Python runs them one after the other.

    Turns may write places of their own (`y[i] = ...`), add to numbers and arrays from outside (`total += ...`, `y[k[i]] += ...`),
    multiply, or take `np.minimum` and `np.maximum`; a loop whose turns depend on each other otherwise is refused at the line. The
    results are the same bits whatever the number of threads.
    """
    return range(start) if stop is None else range(start, stop, step)


def set_num_threads(number: int) -> None:
    """How many threads parallel loops use from now on; results do not depend on it. Before that: what DIFFLANG_NUM_THREADS or
    OMP_NUM_THREADS says, else one for each core."""
    from .runtime import threads

    threads.set_count(number)


def get_num_threads() -> int:
    """How many threads parallel loops use."""
    from .runtime import threads

    return threads.count()


__all__ = ["get_num_threads", "prange", "set_num_threads"]
