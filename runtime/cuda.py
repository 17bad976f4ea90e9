"""NVIDIA's driver through ctypes: modules from PTX, memory, launches. Nothing but libcuda is needed, and only where it is used."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any


class CudaError(OSError):
    """The driver refused, or is not there."""


class Driver:
    """The driver with the first GPU's primary context."""

    def __init__(self) -> None:
        try:
            self.library = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise CudaError(f"NVIDIA's driver is not on this machine: {error}") from None
        self.call("cuInit", ctypes.c_uint(0))
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.call("cuDeviceGet", ctypes.byref(device), ctypes.c_int(0))
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.context = context

    def call(self, name: str, *args: Any) -> None:
        code = getattr(self.library, name)(*args)
        if code:
            text = ctypes.c_char_p()
            self.library.cuGetErrorString(ctypes.c_int(code), ctypes.byref(text))
            raise CudaError(f"{name}: {(text.value or b'').decode() or code}")

    def module(self, ptx: str) -> ctypes.c_void_p:
        """A module, assembled by the driver."""
        self.call("cuCtxSetCurrent", self.context)
        module = ctypes.c_void_p()
        self.call("cuModuleLoadData", ctypes.byref(module), ctypes.c_char_p(ptx.encode()))
        return module

    def function(self, module: ctypes.c_void_p, name: str) -> ctypes.c_void_p:
        found = ctypes.c_void_p()
        self.call("cuModuleGetFunction", ctypes.byref(found), module, ctypes.c_char_p(name.encode()))
        return found

    def allocate(self, size: int) -> ctypes.c_uint64:
        self.call("cuCtxSetCurrent", self.context)
        pointer = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(pointer), ctypes.c_size_t(max(1, size)))
        return pointer

    def free(self, pointer: ctypes.c_uint64) -> None:
        self.call("cuMemFree_v2", pointer)

    def upload(self, pointer: ctypes.c_uint64, address: int, size: int) -> None:
        if size:
            self.call("cuMemcpyHtoD_v2", pointer, ctypes.c_void_p(address), ctypes.c_size_t(size))

    def download(self, address: int, pointer: ctypes.c_uint64, size: int) -> None:
        if size:
            self.call("cuMemcpyDtoH_v2", ctypes.c_void_p(address), pointer, ctypes.c_size_t(size))

    def launch(self, function: ctypes.c_void_p, blocks: int, threads: int, values: Sequence[Any]) -> None:
        """Start a kernel; `values` are ctypes numbers."""
        pointers = (ctypes.c_void_p * len(values))(*(ctypes.cast(ctypes.byref(v), ctypes.c_void_p) for v in values))
        one, none = ctypes.c_uint(1), ctypes.c_void_p()
        grid, block, shared = (ctypes.c_uint(blocks), one, one), (ctypes.c_uint(threads), one, one), ctypes.c_uint(0)
        self.call("cuLaunchKernel", function, *grid, *block, shared, none, pointers, none)

    def wait(self) -> None:
        self.call("cuCtxSynchronize")


__all__ = ["CudaError", "Driver"]
