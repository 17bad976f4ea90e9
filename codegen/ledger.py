"""The ledger: what a function takes and gives back while it is written, in the order in which it will happen.

`memory.py` and the control flow enter what they do. `footprint.py` reads it: the most that is held at one time, as a formula.
Entries are tuples; regions are lists inside one: ("if", [arm, arm]), ("loop", first, last, step, body, place). A `last` of "" is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from difflang.ir import Place

Entry = tuple[Any, ...]


class Ledger:
    """The entries of one function, in nested lists."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._open: list[list[Entry]] = [self.entries]

    def add(self, *entry: Any) -> None:
        self._open[-1].append(entry)

    @contextmanager
    def inside(self, entries: list[Entry]) -> Iterator[None]:
        """What is entered meanwhile goes into this list."""
        self._open.append(entries)
        yield
        self._open.pop()

    @contextmanager
    def loop(self, first: str, last: str, step: int = 1, place: Place | None = None) -> Iterator[None]:
        body: list[Entry] = []
        self.add("loop", first, last, step, body, place)
        with self.inside(body):
            yield


__all__ = ["Entry", "Ledger"]
