"""Loading a compiled library and binding it to a callable: needs ctypes and NumPy alone.

A library holds machine code without absolute addresses. Loading fills its slots (`dl_slots`: Python's and NumPy's
objects and functions; `dl_blas`: OpenBLAS; `dl_threads`: OpenMP). Binding makes a record (`codegen/abi.py` describes it) and puts it at
the head of the callable's chain. Libraries are never unloaded: machine code may be running in them; records live as long as their callable.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import array, blas, fourier, threads
from .callable import Native, install

_TYPES = tuple(array.DTYPES)
SLOTS = (
    "PyArray_Type",
    "PyArray_New",
    "PyArray_NewCopy",
    "PyArray_Scalar",
    "PyArray_SetBaseObject",
    *(f"descr_{name}" for name in _TYPES),
    *(f"type_{name}" for name in _TYPES),
)
"""What the words of `dl_slots` mean. Changing this list changes the key of every cache entry (`cache.py`)."""

_immortal: list[object] = []


@dataclass(frozen=True, slots=True)
class Library:
    """A loaded shared object."""

    handle: ctypes.CDLL
    path: str

    def address(self, symbol: str) -> int:
        found = ctypes.cast(getattr(self.handle, symbol), ctypes.c_void_p).value
        assert found is not None
        return found


def library(path: str | Path) -> Library:
    """Load a shared object and fill its slots."""
    handle = ctypes.CDLL(str(path))
    found = Library(handle, str(path))
    known = array.addresses()
    (ctypes.c_size_t * len(SLOTS)).in_dll(handle, "dl_slots")[:] = [known[name] for name in SLOTS]
    if hasattr(handle, "dl_threads"):
        ctypes.c_size_t.in_dll(handle, "dl_threads").value = threads.address()
    _immortal.append(found)
    return found


def use_blas(loaded: Library) -> None:
    """Fill those tables that it has. Apart, because loading OpenBLAS takes longer than all else."""
    for table, addresses in (("dl_blas", blas.addresses), ("dl_lapack", blas.lapack_addresses), ("dl_fft", fourier.addresses)):
        with contextlib.suppress(ValueError):
            ctypes.c_size_t.in_dll(loaded.handle, table)
            found = addresses()
            (ctypes.c_size_t * len(found)).in_dll(loaded.handle, table)[:] = list(found)


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """Where a captured value is found: a dict and a key; a closure's cell (`space` None); a function to call (`space` 1)."""

    space: dict[str, Any] | int | None
    key: Any

    def read(self) -> Any:
        """The value now. Raises NameError where there is none."""
        if isinstance(self.space, int):
            return self.key()
        if self.space is None:
            try:
                return self.key.cell_contents
            except ValueError:
                raise NameError("a captured variable has no value yet") from None
        if self.key not in self.space:
            raise NameError(f"name {self.key!r} is not defined")
        return self.space[self.key]

    def words(self) -> tuple[int, int]:
        return (0 if self.space is None else 1 if isinstance(self.space, int) else id(self.space)), id(self.key)


ABSENT = object()
"""The expected value of a name that must not be in its namespace: a builtin that nobody shadows."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a record of a specialisation holds beside the code.

    `parameters`: (name, default) for each, the name None where it cannot be a keyword, the default ABSENT where
    there is none; empty where only Python can bind the arguments.
    """

    handler: Callable[..., Any]
    guards: Sequence[tuple[Lookup, Any]] = ()
    captures: Sequence[Lookup] = ()
    statics: Sequence[object] = ()
    parameters: Sequence[tuple[str | None, Any]] = ()


def bind(target: Native, loaded: Library, symbol: str, binding: Binding, slow: Any = None) -> int:
    """Put a specialisation at the head of the callable's chain. Returns the address of its record."""
    record, kept = make_record(loaded, symbol, binding, target._record)
    target.__dict__.setdefault("_kept", []).append(kept)
    install(target, loaded.address(symbol), record, slow)
    return record


def make_record(loaded: Library, symbol: str, binding: Binding, following: int = 0) -> tuple[int, object]:
    """A record of this specialisation, followed by another one: its address, and what must live as long as it is used."""
    guards: list[int] = []
    for lookup, expected in binding.guards:
        guards += [*lookup.words(), 0 if expected is ABSENT else id(expected)]
    objects = [word for lookup in binding.captures for word in lookup.words()] + [id(value) for value in binding.statics]
    guard_table = (ctypes.c_size_t * max(1, len(guards)))(*guards)
    object_table = (ctypes.c_size_t * max(1, len(objects)))(*objects)
    entry = loaded.address(f"{symbol}_try")
    names = [name if name is None else sys.intern(name) for name, _ in binding.parameters]
    rows = zip(names, binding.parameters, strict=True)
    parameters: list[int] = []
    for name, (_, default) in rows:
        parameters += [0 if name is None else id(name), 0 if default is ABSENT else id(default)]
    parameter_table = (ctypes.c_size_t * max(1, len(parameters)))(*parameters)
    words = [following, entry, id(binding.handler), ctypes.addressof(guard_table), len(binding.guards), ctypes.addressof(object_table)]
    words.append(ctypes.addressof(parameter_table) if parameters else 0)
    record = (ctypes.c_size_t * len(words))(*words)
    return ctypes.addressof(record), (record, guard_table, object_table, parameter_table, names, binding)


__all__ = ["ABSENT", "SLOTS", "Binding", "Library", "Lookup", "bind", "library", "make_record", "use_blas"]
