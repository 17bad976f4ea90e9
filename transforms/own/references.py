"""References: what a name of the typed level stands for, and how one view of a view is one index.

A `Base` is an array with memory of its own; a `Ref` is a base and the steps of a view on it. A step is an op of
the table whose NumPy result shares its operand's memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Union

from difflang.ir import Atom, Const, Var
from difflang.ops.index import expand
from difflang.records import dataclass, field
from difflang.types import Array, Type

Operands = tuple[Atom, ...]


@dataclass(eq=False)
class Base:
    """An array of its own. `param` is its position if it is the caller's."""

    hint: str
    type: Type
    param: int | None = None
    open: bool = False  # the result of a recursive call, in the first pass: it may be any array
    shared: bool = False  # a view for NumPy, a diagonal: it is not written
    merge: tuple[int, int] | None = None  # the `if` and the position of its result where two paths met

    def __repr__(self) -> str:
        return f"<{self.hint}>"


@dataclass(frozen=True)
class Step:
    """One step of a view: `op(parent, *operands; attrs)` of this type; `hint` names its result."""

    op: str
    operands: Operands
    attrs: tuple[tuple[str, Any], ...]
    type: Type = field(compare=False)
    parent: Type = field(compare=False)
    hint: str = field(compare=False, default="t")

    @property
    def pattern(self) -> tuple[str, ...]:
        return dict(self.attrs)["pattern"]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Ref:
    """A view: base and steps. `at` is set where nothing says whether it is a view, a copy or a number: it holds
    while the base still has that version."""

    base: Base
    steps: tuple[Step, ...] = ()
    at: Atom | None = None

    @property
    def type(self) -> Type:
        return self.steps[-1].type if self.steps else self.base.type

    def then(self, step: Step) -> Ref:
        """The view of this view; two indices become one where they can."""
        if step.op == "index" and self.steps and self.steps[-1].op == "index":
            last = self.steps[-1]
            merged = compose(last.pattern, last.operands, last.parent, step.pattern, step.operands)
            if merged is not None:
                pattern, operands = merged
                joined = Step("index", operands, (("pattern", pattern),), step.type, last.parent, step.hint)
                return Ref(self.base, (*self.steps[:-1], joined), self.at)
        return Ref(self.base, (*self.steps, step), self.at)

    def operands(self) -> list[Var]:
        return [o for step in self.steps for o in step.operands if isinstance(o, Var)]

    def bases(self) -> set[Base]:
        return {self.base}


@dataclass(frozen=True)
class Choice:
    """One of two references, by a truth known since both were there."""

    condition: Atom
    one: Reference
    other: Reference
    own_type: Type = field(compare=False)

    @property
    def type(self) -> Type:
        return self.own_type

    def then(self, step: Step) -> Choice:
        return Choice(self.condition, self.one.then(step), self.other.then(step), step.type)

    def operands(self) -> list[Var]:
        own = [self.condition] if isinstance(self.condition, Var) else []
        return [*own, *self.one.operands(), *self.other.operands()]

    def bases(self) -> set[Base]:
        return self.one.bases() | self.other.bases()


Reference = Union[Ref, Choice]
REFERENCES = (Ref, Choice)
Value = Union[Ref, Choice, Var, Const]
Item = tuple[str, Operands]


def items(pattern: Sequence[str], operands: Sequence[Atom]) -> list[Item]:
    """The pattern's codes with their operands."""
    left = iter(operands)
    counts = {"i": 1, "a": 1, "s": 3}
    return [(code, tuple(next(left) for _ in range(counts.get(code, 0)))) for code in pattern]


def compose(
    outer: Sequence[str], outer_operands: Sequence[Atom], parent: Type, inner: Sequence[str], inner_operands: Sequence[Atom]
) -> tuple[tuple[str, ...], Operands] | None:
    """The one index that x[outer][inner] is, or None where there is none to write."""
    if not isinstance(parent, Array):
        if set(outer) <= {"i"} and "a" not in inner:
            return (*outer, *inner), (*outer_operands, *inner_operands)
        return None
    outer = expand(outer, parent.rank)
    if "a" in outer or ("a" in inner and set(outer) - {":"}):
        return None
    view_rank = sum(code != "i" for code in outer)
    waiting = items(expand(inner, view_rank), inner_operands)
    made: list[Item] = []
    for code, operands in items(outer, outer_operands):
        if code == "i":
            made.append((code, operands))
            continue
        while waiting[0][0] == "n":
            made.append(waiting.pop(0))
        merged = _merge(code, operands, *waiting.pop(0))
        if merged is None:
            return None
        made += merged
    made += waiting
    return tuple(code for code, _ in made), tuple(o for _, given in made for o in given)


def _merge(code: str, operands: Operands, inner: str, inner_operands: Operands) -> list[Item] | None:
    """An item of the inner index on an axis that an item of the outer one left."""
    if code == ":":
        return [(inner, inner_operands)]
    if inner == ":":
        return [(code, operands)]
    if code == "n" and inner == "i" and isinstance(inner_operands[0], Const) and inner_operands[0].value in (0, -1):
        return []
    return None


def disjoint(one: Reference, other: Reference) -> bool:
    """Whether two views of one base are certainly of different elements: constant indices that differ on one axis."""
    if isinstance(one, Choice) or isinstance(other, Choice) or one.base is not other.base:
        return False
    if not (one.steps and other.steps and one.steps[0].op == other.steps[0].op == "index"):
        return False
    first, second = (ref.steps[0] for ref in (one, other))
    pairs = zip(items(first.pattern, first.operands), items(second.pattern, second.operands), strict=False)
    for (code, operands), (code_, operands_) in pairs:
        if code in "n." or code_ in "n.":
            return False
        if code == code_ == "i" and isinstance(operands[0], Const) and isinstance(operands_[0], Const):
            a, b = operands[0].value, operands_[0].value
            if a != b and (a < 0) == (b < 0):
                return True
    return False
