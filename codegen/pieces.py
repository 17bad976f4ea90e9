"""A module taken apart into pieces that LLVM compiles side by side: bundles of its loop nests, its glue, and the rest.

A nest is called, never inlined, so that it may stand in another module. It stays where it is where it needs data of the module.
What the functions of a bundle call is repeated in it, to be inlined. Nests that `lanes.py` gives vectors need no passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from difflang.records import dataclass

from .glue import ATTRIBUTE
from .lanes.lanes import strided, widened
from .sections import LONG, handed_at_exits, is_section, sections
from .repeats import declarations_of, without_unused
from .targets.target import Target
from .vectormath import forms_of, kept

BUNDLE = 500
"""Lines of nests worth a module of their own. Of those that need no passes it takes three times as many."""
_FUNCTION = re.compile(r"(?ms)^define [^\n]*\{\n.*?^\}\n?")
NAME = re.compile(r'@("[^"]+"|[\w.$]+)')
_DATA = re.compile(r"(?m)^@(?!.* (?:constant|external global) ).*\n")
"""Lines that give memory to what may change, or keep a symbol."""
_CHANGES = re.compile(r"(?m)^@([\w.$]+) = (?!.* (?:constant|external global) )")
_INTERNAL = re.compile(r"^define (?:internal |hidden )?")


@dataclass(frozen=True)
class Piece:
    """A module, and how much LLVM does for it (`optimize.object_code`)."""

    text: str
    level: int


class _Parts:
    """The functions of a module by name, and what stands between them."""

    def __init__(self, text: str) -> None:
        found = _FUNCTION.findall(text)
        self.functions: dict[str, str] = {NAME.findall(_head(f))[0]: f for f in found}
        self.outside = _FUNCTION.sub("", text)
        self.declared = "\n"  # what the vectors need beside what stands outside
        self.changing = set(_CHANGES.findall(self.outside))

    def called(self, names: Iterable[str]) -> list[str]:
        """The functions that these call, and those that they call, in the module's order."""
        reached: set[str] = set()
        asking = list(names)
        while asking:
            more = set(NAME.findall(self.functions[asking.pop()])) & self.functions.keys() - reached
            reached |= more
            asking += more
        return [name for name in self.functions if name in reached and name not in names]

    def length(self, name: str) -> int:
        return self.functions[name].count("\n")

    def widen(self, nests: Sequence[str], target: Target) -> list[str]:
        """Give vectors to the nests that can have them without LLVM's passes; which those are."""
        ready = []
        for nest in nests:
            found = None if self.called([nest]) else widened(self.functions[nest], target.vector_bits)
            if found is not None:
                self.functions[nest], needed = found
                self._declare(needed)
                ready.append(nest)
        return ready

    def stride(self, target: Target) -> str:
        """The module with vectors for loops that read at steps of the run; nothing where there is none."""
        begun = dict(self.functions)
        for name, function in begun.items():
            if name.startswith("dl_nest."):
                self.functions[name], needed = strided(function, target.vector_bits)
                self._declare(needed)
        if begun == self.functions:
            return ""
        self.outside += self.declared
        return _module(self, self.outside, list(begun), set())

    def _declare(self, needed: Iterable[str]) -> None:
        lines = sorted(declarations_of(needed).items())
        self.declared += "".join(f"{line}\n" for symbol, line in lines if f"@{symbol}(" not in self.outside + self.declared)

    def stands_alone(self, nest: str) -> bool:
        """Whether a nest needs nothing of its module but functions that may be repeated."""
        needed = [nest, *self.called([nest])]
        return not any(self.changing & set(NAME.findall(self.functions[name])) for name in needed)


