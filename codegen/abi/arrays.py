"""LLVM text of the functions that entries share for arrays: how one comes in, whether two overlap, how one goes out to Python."""

from __future__ import annotations

from ...runtime.array import DATA, DESCR, DIMS, FLAGS, HEADER, NDIM, STRIDES
from ...runtime.load import SLOTS
from ..blocks import COLD

STEAL_BYTES = 16384
"""Arrays from this size on go out without a copy."""


def _slot(name: str) -> str:
    return f"getelementptr inbounds ([{len(SLOTS)} x ptr], ptr @dl_slots, i64 0, i64 {SLOTS.index(name)})"


ARRAY_SPEC = ("i32", "i32", "i32", "i32", "i64", "i64")
"""What an array must be: the slot of its descr, the number of axes, a mask of flags and what it must leave; a bit for each axis
that must have exactly one element, a bit for each that must not."""

_SPEC = "{ " + ", ".join(ARRAY_SPEC) + " }"

ARRAY_IN = f"""
define internal i64 @dl_array_in(ptr %array, ptr %said, ptr %record) noinline nounwind {{
  %class_place = getelementptr i8, ptr %array, i64 {HEADER - 8}
  %class = load ptr, ptr %class_place, align 8
  %array_class = load ptr, ptr {_slot("PyArray_Type")}, align 8
  %is_array = icmp eq ptr %class, %array_class
  br i1 %is_array, label %look, label %no
look:
  %spec = load {_SPEC}, ptr %said, align 8
  %slot = extractvalue {_SPEC} %spec, 0
  %slot_place = getelementptr inbounds [{len(SLOTS)} x ptr], ptr @dl_slots, i64 0, i32 %slot
  %wanted_descr = load ptr, ptr %slot_place, align 8
  %descr_place = getelementptr i8, ptr %array, i64 {DESCR}
  %descr = load ptr, ptr %descr_place, align 8
  %same_descr = icmp eq ptr %descr, %wanted_descr
  %rank = extractvalue {_SPEC} %spec, 1
  %rank_place = getelementptr i8, ptr %array, i64 {NDIM}
  %own_rank = load i32, ptr %rank_place, align 4
  %same_rank = icmp eq i32 %own_rank, %rank
  %mask = extractvalue {_SPEC} %spec, 2
  %wanted = extractvalue {_SPEC} %spec, 3
  %flags_place = getelementptr i8, ptr %array, i64 {FLAGS}
  %all = load i32, ptr %flags_place, align 4
  %flags = and i32 %all, %mask
  %same_flags = icmp eq i32 %flags, %wanted
  %two = and i1 %same_descr, %same_rank
  %three = and i1 %two, %same_flags
  br i1 %three, label %axes, label %no
axes:
  %ones = extractvalue {_SPEC} %spec, 4
  %many = extractvalue {_SPEC} %spec, 5
  %data_place = getelementptr i8, ptr %array, i64 {DATA}
  %data = load ptr, ptr %data_place, align 8
  store ptr %data, ptr %record, align 8
  %block = getelementptr i8, ptr %record, i64 8
  store ptr null, ptr %block, align 8
  %dims_place = getelementptr i8, ptr %array, i64 {DIMS}
  %dims = load ptr, ptr %dims_place, align 8
  %strides_place = getelementptr i8, ptr %array, i64 {STRIDES}
  %strides = load ptr, ptr %strides_place, align 8
  %count = zext i32 %rank to i64
  %out_dims = getelementptr i8, ptr %record, i64 16
  %out_strides = getelementptr i64, ptr %out_dims, i64 %count
  br label %head
head:
  %k = phi i64 [0, %axes], [%next, %body]
  %size = phi i64 [1, %axes], [%size1, %body]
  %wrong = phi i64 [0, %axes], [%wrong1, %body]
  %done = icmp eq i64 %k, %count
  br i1 %done, label %end, label %body
body:
  %dim_place = getelementptr i64, ptr %dims, i64 %k
  %dim = load i64, ptr %dim_place, align 8
  %stride_place = getelementptr i64, ptr %strides, i64 %k
  %stride = load i64, ptr %stride_place, align 8
  %out_dim = getelementptr i64, ptr %out_dims, i64 %k
  store i64 %dim, ptr %out_dim, align 8
  %out_stride = getelementptr i64, ptr %out_strides, i64 %k
  store i64 %stride, ptr %out_stride, align 8
  %single = icmp eq i64 %dim, 1
  %against = select i1 %single, i64 %many, i64 %ones
  %bit = lshr i64 %against, %k
  %wrong1 = or i64 %wrong, %bit
  %size1 = mul i64 %size, %dim
  %next = add i64 %k, 1
  br label %head
end:
  %last = and i64 %wrong, 1
  %fits = icmp eq i64 %last, 0
  %result = select i1 %fits, i64 %size, i64 -1
  ret i64 %result
no:
  ret i64 -1
}}
"""

