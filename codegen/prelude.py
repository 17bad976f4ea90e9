"""The run-time helpers every module carries, in LLVM IR: blocks of memory, their pool, and the kernels of `kernels.py`.

A block is a record {i64 count, ptr data, i64 capacity, ptr previous, ptr next, ptr pool, i64 used, i64 kind}: `count` references,
`capacity` the bytes of its data, `previous`/`next` the pool's list of live blocks or a free list. As a stack, `used` counts the
bytes in use and `kind` is 0 for plain elements, 1 for array records, 2 for stacks.
A pool is a record {ptr live, i64 cached, ptr next, ptr end, i64 makes, [320 x ptr] free}: lists of free blocks by size class,
`free[319]` blocks without data. One with an `end` lies in memory that the caller lent: it cuts from `next` on and gives nothing back.
Size classes: 64 to 1024 bytes by doubling, then eight to each doubling, so that at most an eighth of a block lies idle.
A context takes a pool from a few global slots with its first allocation. `dl_held` counts the bytes that the library's pools hold,
`dl_high` the most so far (`dl.high_water` reads it after `dl_trim`).
"""

from __future__ import annotations

from .blocks import BLOCKS, COLD
from .poll_text import TEXT as POLL
from .pools import POOLS
from .repeats import without_repeats
from .stack_text import STACKS

BLOCK = "{ i64, ptr, i64, ptr, ptr, ptr, i64, i64 }"
POOL = "{ ptr, i64, ptr, ptr, i64, [320 x ptr] }"
KEEP = 1 << 28
"""A pool that holds more free bytes than this is emptied when its context gives it back."""

_LIBC = """
declare noalias ptr @malloc(i64)
declare noalias ptr @calloc(i64, i64)
declare noalias ptr @aligned_alloc(i64, i64)
declare void @free(ptr)
declare i64 @llvm.ctlz.i64(i64, i1 immarg)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1 immarg)
declare hidden ptr @dl_pool_take(ptr) nounwind cold
declare ptr @realloc(ptr, i64)
declare extern_weak i32 @madvise(ptr, i64, i32)
declare hidden ptr @dl_data(ptr, i64) nounwind
declare hidden ptr @dl_shell(ptr) nounwind
declare hidden ptr @dl_stretch(ptr, i64, i64) nounwind
declare hidden void @dl_block_free(ptr) nounwind
declare hidden void @dl_stack_drop(ptr) cold nounwind
"""

