"""What a program's arena holds: stated beforehand, measured while it runs."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

from difflang.ir import LEAF, Const, Function, Program, Tree
from difflang.records import replace
from difflang.structs import copied
from difflang.tree import Branch
from difflang.types import Static, Tuple, Type
from difflang.transforms.explain import Explanation, Taken

from .boundary import opened
from .footprint import Footprint, footprint
from .function import DifferentiableFunction, _type
from .held import Block
from .module import emit
from .targets.cpu import host


def stated(found: Explanation, program: Program, args: Sequence[Any]) -> Explanation:
    """The explanation with the arena's blocks, and the bytes that it holds at most."""
    made = footprint(emit(program, host(), (program.entry,)).books, program.entry)
    names = list(leaf_names(program.main))
    leaves = [leaf for value in args for leaf in _leaves(*opened(value, _type, []))]
    leaves += [capture.read() for capture in program.main.captures] if args else []
    numbers = {peak: number for peak in made.peaks if args and not made.unknowns() and (number := peak.value(leaves)) is not None}
    texts = [peak.text(names) for peak in made.peaks]
    if numbers and len(numbers) == len(texts):
        texts = [max(numbers, key=lambda peak: numbers[peak]).text(names)]
    most = texts[0] if len(texts) == 1 else f"max({', '.join(texts)})" if texts else "" if made.fails else "0"
    taken = tuple(dict.fromkeys(_taken(made, k, block, names) for k, block in enumerate(made.blocks) if block.name))
    unknown = (*made.unknowns(), *([made.fails] if made.fails else []))
    nothing = None if made.peaks or made.fails or not args else 0
    return replace(found, taken=taken, most=most, bytes=max(numbers.values(), default=nothing), unknown=unknown)


def _taken(made: Footprint, position: int, block: Block, names: Sequence[str]) -> Taken:
    kind = "result" if position in made.results else "tape" if block.name.endswith("_tape") else "temporary"
    return Taken(kind, block.name, block.function, block.place.line if block.place else None, block.size.text(names))


def leaf_names(function: Function) -> Iterator[str]:
    """How a user writes each number and array that the function is given."""
    for param in function.params:
        trees = param.tree if param.kind == "var_positional" and isinstance(param.tree, tuple) else None
        if trees is None:
            yield from _names(param.name, param.tree)
        for k, tree in enumerate(trees or ()):
            yield from _names(f"{param.name}[{k}]", tree)
    for capture in function.captures:
        yield capture.name


def _names(name: str, tree: Tree) -> Iterator[str]:
    if isinstance(tree, Branch):
        for k, part in enumerate(tree):
            label = tree.layout.label(k)
            yield from _names(f"{name}.{label}" if tree.layout.has_fields else f"{name}[{label!r}]", part)
    elif isinstance(tree, tuple):
        for k, part in enumerate(tree):
            yield from _names(f"{name}[{k}]", part)
    elif tree == LEAF and not isinstance(tree, Const):
        yield name


def _leaves(type: Type, value: Any) -> Iterator[Any]:
    """The numbers and arrays of an argument that was taken apart."""
    if isinstance(type, Tuple):
        for item, part in zip(type.items, value, strict=True):
            yield from _leaves(item, part)
    elif not isinstance(type, Static) and value is not None:
        yield value


def high_water(function: DifferentiableFunction, args: Sequence[Any]) -> int:
    """Run the function once, on copies of the arguments and from an empty arena: the most bytes that it held at one time."""
    values = function._bind(copied(tuple(args)), {})
    types = tuple(opened(value, _type, [])[0] for value in values)
    handle = function._special(types)[1].library.handle
    if not hasattr(handle, "dl_trim"):
        return 0
    high, held = (ctypes.c_int64.in_dll(handle, name) for name in ("dl_high", "dl_held"))
    handle.dl_trim()
    high.value = before = held.value
    function(*values)
    return high.value - before


__all__ = ["high_water", "leaf_names", "stated"]
