"""The kernels in difflang against NumPy, Numba and JAX, in one run on one core: ratios of interleaved rounds.

    python benchmarks/arrays/compare.py [--rounds 15] [--only heat,lu] [--core 0] [--programs]

`--programs`: the programs of `programs.py` in place of the kernels.

Columns: difflang's forward and gradient; forward over NumPy's and Numba's (njit, parallel off); gradient over JAX's jitted one.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import kernels
import numpy as np
import programs

import difflang as dl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from spread import pin, ratio  # noqa: E402 (benchmarks are no package)


def once(call: Callable[[], Any], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - began) / count


def candidates(function: Any, arguments: Any, wrt: Any) -> dict[str, Callable[[], Any]]:
    """What is timed, compiled already."""
    forward, gradient = dl.differentiable(function), dl.grad(function, argnums=wrt)
    found: dict[str, Callable[[], Any]] = {"forward": lambda: forward(*arguments), "gradient": lambda: gradient(*arguments)}
    found["numpy"] = lambda: function(*arguments)
    if importlib.util.find_spec("numba"):
        import numba

        jitted = numba.njit(function)
        try:
            jitted(*arguments)
            found["numba"] = lambda: jitted(*arguments)
        except numba.core.errors.TypingError:  # not all of NumPy is known to it
            pass
    if importlib.util.find_spec("jax"):
        import jax
        import jax_kernels

        if (same := getattr(jax_kernels, function.__name__, None) or _with_jax(function)) is not None:
            static = tuple(k for k, a in enumerate(arguments) if isinstance(a, int))
            theirs = jax.jit(jax.grad(same, argnums=wrt), static_argnums=static)
            given = [jax.numpy.asarray(a) if isinstance(a, np.ndarray) else a for a in arguments]
            found["jax"] = lambda: jax.block_until_ready(theirs(*given))
            for ours, other in zip(gradient(*arguments), theirs(*given), strict=True):
                np.testing.assert_allclose(ours, other, rtol=1e-6, atol=1e-9)
    return found


def _with_jax(function: Any) -> Any:
    """A program with JAX in place of NumPy, where it is one that JAX has."""
    import jax

    if function.__module__ != "programs" or function is programs.positive:
        return None
    return types.FunctionType(function.__code__, {**function.__globals__, "np": jax.numpy})


def compare(function: Any, arguments: Any, wrt: Any, rounds: int) -> list[str]:
    found = candidates(function, arguments, wrt)
    counts = {}
    for name, call in list(found.items()):
        call()
        spent = once(call, 1)
        if spent > 1.0:
            del found[name]  # plain Python in loops: said apart
        counts[name] = max(1, min(200, int(0.02 / max(spent, 1e-7))))
    times: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, call in found.items():
            times[name].append(once(call, counts[name]))

    def over(ours: str, theirs: str) -> str:
        return ratio(times[ours], times[theirs]) if theirs in times else "-"

    said = [f"{statistics.median(times[name]) * 1e3:.3g}" for name in ("forward", "gradient")]
    forward = [over("forward", name) for name in ("numpy", "numba")]
    return [function.__name__, *said, over("gradient", "forward"), *forward, over("gradient", "jax")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--programs", action="store_true")
    options = parser.parse_args()
    pin(options.core)
    print("| kernel | forward, ms | gradient, ms | gradient / forward | forward / NumPy | forward / Numba | gradient / JAX |")
    print("|---|---|---|---|---|---|---|")
    for function, (arguments, wrt) in (programs if options.programs else kernels).arguments().items():
        if not options.only or function.__name__ in options.only.split(","):
            print("| " + " | ".join(compare(function, arguments, wrt, options.rounds)) + " |", flush=True)


if __name__ == "__main__":
    main()
