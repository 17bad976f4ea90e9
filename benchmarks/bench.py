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
import long
import thirty
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
    """Each call; and what it takes above an empty Python call of as many arguments and `np.empty(8)` for each array returned."""

    def empty(x: Any) -> None:
        pass

    def empty3(a: Any, b: Any, c: Any) -> None:
        pass

    def square(x: Any) -> Any:
        return x * x

    def three(a: Any, b: Any, c: Any) -> Any:
        return a[0] + b[0] * c[0]

    def fill(a: Any, b: Any, c: Any) -> Any:
        return a + b * c

    def inner(a: Any, b: Any, c: Any) -> Any:
        total = 0.0
        for i in range(a.shape[0]):
            total += a[i] * b[i] * c[i]
        return total

    compiled, gradient = dl.differentiable(square), dl.grad(square)
    scope: dict[str, Any] = {"empty": empty, "empty3": empty3, "square": compiled, "gradient": gradient, "np": np}
    scope |= {"three": dl.differentiable(three), "fill": dl.differentiable(fill), "inner_grad": dl.grad(inner, argnums=(0, 1, 2))}
    scope |= {"x": 1.5, "a": np.ones(8), "b": np.ones(8), "c": np.ones(8)}
    rows = [
        ("call of a native scalar function", "square(x)", "empty(x)", 0),
        ("call of its native gradient", "gradient(x)", "empty(x)", 0),
        ("call with three arrays, a number returned", "three(a, b, c)", "empty3(a, b, c)", 0),
        ("call with three arrays, an array returned", "fill(a, b, c)", "empty3(a, b, c)", 1),
        ("call of a gradient with three arrays, three returned", "inner_grad(a, b, c)", "empty3(a, b, c)", 3),
    ]
    for _, expression, *_ in rows:
        eval(expression, scope)
    made = call("np.empty(8)", scope)
    found = [("call of an empty Python function", unit(call("empty(x)", scope))), ("np.empty(8), for comparison", unit(made))]
    for name, expression, least, arrays in rows:
        spent, above = call(expression, scope), call(least, scope) + arrays * made
        found.append((name, f"{unit(spent)} ({unit(spent - above)} above, {spent / above:.2f}x)"))
    return found


BYTECODE = tempfile.TemporaryDirectory(prefix="difflang-bytecode-")
"""Where the fresh Pythons keep their bytecode: users have it from the second start on."""


def in_fresh_python(text: str, cache: str) -> list[float]:
    """Run a text that prints seconds in a Python of its own."""
    environment = {**os.environ, "DIFFLANG_CACHE": cache, "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}", "PYTHONPYCACHEPREFIX": BYTECODE.name}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
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
    import difflang as dl, long, thirty
    given = thirty.arguments() | long.arguments()
    for libraries in (LIBRARIES):
        __import__(libraries)
    function, arguments = given.pop("NAME")
    if WARM:
        for other, its in given.values():
            dl.grad(other)(*its)
    gradient = dl.grad(function)
    t = time.perf_counter()
    gradient(*arguments)
    print(time.perf_counter() - t)
"""
BOTH = "('libcst', 'llvmlite.binding')"


def repeated(text: str, before: str = "", kept: str = "*") -> float:
    """The median of five fresh processes, each with a new cache; `before`: what has run with it, of which the files `kept` are left."""
    spent = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as cache:
            if before:
                in_fresh_python(before, cache)
                for path in {p for p in Path(cache).rglob("*") if p.is_file()} - set(Path(cache).rglob(kept)):
                    path.unlink()
            spent += in_fresh_python(text, cache)
    return statistics.median(spent)


def first_calls() -> list[list[str]]:
    """The first call of the gradient of each function of thirty lines, and of one of two hundred. What all programs share is compiled
    once on a machine."""
    rows = []
    for name in [*thirty.arguments(), *long.arguments()]:
        text = FIRST_CALL.replace("NAME", name)
        bare = text.replace("(LIBRARIES)", "()").replace("WARM", "False")
        alone, after = (text.replace("(LIBRARIES)", BOTH).replace("WARM", warm) for warm in ("False", "True"))
        shared = [repeated(text, alone, "support-*") for text in (after, alone)]
        spent = [*shared, repeated(alone), repeated(bare), repeated(bare, bare)]
        rows.append([name, *map(unit, spent)])
    return rows


def starts() -> list[tuple[str, str]]:
    """Import in fresh processes."""
    in_fresh_python(IMPORT, BYTECODE.name)
    return [("`import difflang` after NumPy", unit(repeated(IMPORT)))]


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
    header = ["first gradient of 30 lines (plant: 187)", "after others", "first of its process", "of its machine", "with imports"]
    header += ["from the cache"]
    table(header, first_calls())
    header = ["loop", "native", "its gradient", "gradient / native", "Python and NumPy", "Numba (primal)", "JAX (array form)"]
    table(header, three_loops())


if __name__ == "__main__":
    main()
