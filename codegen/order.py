"""The kernels of order: a stable sort of numbers or of their positions; `search.py` has those of the search in sorted numbers.

Few go through a network of comparisons (`network.py`). Many are dealt out byte by byte of keys whose unsigned order is that of the
numbers, the last byte first (Knuth 5.2.5); a byte that all have in common is passed over. What neither takes is merged: runs of 16
are sorted by insertion, then merged to and fro between the array and a second one of its size.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from . import search
from .network import DTYPES, MOST, network
from .writer import MEMORY, SIZE

_SORT = """
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1 immarg)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1 immarg)
define hidden void @dl_OP_D(ptr %keys, ptr %a, ptr %b, i64 %n) noinline nounwind {
entry:
  %counts = alloca [BYTES x [256 x i64]], align 64
  %few = icmp sle i64 %n, FEW
  br i1 %few, label %network, label %start
network:
  %quick = call i1 @dl_network_OP_D(ptr %keys, ptr %a, ptr %b, i64 %n)
  br i1 %quick, label %done, label %start
start:
  %many = icmp sgt i64 %n, MANY
  br i1 %many, label %deal, label %chunks
deal:
  call void @llvm.memset.p0.i64(ptr %counts, i8 0, i64 ROOM, i1 false)
  br label %count
count:
  %q = phi i64 [ 0, %deal ], [ %q.next, %count ]
  %g.at = getelementptr E, ptr %a, i64 %q
  %g = load E, ptr %g.at
  KEY(g)
  RANK(g)
  COUNT
  %q.next = add i64 %q, 1
  %q.more = icmp slt i64 %q.next, %n
  br i1 %q.more, label %count, label %bytes
bytes:
  %p = phi i64 [ 0, %count ], [ %p.next, %turned ]
  %from.here = phi ptr [ %a, %count ], [ %from.next, %turned ]
  %to.there = phi ptr [ %b, %count ], [ %to.next, %turned ]
  %p.more = icmp slt i64 %p, BYTES
  br i1 %p.more, label %byte, label %finish
byte:
  %p.next = add i64 %p, 1
  %p.bits = shl i64 %p, 3
  %p.shift = SHIFT
  %row = getelementptr [256 x i64], ptr %counts, i64 %p
  %f = load E, ptr %from.here
  KEY(f)
  RANK(f)
  DIGIT(f)
  %f.count = load i64, ptr %f.slot
  %common = icmp eq i64 %f.count, %n
  br i1 %common, label %turned, label %sums
sums:
  %u = phi i64 [ 0, %byte ], [ %u.next, %sums ]
  %total = phi i64 [ 0, %byte ], [ %total.next, %sums ]
  %u.at = getelementptr i64, ptr %row, i64 %u
  %u.count = load i64, ptr %u.at
  store i64 %total, ptr %u.at
  %total.next = add i64 %total, %u.count
  %u.next = add i64 %u, 1
  %u.more = icmp slt i64 %u.next, 256
  br i1 %u.more, label %sums, label %out.all
out.all:
  %o = phi i64 [ 0, %sums ], [ %o.next, %out.all ]
  %h.at = getelementptr E, ptr %from.here, i64 %o
  %h = load E, ptr %h.at
  KEY(h)
  RANK(h)
  DIGIT(h)
  %h.place = load i64, ptr %h.slot
  %h.after = add i64 %h.place, 1
  store i64 %h.after, ptr %h.slot
  %h.to = getelementptr E, ptr %to.there, i64 %h.place
  store E %h, ptr %h.to
  %o.next = add i64 %o, 1
  %o.more = icmp slt i64 %o.next, %n
  br i1 %o.more, label %out.all, label %turned
turned:
  %from.next = phi ptr [ %from.here, %byte ], [ %to.there, %out.all ]
  %to.next = phi ptr [ %to.there, %byte ], [ %from.here, %out.all ]
  br label %bytes
chunks:
  %c = phi i64 [ 0, %start ], [ %c.next, %sorted ]
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
  %end.at = phi ptr [ %src, %passes ], [ %from.here, %bytes ]
  %moved = icmp ne ptr %end.at, %a
  br i1 %moved, label %back, label %done
back:
  %length = mul i64 %n, SIZE
  call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %end.at, i64 %length, i1 false)
  br label %done
