"""One op, one declaration.

An op is a row of a table, declared beside its derivative rule in the file of its family (`ops/`). From
the row follow reading, evaluating, writing, typing, both modes of differentiation, the lowering, the
documentation's table and the tests. A rule is an ordinary function that runs on NumPy alone; called
with tracers it writes IR (`build.py`). What a rule is given and returns depends on the kind:

    elementwise   rule(y, *x)                -> the partials dy/dx, one for each operand (0: constant almost everywhere)
    linear        rule(y_bar, x, **statics)  -> x_bar; the tangent is the op itself
    multilinear   rule(z_bar, x, y, ...)     -> (x_bar, y_bar); the tangent follows by linearity in each operand
    general       rule(y_bar, y, *x, ...)    -> the operands' adjoints; `tangent(y, *x, *x_dot)` gives the tangent
                  of an op with several results y, y_bar and the tangents are tuples; the adjoint of one that nobody asks for is None
    constant      rule(y, *x)                -> never called: the result carries no derivative
    composite     rule(*x, **statics)        -> the result, written in other ops: `Builder.emit` writes those, no program holds it

A partial that is a truth selects: the contribution is where(partial, y_bar, 0), nothing at all where it is
False, whatever y_bar is there. A partial that is a plain 0 contributes nothing anywhere.

A rule's parameters name the op's: those without a default are operands (values), a starred one takes
a tuple apart, those with a default are statics, known while compiling. An operand that carries no derivative
gets None in place of an adjoint.
"""

from __future__ import annotations

import inspect
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .records import dataclass, field
from .result_types import elementwise_type
from .types import DTYPES, NAMES, PART, Array, Scalar, Type, keeping_order, promote, rank

Rule = Callable[..., Any]
Typing = Callable[..., Any]  # (types, attrs) -> the result's type


