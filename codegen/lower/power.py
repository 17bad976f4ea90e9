"""Powers whose exponent (or base 2) is known while compiling: products, quotients and roots, within two ulps as pow is."""

from __future__ import annotations

import struct

from ..vectormath import math_call
from ..writer import REGISTER, Writer, is_literal, literal


def power(w: Writer, x: str, y: str, dtype: str) -> str:
    """x ** y on floats, C99's special values included."""
    exponent, base = _known(y), _known(x)
    if exponent in _PRODUCTS:
        return _product(w, x, int(exponent), dtype)
    if exponent in _ROOTS:
        return _root(w, x, _ROOTS[exponent], dtype)
    if base == 2.0 and exponent is None:
        return math_call(w, "exp2", [y], dtype)
    return math_call(w, "pow", [x, y], dtype)


_PRODUCTS = frozenset((1.0, 2.0, 3.0, 4.0, -1.0, -2.0))
_ROOTS = {0.5: "", 1.5: "fmul", -0.5: "fdiv"}


def _known(value: str) -> float | None:
    if not is_literal(value) or not value.startswith("0x"):
        return None
    return float(struct.unpack("<d", struct.pack("<Q", int(value, 16)))[0])


def _product(w: Writer, x: str, exponent: int, dtype: str) -> str:
    type = REGISTER[dtype]
    if exponent < 0:
        x = w.pure(f"fdiv {type} {literal(1.0, dtype)}, {x}")
    if abs(exponent) == 1:
        return x
    square = w.pure(f"fmul {type} {x}, {x}")
    return square if abs(exponent) == 2 else w.pure(f"fmul {type} {square}, {square if exponent == 4 else x}")


def _root(w: Writer, x: str, then: str, dtype: str) -> str:
    """sqrt(x), x sqrt(x) or 1 / sqrt(x). The root of -0.0 counts as 0.0, that of minus infinity as infinity."""
    type, suffix, endless = REGISTER[dtype], dtype, literal(float("inf"), dtype)
    for name in ("sqrt", "fabs"):
        w.module.declare(f"llvm.{name}.{suffix}", f"declare {type} @llvm.{name}.{suffix}({type})")
    lowest = w.pure(f"fcmp oeq {type} {x}, {literal(-float('inf'), dtype)}")
    x = w.pure(f"select i1 {lowest}, {type} {endless}, {type} {x}")
    root = w.pure(f"call {type} @llvm.fabs.{suffix}({type} {w.pure(f'call {type} @llvm.sqrt.{suffix}({type} {x})')})")
    if then == "fdiv":
        return w.pure(f"fdiv {type} {literal(1.0, dtype)}, {root}")
    size = w.pure(f"call {type} @llvm.fabs.{suffix}({type} {x})")
    return w.pure(f"fmul {type} {size}, {root}") if then else root
