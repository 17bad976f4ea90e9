"""The border between Python's objects and compiled code: taken apart on the way in, put together on the way out.

Compiled code takes and gives numbers, arrays and plain tuples. What of a result has a layout is put together by a `Shape`; an
object among the arguments that the function changed gets its new fields, as Python would have changed it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from types import NoneType
from typing import Any

import numpy as np

from difflang.errors import TypeMismatch
from difflang.generators import is_generator_class
from difflang.ir import LEAF, Const, Function, Tree
from difflang.records import dataclass
from difflang.tree import AGAIN, LIST_ITEMS, LIST_ROWS, Branch, Frozen, Layout, parts_of
from difflang.types import Static, Tuple, Type

from ..runtime.array import plain

Pairs = list[tuple[Any, Any]]


def opened(value: Any, leaf_type: Callable[[Any], Type], pairs: Pairs) -> tuple[Type, Any]:
    """The type of an argument, and the argument as compiled code takes it; `pairs` gets each part beside what stands for it."""
    try:
        return _opened(value, leaf_type, pairs)
    except RecursionError:
        reason = f"an argument of type {type(value).__name__} holds itself"
        raise TypeMismatch("DL005", reason, way_out="pass the numbers and arrays that matter") from None


def _opened(value: Any, leaf_type: Callable[[Any], Type], pairs: Pairs) -> tuple[Type, Any]:
    found = parts_of(value)
    if found is None:
        prepared = plain(value)
        known = leaf_type(prepared)
        given = known.value if isinstance(known, Static) else prepared
        pairs.append((given, value))
        return known, given
    layout, parts = found
    items = [_opened(part, leaf_type, pairs) for part in parts]
    return Tuple(tuple([type for type, _ in items]), layout), tuple([given for _, given in items])


def canonical(value: Any, type: Type) -> Any:
    """An opened argument with the static objects of the type that compiled code compares with."""
    if isinstance(type, Static):
        return type.value
    if isinstance(type, Tuple):
        items = tuple(map(canonical, value, type.items))
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    return value


def has_layout(type: Type) -> bool:
    """Whether an argument of this type is anything but numbers, arrays and plain tuples."""
    return isinstance(type, Tuple) and (type.layout is not None or any(map(has_layout, type.items)))


def classes_of(types: Sequence[Type]) -> Iterator[type]:
    """The classes of objects among the arguments: what their methods reach is guarded too."""
    for item in types:
        if isinstance(item, Tuple):
            if item.layout is not None and item.layout.kind not in ("list", "dict"):
                yield item.layout.cls
            yield from classes_of(item.items)


def functions_of(types: Sequence[Type]) -> Iterator[Any]:
    """The functions among static arguments: what they reach is guarded too."""
    for type in types:
        if isinstance(type, Tuple):
            yield from functions_of(type.items)
        elif isinstance(type, Static) and callable(type.value):
            yield type.value


def static_classes(types: Sequence[Type]) -> Iterator[type]:
    """The classes of static arguments: 1 equals 1.0 and is not the same argument."""
    for type in types:
        if isinstance(type, Tuple):
            yield from static_classes(type.items)
        elif isinstance(type, Static):
            yield type.value.__class__


@dataclass(frozen=True)
class Shape:
    """How the result is put together, and which fields of the arguments' objects have new values."""

    result: Tree
    changes: tuple[tuple[int, Any], ...] = ()

    def check(self, arguments: Sequence[Any]) -> None:
        """Refuse what is passed twice and changed: the function was compiled for objects of their own."""
        objects = _Objects(arguments)
        known = [*objects.known, *(objects.lists if any(number < 0 for number, _ in self.changes) else ())] if self.changes else []
        if len({id(one) for one in known}) < len(known):
            reason = "this function changes an object, and one object is passed to it twice"
            raise TypeMismatch("DL012", reason, way_out="pass a copy of it: copy.deepcopy")

    def rebuilt(self, result: Any, arguments: Sequence[Any]) -> Any:
        """What the caller gets. Objects are changed first, so that one that is returned shows it."""
        if not self.changes:
            return _put_together(self.result, result, _Objects(arguments))
        assert isinstance(self.result, tuple)
        objects = _Objects(arguments)
        returned, *trees = self.result
        given = _put_together(returned, result[0], objects)
        for (number, name), tree, value in zip(self.changes, trees, result[1:], strict=True):
            objects.change(number, name, _put_together(tree, value, objects))
        return given


class _Objects:
    """The objects that the arguments reach, numbered as `transforms/infer/passing.py` does; new ones follow."""

    def __init__(self, arguments: Sequence[Any]) -> None:
        self.arguments = arguments
        self._known: list[Any] | None = None
        self._lists: list[Any] = []

    @property
    def known(self) -> list[Any]:
        if self._known is None:
            self._known = [found for argument in self.arguments for found in _changeable(argument)]
        return self._known

    @property
    def lists(self) -> list[Any]:
        """The lists that the arguments hold, numbered from -1 downwards as `transforms/infer/callers.py` does."""
        self._lists = self._lists or [found for argument in self.arguments for found in _lists_in(argument)]
        return self._lists

    def found(self, number: int) -> Any:
        return self.known[number] if number >= 0 else self.lists[-1 - number]

    def change(self, number: int, name: Any, value: Any) -> None:
        target = self.found(number)
        if number < 0:
            _take_over(target, value, name)
            return
        if is_generator_class(type(target)):
            return  # it has moved on by itself
        if isinstance(target, dict):
            target[name] = value
        else:
            setattr(target, name, value)


