"""Frame: the mirror image of one region of the primal while it is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from difflang.build import Builder
from difflang.ir import Atom, Function, Node, Region, Var
from difflang.types import Array, Scalar, Stack, Type

from .activity import Mask
from .adjoint import zero


def bar_type(type: Type) -> Type:
    """The type of an adjoint: the value's own, NumPy's number for Python's."""
    return Scalar(type.dtype) if isinstance(type, Scalar) else replace(type, layout="C") if isinstance(type, Array) else type


@dataclass(eq=False)
class Frame:
    """The mirror image of one region while it is written."""

    region: Region
    builder: Builder
    parent: Frame | None
    loops: list[Node]  # enclosing loops, outermost first
    bars: dict[Var, Atom] = field(default_factory=dict)
    inputs: dict[Var, Var | None] = field(default_factory=dict)  # outer values whose adjoints this region adds to
    local: set[Var] = field(default_factory=set)
    changed: dict[Node, list[Node]] = field(default_factory=dict)  # primal nodes that were replaced
    after: dict[Var, list[Node]] = field(default_factory=dict)  # what follows a definition (recording)
    last: list[Node] = field(default_factory=list)  # what ends the region (recording in a recursion)

    @property
    def is_loop(self) -> bool:
        """Whether the region is the body of a loop."""
        return bool(self.loops) and self.region is self.loops[-1].regions[-1]

    def __post_init__(self) -> None:
        self.local.update(self.region.params)
        for node in self.region.nodes:
            self.local.update(node.outs)

    def current(self, value: Var) -> Atom | None:
        """The adjoint collected so far; None means zero. An outer value's comes in from outside: a branch goes on from what
        is there, a loop carries it."""
        if value not in self.local and value not in self.inputs and self.parent is not None:
            if self.is_loop:
                self.inputs[value] = self.bars[value] = Var(f"{value.hint}_bar", bar_type(value.type))
            else:
                outside = self.parent.current(value)
                self.inputs[value] = None
                if outside is not None:
                    self.bars[value] = outside
        return self.bars.get(value)

    def put(self, value: Atom, bar: Atom) -> None:
        """Set the adjoint of a stack: it has one reader, so there is nothing to add to."""
        assert isinstance(value, Var)
        self.current(value)
        self.bars[value] = bar

    def add(self, value: Atom, amount: Atom) -> None:
        assert isinstance(value, Var)
        if isinstance(value.type, Stack):
            self.put(value, amount)
            return
        sofar = self.current(value)
        if sofar is None:
            if isinstance(amount, Var) and amount.hint == "t" and value.hint != "t":
                # A hint is for readers alone: no value is told from another by it.
                object.__setattr__(amount, "hint", f"{value.hint}_bar")
            self.bars[value] = amount
        elif isinstance(value.type, Array) and value in self.inputs:
            pattern = (":",) * value.type.rank
            self.bars[value] = self.builder.emit("accumulate", sofar, amount, pattern=pattern, hint=f"{value.hint}_bar")
        else:
            self.bars[value] = self.builder.emit("add", sofar, amount, hint=f"{value.hint}_bar")

    def take(self, value: Var) -> Atom | None:
        """The adjoint of a value that is complete now: its definition has been reached."""
        return self.bars.pop(value, None)

    def full(self, value: Atom) -> Atom:
        """The adjoint so far, zeros where nothing was added."""
        sofar = self.current(value) if isinstance(value, Var) else None
        return zero(self.builder, value) if sofar is None else sofar

    def forward(self) -> tuple[Node, ...]:
        """The primal's nodes with replacements and recordings in place."""
        nodes: list[Node] = []

        def follow(value: Var) -> None:
            for node in self.after.get(value, ()):
                write(node)

        def write(node: Node) -> None:
            nodes.append(node)
            for out in node.outs:
                follow(out)

        for param in self.region.params:
            follow(param)
        for node in self.region.nodes:
            for made in self.changed.get(node, [node]):
                write(made)
        return (*nodes, *self.last)


def array_params(function: Function, wrt: Mask) -> list[int]:
    """The active parameters whose adjoints are passed in and updated in place. (A stack's adjoint begins with the call.)"""
    return [k for k, p in enumerate(function.body.params) if wrt[k] and isinstance(p.type, Array)]
