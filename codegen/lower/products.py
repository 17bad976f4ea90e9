"""Kernels of matrix and vector products, in LLVM IR: OpenBLAS for large ones of matrices where the loader found it, loops otherwise.

`dl_gemm_D(a, a0, a1, b, b0, b1, c, m, n, k)`: c (m by n, C-contiguous) becomes a (m by k) times b (k by n); the strides of a
and b are in bytes. `dl_dot_D(x, y, n)`: of two vectors that lie side by side, summed as `dl_sum_D` sums.
"""

from __future__ import annotations

import re

from difflang.types import PART

from ..writer import MEMORY, SIZE, ModuleWriter
from .by_vector import GEMV, GEMV_FROM, four_rows
from .complex_products import complex_product

BLAS_FROM = 4096
"""From this many multiplications on OpenBLAS is asked."""

_HEAD = """
define internal void @dl_gemm_D(ptr readonly %a.in, i64 %a0.in, i64 %a1.in, ptr readonly %b.in, i64 %b0.in, i64 %b1.in, ptr noalias %c,
    i64 %m.in, i64 %n.in, i64 %k) noinline nounwind WIDE {
entry:
  %column = icmp eq i64 %n.in, 1
  %apart = icmp ne i64 %a1.in, SIZE
  %swap = and i1 %column, %apart
  %a = select i1 %swap, ptr %b.in, ptr %a.in
  %a0 = select i1 %swap, i64 %b1.in, i64 %a0.in
  %a1 = select i1 %swap, i64 %b0.in, i64 %a1.in
  %b = select i1 %swap, ptr %a.in, ptr %b.in
  %b0 = select i1 %swap, i64 %a1.in, i64 %b0.in
  %b1 = select i1 %swap, i64 %a0.in, i64 %b1.in
  %m = select i1 %swap, i64 1, i64 %m.in
  %n = select i1 %swap, i64 %m.in, i64 %n.in
BLAS
choose:
  %b.rows = icmp eq i64 %b1, SIZE
  %b.thin = icmp ne i64 %n, 1
  %b.row = and i1 %b.rows, %b.thin
  br i1 %b.row, label %rows, label %dots.or.any
"""
_ROWS = """
rows:
  %r.i = phi i64 [ 0, %choose ], [ %r.i.next, %r.i.done ]
  %r.i.more = icmp slt i64 %r.i, %m
  br i1 %r.i.more, label %r.begin, label %end
r.begin:
  %r.ai = mul i64 %r.i, %a0
  %r.a = getelementptr i8, ptr %a, i64 %r.ai
  %r.ci = mul i64 %r.i, %n
  %r.c = getelementptr T, ptr %c, i64 %r.ci
  br label %wFIRST.block
BLOCKS
r.i.done:
  %r.i.next = add nuw nsw i64 %r.i, 1
  br label %rows
"""
"""Row by row of c, some columns at a time that stay in a register while k runs."""
_BLOCK = """
wW.block:
  %wW.j = phi i64 [ FROM, %BEFORE ], [ %wW.j.next, %wW.done ]
  %wW.j.next = add nuw nsw i64 %wW.j, W
  %wW.fits = icmp sle i64 %wW.j.next, %n
  br i1 %wW.fits, label %wW.begin, label %AFTER
wW.begin:
  %wW.b = getelementptr inbounds T, ptr %b, i64 %wW.j
  br label %wW.k
wW.k:
  %wW.kk = phi i64 [ 0, %wW.begin ], [ %wW.kk.next, %wW.one ]
  %wW.sum = phi V [ zeroinitializer, %wW.begin ], [ %wW.sum.next, %wW.one ]
  %wW.ap = phi ptr [ %r.a, %wW.begin ], [ %wW.ap.next, %wW.one ]
  %wW.bp = phi ptr [ %wW.b, %wW.begin ], [ %wW.bp.next, %wW.one ]
  %wW.more = icmp slt i64 %wW.kk, %k
  br i1 %wW.more, label %wW.one, label %wW.done
wW.one:
  %wW.x = load T, ptr %wW.ap
  SPREAD
  %wW.y = load V, ptr %wW.bp, align SIZE
  %wW.p = MUL V %wW.xs, %wW.y
  %wW.sum.next = ADD V %wW.sum, %wW.p
  %wW.ap.next = getelementptr i8, ptr %wW.ap, i64 %a1
  %wW.bp.next = getelementptr i8, ptr %wW.bp, i64 %b0
  %wW.kk.next = add nuw nsw i64 %wW.kk, 1
  br label %wW.k
wW.done:
  %wW.c = getelementptr inbounds T, ptr %r.c, i64 %wW.j
  store V %wW.sum, ptr %wW.c, align SIZE
  br label %wW.block
"""


