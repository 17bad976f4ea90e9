"""A guard on the code of ten gradients: instructions counted under callgrind, in a library for x86-64-v3 driven from C.

The counts stand in `instructions.json`; more than 5 % above is a failure. After a change that is meant to cost:
`python tests/codegen/test_instructions.py`. Skipped where valgrind or a C compiler is missing.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.codegen.export import export
from difflang.codegen.targets.cpu import host
from difflang.codegen.targets.target import Target

HERE = Path(__file__).resolve().parent
COUNTS = HERE / "instructions.json"
BENCHMARKS = HERE.parent.parent / "benchmarks"
C_NAMES = {"float64": "double", "int64": "int64_t"}
TOOLS = ("valgrind", "callgrind_annotate", "gcc")


def gradients() -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """The gradients that are guarded, each with its arguments."""
    for folder in (BENCHMARKS, BENCHMARKS / "gradbench"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    import det
    import gmm
    import kmeans
    import llsq
    import loops
    import lse
    import ode

    rng = np.random.default_rng(5)
    found = {}
    for f, (arguments, wrt) in loops.arguments(small=True).items():
        found[f.__name__] = (dl.grad(f, argnums=wrt), arguments)
    mixture = (rng.normal(size=3), rng.random((3, 4)), rng.normal(size=(3, 4)), rng.normal(size=(3, 6)), rng.normal(size=(40, 4)), 1.0, 0)
    found["gmm"] = (dl.grad(gmm.objective, argnums=(0, 1, 2, 3)), mixture)
    found["kmeans"] = (dl.grad(kmeans.cost, argnums=1), (rng.random((60, 8)), rng.random((10, 8))))
    found["llsq"] = (dl.grad(llsq.objective), (rng.random(64), 100))
    found["logsumexp"] = (dl.grad(lse.logsumexp), (rng.random(5000),))
    found["ode"] = (dl.grad(ode.last), (rng.random(300), 20))
    found["det"] = (dl.grad(det.determinant), (rng.random((5, 5)),))
    found["square"] = (dl.grad(_squares), (rng.random((50, 40)),))
    return found


def _squares(x: Any) -> Any:
    y = x[1:] - x[:-1]
    return np.sum(y * y) + np.sum(np.sqrt(1.0 + x * x))


def driver(name: str, arguments: tuple[Any, ...], results: tuple[Any, ...]) -> str:
    """C text that calls one function once, its arrays filled from a text."""
    lines, passed = [], []
    for k, value in enumerate(arguments):
        if isinstance(value, np.ndarray):
            numbers = ", ".join(repr(v) for v in value.ravel().tolist())
            kind = C_NAMES[value.dtype.name]
            lines.append(f"static {kind} {name}_{k}[] = {{{numbers}}};")
            passed += [f"{name}_{k}", *map(str, value.shape)]
        else:
            passed.append(repr(value))
    body = []
    for k, value in enumerate(results):
        if isinstance(value, np.ndarray):
            body.append(f"  guarded_f64_{value.ndim} r{k} = {{0}};")
        else:
            body.append(f"  double r{k};")
        passed.append(f"&r{k}")
    body.append(f"  if (guarded_{name}({', '.join(passed)})) abort();")
    body += [f"  guarded_free(r{k}.data);" for k, value in enumerate(results) if isinstance(value, np.ndarray)]
    return "\n".join([*lines, f"__attribute__((noinline)) void run_{name}(void) {{", *body, "}"])


def read_and_written(x: Any, k: Any) -> Any:
    """Elements read, written and updated, in order and out of it."""
    a = x.copy()
    h = np.zeros(len(x))
    for i in range(1, len(a)):
        a[i] = a[i] * 0.5 + a[i - 1] * x[i]
        h[k[i]] += a[i] * a[i]
    return np.sum(h * x)


GROWING = """
#include <stdlib.h>
#include "guarded.h"
int main(int argc, char **argv) {
  int64_t n = atoll(argv[1]), *k = malloc(n * 8);
  double *x = malloc(n * 8);
  for (int64_t i = 0; i < n; i++) x[i] = 0.7, k[i] = i / 2;
  guarded_f64_1 r = {0};
  if (guarded_growing(x, n, k, n, &r)) abort();
  return 0;
}
"""


def exported(folder: Path, chosen: dict[str, Any]) -> None:
    """The library of these functions, in the folder."""
    machine = Target(host().triple, "x86-64-v3", vector_bits=256)
    before, export._target = export._target, lambda name: machine
    try:
        dl.export_library("guarded", chosen, folder)
    finally:
        export._target = before


def counted(folder: Path, *arguments: str) -> str:
    """main.c built and run under callgrind; what that said."""
    build = ["gcc", "-O1", "main.c", "-o", "main", "-L.", "-lguarded", "-Wl,-rpath,$ORIGIN", "-lm"]
    subprocess.run(build, cwd=folder, check=True)
    run = ["valgrind", "--tool=callgrind", "--callgrind-out-file=out", "./main", *arguments]
    return subprocess.run(run, cwd=folder, check=True, capture_output=True, text=True, env={"LD_BIND_NOW": "1"}).stderr


def count(folder: Path) -> dict[str, int]:
    """Instructions of each gradient."""
    chosen = gradients()
    exported(folder, chosen)
    parts = ["#include <stdlib.h>", '#include "guarded.h"']
    for name, (gradient, arguments) in chosen.items():
        results = gradient(*arguments)
        parts.append(driver(name, arguments, results if isinstance(results, tuple) else (results,)))
    twice = "\n".join(f"  run_{name}();" for name in chosen)
    (folder / "main.c").write_text("\n".join([*parts, f"int main(void) {{\n{twice}\n  return 0;\n}}\n"]))
    counted(folder)
    said = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", "out"]
    text = subprocess.run(said, cwd=folder, check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^\s*([\d,]+) .*?:run_(\w+)", text, re.MULTILINE)
    return {name: int(number.replace(",", "")) for number, name in found}


needs_valgrind = pytest.mark.skipif(platform.machine() != "x86_64" or not all(map(shutil.which, TOOLS)), reason="no valgrind here")


@needs_valgrind
def test_no_gradient_takes_more_instructions(tmp_path: Path) -> None:
    known, now = json.loads(COUNTS.read_text()), count(tmp_path)
    assert now.keys() == known.keys()
    worse = {name: f"{known[name]} -> {n}" for name, n in now.items() if n > 1.05 * known[name]}
    assert not worse, f"more instructions than {COUNTS.name} says: {worse}"


@needs_valgrind
def test_a_gradient_grows_with_its_arrays_to_ten_million(tmp_path: Path) -> None:
    exported(tmp_path, {"growing": (dl.grad(read_and_written), (np.ones(4), np.arange(4)))})
    (tmp_path / "main.c").write_text(GROWING)
    once, twice = (int(re.findall(r"Collected : (\d+)", counted(tmp_path, str(n)))[0]) for n in (5_000_000, 10_000_000))
    assert twice / once <= 2.2


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        COUNTS.write_text(json.dumps(count(Path(folder)), indent=1, sort_keys=True) + "\n")
    print(COUNTS.read_text())
