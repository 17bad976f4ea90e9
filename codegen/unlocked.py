"""LLVM's two long calls, the passes and the machine code, as several threads may make them at a time.

llvmlite lets one thread at a time into LLVM. LLVM itself asks only that threads do not share a context: each module here has
its own, and its own target machine. Where a later llvmlite names its functions otherwise, its own way is taken: one after the other.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

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


class Calls(Generic[T]):
    """Calls made on the process's other processors from when they are added, and on this thread too once their results are wanted."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Callable[[], T]]] = deque()
        self._results: dict[int, T] = {}
        self._errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._count = 0

    def add(self, call: Callable[[], T], long: bool = False) -> None:
        """`long` ones come before the others that wait."""
        (self._waiting.appendleft if long else self._waiting.append)((self._count, call))
        self._count += 1
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if len(self._threads) < processors() - 1 and (thread := beside(self._work)) is not None:
            self._threads.append(thread)

    def finish(self) -> list[T]:
        """The results, in the order of the calls."""
        self._work()
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        return [self._results[k] for k in range(self._count)]

    def _work(self) -> None:
        try:
            while self._waiting:
                k, call = self._waiting.popleft()
                self._results[k] = call()
        except IndexError:  # another thread has taken the last one
            return
        except BaseException as error:
            self._errors.append(error)


def side_by_side(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What the calls give, in their order, made on as many threads as the process has processors."""
    made: Calls[T] = Calls()
    for call in calls:
        made.add(call)
    return made.finish()


class _Prompt:
    """How often threads hand over to each other while compilers run: a thread that calls LLVM asks for Python's lock between calls,
    and would wait five milliseconds each time for one that writes text."""

    def __init__(self) -> None:
        self.lock, self.users, self.before = threading.Lock(), 0, 0.0

    def __enter__(self) -> None:
        with self.lock:
            if self.users == 0:
                self.before = sys.getswitchinterval()
                sys.setswitchinterval(min(self.before, 1e-4))
            self.users += 1

    def __exit__(self, *error: object) -> None:
        with self.lock:
            self.users -= 1
            if self.users == 0:
                sys.setswitchinterval(self.before)


prompt = _Prompt()


def beside(work: Callable[[], None]) -> threading.Thread | None:
    """A thread that does this; None where there can be none: while Python shuts down, or on a system without threads."""
    thread = threading.Thread(target=work, name="difflang compiler")
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
