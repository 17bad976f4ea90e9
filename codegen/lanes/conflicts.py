"""May a loop do several turns at once: what it writes must not be what a later turn would have read, or written before.

Turns of a vector are mixed access by access: all lanes of the first, then all of the second. For two accesses that go on in equal
steps this is another order only where the second is ahead of the first by less than a vector. What is told apart by the text is
not asked; the rest is asked once, before the loop.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from difflang.records import dataclass

_MOST = 24
"""Questions worth asking."""


class LeftToLlvm(Exception):
    """The loop is not of the kind that is taken."""


class AsItStands(Exception):
    """No vectoriser could take it: what a turn needs is made by the one before, or where it writes depends on more than the turn."""


@dataclass(frozen=True)
class Access:
    """One access of a turn. `step`: bytes from turn to turn; None where only the run knows; 0 for what is read once, ahead."""

    memory: str
    pointer: str
    bytes: int
    step: int | None
    writes: bool


def questions(accesses: Sequence[Access], private: Collection[str], lanes: int) -> list[tuple[Access, Access, int]]:
    """Pairs that must not lie so near, and how near: the second behind the first by more than 0 and fewer bytes than this. For what is
    read once the second is written, and the number of bytes that of one turn. Raises LeftToLlvm."""
    asked: dict[tuple[str, str], tuple[Access, Access, int]] = {}
    for k, later in enumerate(accesses):
        for earlier in accesses[:k]:
            if not (earlier.writes or later.writes) or earlier.pointer == later.pointer or _apart(earlier, later, private):
                continue
            if earlier.step is None or later.step is None:
                raise LeftToLlvm
            if 0 in (earlier.step, later.step):
                read, written = (earlier, later) if later.writes else (later, earlier)
                asked[read.pointer, written.pointer] = (read, written, _ahead(written.step))
            elif earlier.step != later.step:
                raise LeftToLlvm
            else:
                asked[earlier.pointer, later.pointer] = (earlier, later, lanes * _ahead(earlier.step))
    if len(asked) > _MOST:
        raise LeftToLlvm
    return list(asked.values())


def _apart(one: Access, other: Access, private: Collection[str]) -> bool:
    return one.memory != other.memory and (one.memory in private or other.memory in private)


def _ahead(step: int | None) -> int:
    """A step forwards."""
    if not step or step < 0:
        raise LeftToLlvm
    return step
