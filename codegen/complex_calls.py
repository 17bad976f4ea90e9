"""Complex numbers in registers: their parts, and calls of functions that take and give them.

A complex number is a vector of two in a register and in memory, as NumPy lays it out. Functions take and give doubles, as
the C library's do where complex doubles are passed in two registers; c64 is computed through them.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.types import PART

from .complex_powers import USED
from .writer import REGISTER, Writer, is_literal


def part(w: Writer, value: str, dtype: str, which: int) -> str:
    """The real (0) or the imaginary (1) part of a complex number."""
    return w.pure(f"extractelement {REGISTER[dtype]} {value}, i32 {which}")


def pair(w: Writer, real: str, imag: str, dtype: str) -> str:
    """The complex number of these parts."""
    type, kind = REGISTER[dtype], REGISTER[PART[dtype]]
    if is_literal(real) and is_literal(imag):
        return f"<{kind} {real}, {kind} {imag}>"
    first = w.pure(f"insertelement {type} poison, {kind} {real}, i32 0")
    return w.pure(f"insertelement {type} {first}, {kind} {imag}, i32 1")


def complex_call(w: Writer, name: str, values: Sequence[str], dtype: str) -> str:
    """A function of the C library, or a helper (dl_...), on complex numbers."""
    if dtype == "c64":
        wide = [w.pure(f"fpext <2 x float> {value} to <2 x double>") for value in values]
        return w.pure(f"fptrunc <2 x double> {complex_call(w, name, wide, 'c128')} to <2 x float>")
    if name.startswith("dl_"):
        w.module.need(name)
        for used in USED[name]:
            doubles = "double, double" if used in ("hypot", "pow", "atan2") else "double"
            w.module.declare(used, f"declare double @{used}({doubles}) nounwind willreturn memory(none)")
    if name == "dl_cpow" or not name.startswith("dl_"):
        symbol = name.removeprefix("dl_")
        doubles = ", ".join(["double"] * (2 * len(values)))
        w.module.declare(symbol, f"declare {{ double, double }} @{symbol}({doubles}) nounwind willreturn memory(none)")
    given = ", ".join(f"double {part(w, value, dtype, k)}" for value in values for k in (0, 1))
    found = w.pure(f"call {{ double, double }} @{name}({given})")
    real, imag = (w.pure(f"extractvalue {{ double, double }} {found}, {k}") for k in (0, 1))
    return pair(w, real, imag, dtype)
