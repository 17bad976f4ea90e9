"""Glue: large functions that only call what does the work (loop nests, allocations), moved to a module that is compiled quickly.

Passes and register allocation take longer than in proportion for one long function, and gain nothing where every few lines
work on a whole array. The attribute says which functions are meant; nothing else about them is special.
"""

from __future__ import annotations

import re

from .repeats import without_unused
from .writer import Writer

ATTRIBUTE = '"glue"'
_LEAST = 300
"""Lines of a function worth a module of its own."""
_LINES = 20
"""Lines to each piece of work on whole arrays, at most."""

_FUNCTION = re.compile(r"(?ms)^define [^\n]*\{\n.*?^\}\n?")
_NAME = re.compile(r'@("[^"]+"|[\w.$]+)')
_DATA = re.compile(r"(?m)^@(?!.* (?:constant|external global) ).*\n")
"""Lines that give memory to what may change, or keep a symbol."""
_INTERNAL = re.compile(r"^define (?:internal |hidden )?")


def is_glue(w: Writer) -> bool:
    """Whether a function's lines leave the work to others."""
    return len(w.lines) >= _LEAST and not w.near and leaves_work(len(w.lines), w.far)


def leaves_work(lines: int, far: int) -> bool:
    """Whether so many lines with so many pieces of work on whole arrays need not be good code themselves."""
    return lines <= _LINES * far


def split(text: str) -> tuple[str, str]:
    """The module without its glue, and the module of the glue; "" where there is none."""
    if ATTRIBUTE not in text:
        return text, ""
    functions = _FUNCTION.findall(text)
    glue = [f for f in functions if ATTRIBUTE in _head(f)]
    named = set(_NAME.findall("".join(glue)))
    inline = [f for f in functions if "alwaysinline" in _head(f)]
    others = [f for f in functions if f not in glue and f not in inline]
    asked = [f for f in others if _NAME.findall(_head(f))[0] in named]
    outside = _FUNCTION.sub("", text)
    first = [outside, *inline, *map(_declared, glue), *map(_hidden, asked), *(f for f in others if f not in asked)]
    second = [_DATA.sub("", outside), *inline, *map(_declared, asked), *map(_hidden, glue)]
    return without_unused("\n".join(first)), without_unused("\n".join(second))


def _head(function: str) -> str:
    return function.split("\n", 1)[0]


def _hidden(function: str) -> str:
    return _INTERNAL.sub("define hidden ", function)


def _declared(function: str) -> str:
    head = re.sub(r" %[\w.]+(?=[,)])", "", _head(function).rstrip("{ "))
    return _INTERNAL.sub("declare hidden ", head).replace(" noinline", "")
