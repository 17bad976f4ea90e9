"""Place: from values to memory. After it every write may take its operand's memory.

In an owned program a `store` makes a new array. Here each of them, and `accumulate`, `push`, `pop` and calls
of functions that write their parameters, gets to kill the operand it writes into: nobody reads that memory's old contents
afterwards. Where somebody would, a `copy` is put in: outside the loop if the value comes from outside, at
the push if it was kept on a stack, of the row if only a row is read later, else right before the write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from difflang.alias import Aliases, Copies, Shares, has_memory, kills, reads
from difflang.ir import Atom, Function, Node, Program, Region, Var
from difflang.records import dataclass, replace
from difflang.types import Array, Stack

from .stacks import pass_stacks
from ..retype import retype


def place(program: Program) -> Program:
    """The placed form of an owned program."""
    program = pass_stacks(program)
    shares: dict[str, Shares] = {}
    functions: dict[str, Function] = {}
    while True:
        before = dict(shares)
        for key, function in program.functions.items():
            placing = _Placing(function, program.functions, shares, entry=key == program.entry)
            functions[key] = placing.placed()
            shares[key] = placing.shares()
        if shares == before:
            return retype(replace(program, functions=functions))  # a copy lies otherwise than what it copies


@dataclass(frozen=True)
class _Write:
    """One write: the node, which operand it writes into, and what is read after it."""

    node: Node
    position: int
    target: Var
    live: frozenset[Var]
    loops: tuple[tuple[Node, Region], ...]  # around it, outermost first


class _Placing:
    """The placement of one function: copies are chosen first, then put in all at once."""

    def __init__(self, function: Function, functions: Mapping[str, Function], shares: Mapping[str, Shares], entry: bool) -> None:
        self.function, self.functions, self.known, self.entry = function, functions, shares, entry
        self.memo: dict[object, Aliases] = {}
        self.copies = Copies()
        self.choose()
        if not self.finals_in_place():
            # The copies chosen so far stay: they say which results lie in a parameter's memory.
            self.function = _written_back(function, self.aliases())
            self.choose()
        self.returned()

    def aliases(self, copies: Copies | None = None) -> Aliases:
        # A function that is not summed up yet shares nothing: sharing only grows until it is stable.
        copies = self.copies if copies is None else copies
        key = (id(self.function), frozenset(copies.operands), frozenset(copies.values))
        if key not in self.memo:
            self.memo[key] = Aliases(self.function, self.functions, self.summary, copies)
        return self.memo[key]

    def roots(self) -> Mapping[Var, int]:
        """What may share at all, whatever is copied."""
        return Aliases(self.function, self.functions, self.summary).roots()

    def summary(self, key: str) -> Shares:
        callee = self.functions[key]
        return self.known.get(key, (frozenset(),) * (len(callee.body.yields) - len(callee.writes)))

    def choose(self) -> None:
        writes = list(_Liveness(self.function, self.functions).writes())
        roots = self.roots()
        writes = [replace(write, live=frozenset(v for v in write.live if roots[v] & roots[write.target])) for write in writes]
        for write in writes:
            for reader in self.in_order(write.live):
                if self.clash(write, reader, self.copies):
                    self.copies = self.resolve(write, reader)
            if self.frozen(write, self.copies):
                self.copies = self.thawed(write)
        self.spare(writes)

    def frozen(self, write: _Write, copies: Copies) -> bool:
        """Whether the write goes into a view that may not be written."""
        return (id(write.node), write.position) not in copies.operands and self.aliases(copies).is_frozen(write.target)

    def thawed(self, write: _Write) -> Copies:
        for candidate in (*self.loop_entries(write), _before(write)):
            copies = self.copies.joined(candidate)
            if not self.frozen(write, copies):
                return copies
        raise AssertionError("a copy can be written")

    def in_order(self, values: Iterable[Var]) -> list[Var]:
        """Values as the text defines them: no choice here may hang on where objects lie in memory."""
        order = self.aliases().order
        return sorted(values, key=lambda var: order.get(var, -1))

    def clash(self, write: _Write, reader: Var, copies: Copies) -> bool:
        """Whether the write changes what is read later."""
        if (id(write.node), write.position) in copies.operands:
            return False
        return self.aliases(copies).share(write.target, reader)

    def resolve(self, write: _Write, reader: Var) -> Copies:
        """The copies so far and the cheapest one that lets this reader be."""
        for candidate in self.candidates(write, reader):
            copies = self.copies.joined(candidate)
            if not self.clash(write, reader, copies):
                return copies
        return self.copies.joined(_before(write))

    def candidates(self, write: _Write, reader: Var) -> Iterator[Copies]:
        entries = self.loop_entries(write)
        pushes = self.pushes(write.target) if isinstance(reader.type, Stack) else Copies()
        around = {id(node) for node in self.loops_around(pushes)}
        if around <= {id(loop) for loop, _ in write.loops}:  # copied at the push as often as at the entry of a loop beside it
            outer = [entry for entry in entries if any(key in around for key, _ in entry.operands)]
            yield from (*outer, *([pushes] if pushes.operands else []))
        yield from entries
        if pushes.operands:
            yield pushes
        if self.is_row(reader):
            yield Copies(values={reader})

    def loop_entries(self, write: _Write) -> list[Copies]:
        """A copy where the value enters a loop around the write, outermost first."""
        aliases = self.aliases()
        found: list[Copies] = []
        value: Atom = write.target
        for loop, region in reversed(write.loops):
            token = aliases.token(value) if isinstance(value, Var) else value
            if token not in region.params:
                continue
            lead = 3 if loop.op == "for" else 0
            position = lead + region.params.index(token) - (len(region.params) - len(loop.outs))
            if position < lead:
                break
            found.append(Copies(operands={(id(loop), position)}))
            value = loop.args[position]
        return found[::-1]

    def pushes(self, target: Var) -> Copies:
        """A copy at every push of what may be the target's memory."""
        aliases = self.aliases()
        found = Copies()
        for node in _nodes(self.function.body):
            if node.op in ("push", "set_item") and isinstance(node.args[1], Var) and aliases.share(target, node.args[1]):
                found.operands.add((id(node), 1))
        return found

    def loops_around(self, pushes: Copies) -> list[Node]:
        """The loops in which any of these copies would be made."""
        wanted = {key for key, _ in pushes.operands}
        loops = [node for node in _nodes(self.function.body) if node.op in ("for", "while")]
        return [loop for loop in loops if any(id(node) in wanted for node in _nodes(loop.regions[-1]))]

    def is_row(self, reader: Var) -> bool:
        return any(node.op in ("index", "item") and reader in node.outs for node in _nodes(self.function.body))

    def spare(self, writes: list[_Write]) -> None:
        """Drop what a later copy made needless."""
        places = {id(one): k for k, one in enumerate(_parts(self.function.body))}
        operands = sorted(self.copies.operands, key=lambda key: (places.get(key[0], -1), key[1]))
        for key in [*operands, *self.in_order(self.copies.values)]:
            rest = Copies(self.copies.operands - {key}, self.copies.values - {key})
            if any(self.frozen(write, rest) for write in writes):
                continue
            if not any(self.clash(write, reader, rest) for write in writes for reader in write.live):
                self.copies = rest

    def finals_in_place(self) -> bool:
        """Whether each written parameter's final value lies in the parameter's own memory."""
        aliases = self.aliases()
        body, writes = self.function.body, self.function.writes
        finals = body.yields[len(body.yields) - len(writes) :]
        return all(
            isinstance(final, Var) and aliases.must(final, body.params[position]) for final, position in zip(finals, writes, strict=True)
        )

    def results(self) -> tuple[Atom, ...]:
        body = self.function.body
        return body.yields[: len(body.yields) - len(self.function.writes)]

    def returned(self) -> None:
        """What the entry returns is nobody else's memory and may be written, unless the user's function returns its very argument."""
        if not self.entry:
            return
        alias = self.function.alias
        for k, result in enumerate(self.results()):
            if not isinstance(result, Var) or (k < len(alias) and alias[k] is not None):
                continue
            others = [*self.function.body.params, *self.results()[:k]]
            aliases = self.aliases()
            shared = any(isinstance(other, Var) and aliases.share(result, other) for other in others)
            if shared or aliases.is_frozen(result):
                self.copies.operands.add((id(self.function.body), k))

    def shares(self) -> Shares:
        """What the results share, for the callers."""
        aliases, roots = self.aliases(), self.roots()
        results = self.results()

        def partners(k: int, result: Atom) -> Iterator[int]:
            if not isinstance(result, Var) or (id(self.function.body), k) in self.copies.operands:
                return
            for p, param in enumerate(self.function.body.params):
                if roots[result] & roots[param] and (aliases.share(result, param) or aliases.share(param, result)):
                    yield p
            for p, other in enumerate(results[:k]):
                if isinstance(other, Var) and roots[result] & roots[other] and aliases.share(result, other):
                    yield ~p

        return tuple(frozenset(partners(k, result)) for k, result in enumerate(results))

    def placed(self) -> Function:
        return replace(self.function, level="placed", body=_Putting(self.copies).region(self.function.body))


