"""Arrays and stacks in memory: fresh blocks, references, alias scopes. The blocks themselves are `prelude.py`'s."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from difflang.types import Array, Stack, Type

from .arrays import Desc, c_strides, size
from .writer import REGISTER, SIZE, ModuleWriter, Site, Writer, is_literal

if TYPE_CHECKING:
    from .lower.lower import Lowering

_SCOPES = 48
"""Metadata grows with the square of the scopes: later allocations share scopes with earlier ones, which is safe."""


class Scopes:
    """The alias scopes of one function: one for each allocation, and their metadata."""

    def __init__(self, module: ModuleWriter) -> None:
        self.module = module
        self.scopes: dict[int, int] = {}
        self.sets: dict[frozenset[int], tuple[int, int]] = {}
        self.domain: int | None = None

    def suffix(self, memory: frozenset[int]) -> str:
        """The metadata of an access to memory that lies in one of these allocations; none for unknown memory."""
        if not memory or 0 in memory:
            return ""
        memory = frozenset(m % _SCOPES + 1 for m in memory)
        if memory not in self.sets:
            for one in memory:
                self._scope(one)
            self.sets[memory] = (self.module.meta(), self.module.meta())
        inside, outside = self.sets[memory]
        return f", !alias.scope !{inside}, !noalias !{outside}"

    def _scope(self, memory: int) -> None:
        if self.domain is None:
            self.domain = self.module.meta()
            self.module.metadata[self.domain] = f"distinct !{{!{self.domain}}}"
        if memory not in self.scopes:
            scope = self.module.meta()
            self.module.metadata[scope] = f"distinct !{{!{scope}, !{self.domain}}}"
            self.scopes[memory] = scope

    def finish(self) -> None:
        """Fill the sets in, now that all scopes are known."""
        for memory, (inside, outside) in self.sets.items():
            self.module.metadata[inside] = _tuple(self.scopes[m] for m in sorted(memory))
            self.module.metadata[outside] = _tuple(s for m, s in sorted(self.scopes.items()) if m not in memory)


_SUFFIX = re.compile(r", !alias\.scope !\d+, !noalias !\d+")


def without_scopes(text: str) -> str:
    """Lines that say nothing of where their memory lies."""
    return _SUFFIX.sub("", text)


def _tuple(nodes: Iterable[int]) -> str:
    return "!{" + ", ".join(f"!{n}" for n in nodes) + "}"


_SMALL = 4096
"""Bytes of an array whose block loops keep for their next turn: what it costs to take one shows."""


def allocate(low: Lowering, bytes_: str, name: str = "", kept: bool = True) -> tuple[str, str]:
    """A fresh block of this size: (block, data). Raises MemoryError at run time. In a loop a small one of known size takes the block of
    the turn before again, which is kept on the machine's stack (a keeper) when it is released, until the outermost loop ends. A list's is
    not `kept`: it still has its items."""
    w = low.w
    let_go(w)
    w.far += 1
    keep = _keeper(low, bytes_) if kept and low.loops and is_literal(bytes_) and int(bytes_) <= _SMALL else ""
    call = f"call ptr @dl_kept(ptr %ctx, ptr {keep}, i64 {bytes_})" if keep else f"call ptr @dl_alloc(ptr %ctx, i64 {bytes_})"
    block = w.let(call, "block")
    w.fail_if(w.let(f"icmp eq ptr {block}, null"), Site(MemoryError, ""))
    w.ledger.add("take", block, bytes_, name, low.place, keep)
    if keep:
        w.keepers[block] = keep
    slot = w.let(f"getelementptr inbounds i8, ptr {block}, i64 8")
    return block, w.let(f"load ptr, ptr {slot}", "data")


def fresh(low: Lowering, dtype: str, kinds: Sequence[str], dims: Sequence[str], memory: frozenset[int], name: str = "") -> Desc:
    """A new C-contiguous array, its elements undefined."""
    w = low.w
    count = size(w, dims)
    if count.startswith("%"):
        bytes_ = count if SIZE[dtype] == 1 else w.pure(f"mul nuw i64 {count}, {SIZE[dtype]}")
    else:
        bytes_ = str(int(count) * SIZE[dtype])
    block, data = _again(low, bytes_, name) or allocate(low, bytes_, name)
    w.private[block] = (bytes_, data)
    return Desc(dtype, tuple(kinds), tuple(dims), data, block, c_strides(w, dtype, dims), memory, True)


def _again(low: Lowering, bytes_: str, name: str) -> tuple[str, str] | None:
    """A block of this very size that was released just now. The clobber tells LLVM that what follows is other memory."""
    w = low.w
    spare = w.spare[-1]
    if not spare or not spare.get(bytes_):
        return None
    block, data = spare[bytes_].pop()
    w.do('call void asm sideeffect "", "~{memory}"()')
    w.ledger.add("take", block, bytes_, name, low.place, "")
    return block, data


def let_go(w: Writer) -> None:
    """What was released and not used again is given back."""
    for blocks in (w.spare[-1] or {}).values():
        for block, _ in blocks:
            _give_back(w, block)
        blocks.clear()


def _give_back(w: Writer, block: str) -> None:
    if block in w.keepers:
        w.do(f"call void @dl_keep(ptr {w.keepers[block]}, ptr {block})")
        if block in w.private:
            w.idle.setdefault(w.private[block][0], []).append(w.keepers[block])
    else:
        w.do(f"call void @dl_release(ptr {block})")


def _keeper(low: Lowering, bytes_: str) -> str:
    """A place on the machine's stack for a block that the next turn takes again: one of a block of this size that was given back
    before, else a new one."""
    w = low.w
    idle = w.idle.get(bytes_)
    if idle:
        return idle.pop()
    keeper = w.alloca("ptr")
    w.entry.append(f"  store ptr null, ptr {keeper}")
    low.keepers.append(keeper)
    return keeper


def give_up(low: Lowering) -> None:
    """What loops have kept goes back to the pool: the outermost one has ended."""
    w = low.w
    for keeper in low.keepers:
        w.do(f"call void @dl_release(ptr {w.let(f'load ptr, ptr {keeper}')})")
        w.do(f"store ptr null, ptr {keeper}")
        w.ledger.add("drop", keeper)
    low.keepers.clear()
    w.idle.clear()


def retain(w: Writer, block: str) -> None:
    if block != "null":
        hand_out(w, block)
        w.do(f"call void @dl_retain(ptr {block})")
        w.ledger.add("retain", block)


def release(w: Writer, block: str) -> None:
    """One reference less. What nobody else can have seen is kept for the next array of its size."""
    if block == "null":
        return
    w.ledger.add("keep", block, w.keepers[block]) if block in w.keepers else w.ledger.add("release", block)
    spare, own = w.spare[-1], w.private.get(block)
    if spare is None or own is None:
        _give_back(w, block)
    else:
        spare.setdefault(own[0], []).append((block, own[1]))


def hand_out(w: Writer, block: str) -> None:
    """Others may hold the block from here on."""
    w.private.pop(block, None)


def parts(type: Type) -> list[str]:
    """The LLVM types of a leaf in registers: a number, (data, block, sizes, strides unless C), or a stack's handle."""
    if isinstance(type, Array):
        return ["ptr", "ptr"] + ["i64"] * (type.rank * (1 if type.layout != "A" else 2))
    if isinstance(type, Stack):
        return ["ptr"]
    return [REGISTER[type.dtype]]  # type: ignore[union-attr]


