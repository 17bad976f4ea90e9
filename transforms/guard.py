"""Guard: an adjoint loop that has nothing to add runs only where it has. Owned in, owned out.

The mirror image of `if c: best = d` hands `d` an adjoint in one arm and zero in the other; a loop after it that only spreads this
adjoint adds zeros in the other arm. It moves into the arm (or, where something stands between, under a branch of its own).
"""

from __future__ import annotations

from dataclasses import replace

from difflang.ir import Atom, Const, Node, Program, Region, Var, free_vars, substitute

from .activity import loop_parts

LINEAR = frozenset("neg pos copy cast reshape transpose expand_dims squeeze broadcast_to unbroadcast flip sum stop_gradient".split())
"""Ops of one operand whose result is zero where it is."""


def guard(program: Program) -> Program:
    """The program with such loops guarded; the very program where there are none."""
    return program.with_bodies(_region)


def _region(region: Region) -> Region:
    nodes = [node.with_regions(_region) for node in region.nodes]
    changed = False
    for position, node in enumerate(nodes):
        if node.op == "for" and node.role and (found := _branch_before(nodes, position)) is not None:
            _move(nodes, position, *found)
            changed = True
    return region.with_nodes([node for node in nodes if node.outs or node.op != "for"] if changed else nodes)


def _branch_before(nodes: list[Node], position: int) -> tuple[int, int] | None:
    """(position of a branch, the arm in which the loop adds nothing)."""
    loop = nodes[position]
    asked = {*loop.args, *free_vars(loop.regions[0])}
    for k in range(position - 1, -1, -1):
        branch = nodes[k]
        if branch.op == "if" and not asked.isdisjoint(branch.outs):
            for side, arm in enumerate(branch.regions):
                zero: set[Atom] = {out for out, y in zip(branch.outs, arm.yields, strict=True) if is_zero(y, set())}
                if zero & asked and _adds_nothing(loop, zero):
                    return k, side
    return None


def _move(nodes: list[Node], position: int, at: int, side: int) -> None:
    """The loop into the other arm of the branch, or under a branch of its own."""
    loop, branch = nodes[position], nodes[at]
    between = {out for node in nodes[at + 1 : position] for out in node.outs}
    if not between.isdisjoint({*loop.args, *free_vars(loop.regions[0])}):
        moved = substitute(Region((), (loop,), loop.outs), {})
        arms = [moved, Region((), (), loop.args[3:])]
        nodes[position] = replace(branch, outs=loop.outs, regions=tuple(arms if side else reversed(arms)), role=loop.role, place=loop.place)
        return
    regions = []
    for k, arm in enumerate(branch.regions):
        given: dict[Var, Atom] = dict(zip(branch.outs, arm.yields, strict=True))
        moved = substitute(Region((), (loop,), loop.outs if k != side else loop.args[3:]), given)
        regions.append(Region((), (*arm.nodes, *(moved.nodes if k != side else ())), (*arm.yields, *moved.yields)))
    nodes[at] = replace(branch, outs=(*branch.outs, *loop.outs), regions=tuple(regions))
    nodes[position] = replace(loop, outs=())  # taken out by the caller


def _adds_nothing(loop: Node, zero: set[Atom]) -> bool:
    """Whether a loop gives back what it began with, these values being zero."""
    body, inits, params, yields = loop_parts(loop)
    if not inits or loop.attrs.get("exits"):
        return False
    same = left_alone(body, set(zero))
    return same is not None and all(_root(same, y) is p for p, y in zip(params, yields, strict=True))


def left_alone(region: Region, zero: set[Atom]) -> dict[Atom, Atom] | None:
    """What is the same as what where these values are zero (and what else is zero then, added to them); None where
    something in the region must be run all the same."""
    same: dict[Atom, Atom] = {}
    return same if _walk(region, zero, same) else None


def _root(same: dict[Atom, Atom], atom: Atom) -> Atom:
    while atom in same:
        atom = same[atom]
    return atom


def is_zero(atom: Atom, zero: set[Atom]) -> bool:
    return atom in zero or (isinstance(atom, Const) and isinstance(atom.value, (float, complex)) and atom.value == 0.0)


def _walk(region: Region, zero: set[Atom], same: dict[Atom, Atom]) -> bool:
    """Find what is zero and what stays the same; whether everything in the region may be left out."""
    return all(_note(node, zero, same) for node in region.nodes)


def _note(node: Node, zero: set[Atom], same: dict[Atom, Atom]) -> bool:
    zeros = [is_zero(a, zero) for a in node.args]
    if node.op == "if":
        if not all(_walk(arm, zero, same) for arm in node.regions):
            return False
        for k, out in enumerate(node.outs):
            ends = [_root(same, arm.yields[k]) for arm in node.regions]
            if all(is_zero(end, zero) for end in ends):
                zero.add(out)
            elif ends[0] is ends[1]:
                same[out] = ends[0]
        return True
    if node.op == "for":
        return _note_loop(node, zero, same)
    if node.op in ("while", "call", "check", "push", "pop"):
        return False
    if node.op == "accumulate" and zeros[1]:
        same[node.out] = node.args[0]
    elif node.op == "add" and any(zeros) and not all(zeros):
        same[node.out] = node.args[zeros.index(False)]
    elif _gives_zero(node, zeros):
        zero.add(node.out)
    return True


def _gives_zero(node: Node, zeros: list[bool]) -> bool:
    if node.op in ("mul", "masked"):
        return any(zeros) and bool(node.role)
    if node.op in ("add", "sub"):
        return all(zeros)
    if node.op == "div" or node.op in LINEAR:
        return zeros[0]
    return node.op == "where" and all(zeros[1:])


def _note_loop(node: Node, zero: set[Atom], same: dict[Atom, Atom]) -> bool:
    body, _, params, yields = loop_parts(node)
    if node.attrs.get("exits") or not _walk(body, zero, same):
        return False
    for out, init, param, end in zip(node.outs, node.args[3:], params, yields, strict=True):
        if _root(same, end) is param:
            same[out] = init
    return True
