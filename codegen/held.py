"""What is held while the ledgers of a program are gone through: blocks with references, and the most so far."""

from __future__ import annotations

from collections.abc import Mapping

from difflang.ir import Place
from difflang.records import dataclass, field

from .sizes import Size


@dataclass(eq=False)
class Block:
    """Memory that is taken: references are counted as the code does."""

    size: Size
    name: str
    function: str
    place: Place | None
    count: int = 1
    used: Size = Size()  # noqa: RUF009 (of a stack: what it holds now; the size is the most so far)
    room: int = 1  # how often its size it takes where memory is cut and never given back: a stack moves when it grows
    held: list[int] = field(default_factory=list)  # of a stack: blocks whose references lie on it
    many: Size = Size()  # noqa: RUF009 (of how many blocks it stands for, beside the first)


@dataclass(eq=False)
class State:
    """What is held now, and the most so far."""

    blocks: dict[int, Block]
    peaks: list[Size]
    groups: dict[tuple[Size, Size], int]
    all: list[Block] = field(default_factory=list)
    shared: bool = False

    def take(self, block: Block) -> int:
        self.all.append(block)
        self.blocks[len(self.all) - 1] = block
        self.note()
        return len(self.all) - 1

    def total(self) -> Size:
        total = Size()
        for block in self.blocks.values():
            if block.count > 0:
                total = total + block.size
        return total

    def note(self, more: Size = Size()) -> None:  # noqa: B008 (it never changes)
        """Remember the sum if no other one is certainly as large."""
        total = self.total() + more
        if not any(peak.covers(total) for peak in self.peaks):
            self.peaks = [peak for peak in self.peaks if not total.covers(peak)] + [total]
        now: dict[tuple[Size, Size], int] = {}
        for block in self.blocks.values():
            if block.count > 0 and block.room == 1:
                key = block.size, block.many
                now[key] = now.get(key, 0) + 1
        for size, count in now.items():
            self.groups[size] = max(count, self.groups.get(size, 0))

    def counts(self) -> dict[int, int]:
        return {k: block.count for k, block in self.blocks.items()}

    def restore(self, counts: Mapping[int, int]) -> None:
        for k, block in self.blocks.items():
            block.count = counts.get(k, 0)


__all__ = ["Block", "State"]
