"""Explain: what a derivative keeps, how much, and why.

Reads the placed program of a derived function and says which values are active, what is on the tape (with its size as a
formula in the sizes of the arguments), which arrays are copied and where.
"""

from __future__ import annotations

from collections.abc import Iterator

from difflang.hints import shown
from difflang.ir import Atom, Const, Function, Node, Program, Region, Var, walk
from difflang.records import dataclass, field
from difflang.types import DTYPES, Array, Scalar, Stack, Type

from .independent import Dependent, judge


@dataclass(frozen=True)
class Kept:
    """Something that takes memory: `kind` is "tape", "stack" or "copy"; `bytes` a formula."""

    kind: str
    name: str
    function: str
    line: int | None
    bytes: str
    why: str


@dataclass(frozen=True)
class Taken:
    """A block that the compiled code takes from its arena: `kind` is "result", "tape" or "temporary"; `bytes` a formula."""

    kind: str
    name: str
    function: str
    line: int | None
    bytes: str


@dataclass(frozen=True)
class Explanation:
    """The answer of `dl.explain`: prints as text; the parts can be read by programs.

    `taken` lists the blocks of the arena, `most` is a formula for the bytes that it holds at one time at most, `bytes` its value for
    the arguments given (None without arguments, or where `unknown` names something that shows only while it runs).
    """

    name: str
    active: tuple[str, ...]
    kept: tuple[Kept, ...] = field(default=())
    taken: tuple[Taken, ...] = field(default=())
    loops: tuple[str, ...] = field(default=())  # what becomes of those that are to run in parallel
    most: str = ""
    bytes: int | None = None
    unknown: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        lines = [f"{self.name}", f"  active: {', '.join(self.active) or 'nothing'}"]
        for item in self.kept:
            place = f" (line {item.line})" if item.line else ""
            lines.append(f"  {item.kind} {item.name}{place} in {item.function}: {item.bytes} bytes; {item.why}")
        if not self.kept:
            lines.append("  nothing is recorded and nothing copied")
        lines += [f"  {loop}" for loop in self.loops]
        for block in self.taken:
            place = f" (line {block.line})" if block.line else ""
            lines.append(f"  takes {block.bytes} bytes: {block.kind} {block.name}{place} in {block.function}".replace("  in", " in"))
        number = f" = {self.bytes}" if self.bytes is not None and not self.most.isdigit() else ""
        lines.append(f"  memory at one time: at most {self.most}{number} bytes" if self.most else "  memory at one time: not known")
        lines += [f"    not known before it runs: {text}" for text in self.unknown]
        return "\n".join(lines)


def explain(program: Program) -> Explanation:
    """What the placed program of a derivative keeps."""
    kept: list[Kept] = []
    active: dict[str, None] = {}
    for function in program.functions.values():
        formulas = _Formulas(function)
        for node in walk(function.body):
            kept += _kept(node, function, formulas)
            for out in node.outs:
                if out.hint.endswith(("_bar", "_dot")) and node.role:
                    active.setdefault(shown(out.hint[:-4]))
    return Explanation(program.main.name, tuple(active), tuple(kept), loops=tuple(_loops(program)))


def _loops(program: Program) -> Iterator[str]:
    """The loops over prange: in parallel, or why not."""
    for function in program.functions.values():
        for region, node in _each_loop(function.body):
            if node.attrs.get("parallel"):
                line = f" at line {node.place.line}" if node.place else ""
                sweep = " on the way back" if node.role == "adjoint" else ""
                try:
                    judge(node, program.functions, region)
                    yield f"the loop{line} in {function.name}{sweep} runs in parallel"
                except Dependent as found:
                    yield f"the loop{line} in {function.name}{sweep} runs in one thread: {found.reason}"


def _each_loop(region: Region) -> Iterator[tuple[Region, Node]]:
    for node in region.nodes:
        if node.op == "for":
            yield region, node
        for inner in node.regions:
            yield from _each_loop(inner)


def _kept(node: Node, function: Function, formulas: _Formulas) -> list[Kept]:
    line = node.place.line if node.place else None
    if node.op == "empty" and node.out.hint.endswith("_tape"):
        size = " * ".join(["8" if _width(node.out.type) == 8 else str(_width(node.out.type)), *map(formulas.say, node.args)])
        return [Kept("tape", shown(node.out.hint), function.name, line, size, "one number an iteration, read again on the way back")]
    if node.op == "push" and not node.role:
        element = node.args[1].type
        return [Kept("stack", shown(node.out.hint), function.name, line, f"{_size(element)} an iteration", _stack_reason(element))]
    if node.op == "copy":
        why = "read after it is overwritten, or not ours to write"
        return [Kept("copy", shown(node.out.hint), function.name, line, _size(node.out.type), why)]
    return []


def _stack_reason(element: Type) -> str:
    return "an array that changes afterwards" if isinstance(element, Array) else "the number of iterations is not known before the loop"


def _width(type: Type) -> int:
    if isinstance(type, (Scalar, Array)):
        return DTYPES[type.dtype].itemsize
    return 8


def _size(type: Type) -> str:
    if isinstance(type, Array):
        return f"{_width(type)} * size"
    return "a stack" if isinstance(type, Stack) else str(_width(type))


class _Formulas:
    """Integers of a function as text over its parameters' shapes."""

    def __init__(self, function: Function) -> None:
        self.definition: dict[Var, Node] = {}
        self._collect(function.body)

    def _collect(self, region: Region) -> None:
        for node in walk(region):
            for out in node.outs:
                self.definition[out] = node

    def say(self, atom: Atom) -> str:
        if isinstance(atom, Const):
            return str(atom.value)
        node = self.definition.get(atom)
        if node is None or node.regions or node.op == "call":
            return shown(atom.hint)
        args = [self.say(a) for a in node.args]
        if node.op == "dim":
            return f"{args[0]}.shape[{node.attrs['axis']}]"
        if node.op == "size":
            return f"{args[0]}.size"
        if node.op in ("add", "sub", "mul"):
            return f"({args[0]} {dict(add='+', sub='-', mul='*')[node.op]} {args[1]})"
        if node.op == "maximum":
            return f"max({args[0]}, {args[1]})"
        return shown(atom.hint)
