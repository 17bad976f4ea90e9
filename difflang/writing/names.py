"""Which Python variable each value lives in.

Values that must be one variable (a loop's carried value from turn to turn, an array before and after a write)
form a cell. Cells are live where a later statement reads them; two that are live together may not share a name. Then
cells that are only moved into each other are joined, and each gets the user's name for it, with a suffix
where that name is taken by a cell that is live at the same time.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ..hints import is_temporary, shown
from ..ir import Var
from .preamble import HELPERS
from .statements import MISSING, Assign, Block, Break, For, If, Move, Return, Statement, While, targets, uses
from .syntax import Ref

BUILTINS_USED = ("range", "reversed", "abs", "min", "max", "float", "int", "bool", "round", "len", "list", *HELPERS)
"""What the text may call: no parameter keeps such a name."""
Live = frozenset[Var]
NOTHING: Live = frozenset()


class Names:
    """The names of one function's values, and which moves and results somebody waits for."""

    def __init__(
        self,
        params: Sequence[Var],
        block: Block,
        same: Iterable[tuple[Var, Var]],
        reserved: Iterable[str],
        nameless: Mapping[Var, str],
        fixed: Mapping[Var, str] = MappingProxyType({}),
        primal: frozenset[Var] = NOTHING,
    ) -> None:
        self.primal = primal  # what the primal computes: no adjoint takes its place under an adjoint's name
        self.fixed = fixed  # fields of parameters: nothing else may take their names
        self.nameless = nameless
        self.parent: dict[Var, Var] = {}
        for one, other in same:
            self.join(one, other)
        self.reserved = {*reserved, *keyword.kwlist, *dir(builtins)}
        self.enemies: defaultdict[Var, set[Var]] = defaultdict(set)
        self.members: dict[Var, list[Var]] = {}
        self.live_moves: set[tuple[int, int]] = set()
        self.live_targets: set[Var] = set()
        self.read: set[Var] = set()
        self.unbound: set[Var] = set()  # variables that some path leaves without a value
        self.moves: list[Move] = []
        self.breaks: list[Live] = []
        self.indices: list[Var] = []
        self.params = params
        entry = self.flow(block, NOTHING, True)
        for param in params:
            self.conflict(self.cell(param), {self.cell(p) for p in params} | entry)
        self.collect(block)
        self.coalesce()
        self.name_of: dict[Var, str] = {}
        self.choose()

    # Cells

    def cell(self, var: Var) -> Var:
        root = var
        while root in self.parent:
            root = self.parent[root]
        while var is not root:
            self.parent[var], var = root, self.parent[var]
        return root

    def join(self, one: Var, other: Var) -> None:
        a, b = self.cell(one), self.cell(other)
        if a is not b:
            self.parent[b] = a

    def conflict(self, cell: Var, live: Iterable[Var]) -> None:
        for other in live:
            if other is not cell:
                self.enemies[cell].add(other)
                self.enemies[other].add(cell)

    # What is live where

    def flow(self, block: Block, after: Live, record: bool) -> Live:
        """The cells live before a block, given those live after it."""
        live = after
        for statement in reversed(block):
            live = self.before(statement, live, record)
        return live

    def before(self, statement: Statement, live: Live, record: bool) -> Live:
        read = frozenset(map(self.cell, uses(statement)))
        match statement:
            case If(_, then, other):
                return read | self.flow(then, live, record) | self.flow(other, live, record)
            case For(index, _, body):
                own = self.cell(index)
                if record:  # Python would let the index take the name of a bound or of an outer index; a reader would not
                    self.conflict(own, read | frozenset(self.indices))
                self.indices.append(own)
                start = read | self.around(body, [], live, read, record, own)
                self.indices.pop()
                return start
            case While(_, body, _, head):
                return self.around(body, head, live, read, record, None)
            case Break():
                return self.breaks[-1]
            case Return():
                return read
            case Move():
                return self.moved(statement, live, record)
            case Assign():
                made = frozenset(map(self.cell, targets(statement)))
                if record:
                    self.live_targets |= {var for var in targets(statement) if self.cell(var) in live}
                    for cell in made:
                        self.conflict(cell, (live | made))
                return (live - made) | read
        return live | read

    def around(self, body: Block, head: Block, after: Live, test: Live, record: bool, index: Var | None) -> Live:
        """The cells live before a loop: grown until one more turn adds none."""
        self.breaks.append(after)
        start = after
        while True:
            turn = self.turn(body, head, after, test, start, index, False)
            if turn <= start:
                break
            start |= turn
        if record:
            self.turn(body, head, after, test, start, index, True)
        self.breaks.pop()
        return start

    def turn(self, body: Block, head: Block, after: Live, test: Live, start: Live, index: Var | None, record: bool) -> Live:
        inside = self.flow(body, start, record)
        if index is not None:
            if record:
                self.conflict(index, inside)
            return after | (inside - {index})
        return self.flow(head, inside | after | test, record)

    def moved(self, move: Move, live: Live, record: bool) -> Live:
        """A move whose target nobody waits for is not made."""
        made = {self.cell(var) for var, _ in move.pairs}
        read: set[Var] = set()
        for k, (var, value) in enumerate(move.pairs):
            cell = self.cell(var)
            if value is MISSING:
                self.unbound.add(var)
            if cell not in live or value is MISSING:
                continue
            source = self.cell(value.var) if isinstance(value, Ref) else None
            read |= {self.cell(v) for v in uses(Move(((var, value),)))}
            if record:
                self.live_moves.add((id(move), k))
                self.conflict(cell, {c for c in (live | made) if c is not source and (c in live)})
        return (live - made) | read

    def is_live(self, move: Move, position: int) -> bool:
        return (id(move), position) in self.live_moves

    # Joining and naming

    def collect(self, block: Block) -> None:
        """The members of each cell in order of the text, and the moves."""
        for param in self.params:
            self.enter(param)
        self.visit(block)

    def visit(self, block: Block) -> None:
        for statement in block:
            self.read.update(uses(statement))
            for var in (*targets(statement), *uses(statement)):
                self.enter(var)
            match statement:
                case Move():
                    self.moves.append(statement)
                case If(_, then, other):
                    self.visit(then)
                    self.visit(other)
                case For(index, _, body):
                    self.enter(index)
                    self.visit(body)
                case While(_, body, _, head):
                    self.visit(head)
                    self.visit(body)

    def enter(self, var: Var) -> None:
        members = self.members.setdefault(self.cell(var), [])
        if var not in members:
            members.append(var)

    def coalesce(self) -> None:
        for move in self.moves:
            for k, (target, value) in enumerate(move.pairs):
                if isinstance(value, Ref) and self.is_live(move, k):
                    self.merge(self.cell(target), self.cell(value.var))

    def merge(self, one: Var, other: Var) -> None:
        if one is other or other in self.enemies[one]:
            return
        if any(self.cell(leaf) in (one, other) for leaf in self.fixed):
            return
        first, second = self.wish(one), self.wish(other)
        both_params = one in map(self.cell, self.params) and other in map(self.cell, self.params)
        if both_params or (first != second and not is_temporary(first) and not is_temporary(second)):
            return
        if any(is_derived(wish) and not self.primal.isdisjoint(self.members[c]) for wish, c in ((first, other), (second, one))):
            return
        order = list(self.members)
        keep, gone = (one, other) if order.index(one) < order.index(other) else (other, one)
        self.parent[gone] = keep
        self.members[keep] += self.members.pop(gone)
        for enemy in self.enemies.pop(gone, set()):
            self.enemies[enemy].discard(gone)
            self.conflict(keep, [enemy])

    def wish(self, cell: Var) -> str:
        """The name a cell would like: a parameter's own, else the user's most frequent."""
        members = self.members[cell]
        for param in self.params:
            if param in members:
                return param.hint
        hints = Counter(map(self.hint, members))
        own = Counter({hint: n for hint, n in hints.items() if not is_temporary(hint)})
        return (own or hints).most_common(1)[0][0]

    def hint(self, var: Var) -> str:
        if var.hint == "t":
            return self.nameless.get(var, "t")
        return var.hint if var.hint.strip("_") or var not in self.read else "k"

    def choose(self) -> None:
        own = list(dict.fromkeys(map(self.cell, self.params)))
        others = [cell for cell in self.members if cell not in own]
        for cell in [*own, *sorted(others, key=lambda cell: is_temporary(self.wish(cell)))]:
            path = next((self.fixed[member] for member in self.members.get(cell, ()) if member in self.fixed), None)
            if path is not None:
                self.name_of[cell] = path
                continue
            taken = {self.name_of[enemy] for enemy in self.enemies[cell] if enemy in self.name_of} | self.mistakable(cell)
            name = identifier(self.wish(cell))
            if cell not in own or name in taken or keyword.iskeyword(name) or name in BUILTINS_USED:
                taken |= self.reserved
            self.name_of[cell] = free_name(name, taken)

    def mistakable(self, cell: Var) -> set[str]:
        """Names of cells of another type that this one may not follow: where a path leaves either without a value, a reader would take
        the value that the name had before."""
        partial = not self.unbound.isdisjoint(self.members.get(cell, ()))
        others = [c for c in self.name_of if c.type != cell.type]
        return {self.name_of[c] for c in others if partial or not self.unbound.isdisjoint(self.members.get(c, ()))}

    def index_name(self, index: Var) -> str:
        """The name of a loop's index; `_` for one that nobody reads."""
        members = self.members[self.cell(index)]
        return self[index] if any(var in self.read for var in members) else "_"

    def __getitem__(self, var: Var) -> str:
        return self.name_of[self.cell(var)]


def is_derived(name: str) -> bool:
    return name.endswith(("_bar", "_dot"))


def identifier(hint: str) -> str:
    """The hint as a Python name."""
    name = re.sub(r"\W", "_", shown(hint)) or "value"
    return f"_{name}" if name[0].isdigit() else name


def free_name(name: str, taken: Iterable[str]) -> str:
    taken = set(taken)
    if name not in taken:
        return name
    serial = 2
    while f"{name}_{serial}" in taken:
        serial += 1
    return f"{name}_{serial}"
