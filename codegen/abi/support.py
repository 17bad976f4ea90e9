"""LLVM text of the functions that entries share: guards, captured values, overlap, arrays going out, faults, polling.

They are compiled once and linked to every library (`support.py`); a module with entries declares them.
"""

from __future__ import annotations

import re

from difflang.types import DTYPES

from ...runtime.array import HEADER
from ...runtime.load import SLOTS
from ..blocks import COLD
from ..repeats import without_repeats
from ..writer import MEMORY
from .arrays import ARRAYS, ARRAY_IN
from .faults import FAULTS
from .flags import WARN
from .lists import LISTS

TYPE_NUMBERS = {dtype: DTYPES[dtype].num for dtype in MEMORY}
"""NumPy's NPY_BOOL, NPY_INT, NPY_LONG ...: the dtype objects of this machine."""

CONTEXT_BYTES = 80
"""The context of `docs/codegen.md` (48 bytes), then {thread state while the GIL is released, time of the last poll, 0}."""


def record_type(rank: int) -> str:
    return f"[{16 + 16 * rank} x i8]"


DECLARATIONS = """
@PyFloat_Type = external global i8
@PyComplex_Type = external global i8
@PyLong_Type = external global i8
@PyBool_Type = external global i8
@PyTuple_Type = external global i8
@_Py_TrueStruct = external global i8
@_Py_FalseStruct = external global i8
@_Py_NoneStruct = external global i8
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare ptr @PyObject_CallNoArgs(ptr)
declare ptr @PyObject_CallFunction(ptr, ptr, ...)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyComplex_FromDoubles(double, double)
declare ptr @PyLong_FromLongLong(i64)
declare ptr @PyBool_FromLong(i64)
declare i64 @PyLong_AsLongLongAndOverflow(ptr, ptr)
declare ptr @PyTuple_New(i64)
declare ptr @PyDict_GetItemWithError(ptr, ptr)
declare void @PyErr_Clear()
declare i32 @PyErr_CheckSignals()
declare ptr @PyEval_SaveThread()
declare void @PyEval_RestoreThread(ptr)
declare void @Py_IncRef(ptr)
declare void @Py_DecRef(ptr)
declare i32 @clock_gettime(i32, ptr)
declare void @free(ptr)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare i64 @llvm.smax.i64(i64, i64)
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
declare i64 @llvm.umin.i64(i64, i64)
"""

_GUARDS = f"""
define internal ptr @dl_captured(ptr %place) nounwind {{
  %space = load i64, ptr %place, align 8
  %asks = icmp eq i64 %space, 1
  br i1 %asks, label %ask, label %look
ask:
  %key_place = getelementptr i8, ptr %place, i64 8
  %reader = load ptr, ptr %key_place, align 8
  %answer = call ptr @PyObject_CallNoArgs(ptr %reader)
  %failed = icmp eq ptr %answer, null
  br i1 %failed, label %clear, label %give
clear:
  call void @PyErr_Clear()
  ret ptr null
give:
  ret ptr %answer
look:
  %borrowed = call ptr @dl_lookup(ptr %place)
  call void @Py_IncRef(ptr %borrowed)
  ret ptr %borrowed
}}
define internal ptr @dl_lookup(ptr %place) nounwind {{
  %space = load ptr, ptr %place, align 8
  %key_place = getelementptr i8, ptr %place, i64 8
  %key = load ptr, ptr %key_place, align 8
  %is_cell = icmp eq ptr %space, null
  br i1 %is_cell, label %cell, label %name
cell:
  %content_place = getelementptr i8, ptr %key, i64 {HEADER}
  %content = load ptr, ptr %content_place, align 8
  ret ptr %content
name:
  %found = call ptr @PyDict_GetItemWithError(ptr %space, ptr %key)
  ret ptr %found
}}
define internal i1 @dl_guards(ptr %record) nounwind {{
  %guards_place = getelementptr i8, ptr %record, i64 24
  %guards = load ptr, ptr %guards_place, align 8
  %count_place = getelementptr i8, ptr %record, i64 32
  %count = load i64, ptr %count_place, align 8
  br label %head
head:
  %i = phi i64 [0, %0], [%j, %good]
  %done = icmp sge i64 %i, %count
  br i1 %done, label %yes, label %body
body:
  %offset = mul i64 %i, 24
  %guard = getelementptr i8, ptr %guards, i64 %offset
  %now = call ptr @dl_captured(ptr %guard)
  call void @Py_DecRef(ptr %now)
  %expected_place = getelementptr i8, ptr %guard, i64 16
  %expected = load ptr, ptr %expected_place, align 8
  %same = icmp eq ptr %now, %expected
  br i1 %same, label %good, label %no
good:
  %j = add i64 %i, 1
  br label %head
yes:
  ret i1 true
no:
  ret i1 false
}}
"""