@dataclass(frozen=True, slots=True)
class Lower:
    """The instruction for one element, by the class of dtype it computes in (`Op.computed_in`).

    The closed list of words:

        float   fadd fsub fmul fdiv frem fneg; "fcmp oeq" "fcmp une" "fcmp olt" "fcmp ole" "fcmp ogt" "fcmp oge" "fcmp uno";
                "llvm.NAME" for an intrinsic: fabs copysign sqrt floor ceil rint trunc;
                "libm:NAME" for the C library (f32: NAMEf)
        int     add sub mul neg abs and or xor not; "icmp eq" "icmp ne" "icmp slt" "icmp sle" "icmp sgt" "icmp sge";
                "sdiv" towards zero, by a divisor known to be neither 0 nor -1;
                "ipow" by repeated squaring, wrapping, of an exponent known not to be negative; "gcd";
                "shl" "ashr": by a count outside 0 .. bits-1 they give 0, and 0 or -1 by the sign
        bool    and or xor not; "icmp eq" "icmp ne" "icmp ult" "icmp ule" "icmp ugt" "icmp uge"
        complex fadd fsub fneg on both parts; "real" "imag"; "pair" (of the parts); or a function of the language, as `Op.lower`
        all     "id" (the operand), "select" (of a truth and two values), "cast" (to the result's dtype; to bool is != 0),
                "false" (the constant)
    """

    float: str | None = None
    int: str | None = None
    bool: str | None = None
    complex: str | Rule | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that one form of the op raises where `bad(y, *x)` holds.

    `flavor` "python": where the result is weak; "numpy": where it is strong. `bad` may return a plain False for
    dtypes that it does not concern. It is asked before any later fault, in order. `suspect(y, *x)`, if given, holds wherever
    `bad` does and is quickly asked: neighbours that share it are looked at only where it holds.
    """

    error: type[Exception]
    message: str
    bad: Callable[..., Any]
    flavor: str = "python"
    suspect: Callable[..., Any] | None = None


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
    spelled: Any = None  # the callable that writes and evaluates it, where a composite reads that one
    scipy: tuple[str, ...] = ()  # names in SciPy's modules, "special.erf": read where the program imports those, never needed to run
    methods: tuple[str, ...] = ()  # methods of arrays that read as this op, the array first
    properties: tuple[str, ...] = ()
    infix: str = ""  # Python's operator, where it has one
    result: str = "same"  # elementwise, class: same, bits (same, truths stay), float, double (never complex), bool, int, real (its part)
    computes: str = "result"  # elementwise: what operands are converted to first, see `computed_in`
    axes: str = ""  # what the static `axis` is in normal form: "one" int, "many" (a tuple, None for all)
    typing: Typing | None = None
    bind: Callable[..., tuple[tuple[Any, ...], dict[str, Any]]] | None = None
    evaluate: Callable[..., Any] | None = None
    tangent: Rule | None = None
    on_complex: Rule | None = None  # the op in others, where an operand is complex
    antilinear: bool = False  # elementwise: the partial multiplies the tangent's conjugate
    lower_weak: Rule | None = None  # of Python's own complex numbers, where Python computes in another way than NumPy
    lower: Lower | Rule | None = None
    faults: tuple[Fault, ...] = ()
    singular: bool | Callable[..., bool] = False  # a partial may be infinite (asked of the operands): an adjoint of exactly zero stays zero
    pole_raises: bool = False  # Python's own form raises wherever a partial is infinite
    results: tuple[str, ...] = ()  # names of the results, where there are several: the typing gives a type each
    named: Any = None  # the named tuple, or the list, that NumPy makes of several results
    view: bool = False  # NumPy's result may share the first operand's memory
    sized: bool = False  # typing is also given what is known of operands (`build.Known`): typing(types, attrs, values)
    closed: Rule | None = None  # the op in others, once all types are known: then no program holds it
    cost: int = 1
    doc: str = ""
    where: str = field(default="", compare=False)

    def type_of_result(
        self, types: Sequence[Type], attrs: Mapping[str, Any], flavor: str | None = None, values: Sequence[Any] | None = None
    ) -> Any:
        """The result's type, or a tuple of types for an op of several results. `values`: of constant operands, else None."""
        if self.sized:
            assert self.typing
            result = self.typing(tuple(types), attrs, tuple(values or (None,) * len(types)))
        else:
            result = elementwise_type(self, types, flavor) if self.typing is None else self.typing(tuple(types), attrs)
        return keeping_order(result, types) if self.keeps_order else result

    @property
    def keeps_order(self) -> bool:
        """Whether NumPy lays the new result out as the operands lie in memory, rather than row by row."""
        return not self.view and self.kind != "multilinear" and self.name not in ("store", "accumulate", "copy", "set_item", "set_items")

    def computed_in(self, types: Sequence[Type], result: Type) -> tuple[str, ...]:
        """Elementwise: the dtype that each operand is converted to before the op is lowered."""
        assert isinstance(result, (Scalar, Array))
        own = tuple(t.dtype for t in types if isinstance(t, (Scalar, Array)))
        if self.computes == "own":
            return own
        if self.computes == "truth":
            return ("bool",) * len(own)
        if self.computes == "part":
            return (PART[result.dtype],) * len(own)
        if self.computes == "select":
            return ("bool",) + (result.dtype,) * (len(own) - 1)
        if self.computes == "common" or self.result == "bool":
            common = promote(*types)
            assert isinstance(common, Scalar)
            if self.result == "bool" and "u64" in own and len(own) == 2 and {dtype[0] for dtype in own} == {"u", "i"}:
                return tuple("u64" if dtype == "u64" else "i64" for dtype in own)  # NumPy compares them exactly
            exact = common.dtype[0] in "iu" and self.result == "bool" and any(isinstance(t, Scalar) and t.weak for t in types)
            return ("i64" if exact and common.dtype != "u64" else common.dtype,) * len(own)  # NumPy compares Python's ints as they are
        if result.dtype not in PART and any(dtype in PART for dtype in own):
            return (promote(*types).dtype,) * len(own)  # type: ignore[union-attr]
        return (result.dtype,) * len(own)


TABLE: dict[str, Op] = {}
BY_CALLABLE: dict[Any, tuple[Op, str]] = {}
"""From a callable object to its op and flavor: "numpy" or "python", whose numbers it returns."""
BY_METHOD: dict[str, Op] = {}
BY_SCIPY: dict[str, Op] = {}
"""From a dotted name below `scipy`."""
_linked: set[str] = set()
BY_PROPERTY: dict[str, Op] = {}


def declare(kind: str, *numpy: Any, **row: Any) -> Callable[[Rule], Rule]:
    """The decorator behind each kind: enters the row named like the rule into the table."""

    def enter(rule: Rule) -> Rule:
        name = row.pop("name", rule.__name__.rstrip("_"))
        skip = {"general": 2, "composite": 0}.get(kind, 1)
        operands, statics, variadic = _parameters(rule, skip)
        op = Op(name, kind, rule, operands, variadic, statics, numpy=numpy, doc=(rule.__doc__ or "").strip(), where=rule.__module__, **row)
        if name in TABLE:
            raise ValueError(f"op {name} is declared twice")
        TABLE[name] = op
        for callable_ in op.numpy:
            BY_CALLABLE[callable_] = (op, "numpy")
        for callable_ in op.python:
            BY_CALLABLE[callable_] = (op, "python")
        for dotted in op.scipy:
            BY_SCIPY[dotted] = op
        BY_METHOD.update(dict.fromkeys(op.methods, op))
        BY_PROPERTY.update(dict.fromkeys(op.properties, op))
        return rule

    return enter


