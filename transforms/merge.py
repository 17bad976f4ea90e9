"""Merge: the forward and the reverse sweep of a loop become one loop. Owned in, owned out.

Where no turn of the reverse sweep waits for another one (it only adds to adjoints), or no turn of the forward sweep does (it only
fills the tape), the two can be run turn by turn: first the primal of a turn, then its mirror image. What a turn records is read in
the same turn, so the tape loses the loop's axis: a number on it becomes a plain value, a row of numbers one row used again and again.

Sums are then collected in the order of the forward sweep. What the reverse sweep starts from must be known before the forward one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial

from difflang.ir import UNDEF, Atom, Node, Program, Region, Var, free_vars, walk
from difflang.records import dataclass, replace
from difflang.types import Array, Scalar, Stack

from .activity import loop_parts
from .chains import only_added_to
from .transport import renamed


Carried = tuple[Atom, Var, Atom, Var]
"""What goes round a loop: its initial value, parameter, yield and result."""


def merge(program: Program) -> Program:
    """The program with sweeps merged where that is possible; the very program where it is nowhere."""
    return program.with_bodies(_region)


def _region(region: Region) -> Region:
    region = region.with_nodes([node.with_regions(_region) for node in region.nodes])
    while (merged := _merge_one(region)) is not None:
        region = merged
    return region


def _merge_one(region: Region) -> Region | None:
    """The region with the first pair that can be merged, merged."""
    loops = [(k, node) for k, node in enumerate(region.nodes) if node.op == "for" and not node.attrs.get("exits")]
    asked = {m: {*loop.args, *free_vars(loop.regions[0])} for m, loop in loops}
    uses = cache(partial(_uses, region))
    for k, forward in loops:
        for m, backward in loops:
            if m > k and _mirrors(forward, backward, asked[m]):
                pair = _Pair.found(region, k, m, uses)
                if pair is not None:
                    return pair.merged()
    return None


def _mirrors(one: Node, other: Node, asked: set[Atom]) -> bool:
    """Whether two loops run over the same range in opposite directions, the second reading (`asked`) what the first made."""
    same = one.args[:3] == other.args[:3] and bool(one.attrs.get("reverse")) != bool(other.attrs.get("reverse"))
    return same and not asked.isdisjoint(one.outs)


@dataclass
class _Pair:
    """Two loops of one region that can be merged."""

    region: Region
    at: tuple[int, int]
    rows: list[int]  # positions among what the forward loop carries: arrays of the tape
    stacks: list[tuple[int, int]]  # positions in the forward and the backward loop: stacks of the tape
    kept: list[int]  # the rest of what the forward loop carries
    forwards: bool  # which way the merged loop runs

    @staticmethod
    def found(region: Region, k: int, m: int, counted: Callable[[], Counter[Atom]]) -> _Pair | None:
        forward, backward = region.nodes[k], region.nodes[m]
        uses = counted()
        inside = set(free_vars(backward.regions[0]))
        rows, stacks, kept = [], [], []
        for position, out in enumerate(forward.outs):
            if isinstance(out.type, Stack) and out in backward.args[3:]:
                other = backward.args.index(out) - 3
                if not _is_own_stack(region, uses, forward, position, backward.outs[other]):
                    return None
                stacks.append((position, other))
            elif out in inside:
                if not _is_row(region, uses, forward, position, backward):
                    return None
                rows.append(position)
            elif out in backward.args:
                return None
            else:
                kept.append(position)
        popped = {other for _, other in stacks}
        body, _, params, yields = loop_parts(backward)
        carried = [(p, y) for j, (p, y) in enumerate(zip(params, yields, strict=True)) if j not in popped]
        forwards = all(only_added_to(body, p, y) for p, y in carried)
        if not forwards and kept:
            return None
        pair = _Pair(region, (k, m), rows, stacks, kept, forwards)
        return None if pair.waits() else pair

    def waits(self) -> bool:
        """Whether the backward loop begins with something that the forward loop has to finish first."""
        late = self.late()
        backward = self.region.nodes[self.at[1]]
        tape = {self.region.nodes[self.at[0]].outs[p] for p in (*self.rows, *(p for p, _ in self.stacks))}
        asked = {*backward.args, *free_vars(backward.regions[0])} - tape
        return not asked.isdisjoint(late)

    def late(self) -> set[Atom]:
        """What the forward loop gives, and all that is computed of it before the backward loop."""
        k, m = self.at
        late: set[Atom] = set(self.region.nodes[k].outs)
        for node in self.region.nodes[k + 1 : m]:
            read = {*node.args, *(v for inner in node.regions for v in free_vars(inner))}
            if not read.isdisjoint(late):
                late.update(node.outs)
        return late

    def merged(self) -> Region:
        k, m = self.at
        nodes, late = self.region.nodes, self.late()
        before: list[Node] = []
        after: list[Node] = []
        for node in nodes[k + 1 : m]:
            read = {*node.args, *(v for inner in node.regions for v in free_vars(inner))}
            (after if not read.isdisjoint(late) or node.op == "check" else before).append(node)
        made, loop = self.loop()
        return replace(self.region, nodes=(*nodes[:k], *before, *made, loop, *after, *nodes[m + 1 :]))

    def loop(self) -> tuple[list[Node], Node]:
        """(what makes the rows of the tape, the merged loop)."""
        forward, backward = (self.region.nodes[k] for k in self.at)
        body, inits, params, yields = loop_parts(forward)
        back, back_inits, back_params, back_yields = loop_parts(backward)
        back = renamed(back, {back.params[0]: body.params[0]})
        shorter = _Shorter()
        made: list[Node] = []
        rows: list[Carried] = []
        for p in self.rows:
            created = next(node for node in self.region.nodes if inits[p] in node.outs)
            row = shorter.var(params[p])
            if isinstance(row, Var):
                start = Var(params[p].hint, row.type)
                made.append(replace(created, args=created.args[1:], outs=(start,)))
                rows.append((start, row, UNDEF, Var(params[p].hint, row.type)))
        first = shorter.nodes(body.nodes)
        ends = {p: shorter.get(yields[p]) for p in self.rows}
        for p in self.rows:
            shorter.short[forward.outs[p]] = ends[p]
        rows = [(start, row, end, out) for (start, row, _, out), end in zip(rows, (e for e in ends.values() if _is_array(e)), strict=True)]
        joined: dict[Var, Atom] = {back_params[j]: yields[p] for p, j in self.stacks}
        second = shorter.nodes(renamed(back, joined).nodes)
        carried: list[Carried] = [(inits[p], params[p], yields[p], forward.outs[p]) for p in self.kept]
        popped = {j: p for p, j in self.stacks}
        for j, out in enumerate(backward.outs):
            end = back_yields[j]
            end = joined.get(end, end) if isinstance(end, Var) else end
            own = popped.get(j)
            carried.append((back_inits[j], back_params[j], end, out) if own is None else (inits[own], params[own], end, out))
        carried += rows
        region = Region((body.params[0], *(c[1] for c in carried)), (*first, *second), tuple(shorter.get(c[2]) for c in carried))
        region, carried = _handed_over(region, carried)
        base = forward if self.forwards else backward
        args = (*forward.args[:3], *(c[0] for c in carried))
        return made, replace(base, args=args, outs=tuple(c[3] for c in carried), regions=(region,), place=forward.place, role=forward.role)


def _handed_over(region: Region, carried: list[Carried]) -> tuple[Region, list[Carried]]:
    """A stack that a turn pushes one value on and pops it from is that value."""
    kept = []
    mapping: dict[Var, Atom] = {}
    gone: set[Node] = set()
    for (init, param, _, out), end in zip(carried, region.yields, strict=True):
        push = next((n for n in region.nodes if n.op == "push" and n.args[0] is param), None)
        pop = next((n for n in region.nodes if n.op == "pop" and push and n.args[0] is push.out), None)
        if push is None or pop is None or pop.outs[0] is not end:
            kept.append((init, param, end, out))
            continue
        gone |= {push, pop}
        mapping[pop.outs[1]] = mapping.get(push.args[1], push.args[1]) if isinstance(push.args[1], Var) else push.args[1]
    nodes = tuple(node for node in region.nodes if node not in gone)
    region = renamed(Region((region.params[0], *(c[1] for c in kept)), nodes, tuple(c[2] for c in kept)), mapping)
    return region, [(init, param, end, out) for (init, param, _, out), end in zip(kept, region.yields, strict=True)]


def _is_array(atom: Atom) -> bool:
    return isinstance(atom.type, Array)


def _uses(region: Region) -> Counter[Atom]:
    """How often each value is named in a region and the regions inside it."""
    uses: Counter[Atom] = Counter(region.yields)
    for node in walk(region):
        uses.update(node.args)
        for inner in node.regions:
            uses.update(inner.yields)
    return uses


def _made_by(region: Region, uses: Counter[Atom], value: Atom, op: str) -> bool:
    """Whether a value is made in this region by this op, for one reader alone."""
    return uses[value] == 1 and any(node.op == op and value in node.outs for node in region.nodes)


def _is_own_stack(region: Region, uses: Counter[Atom], forward: Node, position: int, end: Var) -> bool:
    """Whether a stack begins empty with the forward loop and ends, empty again, with the backward one."""
    started = _made_by(region, uses, forward.args[3 + position], "stack_new")
    return started and uses[forward.outs[position]] == 1 and uses[end] == 0


def _is_row(region: Region, uses: Counter[Atom], forward: Node, position: int, backward: Node) -> bool:
    """Whether an array is a tape: each turn of the forward loop writes its own row, each turn of the backward loop reads it."""
    out, init = forward.outs[position], forward.args[3 + position]
    body, _, params, yields = loop_parts(forward)
    if not isinstance(out.type, Array) or not _made_by(region, uses, init, "empty"):
        return False
    back = backward.regions[0]
    reads = [node for node in walk(back) if node.op == "index" and node.args[0] is out and _at(node, 1, back.params[0])]
    return len(reads) == uses[out] and _written_only(body, params[position], yields[position], body.params[0], out.type.rank)


def _at(node: Node, first: int, index: Var) -> bool:
    """Whether a node reads or writes one element, in the row of this index."""
    return node.args[first] is index and set(node.attrs["pattern"]) <= {"i"}


def _written_only(region: Region, row: Var, end: Atom, index: Var, rank: int) -> bool:
    """Whether a tape is written in its row and nothing else, through branches and, if it has further axes, loops."""
    now: Atom = row
    for node in region.nodes:
        named = now in node.args or any(now in free_vars(inner) or now in inner.yields for inner in node.regions)
        if not named:
            continue
        if node.op == "store" and node.args[0] is now and node.args.count(now) == 1 and _at(node, 2, index):
            now = node.out
            continue
        ways = [k for k, inner in enumerate(node.outs) if inner.type == row.type]
        found = [k for k in ways if _goes_through(node, k, now, index, rank)]
        if len(found) != 1:
            return False
        now = node.outs[found[0]]
    return now is end


def _goes_through(node: Node, k: int, now: Atom, index: Var, rank: int) -> bool:
    assert isinstance(now, Var)
    if node.op == "if":
        return now not in node.args and all(_written_only(arm, now, arm.yields[k], index, rank) for arm in node.regions)
    if node.op != "for" or rank == 1 or node.attrs.get("exits"):
        return False
    body, inits, params, yields = loop_parts(node)
    alone = node.args.count(now) == 1 and now not in free_vars(body)
    return inits[k] is now and alone and _written_only(body, params[k], yields[k], index, rank)


class _Shorter:
    """Rewrites nodes for tapes without their first axis. A tape of one axis becomes the number itself."""

    def __init__(self) -> None:
        self.short: dict[Var, Atom] = {}  # tapes
        self.same: dict[Var, Atom] = {}  # numbers read from them

    def get(self, atom: Atom) -> Atom:
        return self.short.get(atom, self.same.get(atom, atom)) if isinstance(atom, Var) else atom

    def var(self, tape: Var) -> Atom:
        """What stands for a tape at the head of the loop."""
        assert isinstance(tape.type, Array)
        rest = tape.type.dims[1:]
        self.short[tape] = Var(tape.hint, Array(tape.type.dtype, rest)) if rest else UNDEF
        return self.short[tape]

    def passed(self, tape: Var) -> Var:
        """What stands for a tape that comes out of a branch or is carried by an inner loop."""
        assert isinstance(tape.type, Array)
        rest = tape.type.dims[1:]
        made = Var(tape.hint, Array(tape.type.dtype, rest) if rest else Scalar(tape.type.dtype))
        self.short[tape] = made
        return made

    def nodes(self, nodes: Sequence[Node]) -> list[Node]:
        return [made for node in nodes if (made := self.node(node)) is not None]

    def node(self, node: Node) -> Node | None:
        if node.op in ("store", "index") and node.args[0] in self.short:
            return self.access(node)
        if not node.regions:
            return replace(node, args=tuple(map(self.get, node.args)))
        inits = node.args[3:] if node.op == "for" else ()
        through = [k for k in range(len(node.outs)) if self._passes(node, inits, k)]
        if node.op == "for":
            for k in through:
                self.passed(node.regions[0].params[1 + k])
        args = tuple(map(self.get, node.args))
        regions = tuple(self.region(region) for region in node.regions)
        outs = tuple(self.passed(out) if k in through else out for k, out in enumerate(node.outs))
        return replace(node, args=args, regions=regions, outs=outs)

    def _passes(self, node: Node, inits: Sequence[Atom], k: int) -> bool:
        """Whether the k-th result is a tape that went in."""
        if node.op == "for":
            return inits[k] in self.short
        if node.op != "if":
            return False
        return any(self._ends_in(arm, arm.yields[k]) for arm in node.regions)

    def _ends_in(self, arm: Region, atom: Atom) -> bool:
        """Whether a value of an arm is one of the tapes, written there or not."""
        while isinstance(atom, Var) and atom not in self.short:
            made = next((n for n in arm.nodes if atom in n.outs), None)
            if made is None or (made.op != "store" and made.op != "if"):
                return False
            if made.op == "if":
                position = made.outs.index(atom)
                return any(self._ends_in(inner, inner.yields[position]) for inner in made.regions)
            atom = made.args[0]
        return atom in self.short

    def region(self, region: Region) -> Region:
        nodes = tuple(self.nodes(region.nodes))
        params = tuple(p if (q := self.get(p)) is p or not isinstance(q, Var) else q for p in region.params)
        return Region(params, nodes, tuple(map(self.get, region.yields)))

    def access(self, node: Node) -> Node | None:
        tape = self.get(node.args[0])
        pattern = tuple(node.attrs["pattern"][1:])
        if node.op == "store":
            _, value, _, *rest = node.args
            if not rest:
                self.short[node.out] = value
                return None
            assert isinstance(tape.type, Array)
            made = Var(node.out.hint, tape.type)
            self.short[node.out] = made
            return replace(node, args=(tape, value, *rest), outs=(made,), attrs={**node.attrs, "pattern": pattern})
        _, _, *rest = node.args
        if rest:
            return replace(node, args=(tape, *rest), attrs={**node.attrs, "pattern": pattern})
        self.same[node.out] = tape
        return None
