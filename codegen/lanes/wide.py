"""The vector form of one loop: a vector of elements to a turn, by the operations that the loop has for one."""

from __future__ import annotations

import re

from .conflicts import AsItStands, LeftToLlvm, questions
from .memory import Memory
from .nest import LOAD, STORE, VALUE

_GEP = re.compile(r"^getelementptr(?: inbounds)? ([\w]+), ptr (%[\w.]+), i64 (%[\w.]+|-?\d+)$")
_BINARY = re.compile(r"^(fadd|fsub|fmul|fdiv|add|sub|mul|and|or|xor|shl|lshr|ashr)((?: [a-z]+)*) (double|float|i\d+) ([^ ,]+), ([^ ,]+)$")
_NEGATE = re.compile(r"^fneg (double|float) ([^ ,]+)$")
_COMPARE = re.compile(r"^([if]cmp \w+) (double|float|i\d+) ([^ ,]+), ([^ ,]+)$")
_SELECT = re.compile(r"^select i1 ([^ ,]+), (double|float|i\d+) ([^ ,]+), (double|float|i\d+) ([^ ,]+)$")
_CAST = re.compile(r"^(zext|sext|trunc|sitofp|uitofp|fpext|fptrunc)(?: nneg)? (double|float|i\d+) ([^ ,]+) to (double|float|i\d+)$")
_CALL = re.compile(r"^call (double|float|i\d+) @([\w.]+)\(([^()]*)\)(.*)$")
_SHORT = {"double": "f64", "float": "f32"}
_INTRINSIC = re.compile(r"llvm\.(sqrt|fabs|floor|ceil|trunc|rint|copysign|fma|fmuladd|abs|[us]max|[us]min|(min|max)(num|imum))\.\w+$")
_NUMBER = re.compile(r"-?\d+$")


