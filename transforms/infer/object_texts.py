"""What objects say of themselves: their own `__str__`, `__repr__` and `__format__`, what dataclasses and named tuples say."""

from __future__ import annotations

import collections
import dataclasses
import inspect

from .dicts import class_of
from .frame import Frame
from .structs import attribute, class_in, is_generated, own_method, special
from .values import Compound, Value, denote, known


def tells(value: Value) -> bool:
    """Whether this is an object of a class of the program, not one of Python's containers."""
    return isinstance(value, Compound) and not known(value) and class_of(value) is None and class_in(value) is not None


def object_text(frame: Frame, value: Value, conversion: str | None = "r", form: str = "") -> Value:
    """The text of an object, for str(), repr() or a place in an f-string."""
    from .texts import formatted

    if conversion is None and own_method(value, "__format__") is not None:
        said = special(frame, value, "__format__", denote(form))
        assert said is not None
        return said
    name = "__str__" if conversion in (None, "s") and own_method(value, "__str__") is not None else "__repr__"
    written = own_method(value, name) is not None and not _is_generated(value, name)
    said = special(frame, value, name) if written else _generated(frame, value)
    assert said is not None
    return formatted(frame, said, None, form) if form else said


def _is_generated(value: Value, name: str) -> bool:
    """Whether `dataclass` or `namedtuple` wrote it; dataclass wraps what it wrote."""
    found = inspect.unwrap(getattr(class_in(value), name))
    return is_generated(found) or getattr(found, "__module__", "") == collections.__name__


def _generated(frame: Frame, value: Value) -> Value:
    """`Point(x=1.0, y=2.0)`"""
    from .texts import formatted, joined

    cls = class_in(value)
    assert cls is not None
    if not _is_generated(value, "__repr__"):
        reason = f"{cls.__name__} says nothing of itself but where it lies in memory"
        frame.fail("DL044", reason, f"give {cls.__name__} a __repr__, or put the numbers in it into the text")
    if dataclasses.is_dataclass(cls):
        head, names = cls.__qualname__, [field.name for field in dataclasses.fields(cls) if field.repr]
    else:
        head, names = cls.__name__, list(cls._fields)  # type: ignore[attr-defined]
    parts: list[Value] = [denote(head + "(")]
    for k, name in enumerate(names):
        parts += [denote(", " * bool(k) + name + "="), formatted(frame, attribute(frame, value, name), "r", "")]
    return joined([*parts, denote(")")])


__all__ = ["object_text", "tells"]
