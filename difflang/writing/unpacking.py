"""Values taken apart item by item are unpacked in one statement: `theta, omega = state`, `height, width = image.shape`."""

from __future__ import annotations

from collections.abc import Mapping

from ..ir import Var
from ..records import replace
from ..types import Array
from .statements import Assign, Block, Check, Do, For, If, Statement, While
from .syntax import Apply, Attribute, Expr, Infix, Item, Pack, Ref, Word


def unpacked(block: Block, uses: Mapping[Var, int]) -> Block:
    """The block with such statements, its inner blocks too."""
    found: Block = []
    position = 0
    while position < len(block):
        statement = block[position]
        base, count, checks = _whole(block, position)
        taken, asked = _items(block, position + checks, base, uses) if base is not None else ({}, [])
        if base is not None and _is_worth(taken, count, checks):
            found.append(_unpacking(base, count, taken))
            said = {id(one) for one in (*taken.values(), *asked)}
            block = [*block[:position], *(other for other in block[position + checks :] if id(other) not in said)]
            continue
        found.append(_within(statement, uses))
        position += 1
    return found


def _is_worth(taken: Mapping[int, Assign], count: int, checks: int) -> bool:
    return bool(taken) and max(taken) < count and (checks > 0 or len(taken) == count > 1)


def _unpacking(base: Expr, count: int, taken: Mapping[int, Assign]) -> Assign:
    targets = tuple(taken[k].target if k in taken else Word("_") for k in range(count))
    return Assign(Pack(targets), base, taken[min(taken)].mark)


def _within(statement: Statement, uses: Mapping[Var, int]) -> Statement:
    match statement:
        case If(_, then, other):
            return replace(statement, then=unpacked(then, uses), other=unpacked(other, uses))
        case For(_, _, body):
            return replace(statement, body=unpacked(body, uses))
        case While(_, body, _, head):
            return replace(statement, body=unpacked(body, uses), head=unpacked(head, uses))
    return statement


def _whole(block: Block, position: int) -> tuple[Expr | None, int, int]:
    """What is taken apart from here on, into how many items, and how many statements ask whether it has as many."""
    match block[position]:
        case Check(Infix(Apply(Word("len"), (Ref() as base,)), ">=", Word(count)), "ValueError") if isinstance(base.var.type, Array):
            after = block[position + 1] if position + 1 < len(block) else None
            many = Infix(Apply(Word("len"), (base,)), "<=", Word(count))
            if isinstance(after, Check) and after.test == many and after.message.startswith("too many values to unpack"):
                return base, int(count), 2
        case Assign(Ref(), Item(Attribute(Ref(var), "shape") as shape, (Word("0"),))) if isinstance(var.type, Array):
            return shape, var.type.rank, 0
    return None, 0, 0


def _items(block: Block, position: int, base: Expr, uses: Mapping[Var, int]) -> tuple[dict[int, Assign], Block]:
    """The statements that give its items names, and those that only ask for one, with nothing but such statements between them."""
    found: dict[int, Assign] = {}
    asked: Block = []
    for statement in block[position:]:
        match statement:
            case Assign(Ref(var), Item(value, (Word(index),))) if index.isdigit():
                if value == base and int(index) not in found and uses.get(var):
                    found[int(index)] = statement
            case Do(Item(value, (Word(index),))) if value == base and index.isdigit():
                asked.append(statement)
            case _:
                break
    return found, asked
