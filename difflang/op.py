"""One op, one declaration.

An op is a row of a table, declared beside its derivative rule in the file of its family (`ops/`). From
the row follow reading, evaluating, writing, typing, both modes of differentiation, the lowering, the
documentation's table and the tests. A rule is an ordinary function that runs on NumPy alone; called
with tracers it writes IR (`build.py`). What a rule is given and returns depends on the kind:

    elementwise   rule(y, *x)                -> the partials dy/dx, one for each operand (0: constant almost everywhere)
    linear        rule(y_bar, x, **statics)  -> x_bar; the tangent is the op itself
    multilinear   rule(z_bar, x, y, ...)     -> (x_bar, y_bar); the tangent follows by linearity in each operand
    general       rule(y_bar, y, *x, ...)    -> the operands' adjoints; `tangent(y, *x, *x_dot)` gives the tangent
    constant      rule(y, *x)                -> never called: the result carries no derivative

A rule's parameters name the op's: those without a default are operands (values), a starred one takes
a tuple apart, those with a default are statics, known while compiling. An operand that carries no derivative
gets None in place of an adjoint.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .types import UNKNOWN, Array, Scalar, Type, Unknown, promote, shaped

Rule = Callable[..., Any]
Typing = Callable[..., Any]  # (types, attrs) -> the result's type


@dataclass(frozen=True, slots=True)
class Lower:
    """LLVM instruction or intrinsic for one element of each class of dtype; "libm:NAME" calls the C library."""

    float: str | None = None
    int: str | None = None
    bool: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that Python's own form of the op raises where `bad(y, *x)` holds (NumPy's form does not)."""

    error: type[Exception]
    message: str
    bad: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Op:
    """A row of the table."""

    name: str
    kind: str
    rule: Rule
    operands: tuple[str, ...]
    variadic: bool  # the last operand is a tuple, taken apart
    statics: Mapping[str, Any]
    numpy: tuple[Any, ...] = ()  # callables that read as this op; NumPy's numbers result
    python: tuple[Any, ...] = ()  # callables whose result is Python's number
    methods: tuple[str, ...] = ()  # methods of arrays that read as this op, the array first
    properties: tuple[str, ...] = ()
    infix: str = ""  # Python's operator, where it has one
    result: str = "same"  # elementwise: the dtype's class: same, float, bool, int
    typing: Typing | None = None
    bind: Callable[..., tuple[tuple[Any, ...], dict[str, Any]]] | None = None
    evaluate: Callable[..., Any] | None = None
    tangent: Rule | None = None
    lower: Lower | Rule | None = None
    faults: tuple[Fault, ...] = ()
    singular: bool = False  # a partial may be infinite: an adjoint of exactly zero stays zero
    view: bool = False  # NumPy's result may share the first operand's memory
    cost: int = 1
    doc: str = ""
    where: str = field(default="", compare=False)

    def type_of_result(self, types: Sequence[Type], attrs: Mapping[str, Any], flavor: str | None = None) -> Any:
        """The result's type, or a tuple of types for an op of several results."""
        if self.typing is not None:
            return self.typing(tuple(types), attrs)
        return elementwise_type(self.result, types, flavor)


TABLE: dict[str, Op] = {}
BY_CALLABLE: dict[Any, tuple[Op, str]] = {}
"""From a callable object to its op and flavor: "numpy" or "python", whose numbers it returns."""
BY_METHOD: dict[str, Op] = {}
BY_PROPERTY: dict[str, Op] = {}


def declare(kind: str, *numpy: Any, **row: Any) -> Callable[[Rule], Rule]:
    """The decorator behind each kind: enters the row named like the rule into the table."""

    def enter(rule: Rule) -> Rule:
        name = row.pop("name", rule.__name__.rstrip("_"))
        skip = 2 if kind == "general" else 1
        operands, statics, variadic = _parameters(rule, skip)
        op = Op(name, kind, rule, operands, variadic, statics, numpy=numpy, doc=(rule.__doc__ or "").strip(), where=rule.__module__, **row)
        if name in TABLE:
            raise ValueError(f"op {name} is declared twice")
        TABLE[name] = op
        for callable_ in op.numpy:
            BY_CALLABLE[callable_] = (op, "numpy")
        for callable_ in op.python:
            BY_CALLABLE[callable_] = (op, "python")
        BY_METHOD.update(dict.fromkeys(op.methods, op))
        BY_PROPERTY.update(dict.fromkeys(op.properties, op))
        return rule

    return enter


