"""Once: an element of an adjoint that one turn of a loop alone reads is not cleared after it. Owned in, owned out.

The mirror image of `z[i] = ...` reads `z_bar[i]` and clears it, for what stood there before the write. In a loop that writes each place
once nobody looks there again: without the clearing the loop writes nothing to that adjoint, which then needs no copy either.
"""

from __future__ import annotations

from difflang.ir import Atom, Const, Node, Program, Region, Var, free_vars
from difflang.records import dataclass, replace

from .activity import loop_parts
from .guard import is_zero


def once(program: Program) -> Program:
    """The program without such clearings; the very program where there are none."""
    return program.with_bodies(_region)


def _region(region: Region) -> Region:
    nodes: list[Node] = []
    for node in region.nodes:
        for k in range(len(node.outs)) if node.op == "for" and node.role else ():
            place = _cleared(node, k)
            if place is not None and _looked_elsewhere(region, node.outs[k], place):
                node = _kept(node, k)
        nodes.append(node.with_regions(_region))
    return region.with_nodes(nodes)


@dataclass(frozen=True)
class _Places:
    """Where a loop reads and clears: the operands, and for each axis that a loop walks alone the lowest index on it."""

    at: tuple[Atom, ...]
    lowest: dict[int, int]


def _cleared(node: Node, k: int) -> _Places | None:
    """The places of the k-th array that a loop carries, if a turn reads and clears one that no other turn looks at."""
    if node.op != "for" or node.attrs.get("exits") or node.args.count(node.args[3 + k]) != 1:
        return None
    body, _, params, yields = loop_parts(node)
    found = _in_turn(body, params[k], yields[k])
    start, _, step = node.args[:3]
    if found is None or not isinstance(start, Const) or not isinstance(step, Const) or step.value <= 0:
        return None
    own = {axis: low for axis, a in enumerate(found.at) if (low := _lowest(body, a, body.params[0], int(start.value))) is not None}
    return _Places(found.at, {**found.lowest, **own}) if own else None


def _lowest(body: Region, at: Atom, index: Var, start: int) -> int | None:
    """The least value of an operand that is a loop's index plus a constant; None if it is not, or may be negative."""
    if at is index:
        return start if start >= 0 else None
    made = next((node for node in body.nodes if at in node.outs), None)
    if made is None or made.op not in ("add", "sub") or made.args[0] is not index or not isinstance(made.args[1], Const):
        return None
    low = start + made.args[1].value if made.op == "add" else start - made.args[1].value
    return low if low >= 0 else None


def _in_turn(body: Region, start: Var, end: Atom) -> _Places | None:
    """Where one turn reads and clears: by one store of zero, or by an inner loop."""
    asking = [n for n in body.nodes if start in n.args or any(start in free_vars(inner) for inner in n.regions)]
    if not asking or end is start or sum(y is end for y in body.yields) != 1 or start in body.yields:
        return None
    *reads, last = asking
    if last.op == "for" and not reads and start in last.args[3:]:
        k = last.args[3:].index(start)
        return _cleared(last, k) if last.outs[k] is end and not _read(body, last.outs[k]) else None
    if last.op != "store" or last.args[0] is not start or last.out is not end or not is_zero(last.args[1], set()) or _read(body, last.out):
        return None
    at = last.args[2:]
    same = all(n.op == "index" and n.args[1:] == at and n.attrs["pattern"] == last.attrs["pattern"] for n in reads)
    return _Places(at, {}) if same and set(last.attrs["pattern"]) <= {"i"} and start not in at else None


def _read(body: Region, value: Var) -> bool:
    return any(value in node.args or any(value in free_vars(inner) for inner in node.regions) for node in body.nodes)


def _looked_elsewhere(region: Region, value: Var, places: _Places) -> bool:
    """Whether what is read of an array after the loop are elements below those that were cleared."""
    if value in region.yields:
        return False
    for node in region.nodes:
        if any(value in free_vars(inner) for inner in node.regions):
            return False
        if value in node.args and not (node.op == "index" and node.args[0] is value and _below(node, places)):
            return False
    return True


def _below(node: Node, places: _Places) -> bool:
    at = node.args[1:]
    if set(node.attrs["pattern"]) > {"i"} or len(at) != len(places.at):
        return False
    known = {axis: a.value for axis, a in enumerate(at) if isinstance(a, Const)}
    return any(0 <= known.get(axis, -1) < low for axis, low in places.lowest.items())


def _kept(node: Node, k: int) -> Node:
    """The loop with the clearing of its k-th array left out."""
    body = node.regions[0]
    param, end = body.params[1 + k], body.yields[k]
    nodes = []
    for inner in body.nodes:
        if inner.op == "store" and inner.args[0] is param:
            continue
        nodes.append(_kept(inner, inner.args[3:].index(param)) if inner.op == "for" and param in inner.args[3:] else inner)
    last = next(n for n in body.nodes if end in n.outs)
    yields = tuple(param if y is end and last.op == "store" else y for y in body.yields)
    return replace(node, regions=(Region(body.params, tuple(nodes), yields),))
