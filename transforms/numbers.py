"""Numbers: which values of open type are certainly single numbers, because what is made of them is one.

The gradient of a function is asked for where its result is a number. NumPy never makes a number of an array by an elementwise op, so
whatever the result was made of by such ops is a number too, and its adjoint needs no summing down.
"""

from __future__ import annotations

from collections.abc import Iterable

from difflang.ir import Atom, Node, Region, Var, walk
from difflang.op import row
from difflang.types import Unknown, rank

from .activity import loop_parts


def numbers(body: Region, given: Iterable[Atom]) -> set[Atom]:
    """The values of open type in a function body that are numbers if the `given` ones are."""
    found = {atom for atom in given if is_open(atom)}
    while True:
        before = len(found)
        _region(body, found)
        if len(found) == before:
            return found


def is_written(body: Region, atom: Atom) -> bool:
    """Whether a value is certainly an array: something was written into it, or it was put together."""
    definition = {out: node for node in walk(body) for out in node.outs}
    seen: set[Atom] = set()
    waiting = [atom]
    while waiting:
        one = waiting.pop()
        node = definition.get(one) if isinstance(one, Var) and one not in seen else None
        seen.add(one)
        if node is None:
            continue
        if node.op in ("store", "accumulate", "stack", "concatenate"):
            return True
        if node.op in ("for", "while"):
            waiting.append(loop_parts(node)[3][node.outs.index(one)])
    return False


def is_open(atom: Atom) -> bool:
    return isinstance(atom, Var) and isinstance(atom.type, Unknown)


def _region(region: Region, found: set[Atom]) -> None:
    for node in reversed(region.nodes):
        if node.op in ("for", "while"):
            _loop(node, found)
        elif node.op == "if":
            _branch(node, found)
        for inner in node.regions:
            _region(inner, found)
        if not node.regions and node.op != "call":
            _plain(node, found)


def _plain(node: Node, found: set[Atom]) -> None:
    if len(node.outs) != 1:
        return
    whole = len(node.args) == 1 and "keepdims" in node.attrs and not node.attrs["keepdims"] and node.attrs.get("axis") is None
    if whole and is_open(node.out):
        found.add(node.out)  # reduced over all axes
    if row(node.op).kind != "elementwise":
        return
    if node.out in found or (rank(node.out.type) == 0 and getattr(node.out.type, "dtype", "") == "f64"):  # such as math.sqrt takes
        found.update(filter(is_open, node.args))
    elif is_open(node.out) and all(a in found or rank(a.type) == 0 for a in node.args):
        found.add(node.out)


def _branch(node: Node, found: set[Atom]) -> None:
    """The arm that is taken gives the result; a value from outside may belong to the other one."""
    for arm in node.regions:
        own = {out for inner in arm.nodes for out in inner.outs}
        found.update(y for y, out in zip(arm.yields, node.outs, strict=True) if out in found and y in own and is_open(y))
    for k, out in enumerate(node.outs):
        if is_open(out) and all(arm.yields[k] in found or rank(arm.yields[k].type) == 0 for arm in node.regions):
            found.add(out)


def _loop(node: Node, found: set[Atom]) -> None:
    """Where a turn's value can only be a number if the one before was, all of them are, back to the first."""
    body, inits, params, yields = loop_parts(node)
    for init, param, last, out in zip(inits, params, yields, node.outs, strict=True):
        if all(atom in found or rank(atom.type) == 0 for atom in (init, last)):
            found.update(filter(is_open, (param, out)))
        if out in found and param in found and is_open(last):
            found.add(last)
        elif out in found and is_open(last):
            trial = {*found, last}
            while True:
                before = len(trial)
                _region(body, trial)
                if len(trial) == before:
                    break
            if param in trial:
                found |= trial
                found.update(filter(is_open, (init,)))
