"""Building IR: a builder appends nodes, a tracer lets ordinary NumPy code append them.

Derivative rules and lowerings are ordinary functions; called with tracers they write IR in place
of computing. A tracer knows the types, so a rule may branch on ranks and dtypes, never on values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .hints import shown
from .errors import NotDifferentiable
from .ir import NO_ATTRS, Atom, Const, Node, Place, Region, Var, const
from .op import BY_METHOD, bind, evaluate, lookup, normal_attrs, row
from .types import DTYPES, MANY, NAMES, ONE, OPEN, PYTHON, Array, Nothing, Scalar, Type, Unknown, is_complex, rank


class Known:
    """What is known of the values of operands while compiling: constants, and the sizes of axes that are never one."""

    def __init__(self) -> None:
        self.many: set[Atom] = set()

    def of(self, args: Sequence[Atom]) -> list[Any]:
        """For each operand a constant, `MANY` for a size that is never one, or None."""
        return [a.value if isinstance(a, Const) else MANY if a in self.many else None for a in args]

    def note(self, node: Node) -> None:
        """Remember what a node says of its result."""
        if node.op == "dim" and isinstance(node.args[0].type, Array) and node.args[0].type.dims[node.attrs["axis"]] == MANY:
            self.many.add(node.outs[0])


class Builder:
    """Appends typed nodes to a list; every node gets the builder's current place and role."""

    def __init__(self, place: Place | None = None, role: str = "", known: Known | None = None) -> None:
        self.nodes: list[Node] = []
        self.place = place
        self.role = role
        self.known = known or Known()
        self.makers: dict[Atom, Node] = {}  # the node that each result is of

    def add(self, node: Node) -> Node:
        self.nodes.append(node)
        self.makers.update(dict.fromkeys(node.outs, node))
        return node

    def node(self, op: str, args: Sequence[Atom], outs: Sequence[Var], regions: Sequence[Region] = (), **attrs: Any) -> Node:
        """Append a node with its results given."""
        return self.add(Node(op, tuple(args), tuple(outs), attrs or NO_ATTRS, tuple(regions), self.place, self.role))

    def emit(self, op: str, *args: Atom, flavor: str | None = None, hint: str = "", **attrs: Any) -> Atom:
        """Append one op of the table, typed by its row; constants are folded. Returns its (only) result."""
        table_row = row(op)
        types = [a.type for a in args]
        attrs = normal_attrs(table_row, types, attrs)
        if table_row.kind == "composite":
            written: Atom = trace(self, table_row.rule, *args, **attrs)  # a tuple of them where it has several results
            return written
        if table_row.on_complex is not None and any(map(is_complex, types)):
            return trace(self, table_row.on_complex, *args, **attrs)  # type: ignore[no-any-return]
        if table_row.closed is not None and not any(isinstance(type, Unknown) for type in types):
            return trace(self, table_row.closed, *args, **attrs)  # type: ignore[no-any-return]
        if op == "unbroadcast" and _fits_already(types[0], types[1]):
            return args[0]  # no axes to sum: keeps a value from being needed only for its shape
        if op == "unbroadcast" and (lines := _lines(types[0], types[1])) is not None:
            extra, ones = lines
            value = self.emit("sum", args[0], axis=ones, keepdims=True) if ones else args[0]
            return self.emit("sum", value, axis=extra, keepdims=False) if extra else value
        values = self.known.of(args)
        result = table_row.type_of_result(types, attrs, flavor, values)
        if table_row.kind == "elementwise" and isinstance(result, Scalar) and all(isinstance(a, Const) for a in args):
            folded = _fold(op, [a.value for a in args], attrs, result)  # type: ignore[union-attr]
            if folded is not None:
                return self.said(folded, op, args, attrs)
        if isinstance(result, tuple):
            outs = tuple(Var(name, type) for name, type in zip(table_row.results, result, strict=True))
            self.node(op, args, outs, **attrs)
            return outs  # type: ignore[return-value]
        out = Var(hint or hint_for(op, args), result)
        self.known.note(self.node(op, args, (out,), **attrs))
        return out

    def said(self, folded: Const, op: str, args: Sequence[Atom], attrs: dict[str, Any]) -> Const:
        """The number with what the user wrote for it; a whole number only where a name of his is in it."""
        kept = _kept(op, args, folded)
        if kept is not None:
            return kept
        if not (row(op).infix or row(op).numpy or row(op).python):
            return folded
        own = isinstance(folded.value, float) and (not self.role or (op == "div" and not _is_exact(args, folded.value)))
        if not own and all(isinstance(a, Const) and a.said is None for a in args):
            return folded
        return Const(folded.value, folded.type, Node(op, tuple(args), (Var("t", folded.type),), attrs or NO_ATTRS))

    def region(self, params: Sequence[Var], yields: Sequence[Atom]) -> Region:
        """What was built so far, as a region."""
        return Region(tuple(params), tuple(self.nodes), tuple(yields))


