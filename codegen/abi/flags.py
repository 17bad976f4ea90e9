"""Text of an entry that reads the floating-point status flags: cleared before the function runs, read behind it, told where any is set.

Reading takes a nanosecond or two; Python is asked only where a flag is set (`runtime/warned.py` warns, or raises, as np.errstate says).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .abi import Text

_STATES = 0b111111
"""All status flags of x86's MXCSR."""
_UNLIKELY = '!prof !{!"branch_weights", i32 1, i32 2000}'


def clear(t: Text, watched: int) -> str:
    """Before the call; the slot that `read` is to be given. Only flags that are set are cleared, for that takes longer than to look."""
    slot = t.slot("i32", "status")
    found = read(t, slot)
    dirty, clean = t.label("dirty"), t.label("clean")
    left = t.let(f"and i32 {found}, {watched & _STATES}")
    t.add(f"br i1 {t.let(f'icmp eq i32 {left}, 0')}, label %{clean}, label %{dirty}")
    t.block(dirty)
    t.add(f"store i32 {t.let(f'and i32 {found}, {~_STATES}')}, ptr {slot}, align 4")
    t.add(f"call void @llvm.x86.sse.ldmxcsr(ptr {slot})")
    t.add(f"br label %{clean}")
    t.block(clean)
    return slot


def read(t: Text, slot: str) -> str:
    t.add(f"call void @llvm.x86.sse.stmxcsr(ptr {slot})")
    return t.let(f"load i32, ptr {slot}, align 4", "flags")


def tell(t: Text, flags: str, watched: int, site: int, result: str, row: str, count: int) -> str:
    """The result, null where a warning became an error."""
    seen = t.let(f"and i32 {flags}, {watched & _STATES}")
    before, loud, quiet = t.label("before"), t.label("loud"), t.label("quiet")
    t.add(f"br label %{before}")
    t.block(before)
    t.add(f"br i1 {t.let(f'icmp ne i32 {seen}, 0')}, label %{loud}, label %{quiet}, {_UNLIKELY}")
    t.block(loud)
    handler = t.at("%record", 16)
    how = t.let(f"or i32 {seen}, {watched & ~_STATES}")
    told = t.let(f"call ptr @dl_warn(ptr {handler}, ptr {result}, i32 {site}, i32 {how}, ptr {row}, i64 {count})")
    t.add(f"br label %{quiet}")
    t.block(quiet)
    return t.let(f"phi ptr [ {result}, %{before} ], [ {told}, %{loud} ]")


WARN = """
@dl_warn_format = internal constant [5 x i8] c"iiLL\\00"
define internal ptr @dl_warn(ptr %handler, ptr %result, i32 %site, i32 %flags, ptr %objects, i64 %count) COLD nounwind {
  %none = icmp eq ptr %result, null
  br i1 %none, label %end, label %warn
warn:
  %address = ptrtoint ptr %objects to i64
  %format = getelementptr i8, ptr @dl_warn_format, i64 0
  %said = call ptr (ptr, ptr, ...) @PyObject_CallFunction(ptr %handler, ptr %format, i32 %site, i32 %flags, i64 %address, i64 %count)
  %failed = icmp eq ptr %said, null
  br i1 %failed, label %raised, label %fine
raised:
  call void @Py_DecRef(ptr %result)
  br label %end
fine:
  call void @Py_DecRef(ptr %said)
  br label %end
end:
  %given = phi ptr [ null, %0 ], [ null, %raised ], [ %result, %fine ]
  ret ptr %given
}
"""

__all__ = ["WARN", "clear", "read", "tell"]
