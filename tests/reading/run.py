"""Runs IR of level `read` as Python would run the text: the oracle of the reader."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from types import GeneratorType
from typing import Any

from difflang.ir import UNDEF, Atom, Const, Function, Held, Node, Outside, Region, Var
from difflang.ops.index import key

INPLACE: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.iadd, "sub": operator.isub, "mul": operator.imul, "div": operator.itruediv, "floordiv": operator.ifloordiv,
    "mod": operator.imod, "pow": operator.ipow, "matmul": operator.imatmul, "bitand": operator.iand, "bitor": operator.ior,
    "bitxor": operator.ixor, "lshift": operator.ilshift, "rshift": operator.irshift,
}  # fmt: skip
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "floordiv": operator.floordiv,
    "mod": operator.mod, "pow": operator.pow, "matmul": operator.matmul, "bitand": operator.and_, "bitor": operator.or_,
    "bitxor": operator.xor, "lshift": operator.lshift, "rshift": operator.rshift, "neg": operator.neg, "pos": operator.pos,
    "invert": operator.invert, "not_": operator.not_, "less": operator.lt, "less_equal": operator.le, "greater": operator.gt,
    "greater_equal": operator.ge, "equal": operator.eq, "not_equal": operator.ne, "is_": operator.is_,
    "contains": lambda x, xs: x in xs, "tuple": lambda *items: items, "list": lambda *items: list(items),
}  # fmt: skip


class Missing:
    """What UNDEF is when the program runs. Nothing may be done with it but hand it on."""


MISSING = Missing()


def run(function: Function, *args: Any) -> Any:
    """Call a function of level read. `args` are the parameters' values in order, defaults filled in."""
    given = list(args)
    for param in function.params[len(given) :]:
        assert param.default is not ..., f"{param.name} is missing"
        given.append(param.default)
    return call(function, [*given, *(capture.read() for capture in function.captures)])


def call(function: Function, values: Sequence[Any]) -> Any:
    assert len(values) == len(function.body.params) == len(function.params) + len(function.captures)
    run = Run()
    (result,) = run.region(function.body, values)
    assert result is not MISSING
    return run.yielded if yields(function) else result


def yields(function: Function) -> bool:
    """Whether it is a generator function: its items are made at once here."""
    found = list(function.body.nodes)
    while found:
        node = found.pop()
        if node.op == "yield_":
            return True
        found += [inner for region in node.regions for inner in region.nodes]
    return False


