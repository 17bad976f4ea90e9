"""Calls of elementary functions, and the vector forms of them that loops may use.

They are our own where the target multiplies and adds in one rounding (`elementary/`), else the C library's; libmvec is glibc's
vector math. A call-site attribute names the vector symbols of a scalar call; LLVM's loop vectoriser then calls those. The symbols
are declared and kept in `llvm.compiler.used`.
"""

from __future__ import annotations

import re
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
    type = REGISTER[dtype]
    ours = owned(name, dtype, w.module.target)
    symbol = f"dl_{name}_{dtype}" if ours else name if dtype == "f64" else f"{name}f"
    forms = _own_forms(symbol, dtype, w.module.target) if ours else _library_forms(name, symbol, len(values), dtype, w.module.target)
    attribute = _declared(w, symbol, type, len(values), forms)
    code = f"call {type} @{symbol}(" + ", ".join(f"{type} {v}" for v in values) + f") nounwind willreturn memory(none){attribute}"
    pair = _with_partner(w, name, code, values[0]) if ours and dtype == "f64" and name in _PARTNERS else None
    return pair or w.pure(code)


def _declared(w: Writer, symbol: str, type: str, arity: int, forms: Sequence[tuple[int, str]], results: int = 1) -> str:
    """Declare a function and its vector forms; the attribute of a call that names those."""

    def result(one: str) -> str:
        return one if results == 1 else "{ " + ", ".join([one] * results) + " }"

    w.module.declare(symbol, f"declare {result(type)} @{symbol}({', '.join([type] * arity)}) nounwind willreturn memory(none)")
    found = []
    for count, variant in forms:
        vector = f"<{count} x {type}>"
        w.module.declare(variant, f"declare {result(vector)} @{variant}({', '.join([vector] * arity)}) nounwind willreturn memory(none)")
        w.module.kept.add(variant)
        found.append(f"_ZGV_LLVM_N{count}{'v' * arity}_{symbol}({variant})")
    return ' "vector-function-abi-variant"="' + ",".join(found) + '"' if found else ""


_PARTNERS = {"sin": ("cos", 0), "cos": ("sin", 1)}
_PAIR = "{ double, double }"


def _with_partner(w: Writer, name: str, code: str, x: str) -> str | None:
    """Where the cosine of x is there already, or the sine: both from one call, in its place."""
    partner, at = _PARTNERS[name]
    other = code.replace(f"dl_{name}_", f"dl_{partner}_")
    if any(code in known for known in w.computed):
        return None
    register = next((known[other] for known in reversed(w.computed) if other in known), None)
    if register is None:
        return None
    both = f"{register}.both"
    if both not in w.types:
        line = f"  {register} = {other}"
        if line not in w.lines:
            return None
        symbol = "dl_sincos_f64"
        declared = _declared(w, symbol, "double", 1, _own_forms(symbol, "f64", w.module.target), 2)
        call = f"  {both} = call {_PAIR} @{symbol}(double {x}) nounwind willreturn memory(none){declared}"
        w.lines[w.lines.index(line)] = f"{call}\n  {register} = extractvalue {_PAIR} {both}, {1 - at}"
        w.types[both] = _PAIR
    found = w.pure(f"extractvalue {_PAIR} {both}, {at}")
    w.computed[-1][code] = found
    return found


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


def kept(symbols: Sequence[str]) -> str:
    """Vector functions are named by attributes only: without this the optimiser drops their declarations."""
    if not symbols:
        return ""
    items = ", ".join(f"ptr @{name}" for name in symbols)
    return f'@llvm.compiler.used = appending global [{len(symbols)} x ptr] [{items}], section "llvm.metadata"'


def forms_of(code: str) -> list[str]:
    """The vector forms that calls in this text may become."""
    return sorted({symbol for forms in _FORMS_OF_CALL.findall(code) for symbol in _SYMBOL.findall(forms)})


_FORMS_OF_CALL = re.compile(r'"vector-function-abi-variant"="([^"]*)"')
_SYMBOL = re.compile(r"\((\w+)\)")
