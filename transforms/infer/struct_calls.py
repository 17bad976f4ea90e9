"""Calls that make objects or take them apart: constructors, `dataclasses.replace`, `setattr`, `dl.tree_map`, tangent vectors."""

from __future__ import annotations

import copy as copying
import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from difflang import structs as structs_
from difflang import tree as trees
from difflang.ir import NONE, Const, const, static
from difflang.records import replace
from difflang.tree import Layout, class_layout
from difflang.types import Array, is_float

from .builtins import builtin
from .dicts import is_dict, items_of, key_of, new_dict
from .frame import Frame
from .objects import Cell, check_fresh, new_cell, reference
from .iterables import as_iterable, check_iterable, item, length, unpacked
from .operators import binary, both
from .structs import (
    call_method, class_in, fields, held_by, held_constant, is_generated, layout_in, opened, set_attribute, zero_argument_super,
)  # fmt: skip
from .values import Compound, Value, denote, is_none, is_static, is_undefined, layout_of_form

Args = Sequence[Value]
Named = Mapping[str, Value]


def _call(frame: Frame, callee: Value, args: Args, kwargs: Named) -> Value:
    from .calls import call

    return call(frame, callee, args, kwargs)


# -------------------------------------------------------------------- constructors


def construct(frame: Frame, cls: type, args: Args, kwargs: Named) -> Value:
    """cls(...): the object as its constructor leaves it."""
    layout = class_layout(cls)
    assert layout is not None
    if layout.kind == "namedtuple":
        return _named_tuple(frame, layout, args, kwargs)
    if layout.kind == "node" and not dataclasses.is_dataclass(cls):
        layout = Layout("object", cls)
    if held_by(cls, "__new__") is not object.__new__ and not _is_generic_new(held_by(cls, "__new__")):
        frame.fail("DL001", f"{cls.__name__} has a __new__ of its own, which is outside the language", "use __init__")
    init = held_by(cls, "__init__")
    names = layout.names if layout.kind != "object" else ()
    made = reference(new_cell(Layout("object", cls, (), layout.held), ()))
    if init is object.__init__:
        if args or kwargs:
            frame.fail("DL017", f"{cls.__name__}() takes no arguments")
    elif is_generated(init):
        generated_init(frame, made, cls, args, kwargs)
    else:
        result = _call(frame, static(init), [made, *args], kwargs)
        if not is_none(result) and not is_undefined(result):
            frame.fail("DL005", "__init__() should return None")
    cell: Cell = made.info
    if layout.kind == "object":
        return made
    parts = {name: cell.fields[name] for name in names if name in cell.fields} | cell.fields
    return Compound("struct", tuple(parts.values()), layout if tuple(parts) == names else replace(layout, names=tuple(parts)))


def _is_generic_new(found: Any) -> bool:
    return getattr(found, "__module__", "") == "typing"


def _named_tuple(frame: Frame, layout: Layout, args: Args, kwargs: Named) -> Value:
    given = _bound(frame, inspect.signature(layout.cls), layout.cls.__name__, args, kwargs)
    defaults = getattr(layout.cls, "_field_defaults", {})
    parts = [given[name] if name in given else denote(defaults[name]) for name in layout.names]
    kept = [_constant_where(frame, layout, name, part) for name, part in zip(layout.names, parts, strict=True)]
    return Compound("tuple", tuple(kept), layout)


def _constant_where(frame: Frame, layout: Layout, name: str, part: Value) -> Value:
    return held_constant(frame, part) if name in layout.held else part


def _bound(frame: Frame, signature: inspect.Signature, name: str, args: Args, kwargs: Named) -> dict[str, Value]:
    try:
        return dict(signature.bind(*args, **kwargs).arguments)
    except TypeError as error:
        frame.fail("DL017", f"{name}() {error}")


