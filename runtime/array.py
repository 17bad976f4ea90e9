"""Addresses that compiled code needs of Python and NumPy, and the layout of NumPy's array object.

Nothing of NumPy's is linked against: the loader writes these addresses into a library's slots (`load.py`).
The layout is checked once a process against a probe array; a NumPy that lays out its arrays in another way is
refused rather than read wrongly.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np

HEADER = object.__basicsize__
DATA, NDIM, DIMS, STRIDES, BASE, DESCR, FLAGS = (HEADER + 8 * k for k in range(7))
"""Offsets of the fields of an array object."""

C_CONTIGUOUS, ALIGNED, WRITEABLE = 0x1, 0x100, 0x400
CARRAY = C_CONTIGUOUS | ALIGNED | WRITEABLE

DTYPES: dict[str, np.dtype[Any]] = {
    "bool": np.dtype(np.bool_),
    "f16": np.dtype(np.float16),
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
    "c64": np.dtype(np.complex64),
    "c128": np.dtype(np.complex128),
    **{f"{kind}{8 * size}": np.dtype(f"{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)},
}

_FUNCTIONS = {"PyArray_New": 93, "PyArray_NewCopy": 85, "PyArray_Scalar": 60, "PyArray_SetBaseObject": 282}
"""Positions in NumPy's C-API table; they never change."""


def api() -> int:
    """The address of NumPy's C-API table."""
    from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

    get = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_GetPointer", ctypes.pythonapi))
    address = get(_multiarray_umath._ARRAY_API, None)
    assert isinstance(address, int)
    return address


@cache
def addresses() -> dict[str, int]:
    """Name -> address for everything compiled code may ask of NumPy."""
    _probe()
    table = ctypes.cast(api(), ctypes.POINTER(ctypes.c_size_t))
    found = {name: table[position] for name, position in _FUNCTIONS.items()}
    found["PyArray_Type"] = id(np.ndarray)
    for name, dtype in DTYPES.items():
        found[f"descr_{name}"] = id(dtype)
        found[f"type_{name}"] = id(dtype.type)
    return found


def _word(address: int) -> int:
    return ctypes.c_size_t.from_address(address).value


def _probe() -> None:
    """Raise RuntimeError unless arrays and scalars lie where compiled code reads them."""
    whole = np.arange(24.0).reshape(2, 3, 4)
    part = whole[1:, ::2, 1:3]
    at = id(part)
    rank = ctypes.c_int.from_address(at + NDIM).value
    flags = ctypes.c_int.from_address(at + FLAGS).value
    good = (
        ctypes.sizeof(ctypes.c_void_p) == 8
        and _word(at + DATA) == part.ctypes.data
        and rank == 3
        and tuple(_word(_word(at + DIMS) + 8 * k) for k in range(3)) == part.shape
        and tuple(_word(_word(at + STRIDES) + 8 * k) for k in range(3)) == part.strides
        and _word(at + BASE) == id(part.base)
        and _word(at + DESCR) == id(DTYPES["f64"])
        and flags & CARRAY == ALIGNED | WRITEABLE
        and ctypes.c_double.from_address(id(np.float64(1.5)) + HEADER).value == 1.5
        and ctypes.c_float.from_address(id(np.float32(1.5)) + HEADER).value == 1.5
        and ctypes.c_int64.from_address(id(np.int64(-7)) + HEADER).value == -7
        and ctypes.c_int32.from_address(id(np.int32(-7)) + HEADER).value == -7
        and ctypes.c_int8.from_address(id(np.True_) + HEADER).value == 1
        and ctypes.c_double.from_address(id(float("2.25")) + HEADER).value == 2.25
        and ctypes.c_double.from_address(id(np.complex128(1 + 2.5j)) + HEADER + 8).value == 2.5
        and ctypes.c_float.from_address(id(np.complex64(1 + 2.5j)) + HEADER + 4).value == 2.5
        and ctypes.c_double.from_address(id(complex("1+2.5j")) + HEADER + 8).value == 2.5
        and _tuple_item((1.5, part), 1) == id(part)
    )
    if not good:
        raise RuntimeError(f"NumPy {np.__version__} lays out its arrays in a way that difflang does not know: please report it")


def _tuple_item(items: tuple[Any, ...], position: int) -> int:
    assert _word(id(items) + HEADER) == len(items)
    return _word(id(items) + HEADER + 8 + 8 * position)


def plain(value: Any) -> Any:
    """The value as compiled code takes it: exact types, NumPy's own dtype objects, aligned memory.

    Floats, ints and arrays of a subclass lose it (memory-mapped arrays keep their memory); a value that is
    already plain is returned as it is. Matrices and masked arrays compute otherwise than arrays: TypeError.
    """
    kind = type(value)
    if kind is np.ndarray or isinstance(value, np.ndarray):
        return _plain_array(value)
    if isinstance(value, np.generic):
        own = _own_dtype(value.dtype)
        return value if own is None or kind is own.type else own.type(value)
    if kind in (float, int, bool, complex, tuple) and kind is not tuple:
        return value
    if isinstance(value, tuple):
        items = tuple(plain(item) for item in value)
        same = kind is tuple and all(a is b for a, b in zip(items, value, strict=True))
        return value if same else items
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, complex):
        return complex(value)
    return value


def _own_dtype(dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """The dtype object that compiled code compares with, or None for a dtype outside the language."""
    for own in DTYPES.values():
        if dtype == own and dtype.isnative:
            return own
    return None


def _plain_array(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if type(value) is not np.ndarray and {"matrix", "MaskedArray"} & {kind.__name__ for kind in type(value).__mro__}:  # np.ma loads slowly
        raise TypeError(f"{type(value).__name__} computes otherwise than an array: pass np.asarray(...) of it")
    result = value if type(value) is np.ndarray else value.view(np.ndarray)
    own = _own_dtype(result.dtype)
    if own is not None and result.dtype is not own:
        result = result.view(own)
    return result if result.flags.aligned else result.copy()


__all__ = ["ALIGNED", "CARRAY", "C_CONTIGUOUS", "DATA", "DESCR", "DIMS", "DTYPES", "FLAGS", "HEADER", "NDIM", "STRIDES", "WRITEABLE"]