def _parameters(rule: Rule, skip: int) -> tuple[tuple[str, ...], dict[str, Any], bool]:
    operands, statics, variadic = [], {}, False
    for parameter in list(inspect.signature(rule).parameters.values())[skip:]:
        if parameter.kind is parameter.VAR_POSITIONAL:
            variadic = True
            operands.append(parameter.name)
        elif parameter.default is parameter.empty:
            operands.append(parameter.name)
        else:
            statics[parameter.name] = parameter.default
    return tuple(operands), statics, variadic


def elementwise(*numpy: Any, **row: Any) -> Callable[[Rule], Rule]:
    return declare("elementwise", *numpy, **row)


def linear(*numpy: Any, **row: Any) -> Callable[[Rule], Rule]:
    return declare("linear", *numpy, **row)


def multilinear(*numpy: Any, **row: Any) -> Callable[[Rule], Rule]:
    return declare("multilinear", *numpy, **row)


def general(*numpy: Any, **row: Any) -> Callable[[Rule], Rule]:
    return declare("general", *numpy, **row)


def constant(*numpy: Any, **row: Any) -> Callable[[Rule], Rule]:
    return declare("constant", *numpy, **row)


def elementwise_type(result: str, types: Sequence[Type], flavor: str | None) -> Type:
    """The type of an elementwise result by its class of dtype and its flavor."""
    common = promote(*types)
    if isinstance(common, Unknown) or not isinstance(common, Scalar):
        return UNKNOWN
    dtype = common.dtype
    if result == "bool":
        dtype = "bool"
    elif result == "float" and dtype not in ("f32", "f64"):
        dtype = "f64"
    elif result == "int":
        dtype = "i64"
    elif result == "same" and dtype == "bool" and common.weak:
        dtype = "i64"  # Python's True + True is 2
    if flavor == "python" or (flavor is None and common.weak):
        if any(isinstance(type, Array) for type in types):
            raise TypeError("a function of the math module takes numbers, not arrays")
        return Scalar(dtype, weak=True)
    return shaped(dtype, *types)


def bind(op: Op, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Operands and statics of a call as Python wrote it. Raises TypeError where they do not fit."""
    if op.bind is not None:
        return op.bind(*args, **kwargs)
    args, kwargs = list(args), dict(kwargs)
    fixed = op.operands[:-1] if op.variadic else op.operands
    operands: list[Any] = []
    for name in fixed:
        if args:
            operands.append(args.pop(0))
        elif name in kwargs:
            operands.append(kwargs.pop(name))
        else:
            raise TypeError(f"{op.name}() misses its argument {name!r}")
    if op.variadic:
        rest = [kwargs.pop(op.operands[-1])] if op.operands[-1] in kwargs else []
        while args and (not rest or not isinstance(rest[0], (tuple, list))):
            rest.append(args.pop(0))
        operands += rest[0] if len(rest) == 1 and isinstance(rest[0], (tuple, list)) else rest
    attrs = dict(op.statics)
    for name in op.statics:
        if args:
            attrs[name] = args.pop(0)
        elif name in kwargs:
            attrs[name] = kwargs.pop(name)
    if args or kwargs:
        extra = ", ".join(map(str, list(kwargs) or args))
        raise TypeError(f"{op.name}() does not take {extra}")
    return tuple(operands), attrs


def lookup(callable_: object) -> tuple[Op, str] | None:
    """The op and flavor that a callable object reads as, or None. Loads the table when first asked."""
    load()
    try:
        return BY_CALLABLE.get(callable_)
    except TypeError:  # unhashable
        return None


def load() -> None:
    """Fill the table: import every family. Idempotent."""
    from . import ops

    ops.load()


def row(name: str) -> Op:
    """The row of this name. Raises KeyError."""
    if not TABLE:
        load()
    return TABLE[name]


def evaluate(name: str, args: Sequence[Any], attrs: Mapping[str, Any], result: Any) -> Any:
    """Run one op on values; `result` is its type, which says whose numbers come out."""
    op = row(name)
    weak = isinstance(result, Scalar) and result.weak
    if op.evaluate is not None:
        value = op.evaluate(*args, **attrs)
    elif weak and op.python and not any(isinstance(a, np.generic) for a in args):
        value = op.python[0](*args, **attrs)
    else:
        with np.errstate(all="ignore"):
            value = op.numpy[0](*args, **attrs)
    return value
