"""Conversions of float16 for x86 processors without instructions for it: what LLVM calls there, by the names of its own library."""

from __future__ import annotations

from .targets.target import Target

_TEXT = """
define weak hidden float @__extendhfsf2(half %h) nounwind {
  %short = bitcast half %h to i16
  %bits = zext i16 %short to i32
  %minus = and i32 %bits, 32768
  %sign = shl i32 %minus, 16
  %size = and i32 %bits, 32767
  %shifted = shl i32 %size, 13
  %normal = add i32 %shifted, 939524096
  %special = add i32 %normal, 939524096
  %whole = uitofp i32 %size to float
  %tiny = fmul float %whole, 0x3E70000000000000
  %small = bitcast float %tiny to i32
  %is.small = icmp ult i32 %size, 1024
  %is.special = icmp uge i32 %size, 31744
  %one = select i1 %is.small, i32 %small, i32 %normal
  %two = select i1 %is.special, i32 %special, i32 %one
  %all = or i32 %two, %sign
  %value = bitcast i32 %all to float
  ret float %value
}
define weak hidden half @__truncsfhf2(float %f) nounwind {
  %bits = bitcast float %f to i32
  %high = lshr i32 %bits, 16
  %sign = and i32 %high, 32768
  %size = and i32 %bits, 2147483647
  %cut = lshr i32 %size, 13
  %odd = and i32 %cut, 1
  %up = add i32 %size, 4095
  %near = add i32 %up, %odd
  %rounded = lshr i32 %near, 13
  %normal = sub i32 %rounded, 114688
  %positive = bitcast i32 %size to float
  %aligned = fadd float %positive, 0.5
  %low = bitcast float %aligned to i32
  %small = sub i32 %low, 1056964608
  %is.small = icmp ult i32 %size, 947912704
  %is.large = icmp uge i32 %size, 1199566848
  %is.nan = icmp ugt i32 %size, 2139095040
  %one = select i1 %is.small, i32 %small, i32 %normal
  %two = select i1 %is.large, i32 31744, i32 %one
  %three = select i1 %is.nan, i32 32256, i32 %two
  %all = or i32 %three, %sign
  %short = trunc i32 %all to i16
  %value = bitcast i16 %short to half
  ret half %value
}
"""


def conversions(text: str, target: Target) -> str:
    """The functions that a module with this text needs on this machine."""
    needed = "half" in text and target.triple.startswith("x86_64") and "f16c" not in target.has
    return _TEXT if needed else ""


__all__ = ["conversions"]