_SMALL = r"""
define internal void @dl_ctx_init(ptr %ctx) alwaysinline nounwind {
  store i64 0, ptr %ctx
  %live = getelementptr inbounds i8, ptr %ctx, i64 40
  store ptr null, ptr %live
  ret void
}

define internal void @dl_ctx_free(ptr %ctx) alwaysinline nounwind {
  %slot = getelementptr inbounds i8, ptr %ctx, i64 40
  %pool = load ptr, ptr %slot
  %none = icmp eq ptr %pool, null
  br i1 %none, label %done, label %some
some:
  store ptr null, ptr %slot
  call void @dl_pool_return(ptr %pool)
  br label %done
done:
  ret void
}

define internal i64 @dl_class(i64 %bytes) alwaysinline nounwind memory(none) {
  %none = icmp eq i64 %bytes, 0
  %least = select i1 %none, i64 1, i64 %bytes
  %less = sub i64 %least, 1
  %zeros = call i64 @llvm.ctlz.i64(i64 %less, i1 false)
  %e = sub i64 63, %zeros
  %tiny = icmp ult i64 %less, 64
  %c = sub i64 58, %zeros
  %doubled = select i1 %tiny, i64 0, i64 %c
  %shift = sub i64 60, %zeros
  %safe = and i64 %shift, 63
  %top = lshr i64 %less, %safe
  %m = and i64 %top, 7
  %above = sub i64 %e, 10
  %eight = shl i64 %above, 3
  %base = add i64 %eight, 5
  %fine = add i64 %base, %m
  %small = icmp ult i64 %less, 1024
  %class = select i1 %small, i64 %doubled, i64 %fine
  ret i64 %class
}

define internal i64 @dl_capacity(i64 %class) alwaysinline nounwind memory(none) {
  %small = icmp ult i64 %class, 5
  %few = and i64 %class, 7
  %doubled = shl i64 64, %few
  %above = sub i64 %class, 5
  %k = select i1 %small, i64 0, i64 %above
  %e = lshr i64 %k, 3
  %m = and i64 %k, 7
  %nine = add i64 %m, 9
  %shift = add i64 %e, 7
  %fine = shl i64 %nine, %shift
  %capacity = select i1 %small, i64 %doubled, i64 %fine
  ret i64 %capacity
}

define internal i1 @dl_is_lent(ptr %pool) alwaysinline nounwind {
  %end.at = getelementptr inbounds i8, ptr %pool, i64 24
  %end = load ptr, ptr %end.at
  %lent = icmp ne ptr %end, null
  ret i1 %lent
}

define internal void @dl_unlink(ptr %block, ptr %pool) alwaysinline nounwind {
  %previous.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 3
  %next.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 4
  %previous = load ptr, ptr %previous.at
  %next = load ptr, ptr %next.at
  %first = icmp eq ptr %previous, null
  %forth.at = getelementptr inbounds BLOCK, ptr %previous, i64 0, i32 4
  %forth = select i1 %first, ptr %pool, ptr %forth.at
  store ptr %next, ptr %forth
  %last = icmp eq ptr %next, null
  br i1 %last, label %done, label %tie
tie:
  %back.at = getelementptr inbounds BLOCK, ptr %next, i64 0, i32 3
  store ptr %previous, ptr %back.at
  br label %done
done:
  ret void
}

define internal void @dl_retain(ptr %block) alwaysinline nounwind {
  %none = icmp eq ptr %block, null
  br i1 %none, label %done, label %some
some:
  %count = load i64, ptr %block
  %more = add i64 %count, 1
  store i64 %more, ptr %block
  br label %done
done:
  ret void
}

define internal ptr @dl_block_data(ptr %block) alwaysinline nounwind {
  %data.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 1
  %data = load ptr, ptr %data.at
  ret ptr %data
}

define internal ptr @dl_kept(ptr %ctx, ptr %keeper, i64 %bytes) alwaysinline nounwind {
  call void asm sideeffect "", "~{memory}"()
  %kept = load ptr, ptr %keeper
  %none = icmp eq ptr %kept, null
  br i1 %none, label %take, label %look
look:
  store ptr null, ptr %keeper
  %capacity.at = getelementptr inbounds BLOCK, ptr %kept, i64 0, i32 2
  %capacity = load i64, ptr %capacity.at
  %fits = icmp uge i64 %capacity, %bytes
  br i1 %fits, label %done, label %other
other:
  call void @dl_release(ptr %kept)
  br label %take
take:
  %new = call ptr @dl_alloc(ptr %ctx, i64 %bytes)
  br label %done
done:
  %block = phi ptr [ %kept, %look ], [ %new, %take ]
  ret ptr %block
}

define internal void @dl_keep(ptr %keeper, ptr %block) alwaysinline nounwind {
  %missing = icmp eq ptr %block, null
  br i1 %missing, label %done, label %some
some:
  %count = load i64, ptr %block
  %alone = icmp eq i64 %count, 1
  %kept = load ptr, ptr %keeper
  %empty = icmp eq ptr %kept, null
  %both = and i1 %alone, %empty
  br i1 %both, label %keep, label %release
keep:
  store ptr %block, ptr %keeper
  br label %done
release:
  call void @dl_release(ptr %block)
  br label %done
done:
  ret void
}

define internal ptr @dl_pop(ptr %block, i64 %size) alwaysinline nounwind {
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  %used = load i64, ptr %used.at
  %after = sub i64 %used, %size
  store i64 %after, ptr %used.at
  %base = call ptr @dl_block_data(ptr %block)
  %slot = getelementptr inbounds i8, ptr %base, i64 %after
  ret ptr %slot
}

define internal ptr @dl_push(ptr %ctx, ptr %block, i64 %size) alwaysinline nounwind {
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  %used = load i64, ptr %used.at
  %capacity.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  %capacity = load i64, ptr %capacity.at
  %after = add i64 %used, %size
  %full = icmp ugt i64 %after, %capacity
  br i1 %full, label %grow, label %ready
grow:
  %grown = call ptr @dl_push_grown(ptr %ctx, ptr %block, i64 %size)
  ret ptr %grown
ready:
  store i64 %after, ptr %used.at
  %base = call ptr @dl_block_data(ptr %block)
  %slot = getelementptr inbounds i8, ptr %base, i64 %used
  ret ptr %slot
}
"""
"""In every module."""

