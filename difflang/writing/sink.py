"""What a branch hands to a sum alone is added in its arms: `if c: x_bar[i] += e`, in place of a name for either arm's share."""

from __future__ import annotations

from collections.abc import Mapping

from ..ir import Var
from ..records import replace
from ..types import Scalar
from .statements import MISSING, NO_MARK, Assign, Block, For, If, Move, Statement, While, Write
from .syntax import Ref, Word, refs

ZEROS = (Word("0.0"), Word("0"))


def sunk(block: Block, uses: Mapping[Var, int]) -> Block:
    """The block with such sums in the arms, its inner blocks too."""
    found: Block = []
    for statement in block:
        statement = _within(statement, uses)
        before = found[-1] if found else None
        if isinstance(statement, Write) and isinstance(before, If):
            branch = _into(before, statement, uses)
            if branch is not None:
                found[-1] = branch
                continue
        found.append(statement)
    return found


def _within(statement: Statement, uses: Mapping[Var, int]) -> Statement:
    match statement:
        case If(_, then, other):
            return replace(statement, then=sunk(then, uses), other=sunk(other, uses))
        case For(_, _, body):
            return replace(statement, body=sunk(body, uses))
        case While(_, body, _, head):
            return replace(statement, body=sunk(body, uses), head=sunk(head, uses))
    return statement


def _into(branch: If, write: Write, uses: Mapping[Var, int]) -> If | None:
    """The branch with the sum in its arms, if nobody else asks for what it adds."""
    if write.op != "+=" or not isinstance(write.value, Ref) or uses.get(write.value.var) != 1 or write.mark.role != "adjoint":
        return None
    arms = [_ended(arm, write, write.value.var, uses) for arm in (branch.then, branch.other)]
    if arms[0] is None or arms[1] is None:
        return None
    return replace(branch, then=arms[0], other=arms[1])


def _ended(arm: Block, write: Write, share: Var, uses: Mapping[Var, int]) -> Block | None:
    """An arm that adds its share itself before it hands on the rest."""
    last = arm[-1] if arm else None
    if isinstance(last, If):
        inner = [_ended(one, write, share, uses) for one in (last.then, last.other)]
        return None if inner[0] is None or inner[1] is None else [*arm[:-1], replace(last, then=inner[0], other=inner[1])]
    if not isinstance(last, Move) or share not in [var for var, _ in last.pairs]:
        return None
    k = [var for var, _ in last.pairs].index(share)
    value = last.pairs[k][1]
    rest = [(pair, last.marks[j] if last.marks else NO_MARK) for j, pair in enumerate(last.pairs) if j != k]
    if value is MISSING or any(not isinstance(var.type, Scalar) for (_, other), _ in rest for var in refs(other)):
        return None
    mark, before = last.marks[k] if last.marks else write.mark, arm[:-1]
    made = before[-1] if before else None
    if isinstance(made, Assign) and made.target == value and isinstance(value, Ref) and uses.get(value.var) == 1:
        value, mark, before = made.value, made.mark, before[:-1]
    left: Block = [Move(tuple(pair for pair, _ in rest), tuple(mark for _, mark in rest))] if rest else []
    if value in ZEROS:
        return [*before, *left]
    return [*before, replace(write, value=value, mark=mark), *left]
