"""Views that were read when they were made, for the error an index out of range raises then, and that nobody
needs because every use found its way to the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet

from difflang.ir import Node, Region, Var
from difflang.records import replace


def sweep(region: Region, views: AbstractSet[Var]) -> Region:
    """The region without views that are not used."""
    uses: Counter[Var] = Counter()
    _count(region, uses)
    return _swept(region, views, uses)


def _count(region: Region, uses: Counter[Var]) -> None:
    for node in region.nodes:
        uses.update(a for a in node.args if isinstance(a, Var))
        for inner in node.regions:
            _count(inner, uses)
    uses.update(a for a in region.yields if isinstance(a, Var))


def _swept(region: Region, views: AbstractSet[Var], uses: Counter[Var]) -> Region:
    kept: list[Node] = []
    for node in reversed(region.nodes):
        if len(node.outs) == 1 and node.out in views and not uses[node.out]:
            uses.subtract(a for a in node.args if isinstance(a, Var))
            continue
        kept.append(replace(node, regions=tuple(_swept(inner, views, uses) for inner in node.regions)) if node.regions else node)
    return replace(region, nodes=tuple(reversed(kept)))