_DECLARED = """
declare hidden void @dl_fault0(ptr, i32) cold nounwind
declare hidden void @dl_fault1(ptr, i32, i64) cold nounwind
declare hidden void @dl_fault2(ptr, i32, i64, i64) cold nounwind
declare hidden void @dl_fault3(ptr, i32, i64, i64, i64) cold nounwind
declare hidden void @dl_fault4(ptr, i32, i64, i64, i64, i64) cold nounwind
declare hidden void @dl_pool_return(ptr) nounwind
declare hidden ptr @dl_alloc(ptr, i64) nounwind
declare hidden void @dl_release(ptr) nounwind
declare hidden ptr @dl_steal(ptr, ptr) nounwind
declare hidden ptr @dl_push_grown(ptr, ptr, i64) cold nounwind
declare hidden ptr @dl_stack_copy(ptr, ptr) nounwind
declare hidden i32 @dl_stack_assign(ptr, ptr, ptr) nounwind
declare hidden ptr @dl_stack_zeros(ptr, ptr, i64, i64, i64, i64) nounwind
declare ptr @llvm.frameaddress.p0(i32 immarg)
"""


def _meant(text: str) -> str:
    return text.replace("BLOCK", BLOCK).replace("POOL", POOL).replace("KEEP", str(KEEP)).replace("COLD", COLD)


_INSIDE = ("@dl_class", "@dl_unlink", "@dl_capacity", "@dl_is_lent")
"""What only the functions below ask."""


def text() -> str:
    """What a module says of blocks: the small functions, and the names of the others."""
    small = _meant(_SMALL)
    return _DECLARED + POLL + "\n\n".join(part for part in small.split("\n\n") if not any(name in part for name in _INSIDE))


def faults(attributes: str = COLD) -> str:
    """The functions that note a fault: the context's site and details."""
    return "\n".join(_fault(count, attributes) for count in range(5))


def _fault(count: int, attributes: str) -> str:
    heads = "".join(f", i64 %d{k}" for k in range(count))
    lines = [f"define hidden void @dl_fault{count}(ptr %ctx, i32 %site{heads}) {attributes} nounwind {{", "  store i32 %site, ptr %ctx"]
    for k in range(count):
        lines += [f"  %p{k} = getelementptr inbounds i8, ptr %ctx, i64 {8 + 8 * k}", f"  store i64 %d{k}, ptr %p{k}"]
    return "\n".join([*lines, "  ret void", "}"])


def blocks() -> str:
    """The module of what loops ask for memory."""
    return _far(BLOCKS)


_GLOBALS = "@dl_pools = internal global [8 x ptr] zeroinitializer\n@dl_held = global i64 0\n@dl_high = global i64 0\n"


def pools() -> str:
    """The module of what happens once a call, or seldom; faults among it."""
    return _GLOBALS + _far(POOLS + faults())


def stacks() -> str:
    """The module of what is done to whole lists."""
    return _far(STACKS)


def _far(text: str) -> str:
    """A module of functions that are compiled once."""
    return without_repeats(_LIBC + _DECLARED + _meant(_SMALL) + _meant(text).replace("define internal", "define hidden"))
