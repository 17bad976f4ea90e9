"""Captured ints and truths that are known while compiling, where a program is refused without: `AXIS = 1` at the head of a module.

Captured numbers are read at each call. Where that is refused (an axis, a number of parts), the program is interpreted again inside of
`captures_fixed`: such numbers are constants then, and whoever compiles it guards them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from difflang.ir import Capture, Const, const

Fixed = list[tuple[Capture, int]]
_FIXED: ContextVar[Fixed | None] = ContextVar("fixed", default=None)


@contextmanager
def captures_fixed() -> Iterator[Fixed]:
    """Inside, captured ints and truths are constants. What is yielded names them with their values."""
    found: Fixed = []
    token = _FIXED.set(found)
    try:
        yield found
    finally:
        _FIXED.reset(token)


def fixed(capture: Capture) -> Const | None:
    """The constant that a captured number stands for; None where it is read at each call."""
    known = _FIXED.get()
    if known is None:
        return None
    value = capture.read()
    if type(value) not in (int, bool):
        return None
    known.append((capture, value))
    return const(value)


__all__ = ["Fixed", "captures_fixed", "fixed"]
