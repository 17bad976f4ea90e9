"""Statements that stand together and go through arrays of one shape, element by element, are one nest.

The nest of an elementwise statement waits for its neighbours. One that reads what a waiting one writes takes it from the register; what
both read is read once. Blocks that die meanwhile are released behind the nest. Only nests of flat memory wait: each of their turns
touches one place, the same in all arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from difflang.ir import Node, Var
from difflang.op import row
from difflang.records import dataclass
from difflang.types import Array, Scalar

from ..arrays import Apply, Desc, Element, Expr, Index, in_dtype, store
from ..memory import release
from ..writer import SIZE
from .loops import over
from .scalars import element

if TYPE_CHECKING:
    from .lower import Lowering

_STREAMS = 10
"""Arrays that one nest goes through at most: caches and their foresight know only so many."""
_PARTS = 48
"""Operations of one nest at most: there are only so many registers."""


@dataclass(frozen=True)
class Statement:
    """target = value, or target += value."""

    target: Desc
    value: Expr
    adds: bool = False
    fresh: bool = False  # the target is memory that nothing else knows

    def reads(self) -> list[Desc]:
        return [leaf for leaf in (*self.value.leaves(), *([self.target] if self.adds else [])) if leaf.rank]


class Joint:
    """The statements of the region being lowered whose nest is still to be written."""

    def __init__(self, low: Lowering) -> None:
        self.low = low
        self.waiting: list[Statement] = []
        self.dying: list[str] = []
        self.hushed = 0  # the status flags that are put back behind the nest

    def passes(self, node: Node) -> bool:
        """Whether the nest may wait while the node is lowered: that looks at no element, or asks for itself."""
        if node.op in ("dim", "size", "store", "accumulate"):
            return True
        if node.op == "push":
            return isinstance(self.low.get(node.args[1]), (Desc, str))
        if node.op in ("if", "for", "while", "call") or row(node.op).kind != "elementwise" or not self.low.is_plain(node.op):
            return False
        return isinstance(node.outs[0].type, Array) or not any(isinstance(a.type, Array) for a in node.args)

    def assign(self, out: Var, value: Expr, hushed: int) -> None:
        """out = value, in fresh memory."""
        dtype = out.type.dtype  # type: ignore[union-attr]
        if not self._joins([value], dtype, value, hushed):
            self.flush()
        self._wait(Statement(self.low.new_array(out, value.dims), value, fresh=True), hushed)

    def write(self, target: Desc, value: Expr, adds: bool, hushed: int) -> None:
        """target = value or target += value, whose shapes are the same."""
        statement = Statement(target, value, adds)
        if not (self._joins([value, target], target.dtype, value, hushed) and self._clear(statement)):
            self.flush()
        self._wait(statement, hushed)

    def release(self, block: str) -> None:
        """One reference less, when the nest has run."""
        if self.waiting:
            self.dying.append(block)
        else:
            release(self.low.w, block)

    def settle(self) -> None:
        """Before the function may be left with an error: what others see is written."""
        if not all(statement.fresh for statement in self.waiting):
            self.flush()

    def flush(self) -> None:
        """Write the nest."""
        if not self.waiting:
            return
        low, w = self.low, self.low.w
        statements, dying, self.waiting, self.dying = self.waiting, self.dying, [], []
        quiet = low.silence.around(low, (), self.hushed) if low.silence is not None and self.hushed else nullcontext()

        def body(e: Element, index: Index) -> None:
            for statement in statements:
                _turn(statement, e, index)

        with quiet:
            over(w, [s.value for s in statements], statements[0].target.dims, body, [s.target for s in statements])
        for block in dying:
            release(w, block)

    def _wait(self, statement: Statement, hushed: int) -> None:
        self.waiting.append(statement)
        self.hushed = hushed
        if not _is_flat(statement.value, statement.target):
            self.flush()

    def _joins(self, exprs: list[Expr], dtype: str, value: Expr, hushed: int) -> bool:
        """Whether a statement fits to those that wait: the same places, few arrays, and some that others know."""
        if not self.waiting or hushed != self.hushed or not value.flattens():
            return False
        w, first = self.low.w, self.waiting[0].target
        if value.rank != first.rank or any(w.same(a) != w.same(b) for a, b in zip(value.dims, first.dims, strict=True)):
            return False
        known = {leaf.data for s in self.waiting for leaf in (s.target, *s.reads())}
        asked = {leaf.data for expr in exprs for leaf in expr.leaves() if leaf.rank}
        widths = {SIZE[leaf.dtype] for s in self.waiting for leaf in (s.target, *s.reads())} | {SIZE[dtype]}
        widths |= {SIZE[leaf.dtype] for expr in exprs for leaf in expr.leaves() if leaf.rank}
        parts = sum(len(expr.parts) for expr in (value, *(s.value for s in self.waiting)))
        fits = len(known | asked) < _STREAMS and parts <= _PARTS and len(widths) == 1
        return fits and bool(known & asked) and not any(_may_fail(expr) for expr in exprs) and self._apart(value)

    def _apart(self, value: Expr) -> bool:
        """Whether the value reads nothing that waiting statements write but at its own place."""
        written = [s.target for s in self.waiting if not s.fresh]
        return all(_disjoint(target, leaf) for target in written for leaf in value.leaves())

    def _clear(self, statement: Statement) -> bool:
        """Whether the statement writes nothing that waiting ones read or write but at its own place."""
        return all(_disjoint(statement.target, leaf) for s in self.waiting for leaf in (s.target, *s.reads()))


def _turn(statement: Statement, e: Element, index: Index) -> None:
    target = statement.target
    number = in_dtype(statement.value, e, index, target.dtype)
    if statement.adds:
        scalar = Scalar(target.dtype)
        number = element(e.w, "add", {}, [(target.at(e, index), target.dtype), (number, target.dtype)], [scalar, scalar], target.dtype)
    store(e.w, target, target.address(e, index), number)
    e.known[id(target), index] = number


def _is_flat(value: Expr, target: Desc) -> bool:
    return bool(target.rank) and value.flattens() and target.flattens() and target.dtype != "f16" and not _may_fail(value)


def _may_fail(value: Expr) -> bool:
    return any(isinstance(part, Apply) and part.faults for part in value.parts)


def _disjoint(target: Desc, leaf: Desc) -> bool:
    """Whether two arrays are one and the same, or have nothing in common."""
    known: Iterable[frozenset[int]] = (target.memory_ids, leaf.memory_ids)
    return target.data == leaf.data or (all(ids and 0 not in ids for ids in known) and not target.memory_ids & leaf.memory_ids)