_BIND = f"""
define internal ptr @dl_bind(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames, ptr %record, i64 %count, ptr %try) noinline nounwind {{
entry:
  %bound = alloca ptr, i64 %count, align 8
  %given = and i64 %nargsf, 9223372036854775807
  %table_place = getelementptr i8, ptr %record, i64 48
  %table = load ptr, ptr %table_place, align 8
  %known = icmp ne ptr %table, null
  %few = icmp ule i64 %given, %count
  %possible = and i1 %known, %few
  br i1 %possible, label %copy, label %no
copy:
  %i = phi i64 [0, %entry], [%i1, %set]
  %copied = icmp eq i64 %i, %count
  br i1 %copied, label %keywords, label %one
one:
  %there = icmp ult i64 %i, %given
  br i1 %there, label %take, label %set
take:
  %arg_place = getelementptr ptr, ptr %args, i64 %i
  %arg = load ptr, ptr %arg_place, align 8
  br label %set
set:
  %value = phi ptr [%arg, %take], [null, %one]
  %bound_place = getelementptr ptr, ptr %bound, i64 %i
  store ptr %value, ptr %bound_place, align 8
  %i1 = add i64 %i, 1
  br label %copy
keywords:
  %none = icmp eq ptr %kwnames, null
  br i1 %none, label %defaults, label %sized
sized:
  %size_place = getelementptr i8, ptr %kwnames, i64 {HEADER}
  %size = load i64, ptr %size_place, align 8
  br label %keyword
keyword:
  %k = phi i64 [0, %sized], [%k1, %put]
  %named = icmp eq i64 %k, %size
  br i1 %named, label %defaults, label %search
search:
  %name_offset = mul i64 %k, 8
  %name_at = add i64 %name_offset, {HEADER + 8}
  %name_place = getelementptr i8, ptr %kwnames, i64 %name_at
  %name = load ptr, ptr %name_place, align 8
  br label %compare
compare:
  %j = phi i64 [0, %search], [%j1, %other]
  %unknown = icmp eq i64 %j, %count
  br i1 %unknown, label %no, label %look
look:
  %row = mul i64 %j, 16
  %row_place = getelementptr i8, ptr %table, i64 %row
  %own = load ptr, ptr %row_place, align 8
  %hit = icmp eq ptr %own, %name
  br i1 %hit, label %found, label %other
other:
  %j1 = add i64 %j, 1
  br label %compare
found:
  %slot = getelementptr ptr, ptr %bound, i64 %j
  %before = load ptr, ptr %slot, align 8
  %free = icmp eq ptr %before, null
  br i1 %free, label %put, label %no
put:
  %from = add i64 %given, %k
  %from_place = getelementptr ptr, ptr %args, i64 %from
  %keyed = load ptr, ptr %from_place, align 8
  store ptr %keyed, ptr %slot, align 8
  %k1 = add i64 %k, 1
  br label %keyword
defaults:
  br label %default
default:
  %d = phi i64 [0, %defaults], [%d1, %done]
  %over = icmp eq i64 %d, %count
  br i1 %over, label %yes, label %test
test:
  %place = getelementptr ptr, ptr %bound, i64 %d
  %now = load ptr, ptr %place, align 8
  %missing = icmp eq ptr %now, null
  br i1 %missing, label %fill, label %done
fill:
  %drow = mul i64 %d, 16
  %dvalue = add i64 %drow, 8
  %default_place = getelementptr i8, ptr %table, i64 %dvalue
  %default_value = load ptr, ptr %default_place, align 8
  store ptr %default_value, ptr %place, align 8
  %required = icmp eq ptr %default_value, null
  br i1 %required, label %no, label %done
done:
  %d1 = add i64 %d, 1
  br label %default
yes:
  %filled = call ptr %try(ptr %self, ptr %bound, i64 %count, ptr null, ptr %record)
  ret ptr %filled
no:
  %as_given = call ptr %try(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames, ptr %record)
  ret ptr %as_given
}}
"""