class Run:
    """The values of one call."""

    def __init__(self, values: dict[Var, Any] | None = None) -> None:
        self.values: dict[Var, Any] = values if values is not None else {}
        self.yielded: list[Any] = []

    def get(self, atom: Atom) -> Any:
        if isinstance(atom, Const):
            if isinstance(atom.value, Outside):
                return atom.value.owner
            return MISSING if atom is UNDEF else atom.value
        return self.values[atom]

    def region(self, region: Region, args: Sequence[Any]) -> list[Any]:
        self.values.update(zip(region.params, args, strict=True))
        for node in region.nodes:
            self.node(node)
        return [self.get(atom) for atom in region.yields]

    def node(self, node: Node) -> None:
        args = [self.get(atom) for atom in node.args]
        assert node.place is not None
        if node.op == "if":
            results = self.region(node.regions[0 if args[0] else 1], ())
        elif node.op in ("for", "each"):
            results = self.loop(node, args)
        elif node.op == "while":
            results = self.while_(node, args)
        elif node.op == "attempt":
            results = self.attempt(node)
        else:
            assert all(arg is not MISSING for arg in args), f"{node.op} reads a value that is not there"
            results = self.simple(node, args)
        assert len(results) == len(node.outs), node.op
        self.values.update(zip(node.outs, results, strict=True))

    def loop(self, node: Node, args: list[Any]) -> list[Any]:
        heads = 3 if node.op == "for" else 1
        items = range(*args[:3]) if node.op == "for" else getattr(args[0], "gen", args[0])  # the walk inside of a manager
        carried = args[heads:]
        for item in reversed(items) if node.attrs.get("reverse") else items:
            carried = self.region(node.regions[0], [item, *carried])
            if node.attrs.get("exits") and carried.pop(0):
                if isinstance(items, GeneratorType):
                    items.close()
                break
        return carried

    def while_(self, node: Node, carried: list[Any]) -> list[Any]:
        while self.region(node.regions[0], carried)[0]:
            carried = self.region(node.regions[1], carried)
            if node.attrs.get("exits") and carried.pop(0):
                break
        return carried

    def attempt(self, node: Node) -> list[Any]:
        """The number of the handler that an error goes to, the error, and what the region gives."""
        try:
            return [0, None, *self.region(node.regions[0], ())]
        except Exception as error:
            number = next((number for number, classes in node.attrs["handlers"] if isinstance(error, classes)), 0)
            if not number:
                raise
            return [number, error, *[MISSING] * (len(node.outs) - 2)]

    def simple(self, node: Node, args: list[Any]) -> list[Any]:
        attrs = node.attrs
        if node.op in ("tuple", "list"):
            return [{"tuple": tuple, "list": list}[node.op](self.spread(args, attrs.get("star", ())))]
        if node.op in OPERATORS:
            return [OPERATORS[node.op](*args)]
        if node.op == "dict":
            pairs = list(zip(args[::2], args[1::2], strict=True))
            starred, made = attrs.get("starred", ()), {}
            for k, (name, value) in enumerate(pairs):
                made |= value if k in starred else {name: value}
            return [made]
        if node.op == "setattr":
            setattr(args[0], attrs["name"], args[1])
            return []
        if node.op == "text":
            return ["".join(self.piece(part, args) for part in attrs["parts"])]
        if node.op == "is_sequence":
            sequence = isinstance(args[0], (tuple, list))
            return [sequence and (len(args[0]) == attrs["count"] if attrs["star"] is None else len(args[0]) >= attrs["count"] - 1)]
        if node.op == "delitem":
            del args[0][self.key(attrs["pattern"], args[1:])]
            return []
        if node.op == "inplace":
            return [INPLACE[attrs["fn"]](*args)]
        if node.op == "unpack":
            values = list(args[0])
            if attrs.get("star") is not None:
                star, extra = attrs["star"], len(values) - attrs["count"] + 1
                values[star : star + extra] = [values[star : star + extra]]
            if len(values) != attrs["count"]:
                raise ValueError("wrong number of values to unpack")
            return values
        if node.op == "getitem":
            return [args[0][self.key(attrs["pattern"], args[1:])]]
        if node.op == "setitem":
            args[0][self.key(attrs["pattern"], args[2:])] = args[1]
            return []
        if node.op == "attr":
            return [getattr(args[0], attrs["name"])]
        if node.op == "check":
            if attrs["kind"] == "given":
                raise args[1]
            if not args[0]:
                names = attrs.get("keywords", ())
                given = args[1 : len(args) - len(names)]
                named = dict(zip(names, args[len(args) - len(names) :], strict=True)) if names else {}
                raise attrs["error"](*self.spread(given, attrs.get("star", ())), *([attrs["message"]] if attrs["message"] else []), **named)
            return []
        if node.op == "received":
            return [args[0]]
        if node.op == "closure":
            inner = attrs["function"]
            return [lambda *given, **named: call(inner, [*self.filled(inner, given, named, args), *args])]
        if node.op == "yield_":
            self.yielded.append(args[0])
            return [False]
        assert node.op in ("invoke", "method"), node.op
        return [self.invoke(node, args)]

    @staticmethod
    def key(pattern: Sequence[str], operands: Sequence[Any]) -> Any:
        items = key(pattern, operands)
        return items[0] if len(items) == 1 else items

    @staticmethod
    def filled(function: Function, given: Sequence[Any], named: dict[str, Any], captured: Sequence[Any]) -> list[Any]:
        """One value for each parameter, as Python binds them."""
        left, rest, values = list(given), dict(named), []
        for param in function.params:
            if param.kind == "var_positional":
                values.append(tuple(left))
                left = []
            elif param.kind == "var_keyword":
                values.append(rest)
            elif left and param.kind != "keyword_only":
                values.append(left.pop(0))
            elif param.name in rest:
                values.append(rest.pop(param.name))
            else:
                held = isinstance(param.default, Held)
                values.append(captured[param.default.position - len(function.params)] if held else param.default)
        return values

    @staticmethod
    def invoke(node: Node, args: list[Any]) -> Any:
        target = getattr(args[0], node.attrs["name"]) if node.op == "method" else args[0]
        names, star = node.attrs.get("keywords", ()), node.attrs.get("star", ())
        rest = args[1:]
        positional, named = rest[: len(rest) - len(names)], rest[len(rest) - len(names) :]
        keywords: dict[str, Any] = {}
        for name, value in zip(names, named, strict=True):
            keywords |= value if name == "**" else {name: value}
        return target(*Run.spread(positional, star), **keywords)

    @staticmethod
    def spread(values: Sequence[Any], star: Sequence[int]) -> list[Any]:
        spread: list[Any] = []
        for k, value in enumerate(values):
            spread += list(value) if k in star else [value]
        return spread

    @classmethod
    def piece(cls, part: Any, args: list[Any]) -> str:
        if isinstance(part, str):
            return part
        position, conversion, spec = part
        value = {"r": repr, "s": str, "a": ascii, None: lambda x: x}[conversion](args[position])
        return format(value, "".join(cls.piece(inner, args) for inner in spec))