def _before(write: _Write) -> Copies:
    return Copies(operands={(id(write.node), write.position)})


def _nodes(region: Region) -> Iterator[Node]:
    for node in region.nodes:
        yield node
        for inner in node.regions:
            yield from _nodes(inner)


def _parts(region: Region) -> Iterator[Node | Region]:
    """The region, its nodes and what they hold, in order of the text."""
    yield region
    for node in region.nodes:
        yield node
        for inner in node.regions:
            yield from _parts(inner)


def _written_back(function: Function, aliases: Aliases) -> Function:
    """The function with the final values of its written parameters stored into these at the end.

    What is read after one of these stores and may lie in a parameter's memory is copied before the first: the stores
    themselves cannot go elsewhere.
    """
    body, writes = function.body, function.writes
    first = len(body.yields) - len(writes)
    finals = body.yields[first:]
    written = [body.params[position] for position in writes]
    copies: list[Node] = []
    stores: list[Node] = []
    outs: dict[Atom, Var] = {}

    def saved(atom: Atom, own: Var | None) -> Atom:
        others = [param for param in written if param is not own]
        if not isinstance(atom, Var) or not any(aliases.share(param, atom) for param in others):
            return atom
        kept = Var(atom.hint, atom.type)
        copies.append(Node("copy", (atom,), (kept,), place=function.place))
        return kept

    for param, final in zip(written, finals, strict=True):
        if final is param or not isinstance(param.type, (Array, Stack)):
            continue
        outs[final] = Var(param.hint, param.type)
        op = "store" if isinstance(param.type, Array) else "set_items"
        attrs = {"pattern": (":",) * param.type.rank} if isinstance(param.type, Array) else {}
        stores.append(Node(op, (param, saved(final, param)), (outs[final],), attrs, place=function.place))
    results = [outs[y] if y in outs else saved(y, None) for y in body.yields[:first]]
    yields = (*results, *(outs.get(final, final) for final in finals))
    return replace(function, body=Region(body.params, (*body.nodes, *copies, *stores), yields))


