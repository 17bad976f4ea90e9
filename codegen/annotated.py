"""Annotations as types: what a parameter's annotation says about its arguments; the rest stays open."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from typing import Any

import numpy as np

from difflang.config import spec
from difflang.errors import DifflangError
from difflang.tree import class_layout
from difflang.types import BOOL, FLOAT, INT, NAMES, UNKNOWN, Scalar, Tuple, Type

PYTHON: dict[Any, Type] = {float: FLOAT, int: INT, bool: BOOL}


def annotated(root: Any, parameter: inspect.Parameter) -> Type:
    """The type that a parameter of a plain or derived function is said to have; UNKNOWN where that leaves something open."""
    if parameter.annotation is parameter.empty and parameter.name == "self":
        return _object(_owner(root))
    return _said(parameter.annotation, _names(root))


def _owner(root: Any) -> Any:
    """The class that a method is defined in, found by its qualified name; None for functions."""
    names = str(getattr(root, "__qualname__", "")).split(".")[:-1]
    found: Any = _names(root).get(names[0]) if names else None
    for name in names[1:]:
        found = getattr(found, name, None)
    return found


def _object(cls: Any) -> Type:
    """An object of a dataclass by the annotations of its fields; of any other class it is open."""
    layout = class_layout(cls) if isinstance(cls, type) else None
    if layout is None or not hasattr(cls, "__dataclass_fields__") or not layout.names:
        return UNKNOWN
    names = vars(sys.modules.get(cls.__module__, object))
    said = {field.name: _said(field.type, dict(names)) for field in dataclasses.fields(cls)}
    return Tuple(tuple(said[name] for name in layout.names), layout)


def _names(root: Any) -> dict[str, Any]:
    """What the names in annotations kept as text mean."""
    while hasattr(root, "base"):
        root = root.base
    function = inspect.unwrap(root) if callable(root) else root
    return getattr(function, "__globals__", {})


def _said(annotation: Any, names: dict[str, Any]) -> Type:
    if isinstance(annotation, str):
        return _text(annotation, names)
    if annotation in PYTHON if _hashable(annotation) else False:
        return PYTHON[annotation]
    if isinstance(annotation, type) and issubclass(annotation, np.generic):
        name = NAMES.get(np.dtype(annotation))
        return Scalar(name) if name else UNKNOWN
    origin, given = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        texts = [more for more in given[1:] if isinstance(more, str)]
        found = _text(texts[0], names) if len(texts) == 1 else UNKNOWN
        return _said(given[0], names) if found == UNKNOWN else found
    if origin is tuple and given and Ellipsis not in given:
        items = tuple(_said(item, names) for item in given)
        return Tuple(items)
    if isinstance(annotation, type) and hasattr(annotation, "__dataclass_fields__"):
        return _object(annotation)
    return UNKNOWN  # arrays of any rank, unions, lists, classes: open


def _text(text: str, names: dict[str, Any]) -> Type:
    """A text is a spec as `dl.spec` reads it, or an annotation kept as text."""
    try:
        found = spec(text).types
    except DifflangError:
        return _said_later(text, names)
    return found[0] if len(found) == 1 else UNKNOWN


def _said_later(text: str, names: dict[str, Any]) -> Type:
    try:
        meant = eval(text, names)  # noqa: S307 (the user's own annotation, as typing.get_type_hints does it)
    except Exception:  # names for type checkers only: nothing is known
        return UNKNOWN
    return UNKNOWN if meant == text else _said(meant, names)


def _hashable(value: Any) -> bool:
    return isinstance(value, type) or not isinstance(value, (list, dict, set, np.ndarray))


__all__ = ["annotated"]
