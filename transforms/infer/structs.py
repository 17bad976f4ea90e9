"""Objects of the program's classes: fields, properties, methods, `super()`, and calls of the class that make one.

An object that never changes (a struct, a frozen dataclass, a named tuple) is a value like a tuple; any other is a reference to
a cell (`objects.py`). Attributes are looked up as Python does: properties, fields, then what the class holds, of which
numbers are read afresh at each call and all else is known while compiling.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Collection, Mapping, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from difflang.ir import Const, Node, Var, const, static
from difflang.tree import Layout, class_layout, layout_of
from difflang.types import Array, Unknown

from .frame import Frame, handles
from .objects import Cell, check_fresh, new_cell, put, reference
from .pools import is_linked, is_pooled, is_ref, names_in, read, same_row, write
from .values import Compound, Value, denote, is_static, is_undefined, python_value

_MISSING = object()
Args = Sequence[Value]
Named = Mapping[str, Value]


def layout_in(value: Value) -> Layout | None:
    """The layout of an object of a class; None for all other values."""
    if not isinstance(value, Compound):
        return None
    if value.kind == "object":
        cell: Cell = value.info
        return cell.layout if cell.layout.kind == "object" or cell.layout.kind == "struct" else None
    if value.kind == "ref":
        return class_layout(value.info)
    return value.info if value.kind in ("struct", "tuple") and isinstance(value.info, Layout) else None


def class_in(value: Value) -> type | None:
    """The class of an object, one that the program captured included."""
    layout = layout_in(value)
    if layout is not None:
        return layout.cls
    if is_static(value) and not isinstance(python_value(value), (type, FunctionType)):
        return type(python_value(value)) if layout_of(python_value(value)) is not None else None
    return None


def fields(frame: Frame, value: Value) -> dict[str, Value]:
    """The fields of an object and what they hold now."""
    assert isinstance(value, Compound)
    if value.kind == "object":
        check_fresh(frame, value.info)
        return dict(value.info.fields)
    if value.kind == "ref":
        return {name: read(frame, value, name) for name in names_in(frame, value.info)}
    return dict(zip(value.info.names, value.items, strict=True))


def field_names(frame: Frame, value: Value) -> Collection[str]:
    """The fields of an object."""
    return names_in(frame, value.info) if is_ref(value) else fields(frame, value)  # type: ignore[union-attr]


def _field(frame: Frame, value: Compound, name: str) -> Value:
    return read(frame, value, name) if value.kind == "ref" else fields(frame, value)[name]


def opened(frame: Frame, value: Value) -> Value:
    """An object that the program captured, taken apart: its numbers and arrays are read afresh at each call."""
    if not is_static(value) or isinstance(python_value(value), (type, FunctionType)):
        return value
    owner = python_value(value)
    layout = layout_of(owner)
    if layout is None or layout.kind not in ("struct", "object", "namedtuple"):
        return value
    from .items import static_attribute

    parts = [opened(frame, static_attribute(frame, owner, name)) for name in layout.names]
    return _made(layout, parts)


def _made(layout: Layout, parts: Sequence[Value]) -> Compound:
    if layout.kind == "object":
        return reference(new_cell(layout, parts))
    return Compound("tuple" if layout.kind == "namedtuple" else "struct", tuple(parts), layout)


# -------------------------------------------------------------------- attributes


def held_by(cls: type, name: str, after: type | None = None) -> Any:
    """What the classes of an object hold under a name; with `after` those behind that one."""
    order = list(cls.__mro__)
    for base in order[order.index(after) + 1 if after is not None else 0 :]:
        if name in base.__dict__:
            return base.__dict__[name]
    return _MISSING


def attribute(frame: Frame, value: Value, name: str, after: type | None = None) -> Value:
    """object.name; with `after` that of super()."""
    layout = layout_in(value)
    assert layout is not None and isinstance(value, Compound)
    found = held_by(layout.cls, name, after)
    if isinstance(found, (property, functools.cached_property)):
        function = found.fget if isinstance(found, property) else found.func
        return _call(frame, static(function), [value], {})
    own = field_names(frame, value)
    if name in own and after is None:
        return _field(frame, value, name)
    if name == "__class__":
        return static(layout.cls)
    if found is _MISSING or inspect.ismemberdescriptor(found):
        frame.fail("DL025", f"{layout.cls.__name__!r} object has no attribute {name!r}", _near(name, own))
    if isinstance(found, (staticmethod, classmethod)):
        return static(found.__get__(None, layout.cls))
    if _is_method(found):
        return Compound("bound", (value,), name) if after is None else Compound("partial", (static(found), value), ())
    if hasattr(type(found), "__get__") and not isinstance(found, (type, np.ufunc)) and not callable(found):
        return Compound("bound", (value,), name)  # a method of the tuple class
    return _of_class(frame, layout.cls, name, found)


def _near(name: str, own: Collection[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(own), 1)
    return f"did you mean {close[0]!r}?" if close else ""


def _is_method(found: Any) -> bool:
    return isinstance(found, FunctionType) or hasattr(found, "__difflang_root__") or inspect.ismethoddescriptor(found)


def _of_class(frame: Frame, cls: type, name: str, found: Any) -> Value:
    """A constant of the class: numbers and arrays are read at each call."""
    if isinstance(found, (np.ndarray, float, int, np.generic)) and not isinstance(found, bool):
        return frame.capture(name, lambda: getattr(cls, name))
    return denote(found)


@handles("setattr")
def _setattr(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    set_attribute(frame, values[0], node.attrs["name"], values[1])
    return (values[0],) * len(node.outs)


def set_attribute(frame: Frame, target: Value, name: str, value: Value, force: bool = False) -> None:
    """object.name = value; `force` as object.__setattr__ does it."""
    if is_undefined(target):
        return
    layout = layout_in(target)
    if is_undefined(value):
        if layout is not None and is_pooled(frame, layout.cls) and target.kind == "object":  # type: ignore[union-attr]
            target.info.fields.setdefault(name, value)  # type: ignore[union-attr]
        return
    if name in ("real", "imag") and isinstance(target, Var) and isinstance(target.type, Array):
        from .items import attribute, setitem

        part = attribute(frame, target, name)
        setitem(frame, part, value, (".",), ())
        return
    if layout is None:
        if class_in(target) is not None:
            way_out = "pass the object as an argument"
            frame.fail("DL007", f"this changes the attribute {name!r} of an object from outside of the function", way_out)
        if not isinstance(target, Compound) and isinstance(target.type, Unknown):
            frame.fail("DL019", f"what {name!r} is depends on the type of this value", "give the function's argument types")
        frame.fail("DL039", f"attributes of this value cannot be assigned: it has no {name!r} that changes")
    assert isinstance(target, Compound)
    found = held_by(layout.cls, name)
    if isinstance(found, property):
        if found.fset is None:
            frame.fail("DL039", f"property {name!r} of {layout.cls.__name__!r} object has no setter")
        _call(frame, static(found.fset), [target, value], {})
        return
    frozen = layout.kind != "object" and not force
    if frozen or target.kind not in ("object", "ref"):
        frame.fail("DL005", f"cannot assign to field {name!r}: {layout.cls.__name__} never changes", "make a new one: dataclasses.replace")
    if not force and held_by(layout.cls, "__setattr__") is not object.__setattr__:
        frame.fail("DL001", f"{layout.cls.__name__} has a __setattr__ of its own, which is outside the language", "assign in a method")
    if target.kind == "ref":
        write(frame, target, name, _kept(frame, layout, name, value))
        return
    put(frame, target.info, name, _kept(frame, layout, name, value))


def _kept(frame: Frame, layout: Layout, name: str, value: Value) -> Value:
    """A field that is annotated NoDerivative holds its value constant."""
    if name not in layout.held or is_undefined(value):
        return value
    return held_constant(frame, value)


def held_constant(frame: Frame, value: Value) -> Value:
    from difflang.types import is_float

    if isinstance(value, Compound):
        if value.kind == "object":
            return reference(new_cell(value.info.shape(), [held_constant(frame, part) for part in value.info.parts], {value.info}))
        return Compound(value.kind, tuple(held_constant(frame, item) for item in value.items), value.info)
    return frame.emit("stop_gradient", value) if is_float(value.type) and not isinstance(value, Const) else value


# -------------------------------------------------------------------- methods


def _call(frame: Frame, callee: Value, args: Args, kwargs: Named) -> Value:
    from .calls import call

    return call(frame, callee, args, kwargs)


def call_method(frame: Frame, owner: Value, name: str, args: Args, kwargs: Named) -> Value:
    """object.name(...)."""
    layout = layout_in(owner)
    assert layout is not None and isinstance(owner, Compound)
    from .struct_calls import METHODS

    found = held_by(layout.cls, name)
    if name not in field_names(frame, owner) and not isinstance(found, property):
        if layout.kind == "namedtuple" and name in METHODS:
            return METHODS[name](frame, owner, args, kwargs)
        if _is_method(found) and not (layout.kind == "namedtuple" and found is getattr(tuple, name, None)):
            return _call(frame, static(found), [owner, *args], kwargs)
        if layout.kind == "namedtuple" and hasattr(tuple, name):
            return _call(frame, Compound("bound", (Compound("tuple", owner.items),), name), args, kwargs)
    return _call(frame, attribute(frame, owner, name), args, kwargs)


def own_method(value: Value, name: str) -> Any:
    """The function of the program that a class gives a special method, or None where it has none or a generated one."""
    cls = class_in(value)
    found = held_by(cls, name) if cls is not None else _MISSING
    if found is _MISSING or not _is_method(found) or inspect.ismethoddescriptor(found) and not hasattr(found, "__difflang_root__"):
        return None
    return None if is_generated(found) else found


def is_generated(found: Any) -> bool:
    """Whether a function was written by `dataclass` or `namedtuple`."""
    code = getattr(found, "__code__", None)
    return code is not None and (code.co_filename == "<string>" or code.co_filename.startswith("<string"))


def special(frame: Frame, value: Value, name: str, *args: Value) -> Value | None:
    """What a special method gives; None where the class has none, or it gives NotImplemented."""
    found = own_method(value, name)
    if found is None:
        return None
    result = _call(frame, static(found), [value, *args], {})
    return None if isinstance(result, Const) and result.value is NotImplemented else result


REFLECTED = {
    "less": "__gt__", "greater": "__lt__", "less_equal": "__ge__", "greater_equal": "__le__", "equal": "__eq__", "not_equal": "__ne__",
}  # fmt: skip
DUNDER = {
    "div": "truediv", "bitand": "and", "bitor": "or", "bitxor": "xor", "less": "lt", "greater": "gt", "less_equal": "le",
    "greater_equal": "ge", "equal": "eq", "not_equal": "ne",
}  # fmt: skip


def of_classes(frame: Frame, op: str, one: Value, other: Value) -> Value | None:
    """An operator of which an operand is an object: special methods, reflected ones, comparisons that `dataclass` writes."""
    from .operators import negate

    name = DUNDER.get(op, op)
    found = special(frame, one, f"__{name}__", other)
    if found is None:
        found = special(frame, other, REFLECTED.get(op, f"__r{name}__"), one)
    if found is not None:
        return found
    if op == "not_equal":
        same = of_classes(frame, "equal", one, other)
        return None if same is None else negate(frame, same)
    return _by_fields(frame, op, one, other)


def _by_fields(frame: Frame, op: str, one: Value, other: Value) -> Value | None:
    """Comparisons as `dataclass` writes them; without any, two objects are equal if they are one."""
    from .operators import binary

    layouts = layout_in(one), layout_in(other)
    if any(layout is not None and layout.kind == "namedtuple" for layout in layouts):
        return None
    cls = class_in(one)
    method = held_by(cls, f"__{DUNDER.get(op, op)}__") if cls is not None else _MISSING
    if op in REFLECTED and method is not _MISSING and is_generated(method) and cls is class_in(other):
        names = [field.name for field in cls.__dataclass_fields__.values() if field.compare]  # type: ignore[union-attr]
        if is_ref(one) and is_linked(frame, one.info):  # type: ignore[union-attr]
            frame.fail("DL001", f"== of linked objects goes through all that {cls.__name__} links to", "compare their fields, or ask `is`")  # type: ignore[union-attr]
        sides = [Compound("tuple", tuple(fields(frame, side)[name] for name in names)) for side in (one, other)]
        return binary(frame, op, *sides)
    if op == "equal":
        if None in layouts or cls is not class_in(other):
            return const(False)
        return same_object(frame, one, other)
    said = " and ".join(_said(side) for side in (one, other))
    frame.fail("DL005", f"{op} is not defined for {said}", f"give the class a method __{DUNDER.get(op, op)}__")


def _said(value: Value) -> str:
    cls = class_in(value)
    return cls.__name__ if cls is not None else value.kind if isinstance(value, Compound) else str(value.type)


def same_object(frame: Frame, one: Value, other: Value) -> Value:
    """one is other, of objects. Whether two of them are one must be known while compiling, unless they are rows."""
    if not (isinstance(one, Compound) and isinstance(other, Compound)) or one.kind != other.kind:
        return const(False)
    if one.kind == "ref":
        return same_row(frame, one, other)
    if one.kind != "object":
        frame.fail("DL029", "`is` between values that never change is outside the language", "compare with ==")
    if one.info in other.info.tangled:
        frame.fail("DL007", "whether these are one object depends on the path taken", "compare with ==")
    return const(one.info is other.info)


def index_object(frame: Frame, pattern: Sequence[str], operands: Sequence[Value]) -> Value:
    """What __getitem__ is given for an index."""
    items: list[Value] = []
    left = iter(operands)
    for code in pattern:
        if code == "s":
            items.append(Compound("slice", (next(left), next(left), next(left))))
        elif code == ":":
            items.append(Compound("slice", (denote(None),) * 3))
        else:
            items.append(next(left) if code in "ia" else denote(None) if code == "n" else static(...))
    return items[0] if len(items) == 1 else Compound("tuple", tuple(items))


def zero_argument_super(frame: Frame) -> Compound:
    """super(): the classes behind the one that the method is written in."""
    python = frame.function.python
    cells = dict(zip(python.__code__.co_freevars, python.__closure__ or (), strict=True)) if isinstance(python, FunctionType) else {}
    if "__class__" not in cells or not frame.function.body.params:
        frame.fail("DL001", "super() stands outside of a method here", "name the class: Base.method(self, ...)")
    owner = frame.env[frame.function.body.params[0]]
    return Compound("super", (owner,), cells["__class__"].cell_contents)


def of_super(frame: Frame, value: Compound, name: str, args: Args, kwargs: Named) -> Value:
    """super().name(...)."""
    (owner,) = value.items
    cls = class_in(owner) or (python_value(owner) if is_static(owner) and isinstance(python_value(owner), type) else None)
    if cls is None:
        frame.fail("DL005", "super() is asked of a value that is no object of a class")
    found = held_by(cls, name, value.info)
    if found is object.__init__:
        return denote(None)
    if found is _MISSING:
        frame.fail("DL025", f"'super' object has no attribute {name!r}")
    if isinstance(found, staticmethod):
        return _call(frame, static(found.__func__), args, kwargs)
    if isinstance(found, classmethod):
        return _call(frame, static(found.__func__), [static(cls), *args], kwargs)
    from .struct_calls import generated_init

    if name == "__init__" and is_generated(found):
        generated_init(frame, owner, value.info.__mro__[1], args, kwargs)
        return denote(None)
    return _call(frame, static(found), [owner, *args], kwargs)


__all__ = [
    "attribute", "call_method", "class_in", "fields", "held_by", "held_constant", "index_object", "is_generated", "layout_in",
    "of_classes", "of_super", "opened", "own_method", "same_object", "set_attribute", "special", "zero_argument_super",
]  # fmt: skip