done:
  ret void
}
"""
OPS = ("sort", "order", *search.OPS)
_NO_NETWORK = """
define internal i1 @dl_network_OP_D(ptr %keys, ptr %a, ptr %room, i64 %n) nounwind {
  ret i1 false
}
"""
_MANY = 200
"""From how many on dealing is quicker than merging."""


def text(op: str, dtype: str, wide: str) -> str:
    """The text of one kernel. dl_sort and dl_order take (keys, what is sorted, room of its size, count); dl_sort's keys are itself."""
    type = MEMORY[dtype]
    if op in search.OPS:
        return search.text(op, dtype, _less(dtype, ""))
    element, bytes_ = type if op == "sort" else "i64", SIZE[dtype]
    less = _less(dtype, ".key")
    body = _SORT.replace("COUNT", "\n  ".join(map(partial(_counted, bits=8 * bytes_), range(bytes_))))
    body = re.sub(r"KEY\((\w+)\)", lambda m: _key(op, type, m[1]), body)
    body = re.sub(r"RANK\((\w+)\)", lambda m: _rank(dtype, m[1]), body)
    body = re.sub(r"DIGIT\((\w+)\)", lambda m: _digit(8 * bytes_, m[1]), body)
    body = body.replace("BYTES", str(bytes_)).replace("ROOM", str(2048 * bytes_)).replace("MANY", str(_MANY))
    quick = dtype in DTYPES[op]
    body = body.replace("FEW", str(MOST[op] if quick else -1))
    body = (network(op, dtype) if quick else _NO_NETWORK).replace("WIDE", wide) + body
    body = body.replace("SHIFT", f"trunc i64 %p.bits to i{8 * bytes_}" if bytes_ < 8 else "add i64 %p.bits, 0")
    body = re.sub(r"LESS\((\w+), (\w+)\)", lambda m: less(m[1], m[2]), body)
    body = re.sub(r"\bE\b", element, body)
    body = body.replace("SIZE", str(SIZE[dtype if op == "sort" else "i64"]))
    return body.replace("_OP_D", f"_{op}_{dtype}")


def _key(op: str, type: str, name: str) -> str:
    if op == "sort":
        return f"%{name}.key = freeze {type} %{name}"
    return f"%{name}.where = getelementptr {type}, ptr %keys, i64 %{name}\n  %{name}.key = load {type}, ptr %{name}.where"


def _rank(dtype: str, name: str) -> str:
    """The bits of a key such that unsigned numbers are in the keys' order: both zeros alike, what is not a number last."""
    type, bits = MEMORY[dtype], 8 * SIZE[dtype]
    key, sign = f"%{name}.key", 1 << (bits - 1)
    if dtype[0] != "f":
        flip = 0 if dtype == "bool" or dtype[0] == "u" else sign
        return f"%{name}.rank = xor {type} {key}, {flip}"
    lines = [f"%{name}.bits = bitcast {type} {key} to i{bits}", f"%{name}.sign = ashr i{bits} %{name}.bits, {bits - 1}"]
    lines += [f"%{name}.mask = or i{bits} %{name}.sign, {sign}", f"%{name}.turn = xor i{bits} %{name}.bits, %{name}.mask"]
    lines += [f"%{name}.none = fcmp oeq {type} {key}, 0.0", f"%{name}.real = select i1 %{name}.none, i{bits} {sign}, i{bits} %{name}.turn"]
    lines += [f"%{name}.nan = fcmp uno {type} {key}, {key}", f"%{name}.rank = select i1 %{name}.nan, i{bits} -1, i{bits} %{name}.real"]
    return "\n  ".join(lines)


def _digit(bits: int, name: str) -> str:
    """Where byte %p of a rank is counted, in %row."""
    wide = f"zext i{bits} %{name}.low to i64" if bits < 64 else f"add i64 %{name}.low, 0"
    lines = [f"%{name}.down = lshr i{bits} %{name}.rank, %p.shift", f"%{name}.low = and i{bits} %{name}.down, 255"]
    return "\n  ".join([*lines, f"%{name}.digit = {wide}", f"%{name}.slot = getelementptr i64, ptr %row, i64 %{name}.digit"])


def _counted(byte: int, bits: int) -> str:
    """One more with this byte."""
    wide = f"zext i{bits} %d{byte}.low to i64" if bits < 64 else f"add i64 %d{byte}.low, 0"
    lines = [f"%d{byte}.down = lshr i{bits} %g.rank, {8 * byte}", f"%d{byte}.low = and i{bits} %d{byte}.down, 255"]
    lines += [f"%d{byte} = {wide}", f"%d{byte}.at = getelementptr [256 x i64], ptr %counts, i64 {byte}, i64 %d{byte}"]
    lines += [f"%d{byte}.old = load i64, ptr %d{byte}.at", f"%d{byte}.new = add i64 %d{byte}.old, 1"]
    return "\n  ".join([*lines, f"store i64 %d{byte}.new, ptr %d{byte}.at"])


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
    if op in search.OPS:
        return search.declared(op, dtype)
    return f"declare hidden void @{name}(ptr, ptr, ptr, i64) nounwind"