_TUPLE = f"""
define internal ptr @dl_tuple(i64 %count, ptr %items) noinline nounwind {{
  br label %head
head:
  %i = phi i64 [0, %0], [%i1, %test]
  %done = icmp eq i64 %i, %count
  br i1 %done, label %whole, label %test
test:
  %item_place = getelementptr ptr, ptr %items, i64 %i
  %item = load ptr, ptr %item_place, align 8
  %failed = icmp eq ptr %item, null
  %i1 = add i64 %i, 1
  br i1 %failed, label %drop, label %head
whole:
  %made = call ptr @PyTuple_New(i64 %count)
  %none = icmp eq ptr %made, null
  br i1 %none, label %drop, label %fill
fill:
  %target = getelementptr i8, ptr %made, i64 {HEADER + 8}
  %bytes = shl i64 %count, 3
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %target, ptr align 8 %items, i64 %bytes, i1 false)
  ret ptr %made
drop:
  %d = phi i64 [0, %test], [0, %whole], [%d1, %let_go]
  %over = icmp eq i64 %d, %count
  br i1 %over, label %lost, label %let_go
let_go:
  %own_place = getelementptr ptr, ptr %items, i64 %d
  %own = load ptr, ptr %own_place, align 8
  call void @Py_DecRef(ptr %own)
  %d1 = add i64 %d, 1
  br label %drop
lost:
  ret ptr null
}}
"""

_HIDDEN = {
    "dl_guards": "i1 @dl_guards(ptr)",
    "dl_captured": "ptr @dl_captured(ptr)",
    "dl_bind": "ptr @dl_bind(ptr, ptr, i64, ptr, ptr, i64, ptr)",
    "dl_array_in": "i64 @dl_array_in(ptr, ptr, ptr)",
    "dl_tuple": "ptr @dl_tuple(i64, ptr)",
    "dl_overlap": "i1 @dl_overlap(ptr, ptr)",
    "dl_array_out": "ptr @dl_array_out(ptr, ptr, i32, i32, i64, ptr, i64)",
    "dl_list_out": "ptr @dl_list_out(ptr, ptr, i64, i32, ptr, i32, i32, i64, i64, ptr, i64)",
    "dl_fault": "ptr @dl_fault(ptr, ptr)",
    "dl_poll_python": "i32 @dl_poll_python(ptr)",
    "dl_say_python": "i32 @dl_say_python(ptr, i32, ptr)",
    "dl_warn": "ptr @dl_warn(ptr, ptr, i32, i32, ptr, i64)",
}

def declared() -> str:
    """What a module with entries says of it all."""
    lines = [f"declare hidden {head} nounwind" for head in _HIDDEN.values()]
    return "\n".join([f"@dl_slots = external global [{len(SLOTS)} x ptr]", *lines]) + DECLARATIONS


def arriving() -> str:
    """The piece that every array comes in through."""
    return f"@dl_slots = external global [{len(SLOTS)} x ptr]\n" + ARRAY_IN.replace("define internal", "define hidden")


def module(prelude: str) -> str:
    """The other piece; `prelude` is what modules say of blocks."""
    text = _GUARDS + _BIND + _TUPLE + ARRAYS + LISTS + (FAULTS + WARN).replace("COLD", COLD)
    for name in _HIDDEN:
        text = re.sub(rf"define internal (\w+ @{name}\()", r"define hidden \1", text)
    slots = f"@dl_slots = global [{len(SLOTS)} x ptr] zeroinitializer, align 8\n"
    return without_repeats(prelude + slots + DECLARATIONS + text)


__all__ = ["CONTEXT_BYTES", "TYPE_NUMBERS", "arriving", "declared", "module", "record_type"]
