"""Which values may share memory: asked by `place` before a write and by the writer before it moves a read.

A memory is ("own", v), the memory of an array or the container of a stack, or ("content", v), what lies on
a stack. Two memories are compared as a pair: of the two the one defined later is traced back to what it was
made from, until both are the very same (they may share) or nothing is left to trace (they do not). Values
carried by one loop are traced together, iteration by iteration, so two buffers that a loop swaps stay apart.

`Copies` are the copies that a placement would make: operands copied before their node, values copied at
their definition.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import product

from .ir import Atom, Function, Node, Region, Var
from .op import row
from .records import dataclass, field
from .types import Array, Stack, Type, Unknown

Memory = tuple[str, Var]
Shares = tuple[frozenset[int], ...]
"""For each result of a function the positions of the parameters whose memory it may share, and ~k for an earlier result k."""

STRUCTURED = ("if", "for", "while", "call")
KILLS = ("store", "accumulate", "push", "pop", "set_item", "set_items")
FROZEN_VIEWS = ("broadcast_to", "broadcast_like")
"""Views that NumPy does not let anyone write through."""
SHAPE_ONLY: Mapping[str, tuple[int, ...]] = {
    "dim": (0,), "size": (0,), "zeros_like": (0,), "ones_like": (0,), "empty_like": (0,), "full_like": (0,), "unbroadcast": (1,),
    "reshape_like": (1,), "broadcast_like": (1,), "matmul_left": (1,), "matmul_right": (2,), "dot_left": (1,), "dot_right": (2,),
    "assembled": (0,),
}  # fmt: skip
"""Operands of which only shape and dtype are read."""


def has_memory(type: Type) -> bool:
    """Whether values of this type lie in memory that a write can change."""
    return isinstance(type, (Array, Stack, Unknown))


def reads(node: Node) -> list[Var]:
    """The operands of one node whose values it reads."""
    skipped = SHAPE_ONLY.get(node.op, ())
    return [a for k, a in enumerate(node.args) if isinstance(a, Var) and k not in skipped]


def is_view(node: Node) -> bool:
    """Whether NumPy's result may share the first operand's memory."""
    if node.op in STRUCTURED:
        return False
    if node.op == "index":
        return "a" not in node.attrs["pattern"] and has_memory(node.outs[0].type)
    return node.op == "stop_gradient" or row(node.op).view


def kills(node: Node, functions: Mapping[str, Function]) -> list[tuple[int, int]]:
    """The operands that a node writes into, each with the position of the result that takes its memory."""
    if node.op in KILLS:
        return [(0, 0)]
    if node.op == "call":
        callee = functions[node.attrs["callee"]]
        first = len(node.outs) - len(callee.writes)
        return [(position, first + k) for k, position in enumerate(callee.writes)]
    return []


@dataclass
class Copies:
    """Operands copied before the node (or at the end of the region) that uses them; values copied when defined.

    Keys are `(id(node or region), position)`; nodes live as long as the function that is being placed.
    """

    operands: set[tuple[int, int]] = field(default_factory=set)
    values: set[Var] = field(default_factory=set)

    def joined(self, other: Copies) -> Copies:
        return Copies(self.operands | other.operands, self.values | other.values)

    def __len__(self) -> int:
        return len(self.operands) + len(self.values)


class Aliases:
    """The relation "may share memory" between the values of one function."""

    def __init__(
        self,
        function: Function,
        functions: Mapping[str, Function],
        shares: Callable[[str], Shares | None] = lambda key: None,
        copies: Copies | None = None,
    ) -> None:
        self.functions, self.shares = functions, shares
        self.copies = Copies() if copies is None else copies
        self.base: dict[Var, Var] = {}  # a view, or a new version: the memory is that of the base
        self.sources: dict[Memory, list[Memory]] = {}  # made from any of these
        self.alternatives: dict[Var, tuple[int, list[Atom | None]]] = {}  # where paths meet: one group, path by path
        self.order: dict[Var, int] = {}
        self.frozen: set[Var] = set()
        self.apart: set[tuple[Memory, Memory]] = set()  # found different before: a search that finds nothing has seen them all
        for param in function.body.params:
            self._define(param)
        self._region(function.body)

    # Collecting

    def _define(self, var: Var) -> None:
        self.order[var] = len(self.order)

    def _region(self, region: Region) -> None:
        for node in region.nodes:
            if node.op == "if":
                self._if(node)
            elif node.op in ("for", "while"):
                self._loop(node)
            else:
                for out in node.outs:
                    self._define(out)
                self._call(node) if node.op == "call" else self._plain(node)

    def _operand(self, consumer: Node | Region, position: int) -> Var | None:
        """The value there, or None where it is no value or a fresh copy."""
        atoms = consumer.args if isinstance(consumer, Node) else consumer.yields
        atom = atoms[position]
        return atom if isinstance(atom, Var) and (id(consumer), position) not in self.copies.operands else None

    def _from(self, var: Var, base: Var | None) -> None:
        if base is not None and var not in self.copies.values:
            self.base[var] = base

    def _plain(self, node: Node) -> None:
        if not node.outs or not has_memory(node.outs[0].type):
            return
        first = self._operand(node, 0) if node.args else None
        out = node.outs[0]
        if node.op in KILLS or is_view(node):
            self._from(out, first)
            if node.op in FROZEN_VIEWS:
                self.frozen.add(out)
        if isinstance(out.type, Stack):
            self._stack(node, out)
        if node.op == "item" and first is not None and out not in self.copies.values:
            for memory in self._memories(out):
                self.sources[memory] = [("content", first)]

    def _stack(self, node: Node, out: Var) -> None:
        old = node.args[0] if node.args else None
        content: list[Memory] = [("content", old)] if isinstance(old, Var) else []
        if node.op in ("push", "set_item", "set_items"):
            value = self._operand(node, 1)
            if value is not None:
                content += self._memories(value)
        elif node.op == "pop" and len(node.outs) == 2:
            for memory in self._memories(node.outs[1]):
                if node.outs[1] not in self.copies.values:
                    self.sources[memory] = list(content)
        self.sources[("content", out)] = content

    def _memories(self, var: Var) -> list[Memory]:
        if not has_memory(var.type):
            return []
        return [("own", var), ("content", var)] if isinstance(var.type, (Stack, Unknown)) else [("own", var)]

    def _call(self, node: Node) -> None:
        for position, final in kills(node, self.functions):
            self._from(node.outs[final], self._operand(node, position))
            arg = node.args[position]
            if isinstance(arg, Var):
                self.sources[("content", node.outs[final])] = [("content", arg)]
        shares = self.shares(node.attrs["callee"])
        for k, out in enumerate(node.outs[: len(node.outs) - len(kills(node, self.functions))]):
            positions = range(-k, len(node.args)) if shares is None else sorted(shares[k])
            partners = [node.outs[~p] if p < 0 else self._operand(node, p) for p in positions]
            found = [memory for partner in partners if partner is not None for memory in self._memories(partner)]
            for memory in self._memories(out):
                if out not in self.copies.values:
                    self.sources[memory] = found

    def _if(self, node: Node) -> None:
        for arm in node.regions:
            self._region(arm)
        for k, out in enumerate(node.outs):
            self._define(out)
            self.alternatives[out] = (id(node), [self._operand(arm, k) for arm in node.regions])

    def _loop(self, node: Node) -> None:
        lead = 3 if node.op == "for" else 0
        body = node.regions[-1]
        skip = 1 if node.attrs.get("exits") else 0
        for region in node.regions:
            index = len(region.params) - len(node.outs)
            for param in region.params:
                self._define(param)
            for k, param in enumerate(region.params[index:]):
                self.alternatives[param] = (id(region), [self._operand(node, lead + k), self._operand(body, skip + k)])
            self._region(region)
        for k, out in enumerate(node.outs):
            self._define(out)
            self.alternatives[out] = (id(node), [self._operand(node, lead + k), self._operand(body, skip + k)])

    # Asking

    def token(self, var: Var) -> Var:
        """The value whose memory this one has: through views and writes."""
        while var in self.base:
            var = self.base[var]
        return var

    def is_frozen(self, var: Var) -> bool:
        """Whether the memory may be reached through a view that NumPy does not let anyone write."""
        seen: set[Var] = set()
        pending = [var] if self.frozen else []
        while pending:
            one = pending.pop()
            if one in seen:
                continue
            seen.add(one)
            if one in self.frozen:
                return True
            if one in self.base:
                pending.append(self.base[one])
            else:
                pending += [source for kind, source in self._origins(("own", one)) if kind == "own"]
        return False

    def share(self, one: Var, other: Var) -> bool:
        """Whether a write into the memory of `one` may change the value of `other`."""
        if not (has_memory(one.type) and has_memory(other.type)):
            return False
        return any(self.may(a, b) for a, b in product(self._memories(one)[:1], self._memories(other)))

    def may(self, one: Memory, other: Memory) -> bool:
        """Whether two memories may be the same."""
        first = (self._settle(one), self._settle(other))
        if first in self.apart:
            return False
        seen: set[tuple[Memory, Memory]] = set()
        pending = [first]
        while pending:
            a, b = pending.pop()
            if a == b:
                return True
            if (a, b) in seen or (a, b) in self.apart:
                continue
            seen.update(((a, b), (b, a)))
            pending += [(self._settle(x), self._settle(y)) for x, y in self._step(a, b)]
        self.apart |= seen
        return False

    def roots(self) -> dict[Var, int]:
        """For each value the memories that it may have come from, as bits: two that have none in common never share.

        Copies only part what shares, so the answer without any holds for all.
        """
        found: dict[Memory, int] = {}
        asked: list[tuple[Memory, Sequence[Memory]]] = []
        for place, memory in enumerate((kind, var) for var in self.order for kind in ("own", "content")):
            kind, var = memory
            base = self.base.get(var) if kind == "own" else None
            origins = [(kind, base)] if base is not None else self._origins(memory)
            meets = None if base is not None else self._meets(var)
            if not origins or (meets is not None and not all(isinstance(atom, Var) for atom in meets[1])):
                found[memory] = 1 << place
            if origins:
                asked.append((memory, origins))
        changed = True
        while changed:  # what a loop carries may come from its end
            changed = False
            for memory, origins in asked:
                bits = found.get(memory, 0)
                for origin in origins:
                    bits |= found.get(origin, 0)
                if bits != found.get(memory, 0):
                    found[memory], changed = bits, True
        return {var: functools.reduce(operator.or_, (found.get(memory, 0) for memory in self._memories(var)), 0) for var in self.order}

    def _settle(self, memory: Memory) -> Memory:
        kind, var = memory
        return (kind, self.token(var)) if kind == "own" else memory

    def _step(self, a: Memory, b: Memory) -> list[tuple[Memory, Memory]]:
        meets_a, meets_b = self._meets(a[1]), self._meets(b[1])
        if meets_a and meets_b and meets_a[0] == meets_b[0]:
            paths = zip(meets_a[1], meets_b[1], strict=True)
            return [((a[0], x), (b[0], y)) for x, y in paths if isinstance(x, Var) and isinstance(y, Var)]
        if (self.order[a[1]], a[0] == "content") < (self.order[b[1]], b[0] == "content"):
            a, b = b, a
        return [(source, b) for source in self._origins(a)]

    def _origins(self, memory: Memory) -> Sequence[Memory]:
        kind, var = memory
        meets = self._meets(var)
        if meets:
            return [(kind, atom) for atom in meets[1] if isinstance(atom, Var)]
        return self.sources.get(memory, ())

    def _meets(self, var: Var) -> tuple[int, list[Atom | None]] | None:
        return None if var in self.copies.values else self.alternatives.get(var)

    def must(self, one: Var, other: Var) -> bool:
        """Whether the memory of `one` is certainly that of `other`, which is defined before."""
        seen: set[Var] = set()
        pending = [one]
        while pending:
            var = self.token(pending.pop())
            if var in seen or var is other:
                continue
            seen.add(var)
            if var not in self.alternatives:
                return False
            for atom in self.alternatives[var][1]:
                if not isinstance(atom, Var):
                    return False
                pending.append(atom)
        return True
