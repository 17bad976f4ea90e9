"""Together: a recursion's way back is walked on the way forward where it waits for nothing. Slots still unthreaded.

The adjoint of a call that a sum collects is known before the call is made: `total += w * f(child)` hands down `w` times its own. Then
one function computes the value and adds to the adjoints at once, and nothing of the recursion is taped. The mirror image of each
statement moves up to the statement itself: an `if` into its `if`, a loop that only adds into its loop, a call into its call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from difflang.ir import Atom, Const, Node, Region, Var, free_vars, substitute, walk
from difflang.op import row
from difflang.records import dataclass, field, replace

from .activity import loop_parts
from .chains import only_added_to, through


@dataclass(frozen=True, eq=False)
class Both:
    """A function that is both halves of a pair. `needs`: what the backward half is given again, before the adjoints."""

    forward: str
    backward: str
    key: str
    needs: int
    finals: int  # written parameters of the forward half
    arrays: int  # adjoints of arrays, last among what the backward half is given and gives back


class Waiting(Exception):
    """The way back begins with something that the way forward has to finish first."""


def together(forward: Region, backward: Region, both: Sequence[Both]) -> Region | None:
    """Both regions as one that yields what both do, without a tape, or None."""
    walker = _Walk(both)
    try:
        nodes = walker.nodes(forward.nodes, backward.nodes)
    except Waiting:
        return None
    return Region(forward.params, nodes, (*forward.yields, *map(walker.get, backward.yields)))


def calls_together(forward: Sequence[Node], backward: Sequence[Node], both: Sequence[Both]) -> tuple[Node, ...]:
    """The nodes of both sweeps, one after the other, calls of two halves made one where possible."""
    keys = {pair.key for pair in both}
    nodes = _Walk(both, partial=True).nodes(forward, backward)
    found = any(node.op == "call" and node.attrs["callee"] in keys for node in nodes)
    return nodes if found else (*forward, *backward)


def half(both: Sequence[Both], node: Node, side: str) -> Both | None:
    """The pair that a call calls one side of."""
    if node.op != "call":
        return None
    return next((pair for pair in both if getattr(pair, side) == node.attrs["callee"]), None)


def adding(both: Sequence[Both], region: Region) -> Region:
    """The region with what a backward half does to the adjoints of arrays said as what it is: adding."""
    nodes = []
    for node in region.nodes:
        pair = half(both, node, "backward")
        if pair is not None and pair.arrays:
            given, cut = len(node.args) - pair.arrays, len(node.outs) - pair.arrays
            nodes.append(replace(node, args=node.args[:given], outs=node.outs[:cut]))
            sums = zip(node.args[given:], node.outs[cut:], strict=True)
            nodes += [Node("accumulate", (bar, Const(0.0, bar.type)), (out,), {"pattern": ()}) for bar, out in sums]
        else:
            nodes.append(replace(node, regions=tuple(adding(both, inner) for inner in node.regions)))
    return replace(region, nodes=tuple(nodes))


class _Chains:
    """Adjoints that a list of nodes only adds to, one node after the other: in which order is free."""

    def __init__(self, both: Sequence[Both], nodes: Sequence[Node]) -> None:
        uses = Counter(a for node in nodes for a in (*node.args, *(v for region in node.regions for v in free_vars(region))))
        self.root: dict[Atom, Atom] = {}
        self.links: dict[Node, dict[Atom, Var]] = {}
        self.last: dict[Atom, Atom] = {}  # the end of each chain
        for node in nodes:
            for before, after in _links(both, node):
                if uses[before] == 1:
                    root = self.root[after] = self.root.get(before, before)
                    self.links.setdefault(node, {})[before] = after
                    self.last[root] = after

    def stands_for(self, made: Node, node: Node) -> None:
        """A node takes the place of another in its chains."""
        if node in self.links:
            self.links[made] = self.links[node]

    def start(self, node: Node, atom: Atom) -> Atom:
        """What a node really waits for where it asks a value: not for those that add to it before."""
        return self.root.get(atom, atom) if atom in self.links.get(node, {}) else atom

    def asked(self, node: Node, atom: Atom) -> list[Atom]:
        """What must be there where a node asks a value: of a chain that it is no link of all the links."""
        if atom in self.links.get(node, {}) or atom not in self.root:
            return [self.start(node, atom)]
        return [after for after, root in self.root.items() if root is self.root[atom]]

    def tied(self, nodes: Sequence[Node]) -> tuple[list[Node], dict[Var, Atom]]:
        """(the nodes, in the order given, each adding to what those before it gave; what the ends of the chains are now)."""
        now: dict[Atom, Atom] = {}
        found = []
        for node in nodes:
            links = self.links.get(node, {})
            roots = {before: self.root.get(before, before) for before in links}
            names = {before: now.get(root, root) for before, root in roots.items() if isinstance(before, Var)}
            ended = [v for v in _asked(node) if v in self.root and v not in links]
            names |= {v: now.get(self.root[v], v) for v in ended}
            found.append(substitute(Region((), (node,), ()), names, fresh=False).nodes[0] if names else node)
            now.update({roots[before]: after for before, after in links.items()})
        return found, {last: now[root] for root, last in self.last.items() if isinstance(last, Var) and now.get(root, last) is not last}


def _links(both: Sequence[Both], node: Node) -> Iterable[tuple[Atom, Var]]:
    """(an adjoint before a node, after it) where the node only adds to it."""
    pair = half(both, node, "backward")
    if pair is not None:
        yield from zip(node.args[len(node.args) - pair.arrays :], node.outs[len(node.outs) - pair.arrays :], strict=True)
    elif node.op == "accumulate":
        yield node.args[0], node.out
    elif node.op in ("if", "for") and not node.attrs.get("exits"):
        regions = [adding(both, region) for region in node.regions]
        for k, out in enumerate(node.outs):
            if node.op == "for":
                _, inits, params, yields = loop_parts(replace(node, regions=tuple(regions)))
                if only_added_to(regions[0], params[k], yields[k]):
                    yield inits[k], out
            else:
                asked = [v for v in free_vars(node.regions[0]) if v.type == out.type]
                yield from ((v, out) for v in asked if all(through(arm, v, arm.yields[k]) for arm in regions))


@dataclass(eq=False)
class _Walk:
    both: Sequence[Both]
    partial: bool = False  # what cannot be moved up stays behind
    tape: dict[Any, Atom] = field(default_factory=dict)  # what has been recorded in a slot
    same: dict[Var, Atom] = field(default_factory=dict)

    def nodes(self, forward: Sequence[Node], backward: Sequence[Node]) -> tuple[Node, ...]:
        """One list of nodes for both."""
        first: list[Node] = []
        for node in forward:
            if node.op == "tape_write" and not self.partial:
                self.tape[node.attrs["slot"]] = node.args[0]
            else:
                first.append(node)
        level = _Level(self, first, _Chains(self.both, backward))
        for node in backward:
            level.place(node)
        return level.nodes()

    def get(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in self.same:
            atom = self.same[atom]
        return atom

    def tapes(self, node: Node) -> bool:
        """Whether a node reads the tape, or calls a half, anywhere inside."""
        keys = {k for pair in self.both for k in (pair.forward, pair.backward)}
        return any(n.op in ("tape_read", "tape_write") or (n.op == "call" and n.attrs["callee"] in keys) for n in (node, *_inside(node)))


def _asked(node: Node) -> set[Var]:
    """The variables of outside that a node asks."""
    return {*(a for a in node.args if isinstance(a, Var)), *(v for region in node.regions for v in free_vars(region))}


def _inside(node: Node) -> Iterable[Node]:
    for region in node.regions:
        yield from walk(region)


class _Level:
    """One list of nodes while the mirror image is sorted into it: each node before the first forward one that it does not wait for."""

    def __init__(self, owner: _Walk, forward: Sequence[Node], chains: _Chains) -> None:
        self.owner = owner
        self.chains = chains
        self.forward = list(forward)
        self.before: list[list[Node]] = [[] for _ in range(len(forward) + 1)]
        self.at: dict[Atom, int] = {out: k + 1 for k, node in enumerate(forward) for out in node.outs}
        self.known: dict[object, Var] = {}
        for node in () if owner.partial else forward:
            if (key := _computed(node)) is not None:
                self.known.setdefault(key, node.out)
        self.called = [k for k, node in enumerate(forward) if half(owner.both, node, "forward")]

    def nodes(self) -> tuple[Node, ...]:
        found: list[Node] = []
        for k, earlier in enumerate(self.before):
            found += [*earlier, *self.forward[k : k + 1]]
        if not self.owner.partial and any(map(self.owner.tapes, found)):
            raise Waiting
        found, ends = self.chains.tied(found)
        self.owner.same.update(ends)
        return tuple(found)

    def place(self, node: Node) -> None:
        """Put one node of the mirror image where it belongs."""
        if node.op == "tape_read" and not self.owner.partial:
            if node.attrs["slot"] not in self.owner.tape:
                raise Waiting
            self.owner.same[node.out] = self.owner.tape[node.attrs["slot"]]
            return
        made = substitute(Region((), (node,), ()), self._names(node), fresh=False).nodes[0]
        self.chains.stands_for(made, node)
        node = made
        key = _computed(node)
        if key is not None and key in self.known:
            self.owner.same[node.out] = self.known[key]
        elif not self.owner.tapes(node):
            self.enter(node, len(self.forward) if node.op == "check" else self.when(node))
        elif not self.joined(node):
            if not self.owner.partial:
                raise Waiting
            self.enter(node, len(self.forward))

    def _names(self, node: Node) -> dict[Var, Atom]:
        return {v: new for v in _asked(node) if (new := self.owner.get(v)) is not v}

    def enter(self, node: Node, position: int) -> None:
        self.before[position].append(node)
        self.at.update(dict.fromkeys(node.outs, position))

    def when(self, node: Node) -> int:
        """Before which forward node all that a node asks is there."""
        asked = {*node.args, *(v for region in node.regions for v in free_vars(region))}
        return max((self.at.get(one, 0) for a in asked for one in self.chains.asked(node, a)), default=0)

    def joined(self, node: Node) -> bool:
        """Whether the mirror image of a forward node was made one with it."""
        if node.op == "call":
            return self.join_call(node)
        for k in range(len(self.forward) - 1, -1, -1):
            other = self.forward[k]
            if not self.owner.partial and _mirrors(other, node):
                made = self.join_if(other, node) if node.op == "if" else self.join_loop(other, node)
                self.chains.stands_for(made, node)
                if self.when(made) > k:
                    raise Waiting
                self.forward[k] = made
                self.at.update(dict.fromkeys(node.outs, k + 1))
                return True
        return False

    def join_if(self, first: Node, second: Node) -> Node:
        arms = []
        for one, other in zip(first.regions, second.regions, strict=True):
            nodes = self.owner.nodes(one.nodes, other.nodes)
            arms.append(Region((), nodes, (*one.yields, *map(self.owner.get, other.yields))))
        return replace(first, outs=(*first.outs, *second.outs), regions=tuple(arms))

    def join_loop(self, first: Node, second: Node) -> Node:
        body, inits, params, yields = loop_parts(first)
        back, back_inits, back_params, back_yields = loop_parts(second)
        plain = adding(self.owner.both, back)
        if not all(only_added_to(plain, p, y) for p, y in zip(back_params, back_yields, strict=True)):
            raise Waiting
        self.owner.same[back.params[0]] = body.params[0]
        nodes = self.owner.nodes(body.nodes, back.nodes)
        ends = (*yields, *map(self.owner.get, back_yields))
        region = Region((body.params[0], *params, *back_params), nodes, ends)
        args = (*first.args[:3], *inits, *back_inits)
        return replace(first, args=args, outs=(*first.outs, *second.outs), regions=(region,))

    def join_call(self, node: Node) -> bool:
        pair = half(self.owner.both, node, "backward")
        if pair is None or not self.called:
            return False
        k = self.called.pop()
        first = self.forward[k]
        if first.attrs["callee"] != pair.forward or self.when(node) > k:
            return False
        results, bars = len(first.outs) - pair.finals, len(node.outs) - pair.arrays
        outs = (*first.outs[:results], *node.outs[:bars], *first.outs[results:], *node.outs[bars:])
        args = (*first.args, *node.args[pair.needs :])
        self.forward[k] = replace(first, args=args, outs=outs, attrs={**first.attrs, "callee": pair.key})
        self.chains.stands_for(self.forward[k], node)
        self.at.update(dict.fromkeys(node.outs, k + 1))
        return True


def _mirrors(one: Node, other: Node) -> bool:
    """Whether a structured node is the mirror image of another."""
    if one.op != other.op or any(one.attrs.get(name) or other.attrs.get(name) for name in ("exits", "parallel")):
        return False
    if one.op == "if":
        return one.args == other.args
    return one.op == "for" and one.args[:3] == other.args[:3] and bool(one.attrs.get("reverse")) != bool(other.attrs.get("reverse"))


def _computed(node: Node) -> object:
    """What a node of numbers computes, if it may be had from another that computes the same."""
    if node.regions or node.op in ("call", "tape_read", "tape_write") or len(node.outs) != 1:
        return None
    if row(node.op).kind != "elementwise" and node.op not in ("dim", "size"):
        return None
    return node.op, node.args, tuple(sorted(node.attrs.items())), node.out.type


__all__ = ["Both", "calls_together", "together"]
