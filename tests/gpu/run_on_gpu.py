"""Runs every kernel of the tests on a GPU and compares with NumPy: `python tests/gpu/run_on_gpu.py [cpu]`. Needs libcuda.so.1 only."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

import difflang as dl  # noqa: E402
from tests.gpu.kernels import CASES, compare  # noqa: E402


def main(name: str = "cuda", arch: str = "sm_90") -> int:
    device = dl.device(name)
    failed = 0
    for case in CASES:
        try:
            compare(device.launch(dl.ptx(case.function, case.spec, arch), *case.args), case.expected(*case.args), case.tolerance)
        except Exception as error:  # the others are still run
            failed += 1
            print(f"FAIL {case.name}: {type(error).__name__}: {error}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
