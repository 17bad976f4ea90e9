"""LLVM text of what happens to pools once a call, or seldom: taken, given back, filled, trimmed. `blocks.py` has what loops run.

Before the memory of a new large block is asked of malloc, free blocks of other sizes are let go, for the first blocks of a pool: a
program that asks for one size after the other holds no more than it needs at once, one that asks in turns is not slowed down.
"""

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
  %new = call ptr @calloc(i64 1, i64 2600)
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
  %lent = call i1 @dl_is_lent(ptr %pool)
  br i1 %lent, label %done, label %own
own:
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
  call void @dl_pool_trim(ptr %pool, i64 281474976710656)
  ret void
}

define internal void @dl_pool_trim(ptr %pool, i64 %wanted) COLD nounwind {
entry:
  br label %class
class:
  %c = phi i64 [ 319, %entry ], [ %c.less, %next ]
  %gone = phi i64 [ 0, %entry ], [ %gone.class, %next ]
  %head = getelementptr inbounds POOL, ptr %pool, i64 0, i32 5, i64 %c
  br label %block
block:
  %gone.class = phi i64 [ %gone, %class ], [ %gone.more, %one ]
  %enough = icmp uge i64 %gone.class, %wanted
  br i1 %enough, label %done, label %look
look:
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
  %shell = icmp eq i64 %c, 319
  %size.at = getelementptr inbounds BLOCK, ptr %b, i64 0, i32 2
  %stated = load i64, ptr %size.at
  %size = select i1 %shell, i64 0, i64 %stated
  call void @free(ptr %b)
  %held = atomicrmw sub ptr @dl_held, i64 %size monotonic
  %gone.more = add i64 %gone.class, %size
  br label %block
next:
  %c.less = sub i64 %c, 1
  %more = icmp ne i64 %c, 0
  br i1 %more, label %class, label %done
done:
  %gone.all = phi i64 [ %gone.class, %block ], [ %gone.class, %next ]
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  %cached = load i64, ptr %cached.at
  %left = sub i64 %cached, %gone.all
  store i64 %left, ptr %cached.at
  ret void
}

define void @dl_trim() COLD nounwind {
entry:
  br label %look
look:
  %k = phi i64 [ 0, %entry ], [ %k.next, %again ]
  %slot = getelementptr inbounds [8 x ptr], ptr @dl_pools, i64 0, i64 %k
  %pool = atomicrmw xchg ptr %slot, ptr null acq_rel
  %none = icmp eq ptr %pool, null
  br i1 %none, label %again, label %one
one:
  call void @dl_pool_empty(ptr %pool)
  call void @free(ptr %pool)
  br label %again
again:
  %k.next = add nuw nsw i64 %k, 1
  %more = icmp ult i64 %k.next, 8
  br i1 %more, label %look, label %done
done:
  ret void
}

define internal void @dl_hold(i64 %bytes) COLD nounwind {
  %before = atomicrmw add ptr @dl_held, i64 %bytes monotonic
  %now = add i64 %before, %bytes
  %high = atomicrmw max ptr @dl_high, i64 %now monotonic
  ret void
}