def components(desc: Desc, type: Array) -> list[str]:
    """An array's parts, as `parts` lists them."""
    return [desc.data, desc.block, *desc.dims, *(() if type.layout != "A" else desc.strides)]


def assemble(w: Writer, type: Array, values: Sequence[str], memory: frozenset[int]) -> Desc:
    """A descriptor from its parts. Axes of size one get the literal."""
    r = type.rank
    dims = tuple("1" if kind == "1" else dim for kind, dim in zip(type.dims, values[2 : 2 + r], strict=True))
    strides = c_strides(w, type.dtype, dims) if type.layout != "A" else tuple(values[2 + r : 2 + 2 * r])
    return Desc(type.dtype, type.dims, dims, values[0], values[1], strides, memory, type.layout != "A")


def record_size(rank: int) -> int:
    return 16 + 16 * rank


def write_record(w: Writer, pointer: str, desc: Desc) -> None:
    """Fill {data, block, sizes, strides} in memory."""
    hand_out(w, desc.block)
    fields = [("ptr", desc.data), ("ptr", desc.block), *(("i64", v) for v in (*desc.dims, *desc.strides))]
    for k, (type, value) in enumerate(fields):
        slot = pointer if k == 0 else w.let(f"getelementptr inbounds i8, ptr {pointer}, i64 {8 * k}")
        w.do(f"store {type} {value}, ptr {slot}")


def read_record(w: Writer, pointer: str, type: Array) -> list[str]:
    """The parts of an array in memory."""
    values = []
    for k, part in enumerate(parts(type)):
        slot = pointer if k == 0 else w.let(f"getelementptr inbounds i8, ptr {pointer}, i64 {8 * k}")
        values.append(w.let(f"load {part}, ptr {slot}"))
    return values
