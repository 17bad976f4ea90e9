"""LLVM text of powers of complex numbers: whole ones by multiplication, the others through cpow or by polar form."""

from __future__ import annotations

_POWER = """define internal { double, double } @NAME(double %ar, double %ai, double %br, double %bi) nounwind memory(none) {
entry:
  %b.real = fcmp oeq double %bi, 0.0
  %b.zero = fcmp oeq double %br, 0.0
  %b.none = and i1 %b.real, %b.zero
  br i1 %b.none, label %one, label %look
one:
  ret { double, double } { double 1.0, double 0.0 }
look:
  %size = call double @llvm.fabs.f64(double %br)
  %small = fcmp MOST double %size, 100.0
  %bounded = select i1 %small, double %br, double 0.5
  %n = fptosi double %bounded to i64
  %back = sitofp i64 %n to double
  %whole = fcmp oeq double %back, %bounded
  %by.parts = and i1 %whole, %b.real
  %ar.zero = fcmp oeq double %ar, 0.0
  %ai.zero = fcmp oeq double %ai, 0.0
  %a.none = and i1 %ar.zero, %ai.zero
  br i1 %a.none, label %nothing, label %some
nothing:
  %positive = fcmp ogt double %br, 0.0
  %zero = select i1 %positive, double 0.0, double 0x7FF8000000000000
  %n1 = insertvalue { double, double } poison, double %zero, 0
  %n2 = insertvalue { double, double } %n1, double %zero, 1
  ret { double, double } %n2
some:
  br i1 %by.parts, label %start, label %polar
polar:
GENERAL
start:
  %minus = sub i64 0, %n
  %negative = icmp slt i64 %n, 0
  %count = select i1 %negative, i64 %minus, i64 %n
  br label %loop
loop:
  %left = phi i64 [ %count, %start ], [ %half, %step ]
  %pr = phi double [ %ar, %start ], [ %pr2, %step ]
  %pi = phi double [ %ai, %start ], [ %pi2, %step ]
  %rr = phi double [ 1.0, %start ], [ %rr1, %step ]
  %ri = phi double [ 0.0, %start ], [ %ri1, %step ]
  %first = phi i1 [ true, %start ], [ %first1, %step ]
  %bit = trunc i64 %left to i1
  %t1 = fmul double %rr, %pr
  %t2 = fmul double %ri, %pi
  %t3 = fsub double %t1, %t2
  %t4 = fmul double %rr, %pi
  %t5 = fmul double %ri, %pr
  %t6 = fadd double %t4, %t5
  %f1 = select i1 %first, double %pr, double %t3
  %f2 = select i1 %first, double %pi, double %t6
  %rr1 = select i1 %bit, double %f1, double %rr
  %ri1 = select i1 %bit, double %f2, double %ri
  %even = xor i1 %bit, true
  %first1 = and i1 %first, %even
  %half = lshr i64 %left, 1
  %done = icmp eq i64 %half, 0
  br i1 %done, label %end, label %step
step:
  %s1 = fmul double %pr, %pr
  %s2 = fmul double %pi, %pi
  %pr2 = fsub double %s1, %s2
  %s3 = fmul double %pr, %pi
  %pi2 = fadd double %s3, %s3
  br label %loop
end:
  br i1 %negative, label %inverse, label %give
inverse:
  %xa = call double @llvm.fabs.f64(double %rr1)
  %ya = call double @llvm.fabs.f64(double %ri1)
  %wide = fcmp oge double %xa, %ya
  %long = select i1 %wide, double %rr1, double %ri1
  %short = select i1 %wide, double %ri1, double %rr1
  %ratio = fdiv double %short, %long
  %cross = fmul double %short, %ratio
  %below = fadd double %long, %cross
  %against = fneg double %ratio
  %up.r = select i1 %wide, double 1.0, double %ratio
  %up.i = select i1 %wide, double %against, double -1.0
QUOTIENT
  br label %give
give:
  %gr = phi double [ %rr1, %end ], [ %qr, %inverse ]
  %gi = phi double [ %ri1, %end ], [ %qi, %inverse ]
  %g1 = insertvalue { double, double } poison, double %gr, 0
  %g2 = insertvalue { double, double } %g1, double %gi, 1
  ret { double, double } %g2
}
"""

_NUMPY = """  %c = call { double, double } @cpow(double %ar, double %ai, double %br, double %bi)
  ret { double, double } %c"""

_PYTHON = """  %vabs = call double @hypot(double %ar, double %ai)
  %len0 = call double @pow(double %vabs, double %br)
  %at = call double @atan2(double %ai, double %ar)
  %phase0 = fmul double %at, %br
  %turn = fmul double %at, %bi
  %shrink = call double @exp(double %turn)
  %len1 = fdiv double %len0, %shrink
  %len = select i1 %b.real, double %len0, double %len1
  %log = call double @log(double %vabs)
  %more = fmul double %bi, %log
  %phase1 = fadd double %phase0, %more
  %phase = select i1 %b.real, double %phase0, double %phase1
  %cos = call double @cos(double %phase)
  %sin = call double @sin(double %phase)
  %cr = fmul double %len, %cos
  %ci = fmul double %len, %sin
  %c1 = insertvalue { double, double } poison, double %cr, 0
  %c2 = insertvalue { double, double } %c1, double %ci, 1
  ret { double, double } %c2"""

_SCALED = """  %scale = fdiv double 1.0, %below
  %qr = fmul double %up.r, %scale
  %qi = fmul double %up.i, %scale"""

_DIVIDED = """  %qr = fdiv double %up.r, %below
  %qi = fdiv double %up.i, %below"""


def _power(name: str, general: str, quotient: str, most: str) -> str:
    text = _POWER.replace("NAME", name).replace("GENERAL", general)
    return text.replace("QUOTIENT", quotient).replace("MOST", most)


POWERS = {
    "dl_cpow": _power("dl_cpow", _NUMPY, _SCALED, "olt"),
    "dl_cpow_python": _power("dl_cpow_python", _PYTHON, _DIVIDED, "ole"),
}
"""NumPy's powers, and Python's."""
USED = {"dl_cpow": ("llvm.fabs.f64",), "dl_cpow_python": ("llvm.fabs.f64", "hypot", "pow", "atan2", "exp", "log", "cos", "sin")}
"""The functions of doubles that they call."""
