"""Helper functions that a module holds where it needs them: powers of integers, sums, products of matrices."""

from __future__ import annotations

import re
from collections.abc import Callable

from difflang.types import PART

from ..runtime.blas import NAMES
from . import order
from .extremes import extreme
from .halves import conversions
from .complex_powers import POWERS
from .lower.products import product
from .writer import MEMORY, ModuleWriter

_TEXTS: dict[str, str] = {}
_TEXTS["dl_ipow"] = """
define internal i64 @dl_ipow(i64 %x, i64 %n) nounwind memory(none) {
entry:
  br label %loop
loop:
  %base = phi i64 [ %x, %entry ], [ %square, %step ]
  %left = phi i64 [ %n, %entry ], [ %half, %step ]
  %value = phi i64 [ 1, %entry ], [ %next, %step ]
  %done = icmp sle i64 %left, 0
  br i1 %done, label %end, label %step
step:
  %bit = and i64 %left, 1
  %odd = icmp ne i64 %bit, 0
  %factor = select i1 %odd, i64 %base, i64 1
  %next = mul i64 %value, %factor
  %square = mul i64 %base, %base
  %half = lshr i64 %left, 1
  br label %loop
end:
  ret i64 %value
}
"""
_TEXTS["dl_gcd"] = """
declare i64 @llvm.abs.i64(i64, i1 immarg)
define internal i64 @dl_gcd(i64 %x, i64 %y) nounwind memory(none) {
entry:
  br label %loop
loop:
  %a = phi i64 [ %x, %entry ], [ %b, %step ]
  %b = phi i64 [ %y, %entry ], [ %rest, %step ]
  %done = icmp eq i64 %b, 0
  br i1 %done, label %end, label %step
step:
  %minus = icmp eq i64 %b, -1
  %by = select i1 %minus, i64 1, i64 %b
  %rest = srem i64 %a, %by
  br label %loop
end:
  %r = call i64 @llvm.abs.i64(i64 %a, i1 false)
  ret i64 %r
}
"""
_TEXTS["dl_ipow_checked"] = """
declare { i64, i1 } @llvm.smul.with.overflow.i64(i64, i64)
define internal { i64, i1 } @dl_ipow_checked(i64 %x, i64 %n) nounwind memory(none) {
entry:
  br label %loop
loop:
  %base = phi i64 [ %x, %entry ], [ %square, %step ]
  %left = phi i64 [ %n, %entry ], [ %half, %step ]
  %value = phi i64 [ 1, %entry ], [ %next, %step ]
  %bad = phi i1 [ false, %entry ], [ %worse, %step ]
  %base.bad = phi i1 [ false, %entry ], [ %base.worse, %step ]
  %done = icmp sle i64 %left, 0
  br i1 %done, label %end, label %step
step:
  %bit = and i64 %left, 1
  %odd = icmp ne i64 %bit, 0
  %p = call { i64, i1 } @llvm.smul.with.overflow.i64(i64 %value, i64 %base)
  %product = extractvalue { i64, i1 } %p, 0
  %over = extractvalue { i64, i1 } %p, 1
  %either = or i1 %over, %base.bad
  %counts = and i1 %either, %odd
  %worse = or i1 %bad, %counts
  %next = select i1 %odd, i64 %product, i64 %value
  %s = call { i64, i1 } @llvm.smul.with.overflow.i64(i64 %base, i64 %base)
  %square = extractvalue { i64, i1 } %s, 0
  %square.over = extractvalue { i64, i1 } %s, 1
  %base.worse = or i1 %base.bad, %square.over
  %half = lshr i64 %left, 1
  br label %loop
end:
  %r = insertvalue { i64, i1 } undef, i64 %value, 0
  %r2 = insertvalue { i64, i1 } %r, i1 %bad, 1
  ret { i64, i1 } %r2
}
"""
_TEXTS["dl_shl_checked"] = """
define internal { i64, i1 } @dl_shl_checked(i64 %x, i64 %n) nounwind memory(none) {
  %far = icmp ugt i64 %n, 63
  %some = icmp ne i64 %x, 0
  %lost = and i1 %far, %some
  %amount = and i64 %n, 63
  %shifted = shl i64 %x, %amount
  %back = ashr i64 %shifted, %amount
  %differs = icmp ne i64 %back, %x
  %either = or i1 %lost, %differs
  %counts = icmp sge i64 %n, 0
  %bad = and i1 %either, %counts
  %value = select i1 %far, i64 0, i64 %shifted
  %r = insertvalue { i64, i1 } undef, i64 %value, 0
  %r2 = insertvalue { i64, i1 } %r, i1 %bad, 1
  ret { i64, i1 } %r2
}
"""


