"""Lists that a loop fills with nothing else in between are comprehensions, or `list(...)` where each item is kept as it is."""

from __future__ import annotations

from .names import Names
from .statements import Block, Do, Move
from .syntax import Apply, Attribute, Display, Expr, Item, Ref, Word, flat, parts


def gathered(list_name: str, target: str, over: Expr, item: Expr) -> Expr | None:
    """`[item for target in over]`; None where the item itself asks for the list."""
    if Word(list_name) in _within(item):
        return None
    if item == Word(target):
        return Apply(Word("list"), (over,))
    match over, item:
        case Apply(Word("range"), (Apply(Word("len"), (Word() as array,)),)), Item(Word() as taken, (Word(index),)):
            if array == taken and index == target:
                return Apply(Word("list"), (array,))
    return Display("[", (Word(f"{flat(item)} for {target} in {flat(over)}"),))


def appended(body: Block, said: Block, names: Names) -> tuple[str, Expr] | None:
    """The list and what is appended to it, where the loop's body says just that and leaves no other name behind."""
    match said:
        case [Do(Apply(Attribute(Ref(grown), "append"), (item,)))]:
            moves = [stmt for stmt in body if isinstance(stmt, Move)]
            moved = [var for move in moves for k, (var, _) in enumerate(move.pairs) if names.is_live(move, k)]
            return (names[grown], item) if all(names[var] == names[grown] for var in moved) else None
    return None


def _within(expr: Expr) -> list[Expr]:
    return [expr, *(inner for part in parts(expr) for inner in _within(part))]
