"""The ledger: what a function takes and gives back while it is written, in the order in which it will happen.

`memory.py` and the control flow enter what they do. `footprint.py` reads it: the most that is held at one time, as a formula.
Entries are tuples of registers and texts; regions are lists inside one:

    ("take", block, bytes, name, place, keeper)  ("keep", block, keeper)  ("drop", keeper)  ("retain" | "release", block)
    ("push" | "pop", stack, bytes)  ("shared",)  ("call", key, arguments, result)
    ("if", [arm, arm], merged registers)  ("loop", first, last, step, body, place, [counter, *carried registers])
    where a `last` of "" is not known
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from difflang.ir import Place
from difflang.records import dataclass

Entry = tuple[Any, ...]


@dataclass(frozen=True)
class Book:
    """What the writer leaves of one function: its parameters' registers, its entries, its lines."""

    params: Sequence[str]
    entries: Sequence[Entry]
    lines: Sequence[str]


class Ledger:
    """The entries of one function, in nested lists."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._open: list[list[Entry]] = [self.entries]

    @property
    def open(self) -> list[Entry]:
        """The entries of the region that is being written."""
        return self._open[-1]

    def add(self, *entry: Any) -> None:
        self._open[-1].append(entry)

    @contextmanager
    def inside(self, entries: list[Entry]) -> Iterator[None]:
        """What is entered meanwhile goes into this list."""
        self._open.append(entries)
        yield
        self._open.pop()

    @contextmanager
    def loop(self, first: str, last: str, step: int, place: Place | None, carried: Sequence[str]) -> Iterator[None]:
        body: list[Entry] = []
        self.add("loop", first, last, step, body, place, carried)
        with self.inside(body):
            yield


__all__ = ["Book", "Entry", "Ledger"]
