"""The search in sorted numbers, in LLVM IR: of one number, and of many, eight side by side.

Eight that lie near the last one found, as those of ascending numbers do, are looked for there.
All eight take the same number of steps, so that nothing branches on what is compared (a branch that nobody can foresee costs more than
all else). What is not a number stands last: where it begins is found first, and the numbers before it are compared plainly.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .writer import MEMORY, SIZE

OPS = ("search", "searches")
_WIDTH = 8
_WINDOW = 8
_ONE = """
define hidden i64 @dl_search_D(ptr readonly %a, i64 %n, T %x, i1 %right) noinline nounwind memory(argmem: read) {
entry:
  br label %loop
loop:
  %lo = phi i64 [ 0, %entry ], [ %lo.next, %step ]
  %hi = phi i64 [ %n, %entry ], [ %hi.next, %step ]
  %more = icmp slt i64 %lo, %hi
  br i1 %more, label %step, label %done
step:
  %sum = add i64 %lo, %hi
  %mid = lshr i64 %sum, 1
  %m.at = getelementptr T, ptr %a, i64 %mid
  %m = load T, ptr %m.at
  LESS(m, x)
  LESS(x, m)
  %not.above = xor i1 %x.m.less, true
  %on = select i1 %right, i1 %not.above, i1 %m.x.less
  %after = add i64 %mid, 1
  %lo.next = select i1 %on, i64 %after, i64 %lo
  %hi.next = select i1 %on, i64 %hi, i64 %mid
  br label %loop
done:
  ret i64 %lo
}
"""
_MANY = """
define internal void @dl_beside_D(ptr readonly %a, i64 %n, i64 %real, ptr readonly %v, ptr noalias %out, i64 %count, i1 %right)
    nounwind {
entry:
  %none = icmp eq i64 %real, 0
  %whole = and i64 %count, -WIDTH
  %many = select i1 %none, i64 0, i64 %whole
  br label %chunks
chunks:
  %c = phi i64 [ 0, %entry ], [ %c.next, %put ]
  %p = phi i64 [ 0, %entry ], [ %p.next, %put ]
  %more = icmp slt i64 %c, %many
  br i1 %more, label %chunk, label %rest
chunk:
  EACH(%x.at# = getelementptr T, ptr %v, i64 %c)
  EACH(%x.to# = getelementptr T, ptr %x.at#, i64 NUMBER)
  EACH(%x# = load T, ptr %x.to#)
  %v.at = getelementptr T, ptr %v, i64 %c
  %xs = load <WIDTH x T>, ptr %v.at, align SIZE
  %low.at = getelementptr T, ptr %a, i64 %p
  LINES(low, %low.at)
  %last = sub i64 %real, 1
  %after = add i64 %p, 1
  %after.in = icmp ult i64 %after, %real
  %after.safe = select i1 %after.in, i64 %after, i64 %last
  %next.at = getelementptr T, ptr %a, i64 %after.safe
  LINES(next, %next.at)
  %end = add i64 %p, WINDOW
  %end.in = icmp ult i64 %end, %real
  %end.safe = select i1 %end.in, i64 %end, i64 %last
  %high.at = getelementptr T, ptr %a, i64 %end.safe
  LINES(high, %high.at)
  %above = icmp eq iWIDTH %low.mask, -1
  %next.over = icmp ne iWIDTH %next.mask, 0
  %next.out = and i1 %next.over, %after.in
  %high.over = icmp ne iWIDTH %high.mask, 0
  %high.out = and i1 %high.over, %end.in
  %next.not = xor i1 %next.out, true
  %high.not = xor i1 %high.out, true
  %same = and i1 %above, %next.not
  %near = and i1 %above, %high.not
  br i1 %same, label %cell, label %other
cell:
  EACH(%s.at# = getelementptr i64, ptr %out, i64 %c)
  EACH(%s.to# = getelementptr i64, ptr %s.at#, i64 NUMBER)
  EACH(store i64 %after, ptr %s.to#)
  br label %put
other:
  %tail = sub i64 %real, %p
  %window = select i1 %end.in, i64 WINDOW, i64 %tail
  br i1 %near, label %steps, label %far
far:
  br label %steps
steps:
  %length = phi i64 [ %window, %other ], [ %real, %far ], [ %length.next, %step ]
  EACH(%base# = phi ptr [ %low.at, %other ], [ %a, %far ], [ %base.next#, %step ])
  %again = icmp ugt i64 %length, 1
  br i1 %again, label %step, label %last.step
step:
  %half = lshr i64 %length, 1
  %length.next = sub i64 %length, %half
  EACH(%moved# = getelementptr T, ptr %base#, i64 %half)
  EACH(%m.at# = getelementptr T, ptr %moved#, i64 -1)
  EACH(%m# = load T, ptr %m.at#)
  EACH(%on# = BEFORE T %m#, %x#)
  EACH(%base.next# = select i1 %on#, ptr %moved#, ptr %base#, !unpredictable !0)
  br label %steps
last.step:
  EACH(%l# = load T, ptr %base#)
  EACH(%lon# = BEFORE T %l#, %x#)
  EACH(%up# = zext i1 %lon# to i64)
  EACH(%bytes.to# = ptrtoint ptr %base# to i64)
  %bytes.from = ptrtoint ptr %a to i64
  EACH(%bytes# = sub i64 %bytes.to#, %bytes.from)
  EACH(%at# = sdiv exact i64 %bytes#, SIZE)
  EACH(%found# = add i64 %at#, %up#)
  %start = icmp eq i64 %found.LAST, 0
  %before = add i64 %found.LAST, -1
  %p.found = select i1 %start, i64 0, i64 %before
  EACH(SELECT)
  EACH(%o.at# = getelementptr i64, ptr %out, i64 %c)
  EACH(%o.to# = getelementptr i64, ptr %o.at#, i64 NUMBER)
  EACH(store i64 %value#, ptr %o.to#)
  br label %put
put:
  %p.next = phi i64 [ %p, %cell ], [ %p.found, %last.step ]
  %c.next = add i64 %c, WIDTH
  br label %chunks
rest:
  %r = phi i64 [ %many, %chunks ], [ %r.next, %one ]
  %r.more = icmp slt i64 %r, %count
  br i1 %r.more, label %one, label %done
one:
  %r.from = getelementptr T, ptr %v, i64 %r
  %r.x = load T, ptr %r.from
  %r.found = call i64 @dl_single_D(ptr %a, i64 %n, T %r.x, i1 %right)
  %r.to = getelementptr i64, ptr %out, i64 %r
  store i64 %r.found, ptr %r.to
  %r.next = add i64 %r, 1
  br label %rest
done:
  ret void
}
"""
_EITHER = """
define hidden void @dl_searches_D(ptr readonly %a, i64 %n, ptr readonly %v, ptr noalias %out, i64 %count, i1 %right) noinline nounwind {
entry:
  REAL
  br i1 %right, label %behind, label %before
behind:
  call void @dl_behind_D(ptr %a, i64 %n, i64 %real, ptr %v, ptr %out, i64 %count, i1 true)
  ret void
before:
  call void @dl_before_D(ptr %a, i64 %n, i64 %real, ptr %v, ptr %out, i64 %count, i1 false)
  ret void
}
"""


def text(op: str, dtype: str, less: Callable[[str, str], str]) -> str:
    """The text of one kernel. `less(x, y)`: the lines that make `%x.y.less`."""
    one = re.sub(r"LESS\((\w+), (\w+)\)", lambda m: less(m[1], m[2]), _ONE)
    if op == "search":
        return _worded(one, dtype)
    floats = dtype[0] == "f"
    sign = "u" if dtype == "bool" or dtype[0] == "u" else "s"
    parts = [one.replace("hidden i64 @dl_search_D", "internal i64 @dl_single_D")]
    for name, test in (("before", "fcmp olt" if floats else f"icmp {sign}lt"), ("behind", "fcmp ole" if floats else f"icmp {sign}le")):
        chosen = ["%value# = add i64 %found#, 0"]
        if floats:
            nothing = "%n" if name == "behind" else "%real"
            chosen = ["%nan# = fcmp uno T %x#, %x#", f"%value# = select i1 %nan#, i64 {nothing}, i64 %found#"]
        body = _MANY.replace("beside", name).replace("  EACH(SELECT)", "\n".join(f"  EACH({line})" for line in chosen))
        parts.append(_each(body).replace("BEFORE", test))
    nan = "0x7FF8000000000000" if dtype != "f16" else "0xH7E00"
    real = f"%real = call i64 @dl_single_D(ptr %a, i64 %n, T {nan}, i1 false)" if floats else "%real = add i64 %n, 0"
    return _worded("".join([*parts, _EITHER.replace("REAL", real), "!0 = !{}\n"]), dtype)


def _worded(body: str, dtype: str) -> str:
    words = {"WIDTH": str(_WIDTH), "WINDOW": str(_WINDOW), "T": MEMORY[dtype], "SIZE": str(SIZE[dtype])}
    for word, meaning in words.items():
        body = re.sub(rf"\b{word}\b", meaning, body)
    return body.replace("_D(", f"_{dtype}(")


def _each(body: str) -> str:
    """A line for each of those that are searched for side by side."""

    def lines(found: re.Match[str]) -> str:
        return "\n".join(found[1] + found[2].replace("#", f".{k}").replace("NUMBER", str(k)) for k in range(_WIDTH))

    def compared(found: re.Match[str]) -> str:
        name, place = found[1], found[2]
        wide = "<WIDTH x T>"
        lines = [f"%{name} = load T, ptr {place}", f"%{name}.one = insertelement {wide} poison, T %{name}, i64 0"]
        lines.append(f"%{name}.all = shufflevector {wide} %{name}.one, {wide} poison, <WIDTH x i32> zeroinitializer")
        lines += [f"%{name}.before = BEFORE {wide} %{name}.all, %xs", f"%{name}.mask = bitcast <WIDTH x i1> %{name}.before to iWIDTH"]
        return "\n  ".join(lines)

    body = re.sub(r"LINES\((\w+), (%[\w.]+)\)", compared, body)
    body = re.sub(r"(?m)^( +)EACH\((.*)\)$", lines, body)
    return body.replace("iWIDTH", f"i{_WIDTH}").replace(".LAST", f".{_WIDTH - 1}")


def declared(op: str, dtype: str) -> str:
    if op == "search":
        return f"declare hidden i64 @dl_search_{dtype}(ptr, i64, {MEMORY[dtype]}, i1) nounwind memory(argmem: read)"
    return f"declare hidden void @dl_searches_{dtype}(ptr, i64, ptr, ptr, i64, i1) nounwind"