_OVERLAP = f"""
define internal void @dl_extent(ptr %array, ptr %low, ptr %high) noinline nounwind {{
  %data_place = getelementptr i8, ptr %array, i64 {DATA}
  %data = load i64, ptr %data_place, align 8
  %rank_place = getelementptr i8, ptr %array, i64 {NDIM}
  %rank32 = load i32, ptr %rank_place, align 4
  %rank = sext i32 %rank32 to i64
  %dims_place = getelementptr i8, ptr %array, i64 {DIMS}
  %dims = load ptr, ptr %dims_place, align 8
  %strides_place = getelementptr i8, ptr %array, i64 {STRIDES}
  %strides = load ptr, ptr %strides_place, align 8
  br label %head
head:
  %i = phi i64 [0, %0], [%j, %body]
  %lo = phi i64 [%data, %0], [%lo1, %body]
  %hi = phi i64 [%data, %0], [%hi1, %body]
  %none = phi i1 [false, %0], [%none1, %body]
  %done = icmp sge i64 %i, %rank
  br i1 %done, label %end, label %body
body:
  %dim_place = getelementptr i64, ptr %dims, i64 %i
  %dim = load i64, ptr %dim_place, align 8
  %stride_place = getelementptr i64, ptr %strides, i64 %i
  %stride = load i64, ptr %stride_place, align 8
  %last = sub i64 %dim, 1
  %span = mul i64 %last, %stride
  %back = icmp slt i64 %span, 0
  %down = select i1 %back, i64 %span, i64 0
  %up = select i1 %back, i64 0, i64 %span
  %lo1 = add i64 %lo, %down
  %hi1 = add i64 %hi, %up
  %empty = icmp eq i64 %dim, 0
  %none1 = or i1 %none, %empty
  %j = add i64 %i, 1
  br label %head
end:
  %top = add i64 %hi, 8
  %lo2 = select i1 %none, i64 -1, i64 %lo
  %hi2 = select i1 %none, i64 0, i64 %top
  store i64 %lo2, ptr %low, align 8
  store i64 %hi2, ptr %high, align 8
  ret void
}}
define internal i1 @dl_overlap(ptr %a, ptr %b) nounwind {{
  %al = alloca i64
  %ah = alloca i64
  %bl = alloca i64
  %bh = alloca i64
  call void @dl_extent(ptr %a, ptr %al, ptr %ah)
  call void @dl_extent(ptr %b, ptr %bl, ptr %bh)
  %l1 = load i64, ptr %al
  %h1 = load i64, ptr %ah
  %l2 = load i64, ptr %bl
  %h2 = load i64, ptr %bh
  %x = icmp ult i64 %l1, %h2
  %y = icmp ult i64 %l2, %h1
  %r = and i1 %x, %y
  ret i1 %r
}}
"""

