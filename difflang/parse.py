"""Reading back what `text` writes. Every line is a Python expression with something around it."""

from __future__ import annotations

import ast
import functools
import importlib
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from .ir import NO_ATTRS, UNDEF, Atom, Capture, Const, Function, Guard, Held, Node, Origin, Param
from .ir import Place, Program, Region, Var, const, static
from .records import dataclass
from .types import DTYPES, NOTHING, UNDEFINED, UNKNOWN, Array, Scalar, Stack, Static, Tuple, Type

RESERVED = frozenset(
    {"undef", "static", "typed", "const", "function", "place", "type", "module", "dtype", "named", "lost", "inf", "nan", *DTYPES}
)

_NODE = re.compile(
    r"(?:(?P<outs>[^=('\"]*(?:\([^=]*\)[^=(]*)*) = )?(?P<op>\w+)(?P<call>\(.*\))"
    r"(?: @(?P<place>\d+:\d+-\d+:\d+)(?: in (?P<file>'.*'|\".*\"))?)?(?: !(?P<role>\w+))?$"
)
_SCALARS: dict[str, Type] = {
    "?": UNKNOWN,
    "undef": UNDEFINED,
    "none": NOTHING,
    "float": Scalar("f64", True),
    "int": Scalar("i64", True),
    "truth": Scalar("bool", True),
    "complex": Scalar("c128", True),
    **{name: Scalar(name) for name in DTYPES},
}


class TextError(ValueError):
    """The text is not a program."""


@dataclass(frozen=True)
class Lost:
    """Stands for an object that no import reaches, where only a guard holds it."""

    text: str


def find(module: str, name: str) -> Any:
    """The object of this qualified name."""
    return functools.reduce(getattr, name.split("."), importlib.import_module(module))


