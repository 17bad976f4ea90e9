"""Prune: remove what nobody reads.

Dead nodes, results of `if`, carried values of loops that only feed themselves. A `check` always lives, a draw of random
numbers too (the generator moves on), a call of a function that holds one, and whatever writes for others. What an operation
would raise is kept where `needed.py` has asked for it, in programs as they were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from difflang.ir import Atom, Const, Function, Node, Region, Var, free_vars
from difflang.ops.random import DRAWS
from difflang.records import replace

EFFECTS = ("check", *DRAWS)
ASKS = ("print", "needed")
"""Kinds of checks that stay whatever their condition is."""


def prune(function: Function) -> Function:
    """The function without dead code."""
    nodes = prune_nodes(function.body.nodes, function.body.yields)
    return replace(function, body=replace(function.body, nodes=nodes))


def prune_nodes(nodes: Sequence[Node], live: Iterable[Atom]) -> tuple[Node, ...]:
    """The nodes of a straight list that the live values need, in order."""
    wanted = {atom for atom in live if isinstance(atom, Var)}
    kept: list[Node] = []
    for node in reversed(nodes):
        slim = _slim(node, wanted)
        if slim is None:
            continue
        kept.append(slim)
        wanted.update(a for a in slim.args if isinstance(a, Var))
        for region in slim.regions:
            wanted.update(free_vars(region))
    return tuple(reversed(kept))


def _slim(node: Node, wanted: set[Var]) -> Node | None:
    """The node with only what is wanted of it, or None."""
    if node.op == "if":
        return _slim_if(node, wanted)
    if node.op in ("for", "while"):
        return _slim_loop(node, wanted)
    if node.op == "check" and isinstance(node.args[0], Const) and node.args[0].value and node.attrs.get("kind") not in ASKS:
        return None
    if node.op in EFFECTS or "effect" in node.attrs or any(out in wanted for out in node.outs):
        return node
    return None


def _has_effect(region: Region) -> bool:
    return any(node.op in EFFECTS or "effect" in node.attrs or any(map(_has_effect, node.regions)) for node in region.nodes)


def _slim_if(node: Node, wanted: set[Var]) -> Node | None:
    keep = [k for k, out in enumerate(node.outs) if out in wanted]
    regions = []
    for arm in node.regions:
        yields = tuple(arm.yields[k] for k in keep)
        regions.append(Region(arm.params, prune_nodes(arm.nodes, yields), yields))
    if not keep and not any(map(_has_effect, regions)):
        return None
    return replace(node, outs=tuple(node.outs[k] for k in keep), regions=tuple(regions))


def _slim_loop(node: Node, wanted: set[Var]) -> Node | None:
    """Keeps the carried values that are wanted afterwards or that kept ones need from turn to turn."""
    body = node.regions[-1]
    lead = 3 if node.op == "for" else 0
    index = body.params[:1] if node.op == "for" else ()
    carried = body.params[len(index) :]
    exit_ = body.yields[:1] if node.attrs.get("exits") else ()
    yields = body.yields[len(exit_) :]
    keep = {k for k, out in enumerate(node.outs) if out in wanted}
    if not keep and not any(map(_has_effect, node.regions)) and node.op == "for":
        return None  # a `while` that yields nothing is kept: it may be meant not to end
    while True:
        live = [*exit_, *(yields[k] for k in sorted(keep))]
        nodes = prune_nodes(body.nodes, live)
        used = set(free_vars(Region((), nodes, tuple(live))))
        more = {k for k, param in enumerate(carried) if param in used}
        if node.op == "while":
            condition = node.regions[0]
            asked = set(free_vars(Region((), condition.nodes, condition.yields)))
            more |= {k for k, param in enumerate(condition.params) if param in asked}
        if more <= keep:
            break
        keep |= more
    order = sorted(keep)
    regions: tuple[Region, ...] = (Region((*index, *(carried[k] for k in order)), nodes, (*exit_, *(yields[k] for k in order))),)
    if node.op == "while":
        condition = node.regions[0]
        regions = (replace(condition, params=tuple(condition.params[k] for k in order)), *regions)
    args = node.args[:lead] + tuple(node.args[lead + k] for k in order)
    return replace(node, args=args, outs=tuple(node.outs[k] for k in order), regions=regions)


def silent(function: Function) -> Function:
    """The function without what it prints, or computes for its errors alone: the pullback computes the primal once more, which has
    spoken already."""
    return _without(function, ASKS)


def unasked(function: Function) -> Function:
    """The function without what it computes for its errors alone: a kernel raises none."""
    return prune(_without(function, ("needed",)))


def _without(function: Function, kinds: Sequence[str]) -> Function:
    def quiet(region: Region) -> Region:
        kept = [node for node in region.nodes if node.op != "check" or node.attrs.get("kind") not in kinds]
        nodes = tuple(replace(node, regions=tuple(map(quiet, node.regions))) if node.regions else node for node in kept)
        return replace(region, nodes=nodes)

    return replace(function, body=quiet(function.body))