_ARRAY_OUT = f"""
define internal i1 @dl_contiguous(ptr %dims, ptr %strides, i64 %rank, i64 %item, ptr %bytes) nounwind {{
  br label %head
head:
  %i = phi i64 [%rank, %0], [%k, %body]
  %size = phi i64 [%item, %0], [%next, %body]
  %good = phi i1 [true, %0], [%good1, %body]
  %done = icmp eq i64 %i, 0
  br i1 %done, label %end, label %body
body:
  %k = sub i64 %i, 1
  %dim_place = getelementptr i64, ptr %dims, i64 %k
  %dim = load i64, ptr %dim_place, align 8
  %stride_place = getelementptr i64, ptr %strides, i64 %k
  %stride = load i64, ptr %stride_place, align 8
  %fits = icmp eq i64 %stride, %size
  %single = icmp eq i64 %dim, 1
  %fine = or i1 %fits, %single
  %good1 = and i1 %good, %fine
  %next = mul i64 %size, %dim
  br label %head
end:
  store i64 %size, ptr %bytes, align 8
  %empty = icmp eq i64 %size, 0
  %result = or i1 %good, %empty
  ret i1 %result
}}
define internal ptr @dl_array_view(ptr %data, ptr %dims, ptr %strides, i32 %rank, i32 %type, ptr %owner) {COLD} nounwind {{
  %class = load ptr, ptr {_slot("PyArray_Type")}, align 8
  %new = load ptr, ptr {_slot("PyArray_New")}, align 8
  %flags_place = getelementptr i8, ptr %owner, i64 {FLAGS}
  %all = load i32, ptr %flags_place, align 4
  %flags = and i32 %all, 1280
  %view = call ptr %new(ptr %class, i32 %rank, ptr %dims, i32 %type, ptr %strides, ptr %data, i32 0, i32 %flags, ptr null)
  %failed = icmp eq ptr %view, null
  br i1 %failed, label %end, label %own
own:
  call void @Py_IncRef(ptr %owner)
  %set = load ptr, ptr {_slot("PyArray_SetBaseObject")}, align 8
  %status = call i32 %set(ptr %view, ptr %owner)
  br label %end
end:
  ret ptr %view
}}
define internal ptr @dl_array_copy(ptr %data, ptr %dims, ptr %strides, i32 %rank, i32 %type) {COLD} nounwind {{
  %class = load ptr, ptr {_slot("PyArray_Type")}, align 8
  %new = load ptr, ptr {_slot("PyArray_New")}, align 8
  %view = call ptr %new(ptr %class, i32 %rank, ptr %dims, i32 %type, ptr %strides, ptr %data, i32 0, i32 1280, ptr null)
  %failed = icmp eq ptr %view, null
  br i1 %failed, label %none, label %go
go:
  %copy = load ptr, ptr {_slot("PyArray_NewCopy")}, align 8
  %result = call ptr %copy(ptr %view, i32 0)
  call void @Py_DecRef(ptr %view)
  ret ptr %result
none:
  ret ptr null
}}
define internal ptr @dl_array_out(ptr %ctx, ptr %array, i32 %rank, i32 %type, i64 %item, ptr %owners, i64 %count) noinline nounwind {{
  %size_place = alloca i64
  %low_place = alloca i64
  %high_place = alloca i64
  %data = load ptr, ptr %array, align 8
  %block_place = getelementptr i8, ptr %array, i64 8
  %block = load ptr, ptr %block_place, align 8
  %dims = getelementptr i8, ptr %array, i64 16
  %rank64 = sext i32 %rank to i64
  %strides = getelementptr i64, ptr %dims, i64 %rank64
  %dense = call i1 @dl_contiguous(ptr %dims, ptr %strides, i64 %rank64, i64 %item, ptr %size_place)
  %size = load i64, ptr %size_place, align 8
  %class = load ptr, ptr {_slot("PyArray_Type")}, align 8
  %new = load ptr, ptr {_slot("PyArray_New")}, align 8
  %borrowed = icmp eq ptr %block, null
  br i1 %borrowed, label %find, label %owned
owned:
  br i1 %dense, label %whole, label %copy
whole:
  %large = icmp uge i64 %size, {STEAL_BYTES}
  br i1 %large, label %large_one, label %small
large_one:
  %block_data = call ptr @dl_block_data(ptr %block)
  %full = icmp eq ptr %block_data, %data
  br i1 %full, label %steal, label %small
steal:
  %stolen = call ptr @dl_steal(ptr %ctx, ptr %block)
  %shared = icmp eq ptr %stolen, null
  br i1 %shared, label %small, label %wrap
wrap:
  %wrapped = call ptr %new(ptr %class, i32 %rank, ptr %dims, i32 %type, ptr null, ptr %stolen, i32 0, i32 1281, ptr null)
  %no_wrap = icmp eq ptr %wrapped, null
  br i1 %no_wrap, label %give_back, label %own
give_back:
  call void @free(ptr %stolen)
  ret ptr null
own:
  %flags_place = getelementptr i8, ptr %wrapped, i64 {FLAGS}
  %flags = load i32, ptr %flags_place, align 4
  %owning = or i32 %flags, 4
  store i32 %owning, ptr %flags_place, align 4
  ret ptr %wrapped
small:
  %fresh = call ptr %new(ptr %class, i32 %rank, ptr %dims, i32 %type, ptr null, ptr null, i32 0, i32 0, ptr null)
  %no_fresh = icmp eq ptr %fresh, null
  br i1 %no_fresh, label %release, label %fill
fill:
  %target_place = getelementptr i8, ptr %fresh, i64 {DATA}
  %target = load ptr, ptr %target_place, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr %target, ptr %data, i64 %size, i1 false)
  br label %release
release:
  call void @dl_release(ptr %block)
  ret ptr %fresh
copy:
  %copied = call ptr @dl_array_copy(ptr %data, ptr %dims, ptr %strides, i32 %rank, i32 %type)
  call void @dl_release(ptr %block)
  ret ptr %copied
find:
  %at = ptrtoint ptr %data to i64
  br label %head
head:
  %i = phi i64 [0, %find], [%j, %miss]
  %out = icmp sge i64 %i, %count
  br i1 %out, label %lost, label %look
look:
  %owner_place = getelementptr ptr, ptr %owners, i64 %i
  %owner = load ptr, ptr %owner_place, align 8
  call void @dl_extent(ptr %owner, ptr %low_place, ptr %high_place)
  %low = load i64, ptr %low_place, align 8
  %high = load i64, ptr %high_place, align 8
  %above = icmp uge i64 %at, %low
  %below = icmp ult i64 %at, %high
  %inside = and i1 %above, %below
  br i1 %inside, label %hit, label %miss
miss:
  %j = add i64 %i, 1
  br label %head
hit:
  %view = call ptr @dl_array_view(ptr %data, ptr %dims, ptr %strides, i32 %rank, i32 %type, ptr %owner)
  ret ptr %view
lost:
  %foreign = call ptr @dl_array_copy(ptr %data, ptr %dims, ptr %strides, i32 %rank, i32 %type)
  ret ptr %foreign
}}
"""

ARRAYS = _OVERLAP + _ARRAY_OUT

__all__ = ["ARRAYS", "ARRAY_IN", "ARRAY_SPEC", "STEAL_BYTES"]
