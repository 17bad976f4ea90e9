"""Devices that run kernels: "cpu", thread by thread in machine code of the same kernel IR, and "cuda" through the driver.

    kernel = dl.ptx(f, spec)
    with dl.device("cpu"):
        y = kernel(x)
"""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Sequence
from contextvars import ContextVar, Token
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from difflang.errors import TypeMismatch
from difflang.ir import LEAF, Const, Tree
from difflang.records import dataclass, field, replace
from difflang.types import DTYPES, ONE, Array, Scalar, Type

from .kernel import BLOCK, KernelProgram, Size
from .emit import KernelModule, Parameter, emit, work_bytes
from ..targets.ptx import PTX, blocks

_SCRATCH, _MOST_SCRATCH, _ALL_SCRATCH = 1 << 12, 1 << 22, 1 << 26
_CURRENT: ContextVar[Device | None] = ContextVar("difflang_device", default=None)


@dataclass(eq=False)
class Launch:
    """One call: the values of the parameters by role, and the results to be filled."""

    program: KernelProgram
    arguments: list[Any]
    results: list[np.ndarray[Any, Any]]
    count: int
    shape: tuple[int, ...]
    work: np.ndarray[Any, Any]
    scratch_bytes: int
    status: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(48, np.uint8))

    def size(self, size: Size) -> int:
        if isinstance(size, int):
            return size
        return self.count if size.leaf < 0 else int(self.arguments[size.leaf].shape[size.axis])

    def elements(self, shape: Sequence[Size]) -> int:
        total = 1
        for size in shape:
            total *= self.size(size)
        return total

    def value(self, parameter: Parameter, scratch: Any) -> Any:
        """What is passed: an array for a pointer, else a number."""
        if parameter.role == "size":
            return int(self.arguments[parameter.leaf].shape[parameter.axis])
        values = {"count": self.count, "work": self.work, "scratch": scratch, "scratch_bytes": self.scratch_bytes, "status": self.status}
        if parameter.role in values:
            return values[parameter.role]
        value = (self.results if parameter.role == "result" else self.arguments)[parameter.leaf]
        return value.item() if parameter.role == "number" else value


def prepare(program: KernelProgram, args: Sequence[Any]) -> Launch:
    """Arguments checked as NumPy would, results allocated. Raises TypeMismatch and ValueError."""
    flat = list(_flat(args))
    if len(flat) != len(program.leaves):
        reason = f"{program.name} takes {len(program.leaves)} arrays and numbers, not {len(flat)}"
        raise TypeMismatch("DL045", reason, way_out="pass what its spec says")
    if program.mapped:
        whole = np.broadcast_arrays(*(_cast(a, t, n) for a, t, n in zip(flat, program.leaves, program.names, strict=True))) if flat else []
        shape: tuple[int, ...] = whole[0].shape if whole else ()
        arguments: list[Any] = [np.ascontiguousarray(a).reshape(-1) for a in whole]
        count = int(np.prod(shape, dtype=np.int64))
    else:
        arguments = [_argument(a, t, n) for a, t, n in zip(flat, program.leaves, program.names, strict=True)]
        shape, count = (), 0
    launch = Launch(program, arguments, [], count, shape, np.zeros(work_bytes(program), np.uint8), _SCRATCH)
    for one, other in program.equal:
        if launch.size(one) != launch.size(other):
            shapes = " ".join(str(a.shape) for a in arguments if isinstance(a, np.ndarray))
            raise ValueError(f"operands could not be broadcast together with shapes {shapes}")
    for type, sizes in zip(program.results, program.shapes, strict=True):
        launch.results.append(np.empty(tuple(map(launch.size, sizes)), DTYPES[type.dtype]))  # type: ignore[union-attr]
    return launch


