"""Prune: remove what nobody reads.

Dead nodes, results of `if`, carried values of loops that only feed themselves. A `check` always lives, a draw of random
numbers too (the generator moves on), a call of a function that holds one, and whatever writes for others. What an operation
would raise is kept where `needed.py` has asked for it, in programs as they were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from difflang.ir import Atom, Const, Function, Node, Region, Var, walk
from difflang.ops.random import DRAWS
from difflang.records import replace

EFFECTS = ("check", *DRAWS)
ASKS = ("print", "needed")
"""Kinds of checks that stay whatever their condition is."""


def prune(function: Function) -> Function:
    """The function without dead code; the very function where there is none."""
    body = function.body
    nodes = prune_nodes(body.nodes, body.yields)
    return function if nodes is body.nodes else replace(function, body=replace(body, nodes=nodes))


def prune_nodes(nodes: tuple[Node, ...], live: Iterable[Atom]) -> tuple[Node, ...]:
    """The nodes of a straight list that the live values need, in order."""
    return _pruned(nodes, live)[0]


def _pruned(nodes: tuple[Node, ...], live: Iterable[Atom]) -> tuple[tuple[Node, ...], set[Var]]:
    """The same, and every value that is read by them or live."""
    wanted = {atom for atom in live if isinstance(atom, Var)}
    kept: list[Node] = []
    same = True
    for node in reversed(nodes):
        slim = _slim(node, wanted)
        same = same and slim is node
        if slim is not None:
            kept.append(slim)
            wanted.update(a for a in slim.args if isinstance(a, Var))
    return (nodes if same else tuple(reversed(kept))), wanted


def _slim(node: Node, wanted: set[Var]) -> Node | None:
    """The node with only what is wanted of it, or None. What its regions read is added to what is wanted."""
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
    found = [_arm(arm, keep) for arm in node.regions]
    regions = tuple(region for region, _ in found)
    if not keep and not any(map(_has_effect, regions)):
        return None
    for _, read in found:
        wanted |= read
    if all(new is old for new, old in zip(regions, node.regions, strict=True)):
        return node
    return replace(node, outs=tuple(node.outs[k] for k in keep), regions=regions)


def _arm(arm: Region, keep: Sequence[int]) -> tuple[Region, set[Var]]:
    """An arm that gives those values only, and what it reads."""
    yields = tuple(arm.yields[k] for k in keep)
    nodes, read = _pruned(arm.nodes, yields)
    same = nodes is arm.nodes and len(yields) == len(arm.yields)
    return (arm if same else Region(arm.params, nodes, yields)), read


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
    asked = set() if node.op == "for" else _read(node.regions[0])
    while True:
        nodes, read = _pruned(body.nodes, [*exit_, *(yields[k] for k in sorted(keep))])
        read |= asked
        more = {k for k, param in enumerate(carried) if param in read}
        if node.op == "while":
            more |= {k for k, param in enumerate(node.regions[0].params) if param in read}
        if more <= keep:
            break
        keep |= more
    wanted |= read
    if nodes is body.nodes and len(keep) == len(carried):
        return node
    order = sorted(keep)
    regions: tuple[Region, ...] = (Region((*index, *(carried[k] for k in order)), nodes, (*exit_, *(yields[k] for k in order))),)
    if node.op == "while":
        condition = node.regions[0]
        regions = (replace(condition, params=tuple(condition.params[k] for k in order)), *regions)
    args = node.args[:lead] + tuple(node.args[lead + k] for k in order)
    return replace(node, args=args, outs=tuple(node.outs[k] for k in order), regions=regions)


def _read(region: Region) -> set[Var]:
    """Every value that a region reads."""
    atoms = [*region.yields, *(arg for node in walk(region) for arg in node.args)]
    atoms += [atom for node in walk(region) for inner in node.regions for atom in inner.yields]
    return {atom for atom in atoms if isinstance(atom, Var)}


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