def _changeable(value: Any) -> Iterator[Any]:
    found = parts_of(value)
    if found is None:
        return
    layout, parts = found
    if layout is not None and layout.kind in ("object", "dict"):
        yield value
    for part in parts:
        yield from _changeable(part)


def _lists_in(value: Any) -> Iterator[Any]:
    layout, parts = parts_of(value) or (None, ())
    if layout is not None and layout.kind == "list":
        yield value
    for part in parts:
        yield from _lists_in(part)


def _take_over(target: list[Any], items: list[Any], way: str) -> None:
    """A list of the caller holds these items now."""
    kept = target[: len(items)] if way != LIST_ITEMS else []
    if way == LIST_ROWS:
        for row, new in zip(kept, items, strict=False):
            _take_over(row, new, LIST_ROWS if new and isinstance(new[0], list) else LIST_ITEMS)
    target[:] = [*kept, *items[len(kept) :]]


def _put_together(tree: Tree, value: Any, objects: _Objects) -> Any:
    if not isinstance(tree, tuple):
        return given_set(value) if _is_set(tree) else value
    if isinstance(tree, Branch) and tree.layout == AGAIN:
        assert tree.origin is not None
        return objects.found(tree.origin)
    if not isinstance(tree, Branch):
        return tuple([_put_together(part, item, objects) for part, item in zip(tree, value, strict=True)])
    made = tree.layout
    position = len(objects.known) if made.kind in ("object", "dict") else -1
    if position >= 0:
        objects.known.append(None)
    built = made.make([_put_together(part, item, objects) for part, item in zip(tree, value, strict=True)])
    if position >= 0:
        objects.known[position] = built
    return built


def shape_of(function: Function) -> Shape | None:
    """The shape of a function's results; None where compiled code makes them as they are."""
    return Shape(function.result, function.changes) if function.changes or _is_made(function.result) else None


def _is_made(tree: Tree) -> bool:
    return isinstance(tree, Branch) or isinstance(tree, tuple) and any(map(_is_made, tree)) or _is_set(tree)


def _is_set(tree: Tree) -> bool:
    return isinstance(tree, Const) and isinstance(tree.value, frozenset)


def given_set(value: frozenset[Any]) -> Any:
    """A set as Python gets it, new at each call."""
    return frozenset(value) if isinstance(value, Frozen) else set(value)


# -------------------------------------------------------------------- for the disk


def encoded(shape: Shape | None) -> Any:
    """A shape as JSON. Raises ValueError where another process could not find its classes."""
    if shape is None:
        return None
    return {"result": _encoded(shape.result), "changes": [list(change) for change in shape.changes]}


def _encoded(tree: Tree) -> Any:
    if not isinstance(tree, tuple):
        return "*" if tree == LEAF else {"static": None if tree is None else _plain_static(tree)}
    parts = [_encoded(part) for part in tree]
    if not isinstance(tree, Branch):
        return parts
    layout = tree.layout
    if not all(isinstance(name, (str, int, float, NoneType)) for name in layout.names):
        raise ValueError("a key without a text of its own")
    if layout.aux is not None or _found(layout.cls.__module__, layout.cls.__qualname__) is not layout.cls:
        raise ValueError("a class without a name of its own")
    names = [layout.kind, layout.cls.__module__, layout.cls.__qualname__, list(layout.names), sorted(layout.held)]
    return {"layout": names, "parts": parts, "origin": tree.origin}


def _plain_static(tree: Tree) -> Any:
    assert isinstance(tree, Const)
    if not isinstance(tree.value, (str, int, float)):
        raise ValueError("a static object without a text")
    return tree.value


def decoded(found: Any, types: Sequence[Type]) -> Shape | None:
    """A shape from JSON; classes of the arguments are those that came in. Raises LookupError where a class is gone."""
    if found is None:
        return None
    known = {(cls.__module__, cls.__qualname__): cls for cls in classes_of(types)}
    return Shape(_decoded(found["result"], known), tuple((number, name) for number, name in found["changes"]))


def _decoded(found: Any, known: dict[tuple[str, str], type]) -> Tree:
    if found == "*":
        return LEAF
    if isinstance(found, list):
        return tuple(_decoded(part, known) for part in found)
    if "static" in found:
        return None if found["static"] is None else Const(found["static"], Static(found["static"]))
    kind, module, qualname, names, held = found["layout"]
    cls = known.get((module, qualname)) or _found(module, qualname)
    if cls is None:
        raise LookupError(f"{module}.{qualname}")
    layout = Layout(kind, cls, tuple(names), frozenset(held))
    return Branch([_decoded(part, known) for part in found["parts"]], layout, found["origin"])


def _found(module: str, qualname: str) -> Any:
    owner: Any = sys.modules.get(module)
    for part in qualname.split("."):
        owner = getattr(owner, part, None)
    return owner


def arrays_changed(pairs: Pairs) -> None:
    """What was written into an aligned copy goes into the caller's own array."""
    for value, given in pairs:
        if value is not given and isinstance(value, np.ndarray) and isinstance(given, np.ndarray):
            if not np.shares_memory(value, given) and value.flags.writeable:
                given[...] = value


__all__ = [
    "Shape",
    "arrays_changed",
    "canonical",
    "classes_of",
    "decoded",
    "encoded",
    "functions_of",
    "given_set",
    "has_layout",
    "opened",
    "shape_of",
    "static_classes",
]
