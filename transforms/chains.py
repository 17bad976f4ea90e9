"""Chains: what happens to a value on its way through a region, where it has one reader at a time."""

from __future__ import annotations

from difflang.ir import Atom, Node, Region, Var, free_vars

from .activity import loop_parts


def only_added_to(region: Region, start: Var, end: Atom) -> bool:
    """Whether `end` is `start` plus something that is not computed from `start`: then the order of the additions is free."""
    now: Atom = start
    if end is start:
        return True  # it never changes: whoever reads it reads the same in every turn
    for node in region.nodes:
        inside = [inner for inner in node.regions if now in free_vars(inner) or now in inner.yields]
        count = node.args.count(now)
        if not count and not inside:
            continue
        following = None if count + bool(inside) != 1 else _after(node, now, bool(inside))
        if following is None:
            return False
        now = following
    return now is end


def _after(node: Node, now: Atom, inside: bool) -> Var | None:
    """The value after a node that only adds to it, or None."""
    assert isinstance(now, Var)
    if node.op == "accumulate" and node.args[0] is now and not inside:
        return node.out
    if node.op == "add" and not inside and node.role:
        return node.out
    if node.op == "if" and inside:
        return next((out for k, out in enumerate(node.outs) if all(through(arm, now, arm.yields[k]) for arm in node.regions)), None)
    if node.op == "for" and not inside and not node.attrs.get("exits") and now in node.args[3:]:
        body, inits, params, yields = loop_parts(node)
        k = inits.index(now)
        return node.outs[k] if only_added_to(body, params[k], yields[k]) else None
    return None


def through(arm: Region, now: Var, end: Atom) -> bool:
    """Whether an arm adds to a value; an arm that leaves it alone must not read it either."""
    if end is now:
        return not any(now in node.args or any(now in free_vars(inner) for inner in node.regions) for node in arm.nodes)
    return only_added_to(arm, now, end)
