"""How Python objects are taken apart into numbers and arrays, and put together again.

A `Layout` says how the objects of one class come apart: lists, dicts with constant keys, named tuples, dataclasses, structs,
plain classes with attributes, and classes that a program registers. Types and trees (`types.Tuple`, `ir.Tree`) name the layout
beside the parts, so that everything else sees parts only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from types import ModuleType
from typing import Annotated, Any, Generic, Protocol

import numpy as np

from .containers import Container
from .records import dataclass
from .generators import FIELD, address_of, is_generator_class

Flatten = Callable[[Any], tuple[Sequence[Any], Any]]
Unflatten = Callable[[Any, Sequence[Any]], Any]

_HEAP = 1 << 9
_REGISTERED: dict[type, tuple[Flatten, Unflatten]] = {}
_LIBRARIES = (sys.stdlib_module_names | {"numpy", "scipy", "difflang"}) - {"__main__", "test"}
_NO_STATE = (str, bytes, int, float, complex, list, dict, set, frozenset, BaseException, Enum, ModuleType, type, np.ndarray, np.generic)
"""Classes whose subclasses are no bags of attributes."""


class NoDerivative:
    """An annotation: `name: dl.NoDerivative[T]` is held constant by every derivative."""

    def __class_getitem__(cls, item: Any) -> Any:
        return Annotated[item, cls]


def is_held(annotation: Any) -> bool:
    """Whether an annotation says that a value is held constant."""
    if isinstance(annotation, str):
        return "NoDerivative" in annotation
    return annotation is NoDerivative or NoDerivative in getattr(annotation, "__metadata__", ())


@dataclass(frozen=True, slots=True)
class Layout:
    """How an object comes apart.

    `kind`: list, dict (`names` are the keys), namedtuple, struct (an object that never changes), object (one that may), node (a
    registered class; `aux` is what its flatten function gave beside the children), rows (a list of the run, of which each part is
    the list of one leaf of its items; `aux` is the tree of an item). `held`: the fields without a derivative.
    """

    kind: str
    cls: type
    names: tuple[Any, ...] = ()
    held: frozenset[str] = frozenset()
    aux: Any = None

    @property
    def has_fields(self) -> bool:
        """Whether the parts are attributes."""
        return self.kind in ("namedtuple", "struct", "object")

    def parts(self, value: Any) -> tuple[Any, ...]:
        """The parts of an object of this layout."""
        if is_generator_class(self.cls):
            return (address_of(value),)
        if self.kind in ("struct", "object"):
            return tuple([getattr(value, name) for name in self.names])
        if self.kind == "dict":
            return tuple([value[name] for name in self.names])
        return tuple(_REGISTERED[self.cls][0](value)[0]) if self.kind == "node" else tuple(value)

    def make(self, parts: Sequence[Any]) -> Any:
        """An object of these parts. No constructor of the class runs: the parts are what one left behind."""
        if self.kind == "list":
            return list(parts)
        if self.kind == "rows":
            return [assembled(self.aux, iter(leaves)) for leaves in zip(*parts, strict=True)]
        if self.kind == "dict":
            return dict(zip(self.names, parts, strict=True))
        if self.kind == "namedtuple":
            return tuple.__new__(self.cls, parts)
        if self.kind == "node":
            return _REGISTERED[self.cls][1](self.aux, parts)
        made: Any = object.__new__(self.cls)
        for name, part in zip(self.names, parts, strict=True):
            object.__setattr__(made, name, part)
        return made.python() if isinstance(made, Container) else made

    def label(self, position: int) -> str:
        """What the text calls one part: its field or key, else its number."""
        name = self.names[position] if position < len(self.names) else position
        return str(name) if str(name).isidentifier() or isinstance(name, int) else str(position)

    def __str__(self) -> str:
        if self.kind in ("list", "dict"):
            return f"{self.kind}{list(self.names)}" if self.names else self.kind
        said = ", ".join(name + (" held" if name in self.held else "") for name in self.names)
        return f"{self.cls.__module__}.{self.cls.__qualname__}[{said}]" + (f" {self.aux!r}" if self.aux is not None else "")


class Frozen(frozenset[Any]):
    """What frozenset() gives. Any other set is a plain frozenset while a program is compiled, and a set where Python gets it."""


LIST = Layout("list", list)
LIST_ITEMS, LIST_ROWS, LIST_TAIL = "items", "rows", "tail"
"""How a list of the caller takes over what it holds after a call: all items, those of its rows one by one, or what came behind its own."""

AGAIN = Layout("again", object)
"""Of a tree without parts: the object of the arguments with the number `origin`."""


class Branch(tuple[Any, ...]):
    """A tree that is put together by a layout. `origin`: the number of the argument's object that it is (see `objects`)."""

    layout: Layout
    origin: int | None

    def __new__(cls, parts: Sequence[Any], layout: Layout, origin: int | None = None) -> Branch:
        made = super().__new__(cls, parts)
        made.layout, made.origin = layout, origin
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Branch) and self.layout == other.layout and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.layout, tuple(self)))

    def __repr__(self) -> str:
        return f"{self.layout}{tuple.__repr__(self)}"


