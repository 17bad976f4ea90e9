"""How each op reads in Python: one expression for one node."""

from __future__ import annotations

import builtins
import cmath
import math
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import DifflangError
from ..ir import LEAF, Atom, Const, Function, Named, Node, Origin, Tree, Var
from ..op import Op, row
from ..ops.special import FORMULAS
from ..types import DTYPES, ONE, Array, Scalar, Stack, Type, Undefined
from ..tree import Branch
from .flavor import Flavors
from .forms import SPECIAL, error_name
from .objects import class_reference, put_together
from .preamble import NEEDED
from .said import SPELLED, Heads, spelled
from .syntax import Apply, Attribute, Expr, Infix, Item, Keyword, Pack, Prefix, Ref, Slice, Star, Word, negated, quoted

BOTH = frozenset("sqrt exp expm1 log log2 log10 log1p sin cos tan sinh cosh tanh hypot".split())
"""Functions of math that NumPy has by the same name."""
NATURAL = {"absolute": "abs", "true_divide": "divide", "bool": "bool_"}


class Phrases:
    """Turns nodes into expressions and remembers what the text must import and define for them."""

    def __init__(self, flavors: Flavors, numpy: str = "np", math: str = "math", functions: dict[str, str] | None = None) -> None:
        self.flavors = flavors
        self.numpy, self.math = numpy, math
        self.functions = functions or {}
        self.origin: Origin | None = None  # of the function that is being written
        self.constants: Mapping[Var, tuple[str, str]] = {}  # captured values that stand above the functions: names and texts
        self.heads = Heads({})  # names of numbers in the function that is being written
        self.modules: set[str] = set()
        self.helpers: set[str] = set()
        self.classes: dict[str, type] = {}  # the program's own classes that the text names
        self.own_objects: Mapping[int, str] = {}  # where the function's own objects are found, by number
        self.own_statics: Mapping[int, str] = {}  # and what they hold that is known while compiling

    # Values

    def np(self, name: str) -> Expr:
        self.modules.add("numpy")
        return Attribute(Word(self.numpy), NATURAL.get(name, name))

    def atom(self, atom: Atom) -> Expr:
        return Ref(atom) if isinstance(atom, Var) else self.constant(atom)

    def missing(self, atom: Atom, type: Type) -> Expr | None:
        """What stands for a value that this path leaves undefined and hands on: one of its type."""
        if isinstance(atom, Const) and isinstance(atom.type, Undefined):
            self.modules |= {"numpy"} if isinstance(type, Array) else set()
            return Word(least(type, self.numpy))
        return None

    def constant(self, const: Const) -> Expr:
        value, type = const.value, const.type
        if isinstance(type, Undefined):
            return Word("None")
        plain = value.item() if isinstance(value, np.generic) else value
        spoken = self.spoken(const)
        if spoken is not None:
            return spoken
        if isinstance(type, Scalar) and not type.weak and type.dtype not in ("f64", "i64", "bool", "c128"):
            return Apply(self.np(DTYPES[type.dtype].name), (self.number(plain),))
        return self.number(plain)

    def spoken(self, const: Const) -> Expr | None:
        """A number as the user says it: his name for it, or what he wrote."""
        said = const.said
        if isinstance(said, str):
            module, _, name = said.partition(".")
            self.modules.add(module)
            return Attribute(Word(self.numpy if module == "numpy" else self.math), name)
        if isinstance(said, Named):
            if said.name not in self.heads.names:
                return self.spoken(said.value)
            self.heads.asked[said.name] = self.constant(said.value)
            return Word(said.name)
        return self.phrase(said, [self.atom(a) for a in said.args]) if isinstance(said, Node) else None

    def number(self, value: Any) -> Expr:
        if isinstance(value, float) and not math.isfinite(value):
            return self.np("nan") if math.isnan(value) else self.np("inf") if value > 0 else Prefix("-", self.np("inf"))
        if isinstance(value, str):
            return Word(quoted(value))
        if isinstance(value, (int, float)) and not isinstance(value, bool) and (value < 0 or str(value).startswith("-")):
            return Prefix("-", self.number(-value))
        if isinstance(value, complex):
            return self.complex_number(value)
        if isinstance(value, float) and value in SPELLED:
            self.modules.add("math")
            return spelled(value, self.math)
        if value is None or isinstance(value, (bool, int, float)):
            return Word(repr(value).replace("e+", "e"))
        return self.static(value)

    def complex_number(self, value: complex) -> Expr:
        """`2j` where there is no real part, else a call of complex."""
        if math.copysign(1.0, value.real) == 1.0 and value.real == 0 and math.isfinite(value.imag):
            word = Word(repr(complex(0.0, abs(value.imag))).replace("e+", "e"))
            if math.copysign(1.0, value.imag) == 1.0:
                return word
        return Apply(Word("complex"), (self.number(value.real), self.number(value.imag)))

    def static(self, value: Any) -> Expr:
        """A function, class or module, reached by its name."""
        name = getattr(value, "__name__", None)
        if isinstance(value, np.dtype):
            return self.np(value.name)
        if isinstance(name, str):
            if getattr(np, name, None) is value:
                return self.np(name)
            if getattr(math, name, None) is value:
                self.modules.add("math")
                return Attribute(Word(self.math), name)
            return Word(name)
        return Word("None")

    def dtype(self, name: str) -> Expr:
        return self.np(DTYPES[name].name)

    # Nodes

    def phrase(self, node: Node, args: Sequence[Expr]) -> Expr:
        """The expression of a node of the op table over its operands' expressions."""
        special = SPECIAL.get(node.op)
        if special is not None:
            return special(self, node, list(args))
        op = row(node.op)
        plain = self.literals(node, op, args)
        if op.infix and not self.flavors.is_written_out(node):
            return Prefix(op.infix, plain[0]) if len(plain) == 1 else Infix(plain[0], op.infix, plain[1])
        if op.name == "div" and node.role and (divisor := self.of_numpy(plain[1])) is not None:
            return Infix(plain[0], "/", divisor)
        if isinstance(plain[0], Ref) and self.flavors.is_product(node):
            return Infix(plain[0], "*", plain[0])
        return Apply(self.callable(op, node.outs[0].type), (*plain, *self.keywords(op, node)))

    def of_numpy(self, value: Expr) -> Expr | None:
        """A number that a function of math gives, as NumPy's of that name: a division by it gives what NumPy's gives."""
        if not isinstance(value, Apply) or not isinstance(value.function, Attribute) or value.function.name not in BOTH:
            return None
        return Apply(self.np(value.function.name), value.args) if value.function.value == Word(self.math) else None

    def callable(self, op: Op, result: Type) -> Expr:
        weak = isinstance(result, Scalar) and result.weak
        spelled = (op.spelled,) if op.spelled else ()
        if op.name in FORMULAS and not weak and not op.numpy:
            return self.helper(op.name)
        for function in (*op.python, *op.numpy) if weak or not op.numpy and not spelled else op.numpy or spelled:
            name = function.__name__
            if weak and op.name in ("maximum", "minimum"):
                return Word(name[:3])
            if getattr(builtins, name, None) is function:
                return Word(name)
            if getattr(math, name, None) is function:
                self.modules.add("math")
                return Attribute(Word(self.math), name)
            if getattr(cmath, name, None) is function:
                return Attribute(Word("cmath"), name)
            if getattr(np, name, None) is function:
                return self.np(name)
            if getattr(np.linalg, name, None) is function:
                return Attribute(self.np("linalg"), name)
            if getattr(np.fft, name, None) is function:
                return Attribute(self.np("fft"), name)
        return self.helper(op.name)

    def helper(self, name: str) -> Expr:
        self.helpers.update((name, *NEEDED.get(name, ())))
        return Word(name)

    def keywords(self, op: Op, node: Node) -> list[Expr]:
        """The statics that differ from their defaults, as keywords."""
        found: list[Expr] = []
        for name, default in op.statics.items():
            value = node.attrs.get(name, default)
            if value == default and type(value) is type(default):
                continue
            if name == "axis" and default == -1 and isinstance(node.args[0].type, Array) and value == node.args[0].type.rank - 1:
                continue
            if name == "dtype":
                found.append(Keyword(name, self.dtype(value)))
            else:
                found.append(Keyword(name, self.axes(value)))
        return found

    def axes(self, value: Any) -> Expr:
        if isinstance(value, tuple):
            return self.number(value[0]) if len(value) == 1 else Pack(tuple(map(self.number, value)))
        return self.number(value)

    def literals(self, node: Node, op: Op, args: Sequence[Expr]) -> list[Expr]:
        """NumPy's numbers known while compiling: plain ones where that gives the same type of result."""
        found = list(args)
        for k, atom in enumerate(node.args):
            if not isinstance(atom, Const) or not isinstance(atom.type, Scalar) or atom.type.weak or op.kind != "elementwise":
                continue
            weak = Scalar({"f32": "f64", "f16": "f64", "i32": "i64", "c64": "c128"}.get(atom.type.dtype, atom.type.dtype), weak=True)
            types = [weak if j == k else a.type for j, a in enumerate(node.args)]
            plain = self.spoken(atom) or self.number(atom.value.item() if isinstance(atom.value, np.generic) else atom.value)
            scalar = isinstance(node.out.type, Scalar) and atom.type.dtype in ("f64", "i64", "bool")
            wrapped = Apply(self.np(DTYPES[atom.type.dtype].name), (plain,))
            found[k] = plain if scalar or _same_type(op, types, node) else wrapped
        return found

    # Indexing

    def subscript(self, array: Expr, pattern: Sequence[str], operands: Sequence[Expr]) -> Expr:
        """`array[...]`; whole axes at the end go without saying."""
        values = iter(operands)
        items: list[Expr] = []
        for code in pattern:
            if code in "ia":
                items.append(next(values))
            elif code == "s":
                start, stop, step = (None if v == Word("None") else v for v in (next(values), next(values), next(values)))
                items.append(Slice(start, stop, None if step == Word("1") else step))
            else:
                items.append(Slice() if code == ":" else Word("None" if code == "n" else "..."))
        while len(items) > 1 and items[-1] == Slice():
            items.pop()
        return Item(array, tuple(items) or (Word("()"),))

    # Calls

    def call(self, callee: Function, name: str, args: Sequence[Expr], entry: bool) -> Expr:
        """The call with its leaves packed again as the parameters are."""
        leaves = list(args)
        found: list[Expr] = []
        named: list[Expr] = []
        for param in callee.params:
            packed = self.packed(param.tree, leaves)
            if isinstance(param.tree, Const) and is_unspeakable(param.tree):
                if not entry:  # the text's own functions have no such parameter
                    continue
                packed = Word(param.name)
            if param.kind == "var_positional" and isinstance(packed, Pack):
                found += packed.items
            elif param.kind == "keyword_only" or named:
                named.append(Keyword(param.name, packed))
            else:
                found.append(packed)
        assert len(leaves) == len(callee.captures), f"{callee.name} has {len(leaves)} leaves over"
        hidden = callee.body.params[len(callee.body.params) - len(leaves) :]
        handed = [(c.name, leaf) for c, leaf, param in zip(callee.captures, leaves, hidden, strict=True) if param not in self.constants]
        if named:
            return Apply(Word(name), (*found, *named, *(Keyword(called, leaf) for called, leaf in handed)))
        return Apply(Word(name), (*found, *(leaf for _, leaf in handed)))

    def packed(self, tree: Tree, leaves: list[Expr]) -> Expr:
        """The tree over the next leaves, which it takes away."""
        if tree == LEAF:
            return leaves.pop(0)
        if isinstance(tree, tuple):
            parts = tuple(self.packed(item, leaves) for item in tree)
            return put_together(self, tree, parts) if isinstance(tree, Branch) else Pack(parts)
        if isinstance(tree, Const) and is_unspeakable(tree) and id(tree.value) in self.own_statics:
            return Word(self.own_statics[id(tree.value)])
        return self.constant(tree) if isinstance(tree, Const) else Word("None")

    def error(self, error: type[BaseException]) -> str:
        """How the text names an error class."""
        home = error.__module__
        if home == "builtins" or issubclass(error, DifflangError):
            return error_name(error)
        if home.partition(".")[0] == "numpy" and getattr(sys.modules.get(home), error.__name__, None) is error:
            self.modules.add("numpy")
            return f"{self.numpy}{home.removeprefix('numpy')}.{error.__name__}"
        return self.class_name(error)

    def class_name(self, cls: type) -> str:
        """How the text names a class of the program's."""
        name, outer = class_reference(cls)
        self.classes[name.partition(".")[0]] = outer
        return name


