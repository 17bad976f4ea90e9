"""Abreast: turns of a loop whose inner loops add up numbers run side by side. Owned in, owned out.

    for j in range(n):                     for j in range(0, n - n % 8, 8):
        s = 0.0                                s0 = s1 = ... = 0.0
        for i in range(m):         ->          for i in range(m):
            s += a[i] * b[i, j]                    s0 += a[i] * b[i, j]
        c[j] = s                                   s1 += a[i] * b[i, j + 1]
                                                   ...
                                               c[j] = s0
                                               c[j + 1] = s1
                                               ...

A sum waits for its last addition in every turn; eight sums of eight turns need not wait for each other, and often lie in the lanes of a
vector. Each number is computed as before, in its own order. What comes after the inner loop stays one turn after the other. The turns
that are left over come behind. Where an index might lie outside of its array, which is asked before, the loop is left as it stands.
Nobody reads such text: it is for the code generator.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import partial

from difflang.ir import Atom, Const, Node, Program, Region, Var, const, free_vars, substitute, walk
from difflang.op import row
from difflang.records import replace
from difflang.types import INT, Scalar

from .carry import carry
from .needed import may_raise
from .pack import Packs
from .shapes import Shapes

TURNS = 8
_LONGEST = 48
"""Nodes of a loop that is worth being written eight times."""
Maps = Sequence[dict[Var, Atom]]
"""For each of the turns abreast, its values for those of the loop's text."""


def abreast(program: Program) -> Program:
    """The program with such loops; the very program where there are none."""
    return program.with_bodies(lambda body: _Body(body).region(body, ()))


class _Body:
    """One function's."""

    def __init__(self, body: Region) -> None:
        self.body = body
        self.packs = Packs()
        self._shapes: Shapes | None = None

    @property
    def shapes(self) -> Shapes:
        self._shapes = self._shapes or Shapes(self.body)
        return self._shapes

    def is_length(self, atom: Atom, within: Container[Atom]) -> bool:
        """Whether a number is a constant int, or an array's length from before: sums of such do not overflow."""
        if isinstance(atom, Const):
            return atom.type == INT and abs(atom.value) < 2**31
        made = self.shapes.definition.get(atom)
        return atom not in within and made is not None and made.op == "dim"

    def region(self, region: Region, around: tuple[Node, ...]) -> Region:
        nodes: list[Node] = []
        for node in region.nodes:
            within = (*around, node) if node.op in ("for", "while") else around
            found = self.side_by_side(node.with_regions(partial(self.region, around=within)), around)
            nodes += [*self.packs.before.get(node, []), *found]
        return region.with_nodes(nodes)

    def side_by_side(self, loop: Node, around: tuple[Node, ...]) -> list[Node]:
        """The loop, or what is asked, and the choice between turns abreast and the loop."""
        if not _counts(loop) or not _has_one_loop(loop.regions[0]) or sum(1 for _ in walk(loop.regions[0])) > _LONGEST:
            return [loop]
        asked = _Questions(loop, {node.regions[0].params[0] for node in around if node.op == "for"})
        body = carry(asked.settled(self))
        inner = _sums(body)
        if inner is None or not asked.of(body.nodes[: inner + 1]):
            return [loop]
        count = asked.emit("sub", loop.args[1], loop.args[0])
        rest = asked.emit("sub", loop.args[1], asked.emit("mod", count, const(TURNS)))
        asked.ask("greater_equal", count, const(TURNS))
        first, truths = self.packs.packed(body.nodes[: inner + 1], loop, around, self.shapes)
        for truth in truths:
            asked.all = asked.emit("logical_and", asked.all, truth)
        body = body.with_nodes((*first, *body.nodes[inner + 1 :]))
        main = _abreast(replace(loop, regions=(body,)), inner, rest)
        attrs = {"least": loop.args[0].value} if isinstance(loop.args[0], Const) else {}
        behind = _copy(replace(loop, args=(rest, loop.args[1], const(1), *main.outs), attrs=attrs))
        plain = _copy(loop)
        arms = Region((), (main, behind), behind.outs), Region((), (plain,), plain.outs)
        return [*asked.nodes, Node("if", (asked.all,), loop.outs, {}, arms, loop.place, loop.role)]


def _counts(loop: Node) -> bool:
    return loop.op == "for" and loop.args[2] == const(1) and not any(loop.attrs.values())


def _has_one_loop(body: Region) -> bool:
    return [node.op for node in body.nodes if node.op in ("for", "while", "call")] == ["for"]


def _copy(node: Node) -> Node:
    return substitute(Region((), (node,), node.outs), {}).nodes[0]


def _sums(body: Region) -> int | None:
    """The position of the only inner loop, if it adds up floats that nothing of other turns flows into."""
    inner = next(k for k, node in enumerate(body.nodes) if node.op == "for")
    if not _adds(body.nodes[inner]) or any(node.regions for node in body.nodes[:inner]):
        return None
    carried = set(body.params[1:])
    reads = [node for node in body.nodes[:inner] if node.op == "index" and node.args[0] in carried and _is_own(node, body, inner)]
    others = Region((), tuple(node for node in body.nodes[: inner + 1] if node not in reads), ())
    return None if carried & set(free_vars(others)) else inner


