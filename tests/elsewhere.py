"""Other people's NumPy programs, unmodified: the kernels of NPBench (github.com/spcl/npbench), natively and differentiated.

    python tests/elsewhere.py CHECKOUT [NAME ...]

CHECKOUT is a checkout of that repository, of which nothing is kept here. Each kernel runs on small inputs of its own `initialize`,
as written and native; results and arguments afterwards are compared, and the gradient of the sum of all real results (or of the
arrays written) is compared with differences. `docs/trust.md` holds what came out.
"""

from __future__ import annotations

import copy
import importlib.util
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import difflang as dl
from tests.ways import define

SIZE = 16
SPECIAL = {"stockham_fft": {"R": 2, "K": 4}}  # sizes that are powers of each other


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = made
    spec.loader.exec_module(made)
    return made


def arguments(info: dict[str, Any], folder: Path) -> list[Any]:
    """The kernel's arguments, made by the benchmark's own `initialize` for small sizes."""
    name = info["module_name"]
    scope: dict[str, Any] = {k: min(v, SIZE) if isinstance(v, int) else v for k, v in info["parameters"]["S"].items()}
    scope.update(SPECIAL.get(name, {}))
    init = info.get("init")
    if init:
        made = getattr(module(folder / f"{name}.py"), init["func_name"])(*[scope[a] for a in init["input_args"]])
        scope.update(zip(init["output_args"], made if len(init["output_args"]) > 1 else (made,), strict=False))
    return [scope[a] for a in info["input_args"]]


def same(one: Any, other: Any) -> bool:
    """Equal but for rounding, which n-body programs blow up."""
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if one is None or isinstance(one, str):
        return bool(one == other)
    narrow = np.asarray(one).dtype in (np.float32, np.complex64)
    return bool(np.allclose(one, other, rtol=1e-4 if narrow else 1e-7, atol=1e-4 if narrow else 1e-7, equal_nan=True))


def total(kernel: Any, args: Sequence[Any], result: Any, after: Sequence[Any]) -> Any:
    """The sum of what a kernel gives as a function of its arguments, or None where nothing real comes out."""
    names = [f"a{k}" for k in range(len(args))]
    if result is not None:
        items = result if isinstance(result, tuple) else (result,)
        picked = [f"r[{k}]" for k in range(len(items))] if isinstance(result, tuple) else ["r"]
        terms = [f"np.sum({p})" for p, item in zip(picked, items, strict=True) if np.asarray(item).dtype == np.float64]
    else:
        changed = [
            isinstance(a, np.ndarray) and a.dtype == np.float64 and not np.array_equal(a, b) for a, b in zip(args, after, strict=True)
        ]
        terms = [f"np.sum({n})" for n, c in zip(names, changed, strict=True) if c]
    if not terms or not any(np.asarray(a).dtype == np.float64 for a in args if isinstance(a, (float, np.ndarray, np.floating))):
        return None
    text = f"import numpy as np\n\n\ndef total({', '.join(names)}):\n    r = kernel({', '.join(names)})\n    return {' + '.join(terms)}\n"
    return define(text, "total", {"kernel": kernel})


def outcome(kernel: Any, args: list[Any]) -> str:
    expected_args, native_args = copy.deepcopy(args), copy.deepcopy(args)
    with np.errstate(all="ignore"):
        expected = kernel(*expected_args)
    try:
        found = dl.differentiable(kernel)(*native_args)
    except dl.DifflangError as error:
        return f"refused: {error.code}: {error.reason}"
    arrays = [(a, b) for a, b in zip(expected_args, native_args, strict=True) if isinstance(a, np.ndarray)]
    if not same(expected, found) or not all(same(a, b) for a, b in arrays):
        return "value WRONG"
    summed = total(kernel, args, expected, expected_args)
    if summed is None:
        return "value right"
    try:
        dl.check_grads(summed, tuple(args), order=1)
    except dl.DifflangError as error:
        return f"value right, gradient: {error.code}: {error.reason}"
    return "value and gradient right"


def kernels(checkout: Path) -> Iterator[tuple[str, Any, Path]]:
    for path in sorted((checkout / "bench_info").glob("*.json")):
        info = json.loads(path.read_text())["benchmark"]
        folder = checkout / "npbench" / "benchmarks" / info["relative_path"]
        if (folder / f"{info['module_name']}_numpy.py").exists():
            yield info["module_name"], info, folder


def main(checkout: Path, wanted: Sequence[str]) -> None:
    warnings.simplefilter("ignore")
    for name, info, folder in kernels(checkout):
        if wanted and name not in wanted:
            continue
        args = arguments(info, folder)
        kernel = getattr(module(folder / f"{name}_numpy.py"), info["func_name"])
        print(f"| {name} | {outcome(kernel, args)} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
