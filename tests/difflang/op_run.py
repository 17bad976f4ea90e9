"""Running one op in its several ways: evaluated as a program, by its rule, by its lowering, by differences."""

from __future__ import annotations

import ctypes
import ctypes.util
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from difflang.build import Builder, trace
from difflang.eval import evaluate_program
from difflang.ir import NONE, Atom, Const, Function, Param, Program, Var
from difflang.op import Lower, Op, row
from difflang.ops import special_values
from difflang.types import DTYPES, Array, Nothing, Scalar, Type, type_of
from difflang.verify import verify


def program(make: Callable[..., Any], types: Sequence[Type]) -> Program:
    """The program that `make(builder, *atoms)` writes of parameters of these types; None stands for itself."""
    builder = Builder()
    variables = [Var(f"x{k}", t) for k, t in enumerate(types)]
    params = [v for v in variables if not isinstance(v.type, Nothing)]
    made = make(builder, *(NONE if isinstance(v.type, Nothing) else v for v in variables))
    results = [a for a in (made if isinstance(made, tuple) else (made,)) if a is not None]
    body = builder.region(params, results)
    function = Function("f", tuple(Param(p.hint) for p in params), body, "owned", result=("*",) * len(results))
    return verify(Program("f", {"f": function}), "the test")


def evaluated(
    make: Callable[..., Any], values: Sequence[Any], types: Sequence[Type] | None = None
) -> tuple[tuple[Any, ...], tuple[Type, ...]]:
    """What such a program gives for these values, and the types that it states of its results."""
    built = program(make, types or [type_of(v) for v in values])
    yields = built.main.body.yields
    return evaluate_program(built, *(v for v in values if v is not None)), tuple(y.type for y in yields)


def emitted(name: str, attrs: Mapping[str, Any], flavor: str | None = None) -> Callable[..., Any]:
    def make(builder: Builder, *atoms: Atom) -> Atom:
        return builder.emit(name, *atoms, flavor=flavor, **attrs)

    return make


def same(one: Any, other: Any, tolerance: float = 0.0) -> None:
    """The same numbers of the same dtype and shape; zeros keep their sign."""
    one, other = np.asarray(one), np.asarray(other)
    assert one.dtype == other.dtype, f"{one.dtype} is not {other.dtype}"
    assert one.shape == other.shape, f"{one.shape} is not {other.shape}"
    if tolerance:
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    else:
        np.testing.assert_array_equal(one, other)


def is_float(value: Any) -> bool:
    return isinstance(value, (float, np.floating)) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def slope(function: Callable[[float], Any], step: float = 2e-2) -> Any:
    """The derivative at 0 by central differences of eighth order."""
    weights = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
    terms = [w * (np.asarray(function(k * step)) - np.asarray(function(-k * step))) for k, w in enumerate(weights, 1)]
    return sum(terms) / step


def adjoints(op: Op, y: Any, y_bar: Any, operands: Sequence[Any], attrs: Mapping[str, Any]) -> tuple[Any, ...]:
    """The operands' adjoints, by the rule run on NumPy alone."""
    known = (y,) if op.kind == "general" else ()
    found = op.rule(y_bar, *known, *operands, **attrs)
    return found if isinstance(found, tuple) else (found,)


def traced_adjoints(op: Op, y: Any, y_bar: Any, operands: Sequence[Any], attrs: Mapping[str, Any]) -> tuple[Any, ...]:
    """The same through IR: the rule writes it, the evaluator runs it."""

    def make(builder: Builder, y_bar: Atom, y: Atom, *operands: Atom) -> Any:
        known = (y,) if op.kind == "general" else ()
        return trace(builder, op.rule, y_bar, *known, *operands, **attrs)

    found: list[Any] = []

    def keep(builder: Builder, *atoms: Atom) -> Any:
        made = make(builder, *atoms)
        found.extend(made if isinstance(made, tuple) else (made,))
        return tuple(a for a in found if a is not None)

    values, _ = evaluated(keep, [y_bar, y, *operands])
    given = iter(values)
    return tuple(None if a is None else next(given) for a in found)


_pow = ctypes.CDLL(ctypes.util.find_library("m")).pow
_pow.restype, _pow.argtypes = ctypes.c_double, (ctypes.c_double, ctypes.c_double)

LIBM: dict[str, Callable[..., Any]] = {
    "pow": _pow,
    "cbrt": np.cbrt,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "hypot": np.hypot,
    "erf": math.erf,
    "erfc": math.erfc,
    "lgamma": special_values.lgamma,
    "tgamma": special_values.gamma,
    "remainder": math.remainder,
    "nextafter": np.nextafter,
}
WORDS: dict[str, Callable[..., Any]] = {
    "fadd": np.add,
    "fsub": np.subtract,
    "fmul": np.multiply,
    "fdiv": np.divide,
    "frem": np.fmod,
    "fneg": np.negative,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "neg": np.negative,
    "abs": np.abs,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "not": np.invert,
    "shl": np.left_shift,
    "ashr": np.right_shift,
    "ipow": np.power,
    "gcd": np.gcd,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "llvm.fabs": np.fabs,
    "llvm.copysign": np.copysign,
    "llvm.sqrt": np.sqrt,
    "llvm.floor": np.floor,
    "llvm.ceil": np.ceil,
    "llvm.rint": np.rint,
    "llvm.trunc": np.trunc,
    "id": np.positive,
}


def word(name: str, values: Sequence[Any], result: str) -> Any:
    """One element by the instruction that `Lower` names."""
    if name.startswith("libm:"):
        return DTYPES[result].type(LIBM[name[5:]](*values))
    if name == "select":
        return values[1] if values[0] else values[2]
    if name == "cast":
        return DTYPES[result].type(values[0])
    if name == "sdiv":
        return DTYPES[result].type(math.trunc(int(values[0]) / int(values[1])))
    if name == "id":
        return values[0]
    return WORDS[name[-2:] if "cmp" in name else name](*values)


def lowered(op: Op, values: Sequence[Any], types: Sequence[Type], result: Type) -> Any:
    """One element as codegen makes it: operands converted, then the instruction or the op's own lowering, all the way down."""
    assert isinstance(result, (Scalar, Array))
    computed = op.computed_in(types, result)
    with np.errstate(all="ignore"):
        given = [DTYPES[d].type(v) for d, v in zip(computed, values, strict=True)]
        if isinstance(op.lower, Lower):
            kind = DTYPES[computed[-1]].kind
            name = {"f": op.lower.float, "i": op.lower.int, "b": op.lower.bool}[kind]
            assert name is not None, f"{op.name} has no instruction for {computed[-1]}"
            return DTYPES[result.dtype].type(word(name, given, result.dtype))
        assert op.lower is not None, f"{op.name} is elementwise and has no lowering"
        builder = Builder()
        variables = [Var("x", Scalar(d)) for d in computed]
        made = trace(builder, op.lower, *variables)
        known: dict[Var, Any] = dict(zip(variables, given, strict=True))
        for node in builder.nodes:
            args = [known[a] if isinstance(a, Var) else a.value for a in node.args]
            inner = row(node.op)
            if node.op == "cast":
                known[node.out] = DTYPES[node.attrs["dtype"]].type(args[0])
            else:
                known[node.out] = lowered(inner, args, [a.type for a in node.args], node.out.type)
        value = made.value if isinstance(made, Const) else known[made]
        return DTYPES[result.dtype].type(value)
