"""The IR: structured single assignment, frozen.

A program is a table of functions. A function is a region; a region is a list of nodes and the values
it yields. Four nodes hold regions or name functions, all others are rows of the op table:

    if     args (condition)                regions (then, else), without parameters
    for    args (start, stop, step, *init) regions (body), parameters (index, *carried)
    while  args (*init)                    regions (condition, body), parameters (*carried) each
    call   args                            attrs callee = key in the program

A region yields what its node defines; a body with `exits=True` yields an exit truth first: the loop ends
after the iteration that yields True. Values of an enclosing region are visible inside.

Four levels, each held by the verifier: `read` (what Python says, references and all), `typed`
(every type known or honestly UNKNOWN, tuples taken apart), `owned` (no references: a write makes a new
value) and `placed` (a write may take its operand's memory, because nobody reads it afterwards).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Union

import numpy as np

from .records import dataclass, field, replace
from .types import NOTHING, UNDEFINED, UNKNOWN, Static, Type, type_of

LEVELS = ("read", "typed", "owned", "placed")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the user's text: lines from 1, columns from 0. `errstate`: what np.errstate says there, by its keywords."""

    file: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    errstate: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Var:
    """A value, assigned once; equal only to itself. `hint` is the user's name for it."""

    hint: str
    type: Type = UNKNOWN

    def __repr__(self) -> str:
        return f"%{self.hint}:{self.type}"


@dataclass(frozen=True, slots=True)
class Const:
    """A value known while compiling: a number, None, or a static object. Compared with its type: 1 is not 1.0.

    `said` is how the user says a number: `Named`, the node that it was folded from, or a path such as "math.pi".
    """

    value: Any
    type: Type
    said: Any = field(default=None, compare=False)

    def __repr__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, eq=False, slots=True)
class Named:
    """The user's name for a number known while compiling, and the number as he wrote it there."""

    name: str
    value: Const


def named(const: Const, name: str) -> Const:
    """The number under the user's name for it; anything else as it is."""
    plain = const.value.item() if isinstance(const.value, np.generic) else const.value
    if not name.isidentifier() or isinstance(plain, bool) or not isinstance(plain, (int, float)):
        return const
    return Const(const.value, const.type, Named(name, const))


Atom = Union[Var, Const]
Attrs = Mapping[str, Any]
NO_ATTRS: Attrs = MappingProxyType({})


def _no_attrs() -> Mapping[Any, Any]:
    return NO_ATTRS


UNDEF = Const(None, UNDEFINED)
NONE = Const(None, NOTHING)


def const(value: Any) -> Const:
    """A constant with the type its Python value has."""
    return Const(value, type_of(value))


def static(value: Any) -> Const:
    """A constant that exists only while compiling, whatever its Python type."""
    return Const(value, Static(value))


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One operation. `role` tells a derivative's statement ("adjoint", "tangent") from the primal's own ("")."""

    op: str
    args: tuple[Atom, ...]
    outs: tuple[Var, ...]
    attrs: Attrs = field(default_factory=_no_attrs)
    regions: tuple[Region, ...] = ()
    place: Place | None = None
    role: str = ""

    @property
    def out(self) -> Var:
        """The only result."""
        (out,) = self.outs
        return out

    def with_regions(self, change: Callable[[Region], Region]) -> Node:
        """The node with its regions changed; the very node where none is another one then."""
        regions = tuple(map(change, self.regions))
        return self if _are(regions, self.regions) else replace(self, regions=regions)


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    params: tuple[Var, ...]
    nodes: tuple[Node, ...]
    yields: tuple[Atom, ...]

    def with_nodes(self, nodes: Sequence[Node]) -> Region:
        """The region with other nodes; the very region where they are its own."""
        return self if _are(nodes, self.nodes) else replace(self, nodes=tuple(nodes))


def _are(new: Sequence[object], old: Sequence[object]) -> bool:
    return len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True))


@dataclass(frozen=True, eq=False, slots=True)
class Outside:
    """A list, dict or set of the surroundings, as a static object: infer reads what it holds."""

    owner: Any


LEAF = "*"
Tree = Union[str, None, tuple["Tree", ...], Const]
"""The shape of a Python value over its leaves: "*" a number or array, None, a tuple of trees, a static constant."""


def leaves(tree: Tree) -> int:
    """How many leaves a tree has."""
    if isinstance(tree, tuple):
        return sum(map(leaves, tree))
    return 1 if tree == LEAF else 0


@dataclass(frozen=True, slots=True)
class Held:
    """The default of a nested function's parameter, computed where it is defined: its position in the body's parameters."""

    position: int


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter as the user wrote it. `tree` is its shape over the leaves, which are the region's parameters."""

    name: str
    tree: Tree = LEAF
    kind: str = "positional_or_keyword"  # as inspect names them, in lower case
    default: Any = ...
    annotation: Any = None


