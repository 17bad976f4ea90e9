"""One element of an elementwise op: instructions, intrinsics, calls of libm, or a traced function of the language.

`Op.lower` says which. The values are registers or literals of a known dtype; nothing here knows of arrays.
Arithmetic is NumPy's (IEEE 754, integers wrap); what Python's own numbers add (overflow, faults) is in `checked.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from difflang.build import Builder, trace
from difflang.errors import NotAvailable
from difflang.ir import Atom, Const, Node, Var, const
from difflang.op import Lower, Op, Rule, row
from difflang.records import dataclass
from difflang.types import PART, Array, Nothing, Scalar, Type

from ..complex_calls import complex_call, pair, part
from ..vectormath import math_call
from ..writer import REGISTER, SIZE, Writer, is_literal, literal
from .power import power

Typed = tuple[str, str]  # a value and its dtype
DIVISIONS = ("floordiv", "mod", "fmod")


def convert(w: Writer, value: str, source: str, target: str) -> str:
    """The value in another dtype, as NumPy's astype does it."""
    if source == target:
        return value
    if is_literal(value) and value not in ("undef", "poison"):
        return literal(_number(value, source), target)
    if source in PART or target in PART:
        return _complex(w, value, source, target)
    if "f16" in (source, target):
        return halved(w, value, source, target)
    a, b = REGISTER[source], REGISTER[target]
    if target == "bool":
        return w.pure(f"fcmp une {a} {value}, 0.0" if source[0] == "f" else f"icmp ne {a} {value}, 0")
    if source[0] != "f":
        return _from_integer(w, value, source, target)
    if target[0] == "f":
        return w.pure(f"{'fpext' if target == 'f64' else 'fptrunc'} {a} {value} to {b}")
    if target == "u64":
        return _to_u64(w, value, source)
    if target != "i64":  # through i64, as NumPy on x86 does: what does not fit is cut
        return convert(w, convert(w, value, source, "i64"), "i64", target)
    return w.pure(f"freeze {b} " + w.pure(f"fptosi {a} {value} to {b}"))


def _complex(w: Writer, value: str, source: str, target: str) -> str:
    """From or to a complex number. To a real one, the imaginary part is dropped."""
    if source not in PART:
        return pair(w, convert(w, value, source, PART[target]), literal(0.0, PART[target]), target)
    if target in PART:
        return w.pure(f"{'fpext' if target == 'c128' else 'fptrunc'} {REGISTER[source]} {value} to {REGISTER[target]}")
    real, imag = part(w, value, source, 0), part(w, value, source, 1)
    if target == "bool":
        return w.pure(f"or i1 {convert(w, real, PART[source], target)}, {convert(w, imag, PART[source], target)}")
    return convert(w, real, PART[source], target)


def _from_integer(w: Writer, value: str, source: str, target: str) -> str:
    """From an integer or a truth: integers are extended by their own sign, or cut."""
    a, b = REGISTER[source], REGISTER[target]
    signed = source[0] == "i"
    if target[0] == "f":
        return w.pure(f"{'sitofp' if signed else 'uitofp'} {a} {value} to {b}")
    if a == b:
        return value
    narrower = source != "bool" and SIZE[target] < SIZE[source]
    return w.pure(f"{'trunc' if narrower else 'sext' if signed else 'zext'} {a} {value} to {b}")


def _to_u64(w: Writer, value: str, source: str) -> str:
    """What lies beyond the positive half of i64 is brought there first."""
    half = literal(2.0**63, source)
    large = convert(w, value, source, "i64")
    lowered = w.pure(f"fsub {REGISTER[source]} {value}, {half}")
    upper = w.pure(f"xor i64 {convert(w, lowered, source, 'i64')}, {-(2**63)}")
    return select(w, w.pure(f"fcmp oge {REGISTER[source]} {value}, {half}"), upper, large, "u64")


def halved(w: Writer, value: str, source: str, target: str) -> str:
    """From or to float16, rounded once."""
    if target != "f16":
        return convert(w, w.pure(f"fpext half {value} to float"), "f32", target)
    if source == "f64":
        value = w.pure(f"fptrunc double {_to_odd(w, value)} to float")
    elif source != "f32":  # what float32 cannot hold lies beyond float16 anyhow
        value = convert(w, value, source, "f32")
    return w.pure(f"fptrunc float {value} to half")


def _to_odd(w: Writer, value: str) -> str:
    """The number in float32's precision, its last bit set where others are lost: rounding it again is as rounding once."""
    bits = w.pure(f"bitcast double {value} to i64")
    lost = w.pure(f"icmp ne i64 {w.pure(f'and i64 {bits}, {2**29 - 1}')}, 0")
    odd = w.pure(f"select i1 {lost}, i64 {2**29}, i64 0")
    kept = w.pure(f"and i64 {bits}, {-(2**29)}")
    return w.pure(f"bitcast i64 {w.pure(f'or i64 {kept}, {odd}')} to double")


