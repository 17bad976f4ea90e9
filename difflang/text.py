"""Programs as text and back: `dumps` is what people read, `loads` makes the same program of it.

    program("f")
    function("f", level="owned")
      param("x")
      body (x: f64[n]):
        t: f64[n] = sin(x) @3:11-3:20
        s: f64 = sum(t, axis=None, keepdims=False) @3:4-3:21 !adjoint
        yield s

One line a node: its results with their types, the op with operands and statics, the place, the role; regions stand
indented below. Every right-hand side is a Python expression. Static objects are written by module and
qualified name; what no import reaches is written as its repr and cannot be read back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .hints import shown
from .ir import Atom, Const, Function, Held, Node, Origin, Param, Place, Program, Region, Var
from .parse import RESERVED, loads
from .types import NAMES, UNKNOWN, Nothing, Scalar, Static, Type, Undefined, type_of

__all__ = ["dumps", "loads"]

INDENT = "  "


def dumps(program: Program) -> str:
    """The program as text."""
    writer = _Writer()
    lines = [f"program({program.entry!r})"]
    for key, function in program.functions.items():
        lines += ["", *writer.function(key, function)]
    while writer.nested:
        lines += ["", *writer.function(*writer.nested.pop(0))]
    return "\n".join(lines) + "\n"


class _Writer:
    """Writes functions; those that stand in attributes (closures) follow the others, under numbers."""

    def __init__(self) -> None:
        self.names: dict[Var, str] = {}
        self.taken: set[str] = set()
        self.nested: list[tuple[Any, Function]] = []
        self.numbers: dict[Function, int] = {}
        self.file = ""

    def function(self, key: Any, function: Function) -> Iterator[str]:
        self.names, self.taken = {}, set(RESERVED)
        place = function.place
        self.file = place.file if place else function.origin.file if function.origin else ""
        said: dict[str, Any] = {"name": function.name, "level": function.level, "file": self.file, "result": function.result}
        said |= {"writes": function.writes, "alias": function.alias, "apart": function.apart, "doc": function.doc, "place": place}
        skip = {"name": key, "file": "", "result": "*", "writes": (), "alias": (), "apart": (), "doc": None, "place": None}
        shown = [f"{k}={self.value(v)}" for k, v in said.items() if k not in skip or v != skip[k]]
        yield f"function({', '.join([self.value(key), *shown])})"
        for param in function.params:
            yield INDENT + self.param(param)
        for capture in function.captures:
            yield f"{INDENT}capture({capture.name!r})"
        for guard in function.guards:
            yield f"{INDENT}guard({guard.name!r}, {self.value(guard.value)})"
        if function.origin:
            yield INDENT + self.origin(function.origin)
        yield from self.region("body", function.body, 1)

    def param(self, param: Param) -> str:
        said = [repr(param.name)]
        plain = Param(param.name)
        for field in ("tree", "kind", "default", "annotation"):
            value = getattr(param, field)
            if value is not getattr(plain, field) and not (isinstance(value, str) and value == getattr(plain, field)):
                said.append(f"{field}={self.value(value)}")
        return f"param({', '.join(said)})"

    def origin(self, origin: Origin) -> str:
        comments = tuple(origin.comments.items())
        return f"origin({origin.file!r}, {origin.first_line}, {origin.lines!r}, {origin.imports!r}, {comments!r})"

    def region(self, label: str, region: Region, depth: int) -> Iterator[str]:
        params = ", ".join(map(self.define, region.params))
        yield f"{INDENT * depth}{label} ({params}):"
        for node in region.nodes:
            yield from self.node(node, depth + 1)
        yield f"{INDENT * (depth + 1)}yield {', '.join(map(self.atom, region.yields))}".rstrip()

    def node(self, node: Node, depth: int) -> Iterator[str]:
        operands = [self.atom(a) for a in node.args] + [f"{k}={self.value(v)}" for k, v in node.attrs.items()]
        text = f"{node.op}({', '.join(operands)})"
        inner = [line for region in node.regions for line in self.region("region", region, depth + 1)]
        if node.outs:
            text = f"{', '.join(map(self.define, node.outs))} = {text}"
        if node.place:
            text += f" @{self.place(node.place)}"
        yield INDENT * depth + text + (f" !{node.role}" if node.role else "")
        yield from inner

    def place(self, place: Place) -> str:
        text = f"{place.line}:{place.column}-{place.end_line}:{place.end_column}"
        return text if place.file == self.file else f"{text} in {place.file!r}"

    def define(self, var: Var) -> str:
        hint = "".join(c if c.isalnum() or c == "_" else "_" for c in shown(var.hint))
        hint = hint if hint.isidentifier() else "t" + hint
        name, number = hint, 1
        while name in self.taken or (name == hint and hint.rpartition("__")[2].isdigit()):
            name, number = f"{hint}__{number}", number + 1
        self.taken.add(name)
        self.names[var] = name
        return name if var.type == UNKNOWN else f"{name}: {self.type(var.type)}"

    def type(self, type: Type) -> str:
        return f"static({self.value(type.value)})" if isinstance(type, Static) else str(type)

    def atom(self, atom: Atom) -> str:
        if isinstance(atom, Var):
            return self.names.get(atom, f"undefined_{shown(atom.hint)}")
        if isinstance(atom.type, Undefined):
            return "undef"
        if isinstance(atom.type, Static):
            return f"static({self.value(atom.value)})"
        if isinstance(atom.type, (Nothing, Scalar)) and type_of(atom.value) == atom.type:
            return self.value(atom.value)
        return f"typed({self.value(atom.value)}, {self.value(atom.type)})"

    def value(self, value: Any) -> str:
        """A value of an attribute as an expression."""
        if isinstance(value, np.generic):
            return f"{NAMES[value.dtype]}({self.value(value.item())})"
        if isinstance(value, complex):  # its own form loses the signs of zeros
            return f"complex({value.real!r}, {value.imag!r})"
        if value is ... or value is None or isinstance(value, (bool, int, float, str)):
            return "..." if value is ... else repr(value)
        if isinstance(value, (tuple, list)):
            items = "".join(f"{self.value(v)}, " for v in value)
            return f"({items.strip()})" if isinstance(value, tuple) else f"[{items[:-2]}]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.value(k)}: {self.value(v)}" for k, v in value.items()) + "}"
        if isinstance(value, Const):
            return f"const({self.atom(value)})"
        if isinstance(value, Function):
            return f"function({self.number(value)})"
        if isinstance(value, Place):
            return f"place({value.file!r}, {value.line}, {value.column}, {value.end_line}, {value.end_column})"
        return _named(value)

    def number(self, function: Function) -> int:
        if function not in self.numbers:
            self.numbers[function] = len(self.numbers)
            self.nested.append((self.numbers[function], function))
        return self.numbers[function]


def _named(value: Any) -> str:
    """A type of the language, or a static object by its name, such as an operator, a module, or a class."""
    from .parse import Lost, find

    if isinstance(value, Held):
        return f"held({value.position})"
    if isinstance(value, Lost):
        return f"lost({value.text!r})"
    if isinstance(value, Type.__args__):  # type: ignore[attr-defined]
        return f"type({_Writer().type(value)!r})"
    if type(value).__name__ == "module":
        return f"module({value.__name__!r})"
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if type(value).__name__ == "ufunc":
        module = "numpy"
    if type(value).__module__ == "numpy.dtypes":
        return f"dtype({str(value)!r})"
    if module and name:
        try:
            if find(module, name) is value:
                return f"named({module!r}, {name!r})"
        except (ImportError, AttributeError):
            pass
    return f"lost({repr(value)!r})"