def generated_init(frame: Frame, made: Value, cls: type, args: Args, kwargs: Named) -> None:
    """The constructor that `dataclass` writes: fields in order, defaults, then __post_init__."""
    init = held_by(cls, "__init__")
    given = _bound(frame, inspect.signature(init), cls.__name__, [made, *args], kwargs)
    later: list[Value] = []
    for field in cls.__dataclass_fields__.values():  # type: ignore[attr-defined]
        kind = field._field_type.name
        if kind == "_FIELD_CLASSVAR":
            continue
        if field.name in given:
            value = given[field.name]
        elif field.default is not dataclasses.MISSING:
            value = _default(frame, cls, field)
        elif field.default_factory is not dataclasses.MISSING:
            value = _call(frame, denote(field.default_factory), [], {})
        else:
            continue
        if kind == "_FIELD_INITVAR":
            later.append(value)
        else:
            set_attribute(frame, made, field.name, value, force=True)
    if hasattr(cls, "__post_init__"):
        call_method(frame, made, "__post_init__", later, {})


def _default(frame: Frame, cls: type, field: Any) -> Value:
    """A field's default: a constant, or an array that is read at each call."""
    if isinstance(field.default, np.ndarray):
        return frame.capture(field.name, lambda: field.default)
    value = denote(field.default)
    return opened(frame, value)


# -------------------------------------------------------------------- taking apart and putting together


def parts_in(frame: Frame, value: Value) -> tuple[Layout | None, tuple[Value, ...]] | None:
    """The layout and parts of a value of the run; None for a leaf."""
    value = opened(frame, value)
    if not isinstance(value, Compound):
        return None
    if value.kind == "object":
        cell: Cell = value.info
        check_fresh(frame, cell)
        return cell.shape(), tuple(cell.parts)
    if value.kind not in ("tuple", "list", "struct"):
        return None
    return layout_of_form(value), value.items


def remade(layout: Layout | None, parts: Sequence[Value]) -> Value:
    """A value of this layout over these parts."""
    if layout is None or layout.kind == "namedtuple":
        return Compound("tuple", tuple(parts), layout)
    if layout.kind == "list":
        return Compound("list", tuple(parts))
    if layout.kind in ("object", "dict"):
        return reference(new_cell(layout, parts))
    return Compound("struct", tuple(parts), layout)


Leafwise = Callable[..., Value]


def mapped(frame: Frame, function: Leafwise, tree: Value, *rest: Value) -> Value:
    """What `dl.tree_map` does, on values of the run."""
    if is_undefined(tree) or is_none(tree) or any(map(is_none, rest)):
        return tree
    found = parts_in(frame, tree)
    if found is None:
        return tree if is_static(tree) else function(tree, *rest)
    layout, parts = found
    columns = [beside(frame, layout, len(parts), other) for other in rest]
    return remade(layout, [mapped(frame, function, part, *others) for part, *others in zip(parts, *columns, strict=True)])


def beside(frame: Frame, layout: Layout | None, count: int, other: Value) -> Sequence[Value]:
    found = parts_in(frame, other)
    if found is None:
        frame.fail("DL017", "tree_map() got trees of different structure", "pass trees of one shape")
    own, parts = found
    if layout is not None and own is not None and layout.names and set(own.names) <= set(layout.names):
        named = dict(zip(own.names, parts, strict=True))
        return [named.get(name, NONE) for name in layout.names]
    if len(parts) != count:
        frame.fail("DL017", f"tree_map() got trees of different structure: {count} parts and {len(parts)}", "pass trees of one shape")
    return parts


@builtin(trees.tree_map, low=2)
def _tree_map(frame: Frame, args: Args, kwargs: Named) -> Value:
    return mapped(frame, lambda *leaves: _call(frame, args[0], leaves, {}), *args[1:])


