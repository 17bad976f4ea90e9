"""LLVM's two long calls, the passes and the machine code, as several threads may make them at a time.

llvmlite lets one thread at a time into LLVM. LLVM itself asks only that threads do not share a context: each module here has
its own, and its own target machine. Where a later llvmlite names its functions otherwise, its own way is taken: one after the other.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from ..runtime.threads import processors

T = TypeVar("T")


@lru_cache(maxsize=1)
def _functions() -> tuple[Any, Any] | None:
    """The functions that run passes and write machine code, of the library that llvmlite has loaded."""
    from llvmlite.binding import ffi

    library = ctypes.CDLL(ffi.lib._name)
    try:
        run, emit = library.LLVMPY_RunNewModulePassManager, library.LLVMPY_TargetMachineEmitToMemory
    except AttributeError:
        return None
    run.argtypes, run.restype = [ffi.LLVMModulePassManagerRef, ffi.LLVMModuleRef, ffi.LLVMPassBuilderRef], None
    emit.argtypes = [ffi.LLVMTargetMachineRef, ffi.LLVMModuleRef, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p)]
    emit.restype = ffi.LLVMMemoryBufferRef
    return run, emit


def run_passes(builder: Any, module: Any) -> None:
    passes, functions = builder.getModulePassManager(), _functions()
    if functions is None:
        passes.run(module, builder)
    else:
        functions[0](passes, module, builder)


def emit_object(machine: Any, module: Any) -> bytes:
    """Object code of a module. Raises RuntimeError with what LLVM says."""
    from llvmlite.binding import ffi

    functions = _functions()
    if functions is None:
        return bytes(machine.emit_object(module))
    said = ctypes.c_char_p()
    buffer = functions[1](machine, module, 1, ctypes.byref(said))
    if not buffer:
        raise RuntimeError((said.value or b"no object code").decode(errors="replace"))
    try:
        return ctypes.string_at(ffi.lib.LLVMPY_GetBufferStart(buffer), ffi.lib.LLVMPY_GetBufferSize(buffer))
    finally:
        ffi.lib.LLVMPY_DisposeMemoryBuffer(buffer)


def side_by_side(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What the calls give, in their order, made on as many threads as the process has processors."""
    threads = min(len(calls), processors())
    if threads < 2:
        return [call() for call in calls]
    results: list[T | None] = [None] * len(calls)
    errors: list[BaseException] = []
    numbers = iter(range(len(calls)))

    def work() -> None:
        try:
            for k in numbers:
                results[k] = calls[k]()
        except BaseException as error:
            errors.append(error)

    others = [beside(work) for _ in range(threads - 1)]
    work()
    for thread in others:
        if thread is not None:
            thread.join()
    if errors:
        raise errors[0]
    return results  # type: ignore[return-value]


def beside(work: Callable[[], None]) -> threading.Thread | None:
    """A thread that does this; None where there can be none: while Python shuts down, or on a system without threads."""
    thread = threading.Thread(target=work, name="difflang compiler")
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
