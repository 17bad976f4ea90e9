"""Dataclasses that are made quickly: `dataclass`, `field` and `replace` as the standard library has them, those parts that we use.

The standard ones compile six methods for each class; here `__init__` alone is compiled, when the first object is made, and the
others are shared and read the fields through one C function. That is most of the time of `import difflang`, and much of a first
compilation.
What asks for `__dataclass_fields__` (`dataclasses.fields`, `dataclasses.replace`) gets them when it asks.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


class _Missing:
    def __repr__(self) -> str:
        return "<made for each>"


_MISSING = _Missing()


class _Field:
    """What is said of one field beside its type."""

    __slots__ = ("compare", "default", "factory")

    def __init__(self, default: Any, factory: Any, compare: bool) -> None:
        self.default, self.factory, self.compare = default, factory, compare


@overload
def field(*, default: T, compare: bool = True) -> T: ...
@overload
def field(*, default_factory: Callable[[], T], compare: bool = True) -> T: ...
@overload
def field(*, compare: bool = True) -> Any: ...
def field(*, default: Any = _MISSING, default_factory: Any = None, compare: bool = True) -> Any:
    """A field with a default made for each object, or one that is not compared."""
    return _Field(default, default_factory, compare)


@overload
@dataclass_transform(field_specifiers=(field,))
def dataclass(cls: type[T]) -> type[T]: ...
@overload
@dataclass_transform(field_specifiers=(field,))
def dataclass(*, frozen: bool = False, eq: bool = True, slots: bool = False) -> Callable[[type[T]], type[T]]: ...
def dataclass(cls: Any = None, *, frozen: bool = False, eq: bool = True, slots: bool = False) -> Any:
    """`dataclasses.dataclass` with these three options."""
    if cls is None:
        return lambda decorated: _made(decorated, frozen, eq, slots)
    return _made(cls, frozen, eq, slots)


def _made(cls: type, frozen: bool, eq: bool, slots: bool) -> type:
    fields: dict[str, _Field] = {}
    for base in reversed(cls.__mro__[1:]):
        if "__dataclass_fields__" in base.__dict__ and "_own_fields" not in base.__dict__:
            raise TypeError(f"{cls.__name__} is built on {base.__name__}, which the standard library made")
        fields.update(base.__dict__.get("_own_fields", {}))
    own = {name: _said(cls, name) for name in cls.__dict__.get("__annotations__", {})}
    fields.update(own)
    members = _members(cls, fields, frozen, eq)
    members["_own_fields"] = own
    if slots:
        return _with_slots(cls, own, members, fields)
    for name, said in own.items():
        if said.default is not _MISSING:
            members[name] = said.default
        elif name in cls.__dict__:
            delattr(cls, name)
    for name, value in members.items():
        setattr(cls, name, value)
    cls.__init__ = _init(cls, fields, frozen)  # type: ignore[misc]
    return cls


def _said(cls: type, name: str) -> _Field:
    """A field as the class body says it."""
    said = cls.__dict__.get(name, _MISSING)
    return said if isinstance(said, _Field) else _Field(said, None, True)


def _members(cls: type, fields: dict[str, _Field], frozen: bool, eq: bool) -> dict[str, Any]:
    """The attributes that the class gets, but for those it defines itself."""
    compared = [name for name, said in fields.items() if said.compare]
    positions = {name: position for position, name in enumerate(fields)}
    found: dict[str, Any] = {"__match_args__": tuple(fields), "__dataclass_fields__": _Fields(), "_positions": positions}
    found["_values"] = staticmethod(_reader(list(fields)))
    found["__repr__"] = _repr
    if eq:
        found["__eq__"], found["__hash__"] = _comparison(_reader(compared))
        if not frozen:
            found["__hash__"] = None
    if frozen:
        found["__setattr__"], found["__delattr__"], found["__reduce__"] = _refuse, _refuse, _reduce
    kept = {name: value for name, value in found.items() if name not in cls.__dict__}
    if eq and "__eq__" not in kept:  # as dataclasses: a class with its own __eq__ says its own __hash__, if any
        kept.pop("__hash__", None)
    return kept


def _reader(names: list[str]) -> Any:
    """From an object to its values: a tuple, or what stands for one."""
    if len(names) > 1:
        return operator.attrgetter(*names)
    if names:
        get = operator.attrgetter(names[0])
        return lambda one: (get(one),)
    return lambda one: ()


def _comparison(read: Any) -> tuple[Any, Any]:
    """`__eq__` and `__hash__`."""

    def __eq__(self: Any, other: object) -> Any:
        if self is other:
            return True
        return read(self) == read(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(read(self))

    return __eq__, __hash__


def _with_slots(cls: type, own: dict[str, _Field], members: dict[str, Any], fields: dict[str, _Field]) -> type:
    """The class anew, its fields in slots."""
    body = {name: value for name, value in cls.__dict__.items() if name not in own and name not in ("__dict__", "__weakref__")}
    body.update(members)
    body["__slots__"] = tuple(own)
    new = type(cls)(cls.__name__, cls.__bases__, body)
    new.__qualname__ = cls.__qualname__
    new.__init__ = _init(new, fields, "__setattr__" in members)  # type: ignore[misc]
    return new


def _init(cls: type, fields: dict[str, _Field], frozen: bool) -> Any:
    """`__init__`, to be compiled for the first object; the class's own if it has one."""
    if "__init__" in cls.__dict__:
        return cls.__dict__["__init__"]

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        made = _compiled(cls, fields, frozen)
        type.__setattr__(cls, "__init__", made)
        made(self, *args, **kwargs)

    return __init__


