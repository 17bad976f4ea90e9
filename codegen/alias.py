"""Which values are the same array, share one block, or may share memory.

Three questions about each array or stack value of a placed function:

    root     the value whose descriptor it has, unchanged: a store's result has its operand's, an array that a loop only
             writes into has the one it came with. Roots need no merges and no counting.
    group    the block that keeps its memory alive: a view is in its base's group.
    memory   all the allocations it may lie in: what alias scopes and the hazards of fusing are made of.
             `ANYWHERE` among them: nothing is known. What comes out of a list lies in `BEFORE`, memory older than the call,
             or in a parameter, or in what this function has put into a list or handed to a callee that has one.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import Atom, Function, Node, Region, Var
from difflang.types import Array, Stack, Undefined

ANYWHERE, BEFORE = 0, -1
_WRITES = ("store", "accumulate", "push", "set_item", "set_items")
VIEWS = ("transpose", "expand_dims", "squeeze", "broadcast_to", "flip", "stop_gradient")


def holds_memory(atom: Atom) -> bool:
    return isinstance(atom.type, (Array, Stack))


def is_view(node: Node) -> bool:
    """Whether the node's result is its operand's memory, as this code generator makes it."""
    if not node.args or not isinstance(node.args[0].type, Array):
        return False
    if node.op == "index":
        return "a" not in node.attrs["pattern"] and isinstance(node.outs[0].type, Array)
    if node.op == "reshape":
        return node.args[0].type.layout != "A"
    return node.op in VIEWS


def writes(node: Node) -> bool:
    return node.op in _WRITES


class Aliases:
    """The answers for one function. `callees` gives each callee's function by key."""

    def __init__(self, function: Function, callees: dict[str, Function]) -> None:
        self.callees = callees
        self.root: dict[Var, Var] = {}
        self.group: dict[Var, int] = {}
        self.memory: dict[Var, frozenset[int]] = {}
        self._ids: dict[Var, int] = {}
        params = [param for param in function.body.params if holds_memory(param)]
        self.listed = frozenset({BEFORE, *map(self.id, params)})
        self.taken = False  # whether anything has come out of a list
        while True:
            for param in params:
                self.fresh(param)
            listed = self.listed
            self.region(function.body)
            if self.listed == listed or not self.taken:
                break

    def id(self, var: Var) -> int:
        return self._ids.setdefault(var, len(self._ids) + 1)

    def fresh(self, var: Var, others: frozenset[int] = frozenset()) -> None:
        """A value with a block of its own; it may also lie in `others`."""
        self.root[var] = var
        self.group[var] = self.id(var)
        self.memory[var] = frozenset({self.id(var)}) | others

    def same(self, var: Var, other: Atom) -> None:
        """`var` is `other`, descriptor and all."""
        assert isinstance(other, Var)
        self.root[var] = self.root[other]
        self.group[var] = self.group[other]
        self.memory[var] = self.memory[other]

    def memory_of(self, atom: Atom) -> frozenset[int]:
        return self.memory.get(atom, frozenset()) if isinstance(atom, Var) else frozenset()

    def region(self, region: Region) -> None:
        for node in region.nodes:
            self.node(node)

    def node(self, node: Node) -> None:
        if not node.regions and any(isinstance(each.type, Stack) for each in (*node.args, *node.outs)):
            self.listed = self.listed.union(*map(self.memory_of, node.args[1:] if writes(node) or node.op == "pop" else node.args))
        if node.op == "if":
            self._if(node)
        elif node.op in ("for", "while"):
            self._loop(node)
        elif node.op == "call":
            self._call(node)
        elif writes(node):
            self._write(node)
        elif node.op == "pop":
            self.same(node.outs[0], node.args[0])
            if holds_memory(node.outs[1]):
                self.fresh(node.outs[1], self._out_of_list())
        else:
            self._op(node)

    def _out_of_list(self) -> frozenset[int]:
        self.taken = True
        return self.listed

    def _write(self, node: Node) -> None:
        if holds_memory(node.outs[0]):
            self.same(node.outs[0], node.args[0])

    def _op(self, node: Node) -> None:
        for out in node.outs:
            if not holds_memory(out):
                continue
            base = node.args[0] if node.args else None
            if not is_view(node) or not isinstance(base, Var):
                self.fresh(out, self._out_of_list() if node.op == "item" else frozenset())
            elif node.op == "stop_gradient":
                self.same(out, base)
            else:
                self.root[out] = out
                self.group[out] = self.group[base]
                self.memory[out] = self.memory[base]

    def _if(self, node: Node) -> None:
        for arm in node.regions:
            self.region(arm)
        for k, out in enumerate(node.outs):
            if holds_memory(out):
                self._merge(out, [arm.yields[k] for arm in node.regions])

    def _merge(self, out: Var, values: Sequence[Atom]) -> None:
        real = [v for v in values if not isinstance(v.type, Undefined)]
        roots = {self.root[v] if isinstance(v, Var) else v for v in real}
        if len(roots) == 1 and len(real) == len(values) and isinstance(real[0], Var):
            self.same(out, real[0])
        else:
            self.fresh(out, frozenset().union(*map(self.memory_of, real)) if real else frozenset())

    def _loop(self, node: Node) -> None:
        """A carried array that every iteration hands on unchanged in descriptor is the array it came with."""
        first = 3 if node.op == "for" else 0
        shift = 1 if node.op == "for" else 0
        exits = 1 if node.attrs.get("exits") else 0
        inits = node.args[first:]
        body = node.regions[-1]
        carried = [k for k, init in enumerate(inits) if holds_memory(body.params[k + shift])]
        same = {k for k in carried if isinstance(inits[k], Var)}
        others: dict[int, frozenset[int]] = {k: self.memory_of(inits[k]) for k in carried}
        while True:
            self._enter(node, shift, carried, same, others)
            for region in node.regions:
                self.region(region)
            yields = body.yields[exits:]
            broken = {k for k in same if not self._is_same(yields[k], body.params[k + shift])}
            grown = {k: others[k] | self.memory_of(yields[k]) for k in carried}
            if not broken and grown == others:
                break
            same -= broken
            others = grown
        for k in carried:
            if k in same:
                self.same(node.outs[k], inits[k])
            else:
                self.fresh(node.outs[k], others[k] | self.memory[body.params[k + shift]])

    def _is_same(self, value: Atom, param: Var) -> bool:
        return isinstance(value, Var) and self.root.get(value) is self.root[param]

    def _enter(self, node: Node, shift: int, carried: list[int], same: set[int], others: dict[int, frozenset[int]]) -> None:
        first = 3 if node.op == "for" else 0
        for region in node.regions:
            for k in carried:
                param = region.params[k + (shift if region is node.regions[-1] else 0)]
                if k in same:
                    self.same(param, node.args[first + k])
                else:
                    self.fresh(param, others[k])

    def _call(self, node: Node) -> None:
        callee = self.callees[node.attrs["callee"]]
        leaves = len(node.outs) - len(callee.writes)
        for k, out in enumerate(node.outs):
            if not holds_memory(out):
                continue
            position = callee.alias[k] if k < len(callee.alias) and k < leaves else None
            if k >= leaves:
                position = callee.writes[k - leaves]
            if position is not None and isinstance(node.args[position], Var):
                self.same(out, node.args[position])
            else:
                self.fresh(out, self._reachable(node, out))

    def _reachable(self, node: Node, out: Var) -> frozenset[int]:
        """What a callee's result may share: its arguments of the same dtype, anything if it gets a stack."""
        found: set[int] = set()
        for arg in node.args:
            if isinstance(arg.type, Stack) or isinstance(out.type, Stack):
                found |= self._out_of_list()
            elif isinstance(arg.type, Array) and isinstance(out.type, Array) and arg.type.dtype == out.type.dtype:
                found |= self.memory_of(arg)
        return frozenset(found)

    def killed(self, node: Node) -> frozenset[int]:
        """The memory that a node writes, nested regions included."""
        found: frozenset[int] = self.memory_of(node.args[0]) if writes(node) or node.op == "pop" else frozenset()
        if node.op == "call":
            callee = self.callees[node.attrs["callee"]]
            written = [node.args[p] for p in callee.writes] + [a for a in node.args if isinstance(a.type, Stack)]
            found = found.union(*map(self.memory_of, written))
        for region in node.regions:
            for inner in region.nodes:
                found |= self.killed(inner)
        return found


def overlap(one: frozenset[int], other: frozenset[int]) -> bool:
    return bool(one & other) or (bool(one) and bool(other) and (ANYWHERE in one or ANYWHERE in other))
