"""LLVM text of the functions behind `prelude.py` that are compiled once: pools, and blocks taken from them and given back.

BLOCK, POOL and KEEP stand for the record types and the bound that `prelude.py` describes, COLD for the attributes below.
"""

COLD = "cold noinline optnone"
"""The attributes of functions that seldom run: LLVM takes a quarter of the time for them."""

BLOCKS = r"""
define internal ptr @dl_alloc(ptr %ctx, i64 %bytes) noinline nounwind {
entry:
  %pool.at = getelementptr inbounds i8, ptr %ctx, i64 40
  %pool.old = load ptr, ptr %pool.at
  %none = icmp eq ptr %pool.old, null
  br i1 %none, label %take, label %have
take:
  %pool.new = call ptr @dl_pool_take(ptr %ctx)
  %no.pool = icmp eq ptr %pool.new, null
  br i1 %no.pool, label %fail, label %have
fail:
  ret ptr null
have:
  %pool = phi ptr [ %pool.old, %entry ], [ %pool.new, %take ]
  %class = call i64 @dl_class(i64 %bytes)
  %absurd = icmp ugt i64 %class, 50
  br i1 %absurd, label %fail, label %sane
sane:
  %head = getelementptr inbounds POOL, ptr %pool, i64 0, i32 2, i64 %class
  %free = load ptr, ptr %head
  %dry = icmp eq ptr %free, null
  br i1 %dry, label %make, label %reuse
reuse:
  %after.at = getelementptr inbounds BLOCK, ptr %free, i64 0, i32 4
  %after = load ptr, ptr %after.at
  store ptr %after, ptr %head
  %size = shl i64 64, %class
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  %cached = load i64, ptr %cached.at
  %cached.less = sub i64 %cached, %size
  store i64 %cached.less, ptr %cached.at
  br label %ready
make:
  %data = call ptr @dl_data(i64 %class)
  %no.data = icmp eq ptr %data, null
  br i1 %no.data, label %fail, label %shell
shell:
  %shells = getelementptr inbounds POOL, ptr %pool, i64 0, i32 2, i64 63
  %shell.old = load ptr, ptr %shells
  %no.shell = icmp eq ptr %shell.old, null
  br i1 %no.shell, label %shell.make, label %shell.reuse
shell.make:
  %shell.new = call ptr @malloc(i64 64)
  %no.new = icmp eq ptr %shell.new, null
  br i1 %no.new, label %fail, label %fill
shell.reuse:
  %shell.after.at = getelementptr inbounds BLOCK, ptr %shell.old, i64 0, i32 4
  %shell.after = load ptr, ptr %shell.after.at
  store ptr %shell.after, ptr %shells
  br label %fill
fill:
  %shell.b = phi ptr [ %shell.new, %shell.make ], [ %shell.old, %shell.reuse ]
  %data.at = getelementptr inbounds BLOCK, ptr %shell.b, i64 0, i32 1
  store ptr %data, ptr %data.at
  %class.at = getelementptr inbounds BLOCK, ptr %shell.b, i64 0, i32 2
  store i64 %class, ptr %class.at
  %own.at = getelementptr inbounds BLOCK, ptr %shell.b, i64 0, i32 5
  store ptr %pool, ptr %own.at
  br label %ready
ready:
  %block = phi ptr [ %free, %reuse ], [ %shell.b, %fill ]
  store i64 1, ptr %block
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  store i64 0, ptr %used.at
  %kind.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 7
  store i64 0, ptr %kind.at
  %previous.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 3
  store ptr null, ptr %previous.at
  %next.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 4
  %first = load ptr, ptr %pool
  store ptr %first, ptr %next.at
  store ptr %block, ptr %pool
  %alone = icmp eq ptr %first, null
  br i1 %alone, label %done, label %tie
tie:
  %back.at = getelementptr inbounds BLOCK, ptr %first, i64 0, i32 3
  store ptr %block, ptr %back.at
  br label %done
done:
  ret ptr %block
}

define internal void @dl_block_free(ptr %block) noinline nounwind {
entry:
  %kind.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 7
  %kind = load i64, ptr %kind.at
  %plain = icmp eq i64 %kind, 0
  br i1 %plain, label %list, label %elements
elements:
  call void @dl_stack_drop(ptr %block)
  br label %list
list:
  %pool.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 5
  %pool = load ptr, ptr %pool.at
  call void @dl_unlink(ptr %block, ptr %pool)
  %class.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  %class = load i64, ptr %class.at
  %size = shl i64 64, %class
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  %cached = load i64, ptr %cached.at
  %cached.more = add i64 %cached, %size
  store i64 %cached.more, ptr %cached.at
  %head = getelementptr inbounds POOL, ptr %pool, i64 0, i32 2, i64 %class
  %old = load ptr, ptr %head
  %next.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 4
  store ptr %old, ptr %next.at
  store ptr %block, ptr %head
  ret void
}

define internal void @dl_release(ptr %block) noinline nounwind {
  %none = icmp eq ptr %block, null
  br i1 %none, label %done, label %some
some:
  %count = load i64, ptr %block
  %less = sub i64 %count, 1
  store i64 %less, ptr %block
  %dead = icmp eq i64 %less, 0
  br i1 %dead, label %free, label %done
free:
  tail call void @dl_block_free(ptr %block)
  br label %done
done:
  ret void
}

define internal ptr @dl_push_grown(ptr %ctx, ptr %block, i64 %size) noinline nounwind {
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  %used = load i64, ptr %used.at
  %class.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  %class = load i64, ptr %class.at
  %capacity = shl i64 64, %class
  %after = add i64 %used, %size
  %full = icmp ugt i64 %after, %capacity
  br i1 %full, label %grow, label %ready
grow:
  %double = shl i64 %after, 1
  %other = call ptr @dl_alloc(ptr %ctx, i64 %double)
  %failed = icmp eq ptr %other, null
  br i1 %failed, label %fail, label %move
fail:
  ret ptr null
move:
  %data.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 1
  %other.data.at = getelementptr inbounds BLOCK, ptr %other, i64 0, i32 1
  %other.class.at = getelementptr inbounds BLOCK, ptr %other, i64 0, i32 2
  %data = load ptr, ptr %data.at
  %other.data = load ptr, ptr %other.data.at
  %other.class = load i64, ptr %other.class.at
  call void @llvm.memcpy.p0.p0.i64(ptr %other.data, ptr %data, i64 %used, i1 false)
  store ptr %other.data, ptr %data.at
  store i64 %other.class, ptr %class.at
  store ptr %data, ptr %other.data.at
  store i64 %class, ptr %other.class.at
  call void @dl_release(ptr %other)
  br label %ready
ready:
  store i64 %after, ptr %used.at
  %base = call ptr @dl_block_data(ptr %block)
  %slot = getelementptr inbounds i8, ptr %base, i64 %used
  ret ptr %slot
}
"""
"""What runs in loops."""

