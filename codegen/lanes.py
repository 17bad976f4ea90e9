"""The innermost loops of a nest with a vector of elements to a turn: what LLVM's loop vectoriser would write, in a fiftieth of its time.

Taken are loops whose body is straight, which read and write elements side by side, and write only memory that nothing else in
the nest knows. Sums, strides and what may overlap are left to LLVM. The elements that are left over run in the loop as it stood;
each element is computed by the same operations in either, so that the bits are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from difflang.records import dataclass

_LABEL = re.compile(r"^([\w.]+):$")
_JUMP = re.compile(r"^  br label %([\w.]+)(?:, !llvm\.loop !\d+)?$")
_PHI = re.compile(r"^  (%[\w.]+) = phi i64 \[ 0, %([\w.]+) \], \[ (%[\w.]+), %([\w.]+) \]$")
_TEST = re.compile(r"^  (%[\w.]+) = icmp slt i64 (%[\w.]+), (%[\w.]+|\d+)$")
_ENTER = re.compile(r"^  br i1 (%[\w.]+), label %([\w.]+), label %([\w.]+)$")
_GEP = re.compile(r"^getelementptr(?: inbounds)? ([\w]+), ptr (%[\w.]+), i64 (%[\w.]+|-?\d+)$")
_LOAD = re.compile(r"^load (\w+), ptr (%[\w.]+)$")
_STORE = re.compile(r"^  store (\w+) ([^ ,]+), ptr (%[\w.]+)$")
_BINARY = re.compile(r"^(fadd|fsub|fmul|fdiv|add|sub|mul|and|or|xor|shl|lshr|ashr)((?: [a-z]+)*) (double|float|i\d+) ([^ ,]+), ([^ ,]+)$")
_NEGATE = re.compile(r"^fneg (double|float) ([^ ,]+)$")
_COMPARE = re.compile(r"^([if]cmp \w+) (double|float|i\d+) ([^ ,]+), ([^ ,]+)$")
_SELECT = re.compile(r"^select i1 ([^ ,]+), (double|float|i\d+) ([^ ,]+), (double|float|i\d+) ([^ ,]+)$")
_CAST = re.compile(r"^(zext|sext|trunc|sitofp|uitofp|fpext|fptrunc)(?: nneg)? (double|float|i\d+) ([^ ,]+) to (double|float|i\d+)$")
_CALL = re.compile(r"^call (double|float|i\d+) @([\w.]+)\(([^()]*)\)(.*)$")
_INTRINSIC = re.compile(r"llvm\.(sqrt|fabs|floor|ceil|trunc|rint|copysign|fma|fmuladd|abs|[us]max|[us]min|(min|max)(num|imum))\.\w+$")
_BITS = {"double": 64, "float": 32, "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i1": 8}


class _LeftToLlvm(Exception):
    """The loop is not of the kind that is taken."""


class _AsItStands(Exception):
    """No vectoriser could take it: where it writes depends on more than the turn."""


@dataclass(frozen=True)
class _Loop:
    """An innermost loop: the places of its lines in the nest, its names."""

    before: int  # the jump that enters it
    header: str
    index: str
    following: str
    count: str
    body: list[str]


def widened(function: str, bits: int) -> tuple[str, set[str]] | None:
    """The nest with its innermost loops in vectors of so many bits, and the declarations that it then needs; None where one of its
    loops is left to LLVM."""
    lines = function.rstrip().split("\n")
    if any(" = alloca " in line and "alloca [" not in line for line in lines):
        return None
    if "  ret i1 true" in lines:
        return function, set()  # its turns may leave: they stay one after the other
    if not _is_counted(lines):
        return None
    private = set(re.findall(r"ptr noalias (%[\w.]+)", lines[0])) | {m[1] for m in map(_ALLOCA.match, lines) if m}
    roots = _roots(lines)
    wanted: set[str] = set()
    added: list[tuple[int, str, list[str]]] = []
    for number, loop in enumerate(_loops(lines)):
        if any(" call " in line and "(ptr" in line for line in loop.body) or _is_plain(lines, loop):
            continue
        try:
            text, declared = _Wide(loop, roots, private, bits, number).text()
        except _AsItStands:
            continue
        except _LeftToLlvm:
            return None
        wanted |= declared
        added.append((loop.before, loop.header, text))
    return _inserted(lines, added), wanted


def _roots(lines: Sequence[str]) -> dict[str, str]:
    """The pointer that each pointer into an array was made from: a parameter, in a nest, or memory of its own."""
    roots: dict[str, str] = {}
    for name, base in _MADE.findall("\n".join(lines)):
        roots[name] = roots.get(base, base)
    return roots


_MADE = re.compile(r"(?m)^  (%[\w.]+) = getelementptr(?: inbounds)? \w+, ptr (%[\w.]+),")
_ALLOCA = re.compile(r"^  (%[\w.]+) = alloca ")


def _is_plain(lines: Sequence[str], loop: _Loop) -> bool:
    """Whether the loop says of itself that it is not to be vectorised (the only thing that loops of nests say)."""
    return "!llvm.loop" in loop.body[-1]


def _inserted(lines: list[str], added: Sequence[tuple[int, str, list[str]]]) -> str:
    """The function with vector loops before its loops, which begin where those ended."""
    for before, header, text in reversed(added):
        at = lines.index(f"{header}:", before)
        lines[at + 1] = lines[at + 1].replace("], [", f"], [ %{header}.all, %{header}.wide ], [", 1)
        lines[before : before + 1] = text
    return "\n".join(lines) + "\n"


def _is_counted(lines: Sequence[str]) -> bool:
    """Whether all branches are those of counting loops, and the body of each is one block or holds another loop."""
    labels = {found[1]: k for k, line in enumerate(lines) if (found := _LABEL.match(line))}
    headers = {label: _ENTER.match(lines[k + 3]) for label, k in labels.items() if " = phi " in lines[k + 1]}
    for header, enter in headers.items():
        block = enter[2] if enter else ""
        while block and block not in headers:
            jump = _JUMP.match(lines[_ending(lines, labels[block])])
            if jump is None or (jump[1] == header and block != enter[2]):  # type: ignore[index]
                return False
            block = jump[1]
    tests = sum(line.startswith("  br i1 ") for line in lines)
    return tests == len(headers) == sum(" = phi " in line for line in lines)


def _loops(lines: Sequence[str]) -> list[_Loop]:
    """The loops whose body is one block that jumps back."""
    labels = {found[1]: k for k, line in enumerate(lines) if (found := _LABEL.match(line))}
    loops = []
    for header, at in labels.items():
        if " = phi " not in lines[at + 1]:
            continue
        phi, test, enter = _PHI.match(lines[at + 1]), _TEST.match(lines[at + 2]), _ENTER.match(lines[at + 3])
        if not (phi and test and enter and test[2] == phi[1] and enter[2] == phi[4] and enter[2] in labels):
            continue
        first = labels[enter[2]] + 1
        last = _ending(lines, first)
        back, before = _JUMP.match(lines[last]), _ending(lines, labels[phi[2]])
        if back and back[1] == header and lines[before] == f"  br label %{header}":
            loops.append(_Loop(before, header, phi[1], phi[3], test[3], list(lines[first : last + 1])))
    return sorted(loops, key=lambda loop: loop.before)


def _ending(lines: Sequence[str], start: int) -> int:
    """The line that ends the block which stands here."""
    return next(k for k in range(start, len(lines)) if lines[k].startswith(("  br ", "  ret ")))


class _Wide:
    """The vector form of one loop.

    A value is uniform (the same in each turn: in none of these), linear (`steps`: what it grows by from turn to turn, kept as
    the number of its first lane), or wide (`types`: a vector of this type).
    """

    def __init__(self, loop: _Loop, roots: dict[str, str], private: set[str], bits: int, number: int) -> None:
        self.loop, self.roots, self.private = loop, roots, private
        self.mark = f".w{number}"
        self.lanes = bits // max([_BITS.get(t, bits) for line in loop.body for t in _MOVED.findall(line)], default=64)
        self.steps: dict[str, int] = {loop.index: 1}
        self.types: dict[str, str] = {}
        self.local: set[str] = {loop.index, loop.following}
        self.first: dict[str, str] = {}  # the name that the same instruction had first
        self.known: dict[str, str] = {}
        self.ahead: list[str] = []  # before the loop
        self.lines: list[str] = []
        self.reads: list[tuple[str, str]] = []  # memory, address
        self.writes: list[tuple[str, str]] = []
        self.scattered: set[str] = set()  # pointers to places that lie anywhere
        self.gathers = False
        self.spread: dict[tuple[str, str], str] = {}
        self.declared: set[str] = set()

    def text(self) -> tuple[list[str], set[str]]:
        """The lines that enter the loop through its vector form."""
        if self.lanes < 2:
            raise _LeftToLlvm
        for line in self.loop.body[:-1]:
            self._statement(line)
        if self.gathers:
            raise _LeftToLlvm
        self._check_memory()
        header, wide = self.loop.header, f"{self.loop.header}.wide"
        index, following = self._named(self.loop.index), f"%{header}.following"
        return [
            f"  %{header}.enough = icmp sge i64 {self.loop.count}, {self.lanes}",
            f"  br i1 %{header}.enough, label %{header}.ahead, label %{header}",
            f"{header}.ahead:",
            f"  %{header}.all = and i64 {self.loop.count}, {-self.lanes}",
            *self.ahead,
            f"  br label %{wide}",
            f"{wide}:",
            f"  {index} = phi i64 [ 0, %{header}.ahead ], [ {following}, %{wide} ]",
            *self.lines,
            f"  {following} = add nuw nsw i64 {index}, {self.lanes}",
            f"  %{header}.more = icmp ult i64 {following}, %{header}.all",
            f"  br i1 %{header}.more, label %{wide}, label %{header}",
        ], self.declared

    def _check_memory(self) -> None:
        """What is written is known to nothing else: read at most where it is written."""
        written: dict[str, str] = {}
        for memory, address in self.writes:
            if memory not in self.private or written.setdefault(memory, address) != address:
                raise _LeftToLlvm
        if any(written.get(memory, address) != address for memory, address in self.reads):
            raise _LeftToLlvm

    def _statement(self, line: str) -> None:
        store = _STORE.match(line)
        if store:
            self._store(store[1], store[2], store[3])
            return
        name, _, code = line.strip().partition(" = ")
        if name == self.loop.following:
            return
        self.local.add(name)
        spelled = _VALUE.sub(lambda found: self.first.get(found[0], found[0]), code)
        self.first[name] = name if code.startswith("load ") else self.known.setdefault(spelled, name)
        if not any(self._varies(value) for value in _VALUE.findall(code)) and not code.startswith("load "):
            self._keep(self.ahead, name, code)
            return
        for pattern, method in _FORMS:
            found = pattern.match(code)
            if found:
                method(self, name, code, found)
                return
        raise _LeftToLlvm

    def _varies(self, value: str) -> bool:
        return value in self.steps or value in self.types or value in self.scattered

    def _named(self, value: str) -> str:
        """A value of the body as the vector loop calls it."""
        return value + self.mark if value in self.local else value

    def _keep(self, place: list[str], name: str, code: str) -> None:
        """An instruction on one lane as it stands."""
        place.append(f"  {name}{self.mark} = " + _VALUE.sub(lambda found: self._named(found[0]), code))

    def _vector(self, type: str, value: str) -> str:
        """A value in all lanes."""
        if value in self.types:
            return value + self.mark
        if value in self.steps:
            return self._counted(type, value)
        key = (type, value)
        if key not in self.spread:
            if not value.startswith("%"):
                self.spread[key] = f"splat ({type} {value})"
            else:
                name = f"%spread.{len(self.spread)}{self.mark}"
                self._spread_of(self.ahead, name, type, self._named(value))
                self.spread[key] = name
        return self.spread[key]

    def _spread_of(self, place: list[str], name: str, type: str, value: str) -> None:
        wide = f"<{self.lanes} x {type}>"
        place.append(f"  {name}.one = insertelement {wide} poison, {type} {value}, i64 0")
        place.append(f"  {name} = shufflevector {wide} {name}.one, {wide} poison, <{self.lanes} x i32> zeroinitializer")

    def _counted(self, type: str, value: str) -> str:
        """The numbers that a linear value has in the lanes."""
        if type != "i64":
            raise _LeftToLlvm
        key = (type, value)
        if key not in self.spread:
            name = self.spread[key] = f"%spread.{len(self.spread)}{self.mark}"
            self._spread_of(self.lines, f"{name}.first", type, value + self.mark)
            steps = ", ".join(f"i64 {self.steps[value] * lane}" for lane in range(self.lanes))
            self.lines.append(f"  {name} = add <{self.lanes} x i64> {name}.first, <{steps}>")
        return self.spread[key]

    def _emit(self, name: str, type: str, code: str) -> None:
        self.types[name] = type
        self.lines.append(f"  {name}{self.mark} = {code}")

    def _memory(self, pointer: str) -> tuple[str, str]:
        """The memory that a pointer points into, and where."""
        memory = self.roots.get(pointer, pointer)
        if not memory.startswith("%p") and memory not in self.private:
            raise _LeftToLlvm
        return memory, self.first.get(pointer, pointer)

    def _store(self, type: str, value: str, pointer: str) -> None:
        if pointer in self.scattered:
            raise _AsItStands
        if self.steps.get(pointer) != _SIZES.get(type):
            raise _LeftToLlvm
        self.writes.append(self._memory(pointer))
        wide = f"<{self.lanes} x {type}>"
        self.lines.append(f"  store {wide} {self._vector(type, value)}, ptr {pointer}{self.mark}, align {_SIZES[type]}")

    def _load(self, name: str, code: str, found: re.Match[str]) -> None:
        type, pointer = found.groups()
        if pointer in self.scattered:
            self.gathers = True
            self.types[name] = type
            return
        self.reads.append(self._memory(pointer))
        if not self._varies(pointer):
            if self._memory(pointer)[0] in self.private:
                raise _LeftToLlvm
            self._keep(self.ahead, name, code)
        elif self.steps[pointer] == _SIZES.get(type):
            self._emit(name, type, f"load <{self.lanes} x {type}>, ptr {pointer}{self.mark}, align {_SIZES[type]}")
        else:
            raise _LeftToLlvm

    def _address(self, name: str, code: str, found: re.Match[str]) -> None:
        type, base, index = found.groups()
        if base in self.scattered or index in self.types:
            self.scattered.add(name)
            return
        if base in self.types or type not in _SIZES:
            raise _LeftToLlvm
        self.steps[name] = self.steps.get(base, 0) + self.steps.get(index, 0) * _SIZES[type]
        self._keep(self.lines, name, code)

    def _binary(self, name: str, code: str, found: re.Match[str]) -> None:
        op, flags, type, one, other = found.groups()
        step = self._step(op, type, one, other)
        if step is not None:
            self.steps[name] = step
            self._keep(self.lines, name, code)
            return
        self._emit(name, type, f"{op}{flags} <{self.lanes} x {type}> {self._vector(type, one)}, {self._vector(type, other)}")

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
            raise _LeftToLlvm
        return named[1]


_MOVED = re.compile(r"(?: = load|^  store) (\w+)")
_VALUE = re.compile(r"%[\w.]+")
_NUMBER = re.compile(r"-?\d+$")
_SIZES = {type: bits // 8 for type, bits in _BITS.items() if type != "i1"}
_FORMS = (
    (_GEP, _Wide._address),
    (_LOAD, _Wide._load),
    (_BINARY, _Wide._binary),
    (_NEGATE, _Wide._negate),
    (_COMPARE, _Wide._compare),
    (_SELECT, _Wide._select),
    (_CAST, _Wide._cast),
    (_CALL, _Wide._call),
)
"""Instructions that may vary from turn to turn, and what becomes of them."""