def _number(text: str, dtype: str) -> complex | float | int | bool:
    import struct

    if dtype in PART:
        real, imag = (float(_number(word.rstrip(",>"), PART[dtype])) for word in text.split()[1::2])  # type: ignore[arg-type]
        return complex(real, imag)
    if dtype == "f16":
        return float(np.uint16(int(text[3:], 16)).view(np.float16))
    if dtype[0] == "f":
        return float(struct.unpack("<d", struct.pack("<Q", int(text, 16)))[0])
    return text == "true" if dtype == "bool" else int(text)


def element(
    w: Writer, name: str, attrs: Mapping[str, Any], operands: Sequence[Typed | None], types: Sequence[Type], out: str, weak: bool = False
) -> str:
    """One element of the op `name`, of dtype `out`. `types` are the operands' types, which say who promotes whom; None has none.

    `weak`: the result is Python's own number.
    """
    op = row(name)
    given = [o for o in operands if o is not None]
    dtypes = op.computed_in([t for t in types if isinstance(t, (Scalar, Array))], Scalar(out))
    values = [convert(w, value, source, dtype) for (value, source), dtype in zip(given, dtypes, strict=True)]
    lower = _lowering(op, dtypes[-1], weak)
    if name in DIVISIONS and dtypes[-1][0] in "iu" and not weak and w.module.hushing is not None:
        _note_zero(w, values[1], dtypes[1])
    if name in ("floordiv", "mod") and dtypes[0] == dtypes[1] and dtypes[0][0] == "i" and is_literal(values[1]) and int(values[1]) > 0:
        return convert(w, _by_constant(w, name, values[0], int(values[1]), REGISTER[dtypes[0]]), dtypes[0], out)
    if "f16" not in dtypes or lower in ("select", "id"):
        return _computed(w, op, lower, attrs, operands, list(zip(values, dtypes, strict=True)), types, out)
    wide = [(convert(w, v, d, "f32"), "f32") if d == "f16" else (v, d) for v, d in zip(values, dtypes, strict=True)]
    found = _computed(w, op, lower, attrs, operands, wide, types, "f32" if out == "f16" else out)
    return convert(w, found, "f32", out) if out == "f16" else found  # as NumPy: each op in float32, its result rounded


def _by_constant(w: Writer, name: str, x: str, by: int, type: str) -> str:
    """Rounding down by a positive constant: a power of two is a shift, or a mask for what is left; else the remainder's sign tells."""
    if by & (by - 1) == 0:
        return w.pure(f"ashr {type} {x}, {by.bit_length() - 1}" if name == "floordiv" else f"and {type} {x}, {by - 1}")
    left = w.pure(f"srem {type} {x}, {by}")
    below = w.pure(f"icmp slt {type} {left}, 0")
    if name == "mod":
        return w.pure(f"add {type} {left}, {w.pure(f'select i1 {below}, {type} {by}, {type} 0')}")
    return w.pure(f"sub {type} {w.pure(f'sdiv {type} {x}, {by}')}, {w.pure(f'zext i1 {below} to {type}')}")


def _note_zero(w: Writer, divisor: str, dtype: str) -> None:
    """Raise the machine's flag of a division by zero where an integer is divided by zero, as NumPy does."""
    if is_literal(divisor) and divisor != "0":
        return
    slot = w.alloca("double")
    zero, after = w.name("zero"), w.name("after")
    w.branch(w.pure(f"icmp eq {REGISTER[dtype]} {divisor}, 0"), zero, after)
    w.start(zero)
    w.do(f"store volatile double 0.0, ptr {slot}")
    infinite = w.let(f"fdiv double 1.0, {w.let(f'load volatile double, ptr {slot}')}")
    w.do(f"store volatile double {infinite}, ptr {slot}")
    w.jump(after)
    w.start(after)


