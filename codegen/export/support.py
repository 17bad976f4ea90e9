"""LLVM text that every exported library holds: the message of the last error, and arrays going out."""

from __future__ import annotations

_TEXT = """
@dl_message = internal thread_local global [512 x i8] zeroinitializer
@dl_no_memory = internal constant [27 x i8] c"MemoryError: out of memory"
@dl_wrong_shape = internal constant [79 x i8] c"ValueError: a result has another shape than its buffer; dims tells which it is"
declare i32 @snprintf(ptr, i64, ptr, ...)
declare ptr @malloc(i64)
declare void @free(ptr)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

define ptr @LIBRARY_last_error() nounwind {
  ret ptr @dl_message
}
define void @LIBRARY_free(ptr %data) nounwind {
  call void @free(ptr %data)
  ret void
}
define internal void @dl_export_say(ptr %format) cold noinline nounwind {
  %n = call i32 (ptr, i64, ptr, ...) @snprintf(ptr @dl_message, i64 512, ptr %format)
  ret void
}
define internal i32 @dl_export_fault(ptr %ctx) cold noinline nounwind {
  %site = load i32, ptr %ctx, align 8
  %entry = getelementptr { i32, ptr }, ptr @dl_sites, i32 %site
  %code = load i32, ptr %entry, align 8
  %format_place = getelementptr { i32, ptr }, ptr %entry, i32 0, i32 1
  %format = load ptr, ptr %format_place, align 8
  %p0 = getelementptr i8, ptr %ctx, i64 8
  %d0 = load i64, ptr %p0, align 8
  %p1 = getelementptr i8, ptr %ctx, i64 16
  %d1 = load i64, ptr %p1, align 8
  %p2 = getelementptr i8, ptr %ctx, i64 24
  %d2 = load i64, ptr %p2, align 8
  %p3 = getelementptr i8, ptr %ctx, i64 32
  %d3 = load i64, ptr %p3, align 8
  %n = call i32 (ptr, i64, ptr, ...) @snprintf(ptr @dl_message, i64 512, ptr %format, i64 %d0, i64 %d1, i64 %d2, i64 %d3)
  ret i32 %code
}
define internal i32 @dl_export_lend(ptr %ctx, ptr %memory, i64 %bytes) noinline nounwind {
  %start = ptrtoint ptr %memory to i64
  %end = add i64 %start, %bytes
  %more = add i64 %start, 63
  %aligned = and i64 %more, -64
  %first = add i64 %aligned, 2624
  %none = icmp eq ptr %memory, null
  %little = icmp ugt i64 %first, %end
  %short = or i1 %none, %little
  br i1 %short, label %wrong, label %right
wrong:
  call void @dl_export_say(ptr @dl_no_memory)
  ret i32 MEMORY_ERROR
right:
  %pool = inttoptr i64 %aligned to ptr
  call void @llvm.memset.p0.i64(ptr %pool, i8 0, i64 2600, i1 false)
  %next = getelementptr i8, ptr %pool, i64 16
  store i64 %first, ptr %next, align 8
  %limit = getelementptr i8, ptr %pool, i64 24
  store i64 %end, ptr %limit, align 8
  %slot = getelementptr i8, ptr %ctx, i64 40
  store ptr %pool, ptr %slot, align 8
  ret i32 0
}
define internal void @dl_export_copy(ptr %to, ptr %from, ptr %dims, ptr %strides, i64 %rank, i64 %item) noinline nounwind {
entry:
  %flat = icmp eq i64 %rank, 0
  br i1 %flat, label %one, label %many
one:
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %item, i1 false)
  ret void
many:
  %count = load i64, ptr %dims, align 8
  %stride = load i64, ptr %strides, align 8
  %dims1 = getelementptr i8, ptr %dims, i64 8
  %strides1 = getelementptr i8, ptr %strides, i64 8
  %rank1 = sub i64 %rank, 1
  br label %size
size:
  %k = phi i64 [0, %many], [%k1, %grow]
  %row = phi i64 [%item, %many], [%row1, %grow]
  %sized = icmp sge i64 %k, %rank1
  br i1 %sized, label %loop, label %grow
grow:
  %dim_place = getelementptr i64, ptr %dims1, i64 %k
  %dim = load i64, ptr %dim_place, align 8
  %row1 = mul i64 %row, %dim
  %k1 = add i64 %k, 1
  br label %size
loop:
  %i = phi i64 [0, %size], [%i1, %body]
  %done = icmp sge i64 %i, %count
  br i1 %done, label %end, label %body
body:
  %to_offset = mul i64 %i, %row
  %from_offset = mul i64 %i, %stride
  %to_row = getelementptr i8, ptr %to, i64 %to_offset
  %from_row = getelementptr i8, ptr %from, i64 %from_offset
  call void @dl_export_copy(ptr %to_row, ptr %from_row, ptr %dims1, ptr %strides1, i64 %rank1, i64 %item)
  %i1 = add i64 %i, 1
  br label %loop
end:
  ret void
}
define internal i32 @dl_export_check(i32 %before, ptr %array, i64 %rank, ptr %result) noinline nounwind {
entry:
  %dims = getelementptr i8, ptr %array, i64 16
  %theirs = load ptr, ptr %result, align 8
  %their_dims = getelementptr i8, ptr %result, i64 8
  %allocate = icmp eq ptr %theirs, null
  br label %head
head:
  %k = phi i64 [0, %entry], [%k1, %body]
  %same = phi i1 [true, %entry], [%same1, %body]
  %all = icmp eq i64 %k, %rank
  br i1 %all, label %compared, label %body
body:
  %dim_place = getelementptr i64, ptr %dims, i64 %k
  %dim = load i64, ptr %dim_place, align 8
  %their_place = getelementptr i64, ptr %their_dims, i64 %k
  %their_dim = load i64, ptr %their_place, align 8
  store i64 %dim, ptr %their_place, align 8
  %equal = icmp eq i64 %dim, %their_dim
  %same1 = and i1 %same, %equal
  %k1 = add i64 %k, 1
  br label %head
compared:
  %fine = or i1 %same, %allocate
  br i1 %fine, label %yes, label %wrong
wrong:
  call void @dl_export_say(ptr @dl_wrong_shape)
  ret i32 VALUE_ERROR
yes:
  ret i32 %before
}
define internal i32 @dl_export_array(i32 %before, ptr %ctx, ptr %array, i64 %rank, i64 %item, ptr %result) noinline nounwind {
entry:
  %data = load ptr, ptr %array, align 8
  %block_place = getelementptr i8, ptr %array, i64 8
  %block = load ptr, ptr %block_place, align 8
  %dims = getelementptr i8, ptr %array, i64 16
  %strides = getelementptr i64, ptr %dims, i64 %rank
  %theirs = load ptr, ptr %result, align 8
  %their_dims = getelementptr i8, ptr %result, i64 8
  %allocate = icmp eq ptr %theirs, null
  br label %head
head:
  %k = phi i64 [%rank, %entry], [%k1, %body]
  %size = phi i64 [%item, %entry], [%size1, %body]
  %dense = phi i1 [true, %entry], [%dense1, %body]
  %all = icmp eq i64 %k, 0
  br i1 %all, label %compared, label %body
body:
  %k1 = sub i64 %k, 1
  %dim_place = getelementptr i64, ptr %dims, i64 %k1
  %dim = load i64, ptr %dim_place, align 8
  %stride_place = getelementptr i64, ptr %strides, i64 %k1
  %stride = load i64, ptr %stride_place, align 8
  %their_place = getelementptr i64, ptr %their_dims, i64 %k1
  store i64 %dim, ptr %their_place, align 8
  %fits = icmp eq i64 %stride, %size
  %single = icmp eq i64 %dim, 1
  %fine = or i1 %fits, %single
  %dense1 = and i1 %dense, %fine
  %size1 = mul i64 %size, %dim
  br label %head
compared:
  %failed = icmp ne i32 %before, 0
  br i1 %failed, label %release, label %go
go:
  br i1 %allocate, label %own, label %copy
own:
  %has_block = icmp ne ptr %block, null
  %stealable = and i1 %has_block, %dense
  br i1 %stealable, label %look, label %fresh
look:
  %start = call ptr @dl_block_data(ptr %block)
  %whole = icmp eq ptr %start, %data
  br i1 %whole, label %steal, label %fresh
steal:
  %stolen = call ptr @dl_steal(ptr %ctx, ptr %block)
  %shared = icmp eq ptr %stolen, null
  br i1 %shared, label %fresh, label %keep
keep:
  store ptr %stolen, ptr %result, align 8
  ret i32 0
fresh:
  %none = icmp eq i64 %size, 0
  %bytes = select i1 %none, i64 8, i64 %size
  %memory = call ptr @malloc(i64 %bytes)
  %no_memory = icmp eq ptr %memory, null
  br i1 %no_memory, label %out_of_memory, label %copy
out_of_memory:
  call void @dl_export_say(ptr @dl_no_memory)
  br label %release
copy:
  %target = phi ptr [%theirs, %go], [%memory, %fresh]
  store ptr %target, ptr %result, align 8
  br i1 %dense, label %fast, label %slow
fast:
  call void @llvm.memcpy.p0.p0.i64(ptr %target, ptr %data, i64 %size, i1 false)
  br label %release
slow:
  call void @dl_export_copy(ptr %target, ptr %data, ptr %dims, ptr %strides, i64 %rank, i64 %item)
  br label %release
release:
  %code = phi i32 [%before, %compared], [MEMORY_ERROR, %out_of_memory], [0, %fast], [0, %slow]
  call void @dl_release(ptr %block)
  ret i32 %code
}
"""


def support(library: str, memory_error: int, value_error: int) -> str:
    """The text for a library of this name and these codes."""
    text = _TEXT.replace("LIBRARY", library).replace("VALUE_ERROR", str(value_error)).replace("MEMORY_ERROR", str(memory_error))
    for message in ("MemoryError: out of memory", "ValueError: a result has another shape than its buffer; dims tells which it is"):
        text = text.replace(f'x i8] c"{message}"', f'x i8] c"{message}\\00"')
    return text


__all__ = ["support"]
