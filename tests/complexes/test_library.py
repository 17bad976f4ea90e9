"""Complex numbers in an exported library: its header, its functions from Python and from C."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import difflang as dl

OFFSET = 2 - 1j
MAIN = """
#include "waves.h"
#include <complex.h>
#include <stdio.h>
int main(void) {
  difflang_c128 z = 1 + 1 * I, number, a[2] = {1 + 2 * I, 3};
  waves_c128_1 r = {0};
  int code = waves_scaled(&z, a, 2, &number, &r);
  printf("%d %g %g %g %g\\n", code, creal(number), cimag(number), creal(r.data[0]), cimag(r.data[1]));
  waves_free(r.data);
  return code;
}
"""


def scaled(z: Any, a: Any) -> Any:
    return z * 2 + OFFSET, a * np.conj(z)


def test_a_library_of_complex_functions(tmp_path: Path) -> None:
    power = dl.grad(lambda a: np.sum(np.abs(a) ** 2))
    library = dl.load_library(dl.export_library("waves", {"scaled": (scaled, "complex, c128[:]"), "power": (power, "c64[:]")}, tmp_path))
    a = np.array([1 + 2j, 3])
    found, expected = library.scaled(1 + 1j, a), scaled(1 + 1j, a)
    assert found[0] == expected[0] and type(found[0]) is complex and np.array_equal(found[1], expected[1])
    slope = library.power(a.astype(np.complex64))
    assert slope.dtype == np.complex64 and np.allclose(slope, 2 * a.conj())


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_it_is_called_from_c(tmp_path: Path) -> None:
    dl.export_library("waves", {"scaled": (scaled, "complex, c128[:]")}, tmp_path)
    (tmp_path / "main.c").write_text(MAIN)
    subprocess.run(["cc", "main.c", "-o", "main", "./libwaves.so", "-lm"], cwd=tmp_path, check=True)
    said = subprocess.run(["./main"], cwd=tmp_path, env={"LD_LIBRARY_PATH": "."}, capture_output=True, text=True, check=True).stdout
    assert said == "0 4 1 3 -3\n"
