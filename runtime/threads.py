"""Finding a thread runtime for parallel loops: OpenMP's, one that the process has loaded already or the system's.

Nothing is loaded before the first library with a parallel loop is, and no thread is started before such a loop runs.
"""

from __future__ import annotations

import ctypes
import os
import warnings
from functools import cache

NAMES = ("libgomp.so.1", "libomp.so.5", "libomp.so", "libiomp5.so", "libomp.dylib")
"""Runtimes that export GOMP_parallel, in the order in which they are looked for."""

_table = (ctypes.c_size_t * 4)()
"""What compiled code reads: the address of GOMP_parallel or 0, the number of threads, whether threads are to be entered from a fresh
one, and, written by it, whether threads have run."""


def address() -> int:
    """The table's address, filled. Warns once where there is no runtime."""
    if not _table[1]:
        _table[1] = count()
    if not _table[0]:
        _table[0] = _start()
    return ctypes.addressof(_table)


def count() -> int:
    """How many threads a parallel loop uses: as set, else as the environment says, else one for each core that the process may use."""
    if _table[1]:
        return _table[1]
    for variable in ("DIFFLANG_NUM_THREADS", "OMP_NUM_THREADS"):
        text = os.environ.get(variable, "").split(",")[0].strip()
        if text.isdigit() and int(text) > 0:
            return int(text)
    return processors()


def processors() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def set_count(number: int) -> None:
    """How many threads parallel loops use from now on."""
    if not isinstance(number, int) or number < 1:
        raise ValueError(f"the number of threads must be a positive int, not {number!r}")
    _table[1] = number


def found() -> str | None:
    """The runtime's name, or None."""
    library = _runtime()
    return None if library is None else str(library._name)


@cache
def _runtime() -> ctypes.CDLL | None:
    for name in (*_loaded(), *NAMES):
        try:
            library = ctypes.CDLL(name)
            library.GOMP_parallel  # noqa: B018 (it must have this)
        except (OSError, AttributeError):
            continue
        return library
    return None


def _loaded() -> list[str]:
    """The paths of runtimes in this process: a second one beside them would double its threads."""
    try:
        with open("/proc/self/maps") as lines:
            paths = dict.fromkeys(line.split(None, 5)[-1].strip() for line in lines if "/" in line)
    except OSError:
        return []
    return [path for path in paths if os.path.basename(path).startswith(("libgomp", "libomp", "libiomp"))]


@cache
def _start() -> int:
    library = _runtime()
    if library is None:
        reason = f"no thread runtime was found ({', '.join(NAMES)}): parallel loops run in one thread, with the same results"
        warnings.warn(reason, RuntimeWarning, stacklevel=2)
        return 0
    return ctypes.cast(library.GOMP_parallel, ctypes.c_void_p).value or 0


def _forked() -> None:
    """In a child process the threads of its parent are gone."""
    if _table[3]:
        _table[2] = 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


__all__ = ["NAMES", "address", "count", "found", "set_count"]
