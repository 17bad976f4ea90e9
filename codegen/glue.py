"""Glue: large functions that only call what does the work (loop nests, allocations), made a module that is compiled quickly (`pieces.py`).

Passes and register allocation take longer than in proportion for one long function, and gain nothing where every few lines
work on a whole array. The attribute says which functions are meant; nothing else about them is special.
"""

from __future__ import annotations

from .writer import Writer

ATTRIBUTE = '"glue"'
_LEAST = 300
"""Lines of a function worth a module of its own."""
_LINES = 20
"""Lines to each piece of work on whole arrays, at most."""


def is_glue(w: Writer) -> bool:
    """Whether a function's lines leave the work to others."""
    return len(w.lines) >= _LEAST and not w.near and leaves_work(len(w.lines), w.far)


def leaves_work(lines: int, far: int) -> bool:
    """Whether so many lines with so many pieces of work on whole arrays need not be good code themselves."""
    return lines <= _LINES * far