def assembled(tree: Any, leaves: Iterator[Any]) -> Any:
    """A value of this tree from its leaves."""
    if isinstance(tree, tuple):
        parts = [assembled(part, leaves) for part in tree]
        return tree.layout.make(parts) if isinstance(tree, Branch) else tuple(parts)
    if tree is None:
        return None
    return next(leaves) if isinstance(tree, str) else tree.value  # ir.LEAF, else ir.Const


def like(tree: tuple[Any, ...], parts: Sequence[Any]) -> tuple[Any, ...]:
    """A tree of these parts, put together as another one is."""
    return Branch(parts, tree.layout) if isinstance(tree, Branch) else tuple(parts)


def layout_of(value: Any) -> Layout | None:
    """How an object comes apart; None for numbers, arrays, plain tuples and what is known while compiling."""
    cls = type(value)
    if cls is list:
        return LIST
    if cls is dict:
        return Layout("dict", dict, tuple(value)) if all(isinstance(key, (str, int)) for key in value) else None
    known = class_layout(cls)  # type: ignore[arg-type]
    if known is None:
        return None
    if known.kind == "node":
        return Layout("node", cls, aux=_REGISTERED[cls][0](value)[1])
    if known.kind == "namedtuple" or is_generator_class(cls):
        return known
    names = tuple(_attributes(value, known.names))
    return known if names == known.names else Layout(known.kind, cls, names, known.held)


@lru_cache(maxsize=1024)
def class_layout(cls: type) -> Layout | None:
    """What a class says of its objects: the fields it declares, which of them are held constant. None for other classes."""
    if cls in _REGISTERED:
        return Layout("node", cls)
    if is_generator_class(cls):
        return Layout("object", cls, (FIELD,))
    if issubclass(cls, tuple):
        names = getattr(cls, "_fields", None)
        return Layout("namedtuple", cls, tuple(names), _held(cls)) if isinstance(names, tuple) else None
    if not _is_plain(cls):
        return None
    declared, frozen = _declared(cls)
    return Layout("struct" if frozen else "object", cls, declared, _held(cls))


def _declared(cls: type) -> tuple[tuple[str, ...], bool]:
    """The fields of a dataclass, and whether it is frozen."""
    if not hasattr(cls, "__dataclass_fields__"):
        return (), False
    from dataclasses import fields

    return tuple(field.name for field in fields(cls)), bool(cls.__dataclass_params__.frozen)  # type: ignore[attr-defined]


def _is_plain(cls: type) -> bool:
    """Whether objects of this class are bags of attributes: classes that programs define."""
    if issubclass(cls, _NO_STATE) or hasattr(cls, "__difflang_program__") or hasattr(cls, "__difflang_root__"):
        return False
    own = [base for base in cls.__mro__ if base is not object and base not in (Generic, Protocol) and base.__name__ != "ABC"]
    return bool(own) and all(base.__flags__ & _HEAP and base.__module__.partition(".")[0] not in _LIBRARIES for base in own)


