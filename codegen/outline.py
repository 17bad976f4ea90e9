"""Loop nests as functions of their own, written once for all nests that are alike.

Compile time grows faster than the size of a function, and derivatives repeat the same few nests: taken out of the
function they stand in, they are optimised once. A nest defines nothing that is read after it; the values it reads become parameters,
and so do a few numbers of its arithmetic: 0.1 * x and 0.2 * x are one nest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .arrays import Desc, Expr
from .memory import without_scopes
from .writer import Writer

_NAME = re.compile(r"%[A-Za-z_][\w.]*")
_LOOP = re.compile(r"!llvm\.loop !\d+")
_FAULT = re.compile(r"%(fault\.\d+)\b")
_MOST = 40
_ARITHMETIC = re.compile(r"( = f(?:add|sub|mul|div)(?: [a-z]+)*| store) (double|float) (.*)")
_NUMBER = re.compile(r"\b0x[0-9A-F]{16}\b")
_TELLING = {"0x0000000000000000", "0x8000000000000000", "0x3FF0000000000000", "0xBFF0000000000000"}
"""Numbers that LLVM simplifies arithmetic for: 0, -0, 1, -1."""
_FEW = 6
"""A nest with more numbers than this holds a polynomial; its numbers stay where they are."""


@contextmanager
def outlined(w: Writer, exprs: Sequence[Expr], targets: Sequence[Desc] = ()) -> Iterator[None]:
    """What is written inside becomes a call, if it is a loop nest; one that can fail gives whether it has."""
    start, mark, block, slots, near = len(w.lines), w.mark(), w.block, len(w.entry), w.near
    with w.nested():
        yield
    if w.block == block:
        return
    lines = [line for written in w.lines[start:] for line in written.split("\n")]  # a line may have been made two
    if len(w.ledger.open) != mark[-1] or any("label %failed" in line for line in lines):
        return
    faults = _faults(w, lines)
    lines, numbers = _opened([*w.entry[slots:], *lines])
    free = _free([*lines, *faults], block)
    types = {name: numbers[name][0] if name in numbers else w.type_of(name) for name in free}
    if len(free) > _MOST or "" in types.values():
        return
    private = {name for name in free if name.startswith("%slot.")}
    private |= {target.data for target in targets if _apart([*exprs, *targets], target)}
    heads = [types[f] + (" noalias" if f in private else "") for f in free]
    name = _function(w, lines, faults, free, block, heads)
    del w.entry[slots:]
    w.forget(mark, block)
    w.far, w.near = w.far + 1, near
    given = {name: literal for name, (_, literal) in numbers.items()}
    passed = ", ".join(f"{types[f]} {given.get(f, f)}" for f in free)
    if faults:
        w.pass_on(w.let(f"call fastcc i1 @{name}({passed})"))
    else:
        w.do(f"call fastcc void @{name}({passed})")


def _faults(w: Writer, lines: Sequence[str]) -> list[str]:
    """The cold blocks that these lines leave to, as those of a function that says whether it has failed."""
    asked = {label for line in lines for label in _FAULT.findall(line)}
    found, taken = [], False
    for line in w.cold:
        if line.endswith(":"):
            taken = line[:-1] in asked
        if taken:
            found.append("  ret i1 true" if line == "  br label %failed" else line)
    return found


def _opened(lines: list[str]) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """The lines with names for the numbers of their arithmetic; and type and spelling of each."""
    names: dict[tuple[str, str], str] = {}
    opened = []
    for line in lines:
        found = _ARITHMETIC.search(line)
        if found is not None:
            type = found[2]

            def named(number: re.Match[str], type: str = type) -> str:
                return number[0] if number[0] in _TELLING else names.setdefault((type, number[0]), f"%number.{len(names)}")

            line = line[: found.start(3)] + _NUMBER.sub(named, found[3])
        opened.append(line)
    if len(names) > _FEW:
        return lines, {}
    return opened, {name: key for key, name in names.items()}


def _apart(exprs: Sequence[Expr], target: Desc) -> bool:
    """Whether nothing else that is read lies in the target's memory, or it is the target itself."""
    leaves = [leaf for expr in exprs for leaf in expr.leaves()]
    known = bool(target.memory_ids) and 0 not in target.memory_ids
    return known and all(
        leaf.data == target.data or (0 not in leaf.memory_ids and not leaf.memory_ids & target.memory_ids) for leaf in leaves
    )


def _free(lines: Sequence[str], block: str) -> list[str]:
    """The values read and not defined, in order of first use."""
    defined = {f"%{block}"}
    for line in lines:
        if line.startswith("  %"):
            defined.add(line[2 : line.index(" =")])
        elif line.endswith(":"):
            defined.add(f"%{line[:-1]}")
    return [name for name in dict.fromkeys(n for line in lines for n in _NAME.findall(line)) if name not in defined]


def _function(w: Writer, lines: Sequence[str], faults: Sequence[str], free: Sequence[str], block: str, types: Sequence[str]) -> str:
    """The function of this text, made if it is new."""
    names: dict[str, str] = {f"%{block}": "%entry"}
    for k, name in enumerate(free):
        names[name] = f"%p{k}"

    def renamed(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"%v{len(names)}")

    body = []
    for line in [*lines, "  ret i1 false" if faults else "  ret void", *faults]:
        text = _NAME.sub(renamed, without_scopes(line))
        body.append(names.setdefault(f"%{line[:-1]}", f"%v{len(names)}")[1:] + ":" if line.endswith(":") else text)
    heads = ", ".join(f"{t} %p{k}" for k, t in enumerate(types))
    key = heads + _LOOP.sub("", "\n".join(body))
    known = w.module.nests
    if key not in known:
        name = f"dl_nest.{len(known)}"
        result = "i1" if faults else "void"
        text = "\n".join([f"define internal fastcc {result} @{name}({heads}) noinline #0 {{", "entry:", *body, "}"])
        known[key] = (name, text)
        if w.module.ahead is not None:
            w.module.ahead.offer(name, text, w.module.declarations)
    return known[key][0]
