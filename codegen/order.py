"""The kernels of order: a stable merge sort of numbers or of their positions, and the search in sorted numbers.

Runs of 16 are sorted by insertion, then merged to and fro between the array and a second one of its size.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .writer import MEMORY, SIZE

_SORT = """
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1 immarg)
define hidden void @dl_OP_D(ptr %keys, ptr %a, ptr %b, i64 %n) noinline nounwind {
entry:
  br label %chunks
chunks:
  %c = phi i64 [ 0, %entry ], [ %c.next, %sorted ]
  %c.more = icmp slt i64 %c, %n
  br i1 %c.more, label %run, label %passes
run:
  %c.next = add i64 %c, 16
  %c.whole = icmp slt i64 %c.next, %n
  %end = select i1 %c.whole, i64 %c.next, i64 %n
  %i.first = add i64 %c, 1
  br label %insert
insert:
  %i = phi i64 [ %i.first, %run ], [ %i.next, %placed ]
  %i.more = icmp slt i64 %i, %end
  br i1 %i.more, label %take, label %sorted
take:
  %e.at = getelementptr E, ptr %a, i64 %i
  %e = load E, ptr %e.at
  KEY(e)
  br label %shift
shift:
  %j = phi i64 [ %i, %take ], [ %j.next, %move ]
  %j.more = icmp sgt i64 %j, %c
  br i1 %j.more, label %test, label %placed
test:
  %j.next = sub i64 %j, 1
  %v.at = getelementptr E, ptr %a, i64 %j.next
  %v = load E, ptr %v.at
  KEY(v)
  LESS(e, v)
  br i1 %e.v.less, label %move, label %placed
move:
  %to = getelementptr E, ptr %a, i64 %j
  store E %v, ptr %to
  br label %shift
placed:
  %here = getelementptr E, ptr %a, i64 %j
  store E %e, ptr %here
  %i.next = add i64 %i, 1
  br label %insert
sorted:
  br label %chunks
passes:
  %src = phi ptr [ %a, %chunks ], [ %dst, %pairs ]
  %dst = phi ptr [ %b, %chunks ], [ %src, %pairs ]
  %width = phi i64 [ 16, %chunks ], [ %double, %pairs ]
  %double = shl i64 %width, 1
  %w.more = icmp slt i64 %width, %n
  br i1 %w.more, label %pairs, label %finish
pairs:
  %lo = phi i64 [ 0, %passes ], [ %lo.next, %merge ]
  %lo.more = icmp slt i64 %lo, %n
  br i1 %lo.more, label %pair, label %passes
pair:
  %lo.next = add i64 %lo, %double
  %mid.all = add i64 %lo, %width
  %mid.in = icmp slt i64 %mid.all, %n
  %mid = select i1 %mid.in, i64 %mid.all, i64 %n
  %hi.in = icmp slt i64 %lo.next, %n
  %hi = select i1 %hi.in, i64 %lo.next, i64 %n
  br label %merge
merge:
  %k = phi i64 [ %lo, %pair ], [ %k.next, %put ]
  %l = phi i64 [ %lo, %pair ], [ %l.next, %put ]
  %r = phi i64 [ %mid, %pair ], [ %r.next, %put ]
  %k.more = icmp slt i64 %k, %hi
  br i1 %k.more, label %choose, label %pairs
choose:
  %l.more = icmp slt i64 %l, %mid
  %r.more = icmp slt i64 %r, %hi
  %x.at = getelementptr E, ptr %src, i64 %l
  %y.at = getelementptr E, ptr %src, i64 %r
  %two = and i1 %l.more, %r.more
  br i1 %two, label %compare, label %only
compare:
  %x = load E, ptr %x.at
  %y = load E, ptr %y.at
  KEY(x)
  KEY(y)
  LESS(y, x)
  br label %put
only:
  %left.over = xor i1 %l.more, true
  br label %put
put:
  %right = phi i1 [ %y.x.less, %compare ], [ %left.over, %only ]
  %from = select i1 %right, ptr %y.at, ptr %x.at
  %value = load E, ptr %from
  %out = getelementptr E, ptr %dst, i64 %k
  store E %value, ptr %out
  %one = zext i1 %right to i64
  %r.next = add i64 %r, %one
  %other = xor i64 %one, 1
  %l.next = add i64 %l, %other
  %k.next = add i64 %k, 1
  br label %merge
finish:
  %moved = icmp ne ptr %src, %a
  br i1 %moved, label %back, label %done
back:
  %bytes = mul i64 %n, SIZE
  call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %src, i64 %bytes, i1 false)
  br label %done
done:
  ret void
}
"""
_SEARCH = """
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
OPS = ("sort", "order", "search")


def text(op: str, dtype: str) -> str:
    """The text of one kernel. dl_sort and dl_order take (keys, what is sorted, room of its size, count); dl_sort's keys are itself."""
    type = MEMORY[dtype]
    if op == "search":
        body = _SEARCH
        less = _less(dtype, "")
        body = re.sub(r"LESS\((\w+), (\w+)\)", lambda m: less(m[1], m[2]), body)
        return re.sub(r"\bT\b", type, body.replace("_D", f"_{dtype}"))
    element = type if op == "sort" else "i64"
    less = _less(dtype, ".key")
    body = re.sub(r"KEY\((\w+)\)", lambda m: _key(op, type, m[1]), _SORT)
    body = re.sub(r"LESS\((\w+), (\w+)\)", lambda m: less(m[1], m[2]), body)
    body = re.sub(r"\bE\b", element, body)
    body = body.replace("SIZE", str(SIZE[dtype if op == "sort" else "i64"]))
    return body.replace("dl_OP_D", f"dl_{op}_{dtype}")


def _key(op: str, type: str, name: str) -> str:
    if op == "sort":
        return f"%{name}.key = freeze {type} %{name}"
    return f"%{name}.where = getelementptr {type}, ptr %keys, i64 %{name}\n  %{name}.key = load {type}, ptr %{name}.where"


def _less(dtype: str, suffix: str) -> Callable[[str, str], str]:
    """x before y: what is not a number comes last."""
    type = MEMORY[dtype]

    def write(x: str, y: str) -> str:
        one, other, name = f"%{x}{suffix}", f"%{y}{suffix}", f"%{x}.{y}"
        if dtype[0] != "f":
            sign = "u" if dtype == "bool" or dtype[0] == "u" else "s"
            return f"{name}.less = icmp {sign}lt {type} {one}, {other}"
        lines = [f"{name}.under = fcmp olt {type} {one}, {other}", f"{name}.nan = fcmp uno {type} {other}, {other}"]
        lines += [f"{name}.ord = fcmp ord {type} {one}, {one}", f"{name}.last = and i1 {name}.nan, {name}.ord"]
        return "\n  ".join([*lines, f"{name}.less = or i1 {name}.under, {name}.last"])

    return write


def declared(name: str) -> str:
    """The declaration of a kernel."""
    _, op, dtype = name.split("_")
    if op == "search":
        return f"declare hidden i64 @{name}(ptr, i64, {MEMORY[dtype]}, i1) nounwind memory(argmem: read)"
    return f"declare hidden void @{name}(ptr, ptr, ptr, i64) nounwind"