def pieces(text: str, target: Target) -> list[Piece]:
    """The modules to compile and to link; the module itself where it is small."""
    if ATTRIBUTE not in text and text.count("@dl_nest") < 2:
        return _in_sections(Piece(text, 2), target)
    parts = _Parts(text)
    glue = [name for name, function in parts.functions.items() if ATTRIBUTE in _head(function)]
    nests = [name for name in parts.functions if name.startswith("dl_nest.") and parts.stands_alone(name)]
    begun = "@dl_nest." in parts.outside  # some have been taken already (`ahead.py`)
    if not begun and sum(parts.length(nest) for nest in nests) < BUNDLE // 2:
        nests = []
    if not glue and not nests:
        return _in_sections(Piece(parts.stride(target) or text, 2), target)
    rest = [name for name in parts.functions if name not in nests and name not in glue]
    shared = _asked(parts, glue) if glue else set()
    bare = _DATA.sub("", parts.outside)
    found = _in_sections(Piece(_module(parts, parts.outside, rest, shared), 2), target)
    ready = parts.widen(nests, target)
    for bundle in _bundles(parts, [nest for nest in nests if nest not in ready], BUNDLE):
        found.append(Piece(_module(parts, bare, [*parts.called(bundle), *bundle], set(bundle)), 2))
    for bundle in _bundles(parts, ready, 3 * BUNDLE):
        found.append(Piece(_module(parts, bare + parts.declared, bundle, set(bundle)), 1))
    if glue:
        found.append(Piece(_module(parts, bare, [*_inline(parts), *glue], set(glue)), 0))
    return found


def _in_sections(piece: Piece, target: Target) -> list[Piece]:
    """A module, and beside it the loops of its functions where one of those is long."""
    if max((function.count("\n") for function in _FUNCTION.findall(piece.text)), default=0) < LONG:
        return [piece]
    parts = _Parts(sections(piece.text, target))
    for name, function in parts.functions.items():
        if is_section(function):
            parts.functions[name] = handed_at_exits(function)
    loops = [name for name, function in parts.functions.items() if is_section(function) and parts.stands_alone(name)]
    loops = [name for name in loops if sum(map(parts.length, parts.called([name]))) < max(parts.length(name), LONG // 4)]
    bare = _DATA.sub("", parts.outside)
    rest = [name for name in parts.functions if name not in loops]
    found = [Piece(_module(parts, parts.outside, rest, set()), 2)]
    for bundle in _bundles(parts, loops, LONG // 2):
        found.append(Piece(_module(parts, bare, [*parts.called(bundle), *bundle], set(bundle)), 2))
    return found


def _bundles(parts: _Parts, nests: Sequence[str], most: int) -> list[list[str]]:
    """The nests in bundles of about equal length, of so many lines."""
    count = -(-sum(parts.length(nest) for nest in nests) // most)
    bundles: list[list[str]] = [[] for _ in range(count)]
    for nest in nests:
        min(bundles, key=lambda bundle: sum(map(parts.length, bundle))).append(nest)
    return bundles


def _asked(parts: _Parts, glue: Sequence[str]) -> set[str]:
    """What the glue calls of the rest."""
    named = {name for function in glue for name in NAME.findall(parts.functions[function])}
    return named & parts.functions.keys() - set(_inline(parts)) - set(glue)


def _inline(parts: _Parts) -> list[str]:
    return [name for name, function in parts.functions.items() if "alwaysinline" in _head(function)]


def _module(parts: _Parts, outside: str, names: Sequence[str], hidden: set[str]) -> str:
    """A module of these functions, those `hidden` open to the other pieces, with declarations of what else they call."""
    chosen = [hidden_definition(parts.functions[n]) if n in hidden else parts.functions[n] for n in names]
    called = {name for name in NAME.findall("".join(chosen))} & parts.functions.keys() - set(names)
    declared = [hidden_declaration(function) for name, function in parts.functions.items() if name in called]
    forms = kept(forms_of("".join(chosen))) if outside is not parts.outside else ""
    return without_unused("\n".join([outside, forms, *declared, *chosen]))


def _head(function: str) -> str:
    return function.split("\n", 1)[0]


def hidden_definition(function: str) -> str:
    """A function that other objects of its library call."""
    return _INTERNAL.sub("define hidden ", function)


def hidden_declaration(function: str) -> str:
    """What those say of it."""
    head = re.sub(r" %[\w.]+(?=[,)])", "", _head(function).rstrip("{ "))
    return _INTERNAL.sub("declare hidden ", head).replace(" noinline", "")
