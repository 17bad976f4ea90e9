"""A matrix by a vector, in LLVM IR: several rows at a time, so that the vector is read once for them and no sum waits for itself.

Large ones whose columns are summed are OpenBLAS's: strips of columns that stay in registers lie too far apart in memory.
A part of `dl_gemm_D` (`products.py`), whose names it reads. The bits are those of `dl_dot_D`, row by row.
"""

from __future__ import annotations

import re

GEMV_FROM = 65536
"""From this many elements on OpenBLAS is asked."""

GEMV = """
thin:
  %g.gemv = load ptr, ptr getelementptr inbounds ([8 x ptr], ptr @dl_blas, i64 0, i64 GEMVENTRY)
  %g.have = icmp ne ptr %g.gemv, null
  %g.one = icmp eq i64 %m, 1
  %g.large = icmp uge i64 %mnk, GEMVFROM
  %g.side = icmp eq i64 %b1, SIZE
  %g.forward = icmp sge i64 %a1, SIZE
  %g.bytes = mul i64 %n, SIZE
  %g.apart = icmp sge i64 %b0, %g.bytes
  %g.rest.1 = or i64 %a1, %b0
  %g.rest = and i64 %g.rest.1, LESS
  %g.even = icmp eq i64 %g.rest, 0
  %g.most.1 = call i64 @llvm.umax.i64(i64 %a1, i64 %b0)
  %g.most = call i64 @llvm.umax.i64(i64 %g.most.1, i64 %k)
  %g.short = icmp ult i64 %g.most, 2147483648
  %g.1 = and i1 %g.have, %g.one
  %g.2 = and i1 %g.large, %g.side
  %g.3 = and i1 %g.forward, %g.apart
  %g.4 = and i1 %g.even, %g.short
  %g.12 = and i1 %g.1, %g.2
  %g.34 = and i1 %g.3, %g.4
  %g.fine = and i1 %g.12, %g.34
  br i1 %g.fine, label %gemv, label %choose
gemv:
  %g.ldb.64 = lshr exact i64 %b0, LOG
  %g.inc.64 = lshr exact i64 %a1, LOG
  %g.ldb = trunc i64 %g.ldb.64 to i32
  %g.inc = trunc i64 %g.inc.64 to i32
  %g.k = trunc i64 %k to i32
  %g.n = trunc i64 %n to i32
  call void %g.gemv(i32 101, i32 112, i32 %g.k, i32 %g.n, T 1.0, ptr %b, i32 %g.ldb, ptr %a, i32 %g.inc, T 0.0, ptr %c, i32 1)
  ret void
"""
"""A vector by a large matrix whose rows lie side by side."""

