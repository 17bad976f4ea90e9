"""NumPy's own transforms for compiled code: the loops of pocketfft's ufuncs, which are C functions.

A ufunc object holds two tables: the loop of each signature, and what is passed to it. They stand behind the object's header
and four ints; where NumPy is laid out otherwise there are no addresses, and compiled code says so.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from .array import HEADER

NAMES = ("fft", "ifft", "rfft_n_even", "rfft_n_odd", "irfft")
"""The order of a library's table `dl_fft`: for each, loop and data in double, then in single precision."""
_TYPES = {"fft": "D", "ifft": "D", "rfft_n_even": "d", "rfft_n_odd": "d", "irfft": "D"}


@cache
def addresses() -> tuple[int, ...]:
    """The addresses for `dl_fft`; zeros where NumPy does not have them where they are looked for."""
    try:
        from numpy.fft import _pocketfft_umath as umath  # type: ignore[attr-defined]
    except ImportError:
        return (0,) * (4 * len(NAMES))
    found: list[int] = []
    for name in NAMES:
        found += _loops(getattr(umath, name), _TYPES[name])
    return tuple(found)


def _loops(ufunc: Any, first: str) -> list[int]:
    at = id(ufunc) + HEADER
    counts = (ctypes.c_int * 3).from_address(at)
    kinds = [kind[0] for kind in ufunc.types]
    if tuple(counts) != (ufunc.nin, ufunc.nout, ufunc.nargs) or ctypes.c_int.from_address(at + 32).value != len(kinds):
        return [0] * 4
    functions, data = (ctypes.c_size_t.from_address(at + offset).value for offset in (16, 24))
    found = []
    for kind in (first, first.replace("D", "F").replace("d", "f")):
        row = 8 * kinds.index(kind)
        found += [ctypes.c_size_t.from_address(table + row).value if table else 0 for table in (functions, data)]
    return found


__all__ = ["NAMES", "addresses"]