def _parameters(rule: Rule, skip: int) -> tuple[tuple[str, ...], dict[str, Any], bool]:
    """What `inspect.signature` says, read off the code object: the table is loaded whenever the compiler is."""
    code = rule.__code__
    defaults = rule.__defaults__ or ()
    free = code.co_argcount - len(defaults)
    variadic = bool(code.co_flags & inspect.CO_VARARGS)
    named = code.co_argcount + code.co_kwonlyargcount
    operands = (*code.co_varnames[skip:free], *code.co_varnames[named : named + variadic])
    statics = dict(zip(code.co_varnames[free : code.co_argcount], defaults, strict=True))
    for name in code.co_varnames[code.co_argcount : named]:
        statics[name] = (rule.__kwdefaults__ or {})[name]
    return operands, statics, variadic


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


def composite(*numpy: Any, **row: Any) -> Callable[[Rule], Rule]:
    return declare("composite", *numpy, **row)


def dtype_name(dtype: Any) -> str | None:
    """The language's name of a dtype as NumPy accepts it. Raises TypeError for one outside the language."""
    if dtype is None or (isinstance(dtype, str) and dtype in DTYPES):
        return dtype
    found = np.dtype(dtype)
    if found not in NAMES:
        raise TypeError(f"dtype {found} is outside the language")
    return NAMES[found]


def normal_attrs(op: Op, types: Sequence[Type], attrs: Mapping[str, Any]) -> dict[str, Any]:
    """All statics in normal form: `dtype` a name, `axis` non-negative. Idempotent; an axis stays as it is where the rank is unknown."""
    attrs = {**op.statics, **attrs}
    if "dtype" in attrs:
        attrs["dtype"] = dtype_name(attrs["dtype"])
    if op.axes and attrs.get("axis") is not None and types and isinstance(types[0], (Scalar, Array)):
        length = (rank(types[0]) or 0) + (1 if op.name in ("expand_dims", "stack") else 0)
        attrs["axis"] = normal_axis(attrs["axis"], length, op.axes)
    return attrs


def normal_axis(axis: Any, length: int, form: str) -> Any:
    """An axis, or several, counted from the front. Raises NumPy's AxisError outside an array of `length` axes."""
    if form == "many" and isinstance(axis, (tuple, list)):
        many = tuple(normal_axis(a, length, "one") for a in axis)
        if len(set(many)) != len(many):
            raise TypeError("an axis is named twice")
        return tuple(sorted(many))
    at = operator.index(axis)
    if not -length <= at < length:
        raise np.exceptions.AxisError(at, length)
    return (at % length,) if form == "many" else at % length


def bind(op: Op, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Operands and statics of a call as Python wrote it. Raises TypeError where they do not fit."""
    if op.bind is not None:
        try:
            return op.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(str(error).replace(f"{op.bind.__name__}()", f"{op.name}()")) from None
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
    if "scipy" in sys.modules:
        _link_scipy()
    try:
        return BY_CALLABLE.get(callable_)
    except TypeError:  # unhashable
        return None


def _link_scipy() -> None:
    """Enter the callables of those of SciPy's modules that the program has imported by now."""
    for dotted, op in BY_SCIPY.items():
        module, _, name = dotted.rpartition(".")
        if dotted not in _linked and f"scipy.{module}" in sys.modules:
            found = getattr(sys.modules[f"scipy.{module}"], name, None)
            if found is not None:
                _linked.add(dotted)
                BY_CALLABLE.setdefault(found, (op, "numpy"))


def load() -> None:
    """Fill the table: import every family. Idempotent."""
    from . import ops

    ops.load()


def row(name: str) -> Op:
    """The row of this name. Raises KeyError."""
    if name not in TABLE:  # some families may be there already, imported by themselves
        load()
    return TABLE[name]


def evaluate(name: str, args: Sequence[Any], attrs: Mapping[str, Any], result: Any) -> Any:
    """Run one op on values; `result` is its type, which says whose numbers come out and who raises."""
    op = row(name)
    if isinstance(result, Scalar) and result.weak and op.python:
        return op.python[0](*args, **attrs)
    with np.errstate(all="ignore"):
        return (op.evaluate or (op.numpy or op.python or (op.spelled,))[0])(*args, **attrs)
