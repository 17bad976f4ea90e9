"""Finding OpenBLAS: the library that comes with the `scipy-openblas32` wheel, set to one thread."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

NAMES = ("scipy_cblas_dgemm", "scipy_cblas_sgemm", "scipy_cblas_dgemv", "scipy_cblas_sgemv", "scipy_cblas_ddot", "scipy_cblas_sdot")
"""The order of the entries of a library's table `dl_blas`."""


def path() -> Path | None:
    """Where the library lies, or None. The package itself is not imported: that alone takes longer than loading the library."""
    spec = find_spec("scipy_openblas32")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for name in ("libscipy_openblas.so", "libscipy_openblas.dylib", "libscipy_openblas.dll"):
            found = Path(folder) / "lib" / name
            if found.exists():
                return found
    return None


@cache
def addresses() -> tuple[int, ...]:
    """The addresses for `dl_blas`; zeros where there is no library: compiled code then uses kernels of its own."""
    where = path()
    if where is None:
        return (0,) * len(NAMES)
    library = _load(where)
    found = []
    for name in NAMES:
        try:
            found.append(ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0)
        except AttributeError:
            found.append(0)
    return tuple(found)


def _load(where: Path) -> ctypes.CDLL:
    """Load it with one thread: without the variable it would start a thread for each core first."""
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    try:
        library = ctypes.CDLL(str(where))
    finally:
        if before is None:
            del os.environ["OPENBLAS_NUM_THREADS"]
        else:
            os.environ["OPENBLAS_NUM_THREADS"] = before
    try:
        library.scipy_openblas_set_num_threads(1)
    except AttributeError:
        pass
    return library


__all__ = ["NAMES", "addresses", "path"]
