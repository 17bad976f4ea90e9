"""Which array values are never stored: they are computed element by element inside the loop nest that uses them.

Candidates are elementwise results, arrays made by a formula (zeros, arange ...) and views of candidates. A candidate is
fused when all its uses end in one loop nest (or it is so cheap that computing it in several costs less than storing it),
when no broadcast would repeat costly work, and when nothing it reads is overwritten before that nest runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from difflang.ir import Atom, Node, Region, Var, free_vars
from difflang.op import row
from difflang.records import dataclass, field
from difflang.types import ONE, Array, rank

from ..alias import VIEWS, Aliases, overlap
from ..flags import quieted

FORMULAS = frozenset("zeros ones full empty zeros_like ones_like full_like empty_like arange eye linspace".split())
LAZY_VIEWS = frozenset(VIEWS) - {"stop_gradient", "flip"}
REDUCTIONS = frozenset("sum prod mean var std max min any all argmax argmin cumsum".split())
TAKES: Mapping[str, tuple[int, ...]] = dict.fromkeys(REDUCTIONS, (0,)) | {
    "unbroadcast": (0,),
    "copy": (0,),
    "store": (1,),
    "accumulate": (1,),
}
"""The operands that a loop nest computes on the way; all operands of elementwise ops, concatenate and stack beside."""
SHAPE_ONLY: dict[str, tuple[int, ...]] = {
    "dim": (0,), "size": (0,), "zeros_like": (0,), "ones_like": (0,), "empty_like": (0,), "full_like": (0,), "unbroadcast": (1,),
}  # fmt: skip
_CHEAP = 2
_REPEATED = 4
_DEEP = 40
"""Longer chains are cut: one nest has only so many registers."""


def shape_only(node: Node, position: int) -> bool:
    """Whether this operand's elements are never read."""
    return position in SHAPE_ONLY.get(node.op, ())


def takes_lazy(node: Node, position: int) -> bool:
    if node.op in ("concatenate", "stack") or (node.op not in ("if", "for", "while", "call") and row(node.op).kind == "elementwise"):
        return True
    return position in TAKES.get(node.op, ())


def is_candidate(node: Node) -> bool:
    if len(node.outs) != 1 or not isinstance(node.out.type, Array) or node.op in ("if", "for", "while", "call"):
        return False
    return row(node.op).kind == "elementwise" or node.op in FORMULAS or node.op in LAZY_VIEWS or _is_table(node)


def _is_table(node: Node) -> bool:
    """The products of each element of one vector and each of another."""
    dtypes = {a.type.dtype for a in (*node.args, node.out) if isinstance(a.type, Array)}
    return node.op == "outer" and len(dtypes) == 1 and all(rank(a.type) == 1 for a in node.args)


@dataclass
class Fusion:
    """The decisions for one region: `lazy` values, and what each of them reads when it is computed at last."""

    lazy: set[Var] = field(default_factory=set)
    reads: dict[Var, tuple[Var, ...]] = field(default_factory=dict)


def decide(region: Region, aliases: Aliases) -> Fusion:
    return _Decision(region, aliases).run()


