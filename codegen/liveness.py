"""Where each block is released: after the last node of its region that touches a value of its group.

A group belongs to the region that makes it. Values of outer regions and a function's parameters are borrowed. What a
region yields moves out of it: a group of its own that is yielded is not released, anything else yielded is retained.
"""

from __future__ import annotations

from difflang.ir import Node, Region, Var, free_vars

from .alias import Aliases, holds_memory
from .lower.fuse import Fusion, stored_reads


class Liveness:
    """The last uses in one region. `owned` are the groups that belong to it and hold a reference."""

    def __init__(self, region: Region, aliases: Aliases, fusion: Fusion, owned: dict[int, Var]) -> None:
        self.aliases = aliases
        self.owned = dict(owned)
        self.last: dict[int, int] = dict.fromkeys(owned, -1)
        for i, node in enumerate(region.nodes):
            for var in self._touched(node, fusion):
                self._touch(var, i)
            for out in node.outs:
                if holds_memory(out) and out not in fusion.lazy:
                    self._define(out, i)
        self._at: dict[int, list[int]] = {}
        for group, i in self.last.items():
            self._at.setdefault(i, []).append(group)
        self.yielded = {aliases.group[a] for a in region.yields if isinstance(a, Var) and holds_memory(a)}

    def _define(self, out: Var, i: int) -> None:
        """A node's result: a new group of this region, or one more value of a known one."""
        group = self.aliases.group[out]
        if self.aliases.id(out) == group:
            self.owned[group] = out
            self.last[group] = i
        elif group in self.owned:
            self.last[group] = i

    def _touch(self, var: Var, i: int) -> None:
        group = self.aliases.group.get(var)
        if group in self.owned:
            self.last[group] = i

    @staticmethod
    def _touched(node: Node, fusion: Fusion) -> list[Var]:
        if node.outs and node.outs[0] in fusion.lazy:
            return []
        touched = stored_reads(fusion, node.args)
        for inner in node.regions:
            touched += list(free_vars(inner))
        return touched

    def dying(self, i: int) -> list[Var]:
        """The makers of the groups to release after node `i` (-1: before the first)."""
        return [self.owned[g] for g in self._at.get(i, ()) if self.last.get(g) == i and g not in self.yielded]
