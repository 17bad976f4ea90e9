"""Adjoin: two branches by one condition, one after the other, are one branch. Owned in, owned out.

The mirror image of a branch stands right after it where a loop's two sweeps became one: what the one computes the other reads.
"""

from __future__ import annotations

from difflang.ir import Atom, Node, Program, Region, Var, substitute, walk
from difflang.op import TABLE
from difflang.records import replace
from difflang.types import Undefined


def adjoin(program: Program) -> Program:
    """The program with such branches joined; the very program where there are none."""
    return program.with_bodies(_region)


def _region(region: Region) -> Region:
    nodes: list[Node] = []
    made: dict[Var, Node] = {}
    for node in region.nodes:
        node = node.with_regions(_region)
        made.update(dict.fromkeys(node.outs, node))
        at = _branch_before(nodes, node, made) if node.op == "if" and node.role else None
        if at is None:
            nodes.append(node)
        elif (joined := _joined(nodes[at], node)) is None:
            nodes.append(node)
        else:
            nodes[at:] = [*nodes[at + 1 :], joined]
    return region.with_nodes(nodes)


def _branch_before(nodes: list[Node], node: Node, made: dict[Var, Node]) -> int | None:
    """Where a branch by the same condition stands, with nothing behind it but arithmetic that does not read it."""
    for at in range(len(nodes) - 1, -1, -1):
        other = nodes[at]
        if other.op == "if":
            between = {a for n in nodes[at + 1 :] for a in n.args}
            alike = isinstance(node.args[0], Var) and _alike(other.args[0], node.args[0], made)
            return at if alike and between.isdisjoint(other.outs) else None
        again = len(other.outs) == 1 and any(n.op == other.op and _alike(n.outs[0], other.outs[0], made) for n in nodes[:at])
        if not again and (other.op not in TABLE or TABLE[other.op].kind != "elementwise" or TABLE[other.op].faults):
            return None
    return None


def _alike(one: Atom, other: Atom, made: dict[Var, Node]) -> bool:
    """Whether two values are one, or made alike."""
    if one is other or not (isinstance(one, Var) and isinstance(other, Var)):
        return one == other
    first, second = made.get(one), made.get(other)
    if first is None or second is None or (first.op, first.attrs) != (second.op, second.attrs) or first.op not in TABLE:
        return False
    plain = first.op == "index" or TABLE[first.op].kind == "elementwise"
    return plain and all(_alike(a, b, made) for a, b in zip(first.args, second.args, strict=True))


def _joined(first: Node, second: Node) -> Node | None:
    """The one branch; None where an arm would read what it has no value for."""
    arms = []
    for one, other in zip(first.regions, second.regions, strict=True):
        given: dict[Var, Atom] = dict(zip(first.outs, one.yields, strict=True))
        other = substitute(other, given, fresh=False)
        if any(isinstance(a.type, Undefined) for node in walk(other) for a in node.args):
            return None
        arms.append(_region(Region((), (*one.nodes, *other.nodes), (*one.yields, *other.yields))))
    return replace(first, outs=(*first.outs, *second.outs), regions=tuple(arms))
