"""From a fault site of compiled code to the Python exception that the program as written would raise."""

from __future__ import annotations

import ctypes
import linecache
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

_CODES = {"IntegerOverflow": "DL013"}
_WAYS_OUT = {"IntegerOverflow": "use floats where numbers grow"}
"""Errors of the compiler's own type that compiled code raises, and their numbers."""

Row = Sequence[Any]
"""[module, class, message, number of details, place or None, told, kinds], as the manifest keeps it.

A place is [file, line, column, end line, end column]. `told` is Python's text of the error's arguments over details of these
kinds, "" where the message says it all; the one detail is then the address of a row of words."""

_DETAIL = re.compile("\x01(\\d+)\x01")
FLAGS = ("flags",)
"""The kinds of a site that tells the floating-point flags of a call, its message the function's name."""
_PLAIN: dict[str, Any] = {"float": ctypes.c_double, "int": ctypes.c_int64, "truth": ctypes.c_bool}
_COMPLEX = {"complex": 16, "c128": 16, "c64": 8}
"""Numbers wider than a word, told by their address: their bytes."""
_DTYPES = {"f": "f", "i": "i", "u": "u", "c": "c", "b": "?"}


def row(
    error: type[BaseException], message: str, arguments: int, place: Any, told: str = "", kinds: Sequence[str] = ()
) -> list[Any]:
    """A site as JSON can hold it."""
    where = [place.file, place.line, place.column, place.end_line, place.end_column] if place is not None else None
    return [error.__module__, error.__qualname__, message, arguments, where, told, list(kinds)]


def importable(error: type[BaseException]) -> bool:
    """Whether another process finds the class by its name."""
    try:
        return _class(error.__module__, error.__qualname__) is error
    except (ImportError, AttributeError):
        return False


def _class(module: str, name: str) -> Any:
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


class Faults:
    """Called by compiled code with a site and its details: raises. Never returns."""

    __slots__ = ("classes", "rows")

    def __init__(self, rows: Sequence[Row], classes: Sequence[type[BaseException]] | None = None) -> None:
        self.rows = rows
        self.classes = classes

    def __call__(self, site: int, *details: int) -> None:
        module, name, message, arguments, place, told, kinds = self.rows[site]
        if tuple(kinds) == FLAGS:
            from .warned import tell

            tell(message, *details)
            return
        if told and name == "SystemError":
            _made(told, kinds, details[0], _teller(message))
            return
        error = self.classes[site] if self.classes is not None else _class(module, name)
        if told:
            raised = _made(told, kinds, details[0], error)
            if place is not None:
                raised.add_note(_note(*place))
            raise raised
        text = message % details[:arguments] if arguments else message
        if "way_out" in getattr(error, "__dataclass_fields__", {}):
            where = None if place is None else sys.modules[error.__module__].Place(*place)
            raise error(_CODES.get(name, "DL005"), text, where, _WAYS_OUT.get(name, ""), _Lines(place[0]) if place is not None else None)
        else:
            raised = error(text) if text else error()
        if place is not None:
            raised.add_note(_note(*place))
        raise raised


class _Lines:
    """The lines of a file, as an error of the compiler's asks for them."""

    def __init__(self, file: str) -> None:
        self.file = file

    def line(self, number: int) -> str:
        return linecache.getline(self.file, number).rstrip("\n")


def _teller(text: str) -> Any:
    """The function of Python's that a line is told to: print, or one of a module's."""
    head, _, rest = text.partition(".")
    return eval(text, {head: import_module(head)} if rest else {})


def _made(told: str, kinds: Sequence[str], address: int, function: Any) -> Any:
    """function(*told) of the details at an address."""
    names = {f"d{k}": _detail(kind, address + 8 * k) for k, kind in enumerate(kinds)}
    text = _DETAIL.sub(r"d\1", told)
    return eval(f"function({text})", {"function": function, "sys": sys, **names})


def _detail(kind: str, address: int) -> Any:
    """The object that a word stands for."""
    if kind in _PLAIN:
        return _PLAIN[kind].from_address(address).value
    import numpy as np

    name, _, rank = kind.partition(":")
    if name in _COMPLEX and not rank:
        address = ctypes.c_int64.from_address(address).value
        number = np.frombuffer(ctypes.string_at(address, _COMPLEX[name]), f"c{_COMPLEX[name]}")[0]
        return complex(number) if name == "complex" else number
    dtype = np.dtype(bool) if name == "bool" else np.dtype(f"{_DTYPES[name[0]]}{int(name[1:]) // 8}")
    if not rank:
        return np.frombuffer(ctypes.string_at(address, dtype.itemsize), dtype)[0]
    words = (ctypes.c_int64 * (2 + 2 * int(rank))).from_address(ctypes.c_int64.from_address(address).value)
    dims, strides = tuple(words[2 : 2 + int(rank)]), tuple(words[2 + int(rank) :])
    return _copied(words[0], dims, strides, dtype)


def _copied(data: int, dims: tuple[int, ...], strides: tuple[int, ...], dtype: Any) -> Any:
    import numpy as np

    if 0 in dims:
        return np.empty(dims, dtype)
    low = sum(min(0, (n - 1) * s) for n, s in zip(dims, strides, strict=True))
    high = sum(max(0, (n - 1) * s) for n, s in zip(dims, strides, strict=True)) + dtype.itemsize
    memory = (ctypes.c_char * (high - low)).from_address(data + low)
    return np.ndarray(dims, dtype, memory, -low, strides).copy()


def _note(file: str, line: int, column: int, end_line: int, end_column: int) -> str:
    """The user's line with a caret below."""
    text = linecache.getline(file, line).rstrip("\n")
    lines = [f"  --> {file}:{line}:{column + 1}"]
    if text:
        width = end_column - column if end_line == line and end_column > column else max(1, len(text) - column)
        lines += [f"   | {text}", f"   | {' ' * column}{'^' * width}"]
    return "\n".join(lines)


__all__ = ["Faults", "importable", "row"]
