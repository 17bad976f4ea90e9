"""LLVM text of the product of two complex matrices: OpenBLAS's where it pays, else three loops."""

from __future__ import annotations

from difflang.types import PART

from ...runtime.blas import NAMES
from ..writer import REGISTER, SIZE

_TEXT = """
define hidden void @dl_gemm_DTYPE(ptr %a, i64 %a0, i64 %a1, ptr %b, i64 %b0, i64 %b1, ptr %c, i64 %m, i64 %n, i64 %k) nounwind {
entry:
  %alpha = alloca T, align 16
  %beta = alloca T, align 16
  %mn = mul i64 %m, %n
  %work = mul i64 %mn, %k
  %large = icmp ugt i64 %work, 4096
  %most.mn = call i64 @llvm.umax.i64(i64 %m, i64 %n)
  %most = call i64 @llvm.umax.i64(i64 %most.mn, i64 %k)
  %fits = icmp ult i64 %most, 134217728
  %a.rows = icmp eq i64 %a1, SIZE
  %a.cols = icmp eq i64 %a0, SIZE
  %b.rows = icmp eq i64 %b1, SIZE
  %b.cols = icmp eq i64 %b0, SIZE
  %a.lead = select i1 %a.rows, i64 %a0, i64 %a1
  %b.lead = select i1 %b.rows, i64 %b0, i64 %b1
  %a.one = or i1 %a.rows, %a.cols
  %b.one = or i1 %b.rows, %b.cols
  %a.least = select i1 %a.rows, i64 %k, i64 %m
  %b.least = select i1 %b.rows, i64 %n, i64 %k
  %a.items = sdiv i64 %a.lead, SIZE
  %b.items = sdiv i64 %b.lead, SIZE
  %a.whole = icmp sge i64 %a.items, %a.least
  %b.whole = icmp sge i64 %b.items, %b.least
  %a.rest = srem i64 %a.lead, SIZE
  %b.rest = srem i64 %b.lead, SIZE
  %rest = or i64 %a.rest, %b.rest
  %even = icmp eq i64 %rest, 0
  %t1 = and i1 %large, %fits
  %t2 = and i1 %a.one, %b.one
  %t3 = and i1 %a.whole, %b.whole
  %t4 = and i1 %t1, %t2
  %t5 = and i1 %t3, %even
  %ask = and i1 %t4, %t5
  br i1 %ask, label %look, label %plain
look:
  %place = getelementptr inbounds [COUNT x ptr], ptr @dl_blas, i64 0, i64 ENTRY
  %blas = load ptr, ptr %place, align 8
  %none = icmp eq ptr %blas, null
  br i1 %none, label %plain, label %call
call:
  store T <P 1.0, P 0.0>, ptr %alpha, align 16
  store T zeroinitializer, ptr %beta, align 16
  %a.turn = select i1 %a.rows, i32 111, i32 112
  %b.turn = select i1 %b.rows, i32 111, i32 112
  %m32 = trunc i64 %m to i32
  %n32 = trunc i64 %n to i32
  %k32 = trunc i64 %k to i32
  %la = trunc i64 %a.items to i32
  %lb = trunc i64 %b.items to i32
  call void %blas(i32 101, i32 %a.turn, i32 %b.turn, i32 %m32, i32 %n32, i32 %k32, ptr %alpha,
    ptr %a, i32 %la, ptr %b, i32 %lb, ptr %beta, ptr %c, i32 %n32)
  ret void
plain:
  br label %rows
rows:
  %i = phi i64 [ 0, %plain ], [ %i.next, %rows.end ]
  %i.done = icmp sge i64 %i, %m
  br i1 %i.done, label %end, label %cols.start
cols.start:
  %i.off = mul i64 %i, %a0
  %a.row = getelementptr inbounds i8, ptr %a, i64 %i.off
  %c.off = mul i64 %i, %n
  br label %cols
cols:
  %j = phi i64 [ 0, %cols.start ], [ %j.next, %cols.end ]
  %j.done = icmp sge i64 %j, %n
  br i1 %j.done, label %rows.end, label %sum.start
sum.start:
  %j.off = mul i64 %j, %b1
  %b.col = getelementptr inbounds i8, ptr %b, i64 %j.off
  br label %sum
sum:
  %l = phi i64 [ 0, %sum.start ], [ %l.next, %add ]
  %re = phi P [ 0.0, %sum.start ], [ %re.next, %add ]
  %im = phi P [ 0.0, %sum.start ], [ %im.next, %add ]
  %l.done = icmp sge i64 %l, %k
  br i1 %l.done, label %cols.end, label %add
add:
  %la.off = mul i64 %l, %a1
  %lb.off = mul i64 %l, %b0
  %pa = getelementptr inbounds i8, ptr %a.row, i64 %la.off
  %pb = getelementptr inbounds i8, ptr %b.col, i64 %lb.off
  %x = load T, ptr %pa, align HALF
  %y = load T, ptr %pb, align HALF
  %xr = extractelement T %x, i32 0
  %xi = extractelement T %x, i32 1
  %yr = extractelement T %y, i32 0
  %yi = extractelement T %y, i32 1
  %rr = fmul P %xr, %yr
  %ii = fmul P %xi, %yi
  %ri = fmul P %xr, %yi
  %ir = fmul P %xi, %yr
  %pr = fsub P %rr, %ii
  %pi = fadd P %ri, %ir
  %re.next = fadd P %re, %pr
  %im.next = fadd P %im, %pi
  %l.next = add nuw nsw i64 %l, 1
  br label %sum
cols.end:
  %at = add i64 %c.off, %j
  %pc = getelementptr inbounds T, ptr %c, i64 %at
  %z0 = insertelement T poison, P %re, i32 0
  %z = insertelement T %z0, P %im, i32 1
  store T %z, ptr %pc, align HALF
  %j.next = add nuw nsw i64 %j, 1
  br label %cols
rows.end:
  %i.next = add nuw nsw i64 %i, 1
  br label %rows
end:
  ret void
}
declare i64 @llvm.umax.i64(i64, i64)
"""


def complex_product(dtype: str) -> str:
    """The text of dl_gemm_c64 or dl_gemm_c128."""
    letter = "z" if dtype == "c128" else "c"
    words = {
        "DTYPE": dtype, "COUNT": str(len(NAMES)), "ENTRY": str(NAMES.index(f"scipy_cblas_{letter}gemm")), "SIZE": str(SIZE[dtype]),
        "HALF": str(SIZE[dtype] // 2), "<P 1.0, P 0.0>": f"<{REGISTER[PART[dtype]]} 1.0, {REGISTER[PART[dtype]]} 0.0>",
    }  # fmt: skip
    text = _TEXT
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text.replace(" T", f" {REGISTER[dtype]}").replace(" P ", f" {REGISTER[PART[dtype]]} ")
