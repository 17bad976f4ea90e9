"""LLVM text of what is done to whole lists: a copy, a list of zeros like another, one list's values given to another.

Compiled once, as `blocks.py`. `size` is that of an element in bytes; `rank` is -1 for numbers, else that of the arrays, whose elements
take `item` bytes; `depth` counts the lists inside lists.
"""

STACKS = r"""
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1 immarg)

define internal ptr @dl_stack_copy(ptr %ctx, ptr %block) COLD nounwind {
entry: ; a list that was not made on the path taken is copied to an empty one, which nobody reads
  %none = icmp eq ptr %block, null
  br i1 %none, label %nothing, label %something
nothing:
  %empty = call ptr @dl_alloc(ptr %ctx, i64 0)
  %lost = icmp eq ptr %empty, null
  br i1 %lost, label %fail, label %clear
clear:
  %empty.used.at = getelementptr inbounds BLOCK, ptr %empty, i64 0, i32 6
  store i64 0, ptr %empty.used.at
  %empty.kind.at = getelementptr inbounds BLOCK, ptr %empty, i64 0, i32 7
  store i64 0, ptr %empty.kind.at
  ret ptr %empty
something:
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  %used = load i64, ptr %used.at
  %new = call ptr @dl_alloc(ptr %ctx, i64 %used)
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %fail, label %fill
fail:
  ret ptr null
fill:
  %from = call ptr @dl_block_data(ptr %block)
  %to = call ptr @dl_block_data(ptr %new)
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %used, i1 false)
  %new.used.at = getelementptr inbounds BLOCK, ptr %new, i64 0, i32 6
  store i64 %used, ptr %new.used.at
  %kind.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 7
  %kind = load i64, ptr %kind.at
  %new.kind.at = getelementptr inbounds BLOCK, ptr %new, i64 0, i32 7
  store i64 %kind, ptr %new.kind.at
  %plain = icmp eq i64 %kind, 0
  br i1 %plain, label %done, label %elements
elements:
  %size = lshr i64 %kind, 8
  %offset = and i64 %kind, 8
  br label %loop
loop:
  %at = phi i64 [ 0, %elements ], [ %at.next, %one ]
  %more = icmp ult i64 %at, %used
  br i1 %more, label %one, label %done
one:
  %field = add i64 %at, %offset
  %slot = getelementptr inbounds i8, ptr %to, i64 %field
  %inner = load ptr, ptr %slot
  call void @dl_retain(ptr %inner)
  %at.next = add i64 %at, %size
  br label %loop
done:
  ret ptr %new
}

define internal i32 @dl_stack_assign(ptr %ctx, ptr %block, ptr %values) COLD nounwind {
entry:
  %copy = call ptr @dl_stack_copy(ptr %ctx, ptr %values)
  %failed = icmp eq ptr %copy, null
  br i1 %failed, label %fail, label %swap
fail:
  ret i32 1
swap:
  call void @dl_stack_swap(ptr %block, ptr %copy, i64 8)
  call void @dl_stack_swap(ptr %block, ptr %copy, i64 16)
  call void @dl_stack_swap(ptr %block, ptr %copy, i64 48)
  call void @dl_release(ptr %copy)
  ret i32 0
}

define internal void @dl_stack_swap(ptr %one, ptr %other, i64 %offset) COLD nounwind {
  %a = getelementptr inbounds i8, ptr %one, i64 %offset
  %b = getelementptr inbounds i8, ptr %other, i64 %offset
  %x = load i64, ptr %a
  %y = load i64, ptr %b
  store i64 %y, ptr %a
  store i64 %x, ptr %b
  ret void
}

define internal ptr @dl_stack_zeros(ptr %ctx, ptr %block, i64 %size, i64 %rank, i64 %item, i64 %depth) COLD nounwind {
entry:
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  %used = load i64, ptr %used.at
  %new = call ptr @dl_alloc(ptr %ctx, i64 %used)
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %fail, label %fill
fail:
  ret ptr null
fill:
  %from = call ptr @dl_block_data(ptr %block)
  %to = call ptr @dl_block_data(ptr %new)
  %new.used.at = getelementptr inbounds BLOCK, ptr %new, i64 0, i32 6
  %kind.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 7
  %kind = load i64, ptr %kind.at
  %new.kind.at = getelementptr inbounds BLOCK, ptr %new, i64 0, i32 7
  store i64 %kind, ptr %new.kind.at
  %plain = icmp eq i64 %kind, 0
  br i1 %plain, label %numbers, label %loop
numbers:
  call void @llvm.memset.p0.i64(ptr %to, i8 0, i64 %used, i1 false)
  store i64 %used, ptr %new.used.at
  ret ptr %new
loop:
  %at = phi i64 [ 0, %fill ], [ %at.next, %next ]
  store i64 %at, ptr %new.used.at
  %more = icmp ult i64 %at, %used
  br i1 %more, label %one, label %done
one:
  %source = getelementptr inbounds i8, ptr %from, i64 %at
  %target = getelementptr inbounds i8, ptr %to, i64 %at
  %nested = icmp ugt i64 %depth, 0
  br i1 %nested, label %list, label %array
list:
  %inner = load ptr, ptr %source
  %below = sub i64 %depth, 1
  %made = call ptr @dl_stack_zeros(ptr %ctx, ptr %inner, i64 %size, i64 %rank, i64 %item, i64 %below)
  store ptr %made, ptr %target
  %lost = icmp eq ptr %made, null
  br i1 %lost, label %fail, label %list.next
list.next:
  br label %next
array:
  %ok = call i32 @dl_record_zeros(ptr %ctx, ptr %target, ptr %source, i64 %rank, i64 %item)
  %bad = icmp ne i32 %ok, 0
  br i1 %bad, label %fail, label %next
next:
  %step = phi i64 [ 8, %list.next ], [ %size, %array ]
  %at.next = add i64 %at, %step
  br label %loop
done:
  ret ptr %new
}

define internal i32 @dl_record_zeros(ptr %ctx, ptr %target, ptr %source, i64 %rank, i64 %item) COLD nounwind {
entry:
  br label %axis
axis:
  %k = phi i64 [ %rank, %entry ], [ %k.less, %one ]
  %bytes = phi i64 [ %item, %entry ], [ %bytes.more, %one ]
  %left = icmp ugt i64 %k, 0
  br i1 %left, label %one, label %make
one:
  %k.less = sub i64 %k, 1
  %field = add i64 %k.less, 2
  %dim.at = getelementptr inbounds i64, ptr %source, i64 %field
  %dim = load i64, ptr %dim.at
  %dim.to = getelementptr inbounds i64, ptr %target, i64 %field
  store i64 %dim, ptr %dim.to
  %stride.field = add i64 %field, %rank
  %stride.to = getelementptr inbounds i64, ptr %target, i64 %stride.field
  store i64 %bytes, ptr %stride.to
  %bytes.more = mul i64 %bytes, %dim
  br label %axis
make:
  %block = call ptr @dl_alloc(ptr %ctx, i64 %bytes)
  %failed = icmp eq ptr %block, null
  br i1 %failed, label %fail, label %fill
fail:
  ret i32 1
fill:
  %data = call ptr @dl_block_data(ptr %block)
  call void @llvm.memset.p0.i64(ptr %data, i8 0, i64 %bytes, i1 false)
  store ptr %data, ptr %target
  %block.to = getelementptr inbounds i8, ptr %target, i64 8
  store ptr %block, ptr %block.to
  ret i32 0
}
"""
