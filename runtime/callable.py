"""The callable: a heap type whose instances CPython calls straight in machine code.

`Native` is made at import through ctypes. An instance holds four words behind the object header:

    +0   entry    the vectorcall slot; while 0, `__call__` of the Python subclass runs (the slow path)
    +8   slow     a borrowed reference to the Python callable that compiled code falls back to
    +16  record   the newest specialisation: a chain of records (see `codegen/abi.py`)
    +24  flags    bit 0: the caller has made sure that arguments which share memory may be used

CPython finds the slot by the type's `tp_vectorcall_offset`. Subclasses written in Python keep the fast path once
`fast` has set the vectorcall flag of their type: CPython 3.11 does not inherit it, later ones drop it when
a class defines `__call__`. The tables that the type points at live as long as the process.
"""

from __future__ import annotations

import ctypes
from typing import Any, TypeVar

_T = TypeVar("_T")

HEADER = object.__basicsize__
ENTRY, SLOW, RECORD, FLAGS = (HEADER + 8 * k for k in range(4))
SIZE = HEADER + 32

_TP_FLAGS = HEADER + 8 + 18 * 8  # PyTypeObject: ob_size, then 18 words up to tp_flags
_VECTORCALL_OFFSET = HEADER + 8 + 4 * 8
_HAVE_VECTORCALL = 1 << 11
_DEFAULT, _BASETYPE = 1 << 18, 1 << 10
_PY_TP_CALL, _PY_TP_MEMBERS = 50, 72
_T_PYSSIZET, _T_ULONGLONG, _READONLY = 19, 18, 1


class _Member(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("offset", ctypes.c_ssize_t),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    ]


class _Slot(ctypes.Structure):
    _fields_ = [("slot", ctypes.c_int), ("pfunc", ctypes.c_void_p)]


class _Spec(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("basicsize", ctypes.c_int),
        ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_uint),
        ("slots", ctypes.POINTER(_Slot)),
    ]


def _members() -> Any:
    words = [(b"_entry", ENTRY), (b"_slow", SLOW), (b"_record", RECORD), (b"_flags", FLAGS)]
    rows = [_Member(b"__vectorcalloffset__", _T_PYSSIZET, ENTRY, _READONLY, None)]
    rows += [_Member(name, _T_ULONGLONG, offset, 0, None) for name, offset in words]
    return (_Member * (len(rows) + 1))(*rows, _Member(None, 0, 0, 0, None))


def _make() -> tuple[type, tuple[Any, ...]]:
    """The type, and what it points at."""
    members = _members()
    call = ctypes.cast(ctypes.pythonapi.PyVectorcall_Call, ctypes.c_void_p).value
    slots = (_Slot * 3)(
        _Slot(_PY_TP_CALL, call),
        _Slot(_PY_TP_MEMBERS, ctypes.addressof(members)),
        _Slot(0, None),
    )
    spec = _Spec(b"difflang.runtime.callable.Native", SIZE, 0, _DEFAULT | _BASETYPE | _HAVE_VECTORCALL, slots)
    make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.POINTER(_Spec))(("PyType_FromSpec", ctypes.pythonapi))
    return make(ctypes.byref(spec)), (members, slots, spec)


_made, _immortal = _make()


def fast(cls: type[_T]) -> type[_T]:
    """Let CPython call instances of a subclass of `Native` through their slot."""
    if ctypes.c_ssize_t.from_address(id(cls) + _VECTORCALL_OFFSET).value != ENTRY:
        raise TypeError(f"{cls.__name__} is not laid out as {Native.__name__} is")
    if {"_entry", "_slow", "_record", "_flags"} & set(vars(cls)) and cls is not Native:
        raise TypeError(f"{cls.__name__} hides a word of {Native.__name__}")
    flags = ctypes.c_ulong.from_address(id(cls) + _TP_FLAGS)
    if flags.value & 0xFFFFFFFF != cls.__flags__ & 0xFFFFFFFF:
        raise RuntimeError("this Python lays out its types in another way: please report it")
    flags.value |= _HAVE_VECTORCALL
    return cls


class Native(_made):  # type: ignore[misc, valid-type]
    """Instances are called through their `_entry`; while it is 0, `self._call(args, kwargs)` runs."""

    _entry: int
    _slow: int
    _record: int
    _flags: int

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("nothing is compiled here yet")


fast(Native)


def install(target: Native, entry: int, record: int, slow: Any = None) -> None:
    """Point the slot at machine code. The record goes first: the entry reads it."""
    if slow is not None:
        target.__dict__["_slow_reference"] = slow  # the word below borrows it
        target._slow = id(slow)
    target._record = record
    target._entry = entry


def uninstall(target: Native) -> None:
    """Every call runs `__call__` again."""
    target._entry = 0
    target._record = 0


__all__ = ["ENTRY", "FLAGS", "HEADER", "RECORD", "SLOW", "Native", "fast", "install", "uninstall"]
