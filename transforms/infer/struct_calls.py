"""Calls that make objects or ask them for their fields: constructors, `dataclasses.replace`, `setattr`, `super`, `copy`, `dict`."""

from __future__ import annotations

import copy as copying
import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from difflang.ir import NONE, Const, const, static
from difflang.records import replace
from difflang.tree import Layout, class_layout

from .born_lists import own_item
from .builtins import builtin
from .containers import dict_of
from .containers import method as container_method
from .dicts import class_of, is_dict, items_of, key_of, new_dict
from .frame import Frame
from .generators import is_stream
from .iterables import check_iterable, item, length, unpacked
from .objects import Cell, new_cell, reference
from .lent import shared_items
from .lists import is_grown
from .pools import begun, copied, entered, is_pooled, is_ref, refs_in
from .structs import (
    call_method,
    class_in,
    fields,
    held_by,
    held_constant,
    is_generated,
    layout_in,
    opened,
    set_attribute,
    zero_argument_super,
)  # fmt: skip
from .trees import copied_leaf, parts_in, remade
from .values import Compound, Value, denote, form, is_none, is_static, is_undefined

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
        frame.fail("DL042", f"{cls.__name__} has a __new__ of its own, which is outside the language", "use __init__")
    init = held_by(cls, "__init__")
    names = layout.names if layout.kind != "object" else ()
    early = cls in frame.inference.lists.early
    made = begun(frame, cls) if early else reference(new_cell(Layout("object", cls, (), layout.held), ()))
    if init is object.__init__:
        if args or kwargs:
            frame.fail("DL017", f"{cls.__name__}() takes no arguments")
    elif is_generated(init):
        generated_init(frame, made, cls, args, kwargs)
    else:
        result = _call(frame, static(init), [made, *args], kwargs)
        if not is_none(result) and not is_undefined(result):
            frame.fail("DL005", "__init__() should return None")
    if early:
        return made
    cell: Cell = made.info
    if is_pooled(frame, cls):
        return entered(frame, cell, cls)
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


def named_tuple_of(frame: Frame, cls: type, items: Value) -> Value:
    """Point._make(items)."""
    layout = class_layout(cls)
    if layout is None or layout.kind != "namedtuple":
        frame.fail("DL004", f"{cls.__name__}._make cannot be compiled", "call the class")
    return construct(frame, cls, list(unpacked(frame, items, len(layout.names))), {})


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
            made_by = field.default_factory
            value = _call(frame, denote(_new_list if made_by is list else made_by), [], {})
        else:
            continue
        if kind == "_FIELD_INITVAR":
            later.append(value)
        else:
            set_attribute(frame, made, field.name, value, force=True)
    if hasattr(cls, "__post_init__"):
        call_method(frame, made, "__post_init__", later, {})


def _new_list() -> list[Any]:
    """What `default_factory=list` makes: a list of the program, which grows where it stands."""
    return []


def _default(frame: Frame, cls: type, field: Any) -> Value:
    """A field's default: a constant, or an array that is read at each call."""
    if isinstance(field.default, np.ndarray):
        return frame.capture(field.name, lambda: field.default)
    value = denote(field.default)
    return opened(frame, value)


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
    site = (frame.signature, frame.at, "dict")
    if site in frame.inference.lists.live or any(_is_long(frame, value) for value in args):
        return dict_of(frame, args)
    for value in args:
        if is_dict(value):
            made.update(items_of(frame, value))
            continue
        check_iterable(frame, value)
        count = length(frame, value)
        assert isinstance(count, Const)
        for k in range(count.value):
            key, held = unpacked(frame, item(frame, value, const(k)), 2)
            made[key_of(frame, key)] = held
    made.update(kwargs)
    new = new_dict(tuple(made), tuple(made.values()))
    new.info.site = site
    return new


def _is_long(frame: Frame, value: Value) -> bool:
    """Whether how many items it gives shows while the program runs."""
    if is_dict(value):
        return False
    check_iterable(frame, value)
    return class_of(value) is not None or is_stream(value) or not isinstance(length(frame, value), Const)


@builtin(dataclasses.fields, low=1, high=1)
def _fields(frame: Frame, args: Args, kwargs: Named) -> Value:
    """dataclasses.fields(x): known while compiling, of an object or of a class."""
    asked = class_in(args[0]) or frame.constant(args[0], "what fields() is asked")
    with frame.fitting():
        return Compound("tuple", tuple(map(static, dataclasses.fields(asked))))


@builtin(dataclasses.astuple, low=1, high=1)
def _tuple_of(frame: Frame, args: Args, kwargs: Named) -> Value:
    """dataclasses.astuple(x): the fields' values, objects in them taken apart too."""
    found = parts_in(frame, args[0])
    if found is None or found[0] is None or not found[0].has_fields:
        return args[0] if found is None else remade(found[0], [_tuple_of(frame, [part], {}) for part in found[1]])
    return Compound("tuple", tuple(_tuple_of(frame, [part], {}) for part in found[1]))


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
    if is_ref(args[0]):
        return copied(frame, args[0])
    if class_of(args[0]) is not None:
        return container_method(frame, args[0], "copy", [], {})  # type: ignore[arg-type]
    found = parts_in(frame, args[0])
    if found is not None:
        return remade(*found)
    if is_grown(args[0]):
        shared_items(frame, args[0].info)  # type: ignore[union-attr]
    return copied_leaf(frame, args[0])


@builtin(copying.deepcopy, low=1, high=1)
def _deep(frame: Frame, args: Args, kwargs: Named) -> Value:
    if class_of(args[0]) is not None:
        return container_method(frame, args[0], "copy", [], {})  # type: ignore[arg-type]
    return _Copying(frame).copied(args[0], (-1,))


class _Copying:
    """copy.deepcopy: what stands in a value twice stands twice in the copy."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.done: dict[int, tuple[Any, Value]] = {}

    def copied(self, value: Value, path: tuple[int, ...]) -> Value:
        if is_undefined(value) or is_none(value):
            return value
        cell = value.info if isinstance(value, Compound) and value.kind == "object" else value
        if id(cell) not in self.done:
            self.done[id(cell)] = (cell, self.made(value, path))
        return self.done[id(cell)][1]

    def made(self, value: Value, path: tuple[int, ...]) -> Value:
        if class_of(value) is not None:
            return container_method(self.frame, value, "copy", [], {})  # type: ignore[arg-type]
        found = parts_in(self.frame, value)
        if found is not None:
            layout, parts = found
            return own_item(self.frame, remade(layout, [self.copied(part, (*path, k)) for k, part in enumerate(parts)]), path)
        for cls in refs_in(form(value)):
            reason = f"a deep copy of linked objects of {cls.__name__} goes through all that they link to"
            self.frame.fail("DL001", reason, "copy them in a function of your own")
        return value if is_static(value) else copied_leaf(self.frame, value)


__all__ = ["METHODS", "construct", "generated_init", "named_tuple_of"]
