"""Reduction of large arguments by pi/2 (Payne and Hanek, 1983): only those bits of 2/pi are multiplied that count."""

from __future__ import annotations

from .number import Real, Whole

_DIGITS = 1216
"""Bits of 2/pi that the largest double asks for: its exponent, and 192 to multiply."""


def _two_over_pi() -> list[int]:
    """0 and 2/pi in words of 64 bits, by Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239)."""
    extra = _DIGITS + 64
    one = 1 << extra

    def arctan(inverse: int) -> int:
        total = term = one // inverse
        k, square = 1, inverse * inverse
        while term:
            term //= -square
            k += 2
            total += term // k
        return total

    value = (one * one * 2 // (16 * arctan(5) - 4 * arctan(239))) >> (extra - _DIGITS)
    return [(value >> (_DIGITS - 64 * (k + 1))) & (2**64 - 1) for k in range(-1, _DIGITS // 64)]


def far_text() -> str:
    """x = n pi/2 + r + e for finite |x| >= 1. x is m 2**E; of m times 192 bits of 2/pi the lowest 192 are kept:
    what stands above is a multiple of 4. The two highest are n, the rest a fraction of pi/2."""
    words = _two_over_pi()
    table = ", ".join(f"i64 {w - 2**64 if w >> 63 else w}" for w in words)
    return f"@dl_two_over_pi = internal constant [{len(words)} x i64] [{table}]\n{_TEXT}"


_TEXT = """
declare i64 @llvm.fshl.i64(i64, i64, i64)
declare i128 @llvm.ctlz.i128(i128, i1)
define internal { double, double, i64 } @dl_far_reduced(double %x) noinline nounwind willreturn memory(none) {
  %bits = bitcast double %x to i64
  %raised = lshr i64 %bits, 52
  %biased = and i64 %raised, 2047
  %from = sub i64 %biased, 1013
  %word = lshr i64 %from, 6
  %shift = and i64 %from, 63
  %p0 = getelementptr i64, ptr @dl_two_over_pi, i64 %word
  %p1 = getelementptr i64, ptr %p0, i64 1
  %p2 = getelementptr i64, ptr %p0, i64 2
  %p3 = getelementptr i64, ptr %p0, i64 3
  %w0 = load i64, ptr %p0
  %w1 = load i64, ptr %p1
  %w2 = load i64, ptr %p2
  %w3 = load i64, ptr %p3
  %v0 = call i64 @llvm.fshl.i64(i64 %w0, i64 %w1, i64 %shift)
  %v1 = call i64 @llvm.fshl.i64(i64 %w1, i64 %w2, i64 %shift)
  %v2 = call i64 @llvm.fshl.i64(i64 %w2, i64 %w3, i64 %shift)
  %low = and i64 %bits, 4503599627370495
  %m = or i64 %low, 4503599627370496
  %mm = zext i64 %m to i128
  %u1 = zext i64 %v1 to i128
  %u2 = zext i64 %v2 to i128
  %q2 = mul i128 %mm, %u2
  %q1 = mul i128 %mm, %u1
  %q0 = mul i64 %m, %v0
  %carry = lshr i128 %q2, 64
  %high1 = add i128 %q1, %carry
  %q00 = zext i64 %q0 to i128
  %q0up = shl i128 %q00, 64
  %top = add i128 %q0up, %high1
  %bottom = trunc i128 %q2 to i64
  %bottom.top = lshr i64 %bottom, 62
  %bottom.wide = zext i64 %bottom.top to i128
  %moved = shl i128 %top, 2
  %fraction = or i128 %moved, %bottom.wide
  %quarter = lshr i128 %top, 126
  %quarters = trunc i128 %quarter to i64
  %over = icmp slt i128 %fraction, 0
  %one = zext i1 %over to i64
  %n = add i64 %quarters, %one
  %opposite = sub i128 0, %fraction
  %size = select i1 %over, i128 %opposite, i128 %fraction
  %zeros = call i128 @llvm.ctlz.i128(i128 %size, i1 false)
  %full = shl i128 %size, %zeros
  %first = lshr i128 %full, 75
  %second = lshr i128 %full, 22
  %first64 = trunc i128 %first to i64
  %second64 = trunc i128 %second to i64
  %second53 = and i64 %second64, 9007199254740991
  %a = uitofp i64 %first64 to double
  %b = uitofp i64 %second53 to double
  %zeros64 = trunc i128 %zeros to i64
  %exponent = sub i64 970, %zeros64
  %scale.bits = shl i64 %exponent, 52
  %negative = icmp slt i64 %bits, 0
  %flipped = xor i1 %negative, %over
  %sign = select i1 %flipped, i64 -9223372036854775808, i64 0
  %signed = or i64 %scale.bits, %sign
  %scale = bitcast i64 %signed to double
  %hi = fmul double %a, %scale
  %lo.large = fmul double %b, %scale
  %lo = fmul double %lo.large, 0x3CA0000000000000
  %p = fmul double %hi, 0x3FF921FB54442D18
  %minus = fneg double %p
  %pe = call double @llvm.fma.f64(double %hi, double 0x3FF921FB54442D18, double %minus)
  %pf = call double @llvm.fma.f64(double %hi, double 0x3C91A62633145C07, double %pe)
  %rest = call double @llvm.fma.f64(double %lo, double 0x3FF921FB54442D18, double %pf)
  %r = fadd double %p, %rest
  %back = fsub double %p, %r
  %e = fadd double %back, %rest
  %n.minus = sub i64 0, %n
  %n.signed = select i1 %negative, i64 %n.minus, i64 %n
  %finite = icmp ult i64 %biased, 2047
  %r.found = select i1 %finite, double %r, double 0x7FF8000000000000
  %s1 = insertvalue { double, double, i64 } poison, double %r.found, 0
  %s2 = insertvalue { double, double, i64 } %s1, double %e, 1
  %s3 = insertvalue { double, double, i64 } %s2, i64 %n.signed, 2
  ret { double, double, i64 } %s3
}
"""


def far_reduced(x: Real) -> tuple[Real, Real, Whole]:
    """r, e and n of one number."""
    body = x.body
    body.support["far"] = far_text()
    whole = body.let(f"call {{ double, double, i64 }} @dl_far_reduced(double {x.name})")
    r, e, n = (body.let(f"extractvalue {{ double, double, i64 }} {whole}, {k}") for k in range(3))
    return Real(body, r, "f64"), Real(body, e, "f64"), Whole(body, n, 64)
