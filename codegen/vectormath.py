"""Calls of elementary functions, and the vector forms of them that loops may use.

They are our own where the target multiplies and adds in one rounding (`elementary/`), else the C library's; libmvec is glibc's
vector math. A call-site attribute names the vector symbols of a scalar call; LLVM's loop vectoriser then calls those. The symbols
are declared and kept in `llvm.compiler.used`.
"""

from __future__ import annotations

from collections.abc import Sequence

from .elementary.elementary import lanes, owned
from .targets.target import Target
from .writer import REGISTER, Writer

MVEC = frozenset(
    "exp log sin cos tan pow tanh sinh cosh asin acos atan atan2 erf erfc cbrt expm1 "
    "log1p log2 log10 exp2 hypot asinh acosh atanh exp10".split()
)
_FORMS = (("avx512f", "e", 512), ("avx2", "d", 256), ("sse2", "b", 128))


def math_call(w: Writer, name: str, values: Sequence[str], dtype: str) -> str:
    """`name`, as the C library calls it, on doubles or floats."""
    type, arity = REGISTER[dtype], len(values)
    ours = owned(name, dtype, w.module.target)
    symbol = f"dl_{name}_{dtype}" if ours else name if dtype == "f64" else f"{name}f"
    w.module.declare(symbol, f"declare {type} @{symbol}({', '.join([type] * arity)}) nounwind willreturn memory(none)")
    forms = _own_forms(symbol, dtype, w.module.target) if ours else _library_forms(name, symbol, arity, dtype, w.module.target)
    found = []
    for count, variant in forms:
        vector = f"<{count} x {type}>"
        w.module.declare(variant, f"declare {vector} @{variant}({', '.join([vector] * arity)}) nounwind willreturn memory(none)")
        w.module.kept.add(variant)
        found.append(f"_ZGV_LLVM_N{count}{'v' * arity}_{symbol}({variant})")
    attributes = ' "vector-function-abi-variant"="' + ",".join(found) + '"' if found else ""
    return w.pure(f"call {type} @{symbol}(" + ", ".join(f"{type} {v}" for v in values) + f") nounwind willreturn memory(none){attributes}")


def _own_forms(symbol: str, dtype: str, target: Target) -> list[tuple[int, str]]:
    """Lanes and symbols of our own vector forms; a thread of a GPU has one lane."""
    return [] if target.triple.startswith("nvptx") else [(n, f"{symbol}_v{n}") for n in lanes(dtype, target)]


def _library_forms(name: str, symbol: str, arity: int, dtype: str, target: Target) -> list[tuple[int, str]]:
    """Those of libmvec that this machine has."""
    if target.vector_library != "mvec" or name not in MVEC:
        return []
    found = []
    for feature, letter, bits in _FORMS:
        if feature in target.has or letter == "b":
            count = bits // (64 if dtype == "f64" else 32)
            found.append((count, f"_ZGV{letter}N{count}{'v' * arity}_{symbol}"))
    return found
