"""What a name that a loop rebinds may mean: one of several arrays known before the loop, or one made inside.

Truths carried through the loop say which: `u, v = v, u` exchanges two truths, and a write goes to the array that is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from difflang.ir import Atom, Const, Var, const
from difflang.records import dataclass
from difflang.types import BOOL, Type

from .branch import Path, is_open
from .frame import Frame
from .references import REFERENCES, Base, Choice, Ref, Reference, Value


MOST = 4
"""More arrays than this are not told apart: a view of a view of a view ... has no end."""


@dataclass
class Options:
    """`known` are the arrays from before the loop, the first the one that the name means then; `own`: or one made inside."""

    known: list[Reference]
    own: bool = False

    @property
    def count(self) -> int:
        """How many truths tell the options apart."""
        return len(self.known) - (0 if self.own else 1)

    def flags(self) -> list[Var]:
        return [Var("meant", BOOL) for _ in range(self.count)]

    def start(self) -> list[Atom]:
        return [const(k == 0) for k in range(self.count)]

    def reference(self, flags: Sequence[Atom], own: Ref | None, type: Type) -> Reference:
        """The choice that these truths make."""
        found: Reference = self.known[-1] if own is None else own
        for flag, ref in reversed(list(zip(flags, self.known, strict=False))):
            found = Choice(flag, ref, found, type)
        return found

    def widen(self, frame: Frame, path: Path, value: Value) -> list[Reference]:
        """Enter what the name means after a turn; the arrays among it that are made inside."""
        inside = {out for node in path.builder.nodes for out in node.outs}
        made: list[Reference] = []
        for leaf in self.cases(value):
            visible = leaf.bases() <= set(frame.state.versions) and not inside.intersection(leaf.operands())
            if visible and not self.depends(frame, leaf) and len(self.known) < MOST:
                self.known.append(leaf)
            else:
                self.own = True
                made.append(leaf)
        return made

    def depends(self, frame: Frame, leaf: Reference) -> bool:
        """Whether the view stands at a place that changes from turn to turn."""
        return any(operand in frame.carried for operand in leaf.operands())

    def cases(self, value: Value) -> Iterator[Reference]:
        """The references that a value may be and that are not known."""
        if not isinstance(value, REFERENCES) or value in self.known or is_open(value):
            return
        if isinstance(value, Choice):
            yield from self.cases(value.one)
            yield from self.cases(value.other)
        else:
            yield value

    def told(self, frame: Frame, path: Path, value: Value) -> list[Atom]:
        """The truths after a turn."""
        with frame.inside(path.builder, path.state, path.scope):
            return [self._told(frame, value, k) for k in range(self.count)]

    def _told(self, frame: Frame, value: Value, k: int) -> Atom:
        if not isinstance(value, REFERENCES) or is_open(value):
            return const(k == 0)
        if value in self.known:
            return const(self.known.index(value) == k)
        if not isinstance(value, Choice):
            return const(False)
        one, other = self._told(frame, value.one, k), self._told(frame, value.other, k)
        if isinstance(one, Const) and one == other:
            return one
        return frame.emit("where", value.condition, one, other)

    def kept(self, value: Value, base: Base) -> Value:
        """What to carry as the array made inside: known arrays leave it as it is."""
        if not isinstance(value, REFERENCES) or value in self.known or is_open(value):
            return Ref(base)
        if isinstance(value, Choice):
            one, other = self.kept(value.one, base), self.kept(value.other, base)
            assert isinstance(one, REFERENCES) and isinstance(other, REFERENCES)
            return one if one == other else Choice(value.condition, one, other, value.type)
        return value