_FOUR = """
  %a.unit = icmp eq i64 %a1, SIZE
  %b.unit = icmp eq i64 %b0, SIZE
  %dotted = and i1 %a.unit, %b.unit
  %f.one = icmp eq i64 %n, 1
  %f.run = icmp sle i64 %k, 1024
  %f.column = and i1 %f.one, %f.run
  %four = and i1 %dotted, %f.column
  %f.whole = and i64 %k, -16
  br i1 %four, label %f.rows, label %any
f.rows:
  %f.i = phi i64 [ 0, %dots.or.any ], [ %f.i.next, %f.end ]
  %f.i.next = add nuw nsw i64 %f.i, 4
  %f.fits = icmp sle i64 %f.i.next, %m
  br i1 %f.fits, label %f.begin, label %any
f.begin:
  %f.at = mul i64 %f.i, %a0
  %f.p0 = getelementptr i8, ptr %a, i64 %f.at
  %f.p1 = getelementptr i8, ptr %f.p0, i64 %a0
  %f.p2 = getelementptr i8, ptr %f.p1, i64 %a0
  %f.p3 = getelementptr i8, ptr %f.p2, i64 %a0
  br label %f.lanes
f.lanes:
  %f.t = phi i64 [ 0, %f.begin ], [ %f.t.next, %f.lane ]
PHIS
  %f.more = icmp slt i64 %f.t, %f.whole
  br i1 %f.more, label %f.lane, label %f.tree
f.lane:
  %f.yp = getelementptr inbounds T, ptr %b, i64 %f.t
  %f.y = load <16 x T>, ptr %f.yp, align SIZE
LANES
  %f.t.next = add nuw nsw i64 %f.t, 16
  br label %f.lanes
f.tree:
HALVES
  %f.l0 = shufflevector <8 x T> %f.h0, <8 x T> %f.h1, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 8, i32 9, i32 10, i32 11>
  %f.u0 = shufflevector <8 x T> %f.h0, <8 x T> %f.h1, <8 x i32> <i32 4, i32 5, i32 6, i32 7, i32 12, i32 13, i32 14, i32 15>
  %f.l2 = shufflevector <8 x T> %f.h2, <8 x T> %f.h3, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 8, i32 9, i32 10, i32 11>
  %f.u2 = shufflevector <8 x T> %f.h2, <8 x T> %f.h3, <8 x i32> <i32 4, i32 5, i32 6, i32 7, i32 12, i32 13, i32 14, i32 15>
  %f.q0 = fadd <8 x T> %f.l0, %f.u0
  %f.q2 = fadd <8 x T> %f.l2, %f.u2
  %f.l = shufflevector <8 x T> %f.q0, <8 x T> %f.q2, <8 x i32> <i32 0, i32 1, i32 4, i32 5, i32 8, i32 9, i32 12, i32 13>
  %f.u = shufflevector <8 x T> %f.q0, <8 x T> %f.q2, <8 x i32> <i32 2, i32 3, i32 6, i32 7, i32 10, i32 11, i32 14, i32 15>
  %f.q = fadd <8 x T> %f.l, %f.u
  %f.even = shufflevector <8 x T> %f.q, <8 x T> poison, <4 x i32> <i32 0, i32 2, i32 4, i32 6>
  %f.odd = shufflevector <8 x T> %f.q, <8 x T> poison, <4 x i32> <i32 1, i32 3, i32 5, i32 7>
  %f.lanes.sum = fadd <4 x T> %f.even, %f.odd
  br label %f.rest
f.rest:
  %f.j = phi i64 [ %f.whole, %f.tree ], [ %f.j.next, %f.next ]
  %f.s = phi <4 x T> [ %f.lanes.sum, %f.tree ], [ %f.s.next, %f.next ]
  %f.again = icmp slt i64 %f.j, %k
  br i1 %f.again, label %f.next, label %f.end
f.next:
NEXT
  %f.rp = getelementptr inbounds T, ptr %b, i64 %f.j
  %f.r = load T, ptr %f.rp
  %f.r1 = insertelement <4 x T> poison, T %f.r, i64 0
  %f.r4 = shufflevector <4 x T> %f.r1, <4 x T> poison, <4 x i32> zeroinitializer
  %f.rx = fmul <4 x T> %f.e3, %f.r4
  %f.s.next = fadd <4 x T> %f.s, %f.rx
  %f.j.next = add nuw nsw i64 %f.j, 1
  br label %f.rest
f.end:
  %f.value = fadd <4 x T> %f.s, zeroinitializer
  %f.cp = getelementptr inbounds T, ptr %c, i64 %f.i
  store <4 x T> %f.value, ptr %f.cp, align SIZE
  br label %f.rows
"""
"""A matrix by a vector: four rows at a time, each summed as `dl_dot_D` sums."""
_FOUR_LINES = {
    "PHIS": ("  %f.vR = phi <16 x T> [ zeroinitializer, %f.begin ], [ %f.vR.next, %f.lane ]",),
    "LANES": (
        "  %f.xpR = getelementptr inbounds T, ptr %f.pR, i64 %f.t",
        "  %f.xR = load <16 x T>, ptr %f.xpR, align SIZE",
        "  %f.xyR = fmul <16 x T> %f.xR, %f.y",
        "  %f.vR.next = fadd <16 x T> %f.vR, %f.xyR",
    ),
    "HALVES": (
        "  %f.aR = shufflevector <16 x T> %f.vR, <16 x T> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>",
        "  %f.bR = shufflevector <16 x T> %f.vR, <16 x T> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>",
        "  %f.hR = fadd <8 x T> %f.aR, %f.bR",
    ),
    "NEXT": (
        "  %f.npR = getelementptr inbounds T, ptr %f.pR, i64 %f.j",
        "  %f.nR = load T, ptr %f.npR",
        "  %f.eR = insertelement <4 x T> BEFORE, T %f.nR, i64 R",
    ),
}


def four_rows() -> str:
    """The text, to stand where a matrix whose rows and a vector lie side by side are told apart from others."""
    text = _FOUR
    for word, lines in _FOUR_LINES.items():
        made = [line.replace("BEFORE", f"%f.e{r - 1}" if r else "poison") for r in range(4) for line in _numbered(lines, r)]
        text = text.replace(word, "\n".join(made))
    return text


def _numbered(lines: tuple[str, ...], r: int) -> list[str]:
    return [re.sub(r"(?<=[a-z])R\b|\bR\b", str(r), line) for line in lines]
