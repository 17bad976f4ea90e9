"""The text of a function: its own lines, found wherever they live, and checked against the code that runs.

Files, notebooks and the newer REPL are reached through `linecache`; the text of `python -c` and of a file on standard input through the
process; what was typed into the older REPL or run by `exec` is recovered (`recovered.py`) or told by `register_source`. Nothing
is dedented: an indented definition is parsed below an `if 1:`, so that lines and columns stay those of the file.
"""

from __future__ import annotations

import __future__ as future

import ast
import linecache
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from ..errors import OutsideLanguage
from ..ir import Place
from ..records import dataclass
from .recovered import recovered_lines

FUTURE_FLAGS = 0
for _name in future.all_feature_names:
    FUTURE_FLAGS |= getattr(future, _name).compiler_flag


@dataclass(frozen=True, slots=True)
class Source:
    """One function's text. `text` parses as a module; `shift` added to its line numbers gives those of the file."""

    file: str
    first_line: int
    lines: tuple[str, ...]
    text: str
    shift: int
    name: str


LONGEST = 1 << 22
_REGISTERED: dict[CodeType | str, tuple[str, ...]] = {}


def register_source(code_or_name: Callable[..., Any] | CodeType | str, text: str) -> None:
    """Tell the reader the text of code that was made by `exec`: by file name, by code object or by function.

    A file name is also entered into `linecache`, so that tracebacks and debuggers show the lines.
    """
    lines = tuple(text.splitlines())
    if isinstance(code_or_name, str):
        _REGISTERED[code_or_name] = lines
        linecache.cache[code_or_name] = (len(text), None, [line + "\n" for line in lines], code_or_name)
        return
    code = code_or_name if isinstance(code_or_name, CodeType) else code_or_name.__code__
    for each in _nested(code):
        _REGISTERED[each] = lines


def find(function: FunctionType) -> Source:
    """The text of a function. Raises OutsideLanguage (DL002) where there is none."""
    found = look_for(function)
    if found is not None:
        return found
    code = function.__code__
    if not 0 < code.co_firstlineno <= len(_file_lines(function)):
        raise _missing(code, f"the text of {code.co_name!r} cannot be found in {code.co_filename!r}")
    raise _missing(code, f"the text at line {code.co_firstlineno} of {code.co_filename!r} is not that of {code.co_name!r} any more")


def look_for(function: FunctionType) -> Source | None:
    """The text of a function, or None. What no file holds is recovered and kept: it may not be in reach a second time."""
    code = function.__code__
    found = _agreeing(code, _file_lines(function))
    if found is None and code not in _REGISTERED:
        recovered = recovered_lines(code, FUTURE_FLAGS)
        if recovered is not None:
            for each in _nested(code):
                _REGISTERED[each] = recovered
            found = _agreeing(code, recovered)
    return found


def _agreeing(code: CodeType, lines: tuple[str, ...] | list[str]) -> Source | None:
    """The part of the lines that says what the code does."""
    if not 0 < code.co_firstlineno <= len(lines):
        return None
    tries = _lambdas(code, lines) if code.co_name == "<lambda>" else _definitions(code, lines)
    for source in tries:
        other = _compiled(source, code)
        if other is not None and _agree(other, code):
            return source
    return None


def file_of(code: CodeType) -> str:
    """The name of the file, absolute where it is one."""
    name = code.co_filename
    return name if name.startswith("<") else os.path.abspath(name)


def _missing(code: CodeType, reason: str) -> OutsideLanguage:
    way_out = "write the function in a file or a notebook cell, or give its text to difflang.reading.register_source(name, text)"
    return OutsideLanguage("DL002", reason, Place(file_of(code), code.co_firstlineno), way_out)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _nested(value)


def _file_lines(function: FunctionType) -> tuple[str, ...] | list[str]:
    """All lines of the file that holds a function, without their ends."""
    code = function.__code__
    for key in (code, code.co_filename):
        if key in _REGISTERED:
            return _REGISTERED[key]
    of_code = getattr(linecache, "_getlines_from_code", None)  # the REPL of Python 3.13
    lines = of_code(code) if of_code else []
    if not lines:
        if not code.co_filename.startswith("<"):
            linecache.checkcache(code.co_filename)
        lines = linecache.getlines(code.co_filename, function.__globals__) or _command_lines(code.co_filename)
    return [line.rstrip("\r\n") for line in lines]


def _command_lines(name: str) -> list[str]:
    """The text of a program given to Python itself: behind `-c`, or as a file on standard input."""
    given = sys.orig_argv
    if name == "<string>" and "-c" in given[:-1]:
        return given[given.index("-c") + 1].splitlines()
    if name == "<stdin>":
        try:
            if stat.S_ISREG(os.fstat(0).st_mode):
                return os.pread(0, LONGEST, 0).decode(errors="replace").splitlines()
        except OSError:
            pass
    return []


def _last_line(code: CodeType) -> int:
    """The last line that has any code."""
    return max((line or 0 for part in _nested(code) for _, _, line in part.co_lines()), default=code.co_firstlineno)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _definitions(code: CodeType, lines: tuple[str, ...] | list[str]) -> Iterator[Source]:
    """The lines of a `def`, from its first decorator on; longer ones where the shorter did not parse.

    The end is the first line that is not indented below the last line with code. That is wrong only within a
    bracket or a string, and then what was cut does not compile.
    """
    start = code.co_firstlineno - 1
    base = _indent(lines[start])
    end, found = max(_last_line(code), start + 1), 0
    kept = end
    while end <= len(lines) and found < 50:
        line = lines[end] if end < len(lines) else None
        if line is None or (line.strip() and _indent(line) <= base and not line.lstrip().startswith("#")):
            yield _source(code, lines[start:kept], base)
            found += 1
        if line is not None and line.strip() and (_indent(line) > base or not line.lstrip().startswith("#")):
            kept = end + 1
        end += 1


