"""The GPU as a device for kernels: arrays are copied there and back for each call."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from difflang.errors import NotAvailable

from ...runtime.cuda import CudaError, Driver
from .device import NUMBERS, Device, Launch, geometry, scratch_size
from .kernel import BLOCK, KernelProgram
from .emit import KernelModule
from ..targets.ptx import PTX


@lru_cache(maxsize=1)
def driver() -> Driver:
    """NVIDIA's driver. Raises NotAvailable."""
    try:
        return Driver()
    except CudaError as error:
        raise NotAvailable("DL015", str(error), way_out='dl.device("cpu") runs the same kernels thread by thread') from None


class Cuda(Device):
    """The first GPU."""

    name = "cuda"

    def __init__(self) -> None:
        self.driver = driver()
        self.modules: WeakKeyDictionary[KernelProgram, Any] = WeakKeyDictionary()

    def run(self, kernel: PTX, launch: Launch) -> KernelModule:
        module, at = kernel.module, self.driver
        loaded = self.modules.get(launch.program)
        if loaded is None:
            loaded = self.modules[launch.program] = at.module(kernel)
        size = scratch_size(launch, module)
        scratch = at.allocate(size)
        here: list[tuple[np.ndarray[Any, Any], ctypes.c_uint64]] = []
        try:
            passed: list[Any] = []
            for parameter in module.parameters:
                value = launch.value(parameter, scratch)
                if isinstance(value, np.ndarray):
                    there = at.allocate(value.nbytes)
                    here.append((value, there))
                    at.upload(there, value.ctypes.data, value.nbytes)
                    value = there
                passed.append(value if parameter.type == "ptr" else NUMBERS[parameter.type](value))
            for k in launch.program.kernels:
                at.launch(at.function(loaded, k.name), geometry(launch, module, k.shape, k.finish), BLOCK, passed)
            at.wait()
            back = [*launch.results, launch.status]
            for value, there in here:
                if any(value is array for array in back):
                    at.download(value.ctypes.data, there, value.nbytes)
        finally:
            for _, there in here:
                at.free(there)
            at.free(scratch)
        return module


__all__ = ["Cuda", "driver"]
