"""The way to a GPU and back, with a driver that launches the same kernels on the CPU: copies, parameters, grids."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest
from tests.gpu.kernels import compare, each, standard

import difflang as dl
from difflang.codegen.kernel import device
from difflang.codegen.kernel import device_cuda
from difflang.codegen.targets import ptx as target
from difflang.runtime.cuda import CudaError


class FakeDriver:
    """Memory apart from NumPy's; a launch calls the CPU's entry of the same name."""

    def __init__(self) -> None:
        self.memory: dict[int, Any] = {}
        self.kernel: Any = None
        self.launched: list[tuple[str, int, int]] = []

    def module(self, kernel: Any) -> Any:
        return device._compiled(kernel.program)[1]

    def function(self, module: Any, name: str) -> Any:
        return name, module[name]

    def allocate(self, size: int) -> ctypes.c_uint64:
        buffer = ctypes.create_string_buffer(size + 64)
        address = ctypes.addressof(buffer)
        self.memory[address] = buffer
        return ctypes.c_uint64(address)

    def free(self, pointer: ctypes.c_uint64) -> None:
        del self.memory[pointer.value]

    def upload(self, pointer: ctypes.c_uint64, address: int, size: int) -> None:
        ctypes.memmove(pointer.value, address, size)

    def download(self, address: int, pointer: ctypes.c_uint64, size: int) -> None:
        ctypes.memmove(address, pointer.value, size)

    def launch(self, function: Any, blocks: int, threads: int, values: list[Any]) -> None:
        name, entry = function
        self.launched.append((name, blocks, threads))
        entry(*values, ctypes.c_int64(blocks))

    def wait(self) -> None:
        pass


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeDriver:
    found = FakeDriver()
    monkeypatch.setattr(device_cuda, "driver", lambda: found)
    return found


def test_there_and_back(fake: FakeDriver) -> None:
    x = np.random.default_rng(0).normal(size=(30, 20))
    with dl.device("cuda"):
        compare(dl.ptx(standard, "f64[:, :]")(x), standard(x), 1e-12)
    assert not fake.memory  # all given back
    assert [blocks for _, blocks, _ in fake.launched] == [3, 1, 3, 1, 3]
    assert {threads for _, _, threads in fake.launched} == {256}


@pytest.mark.skipif(target.tool("nvvm/libdevice/libdevice.10.bc") is None, reason=f"{target.WHEEL} is not installed")
def test_scratch_memory(fake: FakeDriver) -> None:
    x = np.linspace(0.1, 2.0, 300)
    gradient = dl.grad(lambda x: _series(x))
    compare(dl.device("cuda").launch(dl.ptx(gradient, "f64"), x), each(gradient)(x), 1e-13)
    assert not fake.memory


def _series(x):
    total = 0.0
    for i in range(1, 100):
        total = np.sin(total) * x + x / i
    return total


def test_without_a_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise CudaError("NVIDIA's driver is not on this machine")

    device_cuda.driver.cache_clear()
    monkeypatch.setattr(device_cuda, "Driver", absent)
    with pytest.raises(dl.NotAvailable, match="driver") as caught:
        dl.device("cuda")
    assert caught.value.code == "DL015" and 'device("cpu")' in caught.value.way_out


def test_faults_come_back(fake: FakeDriver) -> None:
    def inverse(x: float):
        return 1 / x

    with pytest.raises(ZeroDivisionError):
        dl.device("cuda").launch(dl.ptx(inverse, "float"), np.zeros(3))