define internal ptr @dl_data(ptr %pool, i64 %bytes) noinline nounwind {
entry:
  %lent = call i1 @dl_is_lent(ptr %pool)
  br i1 %lent, label %room, label %own
room:
  %cut = call ptr @dl_cut(ptr %pool, i64 %bytes)
  ret ptr %cut
own:
  %makes.at = getelementptr inbounds i8, ptr %pool, i64 32
  %makes = load i64, ptr %makes.at
  %makes.more = add i64 %makes, 1
  store i64 %makes.more, ptr %makes.at
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  %cached = load i64, ptr %cached.at
  %part = lshr i64 %bytes, 2
  %idle = icmp uge i64 %cached, %part
  %large = icmp uge i64 %bytes, 65536
  %early = icmp ult i64 %makes, 64
  %first = and i1 %idle, %large
  %trim = and i1 %first, %early
  br i1 %trim, label %let.go, label %get
let.go:
  call void @dl_pool_trim(ptr %pool, i64 %bytes)
  br label %get
get:
  %big = icmp ugt i64 %bytes, 2048
  br i1 %big, label %aligned, label %small
small:
  %s = call ptr @malloc(i64 %bytes)
  br label %got
aligned:
  %a = call ptr @aligned_alloc(i64 64, i64 %bytes)
  br label %got
got:
  %data = phi ptr [ %s, %small ], [ %a, %aligned ]
  %failed = icmp eq ptr %data, null
  br i1 %failed, label %none, label %held
none:
  ret ptr null
held:
  call void @dl_hold(i64 %bytes)
  call void @dl_huge(ptr %data, i64 %bytes)
  ret ptr %data
}

define internal void @dl_huge(ptr %data, i64 %bytes) COLD nounwind {
entry:
  %large = icmp uge i64 %bytes, 4194304
  %there = icmp ne ptr @madvise, null
  %asked = and i1 %large, %there
  br i1 %asked, label %ask, label %done
ask:
  %first = ptrtoint ptr %data to i64
  %page = and i64 %first, -4096
  %over = sub i64 %first, %page
  %all = add i64 %over, %bytes
  %round = add i64 %all, 4095
  %pages = and i64 %round, -4096
  %from = inttoptr i64 %page to ptr
  %told = call i32 @madvise(ptr %from, i64 %pages, i32 14)
  br label %done
done:
  ret void
}

define internal ptr @dl_shell(ptr %pool) noinline nounwind {
  %lent = call i1 @dl_is_lent(ptr %pool)
  br i1 %lent, label %room, label %own
room:
  %cut = call ptr @dl_cut(ptr %pool, i64 64)
  ret ptr %cut
own:
  %made = call ptr @malloc(i64 64)
  ret ptr %made
}

define internal ptr @dl_cut(ptr %pool, i64 %bytes) noinline nounwind {
  %next.at = getelementptr inbounds i8, ptr %pool, i64 16
  %end.at = getelementptr inbounds i8, ptr %pool, i64 24
  %next = load i64, ptr %next.at
  %end = load i64, ptr %end.at
  %room = sub i64 %end, %next
  %fits = icmp ule i64 %bytes, %room
  br i1 %fits, label %yes, label %no
yes:
  %after = add i64 %next, %bytes
  store i64 %after, ptr %next.at
  %data = inttoptr i64 %next to ptr
  ret ptr %data
no:
  ret ptr null
}

define internal ptr @dl_stretch(ptr %data, i64 %before, i64 %bytes) noinline nounwind {
  %moved = call ptr @realloc(ptr %data, i64 %bytes)
  %failed = icmp eq ptr %moved, null
  br i1 %failed, label %done, label %held
held:
  %more = sub i64 %bytes, %before
  call void @dl_hold(i64 %more)
  call void @dl_huge(ptr %moved, i64 %bytes)
  br label %done
done:
  ret ptr %moved
}

define internal ptr @dl_steal(ptr %ctx, ptr %block) noinline nounwind {
  %count = load i64, ptr %block
  %alone = icmp eq i64 %count, 1
  %pool.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 5
  %pool = load ptr, ptr %pool.at
  %lent = call i1 @dl_is_lent(ptr %pool)
  %kept = xor i1 %lent, true
  %free = and i1 %alone, %kept
  br i1 %free, label %steal, label %shared
shared:
  ret ptr null
steal:
  %size.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  %size = load i64, ptr %size.at
  %held = atomicrmw sub ptr @dl_held, i64 %size monotonic
  call void @dl_unlink(ptr %block, ptr %pool)
  %data.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 1
  %data = load ptr, ptr %data.at
  store ptr null, ptr %data.at
  %shells = getelementptr inbounds POOL, ptr %pool, i64 0, i32 5, i64 319
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
