"""The footprint of a program: the most that its arena holds at one time, read off the ledgers of its functions.

A run over the entries knows which blocks live, with a formula for the size of each. Both arms of a branch are gone through, a loop three
times: what the third turn holds more than the second grows with the number of turns. Callees are gone through where they are called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Union

from difflang.ir import Place
from difflang.records import dataclass

from .held import Block, State
from .ledger import Book, Entry
from .sizes import Size, constant, greatest, least, over, symbol

Held = Union[Size, int, None]
"""What a register stands for: a number, a block, or nothing that matters here."""


@dataclass(frozen=True)
class Footprint:
    """The candidates for the most that is held at one time, all that was taken, and for each size how many at one time."""

    peaks: tuple[Size, ...]
    blocks: tuple[Block, ...]
    results: frozenset[int]  # positions in `blocks`
    groups: Mapping[tuple[Size, Size], int]  # size, and how many blocks more than one it stands for: how many at one time
    fails: str = ""  # why there is no formula
    shared: bool = False  # whether threads take memory of their own

    def unknowns(self) -> list[str]:
        return list(dict.fromkeys(text for peak in (*self.peaks, *(size for size, _ in self.groups)) for text in peak.unknowns()))


def footprint(books: Mapping[str, Book], entry: str) -> Footprint:
    state = State({}, [], {})
    run = _Run(books, entry, state, _given(books[entry].params), ())
    try:
        run.entries(books[entry].entries)
    except _Deep:
        return Footprint((), (), frozenset(), {}, "the function calls itself: how deep is not known before it runs")
    results = frozenset(held for held in run.returned() if isinstance(held, int))
    groups = Counter(state.groups)
    groups.update((constant(block.room) * block.size, block.many) for block in state.all if block.room > 1)
    return Footprint(tuple(state.peaks), tuple(state.all), results, groups, shared=state.shared)


def _given(params: Sequence[str]) -> dict[str, Held]:
    """The registers of the entry's parameters: `%a<leaf>.<part>`, of an array data, block, sizes."""
    found: dict[str, Held] = {}
    for name in params:
        leaf, part = map(int, name[2:].split("."))
        whole = f"%a{leaf}.1" not in params
        found[name] = symbol("int", leaf) if whole else symbol("dim", leaf, part - 2) if part > 1 else None
    return found


class _Deep(Exception):
    pass


_Turn = tuple[Size, dict[int, tuple[Size, Size]]]
"""What is held after a turn, and of each block its size and what of it is in use."""
_DEFINED = re.compile(r"\s*(%[\w.]+) = (.*)")
_INCOMING = re.compile(r"\[ ([^,\]]+), %[\w.]+ \]")


