"""The elementary functions by themselves, on arrays: our own for a number of lanes, or the C library's, in loops of LLVM's."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import difflang  # noqa: F401 (its folders are found through it)
from difflang.codegen.elementary.elementary import FUNCTIONS
from difflang.codegen.optimize import object_code
from difflang.codegen.shared import link
from difflang.codegen.targets.cpu import host

_TYPES = {"f64": "double", "f32": "float"}
_LOOP = """
define void @NAME_applied(HEADS ptr noalias %out, i64 %n) nounwind WIDE {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
LOADS
  %y = call VECTOR @SYMBOL(ARGUMENTS) nounwind willreturn memory(none)
  %to = getelementptr inbounds TYPE, ptr %out, i64 %i
  store VECTOR %y, ptr %to, align ALIGN
  %next = add nuw nsw i64 %i, LANES
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %end, !llvm.loop !0
end:
  ret void
}
"""
_CHAIN = """
define TYPE @NAME_chained(PARAMETERS, i64 %n) nounwind {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %x = phi TYPE [ %x0, %entry ], [ %again, %loop ]
  %y = call TYPE @SYMBOL(CHAINED) nounwind willreturn memory(none)
  %nothing = fmul TYPE %y, 0.0
  %again = fadd TYPE %nothing, %x0
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %end
end:
  ret TYPE %again
}
"""


def symbol(name: str, dtype: str, lanes: int) -> str:
    """Our own form for so many lanes."""
    return f"dl_{name}_{dtype}" + (f"_v{lanes}" if lanes > 1 else "")


def theirs(name: str, dtype: str, lanes: int) -> str:
    """The C library's, or libmvec's."""
    plain = name if dtype == "f64" else f"{name}f"
    letter = {128: "b", 256: "d", 512: "e"}.get(lanes * (64 if dtype == "f64" else 32), "")
    return f"_ZGV{letter}N{lanes}{'v' * FUNCTIONS[name][0]}_{plain}" if lanes > 1 else plain


def library(wanted: Sequence[tuple[str, str, str, int]]) -> ctypes.CDLL:
    """A library of `SYMBOL_applied` and, for single lanes, `SYMBOL_chained`: for each (symbol, function, dtype, lanes)."""
    target = host()
    text = "".join(map(_text, wanted)) + '!0 = distinct !{!0, !1}\n!1 = !{!"llvm.loop.vectorize.enable", i1 false}\n'
    path = Path(tempfile.mkdtemp(), "elementary.so")
    path.write_bytes(link([object_code(text, target)], target))
    return ctypes.CDLL(str(path))


def _text(row: tuple[str, str, str, int]) -> str:
    found, name, dtype, lanes = row
    type, arity = _TYPES[dtype], FUNCTIONS[name][0]
    vector = type if lanes == 1 else f"<{lanes} x {type}>"
    load = "  %pK = getelementptr inbounds TYPE, ptr %inK, i64 %i\n  %xK = load VECTOR, ptr %pK, align ALIGN"
    loads = "\n".join(load.replace("K", str(k)) for k in range(arity))
    words = {
        "HEADS": "".join(f"ptr noalias %in{k}, " for k in range(arity)), "LOADS": loads, "NAME": found, "SYMBOL": found,
        "ARGUMENTS": ", ".join(f"{vector} %x{k}" for k in range(arity)), "VECTOR": vector, "LANES": str(lanes), "WIDE": host().wide,
        "PARAMETERS": ", ".join(f"{type} %x{k}" if k else f"{type} %x0" for k in range(arity)),
        "CHAINED": ", ".join(f"{type} %x{k}" if k else f"{type} %x" for k in range(arity)),
        "TYPE": type, "ALIGN": "8" if dtype == "f64" else "4",
    }  # fmt: skip
    text = f"declare {vector} @{found}({', '.join([vector] * arity)}) nounwind willreturn memory(none)\n"
    text += _LOOP if lanes > 1 else _LOOP + _CHAIN
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def apply(found: ctypes.CDLL, name: str, given: Sequence[Any], lanes: int) -> Any:
    """The function `name` of the library on arrays whose length `lanes` divides."""
    out = np.empty_like(given[0])
    assert len(out) % lanes == 0
    found[f"{name}_applied"](*(ctypes.c_void_p(x.ctypes.data) for x in (*given, out)), ctypes.c_int64(len(out)))
    return out
