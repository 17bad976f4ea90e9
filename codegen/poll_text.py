"""LLVM text of the poll, and of what is told to Python on the way: part of every module's prelude.

In a part of a parallel loop (the word at 4 of its context is not 0) nobody is asked, and what is to be told is kept in the context for
the thread that waits: up to four numbers.
"""

from __future__ import annotations

HOOK = "@dl_poll_hook = internal constant ptr null"
SAY_HOOK = "@dl_say_hook = internal constant ptr null"

TEXT = f"""
{HOOK}
define internal i32 @dl_poll(ptr %ctx) alwaysinline nounwind {{
  %hook = load ptr, ptr @dl_poll_hook
  %none = icmp eq ptr %hook, null
  br i1 %none, label %go_on, label %look
go_on:
  ret i32 0
look:
  %mode.at = getelementptr i8, ptr %ctx, i64 4
  %mode = load i32, ptr %mode.at
  %alone = icmp eq i32 %mode, 0
  br i1 %alone, label %ask, label %go_on
ask:
  %answer = call i32 %hook(ptr %ctx)
  ret i32 %answer
}}
{SAY_HOOK}
define internal i32 @dl_say(ptr %ctx, i32 %site, ptr %details) cold nounwind {{
  %hook = load ptr, ptr @dl_say_hook
  %none = icmp eq ptr %hook, null
  br i1 %none, label %silent, label %look
silent:
  ret i32 0
look:
  %mode.at = getelementptr i8, ptr %ctx, i64 4
  %mode = load i32, ptr %mode.at
  %alone = icmp eq i32 %mode, 0
  br i1 %alone, label %say, label %keep
keep:
  store i32 2, ptr %mode.at
  %room = getelementptr i8, ptr %ctx, i64 8
  call void @llvm.memcpy.p0.p0.i64(ptr %room, ptr %details, i64 32, i1 false)
  ret i32 0
say:
  %answer = call i32 %hook(ptr %ctx, i32 %site, ptr %details)
  ret i32 %answer
}}
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1 immarg)
declare hidden void @dl_parallel(ptr, ptr, ptr, i64, i1) nounwind
define internal void @dl_parallel_failed(ptr %ctx, ptr %record) cold noinline nounwind {{
  %site = load i32, ptr %record
  store i32 %site, ptr %ctx
  %from = getelementptr i8, ptr %record, i64 8
  %to = getelementptr i8, ptr %ctx, i64 8
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 32, i1 false)
  %mode.at = getelementptr i8, ptr %record, i64 4
  %mode = load i32, ptr %mode.at
  %told = icmp eq i32 %mode, 2
  br i1 %told, label %say, label %done
say:
  %answer = call i32 @dl_say(ptr %ctx, i32 %site, ptr %from)
  br label %done
done:
  ret void
}}
"""

__all__ = ["HOOK", "SAY_HOOK", "TEXT"]
