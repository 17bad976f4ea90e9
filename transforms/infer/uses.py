"""How a function of level `read` uses its values, where the meaning of a node depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from difflang.ir import Atom, Function, Node, Region, Var, walk


def only_truths(function: Function) -> frozenset[Var]:
    """The results of `if` nodes of which only the truth is asked: `if n and x > 0` need not join an int and a truth."""
    outs: dict[Var, tuple[Atom, ...]] = {}
    for node in walk(function.body):
        if node.op == "if":
            for k, out in enumerate(node.outs):
                outs[out] = tuple(arm.yields[k] for arm in node.regions)
    valued: set[Atom] = set(_values(function.body, True))
    waiting = [out for out in outs if out in valued]
    while waiting:
        for atom in outs[waiting.pop()]:
            if atom not in valued:
                valued.add(atom)
                if isinstance(atom, Var) and atom in outs:
                    waiting.append(atom)
    return frozenset(out for out in outs if out not in valued)


def _values(region: Region, yields: bool) -> Iterator[Atom]:
    """Atoms whose value is used, the yields of `if` arms aside."""
    for node in region.nodes:
        yield from _arguments(node)
        for k, inner in enumerate(node.regions):
            yield from _values(inner, yields=False)
            if node.op == "if" or (node.op == "while" and k == 0):
                continue
            skip = 1 if node.attrs.get("exits") else 0
            yield from inner.yields[skip:]
    if yields:
        yield from region.yields


def _arguments(node: Node) -> tuple[Atom, ...]:
    return node.args[1:] if node.op in ("if", "check") else () if node.op == "not_" else node.args


def item_writes(function: Function) -> frozenset[Var]:
    """Results of `inplace` on an item that go back to the very item: `x[i] += v`."""
    made: dict[Atom, Node] = {out: node for node in walk(function.body) for out in node.outs}
    found: set[Var] = set()
    for node in walk(function.body):
        if node.op != "setitem":
            continue
        change = made.get(node.args[1])
        if change is None or change.op != "inplace":
            continue
        item = made.get(change.args[0])
        if item is not None and item.op == "getitem" and item.args == (node.args[0], *node.args[2:]) and _once(function, change.out):
            found.add(change.out)
    return frozenset(found)


def _once(function: Function, var: Var) -> bool:
    uses = sum(arg is var for node in walk(function.body) for arg in node.args)
    return uses == 1
