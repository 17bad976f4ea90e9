"""LLVM text of what compiled code asks of Python on its way: raise an error, stop at Ctrl-C, say a message or print a line."""

from __future__ import annotations

FAULTS = """
@dl_fault_format = internal constant [6 x i8] c"iLLLL\\00"
define internal ptr @dl_fault(ptr %ctx, ptr %handler) COLD nounwind {
  %site = load i32, ptr %ctx, align 8
  %raised = icmp eq i32 %site, -1
  br i1 %raised, label %end, label %raise
raise:
  %p0 = getelementptr i8, ptr %ctx, i64 8
  %d0 = load i64, ptr %p0, align 8
  %p1 = getelementptr i8, ptr %ctx, i64 16
  %d1 = load i64, ptr %p1, align 8
  %p2 = getelementptr i8, ptr %ctx, i64 24
  %d2 = load i64, ptr %p2, align 8
  %p3 = getelementptr i8, ptr %ctx, i64 32
  %d3 = load i64, ptr %p3, align 8
  %none = call ptr (ptr, ptr, ...) @PyObject_CallFunction(ptr %handler, ptr @dl_fault_format, i32 %site, i64 %d0, i64 %d1, i64 %d2, i64 %d3)
  br label %end
end:
  ret ptr null
}
define internal i32 @dl_poll_python(ptr %ctx) COLD nounwind {
  %time = alloca [2 x i64], align 8
  %ok = call i32 @clock_gettime(i32 0, ptr %time)
  %seconds = load i64, ptr %time, align 8
  %rest_place = getelementptr i8, ptr %time, i64 8
  %rest = load i64, ptr %rest_place, align 8
  %scaled = mul i64 %seconds, 1000000000
  %now = add i64 %scaled, %rest
  %last_place = getelementptr i8, ptr %ctx, i64 56
  %last = load i64, ptr %last_place, align 8
  %elapsed = sub i64 %now, %last
  %soon = icmp ult i64 %elapsed, 50000000
  br i1 %soon, label %no, label %late
no:
  ret i32 0
late:
  store i64 %now, ptr %last_place, align 8
  %first = icmp eq i64 %last, 0
  br i1 %first, label %no, label %check
check:
  %state_place = getelementptr i8, ptr %ctx, i64 48
  %state = load ptr, ptr %state_place, align 8
  %holding = icmp eq ptr %state, null
  br i1 %holding, label %ask, label %take
take:
  call void @PyEval_RestoreThread(ptr %state)
  br label %ask
ask:
  %status = call i32 @PyErr_CheckSignals()
  %ok_so_far = icmp eq i32 %status, 0
  br i1 %ok_so_far, label %let_go, label %failed
let_go:
  %again = call ptr @PyEval_SaveThread()
  br i1 %holding, label %retake, label %no
retake:
  call void @PyEval_RestoreThread(ptr %again)
  br label %no
failed:
  br i1 %holding, label %stop, label %leave
leave:
  %left = call ptr @PyEval_SaveThread()
  br label %stop
stop:
  store i32 -1, ptr %ctx, align 8
  ret i32 1
}
@dl_say_format = internal constant [3 x i8] c"iL\\00"
define internal i32 @dl_say_python(ptr %ctx, i32 %site, ptr %details) cold noinline nounwind {
  %state_place = getelementptr i8, ptr %ctx, i64 48
  %state = load ptr, ptr %state_place, align 8
  %holding = icmp eq ptr %state, null
  br i1 %holding, label %say, label %take
take:
  call void @PyEval_RestoreThread(ptr %state)
  br label %say
say:
  %handler_place = getelementptr i8, ptr %ctx, i64 72
  %handler = load ptr, ptr %handler_place, align 8
  %address = ptrtoint ptr %details to i64
  %said = call ptr (ptr, ptr, ...) @PyObject_CallFunction(ptr %handler, ptr @dl_say_format, i32 %site, i64 %address)
  %failed = icmp eq ptr %said, null
  br i1 %failed, label %stop, label %fine
stop:
  store i32 -1, ptr %ctx, align 8
  br label %leave
fine:
  call void @Py_DecRef(ptr %said)
  br label %leave
leave:
  %answer = zext i1 %failed to i32
  br i1 %holding, label %end, label %let_go
let_go:
  %again = call ptr @PyEval_SaveThread()
  store ptr %again, ptr %state_place, align 8
  br label %end
end:
  ret i32 %answer
}
"""

__all__ = ["FAULTS"]
