"""The run-time helpers of kernels, in LLVM IR: faults to the status record, and memory of a thread's own.

A thread's memory is a slice of one scratch array: blocks are cut off it one after the other and all given back when the thread
takes its next element. A block is the record of `prelude.py`; what is not needed here of it stays unset, `pool` is the context.
The context is {i32 site, i32, [4 x i64] detail, ptr next free byte, ptr end}.
"""

from __future__ import annotations

from ..prelude import BLOCK, faults

_MEMORY = r"""
declare i64 @llvm.ctlz.i64(i64, i1 immarg)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1 immarg)

define internal ptr @dl_alloc(ptr %ctx, i64 %bytes) nounwind {
entry:
  %small = icmp ult i64 %bytes, 65
  %less = sub i64 %bytes, 1
  %zeros = call i64 @llvm.ctlz.i64(i64 %less, i1 false)
  %c = sub i64 58, %zeros
  %class = select i1 %small, i64 0, i64 %c
  %absurd = icmp ugt i64 %class, 40
  br i1 %absurd, label %fail, label %sane
sane:
  %size = shl i64 64, %class
  %whole = add i64 %size, 64
  %free.at = getelementptr inbounds i8, ptr %ctx, i64 40
  %end.at = getelementptr inbounds i8, ptr %ctx, i64 48
  %block = load ptr, ptr %free.at
  %end = load ptr, ptr %end.at
  %from = ptrtoint ptr %block to i64
  %to = ptrtoint ptr %end to i64
  %left = sub i64 %to, %from
  %full = icmp ugt i64 %whole, %left
  br i1 %full, label %fail, label %cut
fail:
  ret ptr null
cut:
  %next = getelementptr i8, ptr %block, i64 %whole
  store ptr %next, ptr %free.at
  %data = getelementptr i8, ptr %block, i64 64
  store i64 1, ptr %block
  %data.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 1
  store ptr %data, ptr %data.at
  %class.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  store i64 %class, ptr %class.at
  %pool.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 5
  store ptr %ctx, ptr %pool.at
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  store i64 0, ptr %used.at
  %kind.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 7
  store i64 0, ptr %kind.at
  ret ptr %block
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

define internal void @dl_release(ptr %block) nounwind {
  %none = icmp eq ptr %block, null
  br i1 %none, label %done, label %some
some:
  %count = load i64, ptr %block
  %less = sub i64 %count, 1
  store i64 %less, ptr %block
  %dead = icmp eq i64 %less, 0
  br i1 %dead, label %last, label %done
last:
  %ctx.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 5
  %ctx = load ptr, ptr %ctx.at
  %class.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  %class = load i64, ptr %class.at
  %size = shl i64 64, %class
  %whole = add i64 %size, 64
  %after = getelementptr i8, ptr %block, i64 %whole
  %free.at = getelementptr inbounds i8, ptr %ctx, i64 40
  %free = load ptr, ptr %free.at
  %newest = icmp eq ptr %after, %free
  br i1 %newest, label %back, label %done
back:
  store ptr %block, ptr %free.at
  br label %done
done:
  ret void
}

define internal ptr @dl_block_data(ptr %block) alwaysinline nounwind {
  %data.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 1
  %data = load ptr, ptr %data.at
  ret ptr %data
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

define internal ptr @dl_push(ptr %ctx, ptr %block, i64 %size) nounwind {
  %used.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 6
  %used = load i64, ptr %used.at
  %class.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 2
  %class = load i64, ptr %class.at
  %data.at = getelementptr inbounds BLOCK, ptr %block, i64 0, i32 1
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
  %data = load ptr, ptr %data.at
  %other.data = call ptr @dl_block_data(ptr %other)
  %other.class.at = getelementptr inbounds BLOCK, ptr %other, i64 0, i32 2
  %other.class = load i64, ptr %other.class.at
  call void @llvm.memcpy.p0.p0.i64(ptr %other.data, ptr %data, i64 %used, i1 false)
  store ptr %other.data, ptr %data.at
  store i64 %other.class, ptr %class.at
  br label %ready
ready:
  store i64 %after, ptr %used.at
  %base = load ptr, ptr %data.at
  %slot = getelementptr inbounds i8, ptr %base, i64 %used
  ret ptr %slot
}
"""

_FAULTS = r"""
define internal i32 @dl_poll(ptr %ctx) alwaysinline nounwind {
  ret i32 0
}

define internal i32 @dl_say(ptr %ctx, i32 %site, ptr %details) alwaysinline nounwind {
  ret i32 0
}

define internal void @dl_report(ptr %status, ptr %ctx, i64 %element) noinline cold nounwind {
  %site = load i32, ptr %ctx
  %code = add i32 %site, 1
  %swap = cmpxchg ptr %status, i32 0, i32 %code monotonic monotonic
  %first = extractvalue { i32, i1 } %swap, 1
  br i1 %first, label %tell, label %done
tell:
  %element.at = getelementptr inbounds i8, ptr %status, i64 8
  store i64 %element, ptr %element.at
  DETAILS
  br label %done
done:
  ret void
}
"""


def _details() -> str:
    lines = []
    for k in range(4):
        lines += [f"%from{k} = getelementptr inbounds i8, ptr %ctx, i64 {8 + 8 * k}", f"%d{k} = load i64, ptr %from{k}"]
        lines += [f"%to{k} = getelementptr inbounds i8, ptr %status, i64 {16 + 8 * k}", f"store i64 %d{k}, ptr %to{k}"]
    return "\n  ".join(lines)


def text() -> str:
    """What every module of kernels carries; the optimiser drops what is not used."""
    noted = faults("cold").replace("define hidden", "define internal")
    return _MEMORY.replace("BLOCK", BLOCK) + _FAULTS.replace("DETAILS", _details()) + noted + "\n"


__all__ = ["text"]