def _computed(
    w: Writer,
    op: Op,
    lower: str | Rule | None,
    attrs: Mapping[str, Any],
    operands: Sequence[Typed | None],
    values: Sequence[Typed],
    types: Sequence[Type],
    out: str,
) -> str:
    """The op on operands of the dtypes that it computes in."""
    dtype = values[-1][1]
    if isinstance(lower, str) and lower.startswith("icmp") and {d for _, d in values} == {"u64", "i64"}:
        return _signs_apart(w, lower, values)
    if isinstance(lower, str):
        word = _UNSIGNED.get(lower, lower) if dtype[0] == "u" else lower
        found = instruction(w, word, [value for value, _ in values], dtype, out)
        given = [o for o in operands if o is not None]
        exact = isinstance(op.lower, Lower) and lower.startswith("fcmp") and len(given) == 2
        return _compared_exactly(w, op.lower, given, types, found) if exact else found  # type: ignore[arg-type]
    if lower is not None:
        rest = iter(values)
        known = [None if o is None else next(rest) for o in operands]
        statics = tuple((k, v) for k, v in attrs.items() if k in op.statics)
        trace = traced(lower, tuple(None if k is None else k[1] for k in known), statics)
        return run(w, trace, [None if k is None else k[0] for k in known], out)
    reason = f"{op.name} on {dtype} has no lowering to machine code"
    raise NotAvailable("DL015", reason, way_out="run the function as Python: f.python(...)")


def _signs_apart(w: Writer, word: str, values: Sequence[Typed]) -> str:
    """An integer without a sign beside one with a sign: a negative one is less than all, others compare as they are."""
    first = values[0][1] == "i64"
    signed = values[0 if first else 1][0]
    relation = word.removeprefix("icmp ").removeprefix("s")
    below = relation == "ne" or relation[0] == ("l" if first else "g")
    plain = w.pure(f"{_UNSIGNED.get(word, word)} i64 {values[0][0]}, {values[1][0]}")
    return select(w, w.pure(f"icmp slt i64 {signed}, 0"), "true" if below else "false", plain, "bool")


def _lowering(op: Op, dtype: str, weak: bool) -> str | Rule | None:
    """The word, or the function of the language, that computes the op in this dtype."""
    if weak and op.lower_weak is not None and dtype in PART:
        return op.lower_weak
    if not isinstance(op.lower, Lower):
        return op.lower
    classes = {"f": op.lower.float, "i": op.lower.int, "u": op.lower.int, "b": op.lower.bool, "c": op.lower.complex}
    return classes[dtype[0]]


def _compared_exactly(w: Writer, lower: Lower, given: Sequence[Typed], types: Sequence[Type], plain: str) -> str:
    """Python compares an int with a float exactly: where both are the same float, the float as an int decides."""
    numbers = [type for type in types if isinstance(type, Scalar) and type.weak]
    kinds = [dtype for _, dtype in given]
    if len(numbers) != 2 or sorted(kinds) != ["f64", "i64"]:
        return plain
    whole, real = (value for _, (value, _) in sorted(zip(kinds, given, strict=True), reverse=True))
    if not whole.startswith("%"):
        return plain
    rounded, below = convert(w, whole, "i64", "f64"), literal(2.0**63 - 1024.0, "f64")
    near = w.pure(f"select i1 {w.pure(f'fcmp olt double {rounded}, {below}')}, double {rounded}, double {below}")
    order = [near if kind == "i64" else real for kind in kinds]
    by_floats = w.pure(f"{lower.float} double {order[0]}, {order[1]}")
    w.module.declare("llvm.fptosi.sat.i64.f64", "declare i64 @llvm.fptosi.sat.i64.f64(double)")
    back = w.let(f"call i64 @llvm.fptosi.sat.i64.f64(double {real})")
    first, second = (whole, back) if kinds[0] == "i64" else (back, whole)
    same = w.pure(f"fcmp oeq double {near}, {real}")
    return select(w, same, w.pure(f"{lower.int} i64 {first}, {second}"), by_floats, "bool")


_UNSIGNED = {"sdiv": "udiv", "ashr": "lshr", "abs": "id", **{f"icmp s{p}": f"icmp u{p}" for p in ("lt", "le", "gt", "ge")}}
"""What an instruction on integers is for those without a sign."""


def select(w: Writer, condition: str, yes: str, no: str, dtype: str) -> str:
    if condition in ("true", "false"):
        return yes if condition == "true" else no
    return yes if yes == no else w.pure(f"select i1 {condition}, {REGISTER[dtype]} {yes}, {REGISTER[dtype]} {no}")