def least(type: Type, numpy: str) -> str:
    """A value of the type, so that the text has one type for the variable when it is read again."""
    if isinstance(type, Scalar):
        return {"f64": "0.0", "f32": "0.0", "f16": "0.0", "bool": "False", "c64": "0j", "c128": "0j"}.get(type.dtype, "0")
    if isinstance(type, Array):
        sizes = ", ".join("1" if dim == ONE else "0" for dim in type.dims)
        return f"{numpy}.empty(({sizes}{',' * (type.rank == 1)}), dtype={numpy}.{DTYPES[type.dtype].name})"
    return "[]" if isinstance(type, Stack) else "None"


def is_unspeakable(const: Const) -> bool:
    """Whether a static value has no name or literal by which the text could pass it."""
    value = const.value
    if value is None or isinstance(value, (bool, int, float, str, ModuleType)):
        return isinstance(value, ModuleType)
    name = getattr(value, "__name__", "")
    return not (isinstance(name, str) and any(getattr(module, name, None) is value for module in (np, math, builtins)))


def _same_type(op: Op, types: list[Type], node: Node) -> bool:
    try:
        return bool(op.type_of_result(types, node.attrs) == node.out.type)
    except (TypeError, ValueError):
        return False


__all__ = ["Phrases", "Star", "is_unspeakable", "negated", "quoted"]
