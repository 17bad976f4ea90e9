"""Anyway: an element that a loop has read is written in every turn, its old value where the condition does not hold. Owned in, owned out.

    old = d[i, j]                          old = d[i, j]
    if new < old:                    ->    d[i, j] = where(new < old, new, old)
        d[i, j] = new

Machines select in lanes; a write under a condition takes them element by element, or through masks. Only where the loop's own counter
chooses the element: else the next turn would wait for what this one has written, where a branch would have been foreseen.
Nobody reads such text: it is for the code generator.
"""

from __future__ import annotations

from difflang.ir import Atom, Node, Program, Region, Var
from difflang.records import replace
from difflang.types import Scalar

_LOOPS = ("for", "while")


def anyway(program: Program) -> Program:
    """The program with such writes; the very program where there are none."""
    return program.with_bodies(_region)


def _region(region: Region) -> Region:
    nodes = []
    for node in region.nodes:
        node = node.with_regions(_region)
        nodes.append(node.with_regions(_turn) if node.op == "for" and not node.attrs.get("exits") else node)
    return region.with_nodes(nodes)


def _turn(body: Region) -> Region:
    """The body of an innermost loop."""
    if any(node.op in _LOOPS for node in body.nodes):
        return body
    nodes: list[Node] = []
    for node in body.nodes:
        nodes.extend(_chosen(node, nodes, body.params[0]))
    return replace(body, nodes=tuple(nodes)) if len(nodes) != len(body.nodes) else body


def _chosen(node: Node, before: list[Node], counter: Var) -> tuple[Node, ...]:
    """The condition's write as a choice and a write; the node itself where it is anything else."""
    store = _lone_write(node)
    if store is None:
        return (node,)
    array, value, *at = store.args
    old = next((n.out for n in before if n.op == "index" and n.args == (array, *at) and n.attrs["pattern"] == store.attrs["pattern"]), None)
    if old is None or not isinstance(old.type, Scalar) or not _walks(at[-1], before, counter) or _dtype(value) != old.type.dtype:
        return (node,)
    held = bool(node.regions[0].nodes)
    chosen = Var(store.out.hint, old.type)
    pair = (value, old) if held else (old, value)
    where = Node("where", (node.args[0], *pair), (chosen,), place=node.place)
    return where, replace(store, args=(array, chosen, *at), outs=node.outs)


def _lone_write(node: Node) -> Node | None:
    """The write of one element that is all that the condition decides."""
    if node.op != "if" or len(node.outs) != 1:
        return None
    for region, other in (node.regions, node.regions[::-1]):
        if len(region.nodes) == 1 and not other.nodes:
            store = region.nodes[0]
            if store.op == "store" and region.yields == store.outs and other.yields == store.args[:1]:
                return store if all(p == "i" for p in store.attrs["pattern"]) else None
    return None


def _walks(at: Atom, before: list[Node], counter: Var) -> bool:
    """Whether this place moves on with the loop's counter."""
    made = next((n for n in before if at in n.outs), None)
    return at is counter or (made is not None and made.op in ("add", "sub") and made.args[0] is counter)


def _dtype(atom: Atom) -> str | None:
    return atom.type.dtype if isinstance(atom.type, Scalar) else None
