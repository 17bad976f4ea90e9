"""From a fault site of compiled code to the Python exception that the program as written would raise."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from importlib import import_module
from typing import Any

_CODES = {"IntegerOverflow": "DL013"}
"""Errors of the compiler's own type that compiled code raises, and their numbers."""

Row = Sequence[Any]
"""[module, class, message, number of details, place or None], as the manifest keeps it.

A place is [file, line, column, end line, end column]."""


def row(error: type[BaseException], message: str, arguments: int, place: Any) -> list[Any]:
    """A site as JSON can hold it."""
    where = [place.file, place.line, place.column, place.end_line, place.end_column] if place is not None else None
    return [error.__module__, error.__qualname__, message, arguments, where]


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
        module, name, message, arguments, place = self.rows[site]
        error = self.classes[site] if self.classes is not None else _class(module, name)
        text = message % details[:arguments] if arguments else message
        if "way_out" in getattr(error, "__dataclass_fields__", {}):
            raised = error(_CODES.get(name, "DL005"), text)
        else:
            raised = error(text) if text else error()
        if place is not None:
            raised.add_note(_note(*place))
        raise raised


def _note(file: str, line: int, column: int, end_line: int, end_column: int) -> str:
    """The user's line with a caret below."""
    text = linecache.getline(file, line).rstrip("\n")
    lines = [f"  --> {file}:{line}:{column + 1}"]
    if text:
        width = end_column - column if end_line == line and end_column > column else max(1, len(text) - column)
        lines += [f"   | {text}", f"   | {' ' * column}{'^' * width}"]
    return "\n".join(lines)


__all__ = ["Faults", "importable", "row"]