@dataclass(frozen=True, slots=True)
class Capture:
    """A number or array of the enclosing scope, read afresh at every call: a hidden last parameter."""

    name: str
    read: Callable[[], Any] = field(compare=False)
    named: bool = True  # whether the text's own names lead to it


@dataclass(frozen=True, slots=True)
class Guard:
    """A static object that the text reaches by name: compiled code holds only while `read()` still gives it."""

    name: str
    read: Callable[[], Any] = field(compare=False)
    value: Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a function's text stands, and the text itself: errors and comments quote it."""

    file: str
    first_line: int
    lines: tuple[str, ...] = ()
    imports: tuple[tuple[str, str], ...] = ()  # (name in the text, what it means), such as ("np", "numpy")
    comments: Mapping[int, str] = field(default_factory=_no_attrs)

    def line(self, number: int) -> str:
        index = number - self.first_line
        return self.lines[index] if 0 <= index < len(self.lines) else ""


@dataclass(frozen=True, eq=False, slots=True)
class Function:
    """A function of the language.

    `body.params` are the leaves of `params`, then one for each capture. `body.yields` are at level
    `read` the one value returned, later the leaves of `result`, then the final value of each parameter
    written (`writes`, positions in `body.params`). `alias[k]` is the position of the parameter that
    result leaf k is the very array of, or None. With `changes` the result is a tuple: what is returned, then the new values of
    these fields (the number of an object that the arguments reach, the field's name). `apart`: the parameters of a derivative that its
    primal writes, which therefore must not share memory with others.
    """

    name: str
    params: tuple[Param, ...]
    body: Region
    level: str = "read"
    result: Tree = LEAF
    captures: tuple[Capture, ...] = ()
    guards: tuple[Guard, ...] = ()
    writes: tuple[int, ...] = ()
    alias: tuple[int | None, ...] = ()
    changes: tuple[tuple[int, Any], ...] = ()
    apart: tuple[int, ...] = ()
    origin: Origin | None = None
    place: Place | None = None
    doc: str | None = None
    python: Any = None  # the Python function it was read from


@dataclass(frozen=True, eq=False, slots=True)
class Program:
    """Functions by key, one of them the entry. A call names its callee by key."""

    entry: str
    functions: Mapping[str, Function]

    @property
    def main(self) -> Function:
        return self.functions[self.entry]

    def map(self, change: Callable[[Function], Function]) -> Program:
        return replace(self, functions={key: change(f) for key, f in self.functions.items()})

    def with_bodies(self, change: Callable[[Region], Region]) -> Program:
        """The program with every body changed; the very program where no body is another one then."""
        bodies = {key: change(f.body) for key, f in self.functions.items()}
        if all(bodies[key] is f.body for key, f in self.functions.items()):
            return self
        functions = {key: f if bodies[key] is f.body else replace(f, body=bodies[key]) for key, f in self.functions.items()}
        return replace(self, functions=functions)


def walk(region: Region) -> Iterator[Node]:
    """Every node of a region and of the regions inside it, in order of the text."""
    for node in region.nodes:
        yield node
        for inner in node.regions:
            yield from walk(inner)


def is_yield(node: Node) -> bool:
    """Whether something is yielded here or inside."""
    return node.op == "yield_" or any(is_yield(inner) for region in node.regions for inner in region.nodes)


def yields(function: Function) -> bool:
    """Whether a function is a generator function."""
    return any(map(is_yield, function.body.nodes))


def free_vars(region: Region) -> dict[Var, None]:
    """The values a region uses and does not define, in order of first use."""
    bound: set[Var] = set(region.params)
    free: dict[Var, None] = {}

    def use(atom: Atom) -> None:
        if isinstance(atom, Var) and atom not in bound:
            free.setdefault(atom)

    for node in region.nodes:
        for arg in node.args:
            use(arg)
        for inner in node.regions:
            for var in free_vars(inner):
                use(var)
        bound.update(node.outs)
    for atom in region.yields:
        use(atom)
    return free


def substitute(region: Region, mapping: dict[Var, Atom], fresh: bool = True) -> Region:
    """A copy of a region with values replaced; with `fresh`, everything it defines is defined anew.

    `mapping` is extended by what was renamed, so that a caller can find the copies.
    """

    def get(atom: Atom) -> Atom:
        return mapping.get(atom, atom) if isinstance(atom, Var) else atom

    def define(var: Var) -> Var:
        if not fresh:
            return var
        copy = Var(var.hint, var.type)
        mapping[var] = copy
        return copy

    params = tuple(define(p) for p in region.params)
    nodes = []
    for node in region.nodes:
        args = tuple(get(a) for a in node.args)
        regions = tuple(substitute(r, mapping, fresh) for r in node.regions)
        nodes.append(Node(node.op, args, tuple(define(o) for o in node.outs), node.attrs, regions, node.place, node.role))
    return Region(params, tuple(nodes), tuple(get(a) for a in region.yields))