def _compiled(cls: type, fields: dict[str, _Field], frozen: bool) -> Any:
    """`__init__` of these fields."""
    space: dict[str, Any] = {"_missing": _MISSING, "_put": object.__setattr__}
    heads, lines = ["self"], []
    for name, said in fields.items():
        value = name
        if said.factory is not None:
            space[f"_make_{name}"] = said.factory
            value = f"_make_{name}() if {name} is _missing else {name}"
            heads.append(f"{name}=_missing")
        elif said.default is not _MISSING:
            space[f"_default_{name}"] = said.default
            heads.append(f"{name}=_default_{name}")
        else:
            heads.append(name)
        slot = getattr(cls, name, None) if frozen else None
        if slot is not None and type(slot).__name__ == "member_descriptor":
            space[f"_put_{name}"] = slot.__set__
            lines.append(f" _put_{name}(self, {value})")
        else:
            lines.append(f" _put(self, {name!r}, {value})" if frozen else f" self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec("\n".join([f"def __init__({', '.join(heads)}):", *(lines or [" pass"])]), space)
    made = space["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


class _Fields:
    """`__dataclass_fields__`, made by the standard library when it asks."""

    def __get__(self, one: Any, cls: Any) -> Any:
        import dataclasses

        said: dict[str, _Field] = {}
        for base in reversed(cls.__mro__):
            said.update(base.__dict__.get("_own_fields", {}))
        rows = []
        for name, each in said.items():
            known: dict[str, Any] = {} if each.default is _MISSING else {"default": each.default}
            known |= {"default_factory": each.factory} if each.factory is not None else {}
            rows.append((name, Any, dataclasses.field(compare=each.compare, **known)))
        made = dataclasses.make_dataclass(cls.__name__, rows, eq=False).__dataclass_fields__  # type: ignore[attr-defined]
        if "__dataclass_fields__" in cls.__dict__:
            type.__setattr__(cls, "__dataclass_fields__", made)
        return made


def replace(one: T, **changes: Any) -> T:
    """A copy with some fields changed."""
    cls: Any = one.__class__
    values = list(cls._values(one))
    for name, value in changes.items():
        values[cls._positions[name]] = value
    return cls(*values)  # type: ignore[no-any-return]


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{self.__class__.__qualname__}({shown})"


def _refuse(self: Any, name: str, value: Any = None) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")


def _reduce(self: Any) -> Any:
    return self.__class__, self._values(self)


__all__ = ["dataclass", "field", "replace"]