def _held(cls: type) -> frozenset[str]:
    found: set[str] = set()
    for base in reversed(cls.__mro__):
        own = base.__dict__.get("__annotations__", {})
        found -= set(own)
        found |= {name for name, annotation in own.items() if is_held(annotation)}
    return frozenset(found)


def _attributes(value: Any, declared: tuple[str, ...]) -> Iterator[str]:
    """The attributes an object has now: declared fields first, then the others."""
    there = [slot for base in reversed(type(value).__mro__) for slot in _slots(base)]
    there = [name for name in there if hasattr(value, name)] + list(getattr(value, "__dict__", ()))
    present = dict.fromkeys(there)
    yield from (name for name in declared if name in present)
    yield from (name for name in present if name not in declared)


def _slots(base: type) -> tuple[str, ...]:
    slots = base.__dict__.get("__slots__", ())
    found = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in found if name not in ("__dict__", "__weakref__"))


def _mismatch(reason: str, way_out: str) -> Exception:
    from .errors import TypeMismatch

    return TypeMismatch("DL017", reason, way_out=way_out)


def register_pytree_node(cls: type, flatten: Flatten, unflatten: Unflatten) -> None:
    """State how objects of a class come apart, as in JAX: `flatten(object)` gives (children, aux), `unflatten(aux, children)` the object.

    `aux` must be hashable: it is known while compiling, and code is made for each.
    """
    if not isinstance(cls, type):
        raise _mismatch(f"register_pytree_node() takes a class, not {cls!r}", "pass the class itself")
    _REGISTERED[cls] = (flatten, unflatten)
    class_layout.cache_clear()


def registered(cls: type) -> tuple[Flatten, Unflatten] | None:
    """The functions stated for a class."""
    return _REGISTERED.get(cls)


def parts_of(value: Any) -> tuple[Layout | None, tuple[Any, ...]] | None:
    """The layout and parts of a value (no layout for a plain tuple); None for a leaf."""
    if type(value) is tuple:
        return None, value
    layout = layout_of(value)
    return None if layout is None else (layout, layout.parts(value))


def tree_map(function: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """`function` of each number or array of a tree (tuples, lists, dicts, structs ...) and of those at the same place of the others.

    The result is a tree like the first. None, strings and functions stay as they are; so does a number of which one of
    the others says None, as a gradient does of an integer.
    """
    if tree is None or isinstance(tree, (str, bytes)) or (callable(tree) and layout_of(tree) is None):
        return tree
    if is_generator_class(type(tree)):
        return function(tree, *rest)
    if any(other is None for other in rest):
        return tree
    found = parts_of(tree)
    if found is None:
        return function(tree, *rest)
    layout, parts = found
    columns = [beside(layout, len(parts), other) for other in rest]
    made = [tree_map(function, part, *others) for part, *others in zip(parts, *columns, strict=True)]
    return tuple(made) if layout is None else layout.make(made)


def beside(layout: Layout | None, count: int, other: Any) -> Sequence[Any]:
    """The parts of another tree at the places of this one's."""
    found = parts_of(other)
    if found is None:
        raise _mismatch(f"tree_map() got trees of different structure: {other!r} has no parts", "pass trees of one shape")
    own, parts = found
    if layout is not None and own is not None and layout.names and set(own.names) <= set(layout.names):
        named = dict(zip(own.names, parts, strict=True))
        return [named.get(name) for name in layout.names]
    if len(parts) != count:
        raise _mismatch(f"tree_map() got trees of different structure: {count} parts and {len(parts)}", "pass trees of one shape")
    return parts


__all__ = [
    "AGAIN", "LIST", "Branch", "Layout", "NoDerivative", "beside", "class_layout", "is_held", "layout_of", "like", "parts_of",
    "register_pytree_node", "registered", "tree_map",
]  # fmt: skip
