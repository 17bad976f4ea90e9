"""The quick way across the border for arguments that come apart as they did before.

For each specialisation over objects two short Python functions are written: one checks classes and takes the objects apart
without looking anything up, the other puts the result together. Numbers and arrays are checked by the compiled code itself.
Where anything differs the long way through `boundary.py` is taken.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from difflang.containers import Container
from difflang.ir import Const, Tree
from difflang.tree import AGAIN, Branch, Layout, registered
from difflang.types import Static, Tuple, Type

from .boundary import given_set

if TYPE_CHECKING:
    from .specialise import Specialised

NOT_TAKEN = object()
"""What compiled code gives where its arguments are not those it was made for."""
Take = Callable[[Sequence[Any]], "tuple[Any, ...] | None"]
Make = Callable[[Any], Any]


def ways(signature: inspect.Signature, types: Sequence[Type], found: Specialised, direct: Any) -> list[tuple[Take, Any, Make | None]]:
    """The quick way for arguments that are objects of the same classes; none where the call writes into any."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    plain = all(parameter.kind in kinds for parameter in signature.parameters.values())
    take = taker(types) if plain and not found.writes else None
    if take is None or found.shape is None:
        return [] if take is None else [(take, direct, None)]
    make = maker(found.shape.result) if not found.shape.changes else None
    return [] if make is None else [(take, direct, make)]


class _Text:
    """Lines of one function, and the objects that they name."""

    def __init__(self, head: str) -> None:
        self.lines = [head]
        self.space: dict[str, Any] = {}
        self.count = 0

    def add(self, line: str) -> None:
        self.lines.append(f"    {line}")

    def fresh(self, hint: str) -> str:
        self.count += 1
        return f"{hint}{self.count}"

    def named(self, value: Any) -> str:
        name = self.fresh("k")
        self.space[name] = value
        return name

    def made(self, name: str) -> Any:
        exec("\n".join(self.lines), self.space)  # our own text
        return self.space[name]


def taker(types: Sequence[Type]) -> Take | None:
    """From arguments of these types to what compiled code takes; the function gives None for other ones. None where none can be written."""
    text = _Text("def take(args):")
    text.add(f"if len(args) != {len(types)}: return None")
    names = [f"a{k}" for k in range(len(types))]
    if names:
        text.add(f"({', '.join(names)},) = args")
    try:
        found = [_taken(text, name, type) for name, type in zip(names, types, strict=True)]
    except _Unwritable:
        return None
    text.add(f"return ({''.join(one + ', ' for one in found)})")
    take: Take = text.made("take")
    return take


class _Unwritable(Exception):
    """An object that only the long way takes apart."""


def _taken(text: _Text, name: str, type: Type) -> str:
    """The expression of what compiled code takes; lines that check come before it."""
    if isinstance(type, Static):
        value = type.value
        same = f"{name} is {text.named(value)}"
        if isinstance(value, (str, bytes)):
            same = f"{name}.__class__ is {value.__class__.__name__} and {name} == {text.named(value)}"
        text.add(f"if not ({same}): return None")
        return text.named(value)
    if not isinstance(type, Tuple):
        return name
    parts = [text.fresh("p") for _ in type.items]
    _opened(text, name, type.layout, parts)
    return f"({''.join(_taken(text, part, item) + ', ' for part, item in zip(parts, type.items, strict=True))})"


def _opened(text: _Text, name: str, layout: Layout | None, parts: list[str]) -> None:
    """Check the class of an object and name its parts."""
    cls = "tuple" if layout is None else text.named(layout.cls)
    text.add(f"if {name}.__class__ is not {cls}: return None")
    if layout is not None and layout.kind == "node":
        raise _Unwritable
    if layout is None or layout.kind in ("list", "namedtuple"):
        text.add(f"if len({name}) != {len(parts)}: return None")
        if parts:
            text.add(f"({', '.join(parts)},) = {name}")
        return
    if layout.kind == "dict":
        text.add(f"if (*{name},) != {layout.names!r}: return None")
    elif hasattr(layout.cls, "__dictoffset__") and layout.cls.__dictoffset__:
        held = [key for key in layout.names if not _is_slot(layout.cls, key)]
        text.add(f"if len({name}.__dict__) != {len(held)}: return None")
    for part, key in zip(parts, layout.names, strict=True):
        text.add("try:")
        text.add(f"    {part} = {name}" + (f"[{key!r}]" if layout.kind == "dict" else f".{key}"))
        text.add("except (AttributeError, KeyError):")
        text.add("    return None")


def _is_slot(cls: type, name: str) -> bool:
    return any(name in base.__dict__.get("__slots__", ()) for base in cls.__mro__)


def maker(tree: Tree) -> Make | None:
    """From the tuples that compiled code gives to the result; None where the result refers to the arguments."""
    text = _Text("def make(result):")
    text.space["new"], text.space["put"] = object.__new__, object.__setattr__
    try:
        found = _built(text, "result", tree)
    except _Unwritable:
        return None
    text.add(f"return {found}")
    make: Make = text.made("make")
    return make


def _built(text: _Text, name: str, tree: Tree) -> str:
    if isinstance(tree, Const) and isinstance(tree.value, frozenset):
        return f"{text.named(given_set)}({text.named(tree.value)})"
    if not isinstance(tree, tuple):
        return name if not isinstance(tree, Const) else text.named(tree.value)
    if isinstance(tree, Branch) and (tree.layout == AGAIN or tree.layout.kind == "node" and registered(tree.layout.cls) is None):
        raise _Unwritable
    parts = [text.fresh("p") for _ in tree]
    if parts:
        text.add(f"({', '.join(parts)},) = {name}")
    built = [_built(text, part, item) for part, item in zip(parts, tree, strict=True)]
    items = "".join(f"{item}, " for item in built)
    if not isinstance(tree, Branch):
        return f"({items})"
    layout = tree.layout
    if layout.kind == "list":
        return f"[{items}]"
    if layout.kind == "dict":
        return f"{{{', '.join(f'{key!r}: {item}' for key, item in zip(layout.names, built, strict=True))}}}"
    if layout.kind in ("namedtuple", "node", "rows"):
        return f"{text.named(layout.make)}(({items}))"
    if issubclass(layout.cls, Container):
        raise _Unwritable
    made = text.fresh("o")
    text.add(f"{made} = new({text.named(layout.cls)})")
    for key, item in zip(layout.names, built, strict=True):
        text.add(f"put({made}, {key!r}, {item})")
    return made


__all__ = ["NOT_TAKEN", "Make", "Take", "maker", "taker", "ways"]
