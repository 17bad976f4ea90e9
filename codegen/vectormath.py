"""Calls of the C library's elementary functions, and the vector forms of them that loops may use.

libmvec is glibc's vector math. A call-site attribute names the vector symbol of a scalar call; LLVM's loop vectoriser
then calls that. The symbols are declared and kept in `llvm.compiler.used`.
"""

from __future__ import annotations

from collections.abc import Sequence

from .writer import REGISTER, Writer

MVEC = frozenset(
    "exp log sin cos tan pow tanh sinh cosh asin acos atan atan2 erf erfc cbrt expm1 "
    "log1p log2 log10 exp2 hypot asinh acosh atanh exp10".split()
)
_FORMS = (("avx512f", "e", 512), ("avx2", "d", 256), ("sse2", "b", 128))


def math_call(w: Writer, name: str, values: Sequence[str], dtype: str) -> str:
    """`name` of libm on doubles or floats."""
    type = REGISTER[dtype]
    symbol = name if dtype == "f64" else f"{name}f"
    w.module.declare(symbol, f"declare {type} @{symbol}({', '.join([type] * len(values))}) nounwind willreturn memory(none)")
    attributes = _variants(w, name, symbol, len(values), dtype)
    return w.pure(f"call {type} @{symbol}(" + ", ".join(f"{type} {v}" for v in values) + f") nounwind willreturn memory(none){attributes}")


def _variants(w: Writer, name: str, symbol: str, arity: int, dtype: str) -> str:
    """The call-site attribute naming the vector forms that this machine has."""
    target = w.module.target
    if target.vector_library != "mvec" or name not in MVEC:
        return ""
    found = []
    for feature, letter, bits in _FORMS:
        if feature in target.has or letter == "b":
            lanes = bits // (64 if dtype == "f64" else 32)
            variant = f"_ZGV{letter}N{lanes}{'v' * arity}_{symbol}"
            vector = f"<{lanes} x {REGISTER[dtype]}>"
            w.module.declare(variant, f"declare {vector} @{variant}({', '.join([vector] * arity)}) nounwind willreturn memory(none)")
            w.module.kept.add(variant)
            found.append(f"_ZGV_LLVM_N{lanes}{'v' * arity}_{symbol}({variant})")
    return ' "vector-function-abi-variant"="' + ",".join(found) + '"' if found else ""
