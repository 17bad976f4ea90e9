"""Which sums of adjoints are written `x_bar += e`: those whose first term is an array of this function's own that nobody reads again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..alias import is_view
from ..ir import Atom, Function, Node, Region, Var, walk
from ..types import MANY, Array

FRESH = frozenset(
    "add sub mul div neg pow square matmul outer where masked zeros_like ones_like zeros ones exp log sqrt sin cos tanh sum copy".split()
)
"""Ops that NumPy answers with an array that nobody else holds."""
SIGNS = {"add": "+=", "sub": "-="}


def grown(function: Function, inline: Mapping[Var, Node]) -> set[int]:
    """The nodes, by identity, whose result is their first operand, changed in place."""
    found: set[int] = set()
    readers: dict[Var, list[Node | Region]] = {}
    for region in _regions(function.body):
        for node in region.nodes:
            for atom in node.args:
                _note(readers, atom, node)
        for atom in region.yields:
            _note(readers, atom, region)
    for region in _regions(function.body):
        made: dict[Atom, Node] = {}
        for node in region.nodes:
            made.update(dict.fromkeys(node.outs, node))
            if _may_grow(node, inline) and _is_own(node.args[0], made, readers) and _is_last(node, region, readers, inline):
                found.add(id(node))
    return found


def _note(readers: dict[Var, list[Node | Region]], atom: Atom, reader: Node | Region) -> None:
    if isinstance(atom, Var):
        readers.setdefault(atom, []).append(reader)


def _regions(body: Region) -> Iterator[Region]:
    yield body
    for node in walk(body):
        yield from node.regions


def _may_grow(node: Node, inline: Mapping[Var, Node]) -> bool:
    """Whether a sum has the shape of its first term, both under one name."""
    if node.op not in SIGNS or node.role not in ("adjoint", "tangent") or node.out in inline:
        return False
    first, _ = node.args
    if not isinstance(first, Var) or first in inline or first.hint != node.out.hint:
        return False
    one, whole = first.type, node.out.type
    if not isinstance(one, Array) or not isinstance(whole, Array) or not whole.rank:
        return False
    return one.dtype == whole.dtype and one.rank == whole.rank and set(one.dims) == set(whole.dims) == {MANY}


def _is_own(atom: Atom, made: Mapping[Atom, Node], readers: Mapping[Var, Sequence[Node | Region]]) -> bool:
    """Whether an array was made here, and whoever wrote into it was handed it alone."""
    node = made.get(atom)
    while node is not None and node.op in ("store", "accumulate") and len(readers.get(node.args[0], ())) == 1:  # type: ignore[arg-type]
        node = made.get(node.args[0])
    return node is not None and node.op in FRESH


def _is_last(node: Node, region: Region, readers: Mapping[Var, Sequence[Node | Region]], inline: Mapping[Var, Node]) -> bool:
    """Whether the sum is the last reader of its first term, and no earlier one kept hold of it or is written later than it stands."""
    before = set()
    for earlier in region.nodes:
        if earlier is node:
            break
        before.add(id(earlier))
    others = [reader for reader in readers[node.args[0]] if reader is not node]  # type: ignore[index]
    once = len(readers[node.args[0]]) - len(others) == 1  # type: ignore[index]
    return once and all(id(other) in before and _lets_go(other, inline) for other in others)


def _lets_go(reader: Node | Region, inline: Mapping[Var, Node]) -> bool:
    """Whether a reader has a statement of its own and gives new arrays or numbers, none that share memory with what it read."""
    return isinstance(reader, Node) and reader.op in FRESH and not is_view(reader) and reader.out not in inline
