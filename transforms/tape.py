"""The tape: what of a region's values the reverse sweep needs, and how it gets it.

`choose` is the to-be-recorded analysis: each needed value is computed again where that is cheap and its inputs are at
hand, else recorded. A recorded value lives in a `Slot`: an array indexed by the iterations of the enclosing loops where their trip
counts are known before the outermost one, else a stack. Arrays that change by stores are never recorded for the sake of their elements.

Slots are written and read by two pseudo ops, `tape_write(value, *index; slot)` and `tape_read(*index; slot)`, which
`thread` turns into ordinary values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from difflang.alias import KILLS
from difflang.ir import Atom, Const, Node, Program, Region, Var, walk
from difflang.op import row
from difflang.records import dataclass
from difflang.types import Array, Scalar, Type

from .activity import loop_parts
from .shapes import Shapes

CHEAP = 8
"""Arithmetic (in units of an addition) that is cheaper than a store and a load of one number."""
CHEAP_ARRAY = 24
"""The same for each element of an array: what is kept of all turns leaves the cache, and is not written over while it is in it."""


@dataclass(frozen=True, eq=False)
class Slot:
    """A place on the tape. `dims`: the trip counts of the enclosing loops, or None for a stack."""

    name: str
    element: Type
    dims: tuple[Atom | Size, ...] | None
    shared: bool = False  # lives across the calls of a recursion: passed in and handed back


@dataclass(frozen=True)
class Choice:
    """What `choose` found: nodes to run again, in order, and values to record."""

    again: tuple[Node, ...]
    record: tuple[Var, ...]


def choose(
    region: Region, need: Iterable[Var], index: Iterable[Var], killed: set[Var], prices: Mapping[str, int], lasting: Mapping[Var, Node]
) -> Choice:
    """How the reverse of `region` gets the values `need` that it defines; `index` is at hand there, `lasting` values stand in arrays."""
    at_hand = set(index)
    return _Chooser(region, at_hand, killed, prices, lasting).choose([v for v in need if v not in at_hand])


class _Chooser:
    def __init__(
        self, region: Region, index: set[Var], killed: set[Var], prices: Mapping[str, int], lasting: Mapping[Var, Node]
    ) -> None:
        self.index = index
        self.killed = killed
        self.prices = prices
        self.definition: dict[Var, Node | None] = dict.fromkeys(region.params)
        self.order: dict[Node, float] = {}
        for position, node in enumerate(region.nodes):
            self.order[node] = position
            for out in node.outs:
                self.definition[out] = node
        self.again: set[Var] = set()
        for value in [v for v in self.definition if v in lasting]:
            self.read_again(value, lasting[value])

    def read_again(self, value: Var, node: Node) -> None:
        """Take a value from the array in which it stands in place of what made it. What makes its index comes before."""
        made = self.definition[value]
        position = -1.0 if made is None else self.order[made]
        for operand in self.local(node):
            maker = self.definition[operand]
            if maker is None or (self.order[maker] > position and self.local(maker)):
                return
            self.order[maker] = min(self.order[maker], position - 0.5)
        self.definition[value] = node
        self.order[node] = position
        self.again.add(value)

    def choose(self, need: list[Var]) -> Choice:
        record = [v for v in need if not self.cheap(v)]
        again: dict[Node, None] = {}
        for value in sorted(filter(self.cheap, need), key=self.position):
            missing = self.roots(value) - set(record)
            limit = CHEAP_ARRAY if isinstance(value.type, Array) else CHEAP
            if len(missing) > 1 or self.cost(value, again, set(record)) > limit:
                record.append(value)
            else:  # one more root on the tape costs no more than the value itself, and may serve others
                record += missing
                self.collect(value, set(record), again)
        kept = set(record)
        again = {}
        for value in need:
            self.collect(value, kept, again)
        return Choice(tuple(sorted(again, key=self.order.__getitem__)), tuple(record))

    def position(self, value: Var) -> float:
        node = self.definition[value]
        return -1 if node is None else self.order[node]

    def cheap(self, value: Var) -> bool:
        """Whether the value is the result of an op that may be run again at all."""
        node = self.definition[value]
        if node is None or node.regions or len(node.outs) != 1:
            return False
        if node.op == "call":
            return node.attrs["callee"] in self.prices and "effect" not in node.attrs and self.killed.isdisjoint(node.args)
        if value in self.again and node.op == "index":
            return True
        if node.op in ("index", "item", "count") and not _is_whole(node):
            base = node.args[0]
            return isinstance(base, Var) and self.is_at_hand(base) and base not in self.killed
        if node.op in ("dim", "size"):
            return all(self.is_at_hand(a) for a in node.args)
        if row(node.op).view and isinstance(node.out.type, Array):
            return node.args[0] not in self.killed and node.out not in self.killed
        return row(node.op).kind == "elementwise" and self._price(node) <= CHEAP

    def is_at_hand(self, atom: Atom) -> bool:
        """Whether the mirror image has the value without our doing: it is from outside, or handed to it anyway."""
        return atom not in self.definition or atom in self.index

    def _price(self, node: Node) -> int:
        if node.op == "call":
            return self.prices[node.attrs["callee"]]
        if node.op == "pow" and isinstance(node.args[1], Const) and node.args[1].value in (2, 3):
            return row("mul").cost * 2
        if node.op in ("mod", "floordiv") and _is_count(node.outs[0]):
            return row("div").cost
        return 2 if node.op in ("index", "item") else 0 if row(node.op).view else row(node.op).cost

    def local(self, node: Node) -> list[Var]:
        """The operands that this region defines, the index aside."""
        return [a for a in node.args if isinstance(a, Var) and a in self.definition and a not in self.index]

    def roots(self, value: Var) -> set[Var]:
        """The values of this region that must be at hand to run `value` again."""
        if not self.cheap(value):
            return {value} if value not in self.index else set()
        node = self.definition[value]
        assert node
        return set().union(*(self.roots(v) for v in self.local(node)))

    def cost(self, value: Var, again: dict[Node, None], kept: set[Var]) -> int:
        """What it takes to run the value again, beside what is run again anyway."""
        node = self.definition[value]
        if value in kept or node is None or node in again or not self.cheap(value):
            return 0
        return self._price(node) + sum(self.cost(v, again, kept) for v in self.local(node))

    def collect(self, value: Var, kept: set[Var], again: dict[Node, None]) -> None:
        if value in kept or value in self.index:
            return
        node = self.definition[value]
        assert node
        again[node] = None
        for operand in self.local(node):
            self.collect(operand, kept, again)


def _is_whole(node: Node) -> bool:
    """Whether an index takes all of an array, with axes of size one put in."""
    return node.op == "index" and "n" in node.attrs["pattern"] and set(node.attrs["pattern"]) <= {":", "n"}


def call_prices(program: Program) -> dict[str, int]:
    """What an element of the result costs, for the functions that fill one array in loops of little arithmetic."""
    found = {}
    for key, function in program.functions.items():
        body = function.body
        whole = not function.writes and not function.changes and len(body.yields) == 1 and isinstance(body.yields[0].type, Array)
        prices = [price for node in body.nodes if (price := _filling(node)) is not None]
        if whole and len(prices) == len(body.nodes) and sum(prices) <= CHEAP:
            found[key] = sum(prices)
    return found


def _filling(node: Node) -> int | None:
    """What a node of such a function costs for an element of its result; None where it is not so simple."""
    if node.op == "for":
        body = node.regions[0]
        inside = [_number(inner) for inner in body.nodes]
        return None if node.attrs.get("exits") or None in inside else sum(filter(None, inside))
    if node.op in ("dim", "size", "empty", "zeros", "empty_like", "zeros_like") or _number(node) is not None:
        return 0
    return None


def _number(node: Node) -> int | None:
    """The price of a node that reads, writes or computes one number."""
    if node.regions or node.op == "call" or len(node.outs) != 1:
        return None
    if node.op in ("index", "store"):
        return 2 if set(node.attrs["pattern"]) <= {"i"} else None
    if node.op == "dim":
        return 0
    plain = row(node.op).kind == "elementwise" and isinstance(node.out.type, Scalar)
    return row(node.op).cost if plain and row(node.op).cost <= CHEAP else None


def killed_values(program: Program, region: Region) -> set[Var]:
    """The values whose memory some later write takes: reading one again would force a copy of the whole array."""
    killed: set[Var] = set()

    def kill(atom: Atom) -> None:
        if isinstance(atom, Var):
            killed.add(atom)

    nodes = list(walk(region))
    for node in nodes:
        if node.op in KILLS:
            kill(node.args[0])
        elif node.op == "call":
            for position in program.functions[node.attrs["callee"]].writes:
                kill(node.args[position])
    while True:
        before = len(killed)
        for node in reversed(nodes):
            if node.op == "if":
                for arm in node.regions:
                    for out, atom in zip(node.outs, arm.yields, strict=True):
                        if out in killed:
                            kill(atom)
            elif node.op in ("for", "while"):
                _, inits, params, yields = loop_parts(node)
                for out, param, init, atom in zip(node.outs, params, inits, yields, strict=True):
                    if param in killed or out in killed:
                        kill(init)
                        kill(atom)
            elif row(node.op).view if node.op != "call" else False:
                if node.out in killed:
                    kill(node.args[0])
        if len(killed) == before:
            return killed


@dataclass(frozen=True)
class Size:
    """A trip count as an expression over what is known before the outermost loop: an op of ints to write there."""

    op: str
    args: tuple[Atom | Size, ...]
    attrs: tuple[tuple[str, Any], ...] = ()


class Sizes:
    """Finds trip counts of inner loops that can be known before the outermost: arithmetic of ints and sizes of arrays
    whose shape is that of an array known there."""

    def __init__(self, body: Region, shapes: Shapes, partial: set[Var]) -> None:
        self.shapes = shapes
        self.top = set(body.params)
        for node in body.nodes:
            self.top.update(node.outs)
        self.top -= partial  # a size that some path leaves undefined is no size before the loop
        self.definition = {out: node for node in walk(body) for out in node.outs}

    def of(self, atom: Atom) -> Atom | Size | None:
        if isinstance(atom, Const) or atom in self.top:
            return atom
        node = self.definition.get(atom)
        if node is None:
            return None
        if node.op in ("dim", "size") and isinstance(node.args[0], Var):
            root = self.shapes.root(node.args[0])
            return Size(node.op, (root,), tuple(node.attrs.items())) if root in self.top else None
        if node.op in ("add", "sub", "mul", "floordiv", "maximum", "minimum") and all(map(_is_count, (*node.args, atom))):
            parts = [self.of(a) for a in node.args]
            known = [part for part in parts if part is not None]
            return Size(node.op, tuple(known)) if len(known) == len(parts) else None
        return None


def _is_count(atom: Atom) -> bool:
    return isinstance(atom.type, Scalar) and atom.type.weak and atom.type.dtype == "i64"


def slot_for(value: Var, loops: list[Node], sizes: Sizes) -> Slot:
    """The slot of a value recorded inside these loops, outermost first."""
    dims: list[Atom | Size] | None = [] if isinstance(value.type, Scalar) else None
    for loop in loops:
        bound = _bound(loop, sizes)
        if bound is None or dims is None:
            dims = None
            break
        dims.append(bound)
    return Slot(f"{value.hint}_tape", value.type, tuple(dims) if dims is not None else None)


def varies(value: Var, loops: list[Node], definition: Mapping[Var, Node], home: Mapping[Var, tuple[Region, ...]]) -> set[int]:
    """The positions of the loops, outermost first, in whose turns a value may differ."""
    depth: dict[Var, set[int]] = {}
    for k, loop in enumerate(loops):
        body = loop.regions[-1]
        depth.update((param, set(range(k + 1))) for param in body.params)
        if loop.op == "for":
            depth[body.params[0]] = {k}
    bodies = [loop.regions[-1] for loop in loops]
    found: set[int] = set()
    waiting, seen = [value], {value}
    while waiting:
        one = waiting.pop()
        made = definition.get(one)
        if one in depth:
            found |= depth[one]
        elif made is None or made.regions or made.op == "call":
            found |= {k for k, body in enumerate(bodies) if made is None or body in home[one]}
        else:
            operands = [a for a in made.args if isinstance(a, Var) and a not in seen]
            seen.update(operands)
            waiting += operands
    return found


def _bound(loop: Node, sizes: Sizes) -> Atom | Size | None:
    """The number of places that the iterations of a loop need if it walks up by one from a small constant: then
    the loop's own index serves as the tape's."""
    if loop.op != "for" or loop.attrs.get("exits"):
        return None
    start, stop, step = loop.args[:3]
    plain = isinstance(start, Const) and 0 <= start.value <= 64 and isinstance(step, Const) and step.value == 1
    return sizes.of(stop) if plain else None
