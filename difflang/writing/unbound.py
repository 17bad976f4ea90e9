"""Variables that Python must find bound although no one will use their value.

Where paths meet, a value may be missing on one of them; nobody reads it there, but it may be handed on: moved to another
variable, returned, kept on a tape, passed to a function. Python refuses to hand on what was never assigned, so such a
variable starts as the least value of its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..ir import Var
from .expressions import least
from .names import Names
from .statements import MISSING, Assign, Block, Do, For, If, Move, Return, Statement, While, ends, targets, uses
from .syntax import Apply, Expr, Pack, Ref, parts


def unbound_names(block: Block, names: Names, params: Sequence[Var], numpy: str) -> dict[str, str]:
    """The names handed on where they may not be assigned, each with what it starts as."""
    search = _Search(names, numpy)
    search.block(block, frozenset(names[p] for p in params))
    return search.found


class _Search:
    def __init__(self, names: Names, numpy: str) -> None:
        self.names, self.numpy = names, numpy
        self.suspects = {names.cell(var) for var in names.unbound}
        self.found: dict[str, str] = {}
        self.seen: set[str] = set()  # assigned further up in the text, on some path

    def block(self, block: Block, assigned: frozenset[str]) -> frozenset[str]:
        """The names assigned for certain after a block, given those before it."""
        for statement in block:
            assigned = self.statement(statement, assigned)
        return assigned

    def statement(self, statement: Statement, assigned: frozenset[str]) -> frozenset[str]:
        handed = list(self.handed(statement))
        handed += [var for var in uses(statement) if self.names[var] not in self.seen]  # read before it stands anywhere
        for var in handed:
            if self.names.cell(var) in self.suspects and self.names[var] not in assigned:
                self.found.setdefault(self.names[var], least(var.type, self.numpy))
        assigned = self.after(statement, assigned)
        self.seen |= assigned
        return assigned

    def after(self, statement: Statement, assigned: frozenset[str]) -> frozenset[str]:
        match statement:
            case If(_, then, other):
                ways = [self.block(arm, assigned) for arm in (then, other)]
                open_ways = [way for way, arm in zip(ways, (then, other), strict=True) if not ends(arm)]
                return frozenset.intersection(*open_ways) if open_ways else assigned
            case For(index, _, body):
                self.block(body, assigned | {self.names[index]})
            case While(_, body, _, head):
                assigned = self.block(head, assigned)
                self.block(body, assigned)
            case Move(pairs):
                live = [pair for k, pair in enumerate(pairs) if self.names.is_live(statement, k) and pair[1] is not MISSING]
                return assigned | {self.names[var] for var, value in live if not self._stays(var, value)}
            case Assign():
                return assigned | {self.names[var] for var in targets(statement)}
        return assigned

    def _stays(self, var: Var, value: Expr) -> bool:
        """Whether a move goes from a variable to itself: nothing is written."""
        return isinstance(value, Ref) and self.names[value.var] == self.names[var]

    def handed(self, statement: Statement) -> Iterator[Var]:
        """The variables that a statement hands on as they are."""
        match statement:
            case Return(value) if value is not None:
                yield from _wholes(value)
            case Move(pairs):
                for k, (var, value) in enumerate(pairs):
                    if not self.names.is_live(statement, k) or value is MISSING:
                        continue
                    if not isinstance(value, Ref):
                        yield from _passed(value)
                    elif self.names[value.var] != self.names[var]:
                        yield value.var
            case Assign(_, value) | Do(value):
                yield from _passed(value)


def _wholes(value: Expr) -> Iterator[Var]:
    """The references that a tuple holds, or the one that the value is."""
    if isinstance(value, Ref):
        yield value.var
    elif isinstance(value, Pack):
        for item in value.items:
            yield from _wholes(item)


def _passed(value: Expr) -> Iterator[Var]:
    """The references that calls are given."""
    if isinstance(value, Apply):
        for arg in value.args:
            yield from _wholes(arg)
    for part in parts(value):
        yield from _passed(part)
