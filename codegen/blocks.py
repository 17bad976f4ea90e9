"""LLVM text of the functions behind `prelude.py` that are compiled once: blocks taken from a pool and given back.

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
  %absurd = icmp ugt i64 %bytes, 281474976710656
  br i1 %absurd, label %fail, label %sane
sane:
  %class = call i64 @dl_class(i64 %bytes)
  %own = getelementptr inbounds POOL, ptr %pool, i64 0, i32 5, i64 %class
  %own.free = load ptr, ptr %own
  %dry = icmp eq ptr %own.free, null
  br i1 %dry, label %near, label %reuse
near:
  %larger = icmp ugt i64 %class, 4
  %lent = call i1 @dl_is_lent(ptr %pool)
  %own.memory = xor i1 %lent, true
  %may = and i1 %larger, %own.memory
  br i1 %may, label %look, label %make
look:
  %own.next = getelementptr inbounds i8, ptr %own, i64 8
  %next.free = load ptr, ptr %own.next
  %next.dry = icmp eq ptr %next.free, null
  br i1 %next.dry, label %make, label %reuse
reuse:
  %free = phi ptr [ %own.free, %sane ], [ %next.free, %look ]
  %head = phi ptr [ %own, %sane ], [ %own.next, %look ]
  %after.at = getelementptr inbounds BLOCK, ptr %free, i64 0, i32 4
  %after = load ptr, ptr %after.at
  store ptr %after, ptr %head
  %size.at = getelementptr inbounds BLOCK, ptr %free, i64 0, i32 2
  %size = load i64, ptr %size.at
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  %cached = load i64, ptr %cached.at
  %cached.less = sub i64 %cached, %size
  store i64 %cached.less, ptr %cached.at
  br label %ready
make:
  %capacity = call i64 @dl_capacity(i64 %class)
  %data = call ptr @dl_data(ptr %pool, i64 %capacity)
  %no.data = icmp eq ptr %data, null
  br i1 %no.data, label %fail, label %shell
shell:
  %shells = getelementptr inbounds POOL, ptr %pool, i64 0, i32 5, i64 319
  %shell.old = load ptr, ptr %shells
  %no.shell = icmp eq ptr %shell.old, null
  br i1 %no.shell, label %shell.make, label %shell.reuse
shell.make:
  %shell.new = call ptr @dl_shell(ptr %pool)
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
  %capacity.at = getelementptr inbounds BLOCK, ptr %shell.b, i64 0, i32 2
  store i64 %capacity, ptr %capacity.at
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
  %size.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  %size = load i64, ptr %size.at
  tail call void @dl_idle(ptr %pool, ptr %block, i64 %size)
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

define internal ptr @dl_larger(ptr %pool, i64 %bytes) noinline nounwind {
entry:
  %own = call i64 @dl_class(i64 %bytes)
  %first = add i64 %own, 1
  %far = add i64 %own, 48
  %beyond = icmp ugt i64 %far, 318
  %last = select i1 %beyond, i64 318, i64 %far
  br label %look
look:
  %class = phi i64 [ %first, %entry ], [ %next, %dry ]
  %over = icmp ugt i64 %class, %last
  br i1 %over, label %none, label %ask
none:
  ret ptr null
ask:
  %head = getelementptr inbounds POOL, ptr %pool, i64 0, i32 5, i64 %class
  %free = load ptr, ptr %head
  %empty = icmp eq ptr %free, null
  br i1 %empty, label %dry, label %found
dry:
  %next = add i64 %class, 1
  br label %look
found:
  %after.at = getelementptr inbounds BLOCK, ptr %free, i64 0, i32 4
  %after = load ptr, ptr %after.at
  store ptr %after, ptr %head
  %size.at = getelementptr inbounds BLOCK, ptr %free, i64 0, i32 2
  %size = load i64, ptr %size.at
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  %cached = load i64, ptr %cached.at
  %cached.less = sub i64 %cached, %size
  store i64 %cached.less, ptr %cached.at
  ret ptr %free
}

define internal void @dl_idle(ptr %pool, ptr %block, i64 %size) noinline nounwind {
  %cached.at = getelementptr inbounds i8, ptr %pool, i64 8
  %cached = load i64, ptr %cached.at
  %cached.more = add i64 %cached, %size
  store i64 %cached.more, ptr %cached.at
  %class = call i64 @dl_class(i64 %size)
  %head = getelementptr inbounds POOL, ptr %pool, i64 0, i32 5, i64 %class
  %old = load ptr, ptr %head
  %next.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 4
  store ptr %old, ptr %next.at
  store ptr %block, ptr %head
  ret void
}

define internal ptr @dl_push_grown(ptr %ctx, ptr %block, i64 %size) noinline nounwind {
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  %used = load i64, ptr %used.at
  %capacity.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  %capacity = load i64, ptr %capacity.at
  %after = add i64 %used, %size
  %full = icmp ugt i64 %after, %capacity
  br i1 %full, label %grow, label %ready
grow:
  %data.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 1
  %data = load ptr, ptr %data.at
  %pool.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 5
  %pool = load ptr, ptr %pool.at
  %lent = call i1 @dl_is_lent(ptr %pool)
  %little = icmp ult i64 %after, 4096
  %moving = or i1 %lent, %little
  br i1 %moving, label %double, label %stretch
stretch:
  %idle = call ptr @dl_larger(ptr %pool, i64 %after)
  %no.idle = icmp eq ptr %idle, null
  br i1 %no.idle, label %longer.own, label %exchange
exchange:
  %idle.data.at = getelementptr inbounds BLOCK, ptr %idle, i64 0, i32 1
  %idle.capacity.at = getelementptr inbounds BLOCK, ptr %idle, i64 0, i32 2
  %idle.data = load ptr, ptr %idle.data.at
  %idle.capacity = load i64, ptr %idle.capacity.at
  call void @llvm.memcpy.p0.p0.i64(ptr %idle.data, ptr %data, i64 %used, i1 false)
  store ptr %idle.data, ptr %data.at
  store i64 %idle.capacity, ptr %capacity.at
  store ptr %data, ptr %idle.data.at
  store i64 %capacity, ptr %idle.capacity.at
  call void @dl_idle(ptr %pool, ptr %idle, i64 %capacity)
  br label %ready
longer.own:
  %some = lshr i64 %after, 4
  %wanted = add i64 %after, %some
  %class = call i64 @dl_class(i64 %wanted)
  %longer = call i64 @dl_capacity(i64 %class)
  %stretched = call ptr @dl_stretch(ptr %data, i64 %capacity, i64 %longer)
  %no.room = icmp eq ptr %stretched, null
  br i1 %no.room, label %fail, label %settled
settled:
  store ptr %stretched, ptr %data.at
  store i64 %longer, ptr %capacity.at
  br label %ready
double:
  %twice = shl i64 %after, 1
  %other = call ptr @dl_alloc(ptr %ctx, i64 %twice)
  %failed = icmp eq ptr %other, null
  br i1 %failed, label %fail, label %move
fail:
  ret ptr null
move:
  %other.data.at = getelementptr inbounds BLOCK, ptr %other, i64 0, i32 1
  %other.capacity.at = getelementptr inbounds BLOCK, ptr %other, i64 0, i32 2
  %other.data = load ptr, ptr %other.data.at
  %other.capacity = load i64, ptr %other.capacity.at
  call void @llvm.memcpy.p0.p0.i64(ptr %other.data, ptr %data, i64 %used, i1 false)
  store ptr %other.data, ptr %data.at
  store i64 %other.capacity, ptr %capacity.at
  store ptr %data, ptr %other.data.at
  store i64 %capacity, ptr %other.capacity.at
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
