"""Functions that are made into kernels: what the tests assemble and run on the CPU, and `run_on_gpu.py` on a GPU."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import difflang as dl


def arithmetic(x, y):
    return (x * y + 3) / (1 + x * x) - y


def elementary(x):
    return np.exp(-x) * np.sin(x) + np.log1p(x * x) + np.tanh(x) ** 3


def branch(x):
    if x > 1.0:
        return np.log(x) * x
    if x < -1.0:
        return x * x * x
    return np.cos(x)


def collatz(x):
    count = 0
    while x > 1.0:
        x = x * 0.5 if x < 8.0 else x * 0.25 + 1.0
        count += 1
    return x * count


def series(x):
    total = 0.0
    for i in range(1, 9):
        total = np.sin(total) * x + x / i
    return total


def newton(x):
    y = 1.0
    while abs(y * y - x * x - 1.0) > 1e-9:
        y = 0.5 * (y + (x * x + 1.0) / y)
    return y


def helper(x, y):
    return np.arctan2(x, y) * x


def calls(x, y):
    return helper(x, y) + helper(y, x) + math.floor(3.5)


def remainder(x, y):
    return x % (abs(y) + 0.25) + np.fmod(x, 0.75)


def early(x):
    for i in range(20):
        x = x * 1.5 + 0.1
        if x > 4.0:
            return x - i
    return x


def weighted(x, w):
    return np.sum(np.tanh(x) * w)


def mean_square(x, w):
    return np.mean((x - w) ** 2)


def log_sum_exp(x):
    return np.log(np.sum(np.exp(x - np.max(x))))


def standard(x):
    return (x - x.mean()) / (np.std(x) + 1e-3)


def choose(x, y):
    return np.where(x > 0, np.exp(x) * y, x[0] * 2.0)


def scaled(x, k):
    return np.maximum(x, 0) * k + np.arange(x.shape[0])


def repeated(x):
    for _ in range(3):
        x = np.tanh(x) * 2
    return np.sum(x)


def uniform_loop(x, k: float):
    if k > 2:
        y = x * k
    else:
        y = np.sin(x)
    i = 0
    while i < 3:
        y = y * x + k
        i += 1
    return np.sum(y)


def turned(x, b):
    return np.flip(x.T, 0) * 2 + b[:, None]


def extremes(x):
    return np.max(x) - np.min(x), np.prod(1 + x * 1e-3), np.any(x > 2), np.all(x > -9)


def two_shapes(x, y):
    return np.sum(x) * y


def normalised(x):
    return x / np.sqrt(np.dot(x, x))


@dataclass(frozen=True)
class Case:
    """A kernel, what its arguments look like, and what NumPy gives for them."""

    name: str
    function: Any
    spec: str
    args: tuple[Any, ...]
    expected: Callable[..., Any]
    tolerance: float = 1e-12

    def __str__(self) -> str:
        return self.name


def _values(seed: int, *shape: int, dtype: Any = np.float64) -> Any:
    return np.random.default_rng(seed).uniform(-2.5, 2.5, shape).astype(dtype)


def each(function: Any) -> Callable[..., Any]:
    """The function as written, one element after the other: what a mapped kernel is compared with."""

    def run(*args: Any) -> Any:
        rows = [function(*(a[k] for a in args)) for k in range(len(args[0]))]
        return tuple(map(np.array, zip(*rows, strict=True))) if isinstance(rows[0], tuple) else np.array(rows)

    return run


def _mapped() -> list[Case]:
    cases = []
    sizes = {"arithmetic": 1000, "elementary": 256, "branch": 300, "series": 515, "collatz": 77}
    for function, count in (
        (arithmetic, 2), (elementary, 1), (branch, 1), (collatz, 1), (series, 1), (newton, 1), (calls, 2), (remainder, 2), (early, 1),
    ):  # fmt: skip
        name = function.__name__
        args = tuple(_values(k, sizes.get(name, 130)) * (9 if name == "collatz" else 1) for k in range(count))
        spec = ", ".join(["f64"] * count)
        gradient = dl.value_and_grad(function, tuple(range(count)))
        cases.append(Case(name, function, spec, args, each(function)))
        flat = each(lambda *a, g=gradient: (lambda v, d: (v, *d))(*g(*a)))
        cases.append(Case(f"{name}.grad", gradient, spec, args, lambda *a, f=flat: (f(*a)[0], f(*a)[1:])))
        if name != "newton":  # its tolerance is below f32's
            small = tuple(a.astype(np.float32) for a in args)
            cases.append(Case(f"{name}.f32", function, spec.replace("f64", "f32"), small, each(function), 2e-5))
    return cases


def _arrays() -> list[Case]:
    x, w, m, row = _values(1, 1000), _values(2, 1000), _values(3, 33, 17), _values(4, 17)
    cases = [
        Case("weighted", weighted, "f64[:], f64[:]", (x, w), weighted),
        Case("log_sum_exp", log_sum_exp, "f64[:]", (_values(5, 300_001),), log_sum_exp),
        Case("mean_square", mean_square, "f64[:, :], f64[:]", (m, row), mean_square),
        Case("standard", standard, "f64[:, :]", (m,), standard),
        Case("choose", choose, "f64[:], f32", (x, np.float32(2)), choose),
        Case("scaled", scaled, "f64[:], float", (x, 1.5), scaled),
        Case("repeated", repeated, "f64[:]", (x,), repeated),
        Case("uniform_loop", uniform_loop, "f64[:], float", (x, 2.5), uniform_loop),
        Case("turned", turned, "f64[:, :], f64[:]", (m, row), turned),
        Case("extremes", extremes, "f64[:]", (x,), extremes),
        Case("two_shapes", two_shapes, "f64[:], f64[:, :]", (x, m), two_shapes),
        Case("normalised", normalised, "f64[:]", (x,), normalised),
        Case("weighted.f32", weighted, "f32[:], f32[:]", (x.astype("f"), w.astype("f")), weighted, 1e-4),
        Case("one element", weighted, "f64[:], f64[:]", (x[:1], w[:1]), weighted),
        Case("no element", weighted, "f64[:], f64[:]", (x[:0], w[:0]), weighted),
    ]
    for function, argnums, spec, args, tolerance in (
        (weighted, (0, 1), "f64[:], f64[:]", (x, w), 1e-12), (mean_square, 0, "f64[:, :], f64[:]", (m, row), 1e-12),
        (log_sum_exp, 0, "f64[:]", (_values(5, 3001),), 1e-12), (repeated, 0, "f64[:]", (x,), 1e-12),
        (uniform_loop, 0, "f64[:], float", (x, 1.5), 1e-12), (weighted, (0, 1), "f32[:], f32[:]", (x.astype("f"), w.astype("f")), 1e-4),
    ):  # fmt: skip
        gradient = dl.value_and_grad(function, argnums)
        cases.append(Case(f"{function.__name__}.grad {spec}", gradient, spec, args, gradient, tolerance))
    return cases


CASES = _mapped() + _arrays()


def compare(found: Any, expected: Any, tolerance: float) -> None:
    """Raises AssertionError where results differ in structure, shape, dtype or value."""
    if isinstance(expected, tuple):
        assert isinstance(found, tuple) and len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            compare(one, other, tolerance)
        return
    assert np.shape(found) == np.shape(expected), (np.shape(found), np.shape(expected))
    if isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype, (found.dtype, expected.dtype)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