class _Liveness:
    """What is read after each write. A value from outside a loop that the loop reads lives throughout it."""

    def __init__(self, function: Function, functions: Mapping[str, Function]) -> None:
        self.function, self.functions = function, functions
        self.free: dict[int, frozenset[Var]] = {}

    def writes(self) -> list[_Write]:
        """Every write of the function, in order of the text."""
        function = self.function
        kept = {p for k, p in enumerate(function.body.params) if k not in function.writes and has_memory(p.type)}
        found: list[_Write] = []
        self.visit(function.body, kept, (), found)
        return found[::-1]

    def visit(self, region: Region, after: set[Var], loops: tuple[tuple[Node, Region], ...], found: list[_Write]) -> None:
        live = after | {y for y in region.yields if isinstance(y, Var) and has_memory(y.type)}
        for node in reversed(region.nodes):
            live -= set(node.outs)
            for position, _ in kills(node, self.functions):
                target = node.args[position]
                if isinstance(target, Var):
                    # A callee may read its other arguments after it has written.
                    others = {a for k, a in enumerate(node.args) if k != position and isinstance(a, Var)} if node.op == "call" else set()
                    found.append(_Write(node, position, target, frozenset(live | others), loops))
            self.inside(node, live, loops, found)
            live |= self.read(node)

    def inside(self, node: Node, live: set[Var], loops: tuple[tuple[Node, Region], ...], found: list[_Write]) -> None:
        if node.op == "if":
            for arm in reversed(node.regions):
                self.visit(arm, set(live), loops, found)
        elif node.op in ("for", "while"):
            around = live.union(*(self.free_of(region) for region in node.regions))
            self.visit(node.regions[-1], set(around), (*loops, (node, node.regions[-1])), found)
            if node.op == "while":
                condition = node.regions[0]
                carried = {p for p in condition.params if has_memory(p.type)}
                self.visit(condition, around | carried, (*loops, (node, condition)), found)

    def read(self, node: Node) -> set[Var]:
        """The values in memory that a node reads, those of its regions included."""
        found = {a for a in reads(node) if has_memory(a.type)}
        return found.union(*(self.free_of(region) for region in node.regions))

    def free_of(self, region: Region) -> frozenset[Var]:
        if id(region) not in self.free:
            inner: set[Var] = {y for y in region.yields if isinstance(y, Var) and has_memory(y.type)}
            for node in reversed(region.nodes):
                inner = (inner - set(node.outs)) | self.read(node)
            self.free[id(region)] = frozenset(inner - set(region.params))
        return self.free[id(region)]


class _Putting:
    """Rebuilds regions with the chosen copies in them."""

    def __init__(self, copies: Copies) -> None:
        self.copies = copies
        self.renamed: dict[Var, Var] = {}

    def region(self, region: Region) -> Region:
        nodes: list[Node] = []
        for node in region.nodes:
            args = self.operands(node, node.args, nodes)
            regions = tuple(self.region(inner) for inner in node.regions)
            nodes.append(replace(node, args=args, regions=regions))
            for out in node.outs:
                if out in self.copies.values:
                    self.renamed[out] = _copy(out, node, nodes)
        yields = self.operands(region, region.yields, nodes)
        return Region(region.params, tuple(nodes), yields)

    def operands(self, consumer: Node | Region, atoms: tuple[Atom, ...], nodes: list[Node]) -> tuple[Atom, ...]:
        found: list[Atom] = []
        for position, atom in enumerate(atoms):
            value = self.renamed.get(atom, atom) if isinstance(atom, Var) else atom
            if isinstance(value, Var) and (id(consumer), position) in self.copies.operands:
                value = _copy(value, consumer if isinstance(consumer, Node) else None, nodes)
            found.append(value)
        return tuple(found)


def _copy(value: Var, near: Node | None, nodes: list[Node]) -> Var:
    """Appends a copy of the value."""
    out = Var(value.hint, value.type)
    nodes.append(Node("copy", (value,), (out,), place=near.place if near else None, role=near.role if near else ""))
    return out
