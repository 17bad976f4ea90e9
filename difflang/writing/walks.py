"""Loops over the items of an array: `for v in x`, `for i, v in enumerate(x)`, where the user walks it so."""

from __future__ import annotations

from collections.abc import Callable

from ..ir import Origin, Var
from ..records import replace
from ..types import Array
from .names import Names
from .statements import Assign, Block, For, Mark, Write, base_of, bound_in, read_in
from .syntax import Apply, Attribute, Expr, Item, Ref, Word, flat


def walk_of(stmt: For, names: Names, named: Callable[[Expr], Expr], origin: Origin | None) -> tuple[str, Expr, Block] | None:
    """The target, what is walked and the rest of the body; None for a loop that counts."""
    array = _array(named(stmt.iterable)) if _walks(stmt.mark, origin) else None
    index = names.index_name(stmt.index)
    first = _taken(stmt.body, array, Word(index), names, named) if array is not None else None
    if array is None or first is None:
        return None
    rest = [inner for inner in stmt.body if inner is not first]
    bound, read = ({names[var] for var in found(rest)} for found in (bound_in, read_in))
    if array.text in bound:
        return None
    item = flat(named(first.target))
    return (f"{index}, {item}", Apply(Word("enumerate"), (array,)), rest) if index in bound | read else (item, array, rest)


def taken_once(block: Block, same: list[tuple[Var, Var]]) -> Block:
    """Where two sweeps became one loop, the item that both take is taken once, and has one name."""
    found: Block = []
    items: dict[Expr, Var] = {}
    for stmt in block:
        if isinstance(stmt, For):
            stmt = replace(stmt, body=taken_once(stmt.body, same))
        if isinstance(stmt, Assign) and isinstance(stmt.target, Ref) and _is_item(stmt.value):
            first = items.setdefault(stmt.value, stmt.target.var)
            if first is not stmt.target.var:
                same.append((first, stmt.target.var))
                continue
        found.append(stmt)
    return found


def _walks(mark: Mark, origin: Origin | None) -> bool:
    """Whether the user's loop is one over the items of something, not over a range."""
    return origin is not None and mark.place is not None and "range(" not in origin.line(mark.place.line)


def _array(iterable: Expr) -> Word | None:
    """The array whose indices a range counts: `range(len(x))`."""
    match iterable:
        case Apply(Word("range"), (Apply(Word("len"), (Word() as array,)),)):
            return array
        case Apply(Word("range"), (Item(Attribute(Word() as array, "shape"), (Word("0"),)),)):
            return array
    return None


def _taken(body: Block, array: Word, index: Word, names: Names, named: Callable[[Expr], Expr]) -> Assign | None:
    """The statement that takes the turn's item; only what records for the way back may stand before it."""
    for stmt in body:
        if isinstance(stmt, Assign) and isinstance(stmt.target, Ref) and _is_item(stmt.value):
            return stmt if named(stmt.value) == Item(array, (index,)) else None
        base = base_of(stmt.target) if isinstance(stmt, Write) else None
        if base is None or names[base] == array.text:
            return None
    return None


def _is_item(value: Expr) -> bool:
    """Whether it reads an array of the program, which keeps its length."""
    return isinstance(value, Item) and isinstance(value.value, Ref) and isinstance(value.value.var.type, Array)