class Wide(Memory):
    """One loop and its vector form."""

    def text(self) -> tuple[list[str], list[str], set[str]]:
        """The lines that enter the loop through its vector form, where its index may then begin, and what they call."""
        if self.lanes < 2:
            raise LeftToLlvm
        for line in self.loop.body[:-1]:
            self._statement(line)
        if self.gathers:
            raise LeftToLlvm
        safe = self._safe()
        header, wide, ahead = self.loop.header, f"{self.loop.header}.wide", f"{self.loop.header}.ahead"
        index, following = self._named(self.loop.index), f"%{header}.following"
        left = f"{header}.left"
        return (
            [
                f"  %{header}.enough = icmp sge i64 {self.loop.count}, {self.lanes}",
                f"  br i1 %{header}.enough, label %{ahead}, label %{header}",
                f"{ahead}:",
                f"  %{header}.all = and i64 {self.loop.count}, {-self.lanes}",
                *self.ahead,
                f"  br i1 {safe}, label %{wide}, label %{header}" if safe else f"  br label %{wide}",
                f"{wide}:",
                f"  {index} = phi i64 [ 0, %{ahead} ], [ {following}, %{wide} ]",
                *self.phis,
                *self.lines,
                f"  {following} = add nuw nsw i64 {index}, {self.lanes}",
                f"  %{header}.more = icmp ult i64 {following}, %{header}.all",
                f"  br i1 %{header}.more, label %{wide}, label %{left if self.after else header}",
                *([f"{left}:", *self.after, f"  br label %{header}"] if self.after else []),
            ],
            [f"[ %{header}.all, %{left if self.after else wide} ]", *([f"[ 0, %{ahead} ]"] if safe else [])],
            self.declared,
        )

    def _safe(self) -> str:
        """What says ahead of the loop that its turns may be mixed; nothing where that is known."""
        asked = questions(self.accesses, self.private, self.lanes)
        if not asked:
            return ""
        for name, code in self.linear:
            at_first = VALUE.sub(lambda found: self._at_first(found[0]), code)
            self.ahead.append(f"  {name}{self.start} = {at_first}")
        answers: list[str] = []
        for k, (one, other, near) in enumerate(asked):
            name = f"%near.{k}{self.mark}"
            self.ahead.append(f"  {name}.one = ptrtoint ptr {self._at_first(one.pointer)} to i64")
            self.ahead.append(f"  {name}.other = ptrtoint ptr {self._at_first(other.pointer)} to i64")
            if one.step == 0:  # read once: it must lie before or behind all that is written
                self.ahead.append(f"  {name}.by = sub i64 {name}.one, {name}.other")
                self.ahead.append(f"  {name}.from = add i64 {name}.by, {one.bytes - 1}")
                self.ahead.append(f"  {name}.all = mul i64 {self.loop.count}, {near}")
                self.ahead.append(f"  {name}.to = add i64 {name}.all, {one.bytes - 1}")
            else:
                self.ahead.append(f"  {name}.by = sub i64 {name}.other, {name}.one")
                self.ahead.append(f"  {name}.from = add i64 {name}.by, -1")
                self.ahead.append(f"  {name}.to = add i64 0, {near - 1}")
            self.ahead.append(f"  {name}.far = icmp uge i64 {name}.from, {name}.to")
            both = f"{answers[-1]}, {name}.far" if answers else f"{name}.far, true"
            self.ahead.append(f"  {name} = and i1 {both}")
            answers.append(name)
        return answers[-1]

    def _at_first(self, value: str) -> str:
        """A linear value as it is in the first turn."""
        if value == self.loop.index:
            return "0"
        return value + self.start if value in self.steps else self._named(value)

    def _statement(self, line: str) -> None:
        store = STORE.match(line)
        if store:
            self._store(store[1], store[2], store[3])
            return
        name, _, code = line.strip().partition(" = ")
        if name == self.loop.following:
            return
        self.local.add(name)
        spelled = VALUE.sub(lambda found: self.first.get(found[0], found[0]), code)
        self.first[name] = name if code.startswith("load ") else self.known.setdefault(spelled, name)
        if not any(self._varies(value) for value in VALUE.findall(code)) and not code.startswith("load "):
            self._keep(self.ahead, name, code)
            return
        for pattern, method in _FORMS:
            found = pattern.match(code)
            if found:
                method(self, name, code, found)
                return
        raise LeftToLlvm

    def _binary(self, name: str, code: str, found: re.Match[str]) -> None:
        op, flags, type, one, other = found.groups()
        if one in self.sums or other in self.sums:
            self._sum(name, op, type, one, other)
            return
        if one in self.strides or other in self.strides:
            raise LeftToLlvm
        step, stride = self._step(op, type, one, other), self._stride(name, op, type, one, other)
        if step is not None:
            self.steps[name] = step
            self.linear.append((name, code))
        elif stride:
            self.strides[name] = stride
        else:
            self._emit(name, type, f"{op}{flags} <{self.lanes} x {type}> {self._vector(type, one)}, {self._vector(type, other)}")
            return
        self._keep(self.lines, name, code)

    def _sum(self, name: str, op: str, type: str, one: str, other: str) -> None:
        """A sum that goes on from turn to turn, in the order of the turns."""
        before, term = (one, other) if one in self.sums else (other, one)
        vector, wide = self._vector(type, term), f"<{self.lanes} x {type}>"
        whole = type not in _SHORT
        if op != ("add" if whole else "fadd"):
            raise LeftToLlvm if whole else AsItStands
        symbol = f"llvm.vector.reduce.{op}.v{self.lanes}{_SHORT.get(type, type)}"
        if whole:
            self.declared.add(f"declare {type} @{symbol}({wide})")
            self.lines.append(f"  {name}.terms{self.mark} = call {type} @{symbol}({wide} {vector})")
            self.lines.append(f"  {name}{self.mark} = add {type} {before}{self.mark}, {name}.terms{self.mark}")
        else:
            self.declared.add(f"declare {type} @{symbol}({type}, {wide})")
            self.lines.append(f"  {name}{self.mark} = call {type} @{symbol}({type} {before}{self.mark}, {wide} {vector})")
        self.sums[name] = self.sums[before]

    def _step(self, op: str, type: str, one: str, other: str) -> int | None:
        """What the result grows by, where it is linear."""
        if type != "i64" or one in self.types or other in self.types:
            return None
        a, b = self.steps.get(one, 0), self.steps.get(other, 0)
        if op in ("add", "sub"):
            return a + b if op == "add" else a - b
        if op == "mul" and (_NUMBER.match(one) or _NUMBER.match(other)):
            return a * int(other) if _NUMBER.match(other) else b * int(one)
        return a << int(other) if op == "shl" and _NUMBER.match(other) else None

    def _stride(self, name: str, op: str, type: str, one: str, other: str) -> str:
        """What the result grows by, where a register has it: a linear number times a uniform one."""
        if op != "mul" or type != "i64":
            return ""
        count, by = (one, other) if one in self.steps else (other, one)
        if not self.steps.get(count) or self._varies(by) or not by.startswith("%"):
            return ""
        return self._times(self._named(by), self.steps[count], name)

    def _negate(self, name: str, code: str, found: re.Match[str]) -> None:
        type, value = found.groups()
        self._emit(name, type, f"fneg <{self.lanes} x {type}> {self._vector(type, value)}")

    def _compare(self, name: str, code: str, found: re.Match[str]) -> None:
        op, type, one, other = found.groups()
        self._emit(name, "i1", f"{op} <{self.lanes} x {type}> {self._vector(type, one)}, {self._vector(type, other)}")

    def _select(self, name: str, code: str, found: re.Match[str]) -> None:
        condition, type, one, _, other = found.groups()
        wide = f"<{self.lanes} x {type}>"
        chosen = f"<{self.lanes} x i1> {self._vector('i1', condition)}"
        self._emit(name, type, f"select {chosen}, {wide} {self._vector(type, one)}, {wide} {self._vector(type, other)}")

    def _cast(self, name: str, code: str, found: re.Match[str]) -> None:
        op, source, value, type = found.groups()
        self._emit(name, type, f"{op} <{self.lanes} x {source}> {self._vector(source, value)} to <{self.lanes} x {type}>")

    def _call(self, name: str, code: str, found: re.Match[str]) -> None:
        type, symbol, given, attributes = found.groups()
        vector = self._vector_symbol(symbol, attributes)
        parts = []
        for argument in given.split(", "):
            kind, _, value = argument.partition(" ")
            parts.append((f"<{self.lanes} x {kind}>", self._vector(kind, value)) if kind != "i1" else ("i1", value))
        passed = ", ".join(f"{kind} {value}" for kind, value in parts)
        self.declared.add(f"declare <{self.lanes} x {type}> @{vector}({', '.join(kind for kind, _ in parts)})")
        self._emit(name, type, f"call <{self.lanes} x {type}> @{vector}({passed})")

    def _vector_symbol(self, symbol: str, attributes: str) -> str:
        """The function that takes vectors in place of this one."""
        if _INTRINSIC.match(symbol):
            stem, _, type = symbol.rpartition(".")
            return f"{stem}.v{self.lanes}{type}"
        named = re.search(rf"_ZGV_LLVM_N{self.lanes}v+_{re.escape(symbol)}\((\w+)\)", attributes)
        if named is None:
            raise LeftToLlvm
        return named[1]


_FORMS = (
    (_GEP, Wide._address),
    (LOAD, Wide._load),
    (_BINARY, Wide._binary),
    (_NEGATE, Wide._negate),
    (_COMPARE, Wide._compare),
    (_SELECT, Wide._select),
    (_CAST, Wide._cast),
    (_CALL, Wide._call),
)
"""Instructions that may vary from turn to turn, and what becomes of them."""