def _flat(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _cast(value: Any, type: Type, name: str) -> np.ndarray[Any, Any]:
    array = np.asarray(value)
    wanted = DTYPES[type.dtype]  # type: ignore[union-attr]
    if not np.can_cast(array.dtype, wanted, "safe") and not isinstance(value, (int, float, bool)):
        reason = f"{name} has dtype {array.dtype}, the kernel was made for {wanted}"
        raise TypeMismatch("DL045", reason, way_out="convert it, or write the spec for it")
    return array.astype(wanted)


def _argument(value: Any, type: Type, name: str) -> Any:
    if isinstance(type, Scalar):
        return _cast(value, type, name)[()]
    assert isinstance(type, Array)
    array = np.ascontiguousarray(_cast(value, type, name))
    fits = array.ndim == type.rank and all(kind != ONE or n == 1 for kind, n in zip(type.dims, array.shape, strict=True))
    if not fits or np.ndim(value) != type.rank:
        reason = f"{name} has shape {np.shape(value)}, the kernel was made for {type}"
        raise TypeMismatch("DL045", reason, way_out="write the spec for this shape")
    return array


def result(program: KernelProgram, launch: Launch) -> Any:
    """The results in the shape of what the function returns."""
    values = iter(r.reshape(launch.shape) if program.mapped else r for r in launch.results)

    def build(tree: Tree) -> Any:
        if isinstance(tree, tuple):
            return tuple(map(build, tree))
        if tree == LEAF:
            return next(values)[()]
        return tree.value if isinstance(tree, Const) else None

    return build(program.tree)


def raise_fault(module: KernelModule, status: np.ndarray[Any, Any]) -> None:
    """Raise what the first thread that failed reports."""
    code = int(status[:4].view(np.int32)[0])
    if not code:
        return
    words = status.view(np.int64)
    site = module.sites[code - 1]
    details = tuple(int(v) for v in words[2 : 2 + site.arguments])
    error = site.error(site.message % details if details else site.message) if site.message else site.error()
    where = f" at {site.place.file}:{site.place.line}" if site.place else ""
    error.add_note(f"raised by a kernel's thread for element {int(words[1])}{where}")
    raise error


class Device:
    """Where kernels run. As a context manager it is where `kernel(*args)` runs."""

    name = ""

    def launch(self, kernel: PTX, *args: Any) -> Any:
        """Run all entries on these arguments; the results as NumPy arrays."""
        program = kernel.program
        launch = prepare(program, args)
        while True:
            launch.status[:] = 0
            module = self.run(kernel, launch)
            code = int(launch.status[:4].view(np.int32)[0])
            if code and module.sites[code - 1].error is MemoryError and launch.scratch_bytes < _MOST_SCRATCH:
                launch = replace(launch, scratch_bytes=launch.scratch_bytes * 8)
                continue
            raise_fault(module, launch.status)
            return result(program, launch)

    def run(self, kernel: PTX, launch: Launch) -> KernelModule:
        raise NotImplementedError

    def __enter__(self) -> Device:
        self._tokens: list[Token[Device | None]] = [*getattr(self, "_tokens", []), _CURRENT.set(self)]
        return self

    def __exit__(self, *exception: object) -> None:
        _CURRENT.reset(self._tokens.pop())


def geometry(launch: Launch, module: KernelModule, shape: Sequence[Size], finish: bool) -> int:
    """Blocks of one launch: fewer where each thread needs scratch memory."""
    found = 1 if finish else blocks(launch.elements(shape))
    return min(found, max(1, _ALL_SCRATCH // (BLOCK * launch.scratch_bytes))) if module.allocates else found


def scratch_size(launch: Launch, module: KernelModule) -> int:
    """Bytes of scratch memory for the largest launch of a call."""
    if not module.allocates:
        return 0
    return max(geometry(launch, module, k.shape, k.finish) for k in launch.program.kernels) * BLOCK * launch.scratch_bytes


class Cpu(Device):
    """Every thread of every block, one after the other, in this thread; barriers split a kernel into phases."""

    name = "cpu"

    def run(self, kernel: PTX, launch: Launch) -> KernelModule:
        module, library = _compiled(launch.program)
        scratch = np.empty(scratch_size(launch, module), np.uint8)
        passed = [_c_value(p, launch.value(p, scratch)) for p in module.parameters]
        for k in launch.program.kernels:
            library[k.name](*passed, ctypes.c_int64(geometry(launch, module, k.shape, k.finish)))
        return module


NUMBERS = {"double": ctypes.c_double, "float": ctypes.c_float, "i64": ctypes.c_int64, "i32": ctypes.c_int32, "i8": ctypes.c_int8}
_COMPILED: WeakKeyDictionary[KernelProgram, tuple[KernelModule, Any]] = WeakKeyDictionary()


def _c_value(parameter: Parameter, value: Any) -> Any:
    return ctypes.c_void_p(value.ctypes.data) if parameter.type == "ptr" else NUMBERS[parameter.type](value)


def _compiled(program: KernelProgram) -> tuple[KernelModule, Any]:
    """The kernel program as machine code of this CPU, compiled once."""
    from ..optimize import object_code
    from ..shared import link
    from ..targets.cpu import host

    found = _COMPILED.get(program)
    if found is None:
        target = replace(host(), vector_library="")
        module = emit(program, target)
        with tempfile.TemporaryDirectory(prefix="difflang-") as folder:
            path = Path(folder, "kernel.so")
            path.write_bytes(link(object_code(module.text, target), target))
            found = _COMPILED[program] = module, ctypes.CDLL(str(path))
    return found


def current() -> Device:
    """The device of the surrounding `with`. Raises TypeMismatch outside of one."""
    found = _CURRENT.get()
    if found is None:
        raise TypeMismatch("DL045", "a kernel is called outside of a device", way_out='write: with dl.device("cpu"): kernel(x)')
    return found


def device(name: str) -> Device:
    """"cpu" or "cuda"."""
    if name == "cpu":
        return Cpu()
    if name == "cuda":
        from .device_cuda import Cuda

        return Cuda()
    raise TypeMismatch("DL033", f"there is no device {name!r}", way_out='choose "cpu" or "cuda"')


__all__ = ["NUMBERS", "Cpu", "Device", "Launch", "current", "device", "geometry", "prepare", "raise_fault", "scratch_size"]
