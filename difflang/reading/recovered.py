"""Text that no file holds: typed into Python's own prompt, or run by `exec`.

It is looked for where it may still lie: in the history of the line editor, in the variables and constants of the calling frames.
What is found is taken only where Python compiles it to the very same code; nothing is guessed.
"""

from __future__ import annotations

import dis
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import CodeType, FrameType

Compile = Callable[[list[str]], "CodeType | None"]
LONGEST_BLOCK = 400
LINES_BACK = 5000
CONSOLES = ("<stdin>", "<console>")


def recovered_lines(code: CodeType, flags: int) -> tuple[str, ...] | None:
    """The lines whose compiled form is this code; its line numbers count from the first of them."""
    if not code.co_filename.startswith("<"):
        return None
    if code.co_filename.split("-")[0] in CONSOLES:
        typed = _typed(code, flags)
        if typed is not None:
            return typed
    return _executed(code, flags)


def _typed(code: CodeType, flags: int) -> tuple[str, ...] | None:
    """The statement that the line editor remembers; the newest first."""
    history = _history()

    def compiled(lines: list[str]) -> CodeType | None:
        return _compile("\n".join(lines) + "\n", code, "single", flags)

    word = "lambda" if code.co_name == "<lambda>" else code.co_name
    for first in range(len(history) - 1, -1, -1):
        if not history[first][:1].isspace():
            for block in _blocks(history, first):
                if any(word in line for line in block):
                    lines = _the_same(block, code, compiled)
                    if lines is not None:
                        return tuple(lines)
    return None


def _history() -> list[str]:
    """What was typed in, a line each: the editor leaves out empty lines, and a line that repeats the one before."""
    readline = sys.modules.get("readline")
    if readline is None:
        return []
    end = readline.get_current_history_length()
    lines = (readline.get_history_item(at) for at in range(max(1, end - LINES_BACK), end + 1))
    return [line for line in lines if line is not None]


def _blocks(history: list[str], first: int) -> Iterator[list[str]]:
    """The statements that may begin at a line: each ends before a line that is not indented."""
    for end in range(first + 1, min(len(history), first + LONGEST_BLOCK) + 1):
        if end == len(history) or not history[end][:1].isspace():
            yield history[first:end]
            if end < len(history) and history[end].startswith(("def ", "class ", "@")) and not history[end - 1].startswith("@"):
                return


def _the_same(block: list[str], code: CodeType, compiled: Compile) -> list[str] | None:
    """The block, with the repeated lines that the editor left out, where it compiles to the code."""
    lines = list(block)
    for _ in range(20):
        module = compiled(lines)
        if module is None:
            return None
        alike = [inner for inner in _nested(module) if inner.co_name == code.co_name and inner.co_firstlineno == code.co_firstlineno]
        if code in alike:
            return lines
        missing = next((at for inner in alike if (at := _first_difference(inner, code))), None)
        if missing is None or not 1 < missing <= len(lines) + 1:
            return None
        lines.insert(missing - 1, lines[missing - 2])
    return None


def _first_difference(one: CodeType, other: CodeType) -> int | None:
    """The first line on which two codes do not do the same."""
    left, right = _by_line(one), _by_line(other)
    return next((line for line in sorted(left.keys() | right.keys()) if left[line] != right[line]), None)


def _by_line(code: CodeType) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for part in _nested(code):
        line = part.co_firstlineno
        for instruction in dis.get_instructions(part):
            position = instruction.positions
            line = position.lineno if position and position.lineno else line
            jumps = instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs  # they stand where lines end: of no use here
            if not jumps and not isinstance(instruction.argval, CodeType):
                found[line].append(f"{instruction.opname} {instruction.argrepr}")
    return found


def _executed(code: CodeType, flags: int) -> tuple[str, ...] | None:
    """The string that a calling frame still holds, in a variable or as a constant."""
    tried: set[str] = set()
    for text in _strings_in_reach(sys._getframe()):
        if code.co_name.strip("<>") in text and text not in tried:
            tried.add(text)
            for mode in ("exec", "eval"):
                module = _compile(text, code, mode, flags)
                if module is not None and code in _nested(module):
                    return tuple(text.splitlines())
    return None


def _strings_in_reach(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        for values in (frame.f_locals.values(), frame.f_code.co_consts, frame.f_globals.values()):
            for value in list(values):
                if isinstance(value, str):
                    yield value
                elif isinstance(value, (bytes, bytearray)):
                    yield bytes(value).decode(errors="ignore")
        frame = frame.f_back


def _compile(text: str, code: CodeType, mode: str, flags: int) -> CodeType | None:
    try:
        module: CodeType = compile(text, code.co_filename, mode, code.co_flags & flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return module


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _nested(value)
