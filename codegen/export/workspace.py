"""Calls in memory of the caller's: how much a function needs, as a function of the sizes it is given.

The arena of such a call is cut from the workspace: a block for each that is held at one time, by size, none ever given back. So the bytes
needed are the sum over sizes of how many blocks of a size are held at one time, each with the room that its size class may add.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from difflang.types import Array

from ..footprint import Footprint
from ..sizes import Size, constant
from ..writer import MEMORY
from .header import Exported, Slot

POOL = 2688
"""Bytes of the pool's own record, and to align it."""
_BLOCK = 64 + 1024
"""Bytes of a block's record, and what a size class may add to a small one; to a large one an eighth."""


def needed(found: Footprint) -> Size | None:
    """The bytes that a call may take; None where they are not known before it runs."""
    if found.fails or found.shared or found.unknowns():
        return None
    total = constant(POOL)
    for (size, more), count in found.groups.items():
        total = total + constant(count) * (size + constant(_BLOCK) * (more * constant(4) + constant(1)))
    return total


def given(function: Exported) -> list[tuple[str, str, Slot]]:
    """What the size depends on, as parameters in C: (type, name, slot): sizes of arrays, and integers."""
    found = []
    for slot in function.inputs:
        if isinstance(slot.type, Array):
            found += [("int64_t", size, slot) for size in slot.sizes]
        elif slot.type.dtype[0] in "iu":
            found.append((slot.element, slot.name, slot))
    return found


class Sizing:
    """The C function that tells how many bytes a call needs, as LLVM text."""

    def __init__(self, function: Exported, size: Size) -> None:
        self.function, self.size = function, size
        self.lines: list[str] = []
        self.count = 0

    def text(self) -> str:
        heads = ["i64 %" + name if kind == "int64_t" else f"{MEMORY[slot.type.dtype]} %{name}" for kind, name, slot in given(self.function)]
        exact = self.value(self.size)
        result = self.let(f"add i64 {exact}, {self.let(f'lshr i64 {exact}, 3')}")
        head = f"define i64 @{self.function.symbol}_workspace_bytes({', '.join(heads)}) nounwind {{"
        return "\n".join([head, *self.lines, f"  ret i64 {result}", "}"])

    def let(self, code: str) -> str:
        self.count += 1
        self.lines.append(f"  %s{self.count} = {code}")
        return f"%s{self.count}"

    def value(self, size: Size) -> str:
        total = "0"
        for product, factor in size.terms.items():
            term = str(factor)
            for symbol in product:
                term = self.let(f"mul i64 {term}, {self.symbol(symbol)}")
            total = self.let(f"add i64 {total}, {term}")
        return total

    def symbol(self, part: tuple[object, ...]) -> str:
        kind, *rest = part
        if kind == "dim":
            slot = self.function.inputs[int(str(rest[0]))]
            return f"%{slot.sizes[int(str(rest[1]))]}"
        if kind == "int":
            return self.whole(self.function.inputs[int(str(rest[0]))])
        one, other = (self.value(item) for item in rest if isinstance(item, Size))
        if kind == "over":
            zero = self.let(f"icmp eq i64 {other}, 0")
            return self.let(f"sdiv i64 {one}, {self.let(f'select i1 {zero}, i64 1, i64 {other}')}")
        less = self.let(f"icmp slt i64 {one}, {other}")
        first, second = (other, one) if kind == "max" else (one, other)
        return self.let(f"select i1 {less}, i64 {first}, i64 {second}")

    def whole(self, slot: Slot) -> str:
        """An integer argument, not below zero."""
        type = MEMORY[slot.type.dtype]
        value = f"%{slot.name}"
        if type != "i64":
            value = self.let(f"{'zext' if slot.type.dtype[0] == 'u' else 'sext'} {type} {value} to i64")
        return self.let(f"select i1 {self.let(f'icmp slt i64 {value}, 0')}, i64 0, i64 {value}")


def sizes(functions: Sequence[Exported], found: Mapping[str, Footprint]) -> dict[str, Size]:
    """The functions, by key, that can be called in memory of the caller's, and the bytes they need."""
    known: dict[str, Size] = {}
    for function in functions:
        size = needed(found[function.key])
        count = len(function.inputs)
        if size is not None and all(_asked(symbol) < count for product in size.terms for symbol in product):
            known[function.key] = size
    return known


def _asked(part: tuple[object, ...]) -> int:
    """The last argument that a symbol asks."""
    if part[0] in ("dim", "int"):
        return int(str(part[1]))
    inner = [_asked(symbol) for item in part[1:] if isinstance(item, Size) for product in item.terms for symbol in product]
    return max(inner, default=0)


__all__ = ["POOL", "Sizing", "given", "sizes"]
