"""Leave: an adjoint loop is left after the turn that passes its adjoint on for good. Owned in, owned out.

The mirror image of a search (`if d < best: best = d`) walks back to the turn that was taken last: from there on the adjoint that it
carries is zero, and no turn has anything to add. So it ends there.
"""

from __future__ import annotations

from difflang.ir import Atom, Const, Node, Program, Region, Var
from difflang.records import replace
from difflang.types import BOOL, Scalar

from .activity import loop_parts
from .guard import is_zero, left_alone
from .transport import renamed


def leave(program: Program) -> Program:
    """The program with exits in such loops; the very program where there are none."""
    return program.with_bodies(_region)


def _region(region: Region) -> Region:
    return region.with_nodes([_left(node.with_regions(_region)) for node in region.nodes])


def _left(node: Node) -> Node:
    """A loop with an exit where a number that it carries becomes zero and stays so, and nothing is left to do."""
    if node.op != "for" or not node.role or node.attrs.get("exits") or node.attrs.get("parallel"):
        return node
    body, inits, params, _ = loop_parts(node)
    for k, param in enumerate(params):
        taken = _taken(body, k) if isinstance(param.type, Scalar) and not is_zero(inits[k], set()) else None
        if taken is not None and _idle(body, params, k):
            ended, made, kept = taken
            left = Region(body.params, (*body.nodes, *made), (ended, *body.yields))
            same: dict[Var, Atom] = {param: inits[k]} if kept is param else {}
            return replace(node, regions=(renamed(left, same),), attrs={**node.attrs, "exits": True})
    return node


def _idle(body: Region, params: tuple[Var, ...], k: int) -> bool:
    """Whether a turn leaves all that it carries as it is, its k-th number being zero."""
    zero: set[Atom] = {params[k]}
    same = left_alone(body, zero)
    if same is None:
        return False

    def kept(end: Atom, param: Var) -> bool:
        while end in same:
            end = same[end]
        return end is param or (param is params[k] and is_zero(end, zero))

    return all(kept(end, param) for end, param in zip(body.yields, params, strict=True))


def _taken(body: Region, k: int) -> tuple[Var, tuple[Node, ...], Atom] | None:
    """When the k-th yield becomes zero: (a truth of the body, the nodes that compute it, the yield where it does not)."""
    branch = next((node for node in body.nodes if node.op == "if" and body.yields[k] in node.outs), None)
    if branch is None or not isinstance(branch.args[0], Var):
        return None
    position = branch.outs.index(body.yields[k])
    ends = [isinstance(arm.yields[position], Const) and is_zero(arm.yields[position], set()) for arm in branch.regions]
    if ends[0] == ends[1]:
        return None
    if ends[0]:
        return branch.args[0], (), branch.regions[1].yields[position]
    other = Var("t", BOOL)
    return other, (Node("not_", branch.args, (other,), place=branch.place, role=branch.role),), branch.regions[0].yields[position]