def _fits_already(value: Type, like: Type) -> bool:
    """Whether a value certainly has the shape that it would be summed down to."""
    if isinstance(value, Array) and isinstance(like, Array) and value.rank == like.rank:
        return all(theirs == MANY or mine == ONE for mine, theirs in zip(value.dims, like.dims, strict=True))
    return rank(value) == 0 and rank(like) == 0


def _lines(value: Type, like: Type) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The axes to sum where that is certain: those in front, and those of size one."""
    if not isinstance(value, Array) or not isinstance(like, Array) or value.rank < like.rank:
        return None
    extra = value.rank - like.rank
    pairs = list(zip(value.dims[extra:], like.dims, strict=True))
    if any(theirs not in (ONE, MANY) and mine != ONE for mine, theirs in pairs):
        return None
    return tuple(range(extra)), tuple(extra + axis for axis, (mine, theirs) in enumerate(pairs) if theirs == ONE != mine)


def _is_exact(args: Sequence[Atom], quotient: float) -> bool:
    """Whether a quotient of numbers known while compiling is one without rounding."""
    over, under = (a.value if isinstance(a, Const) else None for a in args)
    plain = all(isinstance(x, (int, float)) and math.isfinite(x) for x in (over, under, quotient))
    if not plain or not under:
        return False
    (a, b), (c, d), (p, q) = (float(x).as_integer_ratio() for x in (over, quotient, under))  # type: ignore[arg-type]
    return a * d * q == c * p * b


def _kept(op: str, args: Sequence[Atom], result: Const) -> Const | None:
    """The operand that the op leaves as it is: of a product with one, of a sum with zero."""
    neutral = {"mul": 1, "masked": 1, "add": 0}.get(op)
    known = [a for a in args if isinstance(a, Const)]
    if op == "cast":
        same = getattr(known[0].type, "dtype", None) == getattr(result.type, "dtype", None)
        return Const(result.value, result.type, known[0].said) if same else result
    if neutral is None or len(known) != len(args):
        return None
    left = [a for a in known if a.said is not None or a.value != neutral]
    return Const(result.value, result.type, left[0].said) if len(left) == 1 and left[0].value == result.value else None


def _fold(op: str, values: list[Any], attrs: dict[str, Any], result: Scalar) -> Const | None:
    try:
        value = evaluate(op, values, attrs, result)
    except Exception:  # an error belongs to the run: it keeps its node
        return None
    if result.weak:
        value = PYTHON[result.dtype](value)
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            return None
        return Const(value, result)
    return Const(DTYPES[result.dtype].type(value), result)


def hint_for(op: str, args: Sequence[Atom]) -> str:
    """A name for an unnamed value: what a reader of the written text can place."""
    first = args[0].hint if args and isinstance(args[0], Var) else ""
    if op == "index" and first:
        second = shown(args[1].hint) if len(args) == 2 and isinstance(args[1], Var) else ""
        return f"{first}_{second}" if len(second) == 1 and second != "t" else f"{first}_item"
    if row(op).infix or row(op).kind != "elementwise" or op in ("cast", "where", "masked"):
        return "t"
    return f"{op}_{first}" if first not in ("", "t") and len(first) < 12 else op


class OpenType(TypeError):
    """A rule asks for a rank or a dtype that is not known: the derivative cannot be written for every type."""


class OpenShape:
    """The shape of a value whose rank is not known: single sizes can be asked, and others brought to it."""

    __slots__ = ("of",)

    def __init__(self, of: Tracer) -> None:
        self.of = of

    def __getitem__(self, axis: Any) -> Any:
        if not isinstance(axis, int):
            raise OpenType("the rank is not known here")
        return apply("dim", self.of, axis=axis)

    def __iter__(self) -> Any:
        raise OpenType("the rank is not known here")

    __len__ = __iter__


class Tracer:
    """A value inside a rule: NumPy's functions and Python's operators on it append nodes."""

    __slots__ = ("atom", "builder")
    __array_priority__ = 1e9

    def __init__(self, builder: Builder, atom: Atom) -> None:
        self.builder = builder
        self.atom = atom

    @property
    def type(self) -> Type:
        return self.atom.type

    @property
    def ndim(self) -> int:
        if isinstance(self.type, Unknown):
            raise OpenType("the rank is not known here")
        return self.type.rank if isinstance(self.type, Array) else 0

    @property
    def dtype(self) -> np.dtype[Any]:
        if isinstance(self.type, (Array, Scalar)):
            return DTYPES[self.type.dtype]
        raise OpenType("the dtype is not known here")

    @property
    def shape(self) -> Any:
        if isinstance(self.type, Unknown):
            return OpenShape(self)
        dims = self.type.dims if isinstance(self.type, Array) else (OPEN,) * self.ndim
        return tuple(1 if dim == ONE else Tracer(self.builder, self.builder.emit("dim", self.atom, axis=k)) for k, dim in enumerate(dims))

    @property
    def size(self) -> Any:
        return Tracer(self.builder, self.builder.emit("size", self.atom))

    @property
    def T(self) -> Any:
        return np.transpose(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in BY_METHOD:
            raise AttributeError(name)
        op = BY_METHOD[name]

        def method(*args: Any, **kwargs: Any) -> Any:
            return _call(self.builder, op.name, None, (self, *args), kwargs)

        return method

    def __getitem__(self, key: Any) -> Any:
        key = key if isinstance(key, tuple) else (key,)
        pattern, operands = [], []
        for item in key:
            code, values = _index_item(item)
            pattern.append(code)
            operands += [lift(self.builder, v) for v in values]
        return Tracer(self.builder, self.builder.emit("index", self.atom, *operands, pattern=tuple(pattern)))

    def __bool__(self) -> bool:
        raise TypeError("a rule cannot branch on a value: use np.where")

    def __len__(self) -> int:
        raise TypeError("a rule cannot take a length: use .shape[0]")

    __hash__ = None  # type: ignore[assignment]

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        found = lookup(ufunc)
        if found is None or method != "__call__":
            return NotImplemented
        return _call(self.builder, found[0].name, "numpy", args, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function in (np.shape, np.ndim):
            return self.shape if function is np.shape else self.ndim
        if function in LIKE and len(args) == 2 and isinstance(args[1], OpenShape):
            return apply(LIKE[function], args[0], args[1].of)
        found = lookup(function)
        if found is None:
            return NotImplemented
        return _call(self.builder, found[0].name, "numpy", args, kwargs)


LIKE = {np.reshape: "reshape_like", np.broadcast_to: "broadcast_like"}
"""Ops that bring a value to the shape of another whose rank is not known."""


def _index_item(item: Any) -> tuple[str, list[Any]]:
    if item is None:
        return "n", []
    if item is Ellipsis:
        return ".", []
    if isinstance(item, slice):
        parts = [item.start, item.stop, item.step]
        return (":", []) if all(part is None for part in parts) else ("s", parts)
    if isinstance(item, Tracer) and isinstance(item.type, Array):
        return "a", [item]
    return "i", [item]


def _operator(op: str, swap: bool = False) -> Callable[[Tracer, Any], Any]:
    def apply(self: Tracer, other: Any) -> Any:
        args = (other, self) if swap else (self, other)
        return _call(self.builder, op, None, args, {})

    return apply


def _unary(op: str) -> Callable[[Tracer], Any]:
    def apply(self: Tracer) -> Any:
        return _call(self.builder, op, None, (self,), {})

    return apply


for _name, _op in {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floordiv", "mod": "mod",
    "pow": "pow", "matmul": "matmul", "and": "bitand", "or": "bitor", "xor": "bitxor",
}.items():  # fmt: skip
    setattr(Tracer, f"__{_name}__", _operator(_op))
    setattr(Tracer, f"__r{_name}__", _operator(_op, swap=True))
for _name, _op in {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"}.items():
    setattr(Tracer, f"__{_name}__", _operator(_op))
for _name, _op in {"neg": "neg", "abs": "abs", "invert": "invert"}.items():
    setattr(Tracer, f"__{_name}__", _unary(_op))


def lift(builder: Builder, value: Any) -> Atom:
    """The atom of a tracer or of a plain value."""
    if isinstance(value, Tracer):
        return value.atom
    if isinstance(value, np.ndarray) and value.ndim:  # what a rule computed of sizes that are known while compiling
        if not value.any():
            return builder.emit("zeros", *map(const, value.shape), dtype=NAMES[value.dtype])
        return builder.emit("stack", *(lift(builder, part) for part in value), axis=0)
    return const(value)


def _call(builder: Builder, op: str, flavor: str | None, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    operands, attrs = bind(row(op), args, kwargs)
    return _wrap(builder, builder.emit(op, *(lift(builder, o) for o in operands), flavor=flavor, **attrs))


def _wrap(builder: Builder, written: Any) -> Any:
    return tuple(_wrap(builder, item) for item in written) if isinstance(written, tuple) else Tracer(builder, written)


def trace(builder: Builder, function: Callable[..., Any], *args: Any, **statics: Any) -> Any:
    """Run a rule on atoms (or None): what it returns, with atoms in place of tracers. What it refuses is told at the builder's place."""
    try:
        return _unwrap(builder, function(*(_traced(builder, a) for a in args), **statics))
    except NotDifferentiable as error:
        if error.place is None:
            error.place = builder.place
        raise


