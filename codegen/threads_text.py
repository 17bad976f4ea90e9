"""LLVM text of how a parallel loop's parts are run: by OpenMP's threads where the loader found a runtime, else one after the other.

`dl_threads` points at the loader's table (`runtime/threads.py`): the address of GOMP_parallel or 0, the number of threads, whether the
process has been forked off one that has run threads. A job is {function, frame, number of parts, the next part}. After a fork the threads
that OpenMP's runtime knows of are gone: it is entered from a fresh thread, for which it starts new ones.
"""

TEXT = r"""
@dl_threads = global ptr null

declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_join(i64, ptr)

define hidden void @dl_parallel(ptr %ctx, ptr %function, ptr %frame, i64 %parts, i1 %worth) noinline nounwind {
entry:
  %job = alloca { ptr, ptr, i64, i64, ptr, i32 }, align 8
  %id = alloca i64, align 8
  %mode.at = getelementptr i8, ptr %ctx, i64 4
  %mode = load i32, ptr %mode.at
  %outer = icmp eq i32 %mode, 0
  %table = load ptr, ptr @dl_threads
  %found = icmp ne ptr %table, null
  %some = icmp sgt i64 %parts, 1
  %a = and i1 %outer, %found
  %b = and i1 %some, %worth
  %c = and i1 %a, %b
  br i1 %c, label %look, label %alone
look:
  %start = load ptr, ptr %table
  %count.at = getelementptr i8, ptr %table, i64 8
  %count = load i64, ptr %count.at
  %forked.at = getelementptr i8, ptr %table, i64 16
  %forked = load i64, ptr %forked.at
  %there = icmp ne ptr %start, null
  %several = icmp sgt i64 %count, 1
  %both = and i1 %there, %several
  br i1 %both, label %fill, label %alone
fill:
  %fewer = icmp slt i64 %parts, %count
  %threads = select i1 %fewer, i64 %parts, i64 %count
  %number = trunc i64 %threads to i32
  store ptr %function, ptr %job
  %frame.at = getelementptr i8, ptr %job, i64 8
  store ptr %frame, ptr %frame.at
  %parts.at = getelementptr i8, ptr %job, i64 16
  store i64 %parts, ptr %parts.at
  %next.at = getelementptr i8, ptr %job, i64 24
  store i64 0, ptr %next.at
  %start.at = getelementptr i8, ptr %job, i64 32
  store ptr %start, ptr %start.at
  %number.at = getelementptr i8, ptr %job, i64 40
  store i32 %number, ptr %number.at
  %used.at = getelementptr i8, ptr %table, i64 24
  store i64 1, ptr %used.at
  %fresh = icmp ne i64 %forked, 0
  br i1 %fresh, label %thread, label %go
go:
  call void %start(ptr @dl_parallel_work, ptr %job, i32 %number, i32 0)
  ret void
thread:
  %made = call i32 @pthread_create(ptr %id, ptr null, ptr @dl_parallel_helper, ptr %job)
  %good = icmp eq i32 %made, 0
  br i1 %good, label %join, label %alone
join:
  %pthread = load i64, ptr %id
  %joined = call i32 @pthread_join(i64 %pthread, ptr null)
  ret void
alone:
  br label %head
head:
  %k = phi i64 [ 0, %alone ], [ %k.next, %one ]
  %more = icmp slt i64 %k, %parts
  br i1 %more, label %one, label %done
one:
  call void %function(ptr %frame, i64 %k)
  %k.next = add i64 %k, 1
  br label %head
done:
  ret void
}

define internal ptr @dl_parallel_helper(ptr %job) nounwind {
  %start.at = getelementptr i8, ptr %job, i64 32
  %start = load ptr, ptr %start.at
  %number.at = getelementptr i8, ptr %job, i64 40
  %number = load i32, ptr %number.at
  call void %start(ptr @dl_parallel_work, ptr %job, i32 %number, i32 0)
  ret ptr null
}

define internal void @dl_parallel_work(ptr %job) nounwind {
entry:
  %function = load ptr, ptr %job
  %frame.at = getelementptr i8, ptr %job, i64 8
  %frame = load ptr, ptr %frame.at
  %parts.at = getelementptr i8, ptr %job, i64 16
  %parts = load i64, ptr %parts.at
  %next.at = getelementptr i8, ptr %job, i64 24
  br label %take
take:
  %k = atomicrmw add ptr %next.at, i64 1 acq_rel
  %more = icmp slt i64 %k, %parts
  br i1 %more, label %run, label %done
run:
  call void %function(ptr %frame, i64 %k)
  br label %take
done:
  ret void
}
"""

_OWN = r"""
@dl_table = internal global [4 x i64] zeroinitializer
declare extern_weak void @GOMP_parallel(ptr, ptr, i32, i32)
declare extern_weak i32 @omp_get_max_threads()

define internal ptr @dl_own_table() noinline nounwind {
  %none = icmp eq ptr @GOMP_parallel, null
  %uncounted = icmp eq ptr @omp_get_max_threads, null
  %missing = or i1 %none, %uncounted
  br i1 %missing, label %no, label %yes
no:
  ret ptr null
yes:
  %count = call i32 @omp_get_max_threads()
  %many = sext i32 %count to i64
  store ptr @GOMP_parallel, ptr @dl_table
  %count.at = getelementptr i8, ptr @dl_table, i64 8
  store i64 %many, ptr %count.at
  ret ptr @dl_table
}
"""

BOUND = _OWN + TEXT.replace("@dl_threads = global ptr null\n", "").replace("load ptr, ptr @dl_threads\n", "call ptr @dl_own_table()\n")
"""The same for a library without a loader: OpenMP's runtime where the program that it is linked to has it."""

__all__ = ["BOUND", "TEXT"]
