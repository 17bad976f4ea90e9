"""Runs placed programs as machine code, through ctypes: what the tests of the code generator compare with the evaluator."""

from __future__ import annotations

import ctypes
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from difflang.codegen import optimize, shared
from difflang.codegen.module import Module, emit
from difflang.codegen.targets.cpu import host
from difflang.ir import Program
from difflang.types import DTYPES, Array, Scalar, Stack, Type

C = {"f64": ctypes.c_double, "f32": ctypes.c_float, "i64": ctypes.c_int64, "i32": ctypes.c_int32, "bool": ctypes.c_int8}
LLVM = {"f64": "double", "f32": "float", "i64": "i64", "i32": "i32", "bool": "i8"}


class Context(ctypes.Structure):
    _fields_ = [("site", ctypes.c_int32), ("reserved", ctypes.c_int32), ("detail", ctypes.c_int64 * 4), ("live", ctypes.c_void_p)]


def record(rank: int) -> Any:
    fields = [("data", ctypes.c_void_p), ("block", ctypes.c_void_p), ("dims", ctypes.c_int64 * rank), ("strides", ctypes.c_int64 * rank)]
    return type(f"Record{rank}", (ctypes.Structure,), {"_fields_": fields})


class Native:
    """One compiled program, called like the evaluator: leaves in, result leaves and finals of written parameters out."""

    def __init__(self, program: Program) -> None:
        self.module: Module = emit(program, host())
        self.key = program.entry
        self.signature = self.module.signatures[self.key]
        self.text = self.module.text + self._doors()
        self.object = optimize.to_object(self.text, host())
        self.library = _load(shared.link(self.object, host()))

    def assembly(self) -> str:
        return optimize.to_assembly(self.text, host())

    def _doors(self) -> str:
        """Exported functions around what is internal to the module."""
        types = ["ptr"] + [_llvm(t) for t in self.signature.ins] + ["ptr"] * len(self.signature.outs)
        heads = ", ".join(f"{t} %x{k}" for k, t in enumerate(types))
        return f"""
define i32 @t_run({heads}) {{
  %r = call i32 @"{self.key}"({heads})
  ret i32 %r
}}
define void @t_init(ptr %c) {{
  call void @dl_ctx_init(ptr %c)
  ret void
}}
define void @t_free(ptr %c) {{
  call void @dl_ctx_free(ptr %c)
  ret void
}}
define i64 @t_live(ptr %c) {{
  %at = getelementptr inbounds i8, ptr %c, i64 40
  %pool = load ptr, ptr %at
  %none = icmp eq ptr %pool, null
  br i1 %none, label %no, label %walk
no:
  ret i64 0
walk:
  %count = phi i64 [ 0, %0 ], [ %more, %walk ]
  %link = phi ptr [ %pool, %0 ], [ %next.at, %walk ]
  %block = load ptr, ptr %link
  %next.at = getelementptr inbounds {{ i64, ptr, i64, ptr, ptr, ptr, i64, i64 }}, ptr %block, i64 0, i32 4
  %more = add i64 %count, 1
  %end = icmp eq ptr %block, null
  br i1 %end, label %done, label %walk
done:
  ret i64 %count
}}
define void @t_release(ptr %b) {{
  call void @dl_release(ptr %b)
  ret void
}}
"""

    def __call__(self, *leaves: Any) -> tuple[Any, ...]:
        lib, context, keep = self.library, Context(), []
        passed: list[Any] = [ctypes.byref(context)]
        arrays: list[Any] = []
        for value, type in zip(leaves, self.signature.ins, strict=True):
            passed.append(_pass(value, type, keep, arrays))
        outs = [record(t.rank)() if isinstance(t, Array) else C[t.dtype]() for t in self.signature.outs]  # type: ignore[union-attr]
        passed += [ctypes.byref(o) for o in outs]
        lib.t_init(ctypes.byref(context))
        status = lib.t_run(*passed)
        if status:
            lib.t_free(ctypes.byref(context))
            site = self.module.sites[context.site]
            message = site.message % tuple(context.detail[: site.arguments]) if site.arguments else site.message
            raise site.error("DL013", message) if site.error.__name__ == "IntegerOverflow" else site.error(*([message] if message else []))
        results = [_receive(o, t) for o, t in zip(outs, self.signature.outs, strict=True)]
        for out in outs:
            if isinstance(out, ctypes.Structure) and out.block:
                lib.t_release(out.block)
        self.left = lib.t_live(ctypes.byref(context))
        lib.t_free(ctypes.byref(context))
        return (*results, *(arrays[p].copy() for p in self.signature.writes))


def _llvm(type: Type) -> str:
    return "ptr" if isinstance(type, (Array, Stack)) else LLVM[type.dtype]  # type: ignore[union-attr]


def _pass(value: Any, type: Type, keep: list[Any], arrays: list[Any]) -> Any:
    if isinstance(type, Array):
        array = np.array(value, DTYPES[type.dtype], order="C") if type.layout == "C" else np.asarray(value, DTYPES[type.dtype])
        r = record(type.rank)()
        r.data, r.block = array.ctypes.data, None
        for k in range(type.rank):
            r.dims[k], r.strides[k] = array.shape[k], array.strides[k]
        keep += [array, r]
        arrays.append(array)
        return ctypes.byref(r)
    arrays.append(None)
    assert isinstance(type, Scalar)
    return C[type.dtype](value)


def _receive(out: Any, type: Type) -> Any:
    if not isinstance(type, Array):
        assert isinstance(type, Scalar)
        value = out.value
        return bool(value) if type.dtype == "bool" else value
    dtype = DTYPES[type.dtype]
    shape, strides = tuple(out.dims), tuple(out.strides)
    if 0 in shape:
        return np.zeros(shape, dtype)
    low = sum(min(0, (n - 1) * s) for n, s in zip(shape, strides, strict=True))
    high = sum(max(0, (n - 1) * s) for n, s in zip(shape, strides, strict=True)) + dtype.itemsize
    raw = (ctypes.c_char * (high - low)).from_address(out.data + low)
    return np.ndarray(shape, dtype, raw, -low, strides).copy()


def _load(code: bytes) -> Any:
    with tempfile.NamedTemporaryFile(suffix=".so") as file:
        Path(file.name).write_bytes(code)
        library = ctypes.CDLL(file.name)
    library.t_live.restype = ctypes.c_int64
    library.t_release.argtypes = [ctypes.c_void_p]
    return library