def _traced(builder: Builder, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_traced(builder, item) for item in value)
    return Tracer(builder, value) if isinstance(value, (Var, Const)) and not isinstance(value.type, Nothing) else None


def _unwrap(builder: Builder, result: Any) -> Any:
    if isinstance(result, (tuple, list)):
        return tuple(_unwrap(builder, item) for item in result)
    if result is None or isinstance(result, (Var, Const)):
        return result
    return lift(builder, result)


def dtype_known(value: Any) -> np.dtype[Any] | None:
    """The dtype of a rule's operand; None of Python's numbers and where the type is not known."""
    if isinstance(value, Tracer) and not isinstance(value.type, (Array, Scalar)):
        return None
    return getattr(value, "dtype", None)


def rank_known(value: Any) -> int | None:
    """The number of axes of a rule's operand; None where it is not known."""
    if isinstance(value, Tracer) and isinstance(value.type, Unknown):
        return None
    return int(np.ndim(value))


def apply(op: str, *operands: Any, **statics: Any) -> Any:
    """One op of the table by name, for rules: on tracers it writes the node, on NumPy's values it computes."""
    builder = next((o.builder for o in operands if isinstance(o, Tracer)), None)
    if builder is not None:
        return _wrap(builder, builder.emit(op, *(lift(builder, o) for o in operands), **statics))
    return evaluate(op, operands, statics, None)
