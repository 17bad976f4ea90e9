"""Texts into functions, functions into lines short enough to be compared in a test."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from difflang.hints import shown
from difflang.ir import UNDEF, Atom, Function, Program, Region, Var
from difflang.reading import read, register_source
from difflang.verify import verify

COUNT = itertools.count()


def define(text: str, name: str = "f", **space: Any) -> Any:
    """The function that a text defines, found again by the reader."""
    import math

    file = f"<text {next(COUNT)}>"
    register_source(file, text)
    names: dict[str, Any] = {"np": np, "math": math, **space}
    exec(compile(text, file, "exec", dont_inherit=True), names)
    return names[name]


def read_text(text: str, name: str = "f", **space: Any) -> Function:
    """The function as read, verified."""
    function = read(define(text, name, **space))
    verify(Program(function.name, {function.name: function}), "read")
    return function


def show(function: Function) -> list[str]:
    """One line a node, regions indented, values numbered per hint."""
    return Lines().region(function.body, 0, head=False)


def body(text: str, **space: Any) -> list[str]:
    """The lines of a function of x, y and n with this body."""
    indented = "\n".join("    " + line for line in text.splitlines())
    return show(read_text(f"def f(x, y, n):\n{indented}\n", **space))


class Lines:
    def __init__(self) -> None:
        self.names: dict[Var, str] = {}

    def name(self, atom: Atom) -> str:
        if atom is UNDEF:
            return "undef"
        if not isinstance(atom, Var):
            return str(getattr(atom.value, "__name__", None) or repr(atom.value))
        if atom not in self.names:
            name = shown(atom.hint)
            count = sum(shown(var.hint) == name for var in self.names)
            self.names[atom] = name + ("'" * count)
        return self.names[atom]

    def list(self, atoms: Any) -> str:
        return ", ".join(map(self.name, atoms))

    def region(self, region: Region, depth: int, head: bool = True) -> list[str]:
        pad, lines = "  " * depth, []
        if head and region.params:
            lines.append(f"{pad}({self.list(region.params)})")
        elif not head:
            self.list(region.params)
        for node in region.nodes:
            attrs = [f"{key}={self.attr(value)}" for key, value in node.attrs.items() if value != ()]
            given = ", ".join([*map(self.name, node.args), *attrs])
            outs = self.list(node.outs)
            lines.append(f"{pad}{outs}{' = ' if outs else ''}{node.op}({given})")
            for k, inner in enumerate(node.regions):
                lines += [f"{pad}-"] if k else []
                lines += self.region(inner, depth + 1)
        return [*lines, f"{pad}yield {self.list(region.yields)}".rstrip()]

    @staticmethod
    def attr(value: Any) -> str:
        if isinstance(value, tuple):
            return "".join(value) if all(isinstance(v, str) and len(v) == 1 for v in value) else ",".join(map(str, value))
        return value.name if isinstance(value, Function) else str(getattr(value, "__name__", value))
