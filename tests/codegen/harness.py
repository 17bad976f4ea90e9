"""Runs placed programs as machine code, through ctypes: what the tests of the code generator compare with the evaluator."""

from __future__ import annotations

import copy
import ctypes
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from difflang.build import Builder, trace
from difflang.codegen import optimize, shared
from difflang.codegen.module import Module, emit
from difflang.codegen.targets.cpu import host
from difflang.eval import evaluate_program
from difflang.ir import Function, Param, Program, Var
from difflang.types import DTYPES, Array, Scalar, Stack, Type, general, type_of

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
  %c = alloca [48 x i8], align 8
  call void @llvm.memcpy.p0.p0.i64(ptr %c, ptr %x0, i64 48, i1 false)
  %r = call i32 @"{self.key}.entry"({heads.replace("ptr %x0", "ptr %c", 1)})
  call void @llvm.memcpy.p0.p0.i64(ptr %x0, ptr %c, i64 48, i1 false)
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


def program(function: Any, types: Any) -> Program:
    """A placed program of a function on tracers: straight-line code."""
    params = [Var(f"p{k}", type) for k, type in enumerate(types)]
    builder = Builder()
    result = trace(builder, function, *params)
    results = result if isinstance(result, tuple) else (result,)
    body = builder.region(params, results)
    made = Function("f", tuple(Param(p.hint) for p in params), body, level="placed", result=("*",) * len(results))
    return Program("f", {"f": made})


def forms(values: Any) -> Any:
    """The same arguments under the types a call would find, with every size left open, and lying strided in memory."""
    exact = tuple(type_of(v) for v in values)
    yield "exact", exact, values
    if any(isinstance(t, Array) for t in exact):
        yield "open", tuple(general(t) for t in exact), values
        strided = tuple(_strided(v) if isinstance(v, np.ndarray) else v for v in values)
        yield "strided", tuple(replace(t, layout="A") if isinstance(t, Array) else t for t in exact), strided


def _strided(array: Any) -> Any:
    """The same elements, every second one of a larger array."""
    wide = np.zeros(tuple(2 * n for n in array.shape), array.dtype)
    view = wide[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def agree(function: Any, *values: Any, tolerance: float = 1e-12, only: str = "") -> None:
    """Machine code and evaluator give the same results, or raise the same errors, under every form of the arguments."""
    for name, types, given in forms(values):
        if only and name != only:
            continue
        made = program(function, types)
        native = Native(made)
        same(native, made, given, tolerance, name)


def same(native: Native, made: Program, given: Any, tolerance: float = 1e-12, name: str = "") -> None:
    try:
        wanted = evaluate_program(made, *copy.deepcopy(given))
    except AssertionError:
        raise
    except Exception as error:
        with pytest.raises(type(error)) as found:
            native(*given)
        assert str(found.value) == str(error)
        return
    results = native(*copy.deepcopy(given))
    assert len(results) == len(wanted)
    for k, (result, want) in enumerate(zip(results, wanted, strict=True)):
        assert np.shape(result) == np.shape(want), f"{name} {k}: {np.shape(result)} {np.shape(want)}"
        loose = max(tolerance, 2e-6) if np.asarray(want).dtype == np.float32 else tolerance
        np.testing.assert_allclose(result, want, rtol=loose, atol=loose, err_msg=f"{name}, result {k}")
    assert native.left == 0, f"{name}: {native.left} blocks are still live"
