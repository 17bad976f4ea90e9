"""The text of a loop nest: its innermost loops, and what its pointers point into."""

from __future__ import annotations

import re
from collections.abc import Sequence

from difflang.records import dataclass

_LABEL = re.compile(r"^([\w.]+):$")
_JUMP = re.compile(r"^  br label %([\w.]+)(?:, !llvm\.loop !\d+)?$")
_PHI = re.compile(r"^  (%[\w.]+) = phi i64 \[ 0, %([\w.]+) \], \[ (%[\w.]+), %([\w.]+) \]$")
_TEST = re.compile(r"^  (%[\w.]+) = icmp slt i64 (%[\w.]+), (%[\w.]+|\d+)$")
_ENTER = re.compile(r"^  br i1 (%[\w.]+), label %([\w.]+), label %([\w.]+)$")
_MADE = re.compile(r"(?m)^  (%[\w.]+) = getelementptr(?: inbounds)? \w+, ptr (%[\w.]+),")
_ALLOCA = re.compile(r"^  (%[\w.]+) = alloca ")
MOVED = re.compile(r"(?: = load|^  store) (\w+)")
VALUE = re.compile(r"%[\w.]+")
LOAD = re.compile(r"^load (\w+), ptr (%[\w.]+)$")
STORE = re.compile(r"^  store (\w+) ([^ ,]+), ptr (%[\w.]+)$")


@dataclass(frozen=True)
class Loop:
    """An innermost loop: the places of its lines in the nest, its names."""

    before: int  # the jump that enters it
    header: str
    index: str
    following: str
    count: str
    block: str
    body: list[str]
    exit: str


def loops(lines: Sequence[str]) -> list[Loop]:
    """The loops whose body is one block that jumps back."""
    labels = {found[1]: k for k, line in enumerate(lines) if (found := _LABEL.match(line))}
    innermost = []
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
            innermost.append(Loop(before, header, phi[1], phi[3], test[3], enter[2], list(lines[first : last + 1]), enter[3]))
    return sorted(innermost, key=lambda loop: loop.before)


def is_counted(lines: Sequence[str]) -> bool:
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


def is_plain(loop: Loop) -> bool:
    """Whether the loop says of itself that it is not to be vectorised (the only thing that loops of nests say)."""
    return "!llvm.loop" in loop.body[-1]


def entries(lines: Sequence[str], label: str) -> int:
    """How many jumps go to a block."""
    return sum(len(re.findall(rf"label %{re.escape(label)}(?![\w.])", line)) for line in lines)


def numbers(lines: Sequence[str]) -> set[str]:
    """The numbers that have a place in memory of their own."""
    return {found[1] for line in lines if (found := _ALLOCA.match(line)) and "alloca [" not in line}


def private(lines: Sequence[str]) -> set[str]:
    """The memory that nothing but one name in the nest knows."""
    return set(re.findall(r"ptr noalias (%[\w.]+)", lines[0])) | {found[1] for found in map(_ALLOCA.match, lines) if found}


def roots(lines: Sequence[str]) -> dict[str, str]:
    """The pointer that each pointer into an array was made from: a parameter, in a nest, or memory of its own."""
    made: dict[str, str] = {}
    for name, base in _MADE.findall("\n".join(lines)):
        made[name] = made.get(base, base)
    return made


def _ending(lines: Sequence[str], start: int) -> int:
    """The line that ends the block which stands here."""
    return next(k for k in range(start, len(lines)) if lines[k].startswith(("  br ", "  ret ")))