def _is_own(read: Node, body: Region, inner: int) -> bool:
    """Whether an array of the loop's is read where this turn alone writes: `carry` has put the write right behind the inner loop."""
    written = body.nodes[inner + 1] if inner + 1 < len(body.nodes) else None
    if written is None or written.op != "store" or written.args[0] is not read.args[0] or written.args[2:] != read.args[1:]:
        return False
    k = body.params.index(read.args[0]) - 1
    after = Region((), body.nodes[inner + 2 :], (*body.yields[:k], *body.yields[k + 1 :]))
    return body.params[0] in read.args and body.yields[k] is written.out and not {written.out, read.args[0]} & set(free_vars(after))


def _adds(loop: Node) -> bool:
    """Whether a loop and those in it carry numbers alone, one of them a float."""
    if not _counts(loop) or not all(isinstance(a.type, Scalar) for a in loop.args[3:]):
        return False
    if not any(isinstance(a.type, Scalar) and a.type.dtype in ("f64", "f32") for a in loop.args[3:]):
        return False
    return all(_adds(node) if node.op == "for" else not node.regions for node in loop.regions[0].nodes)


def _abreast(loop: Node, inner: int, rest: Atom) -> Node:
    """The loop over whole groups of turns."""
    (body,) = loop.regions
    counter, *carried = (Var(p.hint, p.type) for p in body.params)
    nodes: list[Node] = []
    maps: list[dict[Var, Atom]] = []
    for turn in range(TURNS):
        at = counter if turn == 0 else Var(counter.hint, counter.type)
        if turn:
            nodes.append(Node("add", (counter, const(turn)), (at,), place=loop.place))
        maps.append({body.params[0]: at, **dict(zip(body.params[1:], carried, strict=True))})
    nodes += _merged(body.nodes[: inner + 1], maps)
    now: tuple[Atom, ...] = tuple(carried)
    for own in maps:
        after = substitute(Region((), body.nodes[inner + 1 :], body.yields), {**own, **dict(zip(body.params[1:], now, strict=True))})
        nodes += after.nodes
        now = after.yields
    outs = tuple(Var(out.hint, out.type) for out in loop.outs)
    args = (loop.args[0], rest, const(TURNS), *loop.args[3:])
    return Node("for", args, outs, {}, (Region((counter, *carried), tuple(nodes), now),), loop.place, loop.role)


def _merged(nodes: Sequence[Node], maps: Maps) -> list[Node]:
    """The nodes of all turns, those of one kind together; what is the same in all of them is computed once."""
    made: list[Node] = []
    for node in nodes:
        if node.op == "for":
            made.append(_loop(node, maps))
            continue
        operands = [tuple(_get(own, a) for a in node.args) for own in maps]
        for own, args in zip(maps, operands, strict=True):
            if args != operands[0] or own is maps[0]:
                made.append(replace(node, args=args, outs=(Var(node.out.hint, node.out.type),)))
            own[node.out] = made[-1].out
    return made


def _loop(loop: Node, maps: Maps) -> Node:
    """An inner loop that carries the numbers of every turn."""
    (body,) = loop.regions
    counter = Var(body.params[0].hint, body.params[0].type)
    inits = [_get(own, a) for a in loop.args[3:] for own in maps]
    params, outs = [], []
    for own in maps:
        own[body.params[0]] = counter
    for param in body.params[1:]:
        for own in maps:
            own[param] = Var(param.hint, param.type)
            params.append(own[param])
    nodes = _merged(body.nodes, maps)
    yields = tuple(_get(own, y) for y in body.yields for own in maps)
    for out in loop.outs:
        for own in maps:
            own[out] = Var(out.hint, out.type)
            outs.append(own[out])
    inner = Region((counter, *params), tuple(nodes), yields)  # type: ignore[arg-type]
    return replace(loop, args=(*(_get(maps[0], a) for a in loop.args[:3]), *inits), outs=tuple(outs), regions=(inner,))


def _get(own: dict[Var, Atom], atom: Atom) -> Atom:
    return own.get(atom, atom) if isinstance(atom, Var) else atom


_Terms = tuple[tuple[tuple[int, Atom], ...], int]
"""A sum: signs and values, and what is added to them."""


