"""Independent: whether the turns of a loop can run in any order, and what has to be put together afterwards.

Everything that a loop carries must be one of these:

    own     an array of which each turn reads and writes only places of its own, found by an axis that is indexed by a * i + c
    sum     an array that turns only add to, wherever: each part of the range gets zeros to add to, which are added in order
    number  a number that turns only add to, multiply, or take the extreme with: each part has its own
    last    a number that no turn reads: that of the last turn
    reset   a number that every turn ends with the same constant: turns after the first begin with that
    stack   a tape that is empty between turns: each part has its own
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from difflang.errors import OutsideLanguage
from difflang.hints import shown
from difflang.ir import Atom, Const, Function, Node, Place, Program, Region, Var, walk
from difflang.records import dataclass, field, replace
from difflang.types import Array, Scalar, Stack

from .activity import loop_parts
from .prune import prune_nodes
from .shapes import SHAPE_OPERAND

WAY_OUT = "use range, or let turns write places of their own, add up, multiply, or take np.maximum"
FOLDS = {"add": "add", "sub": "add", "mul": "mul", "div": "mul", "maximum": "maximum", "minimum": "minimum"}
"""What an op makes of a number that it folds into, by the op that puts partial results together."""
_DRAWS = ("draw", "draw_whole", "draw_order")


@dataclass(frozen=True)
class Carried:
    """What becomes of one carried value: its kind, and of a number the op that puts parts together."""

    kind: str
    fold: str = ""
    value: Any = None  # that of a reset; of a stack the node that makes an empty one
    least: int = 0  # of an array of turns' own places: what the index must reach at least, to stay clear of negative ones


class Dependent(Exception):
    """Turns that depend on each other: why, and where."""

    def __init__(self, reason: str, place: Place | None) -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


def check(program: Program) -> Program:
    """Refuse loops over `dl.prange` whose turns depend on each other."""
    for function in program.functions.values():
        for node in walk(function.body):
            if node.op == "for" and node.attrs.get("parallel"):
                try:
                    judge(node, program.functions)
                except Dependent as found:
                    reason = f"this loop cannot run in parallel: {found.reason}"
                    raise OutsideLanguage("DL047", reason, found.place or node.place, WAY_OUT, function.origin) from None
    return program


def judge(loop: Node, functions: Mapping[str, Function], around: Region | None = None) -> list[Carried]:
    """What becomes of each carried value. Raises Dependent. `around`: the region that the loop stands in."""
    if loop.attrs.get("exits"):
        raise Dependent("a turn may end it", loop.place)
    body, _, params, yields = loop_parts(loop)
    body = replace(body, nodes=prune_nodes(body.nodes, yields))
    for node in walk(body):
        if node.op in _DRAWS:
            raise Dependent("random numbers are drawn one after the other", node.place)
        if _prints(node, functions):
            raise Dependent("what it prints has an order", node.place)
    facts = _Facts(loop, body, functions)
    stacks = {} if around is None else dict(_own_stacks(loop, around))
    return [stacks.get(k) or facts.carried(param, end) for k, (param, end) in enumerate(zip(params, yields, strict=True))]


def _own_stacks(loop: Node, around: Region) -> Iterator[tuple[int, Carried]]:
    """The tapes that begin empty with the loop and that nobody reads after it: each turn pops what it has pushed."""
    uses = Counter(atom for node in walk(around) for atom in (*node.args, *(y for inner in node.regions for y in inner.yields)))
    uses.update(around.yields)
    made = {out: node for node in around.nodes if node.op == "stack_new" for out in node.outs}
    _, inits, params, _ = loop_parts(loop)
    for k, (init, param, out) in enumerate(zip(inits, params, loop.outs, strict=True)):
        fresh = made.get(init) if isinstance(init, Var) else None
        if fresh is not None and isinstance(param.type, Stack) and not param.type.listed and uses[init] == 1 and not uses[out]:
            yield k, Carried("stack", value=fresh)


def _prints(node: Node, functions: Mapping[str, Function], above: tuple[str, ...] = ()) -> bool:
    if node.op == "check":
        return node.attrs.get("kind") == "print"
    if node.op != "call" or node.attrs["callee"] in above:
        return False
    callee = node.attrs["callee"]
    return any(_prints(inner, functions, (*above, callee)) for inner in walk(functions[callee].body))


_Form = tuple[int, int, int]
"""(a, c, d) of an axis of which an access takes the places from a * i + c to a * i + d."""


@dataclass(eq=False)
class _Uses:
    """How a body goes about with one carried value and what is made of it."""

    versions: set[Atom]
    forms: list[dict[int, _Form]] = field(default_factory=list)  # of each access, by axis
    places: list[Place | None] = field(default_factory=list)
    adds: bool = True  # nothing but additions to elements
    writes: bool = False
    folds: set[str] = field(default_factory=set)
    read: Place | None = None
    wrong: str = ""

    def fail(self, reason: str, place: Place | None) -> None:
        if not self.wrong:
            self.wrong, self.read = reason, place


class _Facts:
    def __init__(self, loop: Node, body: Region, functions: Mapping[str, Function]) -> None:
        self.loop, self.body, self.functions = loop, body, functions
        self.index = body.params[0]
        self.definition = {out: node for node in walk(body) for out in node.outs}

    def carried(self, param: Var, end: Atom) -> Carried:
        uses = _Uses({param})
        self.region(self.body, uses)
        name = shown(param.hint)
        if end is param and not uses.forms:
            return Carried("last" if isinstance(param.type, Scalar) else "own")
        if isinstance(param.type, Array):
            return self.array(param, end, uses)
        if isinstance(param.type, Scalar) and isinstance(end, Const) and isinstance(end.type, Scalar):
            return Carried("reset", value=end)
        if not isinstance(param.type, Scalar) and end is not param and not self.unread(param, end, uses):
            raise Dependent(f"{name} is handed from turn to turn", self.place_of(end))
        if end in uses.versions:
            if uses.wrong or len(uses.folds) > 1:
                raise Dependent(f"each turn needs what the one before made of {name}", uses.read or self.place_of(end))
            return Carried("number", next(iter(uses.folds), "same"))
        if self.unread(param, end, uses):
            return Carried("last")
        raise Dependent(f"each turn needs what the one before made of {name}", uses.read or self.place_of(end))

    def unread(self, param: Var, end: Atom, uses: _Uses) -> bool:
        return not uses.wrong and not uses.folds and not uses.forms and len(uses.versions) == 1 and isinstance(end.type, Scalar)

    def array(self, param: Var, end: Atom, uses: _Uses) -> Carried:
        name = shown(param.hint)
        if end not in uses.versions:
            raise Dependent(f"each turn makes another array {name}", self.place_of(end))
        if uses.wrong:
            raise Dependent(f"{uses.wrong} {name}, which other turns write", uses.read)
        if not uses.writes:
            return Carried("own")
        for axis in sorted(set.intersection(*map(set, uses.forms))):
            steps, lowest, highest = zip(*(form[axis] for form in uses.forms), strict=True)
            if len(set(steps)) == 1 and max(highest) - min(lowest) < abs(steps[0]):
                return Carried("own", least=min(lowest) if steps[0] > 0 else -(2**62))
        assert isinstance(param.type, Array)
        if uses.adds and param.type.dtype in ("f64", "f32"):
            return Carried("sum")
        where = next((place for place, form in zip(uses.places, uses.forms, strict=True) if not form), uses.places[-1])
        raise Dependent(f"turns may meet at the same place of {name}", where)

    def place_of(self, end: Atom) -> Place | None:
        made = self.definition.get(end) if isinstance(end, Var) else None
        return made.place if made is not None and made.place is not None else self.loop.place

    # the walk

    def region(self, region: Region, uses: _Uses) -> None:
        for node in region.nodes:
            self.node(node, uses)

    def node(self, node: Node, uses: _Uses) -> None:
        named = [k for k, arg in enumerate(node.args) if arg in uses.versions]
        if node.op == "if":
            self.branch(node, uses)
        elif node.op in ("for", "while"):
            self.inner_loop(node, uses, named)
        elif named and node.op in ("store", "accumulate", "index") and named == [0]:
            self.access(node, uses)
        elif named and SHAPE_OPERAND.get(node.op) in named and len(named) == 1:
            pass
        elif named and not isinstance(node.args[named[0]].type, Array) and self.folds(node, named):
            uses.folds.add(FOLDS[node.op])
            uses.versions.update(node.outs)
        elif named:
            uses.fail("it reads all of", node.place)

    @staticmethod
    def folds(node: Node, named: list[int]) -> bool:
        if node.op not in FOLDS or len(named) != 1 or len(node.args) != 2:
            return False
        return named == [0] or node.op in ("add", "mul", "maximum", "minimum")

    def branch(self, node: Node, uses: _Uses) -> None:
        for arm in node.regions:
            self.region(arm, uses)
        for k, out in enumerate(node.outs):
            through = [arm.yields[k] in uses.versions for arm in node.regions]
            if all(through):
                uses.versions.add(out)
            elif any(through):
                uses.fail("a branch hands on", node.place)
        if node.args[0] in uses.versions:
            uses.fail("a branch asks for", node.place)

    def inner_loop(self, node: Node, uses: _Uses, named: list[int]) -> None:
        body, inits, params, yields = loop_parts(node)
        first = len(node.args) - len(inits)
        if any(k < first for k in named):
            uses.fail("a loop asks for", node.place)
        through = [k for k, init in enumerate(inits) if init in uses.versions]
        for region in node.regions:
            shift = len(region.params) - len(inits)
            uses.versions.update(region.params[shift + k] for k in through)
        for region in node.regions:
            self.region(region, uses)
        for k, (end, out) in enumerate(zip(yields, node.outs, strict=True)):
            if k in through and end in uses.versions:
                uses.versions.add(out)
            elif k in through or end in uses.versions:
                uses.fail("an inner loop hands on", node.place)
        if node.op == "while" and node.regions[0].yields[0] in uses.versions:
            uses.fail("a loop asks for", node.place)

    def access(self, node: Node, uses: _Uses) -> None:
        uses.forms.append(dict(self.forms(node)))
        uses.places.append(node.place)
        if node.op == "index":
            uses.adds = False
            return
        uses.adds, uses.writes = uses.adds and node.op == "accumulate", True
        uses.versions.update(node.outs)

    def forms(self, node: Node) -> Iterator[tuple[int, _Form]]:
        """The axes that this node indexes by a * i + c, or by a slice between two such."""
        operands = iter(node.args[1 if node.op == "index" else 2 :])
        axis = 0
        for code in node.attrs["pattern"]:
            taken = [next(operands) for _ in range({"i": 1, "a": 1, "s": 3}.get(code, 0))]
            if code == "i" and (form := self.affine(taken[0])) is not None and form[0]:
                yield axis, (*form, form[1])
            if code == "s" and (span := self.span(*taken)) is not None:
                yield axis, span
            axis += code != "n"

    def span(self, start: Atom, stop: Atom, step: Atom) -> _Form | None:
        """The places of a slice that moves along with the index."""
        first, last = self.affine(start), self.affine(stop)
        plain = isinstance(step, Const) and step.value in (None, 1)
        if not plain or first is None or last is None or not first[0] or first[0] != last[0]:
            return None
        return first[0], first[1], max(first[1], last[1] - 1)

    def affine(self, atom: Atom) -> tuple[int, int] | None:
        """(a, c) of a value that is a * i + c."""
        if isinstance(atom, Const):
            return (0, atom.value) if isinstance(atom.value, int) else None
        if atom is self.index:
            return 1, 0
        node = self.definition.get(atom)
        if node is None or node.op not in ("add", "sub", "mul", "pos", "cast"):
            return None
        parts = [self.affine(arg) for arg in node.args]
        if any(part is None for part in parts):
            return None
        (a, c), (b, d) = (parts + [(0, 0)])[:2]  # type: ignore[misc]
        if node.op == "mul":
            return (a * d + b * c, c * d) if a == 0 or b == 0 else None
        return (a - b, c - d) if node.op == "sub" else (a + b, c + d)


__all__ = ["Carried", "Dependent", "check", "judge"]