def _source(code: CodeType, lines: tuple[str, ...] | list[str], base: int) -> Source:
    own = tuple(lines)
    text = "\n".join(("if 1:", *own) if base else own) + "\n"
    return Source(file_of(code), code.co_firstlineno, own, text, code.co_firstlineno - (2 if base else 1), code.co_name)


def _lambdas(code: CodeType, lines: tuple[str, ...] | list[str]) -> Iterator[Source]:
    """The lambdas that begin on the code's line and end where its body does, the nearest before the body first."""
    start = code.co_firstlineno - 1
    first, last = _body_span(code, lines)
    line = lines[start]
    limit = first[1] if first[0] == start else len(line)
    columns = [m.start() for m in re.finditer(r"\blambda\b", line) if m.start() < limit]
    for column in reversed(columns):
        for end in _ends(lines, last):
            own = [*lines[start : end[0]], lines[end[0]][: end[1]]]
            own[0] = own[0][column:]
            text = "(\n" + " " * column + "\n".join(own) + "\n)\n"
            whole = tuple(lines[start : end[0] + 1])
            yield Source(file_of(code), start + 1, whole, text, start - 1, _assigned_name(line[:column]))


def _body_span(code: CodeType, lines: tuple[str, ...] | list[str]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where a lambda's body begins and ends: line from 0 and column. Without column tables, the end of its last line."""
    spans = [
        (line - 1, end - 1, column, end_column)
        for line, end, column, end_column in code.co_positions()
        if line is not None and end is not None and column is not None and end_column
    ]
    if not spans:
        last = _last_line(code) - 1
        return (last, len(lines[last])), (last, 0)
    first = min((line, column) for line, _, column, _ in spans)
    last_ = max((end, end_column) for _, end, _, end_column in spans)
    return (first[0], _characters(lines[first[0]], first[1])), (last_[0], _characters(lines[last_[0]], last_[1]))


def _characters(line: str, offset: int) -> int:
    """Columns count characters, code objects bytes."""
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))


def _ends(lines: tuple[str, ...] | list[str], last: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Where a lambda may end: where its body does, then before and after each bracket or comma that follows."""
    row, column = last
    yield last
    for _ in range(50):
        line = lines[row]
        found = re.compile(r"[)\]},]|$").search(line, column)
        assert found
        yield row, found.start()
        yield row, found.end()
        column = found.end()
        if column >= len(line):
            row, column = row + 1, 0
            if row >= len(lines):
                return


def _assigned_name(before: str) -> str:
    """The name that a lambda is assigned to, or "lambda_"."""
    found = re.search(r"(?:^|[;\s])([A-Za-z_]\w*)\s*(?::[^=]+)?=\s*\(*\s*$", before)
    return found.group(1) if found else "lambda_"


def _compiled(source: Source, code: CodeType) -> CodeType | None:
    """The text compiled as Python does, or None where it is not whole."""
    try:
        module = compile(source.text, source.file, "exec", code.co_flags & FUTURE_FLAGS, dont_inherit=True)
    except SyntaxError as error:
        # Found alone, the text of a method or nested function may name what only its surroundings define.
        return code if "nonlocal" in str(error.msg) else None
    if code.co_name == "<lambda>" and not _is_lambda(source.text):
        return None
    inner = [value for value in module.co_consts if isinstance(value, CodeType) and value.co_name == code.co_name]
    return inner[-1] if inner else None  # those before stand in defaults and decorators


def _is_lambda(text: str) -> bool:
    """Whether a text is one lambda, not a tuple of several."""
    body = ast.parse(text).body
    return len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Lambda)


def _agree(text: CodeType, code: CodeType) -> bool:
    """Whether the text says what the code does, as far as names and numbers tell. Tools may have added to the code."""
    if text is code:
        return True
    arguments = text.co_argcount + text.co_kwonlyargcount
    if (text.co_argcount, text.co_kwonlyargcount) != (code.co_argcount, code.co_kwonlyargcount):
        return False
    if _unmangled(text.co_varnames[:arguments]) != _unmangled(code.co_varnames[:arguments]):
        return False
    if code.co_name == "<lambda>" and _operations(text) != _operations(code):
        return False
    return set(_unmangled(_names(text))) <= set(_unmangled(_names(code))) and _numbers(text) <= _numbers(code)


def _operations(code: CodeType) -> list[str]:
    """What the code does, without how it reaches its names: that depends on what surrounds the text."""
    import dis

    names = (instruction.opname for instruction in dis.get_instructions(code))
    return [name for name in names if not name.startswith(("LOAD_", "COPY_FREE", "MAKE_", "PUSH_", "BUILD_TUPLE"))]


def _names(code: CodeType) -> tuple[str, ...]:
    return code.co_names + code.co_varnames + code.co_freevars + code.co_cellvars


def _unmangled(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names without what a class puts before private ones."""
    return tuple(re.sub(r"^_\w+?(?=__)", "", name) for name in names)


def _numbers(code: CodeType) -> set[str]:
    return {repr(value) for value in code.co_consts if isinstance(value, (int, float, complex))}
