"""The greatest and least of long runs: one instruction a vector, and a look for what that gets wrong.

A comparison and a choice is the machine's own instruction, but it forgets what is not a number and does not know that 0 is more than -0.
So it is noted whether anything was not a number, and then, or where the result is zero, the run is done again as `fold` does it:
the same bits as always.
"""

from __future__ import annotations

import re

from .writer import MEMORY, SIZE, ModuleWriter

_FAST = """
define internal T @dl_OP_D(ptr readonly %p, i64 %n) noinline nounwind WIDE {
entry:
  %whole = and i64 %n, -64
  %some = icmp sgt i64 %whole, 0
  br i1 %some, label %lane, label %exact
lane:
  %i = phi i64 [ 0, %entry ], [ %i.next, %lane ]
  %v = phi <16 x T> [ splat (T ZERO), %entry ], [ %v.next, %lane ]
  %w = phi <16 x T> [ splat (T ZERO), %entry ], [ %w.next, %lane ]
  %odd = phi <16 x i1> [ zeroinitializer, %entry ], [ %odd.next, %lane ]
  %q0 = getelementptr inbounds T, ptr %p, i64 %i
  %q1 = getelementptr inbounds T, ptr %q0, i64 16
  %x = load <16 x T>, ptr %q0, align SIZE
  %y = load <16 x T>, ptr %q1, align SIZE
  %past.x = fcmp MORE <16 x T> %x, %v
  %v.next = select <16 x i1> %past.x, <16 x T> %x, <16 x T> %v
  %past.y = fcmp MORE <16 x T> %y, %w
  %w.next = select <16 x i1> %past.y, <16 x T> %y, <16 x T> %w
  %either = fcmp uno <16 x T> %x, %y
  %odd.next = or <16 x i1> %odd, %either
  %i.next = add nuw nsw i64 %i, 32
  %more = icmp slt i64 %i.next, %whole
  br i1 %more, label %lane, label %look
look:
  %bits = bitcast <16 x i1> %odd.next to i16
  %nan = icmp ne i16 %bits, 0
  %best.v = call T @llvm.vector.reduce.fOPimum.v16D(<16 x T> %v.next)
  %best.w = call T @llvm.vector.reduce.fOPimum.v16D(<16 x T> %w.next)
  %best = call T @llvm.OPimum.D(T %best.v, T %best.w)
  %zero = fcmp oeq T %best, 0.0
  %rare = or i1 %nan, %zero
  br i1 %rare, label %exact, label %rest
rest:
  %left = sub i64 %n, %whole
  %r = getelementptr inbounds T, ptr %p, i64 %whole
  %behind = call T @dl_OP_D_exact(ptr %r, i64 %left)
  %all = call T @llvm.OPimum.D(T %best, T %behind)
  ret T %all
exact:
  %again = call T @dl_OP_D_exact(ptr %p, i64 %n)
  ret T %again
}
"""


_FURTHEST = {"max": "0xFFF0000000000000", "min": "0x7FF0000000000000"}


def extreme(module: ModuleWriter, op: str, dtype: str, exact: str) -> str:
    """The text of dl_max_f64 and its kin; `exact`: that of the function under this name which does it for every number."""
    type = MEMORY[dtype]
    name = f"llvm.vector.reduce.f{op}imum.v16{dtype}"
    module.declare(name, f"declare {type} @{name}(<16 x {type}>)")
    text = _FAST.replace("WIDE", module.target.wide).replace("MORE", "ogt" if op == "max" else "olt")
    text = text.replace("ZERO", _FURTHEST[op]).replace("SIZE", str(SIZE[dtype])).replace("dl_OP_D", f"dl_{op}_{dtype}")
    text = text.replace("OPimum", f"{op}imum").replace("v16D", f"v16{dtype}").replace("imum.D", f"imum.{dtype}")
    return exact.replace(f"@dl_{op}_{dtype}(", f"@dl_{op}_{dtype}_exact(") + re.sub(r"\bT\b", type, text)
