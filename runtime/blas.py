"""Finding OpenBLAS: the library that comes with the `scipy-openblas32` wheel, set to one thread."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

NAMES = tuple(f"scipy_cblas_{name}" for name in "dgemm sgemm dgemv sgemv ddot sdot zgemm cgemm".split())
"""The order of the entries of a library's table `dl_blas`."""
ROUTINES = (
    "set_nancheck",
    *(f"{letter}{name}" for letter in "ds" for name in "gesv getrf potrf syevd gesdd geqrf orgqr geev gelsd trtrs".split()),
    *(f"{letter}{name}" for letter in "zc" for name in "gesv getrf potrf heevd gesdd geqrf ungqr geev".split()),
)
"""The order of the entries of a library's table `dl_lapack`: LAPACK's own C interface."""
PREFIX = "scipy_LAPACKE_"


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
    return tuple(map(_address, NAMES))


@cache
def lapack_addresses() -> tuple[int, ...]:
    """The addresses for `dl_lapack`; zeros where there is no library: compiled code then raises."""
    return tuple(_address(PREFIX + name) for name in ROUTINES)


def _address(name: str) -> int:
    library = _library()
    try:
        return 0 if library is None else ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
    except AttributeError:
        return 0


@cache
def _library() -> ctypes.CDLL | None:
    where = path()
    return None if where is None else _load(where)


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


__all__ = ["NAMES", "PREFIX", "ROUTINES", "addresses", "lapack_addresses", "path"]
