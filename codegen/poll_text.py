"""LLVM text of the poll, and of what is told to Python on the way: part of every module's prelude."""

from __future__ import annotations

HOOK = "@dl_poll_hook = internal constant ptr null"
SAY_HOOK = "@dl_say_hook = internal constant ptr null"

TEXT = f"""
{HOOK}
define internal i32 @dl_poll(ptr %ctx) alwaysinline nounwind {{
  %hook = load ptr, ptr @dl_poll_hook
  %none = icmp eq ptr %hook, null
  br i1 %none, label %go_on, label %ask
go_on:
  ret i32 0
ask:
  %answer = call i32 %hook(ptr %ctx)
  ret i32 %answer
}}
{SAY_HOOK}
define internal i32 @dl_say(ptr %ctx, i32 %site, ptr %details) cold nounwind {{
  %hook = load ptr, ptr @dl_say_hook
  %none = icmp eq ptr %hook, null
  br i1 %none, label %silent, label %say
silent:
  ret i32 0
say:
  %answer = call i32 %hook(ptr %ctx, i32 %site, ptr %details)
  ret i32 %answer
}}
"""

__all__ = ["HOOK", "SAY_HOOK", "TEXT"]
