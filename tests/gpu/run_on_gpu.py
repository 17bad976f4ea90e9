"""Runs every kernel of the tests on a GPU and compares with NumPy; only libcuda.so.1 is needed.

    python tests/gpu/run_on_gpu.py              here: compile, run, compare
    python tests/gpu/run_on_gpu.py --dump DIR   write PTX, arguments and expected results
    python tests/gpu/run_on_gpu.py --load DIR   run what was written; needs no NumPy, llvmlite or difflang
"""

from __future__ import annotations

import array
import ctypes
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
C = {"double": ctypes.c_double, "float": ctypes.c_float, "i64": ctypes.c_int64, "i32": ctypes.c_int32, "i8": ctypes.c_int8}
CODES = {"f64": "d", "f32": "f", "i64": "q", "i32": "i", "bool": "B"}


def run(name: str) -> int:
    """Every case on a device of difflang's own."""
    import difflang as dl
    from tests.gpu.kernels import CASES, compare

    device = dl.device(name)

    def one(case: Any) -> None:
        compare(device.launch(dl.ptx(case.function, case.spec), *case.args), case.expected(*case.args), case.tolerance)

    return report([(case.name, lambda case=case: one(case)) for case in CASES])


def report(tests: list[tuple[str, Any]]) -> int:
    failed = 0
    for name, test in tests:
        try:
            test()
        except Exception as error:  # the others are still run
            failed += 1
            print(f"FAIL {name}: {type(error).__name__}: {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


def dump(folder: Path) -> int:
    """PTX, parameters as numbers and bytes, grids and expected results of every case."""
    import numpy as np

    import difflang as dl
    from difflang.codegen.kernel.device import geometry, prepare, scratch_size
    from tests.gpu.kernels import CASES

    folder.mkdir(parents=True, exist_ok=True)
    said = []
    for k, case in enumerate(CASES):
        text = dl.ptx(case.function, case.spec)
        launch = prepare(text.program, case.args)
        scratch = np.zeros(scratch_size(launch, text.module), np.uint8)
        parameters = []
        for p in text.parameters:
            value = launch.value(p, scratch)
            row = {"role": p.role, "type": p.type}
            if p.type == "ptr":
                row["bytes"] = value.nbytes
                if p.role == "argument":
                    row["data"] = value.tobytes().hex()
                if p.role == "result":
                    row["dtype"] = p.dtype
            else:
                row["value"] = value.item() if isinstance(value, np.generic) else value
            parameters.append(row)
        launches = [(kernel.name, geometry(launch, text.module, kernel.shape, kernel.finish)) for kernel in text.program.kernels]
        expected = [np.asarray(value, float).ravel().tolist() for value in leaves(case.expected(*case.args))]
        (folder / f"{k}.ptx").write_text(text)
        row = {"name": case.name, "parameters": parameters, "launches": launches, "expected": expected, "tolerance": case.tolerance}
        said.append(row)
    (folder / "cases.json").write_text(json.dumps(said))
    print(f"{len(said)} kernels in {folder}")
    return 0


def leaves(value: Any) -> list[Any]:
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, tuple) else [value]


def load(folder: Path) -> int:
    """Run what `dump` wrote."""
    spec = importlib.util.spec_from_file_location("cuda", ROOT / "runtime" / "cuda.py")
    assert spec is not None and spec.loader is not None
    cuda = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cuda)
    driver = cuda.Driver()
    cases = json.loads((folder / "cases.json").read_text())
    return report([(c["name"], lambda c=c, k=k: loaded(driver, c, (folder / f"{k}.ptx").read_text())) for k, c in enumerate(cases)])


def loaded(driver: Any, case: dict[str, Any], ptx: str) -> None:
    module = driver.module(ptx)
    passed, results, status = [], [], None
    for p in case["parameters"]:
        if p["type"] != "ptr":
            passed.append(C[p["type"]](p["value"]))
            continue
        there = driver.allocate(p["bytes"])
        data = bytes.fromhex(p["data"]) if "data" in p else bytes(p["bytes"])
        buffer = ctypes.create_string_buffer(data, max(1, len(data)))
        driver.upload(there, ctypes.addressof(buffer), len(data))
        passed.append(there)
        if p["role"] == "result":
            results.append((there, p))
        status = there if p["role"] == "status" else status
    for entry, blocks in case["launches"]:
        driver.launch(driver.function(module, entry), blocks, 256, passed)
    driver.wait()
    code = read(driver, status, 48, "i")[0]
    assert code == 0, f"status {code}"
    for (there, p), expected in zip(results, case["expected"], strict=True):
        found = read(driver, there, p["bytes"], CODES[p["dtype"]])
        close(list(found), expected, case["tolerance"])


def read(driver: Any, there: Any, size: int, code: str) -> Any:
    buffer = ctypes.create_string_buffer(max(1, size))
    driver.download(ctypes.addressof(buffer), there, size)
    return array.array(code, buffer.raw[:size])


def close(found: list[float], expected: list[float], tolerance: float) -> None:
    assert len(found) == len(expected), f"{len(found)} numbers, not {len(expected)}"
    for k, (x, y) in enumerate(zip(found, expected, strict=True)):
        assert x == y or abs(x - y) <= tolerance * (1 + abs(y)) or (x != x and y != y), f"[{k}] is {x}, not {y}"


def main(*asked: str) -> int:
    sys.path.insert(0, str(ROOT))
    if len(asked) == 2 and asked[0] in ("--dump", "--load"):
        return (dump if asked[0] == "--dump" else load)(Path(asked[1]))
    return run(asked[0] if asked else "cuda")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