_FOLD = """
define internal T @dl_OP_D(ptr readonly %p, i64 %n) noinline nounwind WIDE {
entry:
  br label %outer
outer:
  %at = phi i64 [ 0, %entry ], [ %at.next, %ran ]
  %total = phi T [ ZERO, %entry ], [ %total.next, %ran ]
  %left = sub i64 %n, %at
  %some = icmp sgt i64 %left, 0
  br i1 %some, label %begin, label %end
begin:
  %long = icmp sgt i64 %left, 1024
  %m = select i1 %long, i64 1024, i64 %left
  %whole = and i64 %m, -16
  %stop = add i64 %at, %whole
  %last = add i64 %at, %m
  %some.lanes = icmp ne i64 %whole, 0
  br i1 %some.lanes, label %lane, label %tree
lane:
  %i = phi i64 [ %at, %begin ], [ %i.next, %lane ]
  %w = phi <16 x T> [ splat (T ZERO), %begin ], [ %v.next, %lane ]
  %q = getelementptr inbounds T, ptr %p, i64 %i
  %x = load <16 x T>, ptr %q, align SIZE
  %v.next = VECTOR16(%w, %x)
  %i.next = add i64 %i, 16
  %more = icmp slt i64 %i.next, %stop
  br i1 %more, label %lane, label %tree
tree:
  %v = phi <16 x T> [ splat (T ZERO), %begin ], [ %v.next, %lane ]
  %h8a = shufflevector <16 x T> %v, <16 x T> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %h8b = shufflevector <16 x T> %v, <16 x T> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %h8 = VECTOR8(%h8a, %h8b)
  %h4a = shufflevector <8 x T> %h8, <8 x T> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %h4b = shufflevector <8 x T> %h8, <8 x T> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %h4 = VECTOR4(%h4a, %h4b)
  %h2a = shufflevector <4 x T> %h4, <4 x T> poison, <2 x i32> <i32 0, i32 1>
  %h2b = shufflevector <4 x T> %h4, <4 x T> poison, <2 x i32> <i32 2, i32 3>
  %h2 = VECTOR2(%h2a, %h2b)
  %h1a = extractelement <2 x T> %h2, i64 0
  %h1b = extractelement <2 x T> %h2, i64 1
  %h1 = SCALAR(%h1a, %h1b)
  %some.left = icmp slt i64 %stop, %last
  br i1 %some.left, label %one, label %ran
one:
  %k = phi i64 [ %stop, %tree ], [ %k.next, %one ]
  %t = phi T [ %h1, %tree ], [ %s.next, %one ]
  %r = getelementptr inbounds T, ptr %p, i64 %k
  %y = load T, ptr %r
  %s.next = SCALAR(%t, %y)
  %k.next = add i64 %k, 1
  %again = icmp slt i64 %k.next, %last
  br i1 %again, label %one, label %ran
ran:
  %s = phi T [ %h1, %tree ], [ %s.next, %one ]
  %total.next = SCALAR(%total, %s)
  %at.next = add i64 %at, 1024
  br label %outer
end:
  ret T %total
}
"""
"""A run: 16 interleaved partial results, halved four times, then what is left over; runs of 1024 one after the other."""

_ZERO = {
    "sum": {"f64": "0.0", "f32": "0.0"},
    "max": {"f64": "0xFFF0000000000000", "f32": "0xFFF0000000000000"},
    "min": {"f64": "0x7FF0000000000000", "f32": "0x7FF0000000000000"},
}
_TYPES = {"f64": ("double", 8), "f32": ("float", 4)}


def fold(module: ModuleWriter, op: str, dtype: str) -> str:
    """The text of dl_sum_f64 and its kin."""
    type, size = _TYPES[dtype]
    text = _FOLD.replace("WIDE", module.target.wide)
    for lanes in (16, 8, 4, 2, 1):
        vector = type if lanes == 1 else f"<{lanes} x {type}>"
        word = "SCALAR(" if lanes == 1 else f"VECTOR{lanes}("
        if op == "sum":
            form = f"fadd {vector} "
            text = _replace_call(text, word, _infix(form))
        else:
            name = f"llvm.{op}imum.{'' if lanes == 1 else f'v{lanes}'}{dtype}"
            module.declare(name, f"declare {vector} @{name}({vector}, {vector})")
            text = _replace_call(text, word, _call(vector, name))
    text = text.replace("ZERO", _ZERO[op][dtype]).replace("SIZE", str(size)).replace("dl_OP_D", f"dl_{op}_{dtype}")
    return re.sub(r"\bT\b", type, text)


