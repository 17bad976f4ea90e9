"""The statements of the written text, before values have names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

from ..ir import Node, Place, Var
from ..records import dataclass, field
from .syntax import Expr, Item, Prefix, Ref, Told, Word, refs


MISSING = Word("")
"""The value of what no path defines: a move of it prints as nothing, and says that the old value is not needed."""


@dataclass(frozen=True)
class Mark:
    """Which statement of the primal a statement belongs to."""

    place: Place | None = None
    role: str = ""


NO_MARK = Mark()


def mark_of(node: Node) -> Mark:
    return Mark(node.place, node.role)


@dataclass(frozen=True)
class Assign:
    """`target = value`; a target is a reference or a tuple of them."""

    target: Expr
    value: Expr
    mark: Mark = NO_MARK


@dataclass(frozen=True)
class Write:
    """`array[...] = value`, or with `op` "+=" and the like: changes the array and binds nothing."""

    target: Expr
    op: str
    value: Expr
    mark: Mark = NO_MARK


@dataclass(frozen=True)
class Do:
    """An expression run for its effect."""

    value: Expr
    mark: Mark = NO_MARK


@dataclass(frozen=True)
class Move:
    """Variables take new values, all at once."""

    pairs: tuple[tuple[Var, Expr], ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class If:
    test: Expr
    then: Block
    other: Block
    mark: Mark = NO_MARK


@dataclass(frozen=True)
class For:
    index: Var
    iterable: Expr
    body: Block
    mark: Mark = NO_MARK


@dataclass(frozen=True)
class While:
    test: Expr
    body: Block
    mark: Mark = NO_MARK
    head: Block = field(default_factory=lambda: [])  # what the condition needs first, each time


@dataclass(frozen=True)
class Break:
    pass


@dataclass(frozen=True)
class Return:
    value: Expr | None


@dataclass(frozen=True)
class Check:
    """raise or assert."""

    test: Expr
    error: str
    message: str
    kind: str
    mark: Mark = NO_MARK
    told: Told | None = None


Statement = Union[Assign, Write, Do, Move, If, For, While, Break, Return, Check]
Block = list[Statement]


def targets(statement: Statement) -> list[Var]:
    """The variables that a simple statement binds."""
    if isinstance(statement, Assign):
        return list(refs(statement.target))
    return [var for var, _ in statement.pairs] if isinstance(statement, Move) else []


def uses(statement: Statement) -> Iterator[Var]:
    """The variables that a statement reads, its blocks aside."""
    match statement:
        case Assign(_, value) | Do(value):
            yield from refs(value)
        case Write(target, _, value):
            yield from refs(target)
            yield from refs(value)
        case Move(pairs):
            for _, value in pairs:
                yield from refs(value)
        case If(test) | While(test):
            yield from refs(test)
        case Check(test):
            yield from refs(test)
            yield from refs(statement.told) if statement.told is not None else ()
        case For(_, iterable):
            yield from refs(iterable)
        case Return(value):
            yield from refs(value) if value is not None else ()
        case Break():
            pass


def inner(statement: Statement) -> Block:
    """The statements of all its blocks."""
    match statement:
        case If(_, then, other):
            return [*then, *other]
        case For(_, _, body):
            return body
        case While(_, body, _, head):
            return [*head, *body]
    return []


def bound_in(block: Block) -> Iterator[Var]:
    """The variables that a block binds."""
    for statement in block:
        yield from [*targets(statement), *([statement.index] if isinstance(statement, For) else [])]
        yield from bound_in(inner(statement))


def read_in(block: Block) -> Iterator[Var]:
    """The variables that a block reads."""
    for statement in block:
        yield from uses(statement)
        yield from read_in(inner(statement))


def ends(block: Block) -> bool:
    """Whether control never leaves a block at its end."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, If):
        return ends(last.then) and ends(last.other)
    if isinstance(last, Check):
        return last.kind == "raise" and getattr(last.test, "text", "") == "False"
    return isinstance(last, (Break, Return))


def changed(target: Expr, op: str, value: Expr, mark: Mark) -> Write:
    """`target += value`, the other sign where the value begins with one."""
    if isinstance(value, Prefix) and value.op == "-":
        return Write(target, "-=" if op == "+=" else "+=", value.operand, mark)
    return Write(target, op, value, mark)


def base_of(target: Expr) -> Var | None:
    """The array that a write goes into."""
    while isinstance(target, Item):
        target = target.value
    return target.var if isinstance(target, Ref) else None