def _rows(widest: int) -> str:
    """The product where the rows of b lie side by side."""
    blocks = []
    widths = [1 << k for k in reversed(range(widest.bit_length()))]
    for width, before, after in zip(widths, (None, *widths), (*widths[1:], None), strict=False):
        spread = "%wW.x1 = insertelement V poison, T %wW.x, i64 0\n  %wW.xs = shufflevector V %wW.x1, V poison, <W x i32> zeroinitializer"
        text = _BLOCK.replace("SPREAD", spread if width > 1 else "%wW.xs = select i1 true, T %wW.x, T %wW.x")
        text = text.replace("FROM", f"%w{before}.j" if before else "0").replace("BEFORE", f"w{before}.block" if before else "r.begin")
        text = text.replace("AFTER", f"w{after}.block" if after else "r.i.done")
        text = re.sub(r"\bV\b", f"<{width} x T>" if width > 1 else "T", text)
        blocks.append(re.sub(r"(?<=w)W\b|\bW\b", str(width), text))
    return _ROWS.replace("FIRST", str(widest)).replace("BLOCKS", "".join(blocks))


_ANY = """
dots.or.any:
  DOTS
any:
  %i = phi i64 [ 0, %dots.or.any ], [ %i.next, %i.done ]FOURPHI
  %i.more = icmp slt i64 %i, %m
  br i1 %i.more, label %i.row, label %end
i.row:
  %ai = mul i64 %i, %a0
  %a.row = getelementptr i8, ptr %a, i64 %ai
  %ci = mul i64 %i, %n
  %c.row = getelementptr T, ptr %c, i64 %ci
  br label %jj
jj:
  %u = phi i64 [ 0, %i.row ], [ %u.next, %u.done ]
  %u.more = icmp slt i64 %u, %n
  br i1 %u.more, label %u.one, label %i.done
u.one:
  %bu = mul i64 %u, %b1
  %b.col = getelementptr i8, ptr %b, i64 %bu
  br i1 %dotted, label %dot, label %t.loop
dot:
  DOT
t.loop:
  %t = phi i64 [ 0, %u.one ], [ %t.next, %t.one ]
  %sum = phi T [ ZERO, %u.one ], [ %sum.next, %t.one ]
  %t.more = icmp slt i64 %t, %k
  br i1 %t.more, label %t.one, label %u.done
t.one:
  %at = mul i64 %t, %a1
  %ap = getelementptr i8, ptr %a.row, i64 %at
  %x = load T, ptr %ap
  %bt = mul i64 %t, %b0
  %bp = getelementptr i8, ptr %b.col, i64 %bt
  %y = load T, ptr %bp
  %p = MUL T %x, %y
  %sum.next = ADD T %sum, %p
  %t.next = add nuw nsw i64 %t, 1
  br label %t.loop
u.done:
  %value = phi T [ %sum, %t.loop ] DOTPHI
  %cp = getelementptr inbounds T, ptr %c.row, i64 %u
  store T %value, ptr %cp
  %u.next = add nuw nsw i64 %u, 1
  br label %jj
i.done:
  %i.next = add nuw nsw i64 %i, 1
  br label %any
end:
  ret void
}
"""
_CALL = """
  %gemm = load ptr, ptr getelementptr inbounds ([8 x ptr], ptr @dl_blas, i64 0, i64 ENTRY)
  %have = icmp ne ptr %gemm, null
  %mn = mul i64 %m, %n
  %mnk = mul i64 %mn, %k
  %large = icmp uge i64 %mnk, FROM
  %m.many = icmp sgt i64 %m, 1
  %n.many = icmp sgt i64 %n, 1
  %wide = and i1 %m.many, %n.many
  %a.mm = add i64 %a0, %a1
  %worth.0 = and i1 %have, %large
  %worth = and i1 %worth.0, %wide
  br i1 %worth, label %strides, label %thin
strides:
  %k.bytes = mul i64 %k, SIZE
  %m.bytes = mul i64 %m, SIZE
  %n.bytes = mul i64 %n, SIZE
  %a.rows.1 = icmp eq i64 %a1, SIZE
  %a.rows.2 = icmp sge i64 %a0, %k.bytes
  %a.rows = and i1 %a.rows.1, %a.rows.2
  %a.cols.1 = icmp eq i64 %a0, SIZE
  %a.cols.2 = icmp sge i64 %a1, %m.bytes
  %a.cols = and i1 %a.cols.1, %a.cols.2
  %a.fine = or i1 %a.rows, %a.cols
  %b.rows.1 = icmp eq i64 %b1, SIZE
  %b.rows.2 = icmp sge i64 %b0, %n.bytes
  %b.plain = and i1 %b.rows.1, %b.rows.2
  %b.cols.1 = icmp eq i64 %b0, SIZE
  %b.cols.2 = icmp sge i64 %b1, %k.bytes
  %b.cols = and i1 %b.cols.1, %b.cols.2
  %b.fine = or i1 %b.plain, %b.cols
  %lda.bytes = select i1 %a.rows, i64 %a0, i64 %a1
  %ldb.bytes = select i1 %b.plain, i64 %b0, i64 %b1
  %lda.rest = and i64 %lda.bytes, LESS
  %ldb.rest = and i64 %ldb.bytes, LESS
  %rest = or i64 %lda.rest, %ldb.rest
  %even = icmp eq i64 %rest, 0
  %most.1 = call i64 @llvm.umax.i64(i64 %lda.bytes, i64 %ldb.bytes)
  %most.2 = call i64 @llvm.umax.i64(i64 %most.1, i64 %m)
  %short = icmp ult i64 %most.2, 2147483648
  %fine.1 = and i1 %a.fine, %b.fine
  %fine.2 = and i1 %even, %short
  %fine = and i1 %fine.1, %fine.2
  br i1 %fine, label %blas, label %choose
blas:
  %ta = select i1 %a.rows, i32 111, i32 112
  %tb = select i1 %b.plain, i32 111, i32 112
  %lda.64 = lshr exact i64 %lda.bytes, LOG
  %ldb.64 = lshr exact i64 %ldb.bytes, LOG
  %lda = trunc i64 %lda.64 to i32
  %ldb = trunc i64 %ldb.64 to i32
  %m32 = trunc i64 %m to i32
  %n32 = trunc i64 %n to i32
  %k32 = trunc i64 %k to i32
  call void %gemm(i32 101, i32 %ta, i32 %tb, i32 %m32, i32 %n32, i32 %k32,
      T 1.0, ptr %a, i32 %lda, ptr %b, i32 %ldb, T 0.0, ptr %c, i32 %n32)
  ret void
"""
_DOT = """
define internal T @dl_dot_D(ptr readonly %p, ptr readonly %q, i64 %n) noinline nounwind WIDE {
entry:
  br label %outer
outer:
  %at = phi i64 [ 0, %entry ], [ %at.next, %ran ]
  %total = phi T [ 0.0, %entry ], [ %total.next, %ran ]
  %left = sub i64 %n, %at
  %some = icmp sgt i64 %left, 0
  br i1 %some, label %begin, label %end
begin:
  %long = icmp sgt i64 %left, 1024
  %m = select i1 %long, i64 1024, i64 %left
  %whole = and i64 %m, -16
  %stop = add i64 %at, %whole
  %last = add i64 %at, %m
  br label %lanes
lanes:
  %i = phi i64 [ %at, %begin ], [ %i.next, %lane ]
  %v = phi <16 x T> [ zeroinitializer, %begin ], [ %v.next, %lane ]
  %more = icmp slt i64 %i, %stop
  br i1 %more, label %lane, label %tree
lane:
  %xp = getelementptr inbounds T, ptr %p, i64 %i
  %x = load <16 x T>, ptr %xp, align SIZE
  %yp = getelementptr inbounds T, ptr %q, i64 %i
  %y = load <16 x T>, ptr %yp, align SIZE
  %xy = fmul <16 x T> %x, %y
  %v.next = fadd <16 x T> %v, %xy
  %i.next = add i64 %i, 16
  br label %lanes
tree:
  %h8a = shufflevector <16 x T> %v, <16 x T> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %h8b = shufflevector <16 x T> %v, <16 x T> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %h8 = fadd <8 x T> %h8a, %h8b
  %h4a = shufflevector <8 x T> %h8, <8 x T> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %h4b = shufflevector <8 x T> %h8, <8 x T> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %h4 = fadd <4 x T> %h4a, %h4b
  %h2a = shufflevector <4 x T> %h4, <4 x T> poison, <2 x i32> <i32 0, i32 1>
  %h2b = shufflevector <4 x T> %h4, <4 x T> poison, <2 x i32> <i32 2, i32 3>
  %h2 = fadd <2 x T> %h2a, %h2b
  %h1a = extractelement <2 x T> %h2, i64 0
  %h1b = extractelement <2 x T> %h2, i64 1
  %h1 = fadd T %h1a, %h1b
  br label %rest
rest:
  %j = phi i64 [ %stop, %tree ], [ %j.next, %one ]
  %s = phi T [ %h1, %tree ], [ %s.next, %one ]
  %again = icmp slt i64 %j, %last
  br i1 %again, label %one, label %ran
one:
  %rp = getelementptr inbounds T, ptr %p, i64 %j
  %rx = load T, ptr %rp
  %sp = getelementptr inbounds T, ptr %q, i64 %j
  %sy = load T, ptr %sp
  %rs = fmul T %rx, %sy
  %s.next = fadd T %s, %rs
  %j.next = add i64 %j, 1
  br label %rest
ran:
  %total.next = fadd T %total, %s
  %at.next = add i64 %at, 1024
  br label %outer
end:
  ret T %total
}
"""


