"""Reads and writes of a loop that becomes one of vectors: side by side, a known step apart, or a step that the run knows."""

from __future__ import annotations

import re

from .conflicts import Access, AsItStands, LeftToLlvm
from .frame import SIZES, Frame
from .nest import MOVED, STORE


class Memory(Frame):
    """Addresses, loads and stores."""

    def _address(self, name: str, code: str, found: re.Match[str]) -> None:
        type, base, index = found.groups()
        stride = self.strides.get(base) or self.strides.get(index)
        mixed = bool(stride) and (base in self.steps or (base in self.strides and self._varies(index)))
        if base in self.scattered or index in self.types or mixed:
            self.scattered.add(name)
            return
        if base in self.types or type not in SIZES:
            raise LeftToLlvm
        if stride:
            self.strides[name] = stride if base in self.strides else self._times(stride, SIZES[type], name)
        else:
            self.steps[name] = self.steps.get(base, 0) + self.steps.get(index, 0) * SIZES[type]
            self.linear.append((name, code))
        self._keep(self.lines, name, code)

    def _access(self, type: str, pointer: str, step: int | None, writes: bool) -> None:
        memory = self.roots.get(pointer, pointer)
        if (not memory.startswith("%p") and memory not in self.private) or type not in SIZES:
            raise LeftToLlvm
        self.accesses.append(Access(memory, self.first.get(pointer, pointer), SIZES[type], step, writes))

    def _store(self, type: str, value: str, pointer: str) -> None:
        if pointer in self.scattered:
            raise AsItStands
        step = self.steps.get(pointer)
        if not step:
            if step is None and self.sums.get(value) == pointer:
                self.after.append(f"  store {type} {value}{self.mark}, ptr {self._named(pointer)}")
                return
            raise LeftToLlvm
        self._access(type, pointer, step, True)
        wide, vector = f"<{self.lanes} x {type}>", self._vector(type, value)
        if step == SIZES[type]:
            self.lines.append(f"  store {wide} {vector}, ptr {pointer}{self.mark}, align {SIZES[type]}")
            return
        for lane, place in enumerate(self._places(pointer, step)):
            self.lines.append(f"  {place}.v = extractelement {wide} {vector}, i64 {lane}")
            self.lines.append(f"  store {type} {place}.v, ptr {place}")

    def _places(self, pointer: str, step: int) -> list[str]:
        """Where the lanes are, a step apart."""
        names = []
        for lane in range(self.lanes):
            names.append(f"{pointer}.{len(self.lines)}{self.mark}")
            self.lines.append(f"  {names[-1]} = getelementptr inbounds i8, ptr {pointer}{self.mark}, i64 {lane * step}")
        return names

    def _load(self, name: str, code: str, found: re.Match[str]) -> None:
        type, pointer = found.groups()
        if pointer in self.scattered:
            self.gathers = True
            self.types[name] = type
        elif not self._varies(pointer):
            self._once(name, code, type, pointer)
        elif pointer in self.strides:
            self._access(type, pointer, None, False)
            step = self.strides[pointer]
            places = [f"{name}.{lane}{self.mark}" for lane in range(self.lanes)]
            for lane, place in enumerate(places):
                self.ahead.append(f"  {place}.by = mul i64 {step}, {lane}")
                self.lines.append(f"  {place} = getelementptr i8, ptr {pointer}{self.mark}, i64 {place}.by")
            self._gathered(name, type, places)
        else:
            self._access(type, pointer, self.steps[pointer], False)
            self._stepping(name, type, pointer, self.steps[pointer])

    def _once(self, name: str, code: str, type: str, pointer: str) -> None:
        """What is read in every turn at the same place: a sum of the turns before, where it is written there, or ahead of the loop."""
        memory = self.roots.get(pointer, pointer)
        written = [store for line in self.loop.body if (store := STORE.match(line)) and self.roots.get(store[3], store[3]) == memory]
        if memory not in self.private or not written:
            self._access(type, pointer, 0, False)
            self._keep(self.ahead, name, code)
            return
        touched = [line for line in self.loop.body if line.endswith(f" ptr {pointer}") or self._points(line, memory)]
        if len(written) != 1 or written[0][3] != pointer or len(touched) != 2:
            raise LeftToLlvm
        self.sums[name] = pointer
        begun = f"{name}.begun{self.mark}"
        self.ahead.append(f"  {begun} = load {type}, ptr {self._named(pointer)}")
        enter = f"[ {begun}, %{self.loop.header}.ahead ]"
        self.phis.append(f"  {name}{self.mark} = phi {type} {enter}, [ {written[0][2]}{self.mark}, %{self.loop.header}.wide ]")

    def _points(self, line: str, memory: str) -> bool:
        """Whether a line reads or writes this memory."""
        pointer = line.rpartition(" ptr ")[2]
        return bool(MOVED.search(line)) and self.roots.get(pointer, pointer) == memory

    def _stepping(self, name: str, type: str, pointer: str, step: int) -> None:
        """Elements that lie a known step apart."""
        size, wide = SIZES[type], f"<{self.lanes} x {type}>"
        at = f"ptr {pointer}{self.mark}"
        if step == size:
            self._emit(name, type, f"load {wide}, {at}, align {size}")
        elif step in (2 * size, -size):  # nothing is read beyond the last element
            low = f"{name}.low{self.mark}"
            if step < 0:
                self.lines.append(f"  {low}.at = getelementptr inbounds i8, {at}, i64 {(self.lanes - 1) * step}")
                self.lines.append(f"  {low} = load {wide}, ptr {low}.at, align {size}")
                other, chosen = "poison", [self.lanes - 1 - lane for lane in range(self.lanes)]
            else:
                other = f"{name}.high{self.mark}"
                self.lines.append(f"  {low} = load {wide}, {at}, align {size}")
                self.lines.append(f"  {other}.at = getelementptr inbounds i8, {at}, i64 {(self.lanes - 1) * size}")
                self.lines.append(f"  {other} = load {wide}, ptr {other}.at, align {size}")
                chosen = [2 * lane if 2 * lane < self.lanes else 2 * lane + 1 for lane in range(self.lanes)]
            mask = ", ".join(f"i32 {lane}" for lane in chosen)
            self._emit(name, type, f"shufflevector {wide} {low}, {wide} {other}, <{self.lanes} x i32> <{mask}>")
        else:
            self._gathered(name, type, self._places(pointer, step))

    def _gathered(self, name: str, type: str, places: list[str]) -> None:
        """Elements of the lanes, one by one."""
        wide, so_far = f"<{self.lanes} x {type}>", "poison"
        for lane, place in enumerate(places):
            self.lines.append(f"  {place}.v = load {type}, ptr {place}")
            code = f"insertelement {wide} {so_far}, {type} {place}.v, i64 {lane}"
            so_far = f"{place}.w"
            if lane == self.lanes - 1:
                self._emit(name, type, code)
            else:
                self.lines.append(f"  {so_far} = {code}")