class _Questions:
    """What has to hold, asked before the loop, so that no turn fails: each index within its array."""

    def __init__(self, loop: Node, counters: set[Var]) -> None:
        (body,) = loop.regions
        self.body = body
        self.nodes: list[Node] = []
        self.all: Atom = const(True)
        self.within = {out for node in walk(body) for out in node.outs}
        self.before = dict(zip(body.params[1:], loop.args[3:], strict=True))
        self.spans: dict[Atom, tuple[Atom, Atom]] = {body.params[0]: (loop.args[0], loop.args[1])}
        self.counters: set[Atom] = {*counters, body.params[0]}
        self.made: dict[Atom, Node] = {}
        self.asked: set[tuple[object, ...]] = set()

    def settled(self, function: _Body) -> Region:
        """The body of the loop without the lengths, and their sums, that are the same in every turn: they are asked before."""
        moved: dict[Var, Atom] = {}

        def stay(region: Region) -> Region:
            return region.with_nodes([node.with_regions(stay) for node in region.nodes if not self._moves(node, moved, function)])

        settled = stay(self.body)
        self.within -= moved.keys()
        return substitute(settled, moved, fresh=False) if moved else settled

    def _moves(self, node: Node, moved: dict[Var, Atom], function: _Body) -> bool:
        """Whether a node is computed before the loop: a length of an array that has it from there, or a sum of such."""
        args = tuple(_get(moved, a) for a in node.args)
        if node.op == "dim":
            args = (function.shapes.root(array) if (array := args[0]) in self.within or array in self.before else array,)
            if args[0] in self.within or args[0] in self.before:
                return False
        elif node.op not in ("add", "sub") or not all(a in moved.values() or function.is_length(a, self.within) for a in args):
            return False
        out = Var(node.out.hint, node.out.type)
        self.nodes.append(replace(node, args=args, outs=(out,)))
        moved[node.out] = out
        return True

    def emit(self, op: str, *args: Atom) -> Atom:
        if op in ("add", "sub") and args[1] == const(0):
            return args[0]
        out = Var("t", row(op).type_of_result([a.type for a in args], {}))
        self.nodes.append(Node(op, args, (out,)))
        return out

    def ask(self, relation: str, one: Atom, other: Atom) -> None:
        truth = self.emit(relation, one, other)
        self.all = truth if self.all == const(True) else self.emit("logical_and", self.all, truth)

    def of(self, nodes: Sequence[Node]) -> bool:
        """Ask for all that these nodes do; whether nothing else in them can fail."""
        for node in nodes:
            self.made.update((out, node) for out in node.outs)
            if node.op == "for":
                counter = node.regions[0].params[0]
                if any(bound in self.within or bound in self.counters for bound in node.args[:2]):
                    return False
                self.spans[counter] = (node.args[0], node.args[1])
                self.counters.add(counter)
                fine = self.of(node.regions[0].nodes)
            else:
                fine = self._reads(node) if node.op == "index" else self._computes(node)
            if not fine:
                return False
        return True

    def _computes(self, node: Node) -> bool:
        """Whether a node can do nothing but compute a number. Sums of counters do not overflow where arrays have places for them."""
        if len(node.outs) != 1 or node.regions or not all(isinstance(v.type, Scalar) for v in (*node.args, *node.outs)):
            return False
        return not may_raise(node) or (node.out.type == INT and self._terms(node.out) is not None)

    def _reads(self, node: Node) -> bool:
        """An element of an array from before the loop."""
        array, *at = node.args
        array = self.before.get(array, array)  # type: ignore[arg-type]
        if array in self.within or any(code != "i" for code in node.attrs["pattern"]):
            return False
        for axis, index in enumerate(at):
            terms = self._terms(index)
            if terms is None:
                return False
            self._within(terms, array, axis)
        return True

    def _within(self, terms: _Terms, array: Atom, axis: int) -> None:
        key = (*terms, array, axis)
        if key in self.asked:
            return
        self.asked.add(key)
        size = Var("n", INT)
        self.nodes.append(Node("dim", (array,), (size,), {"axis": axis}))
        for last, relation, bound in ((False, "greater_equal", const(0)), (True, "less", size)):
            self.ask(relation, self._end(terms, last), bound)

    def _end(self, terms: _Terms, last: bool) -> Atom:
        """The least of a sum, or the greatest."""
        total: Atom = const(0)
        plus = terms[1]
        for sign, value in terms[0]:
            first, end = self.spans.get(value, (value, None))
            if end is not None and last == (sign > 0):
                first, plus = end, plus - sign
            if isinstance(first, Const):
                plus += sign * first.value
            elif sign < 0:
                total = self.emit("sub", total, first)
            else:
                total = first if total == const(0) else self.emit("add", total, first)
        if isinstance(total, Const):
            return const(total.value + plus)
        return self.emit("add", total, const(plus))

    def _terms(self, index: Atom) -> _Terms | None:
        """An index taken apart: a value from before the loop, or a sum of counters and a constant."""
        if isinstance(index, Const):
            return None if index.value < 0 else ((), index.value)
        node = self.made.get(index)
        if node is None:
            return None if index in self.before else (((1, index),), 0)
        if node.op not in ("add", "sub"):
            return None
        sides = [((), a.value) if isinstance(a, Const) else self._terms(a) for a in node.args]
        one, other = sides
        if one is None or other is None or not all(v in self.counters for _, v in (*one[0], *other[0])):
            return None
        sign = 1 if node.op == "add" else -1
        return (*one[0], *((sign * s, v) for s, v in other[0])), one[1] + sign * other[1]