def split(text: str) -> list[str]:
    """The parts between the commas that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    rest = text[start:].strip()
    return parts + [rest] if rest else parts


def parse_type(text: str) -> Type:
    """The type that is written so."""
    if text in _SCALARS:
        return _SCALARS[text]
    found = re.fullmatch(r"(\w+)\[(.*)\]([AK]?)", text)
    if found:
        return Array(found[1], tuple(split(found[2])), found[3] or "C")
    if text.startswith(("stack(", "list(")):
        kind, _, rest = text.partition("(")
        return Stack(parse_type(rest[:-1]), kind == "list")
    if text.startswith("static("):
        return Static(_Reader({}).value(ast.parse(text[7:-1], mode="eval").body))
    if text.startswith("("):
        return Tuple(tuple(parse_type(part) for part in split(text[1:-1])))
    raise TextError(f"{text!r} is no type")


def loads(text: str) -> Program:
    """The program that `dumps` wrote so. Raises TextError, or what an import raises that a static object needs."""
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.splitlines() if line.strip()]
    heads = [k for k, (indent, line) in enumerate(lines) if indent == 0 and line.startswith("function(")]
    blocks = [lines[a:b] for a, b in zip(heads, [*heads[1:], len(lines)], strict=True)]
    functions: dict[Any, Function] = {}
    for block in reversed(blocks):  # nested functions stand behind those that name them
        key, function = _Reader(functions).function(block)
        functions[key] = function
    for function in functions.values():
        _close(function.body, functions)
    (entry,), _ = _Reader({}).call(ast.parse(lines[0][1], mode="eval").body)
    return Program(entry, {key: functions[key] for key in reversed(functions) if isinstance(key, str)})


@dataclass(frozen=True)
class _Later:
    """A nested function that is named before it is read: it calls itself."""

    number: Any


def _close(region: Region, functions: dict[Any, Function]) -> None:
    for node in region.nodes:
        for name, value in node.attrs.items():
            if isinstance(value, _Later):
                assert isinstance(node.attrs, dict)
                node.attrs[name] = functions[value.number]
        for inner in node.regions:
            _close(inner, functions)


class _Reader:
    """Reads one function; `functions` are those read before it."""

    def __init__(self, functions: dict[Any, Function]) -> None:
        self.functions = functions
        self.vars: dict[str, Var] = {}
        self.file = ""

    def function(self, block: Sequence[tuple[int, str]]) -> tuple[Any, Function]:
        (key,), said = self.call(ast.parse(block[0][1], mode="eval").body)
        self.file = said.pop("file", "")
        parts: dict[str, list[Any]] = {"param": [], "capture": [], "guard": [], "origin": []}
        at = 1
        while (kind := block[at][1].partition("(")[0]) in parts:
            args, kwargs = self.call(ast.parse(block[at][1], mode="eval").body, guard=kind == "guard")
            parts[kind].append(getattr(self, kind)(*args, **kwargs))
            at += 1
        body, _ = self.region(block, at)
        said |= {"params": tuple(parts["param"]), "captures": tuple(parts["capture"]), "guards": tuple(parts["guard"])}
        origin = parts["origin"][0] if parts["origin"] else None
        return key, Function(said.pop("name", key), body=body, origin=origin, **said)

    def param(self, name: str, **said: Any) -> Param:
        return Param(name, **said)

    def capture(self, name: str) -> Capture:
        def read() -> Any:
            raise NameError(f"{name!r} was captured where the program was made")

        return Capture(name, read)

    def guard(self, name: str, value: Any) -> Guard:
        return Guard(name, lambda: value, value)

    def origin(self, file: str, first: int, lines: Any, imports: Any, comments: Any) -> Origin:
        return Origin(file, first, lines, imports, dict(comments))

    def region(self, block: Sequence[tuple[int, str]], at: int) -> tuple[Region, int]:
        """The region whose head is line `at`, and the line after it."""
        depth, head = block[at]
        params = tuple(self.define(part) for part in split(head[head.index("(") + 1 : head.rindex(")")]))
        nodes = []
        at += 1
        while not (block[at][1] == "yield" or block[at][1].startswith("yield ")):
            node, at = self.node(block, at)
            nodes.append(node)
        yields = ast.parse(f"f({block[at][1][5:]})", mode="eval").body
        assert isinstance(yields, ast.Call) and block[at][0] > depth
        return Region(params, tuple(nodes), tuple(map(self.atom, yields.args))), at + 1

    def node(self, block: Sequence[tuple[int, str]], at: int) -> tuple[Node, int]:
        depth, line = block[at]
        found = _NODE.match(line)
        if not found:
            raise TextError(f"{line!r} is no node")
        call = ast.parse(f"f{found['call']}", mode="eval").body
        assert isinstance(call, ast.Call)
        args = tuple(map(self.atom, call.args))
        attrs = {k.arg: self.value(k.value) for k in call.keywords if k.arg}
        regions, at = [], at + 1
        while block[at][0] > depth:
            region, at = self.region(block, at)
            regions.append(region)
        outs = tuple(self.define(part) for part in split(found["outs"] or ""))
        place = self.place(found["place"], found["file"]) if found["place"] else None
        return Node(found["op"], args, outs, attrs or NO_ATTRS, tuple(regions), place, found["role"] or ""), at

    def place(self, text: str, file: str | None) -> Place:
        line, column, end_line, end_column = map(int, re.split("[:-]", text))
        return Place(ast.literal_eval(file) if file else self.file, line, column, end_line, end_column)

    def define(self, text: str) -> Var:
        name, _, type = text.partition(": ")
        var = Var(re.sub(r"__\d+$", "", name), parse_type(type) if type else UNKNOWN)
        self.vars[name] = var
        return var

    def atom(self, tree: ast.expr) -> Atom:
        if isinstance(tree, ast.Name) and tree.id in self.vars:
            return self.vars[tree.id]
        if isinstance(tree, ast.Name) and tree.id == "undef":
            return UNDEF
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in ("static", "typed"):
            values = [self.value(a) for a in tree.args]
            return static(*values) if tree.func.id == "static" else Const(*values)
        return const(self.value(tree))

    def call(self, tree: ast.expr, guard: bool = False) -> tuple[list[Any], dict[str, Any]]:
        assert isinstance(tree, ast.Call)
        if guard and isinstance(tree.args[1], ast.Call) and isinstance(tree.args[1].func, ast.Name) and tree.args[1].func.id == "lost":
            return [self.value(tree.args[0]), Lost(self.value(tree.args[1].args[0]))], {}
        return [self.value(a) for a in tree.args], {k.arg: self.value(k.value) for k in tree.keywords if k.arg}

    def value(self, tree: ast.expr) -> Any:
        if isinstance(tree, ast.Constant):
            return tree.value
        if isinstance(tree, ast.Tuple):
            return tuple(map(self.value, tree.elts))
        if isinstance(tree, ast.List):
            return list(map(self.value, tree.elts))
        if isinstance(tree, ast.Dict):
            return {self.value(k): self.value(v) for k, v in zip(tree.keys, tree.values, strict=True) if k}
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            return -self.value(tree.operand)
        if isinstance(tree, ast.Name) and tree.id in ("inf", "nan"):
            return math.inf if tree.id == "inf" else math.nan
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "complex":
            return complex(*map(self.value, tree.args))
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self.made(tree.func.id, tree)
        raise TextError(f"{ast.unparse(tree)!r} is no value")

    def made(self, name: str, tree: ast.Call) -> Any:
        if name == "const":
            return self.atom(tree.args[0])
        args, _ = self.call(tree)
        if name in DTYPES:
            return DTYPES[name].type(args[0])
        if name == "lost":
            raise TextError(f"{args[0]} has no name that an import reaches: this program cannot be read back")
        makers: dict[str, Any] = {"place": Place, "held": Held, "type": parse_type, "dtype": np.dtype, "named": find}
        makers |= {"module": importlib.import_module, "function": lambda number: self.functions.get(number) or _Later(number)}
        if name not in makers:
            raise TextError(f"{name} makes no value")
        return makers[name](*args)