def zero(frame: Frame, value: Value) -> Value:
    """The zero of the space in which a value can move; None where it cannot."""
    found = parts_in(frame, value)
    if found is None:
        if is_undefined(value) or isinstance(value, Compound) or not is_float(value.type):
            return NONE
        return frame.emit("zeros_like", value) if isinstance(value.type, Array) else binary(frame, "mul", value, const(0.0))
    layout, parts = found
    zeros = [zero(frame, part) for part in parts]
    vector = structs_.vector_of(layout.cls) if layout is not None and layout.kind == "struct" else None
    if layout is None or vector is None:
        keep = layout is not None and layout.has_fields
        return remade(layout, [part if keep and is_none(z) else z for z, part in zip(zeros, parts, strict=True)])
    own = class_layout(vector)
    named = dict(zip(layout.names, zeros, strict=True))
    assert own is not None
    return remade(own, [named[name] for name in own.names])


def equal(frame: Frame, one: Value, other: Value) -> Value:
    """Whether two trees are of one structure and equal: arrays element by element."""
    first, second = parts_in(frame, one), parts_in(frame, other)
    if first is None or second is None:
        result = const(False) if first is not second else frame.truth(_all(frame, binary(frame, "equal", one, other)))
        return result
    if first[0] != second[0] or len(first[1]) != len(second[1]):
        return const(False)
    result_: Value = const(True)
    for a, b in zip(first[1], second[1], strict=True):
        result_ = both(frame, result_, equal(frame, a, b))
    return result_


def _all(frame: Frame, value: Value) -> Value:
    if isinstance(value, Compound) or not isinstance(value.type, Array):
        return value
    return frame.emit("cast", frame.emit("all", value, axis=None, keepdims=False), dtype="bool", weak=True)


def _leafwise(op: str) -> Any:
    """An operator of tangent vectors, part by part. A number goes with every part."""

    def handler(frame: Frame, args: Args, kwargs: Named) -> Value:
        one, other = args
        if class_in(other) is None:
            if op in ("add", "sub"):
                return denote(NotImplemented)
            return mapped(frame, lambda leaf: binary(frame, op, leaf, other), one)
        if op not in ("add", "sub") or class_in(other) is not class_in(one):
            return denote(NotImplemented)
        return mapped(frame, lambda a, b: binary(frame, op, a, b), one, other)

    return handler


for _function, _op in ((structs_.added, "add"), (structs_.subtracted, "sub"), (structs_.scaled, "mul"), (structs_.divided, "div")):
    builtin(_function, low=2, high=2)(_leafwise(_op))


@builtin(structs_.negated, low=1, high=1)
def _negated(frame: Frame, args: Args, kwargs: Named) -> Value:
    return mapped(frame, lambda leaf: frame.emit("neg", leaf), args[0])


@builtin(structs_.move, low=1, high=2, names=("by",))
def _move(frame: Frame, args: Args, kwargs: Named) -> Value:
    by = args[1] if len(args) > 1 else kwargs.get("by")
    if by is None:
        frame.fail("DL017", "move() misses its argument 'by'")
    return mapped(frame, lambda a, b: binary(frame, "add", a, b), args[0], by)


@builtin(structs_.zero_tangent_vector, low=1, high=1)
def _zero(frame: Frame, args: Args, kwargs: Named) -> Value:
    return zero(frame, args[0])


@builtin(structs_.equal, low=2, high=2)
def _equal(frame: Frame, args: Args, kwargs: Named) -> Value:
    return equal(frame, *args) if class_in(args[0]) is class_in(args[1]) else denote(NotImplemented)


# -------------------------------------------------------------------- functions of Python's


@builtin(dataclasses.replace, low=1, high=1, names=("*",))
def _replace(frame: Frame, args: Args, kwargs: Named) -> Value:
    """dataclasses.replace(x, field=value): the constructor runs again."""
    owner = opened(frame, args[0])
    cls = class_in(owner)
    if cls is None or not dataclasses.is_dataclass(cls):
        frame.fail("DL005", "replace() should be called on dataclass instances")
    given = dict(kwargs)
    own = fields(frame, owner)
    for field in dataclasses.fields(cls):
        if field.init and field.name not in given:
            given[field.name] = own[field.name]
        elif not field.init and field.name in given:
            frame.fail("DL017", f"field {field.name} is declared with init=False, it cannot be specified with replace()")
    return construct(frame, cls, [], given)