POOLS = r"""
define internal ptr @dl_pool_take(ptr %ctx) noinline nounwind cold {
entry:
  br label %look
look:
  %k = phi i64 [ 0, %entry ], [ %k.next, %again ]
  %slot = getelementptr inbounds [8 x ptr], ptr @dl_pools, i64 0, i64 %k
  %seen = load atomic ptr, ptr %slot monotonic, align 8
  %empty = icmp eq ptr %seen, null
  br i1 %empty, label %again, label %try
try:
  %taken = atomicrmw xchg ptr %slot, ptr null acq_rel
  %lost = icmp eq ptr %taken, null
  br i1 %lost, label %again, label %found
again:
  %k.next = add nuw nsw i64 %k, 1
  %more = icmp ult i64 %k.next, 8
  br i1 %more, label %look, label %fresh
fresh:
  %new = call ptr @calloc(i64 1, i64 528)
  br label %found
found:
  %pool = phi ptr [ %taken, %try ], [ %new, %fresh ]
  %live = getelementptr inbounds i8, ptr %ctx, i64 40
  store ptr %pool, ptr %live
  ret ptr %pool
}

define internal void @dl_pool_return(ptr %pool) noinline nounwind {
entry:
  br label %free.live
free.live:
  %block = load ptr, ptr %pool
  %clean = icmp eq ptr %block, null
  br i1 %clean, label %size, label %one
one:
  %kind.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 7
  store i64 0, ptr %kind.at
  call void @dl_block_free(ptr %block)
  br label %free.live
size:
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  %cached = load i64, ptr %cached.at
  %big = icmp ugt i64 %cached, KEEP
  br i1 %big, label %empty, label %put
empty:
  call void @dl_pool_empty(ptr %pool)
  br label %put
put:
  br label %look
look:
  %k = phi i64 [ 0, %put ], [ %k.next, %again ]
  %slot = getelementptr inbounds [8 x ptr], ptr @dl_pools, i64 0, i64 %k
  %seen = load atomic ptr, ptr %slot monotonic, align 8
  %full = icmp ne ptr %seen, null
  br i1 %full, label %again, label %try
try:
  %swap = cmpxchg ptr %slot, ptr null, ptr %pool acq_rel monotonic
  %won = extractvalue { ptr, i1 } %swap, 1
  br i1 %won, label %done, label %again
again:
  %k.next = add nuw nsw i64 %k, 1
  %more = icmp ult i64 %k.next, 8
  br i1 %more, label %look, label %drop
drop:
  call void @dl_pool_empty(ptr %pool)
  call void @free(ptr %pool)
  br label %done
done:
  ret void
}

define internal void @dl_pool_empty(ptr %pool) COLD nounwind {
entry:
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  store i64 0, ptr %cached.at
  br label %class
class:
  %c = phi i64 [ 0, %entry ], [ %c.next, %next ]
  %head = getelementptr inbounds POOL, ptr %pool, i64 0, i32 2, i64 %c
  br label %block
block:
  %b = load ptr, ptr %head
  %end = icmp eq ptr %b, null
  br i1 %end, label %next, label %one
one:
  %next.at = getelementptr inbounds BLOCK, ptr %b, i64 0, i32 4
  %after = load ptr, ptr %next.at
  store ptr %after, ptr %head
  %data.at = getelementptr inbounds BLOCK, ptr %b, i64 0, i32 1
  %data = load ptr, ptr %data.at
  call void @free(ptr %data)
  call void @free(ptr %b)
  br label %block
next:
  %c.next = add nuw nsw i64 %c, 1
  %more = icmp ult i64 %c.next, 64
  br i1 %more, label %class, label %done
done:
  ret void
}

define internal ptr @dl_data(i64 %class) noinline nounwind {
  %bytes = shl i64 64, %class
  %absurd = icmp ugt i64 %class, 50
  br i1 %absurd, label %none, label %sane
none:
  ret ptr null
sane:
  %big = icmp ugt i64 %class, 5
  br i1 %big, label %aligned, label %small
small:
  %s = call ptr @malloc(i64 %bytes)
  ret ptr %s
aligned:
  %a = call ptr @aligned_alloc(i64 64, i64 %bytes)
  ret ptr %a
}

define internal ptr @dl_steal(ptr %ctx, ptr %block) noinline nounwind {
  %count = load i64, ptr %block
  %alone = icmp eq i64 %count, 1
  br i1 %alone, label %steal, label %shared
shared:
  ret ptr null
steal:
  %pool.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 5
  %pool = load ptr, ptr %pool.at
  call void @dl_unlink(ptr %block, ptr %pool)
  %data.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 1
  %data = load ptr, ptr %data.at
  store ptr null, ptr %data.at
  %shells = getelementptr inbounds POOL, ptr %pool, i64 0, i32 2, i64 63
  %old = load ptr, ptr %shells
  %next.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 4
  store ptr %old, ptr %next.at
  store ptr %block, ptr %shells
  ret ptr %data
}

define internal void @dl_stack_drop(ptr %block) COLD nounwind {
entry:
  %kind.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 7
  %kind = load i64, ptr %kind.at
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  %used = load i64, ptr %used.at
  %data = call ptr @dl_block_data(ptr %block)
  %size = lshr i64 %kind, 8
  %offset = and i64 %kind, 8
  br label %loop
loop:
  %at = phi i64 [ 0, %entry ], [ %at.next, %one ]
  %more = icmp ult i64 %at, %used
  br i1 %more, label %one, label %done
one:
  %field = add i64 %at, %offset
  %slot = getelementptr inbounds i8, ptr %data, i64 %field
  %inner = load ptr, ptr %slot
  call void @dl_release(ptr %inner)
  %at.next = add i64 %at, %size
  br label %loop
done:
  store i64 0, ptr %used.at
  ret void
}
"""
"""What runs once a call, or seldom."""
