"""`make bench`: medians and ratios of one run, as a table that goes into the README.

Call overhead, import time, first call cold and from the cache, and three loops (primal and gradient) against Python with
NumPy, and Numba and JAX where they are installed. Numbers of one machine in one run: read the ratios.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import loops
import numpy as np

import difflang as dl

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def median(function: Callable[[], Any], least: float = 0.2, rounds: int = 7) -> float:
    """Seconds of one call: the median over rounds of as many calls as fill `least` seconds."""
    began = time.perf_counter()
    function()
    once = max(time.perf_counter() - began, 1e-8)
    count = max(1, min(100_000, int(least / rounds / once)))
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(count):
            function()
        spent.append((time.perf_counter() - began) / count)
    return statistics.median(spent)


def call(expression: str, scope: dict[str, Any]) -> float:
    """Seconds of an expression, the loop around it taken off."""
    import timeit

    def best(text: str) -> float:
        timer = timeit.Timer(text, globals=scope)
        return statistics.median(timer.repeat(9, 100_000)) / 100_000

    return best(expression) - best("pass")


def unit(seconds: float) -> str:
    for factor, name in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {name}"
    return f"{seconds * 1e9:.3g} ns"


def calls() -> list[tuple[str, str]]:
    def empty(x: Any) -> None:
        pass

    def square(x: Any) -> Any:
        return x * x

    def three(a: Any, b: Any, c: Any) -> Any:
        return a[0] + b[0] * c[0]

    def fill(a: Any, b: Any, c: Any) -> Any:
        return a + b * c

    compiled, gradient = dl.differentiable(square), dl.grad(square)
    scope = {"empty": empty, "square": compiled, "gradient": gradient, "three": dl.differentiable(three), "fill": dl.differentiable(fill)}
    scope |= {"x": 1.5, "a": np.ones(8), "b": np.ones(8), "c": np.ones(8), "np": np}
    for warm in ("square(x)", "gradient(x)", "three(a, b, c)", "fill(a, b, c)"):
        eval(warm, scope)
    rows = [
        ("call of an empty Python function", "empty(x)"),
        ("call of a native scalar function", "square(x)"),
        ("call of its native gradient", "gradient(x)"),
        ("call with three arrays, a number returned", "three(a, b, c)"),
        ("call with three arrays, an array returned", "fill(a, b, c)"),
        ("np.empty(8), for comparison", "np.empty(8)"),
    ]
    return [(name, unit(call(expression, scope))) for name, expression in rows]


def in_fresh_python(text: str, cache: str) -> list[float]:
    """Run a text that prints seconds in a Python of its own."""
    environment = {**os.environ, "DIFFLANG_CACHE": cache, "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}"}
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(text)], capture_output=True, text=True, env=environment, check=True)
    return [float(word) for word in done.stdout.split()]


IMPORT = """
    import time
    import numpy
    t = time.perf_counter()
    import difflang
    print(time.perf_counter() - t)
"""
FIRST_CALL = """
    import time
    import numpy as np
    import difflang as dl, loops
    arguments, wrt = loops.arguments(small=True)[loops.bundle]
    for libraries in (LIBRARIES):
        __import__(libraries)
    gradient = dl.grad(loops.bundle, argnums=wrt)
    t = time.perf_counter()
    gradient(*arguments)
    print(time.perf_counter() - t)
"""


def starts() -> list[tuple[str, str]]:
    """Import and first call, each in fresh processes: the median of five."""

    def repeated(text: str, fresh: bool) -> float:
        spent = []
        with tempfile.TemporaryDirectory() as kept:
            if not fresh:
                in_fresh_python(text, kept)
            for _ in range(5):
                with tempfile.TemporaryDirectory() as new:
                    spent += in_fresh_python(text, new if fresh else kept)
        return statistics.median(spent)

    warm, bare = (FIRST_CALL.replace("(LIBRARIES)", names) for names in ("('libcst', 'llvmlite.binding')", "()"))
    return [
        ("`import difflang` after NumPy", unit(repeated(IMPORT, fresh=False))),
        ("first call of a gradient (30 lines), cold, libcst and llvmlite imported", unit(repeated(warm, fresh=True))),
        ("the same, their import included", unit(repeated(bare, fresh=True))),
        ("the same, in a fresh process, from the cache", unit(repeated(bare, fresh=False))),
    ]


def three_loops() -> list[list[str]]:
    rows = []
    for function, (arguments, wrt) in loops.arguments().items():
        native, gradient = dl.differentiable(function), dl.grad(function, argnums=wrt)
        primal, backward = median(lambda: native(*arguments)), median(lambda: gradient(*arguments))
        python = median(lambda: function(*arguments), least=0.0, rounds=1)
        row = [function.__name__, unit(primal), unit(backward), f"{backward / primal:.2f}", f"{unit(python)} ({python / primal:.0f}x)"]
        rows.append([*row, numba_cell(function, arguments, primal), jax_cell(function, arguments, wrt, primal, backward)])
    return rows


def numba_cell(function: Any, arguments: Any, primal: float) -> str:
    if importlib.util.find_spec("numba") is None:
        return "not installed"
    import numba

    compiled = numba.njit(function)
    spent = median(lambda: compiled(*arguments))
    return f"{unit(spent)} ({spent / primal:.2f}x)"


def jax_cell(function: Any, arguments: Any, wrt: Any, primal: float, backward: float) -> str:
    if importlib.util.find_spec("jax") is None:
        return "not installed"
    import jax
    import jax_loops

    same = getattr(jax_loops, function.__name__)
    given = [jax.numpy.asarray(a) for a in arguments]
    forward, gradient = jax.jit(same), jax.jit(jax.grad(same, argnums=wrt))
    one = median(lambda: jax.block_until_ready(forward(*given)))
    two = median(lambda: jax.block_until_ready(gradient(*given)))
    return f"{unit(one)} ({one / primal:.2f}x), gradient {unit(two)} ({two / backward:.2f}x)"


def load() -> str:
    """How busy the machine is with other things: above the number of cores, every time below is too long."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def table(header: list[str], rows: list[Any]) -> None:
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    table(["calls and starts", "median"], [*calls(), *starts()])
    header = ["loop", "native", "its gradient", "gradient / native", "Python and NumPy", "Numba (primal)", "JAX (array form)"]
    table(header, three_loops())


if __name__ == "__main__":
    main()
