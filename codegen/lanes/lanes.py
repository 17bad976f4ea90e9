"""The innermost loops of a nest with a vector of elements to a turn: what LLVM's loop vectoriser would write, in a fiftieth of its time.

Taken are loops whose body is straight, which read and write elements side by side, and write only memory that nothing else in
the nest knows. Sums, strides and what may overlap are left to LLVM. The elements that are left over run in the loop as it stood;
each element is computed by the same operations in either, so that the bits are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .carried import carried
from .conflicts import AsItStands, LeftToLlvm
from .nest import MOVED, Loop, is_counted, is_plain, loops, numbers, private, roots
from .wide import Wide

_STEP = re.compile(r"= mul(?: [a-z]+)* i64 %[\w.]+, %")


def widened(function: str, bits: int) -> tuple[str, set[str]] | None:
    """The nest with its innermost loops in vectors of so many bits, and the declarations that it then needs; None where one of its
    loops is left to LLVM."""
    lines = function.rstrip().split("\n")
    if "  ret i1 true" in lines:
        return (None if numbers(lines) else (function, set()))  # its turns may leave: they stay one after the other
    if not is_counted(lines):
        return None
    known, made, kept = private(lines), roots(lines), numbers(lines)
    wanted: set[str] = set()
    for number, loop in reversed(list(enumerate(loops(lines)))):
        if any(" call " in line and "(ptr" in line for line in loop.body):
            continue
        try:
            if is_plain(loop):
                raise AsItStands
            text, begins, declared = Wide(loop, made, known, bits, number).text()
        except AsItStands:
            lines = carried(lines, loop, made, known)
        except LeftToLlvm:
            return None
        else:
            wanted |= declared
            lines = _entered(lines, loop, text, begins)
    if any(_keeps(line, kept) for loop in loops(lines) for line in loop.body):
        return None
    return "\n".join(lines) + "\n", wanted


def strided(function: str, bits: int) -> tuple[str, set[str]]:
    """The nest before LLVM's passes: loops that read memory at a step which only the run knows in vectors of so many bits. LLVM's
    vectoriser would compute such addresses in vectors and take them apart again."""
    lines = function.rstrip().split("\n")
    wanted: set[str] = set()
    if not _STEP.search(function) or "  ret i1 true" in lines or not is_counted(lines):
        return function, wanted
    known, made = private(lines), roots(lines)
    for number, loop in reversed(list(enumerate(loops(lines)))):
        try:
            if is_plain(loop):
                continue
            wide = Wide(loop, made, known, bits, number)
            text, begins, declared = wide.text()
        except (AsItStands, LeftToLlvm):
            continue
        if any(access.step is None for access in wide.accesses):
            wanted |= declared
            lines = _entered(lines, loop, text, begins)
    return "\n".join(lines) + "\n", wanted


def _entered(lines: list[str], loop: Loop, text: Sequence[str], begins: Sequence[str]) -> list[str]:
    """The function with a vector loop before a loop, which begins where that ended."""
    at = lines.index(f"{loop.header}:", loop.before) + 1
    begun = ", ".join(["]", *begins, "["])
    return [*lines[: loop.before], *text, *lines[loop.before + 1 : at], lines[at].replace("], [", begun, 1), *lines[at + 1 :]]


def _keeps(line: str, kept: set[str]) -> bool:
    """Whether a line reads or writes a number that has a place in memory."""
    return bool(MOVED.search(line)) and line.rpartition(" ptr ")[2] in kept
