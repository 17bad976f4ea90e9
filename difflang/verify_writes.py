"""Verify placed IR: nobody reads memory that a write has taken.

`store`, `accumulate` and `push` take their first operand's memory, a call that of each parameter its callee writes. From
there on that value, and all that shares its memory, is gone: to read it is an error of `place`. Two values share memory
where one is a view of the other, or where control flow may have made one the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .alias import SHAPE_ONLY
from .ir import Atom, Function, Node, Program, Region, Var
from .op import TABLE
from .types import Array, Stack

KILLS = ("store", "accumulate", "push", "set_item", "set_items")

Need = Callable[[bool, str], None]


def check_writes(program: Program, function: Function, need: Need) -> None:
    """Calls `need(False, why)` where something reads a value that is gone."""
    checker = _Writes(program, need)
    for param in function.body.params:
        checker.fresh(param)
    checker.region(function.body)
    for atom in function.body.yields:
        checker.read(atom)
    kept = {p for k, p in enumerate(function.body.params) if k not in function.writes}
    for param in kept & checker.gone:
        need(False, f"the parameter {param!r} is written, and `writes` does not say so")


class _Writes:
    """The values that are gone at a point of the text, and which share memory.

    A value's memory is a set of tokens. A value that control flow merges has a token of its own, which leads to those of
    the values it may be (`leads`): so two carried arrays that swap places in each iteration stay apart.
    """

    def __init__(self, program: Program, need: Need) -> None:
        self.program = program
        self.need = need
        self.tokens: dict[Var, frozenset[object]] = {}
        self.leads: dict[object, set[object]] = {}
        self.gone: set[Var] = set()

    def fresh(self, var: Var) -> None:
        if isinstance(var.type, (Array, Stack)):
            self.tokens[var] = frozenset((object(),))
        self.gone.discard(var)

    def of(self, atom: Atom) -> frozenset[object]:
        return self.tokens.get(atom, frozenset()) if isinstance(atom, Var) else frozenset()

    def reach(self, tokens: frozenset[object]) -> set[object]:
        found, todo = set(tokens), list(tokens)
        while todo:
            for token in self.leads.get(todo.pop(), ()):
                if token not in found:
                    found.add(token)
                    todo.append(token)
        return found

    def share(self, one: frozenset[object], other: frozenset[object]) -> bool:
        return bool(self.reach(one) & other or one & self.reach(other))

    def read(self, atom: Atom) -> None:
        if isinstance(atom, Var) and atom in self.gone:
            self.need(False, f"{atom!r} is read after a write has taken its memory")

    def kill(self, atom: Atom) -> None:
        taken = self.of(atom)
        self.gone |= {var for var, tokens in self.tokens.items() if self.share(taken, tokens)}

    def seen(self, atoms: Sequence[Atom]) -> list[tuple[frozenset[object], bool]]:
        """The memory of values passed on here, and whether it is gone. To pass on is not to read."""
        return [(self.of(atom), atom in self.gone) for atom in atoms]

    def merge(self, outs: Sequence[Var], paths: Sequence[list[tuple[frozenset[object], bool]]]) -> None:
        """Values that control flow makes of others: each path's values as `seen`, in the order of `outs`."""
        for k, out in enumerate(outs):
            self.fresh(out)
            if out not in self.tokens:
                continue
            (token,) = self.tokens[out]
            self.leads[token] = {t for path in paths for t in path[k][0]}
            for j, twin in enumerate(outs[:k]):
                if any(self.share(path[j][0], path[k][0]) for path in paths):
                    self.tokens[out] |= self.of(twin)
            if any(path[k][1] for path in paths):
                self.gone.add(out)

    def region(self, region: Region) -> None:
        for node in region.nodes:
            self.node(node)

    def node(self, node: Node) -> None:
        ignored = tuple(range(3, len(node.args))) if node.op == "for" else SHAPE_ONLY.get(node.op, ())
        for k, arg in enumerate(node.args):
            if k not in ignored and node.op != "while":
                self.read(arg)
        if node.op == "if":
            self.if_(node)
        elif node.op in ("for", "while"):
            self.loop(node)
        elif node.op == "call":
            self.call(node)
        else:
            self.op(node)

    def op(self, node: Node) -> None:
        shared = self.of(node.args[0]) if node.args else frozenset()
        if node.op in KILLS:
            self.kill(node.args[0])
        for k, out in enumerate(node.outs):
            self.fresh(out)
            if out in self.tokens and (node.op in KILLS or (node.op == "pop" and k == 0) or _is_view(node)):
                self.tokens[out] = shared

    def if_(self, node: Node) -> None:
        before = set(self.gone)
        after: set[Var] = set()
        paths = []
        for arm in node.regions:
            self.gone = set(before)
            self.region(arm)
            paths.append(self.seen(arm.yields))
            after |= self.gone
        self.gone = after
        self.merge(node.outs, paths)

    def loop(self, node: Node) -> None:
        """Twice around, so that an iteration meets what the one before it has taken."""
        init = node.args[3:] if node.op == "for" else node.args
        body = node.regions[-1]
        params = body.params[1:] if node.op == "for" else body.params
        yields = body.yields[len(body.yields) - len(params) :]
        start = self.seen(init)
        paths = [start]
        for _ in range(2):
            for region in node.regions:
                self.merge(params if region is body else region.params, paths)
                self.region(region)
            paths = [start, self.seen(yields)]
        self.merge(node.outs, paths)

    def call(self, node: Node) -> None:
        callee = self.program.functions[node.attrs["callee"]]
        written = [self.of(node.args[k]) for k in callee.writes]
        for k in callee.writes:
            self.kill(node.args[k])
        results = len(node.outs) - len(callee.writes)
        for k, out in enumerate(node.outs):
            self.fresh(out)
            if out not in self.tokens:
                continue
            if k >= results:
                self.tokens[out] = written[k - results]
            elif k < len(callee.alias) and callee.alias[k] is not None:
                self.tokens[out] = self.of(node.args[callee.alias[k]])  # type: ignore[index]


def _is_view(node: Node) -> bool:
    """Whether the result may share its first operand's memory: an index with arrays gathers a copy."""
    return node.op in TABLE and TABLE[node.op].view and "a" not in node.attrs.get("pattern", ())