def _replaced(frame: Frame, owner: Value, args: Args, kwargs: Named) -> Value:
    """x._replace(field=value) of a named tuple."""
    own = fields(frame, owner)
    wrong = [name for name in kwargs if name not in own]
    if wrong or args:
        frame.fail("DL017", f"Got unexpected field names: {wrong}")
    assert isinstance(owner, Compound)
    return Compound("tuple", tuple({**own, **kwargs}.values()), owner.info)


def _as_dict(frame: Frame, owner: Value, args: Args, kwargs: Named) -> Value:
    own = fields(frame, owner)
    return reference(new_cell(Layout("dict", dict, tuple(own)), own.values()))


METHODS: dict[str, Callable[[Frame, Value, Args, Named], Value]] = {"_replace": _replaced, "_asdict": _as_dict}


@builtin(dict, high=1, names=("*",))
def _dict(frame: Frame, args: Args, kwargs: Named) -> Value:
    """dict(), dict(other), dict(pairs), dict(key=value)."""
    made: dict[Any, Value] = {}
    for value in args:
        if is_dict(value):
            made.update(items_of(frame, value))
            continue
        check_iterable(frame, value)
        count = length(frame, value)
        if not isinstance(count, Const):
            frame.fail("DL011", "how many items a dict gets must be known while compiling")
        for k in range(count.value):
            key, held = unpacked(frame, item(frame, value, const(k)), 2)
            made[key_of(frame, key)] = held
    made.update(kwargs)
    return new_dict(tuple(made), tuple(made.values()))


@builtin(iter, low=1, high=1)
def _iter(frame: Frame, args: Args, kwargs: Named) -> Value:
    return as_iterable(frame, args[0])


@builtin(dataclasses.asdict, vars, low=1, high=1)
def _dict_of(frame: Frame, args: Args, kwargs: Named) -> Value:
    owner = opened(frame, args[0])
    if layout_in(owner) is None:
        frame.fail("DL005", "the fields of an object are asked, and this is none")
    return _as_dict(frame, owner, (), {})


def _setter(force: bool) -> Callable[[Frame, Args, Named], Value]:
    def handler(frame: Frame, args: Args, kwargs: Named) -> Value:
        set_attribute(frame, args[0], frame.constant(args[1], "the name of an attribute"), args[2], force)
        return NONE

    return handler


builtin(setattr, low=3, high=3)(_setter(force=False))
builtin(object.__setattr__, low=3, high=3)(_setter(force=True))


@builtin(super, high=2)
def _super(frame: Frame, args: Args, kwargs: Named) -> Value:
    if not args:
        return zero_argument_super(frame)
    return Compound("super", (args[1],), frame.constant(args[0], "the class that super() is given"))


@builtin(copying.copy, low=1, high=1)
def _shallow(frame: Frame, args: Args, kwargs: Named) -> Value:
    """copy.copy(x): an object of its own with the same parts."""
    found = parts_in(frame, args[0])
    if found is not None:
        return remade(*found)
    return copied_leaf(frame, args[0])


def copied_leaf(frame: Frame, leaf: Value) -> Value:
    array = not isinstance(leaf, Compound) and isinstance(leaf.type, Array)
    return frame.emit("copy", leaf) if array else leaf


@builtin(copying.deepcopy, low=1, high=1)
def _deep(frame: Frame, args: Args, kwargs: Named) -> Value:
    return mapped(frame, lambda leaf: copied_leaf(frame, leaf), args[0])


__all__ = ["METHODS", "beside", "construct", "copied_leaf", "equal", "generated_init", "mapped", "parts_in", "remade", "zero"]
