"""Nanoseconds of the elementary functions, our own and the C library's: an element of a vector, a number, one that waits for the last.

python benchmarks/elementary/speed.py [f64 or f32] [names ...]
"""

from __future__ import annotations

import ctypes
import sys
import time
from typing import Any

import numpy as np

sys.path.insert(0, ".")
from benchmarks.elementary.accuracy import CASES  # noqa: E402
from benchmarks.elementary.apply import FUNCTIONS, library, symbol, theirs  # noqa: E402
from difflang.codegen.elementary.elementary import lanes, owned  # noqa: E402
from difflang.codegen.targets.cpu import host  # noqa: E402

COUNT, ROUNDS, REPEATS = 1024, 25, 10
_WITHIN = {"log": (0.05, 20), "log2": (0.05, 20), "log10": (0.05, 20), "log1p": (-0.9, 3), "acosh": (1, 5), "pow": (0.1, 7)}
_UNIT = frozenset(("asin", "acos", "atanh"))


def measured(found: ctypes.CDLL, name: str, dtype: str, wide: int) -> dict[str, list[float]]:
    """Nanoseconds of (wide, narrow, chain) of both, least of the rounds, interleaved."""
    kind = np.float64 if dtype == "f64" else np.float32
    low, high = _WITHIN.get(name, (-1, 1) if name in _UNIT else (-3, 3))
    rng = np.random.default_rng(0)
    given = [rng.uniform(low, high, COUNT).astype(kind) for _ in range(FUNCTIONS[name][0])]
    number = ctypes.c_double if dtype == "f64" else ctypes.c_float
    out = np.empty_like(given[0])
    passed = [ctypes.c_void_p(x.ctypes.data) for x in (*given, out)]
    best = {"own": [1e9] * 3, "library": [1e9] * 3}
    for _ in range(ROUNDS):
        for whose, form in (("own", symbol), ("library", theirs)):
            calls: list[tuple[Any, list[Any]]] = [(found[f"{form(name, dtype, n)}_applied"], passed) for n in (wide, 1)]
            calls.append((found[f"{form(name, dtype, 1)}_chained"], [number(float(x[0])) for x in given]))
            for k, (call, arguments) in enumerate(calls):
                begun = time.perf_counter()
                for _ in range(REPEATS):
                    call(*arguments, ctypes.c_int64(COUNT))
                best[whose][k] = min(best[whose][k], (time.perf_counter() - begun) / REPEATS / COUNT * 1e9)
    return best


def main(dtype: str = "f64", *names: str) -> None:
    wide = lanes(dtype, host())[-1]
    print(f"| {dtype}, {wide} lanes | element of a vector | number | number after number | used |\n|---|---|---|---|---|")
    for name in names or [case.library for case in CASES.values()]:
        rows = [(form(name, dtype, n), name, dtype, n) for form in (symbol, theirs) for n in (wide, 1)]
        best = measured(library(rows), name, dtype, wide)
        told = " | ".join(f"{a:.2f} / {b:.2f} = {a / b:.2f}" for a, b in zip(*best.values(), strict=True))
        print(f"| {name} | {told} | {'own' if owned(name, dtype, host()) else 'C library'} |", flush=True)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["f64"]))