def product(module: ModuleWriter, op: str, dtype: str) -> str:
    """The text of dl_gemm_f64 and its kin."""
    if dtype in PART:
        return complex_product(dtype)
    text = _DOT if op == "dot" else _HEAD + _rows(module.target.vector_bits // 8) + _ANY
    floats = dtype[0] == "f"
    if floats:
        module.declare("llvm.umax.i64", "declare i64 @llvm.umax.i64(i64, i64)")
        blas = _CALL.replace("ENTRY", "0" if dtype == "f64" else "1").replace("FROM", str(BLAS_FROM))
        blas += GEMV.replace("GEMVENTRY", "2" if dtype == "f64" else "3").replace("GEMVFROM", str(GEMV_FROM))
        dot = "%dot.value = call T @dl_dot_D(ptr %a.row, ptr %b.col, i64 %k)\n  br label %u.done"
        text = text.replace("BLAS", blas).replace("DOTS", four_rows()).replace("FOURPHI", ", [ %f.i, %f.rows ]")
        text = text.replace("DOTPHI", ", [ %dot.value, %dot ]").replace("DOT", dot, 1)
    else:
        text = text.replace("BLAS", "  br label %choose").replace("DOTS", "br label %any").replace("FOURPHI", "").replace("DOTPHI", "")
        text = text.replace("  br i1 %dotted, label %dot, label %t.loop\ndot:\n  DOT\n", "  br label %t.loop\n")
    add, mul = ("fadd", "fmul") if floats else ("or", "and") if dtype == "bool" else ("add", "mul")
    size = SIZE[dtype]
    words = {"ADD": add, "MUL": mul, "ZERO": "0.0" if floats else "0", "SIZE": str(size), "LESS": str(size - 1), "WIDE": module.target.wide}
    words |= {"LOG": str(size.bit_length() - 1), "T": MEMORY[dtype]}
    text = text.replace("T zeroinitializer", "T ZERO").replace("phi T [ zeroinitializer", "phi T [ ZERO")
    for word, meaning in words.items():
        text = re.sub(rf"\b{word}\b", meaning, text)
    return text.replace("gemm_D", f"gemm_{dtype}").replace("dot_D", f"dot_{dtype}")
