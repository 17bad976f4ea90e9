"""Remove what the reader carried too much of: results of if, for and while that nobody reads, closures never called.

A result counts as read if an ordinary node, a condition, or a result that is read itself uses it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..ir import Atom, Node, Region, Var
from ..records import replace

PURE = frozenset({"closure", "received", "tuple", "list", "text"})


def prune(body: Region) -> Region:
    """The region without dead results."""
    needs: dict[Var, list[Atom]] = {}
    live: list[Atom] = list(body.yields)
    _trace(body.nodes, needs, live)
    kept: set[Var] = set()
    while live:
        atom = live.pop()
        if isinstance(atom, Var) and atom not in kept:
            kept.add(atom)
            live += needs.get(atom, ())
    return _rebuild(body, kept)


def _exits(node: Node) -> int:
    return 1 if node.attrs.get("exits") else 0


def _heads(node: Node) -> int:
    """How many operands of a loop come before the carried values."""
    return {"for": 3, "each": 1}.get(node.op, 0)


def _trace(nodes: Iterable[Node], needs: dict[Var, list[Atom]], live: list[Atom]) -> None:
    """Enter what is live in any case, and what each result needs if it is live."""
    for node in nodes:
        if node.op == "if":
            live.append(node.args[0])
            for out, *yields in zip(node.outs, *(region.yields for region in node.regions), strict=True):
                needs.setdefault(out, []).extend(yields)
        elif node.op == "attempt":
            for out, value in zip(node.outs[2:], node.regions[0].yields, strict=True):
                needs.setdefault(out, []).append(value)
        elif node.op in ("for", "each", "while"):
            _trace_loop(node, needs, live)
        elif node.op in PURE:
            needs.setdefault(node.out, []).extend(node.args)
        else:
            live.extend(node.args)
        for region in node.regions:
            _trace(region.nodes, needs, live)


def _trace_loop(node: Node, needs: dict[Var, list[Atom]], live: list[Atom]) -> None:
    body, heads = node.regions[-1], _heads(node)
    live += [*node.args[:heads], *body.yields[: _exits(node)]]
    if node.op == "while":
        live += node.regions[0].yields
    count = len(node.outs)
    inits, finals = node.args[heads:], body.yields[_exits(node) :]
    for k, out in enumerate(node.outs):
        copies = [region.params[len(region.params) - count + k] for region in node.regions]
        for var in (out, *copies):
            needs.setdefault(var, []).extend((inits[k], finals[k], out, *copies))


def _rebuild(region: Region, kept: set[Var]) -> Region:
    nodes = [_slim(node, kept) for node in region.nodes if node.op not in PURE or node.out in kept]
    return replace(region, nodes=tuple(nodes))


def _slim(node: Node, kept: set[Var]) -> Node:
    if not node.regions:
        return node
    if node.op == "attempt":
        inner = _rebuild(node.regions[0], kept)
        wanted = [(out, value) for out, value in zip(node.outs[2:], inner.yields, strict=True) if out in kept]
        region = replace(inner, yields=tuple(value for _, value in wanted))
        return replace(node, outs=(*node.outs[:2], *(out for out, _ in wanted)), regions=(region,))
    keep = [k for k, out in enumerate(node.outs) if out in kept]
    heads, count = _heads(node), len(node.outs)
    outs = tuple(node.outs[k] for k in keep)
    regions = tuple(_slim_region(node, region, keep, count, kept) for region in node.regions)
    args = node.args if node.op == "if" else (*node.args[:heads], *(node.args[heads + k] for k in keep))
    return replace(node, args=args, outs=outs, regions=regions)


def _slim_region(node: Node, region: Region, keep: list[int], count: int, kept: set[Var]) -> Region:
    slim = _rebuild(region, kept)
    lead = len(region.params) - count
    params = region.params if node.op == "if" else (*region.params[:lead], *(region.params[lead + k] for k in keep))
    fixed = len(region.yields) - count
    is_test = node.op == "while" and region is node.regions[0]
    yields = region.yields if is_test else (*region.yields[:fixed], *(region.yields[fixed + k] for k in keep))
    return replace(slim, params=params, yields=yields)
