"""Kernels run on the CPU, every thread of every block, and compared with NumPy; faults; what has no place in a kernel."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from tests.gpu.kernels import CASES, Case, collatz, compare, series, weighted

import difflang as dl
from difflang.codegen.targets import ptx as target

needs_libdevice = pytest.mark.skipif(
    target.tool("nvvm/libdevice/libdevice.10.bc") is None, reason=f"libdevice is missing: {target.WHEEL} is not installed"
)


@needs_libdevice
@pytest.mark.parametrize("case", CASES, ids=str)
def test_runs_thread_by_thread_as_numpy_does(case: Case) -> None:
    with dl.device("cpu"):
        compare(dl.ptx(case.function, case.spec)(*case.args), case.expected(*case.args), case.tolerance)


@pytest.mark.parametrize("n", [0, 1, 255, 256, 257, 1000, 256 * 1024 + 3])
def test_every_size(n: int) -> None:
    def total(x):
        return np.sum(x * x)

    def shifted(x):
        return 2 * x + 1

    x = np.arange(n) % 7.0
    device = dl.device("cpu")
    assert device.launch(dl.ptx(total, "f64[:]"), x) == np.sum(x * x)
    np.testing.assert_array_equal(device.launch(dl.ptx(shifted, "f64"), x), 2 * x + 1)


def test_order_of_a_sum_is_fixed() -> None:
    """Threads add what they step over, trees of halves the threads of a block and then the blocks."""

    def total(x):
        return np.sum(x)

    x = np.random.default_rng(0).normal(size=1000)
    threads = np.zeros(1024)
    threads[:1000] = x
    parts = threads.reshape(4, 256)
    while parts.shape[1] > 1:
        parts = parts[:, : parts.shape[1] // 2] + parts[:, parts.shape[1] // 2 :]
    blocks = parts[:, 0]
    expected = (blocks[0] + blocks[2]) + (blocks[1] + blocks[3])
    assert dl.device("cpu").launch(dl.ptx(total, "f64[:]"), x) == expected


def test_mapped_arguments_broadcast() -> None:
    def f(x, y):
        return x * y

    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(dl.device("cpu").launch(dl.ptx(f, "f64, f64"), x, 3.0), x * 3)


def test_tape_outgrows_its_first_memory() -> None:
    def long(x):
        for _ in range(5000):
            x = x * 1.0001 - x * x * 1e-4
        return x

    x = np.linspace(0, 1, 5)
    gradient = dl.grad(long)
    np.testing.assert_allclose(dl.device("cpu").launch(dl.ptx(gradient, "f64"), x), [gradient(v) for v in x], rtol=1e-13)


def test_second_derivative() -> None:
    def cube(x):
        total = x
        for _ in range(2):
            total = total * x
        return total

    x = np.linspace(-2, 2, 300)
    np.testing.assert_allclose(dl.device("cpu").launch(dl.ptx(dl.grad(dl.grad(cube)), "f64"), x), 6 * x, rtol=1e-13)


def test_faults_name_the_element() -> None:
    def inverse(x: float):
        return 1.0 / x

    x = np.ones(600)
    x[517] = 0.0
    with pytest.raises(ZeroDivisionError) as caught:
        dl.device("cpu").launch(dl.ptx(inverse, "float"), x)
    assert "element 517" in caught.value.__notes__[0] and __file__ in caught.value.__notes__[0]


def test_assertions_are_raised() -> None:
    def positive(x):
        assert x > 0, "not positive"
        return x * 2

    with pytest.raises(AssertionError, match="not positive"):
        dl.device("cpu").launch(dl.ptx(positive, "f64"), np.array([1.0, -1.0]))


def test_faults_of_arrays() -> None:
    def largest(x):
        return np.max(x)

    def fifth(x):
        return x * x[5]

    device = dl.device("cpu")
    with pytest.raises(ValueError, match="zero-size array"):
        device.launch(dl.ptx(largest, "f64[:]"), np.zeros(0))
    with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 3"):
        device.launch(dl.ptx(fifth, "f64[:]"), np.zeros(3))
    compare(device.launch(dl.ptx(fifth, "f64[:]"), np.arange(7.0)), np.arange(7.0) * 5, 0)


def test_shapes_are_checked() -> None:
    def product(x, y):
        return x * y

    kernel = dl.ptx(product, "f64[:], f64[:]")
    with pytest.raises(ValueError, match="could not be broadcast"):
        dl.device("cpu").launch(kernel, np.ones(3), np.ones(4))
    with pytest.raises(dl.TypeMismatch, match="shape"):
        dl.device("cpu").launch(kernel, np.ones((3, 1)), np.ones(3))
    with pytest.raises(dl.TypeMismatch, match="2 arrays and numbers, not 1"):
        dl.device("cpu").launch(kernel, np.ones(3))
    with pytest.raises(dl.TypeMismatch, match="outside of a device"):
        kernel(np.ones(3), np.ones(3))


def _rows(x):
    return np.sum(x, axis=1)


def _scan(x):
    return np.cumsum(x)


def _scatter(x, i: int):
    y = np.zeros_like(x)
    y[i] = 2.0
    return y + x


def _loop_reduction(x):
    for _ in range(3):
        x = x / np.sum(x)
    return x


def _recursive(x):
    return 1.0 if x < 1 else x * _recursive(x - 1)


@pytest.mark.parametrize(
    ("function", "spec", "word"),
    [
        (_rows, "f64[:, :]", "sum"), (_scan, "f64[:]", "cumsum"), (_scatter, "f64[:], int", "store"),
        (_loop_reduction, "f64[:]", "reduction inside a loop"), (_recursive, "f64", "calls itself"),
    ],
)  # fmt: skip
def test_refused_with_a_place(function, spec, word) -> None:
    with pytest.raises(dl.NotAvailable, match=word) as caught:
        dl.ptx(function, spec)
    assert caught.value.code == "DL015" and caught.value.way_out
    first = function.__code__.co_firstlineno
    assert caught.value.file == __file__ and caught.value.line in range(first, first + 5)


def test_kinds_of_numbers() -> None:
    def pick(x, flag: bool):
        return np.where(x > 0, x, flag)

    def whole(i, j):
        return i * j + i // j, i % j

    x, i = np.linspace(-1, 1, 300), np.arange(-150, 150)
    j = np.where(i == 0, 7, i)[::-1].copy()
    device = dl.device("cpu")
    compare(device.launch(dl.ptx(pick, "f64[:], bool"), x, True), pick(x, True), 0)
    compare(device.launch(dl.ptx(whole, "int, int"), i, j), whole(i, j), 0)
    compare(device.launch(dl.ptx(whole, "i32, i32"), i.astype("i4"), j.astype("i4")), whole(i.astype("i4"), j.astype("i4")), 0)
    with pytest.raises(ZeroDivisionError):
        device.launch(dl.ptx(whole, "int, int"), i, i)


@needs_libdevice
def test_decorated_functions_too() -> None:
    x = np.linspace(0.1, 3, 40)
    device = dl.device("cpu")
    found = device.launch(dl.ptx(dl.differentiable(series), "f64"), x)
    np.testing.assert_allclose(found, [series(v) for v in x], rtol=1e-13)
    np.testing.assert_allclose(device.launch(dl.ptx(collatz, "float"), x * 9), [collatz(v) for v in x * 9], rtol=1e-13)
    assert device.launch(dl.ptx(weighted, "f64[:], f64[:]"), x, x) == pytest.approx(weighted(x, x), rel=1e-13)


def test_no_gpu_is_said() -> None:
    with pytest.raises(dl.TypeMismatch, match="no device"):
        dl.device("tpu")


@pytest.mark.parametrize("name", ["add", "exp", "π", "dl_alloc", "sinf"])
def test_every_name_makes_an_entry(name: str, tmp_path: Path) -> None:
    """What a name means to assemblers and linkers does not matter."""
    (tmp_path / "named.py").write_text(f"def {name}(x):\n    return x * 2 + abs(x)\n", encoding="utf-8")
    space = runpy.run_path(str(tmp_path / "named.py"))
    kernel = dl.ptx(space[name], "f64")
    assert kernel.entry.isascii() and f".entry {kernel.entry}(" in kernel
    np.testing.assert_array_equal(dl.device("cpu").launch(kernel, np.array([1.0, -2.0])), [3.0, -2.0])