def instruction(w: Writer, code: str, values: Sequence[str], dtype: str, out: str) -> str:
    """One word of `difflang.op.Lower`'s list, on values of this dtype."""
    type = REGISTER[dtype]
    if code == "id":
        return values[0]
    if code in ("real", "imag"):
        return part(w, values[0], dtype, int(code == "imag"))
    if code == "zero":
        return literal(0, out)
    if code == "conj":
        real, imag = part(w, values[0], dtype, 0), part(w, values[0], dtype, 1)
        return pair(w, real, w.pure(f"fneg {REGISTER[PART[dtype]]} {imag}"), dtype)
    if dtype in PART and code.startswith(("libm:", "dl_")):
        return complex_call(w, code.removeprefix("libm:"), values, dtype)
    if code == "pair":
        return pair(w, values[0], values[1], out)
    if code == "false":
        return "false"
    if code == "cast":
        return convert(w, values[0], dtype, out)
    if code == "select":
        condition, yes, no = values
        return select(w, condition, yes, no, dtype)
    if code == "libm:pow":
        return power(w, values[0], values[1], dtype)
    if code.startswith("libm:"):
        return math_call(w, code[5:], values, dtype)
    if code.startswith("llvm."):
        return intrinsic(w, code, values, dtype)
    if code == "neg":
        return w.pure(f"sub {type} 0, {values[0]}")
    if code == "fneg":
        return w.pure(f"fneg {type} {values[0]}")
    if code == "abs":
        w.module.declare(f"llvm.abs.{type}", f"declare {type} @llvm.abs.{type}({type}, i1 immarg)")
        return w.pure(f"call {type} @llvm.abs.{type}({type} {values[0]}, i1 false)")
    if code in ("ipow", "gcd"):
        wide = [convert(w, v, dtype, "i64") for v in values]
        return convert(w, w.pure(f"call i64 {w.module.need(f'dl_{code}')}(i64 {wide[0]}, i64 {wide[1]})"), "i64", dtype)
    if code == "not":
        return w.pure(f"xor {type} {values[0]}, {'true' if dtype == 'bool' else -1}")
    if code in ("shl", "ashr", "lshr"):
        return _shift(w, code, values, dtype)
    return w.pure(f"{code} {type} " + ", ".join(values))


def intrinsic(w: Writer, code: str, values: Sequence[str], dtype: str) -> str:
    type = REGISTER[dtype]
    suffix = {"double": "f64", "float": "f32"}.get(type, type)
    name = f"{code}.{suffix}"
    w.module.declare(name, f"declare {type} @{name}({', '.join([type] * len(values))})")
    return w.pure(f"call {type} @{name}(" + ", ".join(f"{type} {v}" for v in values) + ")")


def _shift(w: Writer, code: str, values: Sequence[str], dtype: str) -> str:
    """NumPy's shifts by too much give 0, or -1 for a negative number shifted right."""
    x, y = values
    type, bits = REGISTER[dtype], 8 * SIZE[dtype]
    wide = w.pure(f"icmp uge {type} {y}, {bits}")
    amount = w.pure(f"select i1 {wide}, {type} {bits - 1}, {type} {y}")
    shifted = w.pure(f"{code} {type} {x}, {amount}")
    return shifted if code == "ashr" else w.pure(f"select i1 {wide}, {type} 0, {type} {shifted}")


@dataclass(frozen=True, eq=False)
class Trace:
    """A lowering written in the language, as IR on scalars."""

    params: tuple[Var | None, ...]
    nodes: tuple[Node, ...]
    result: Atom


@lru_cache(maxsize=4096)
def traced(lower: Rule, dtypes: tuple[str | None, ...], statics: tuple[tuple[str, Any], ...] = ()) -> Trace:
    """A lowering for operands of these dtypes; None for an operand that is None."""
    return make_trace(lower, dtypes, **dict(statics))


@lru_cache(maxsize=4096)
def traced_fault(name: str, index: int, dtypes: tuple[str | None, ...]) -> Trace:
    """The condition of the op's fault number `index` on (result, *operands)."""
    return make_trace(row(name).faults[index].bad, dtypes)


def make_trace(function: Any, dtypes: Sequence[str | None], **statics: Any) -> Trace:
    builder = Builder()
    params = tuple(None if dtype is None else Var(f"x{k}", Scalar(dtype)) for k, dtype in enumerate(dtypes))
    result = trace(builder, function, *params, **statics)
    return Trace(params, tuple(builder.nodes), result if isinstance(result, (Var, Const)) else const(result))


def run(w: Writer, trace: Trace, values: Sequence[str | None], out: str) -> str:
    """A traced lowering on values."""
    known = {p: v for p, v in zip(trace.params, values, strict=True) if p is not None and v is not None}

    def get(atom: Atom) -> Typed:
        assert isinstance(atom.type, Scalar)
        return (literal(atom.value, atom.type.dtype) if isinstance(atom, Const) else known[atom]), atom.type.dtype

    for node in trace.nodes:
        assert isinstance(node.out.type, Scalar)
        operands = [None if isinstance(a.type, Nothing) else get(a) for a in node.args]
        known[node.out] = element(w, node.op, node.attrs, operands, [a.type for a in node.args], node.out.type.dtype)
    return convert(w, *get(trace.result), out)