class _Run:
    """One function while it is gone through; `bound` are its parameters' registers."""

    def __init__(self, books: Mapping[str, Book], key: str, state: State, bound: dict[str, Held], above: Sequence[str]) -> None:
        if key in above:
            raise _Deep
        self.books, self.key, self.state, self.above = books, key, state, (*above, key)
        self.known: dict[str, Held] = dict(bound)
        self.results: dict[str, list[Held]] = {}
        lines = [_DEFINED.fullmatch(line.split(", !")[0]) for line in books[key].lines]
        self.codes: dict[str, str] = {line[1]: line[2] for line in lines if line}
        self.asked: set[str] = set()
        self.kept: dict[str, int] = {}
        self.fresh: tuple[int, set[int]] = 0, set()  # of the loop just gone through: its first block, those that it carries

    def entries(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            getattr(self, "do_" + entry[0])(*entry[1:])

    # entries

    def do_take(self, register: str, bytes_: str, name: str, place: Place | None, keeper: str = "") -> None:
        kept = self.kept.pop(keeper, None)
        if kept is not None:
            self.known[register] = kept
            return
        size = self.number(bytes_) if bytes_ else symbol("unknown", "size of a list")
        self.known[register] = self.state.take(Block(size, name, self.key, place))

    def do_keep(self, register: str, keeper: str) -> None:
        """A block that nobody else holds waits for the next turn."""
        block = self.block(register)
        if block is not None and self.state.blocks[block].count == 1 and keeper not in self.kept:
            self.kept[keeper] = block
        else:
            self.do_release(register)

    def do_drop(self, keeper: str) -> None:
        block = self.kept.pop(keeper, None)
        if block is not None:
            self.state.blocks[block].count -= 1

    def do_retain(self, register: str) -> None:
        self.change(register, 1)

    def do_release(self, register: str) -> None:
        self.change(register, -1)

    def change(self, register: str, by: int) -> None:
        block = self.block(register)
        if block is not None and self.state.blocks[block].count > 0:
            self.state.blocks[block].count += by

    def do_push(self, register: str, size: int) -> None:
        block = self.block(register)
        if block is not None:
            stack = self.state.blocks[block]
            stack.used, stack.room = stack.used + constant(size), 4
            stack.size = greatest(stack.size, stack.used + constant(64))
            self.state.note()

    def do_pop(self, register: str, size: int) -> None:
        block = self.block(register)
        if block is not None:
            self.state.blocks[block].used = self.state.blocks[block].used - constant(size)

    def do_if(self, arms: Sequence[Sequence[Entry]], merged: Sequence[str]) -> None:
        """Both arms from the same state; a block that comes out of both is one of the larger size."""
        state = self.state
        before = state.counts()
        ends: list[dict[int, int]] = []
        for arm in arms:
            state.restore(before)
            self.entries(arm)
            ends.append(state.counts())
        for register in merged:
            values = _INCOMING.findall(self.codes.get(register, ""))
            if len(values) == len(ends):
                self.merge(register, values, ends)
        state.restore({k: max(end.get(k, 0) for end in ends) for k in state.blocks})

    def merge(self, register: str, values: Sequence[str], ends: list[dict[int, int]]) -> None:
        found = [self.block(value) for value in values]
        if found[0] == found[1]:
            self.known[register] = found[0]
            return
        size = Size()
        for block, end in zip(found, ends, strict=True):
            if block is not None and end.get(block, 0) > 0:
                end[block] -= 1
                size = greatest(size, self.state.blocks[block].size) if end[block] == 0 else size
        one = next((self.state.blocks[k] for k in found if k is not None), None)
        if one is not None:
            made = Block(size, "", one.function, one.place)
            self.state.all.append(made)
            self.known[register] = len(self.state.all) - 1
            self.state.blocks[len(self.state.all) - 1] = made
            for end in ends:
                end[len(self.state.all) - 1] = 1

    def do_loop(self, first: str, last: str, step: int, body: Sequence[Entry], place: Place | None, carried: Sequence[str]) -> None:
        if not body:
            return
        state = self.state
        self.known[carried[0]] = greatest(self.number(first), self.number(last)) if last else self.turns(first, last, step, place)
        carried = carried[1:]
        phis = [(register, _INCOMING.findall(self.codes.get(register, ""))) for register in carried]
        for register, values in phis:
            if values and self.codes[register].startswith("phi ptr"):
                self.known[register] = self.block(values[0])
        before = {k: (block.size, block.used) for k, block in state.blocks.items()}
        turns: list[_Turn] = []
        for turn in range(3):
            state.peaks, kept = ([], state.peaks) if turn == 2 else (state.peaks, [])
            self.forget(body)
            self.entries(body)
            ends = {register: self.block(values[-1]) for register, values in phis if len(values) > 1}
            self.known.update({register: block for register, block in ends.items() if self.codes[register].startswith("phi ptr")})
            turns.append((state.total(), {k: (block.size, block.used) for k, block in state.blocks.items()}))
        transient, state.peaks = state.peaks, kept
        self.fresh = len(before), {block for block in (*ends.values(), *self.kept.values()) if block is not None}
        self.grow(before, turns[1:], self.turns(first, last, step, place), transient)

    def grow(self, before: Mapping[int, tuple[Size, Size]], turns: list[_Turn], count: Size, transient: Sequence[Size]) -> None:
        """What each turn adds, times their number."""
        state = self.state
        first, carried = self.fresh
        (one, after_one), (two, after_two) = turns
        each = two - one
        pushed: list[Block] = []
        for k, (size, used) in before.items():
            more, block = after_two[k][1] - after_one[k][1], state.blocks[k]
            if more.terms:
                block.used = used + more * count
                block.size = greatest(size, block.used + constant(64))
                each = each - (after_two[k][0] - after_one[k][0]) if block.count > 0 else each
                if all(factor > 0 for factor in more.terms.values()):
                    pushed.append(block)
                else:  # what is popped is let go by who has popped it
                    for held in block.held:
                        state.blocks[held].count = 0
                    block.held.clear()
        if any(factor > 0 for factor in each.terms.values()):
            for k, block in state.blocks.items():  # those of the turns gone through are among them
                block.count = 0 if k >= first and k not in carried else block.count
            made = state.take(Block(each * count, "kept in each turn", self.key, None, many=count))
            for block in pushed:
                block.held.append(made)
        for peak in transient:
            state.note(peak - two) if not two.covers(peak) else state.note()

    def turns(self, first: str, last: str, step: int, place: Place | None) -> Size:
        if not last:
            return symbol("unknown", f"turns of the loop at line {place.line}" if place else "turns of a loop")
        a, b = self.number(first), self.number(last)
        return b - a if step > 0 else a - b

    def forget(self, entries: Sequence[Entry]) -> None:
        """The registers of a body have other blocks in each turn."""
        for entry in entries:
            if entry[0] in ("take", "call"):
                self.known.pop(entry[1] if entry[0] == "take" else entry[3], None)

    def do_shared(self) -> None:
        self.state.shared = True

    def do_call(self, key: str, passed: Sequence[str], result: str) -> None:
        book = self.books[key]
        inner = _Run(self.books, key, self.state, {}, self.above)
        heads = [text.rpartition(" ") for text in passed]
        for name, (kind, _, value) in zip(book.params, heads, strict=True):
            inner.known[name] = self.block(value) if kind == "ptr" else self.number(value) if kind == "i64" else None
        inner.entries(book.entries)
        self.results[result] = inner.returned()

    def returned(self) -> list[Held]:
        """What the parts of the result are."""
        line = next((line for line in reversed(self.books[self.key].lines) if line.strip().startswith("ret ")), "")
        found: dict[int, Held] = {}
        register = line.rpartition(" ")[2]
        while (code := self.codes.get(register, "")).startswith("insertvalue"):
            value, at = code.rpartition(",")[0].rpartition(" ")[2], int(code.rpartition(" ")[2])
            words = code.rpartition(",")[0].rpartition(" ")[0].rpartition(" ")[2]
            found[at] = self.block(value) if words == "ptr" else self.number(value) if words == "i64" else None
            head = code.partition("}")[2].strip()
            register = head.split(",")[0].strip()
        return [found.get(k) for k in range(1 + max(found, default=0))]

    # registers

    def block(self, register: str) -> int | None:
        """The block that a register holds."""
        if register in self.known:
            held = self.known[register]
            return held if isinstance(held, int) else None
        code = self.codes.get(register, "")
        if code.startswith("extractvalue"):
            part = self.part(code)
            return part if isinstance(part, int) else None
        if code.startswith("phi") and register not in self.asked:
            self.asked.add(register)
            found = [self.block(value) for value in _INCOMING.findall(code)]
            self.asked.discard(register)
            live = [k for k in found if k is not None]
            return next((k for k in reversed(live) if self.state.blocks[k].count > 0), live[0] if live else None)
        return None

    def part(self, code: str) -> Held:
        """A part of what a callee returned."""
        register, at = code.rpartition("}")[2].split(",")
        results = self.results.get(register.strip(), [])
        return results[int(at)] if int(at) < len(results) else None

    def number(self, register: str) -> Size:
        """An integer as a formula."""
        if not register.startswith("%"):
            return constant(int(register)) if register.lstrip("-").isdigit() else symbol("unknown", register)
        held = self.known.get(register)
        if isinstance(held, Size):
            return held
        if register in self.asked:
            return Size()
        self.asked.add(register)
        found = self.computed(register, self.codes.get(register, ""))
        self.asked.discard(register)
        return found

    def computed(self, register: str, code: str) -> Size:
        words = [word.strip(",()") for word in code.split()]
        op = words[0] if words else ""
        if op in ("add", "sub", "mul", "sdiv", "udiv"):
            one, other = self.number(words[-2]), self.number(words[-1])
            return {"add": one + other, "sub": one - other, "mul": one * other}.get(op) or (over(one, other) if "div" in op else Size())
        if op == "call" and ("smax" in code or "smin" in code):
            numbers = [self.number(value) for value in re.findall(r"i64 (-?[%\w.]+)[,)]", code)[-2:]]
            return greatest(*numbers) if "smax" in code else least(*numbers)
        if op == "select" and " i64 " in code:
            numbers = [self.number(value) for value in re.findall(r"i64 (-?[%\w.]+)", code)]
            return greatest(*numbers)
        if op in ("zext", "sext", "trunc"):
            return self.number(words[2])
        if op == "phi":
            values = [self.number(value) for value in _INCOMING.findall(code)]
            return values[0] if len(values) == 1 else greatest(values[0], values[-1])
        if op == "extractvalue":
            part = self.part(code)
            if isinstance(part, Size):
                return part
        if op == "load" and (recorded := self.recorded(words[words.index("ptr") + 1])):
            return recorded
        return symbol("unknown", re.sub(r"\.\d+$", "", register[1:]))

    def recorded(self, pointer: str) -> Size | None:
        """A number read from a block: the greatest of those that are written into it."""
        home = self.home(pointer)
        if home is None:
            return None
        found = [re.fullmatch(r"\s*store i64 (-?[%\w.]+), ptr ([%\w.]+).*", line) for line in self.books[self.key].lines]
        written = [self.number(store[1]) for store in found if store and self.home(store[2]) == home]
        size = written[0] if written else None
        for other in written[1:]:
            size = greatest(size, other) if size is not None else other
        return size

    def home(self, pointer: str) -> str | None:
        """The register of the block that a pointer leads into; of a row on a stack the part that it is."""
        part = ""
        while (code := self.codes.get(pointer, "")) and not code.startswith("call"):
            found = re.search(r"ptr (%[\w.]+)", code) if not code.startswith("phi") else re.search(r"\[ (%[\w.]+),", code)
            if found is None:
                return None
            pointer, part = found[1], code.rpartition(" ")[2] if code.startswith("getelementptr inbounds i8") else part
        if re.match(r"(notail )?call ptr @dl_(push|pop)\(", code):
            return f"row {part}"
        return pointer if code.startswith("call ptr @dl_alloc") else None


__all__ = ["Footprint", "footprint"]