def _infix(form: str) -> Callable[[str, str], str]:
    return lambda a, b: f"{form}{a}, {b}"


def _call(type: str, name: str) -> Callable[[str, str], str]:
    return lambda a, b: f"call {type} @{name}({type} {a}, {type} {b})"


def _replace_call(text: str, word: str, form: Callable[[str, str], str]) -> str:
    return re.sub(re.escape(word) + r"([^,]+), ([^)]+)\)", lambda m: form(m[1], m[2]), text)


_WHERE = """
declare hidden T @dl_OP_D(ptr, i64)
define hidden i64 @dl_argOP_D(ptr readonly %p, i64 %n) noinline nounwind WIDE {
entry:
  %best = call T @dl_OP_D(ptr %p, i64 %n)
  br label %look
look:
  %k = phi i64 [ 0, %entry ], [ %k.next, %on ]
  %q = getelementptr inbounds T, ptr %p, i64 %k
  %x = load T, ptr %q
  %same = fcmp oeq T %x, %best
  %nan = fcmp uno T %x, %x
  %found = or i1 %same, %nan
  br i1 %found, label %done, label %on
on:
  %k.next = add nuw nsw i64 %k, 1
  %more = icmp slt i64 %k.next, %n
  br i1 %more, label %look, label %done
done:
  ret i64 %k
}
"""
"""The first place of the extreme, or of what is not a number."""


_TEXTS.update(POWERS)


def _where(module: ModuleWriter, op: str, dtype: str) -> str:
    text = _WHERE.replace("WIDE", module.target.wide).replace("OP_D", f"{op[3:]}_{dtype}")
    return re.sub(r"\bT\b", _TYPES[dtype][0], text)


def kernels(module: ModuleWriter) -> str:
    """The helpers in use: small ones in full, the others by name; `support.py` compiles those once."""
    if "dl_ipow_checked" in module.helpers:
        module.declarations.pop("llvm.smul.with.overflow.i64", None)
    if "dl_gcd" in module.helpers:
        module.declarations.pop("llvm.abs.i64", None)
    return "\n".join(_TEXTS.get(name) or _declared(name) for name in sorted(module.helpers))


def _declared(name: str) -> str:
    _, op, dtype = name.split("_")
    if op in order.OPS:
        return order.declared(name)
    type = MEMORY[dtype]
    if op == "gemm":
        return f"declare hidden void @{name}(ptr, i64, i64, ptr, i64, i64, ptr, i64, i64, i64) nounwind"
    type = "i64" if op.startswith("arg") else type
    return f"declare hidden {type} @{name}(ptr{', ptr' if op == 'dot' else ''}, i64) nounwind memory(argmem: read)"


def kernel(module: ModuleWriter, name: str) -> str:
    """The module of one kernel that is compiled once."""
    _, op, dtype = name.split("_")
    if op in order.OPS:
        text = order.text(op, dtype, module.target.wide)
        return text + conversions(text, module.target)
    if op.startswith("arg"):
        return _where(module, op, dtype)
    body = fold(module, op, dtype) if op in _ZERO else product(module, op, dtype)
    if op in ("max", "min"):
        body = extreme(module, op, dtype, body)
    body = body.replace("define internal", "define hidden")
    if op == "gemm" and dtype in PART:
        body = f"@dl_blas = external global [{len(NAMES)} x ptr]\n{body}"
    if op == "gemm" and dtype[0] == "f":
        body = f"declare hidden {MEMORY[dtype]} @dl_dot_{dtype}(ptr, ptr, i64)\n@dl_blas = external global [{len(NAMES)} x ptr]\n{body}"
    return "\n".join(module.declarations.values()) + body


FAR = tuple(f"dl_{op}_{dtype}" for op in (*_ZERO, "dot", "argmax", "argmin") for dtype in _TYPES) + tuple(
    f"dl_{op}_{dtype}" for op in ("gemm", *order.OPS) for dtype in MEMORY
)
"""The kernels that are compiled once."""