class _Decision:
    def __init__(self, region: Region, aliases: Aliases) -> None:
        self.region = region
        self.aliases = aliases
        self.fusion = Fusion()
        self.roots: dict[Var, set[int]] = {}  # positions of the nests that compute a lazy value
        self.at = {out: i for i, node in enumerate(region.nodes) for out in node.outs}
        self.kills = [aliases.killed(node) for node in region.nodes]
        self.uses: dict[Var, list[tuple[int, int]]] = {}
        self.fixed: set[Var] = {a for a in region.yields if isinstance(a, Var)}
        for i, node in enumerate(region.nodes):
            for position, arg in enumerate(node.args):
                if isinstance(arg, Var) and not shape_only(node, position):
                    self.uses.setdefault(arg, []).append((i, position))
            for inner in node.regions:
                self.fixed.update(v for v in free_vars(inner))
        self.cost: dict[Var, int] = {}
        self.depth: dict[Var, int] = {}
        self.known: dict[Var, tuple[Var, ...]] = {}
        self.found: dict[Var, set[int]] = {}

    def run(self) -> Fusion:
        for node in self.region.nodes:
            if is_candidate(node):
                self.depth[node.out] = 1 + max((self.depth.get(a, 0) for a in node.args if isinstance(a, Var)), default=0)
                self.cost[node.out] = min(self._cost(node), 1000)
                if self.depth[node.out] >= _DEEP:  # the next ones start anew
                    self.depth[node.out] = 0
                    self.fixed.add(node.out)
        for i in range(len(self.region.nodes) - 1, -1, -1):
            node = self.region.nodes[i]
            if is_candidate(node) and self._fits(i, node):
                self.fusion.lazy.add(node.out)
        self._stay_before_writes()
        self.known.clear()
        for node in self.region.nodes:
            if node.outs and node.outs[0] in self.fusion.lazy:
                self.fusion.reads[node.out] = self._reads(node)
        return self.fusion

    def _cost(self, node: Node) -> int:
        own = 0 if node.op in FORMULAS or node.op in LAZY_VIEWS else row(node.op).cost
        return own + sum(self.cost.get(a, 0) for a in node.args if isinstance(a, Var))

    def _fits(self, i: int, node: Node) -> bool:
        """Whether all uses end in one nest, or the value is cheap; no costly work is repeated by broadcasting."""
        out = node.out
        if out in self.fixed:
            return False
        roots: set[int] = set()
        for j, position in self.uses.get(out, []):
            user = self.region.nodes[j]
            if quieted(node.place) != quieted(user.place):
                return False  # what np.errstate says of the one is not said of the other
            if user.outs and user.outs[0] in self.fusion.lazy:
                roots |= self.roots[user.outs[0]]
            elif takes_lazy(user, position):
                roots.add(j)
            else:
                return False
            if self._repeats(out, user) and self.cost[out] > _REPEATED:
                return False
        if len(roots) > 1 and self.cost[out] > _CHEAP:
            return False
        self.roots[out] = roots
        return True

    def _repeats(self, value: Var, user: Node) -> bool:
        """Whether the user computes an element of the value more than once."""
        if user.op in ("store", "accumulate"):
            return True if rank(value.type) == 0 else ONE in value.type.dims  # type: ignore[union-attr]
        result = user.outs[0].type if user.outs else None
        if not isinstance(result, Array) or not isinstance(value.type, Array) or user.op in REDUCTIONS or user.op == "unbroadcast":
            return False
        if user.op in ("expand_dims", "squeeze", "transpose", "concatenate", "stack"):
            return False
        pad = result.rank - value.type.rank
        return pad > 0 or any(own != theirs for own, theirs in zip(value.type.dims, result.dims[pad:], strict=False) if own == ONE)

    def _stay_before_writes(self) -> None:
        """A lazy value reads its operands late: give up those whose operands are overwritten in between."""
        changed = True
        while changed:
            changed = False
            self.known.clear()
            self.found.clear()
            for i, node in enumerate(self.region.nodes):
                if not node.outs or node.outs[0] not in self.fusion.lazy:
                    continue
                last = max(self._ends(node.out), default=i)
                read = frozenset().union(*(self.aliases.memory_of(v) for v in self._reads(node)))
                if any(overlap(read, self.kills[k]) for k in range(i + 1, last)) or not self._taken(node.out):
                    self.fusion.lazy.discard(node.out)
                    changed = True

    def _taken(self, var: Var) -> bool:
        """Whether every user still computes the value on the way."""
        users = [(self.region.nodes[j], position) for j, position in self.uses.get(var, [])]
        return all((u.outs and u.outs[0] in self.fusion.lazy) or takes_lazy(u, position) for u, position in users)

    def _ends(self, var: Var) -> set[int]:
        """The positions where a lazy value is computed."""
        if var not in self.found:
            found: set[int] = set()
            for j, _ in self.uses.get(var, []):
                user = self.region.nodes[j]
                found |= self._ends(user.outs[0]) if user.outs and user.outs[0] in self.fusion.lazy else {j}
            self.found[var] = found
        return self.found[var]

    def _reads(self, node: Node) -> tuple[Var, ...]:
        """The stored values that computing this node reads, through lazy operands."""
        if node.out in self.known:
            return self.known[node.out]
        found: dict[Var, None] = {}
        for position, arg in enumerate(node.args):
            if not isinstance(arg, Var) or shape_only(node, position):
                continue
            maker = self.at.get(arg)
            if arg in self.fusion.lazy and maker is not None:
                found.update(dict.fromkeys(self._reads(self.region.nodes[maker])))
            else:
                found.setdefault(arg)
        self.known[node.out] = tuple(found)
        return self.known[node.out]


def stored_reads(fusion: Fusion, args: tuple[Atom, ...]) -> list[Var]:
    """The stored values behind these operands."""
    found: list[Var] = []
    for arg in args:
        if isinstance(arg, Var):
            found += fusion.reads[arg] if arg in fusion.lazy else (arg,)
    return found
