"""Frame: the mirror image of one region of the primal while it is written."""

from __future__ import annotations

from collections.abc import Collection

from difflang.build import Builder
from difflang.ir import Atom, Function, Node, Region, Var, const
from difflang.records import dataclass, field, replace
from difflang.types import Array, Scalar, Stack, Type, Unknown

from .activity import Mask
from .adjoint import added_items, zero


def hint_of(atom: Atom, otherwise: str) -> str:
    return atom.hint if isinstance(atom, Var) else otherwise


def bar_type(type: Type) -> Type:
    """The type of an adjoint: the value's own, NumPy's number for Python's."""
    if isinstance(type, Stack):
        return Stack(bar_type(type.element), True) if type.listed else type
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
    numbers: Collection[Atom] = ()  # values of open type that are certainly numbers
    passed: Collection[Var] = ()  # parameters whose adjoints are the caller's arrays, updated in place

    @property
    def is_loop(self) -> bool:
        """Whether the region is the body of a loop."""
        return bool(self.loops) and self.region is self.loops[-1].regions[-1]

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.numbers = self.parent.numbers
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
        """Set the adjoint of a stack before a push or pop: after it nobody has read that version."""
        assert isinstance(value, Var)
        self.current(value)
        self.bars[value] = bar

    def add(self, value: Atom, amount: Atom) -> None:
        assert isinstance(value, Var)
        sofar = self.current(value)
        if sofar is None or (isinstance(value.type, Stack) and not value.type.listed):
            if isinstance(amount, Var) and amount.hint == "t" and value.hint != "t":
                # A hint is for readers alone: no value is told from another by it.
                object.__setattr__(amount, "hint", f"{value.hint}_bar")
            self.bars[value] = amount
        elif isinstance(value.type, Array) and value.type.rank and (value in self.inputs or value in self.passed):
            pattern = (":",) * value.type.rank
            self.bars[value] = self.builder.emit("accumulate", sofar, amount, pattern=pattern, hint=f"{value.hint}_bar")
        elif isinstance(value.type, Stack):
            self.bars[value] = added_items(self.builder, sofar, amount, f"{value.hint}_bar")
        else:
            self.bars[value] = self.builder.emit("add", sofar, amount, hint=f"{value.hint}_bar")

    def take(self, value: Var) -> Atom | None:
        """The adjoint of a value that is complete now: its definition has been reached."""
        return self.bars.pop(value, None)

    def full(self, value: Atom) -> Atom:
        """The adjoint so far, zeros where nothing was added."""
        sofar = self.current(value) if isinstance(value, Var) else None
        return self.zero(value) if sofar is None else sofar

    def zero(self, value: Atom) -> Atom:
        """An adjoint to which nothing was added."""
        return const(0.0) if value in self.numbers else zero(self.builder, value)

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
    """The active parameters whose adjoints are passed in and updated in place. (A tape's adjoint begins with the call.)"""
    return [k for k, p in enumerate(function.body.params) if wrt[k] and is_collected(function, k)]


def is_collected(function: Function, position: int) -> bool:
    """Whether a parameter certainly is an array with axes or a list: what a function writes into is no number, whatever its type."""
    type = function.body.params[position].type
    if isinstance(type, Array):
        return type.rank > 0 or position in function.writes
    return is_list(type) or (isinstance(type, Unknown) and position in function.writes)


def is_list(type: Type) -> bool:
    return isinstance(type, Stack) and type.listed
