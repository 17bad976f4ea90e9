"""Carry: an element that inner loops add to becomes a number that they carry, written once behind them. Owned in, owned out.

    for j in range(n):                     for j in range(n):
        for k in range(m):         ->          s = c[i, j]
            c[i, j] += a[k] * b[k, j]          for k in range(m):
                                                   s += a[k] * b[k, j]
                                               c[i, j] = s

Only in the turn of a loop whose counter names the element, so that no other turn reads or writes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import Atom, Const, Node, Region, Var, free_vars
from difflang.records import replace
from difflang.types import Array, Scalar


def carry(turn: Region) -> Region:
    """The body of a loop with such a number, or the very body."""
    at = next((k for k, node in enumerate(turn.nodes) if node.op == "for"), None)
    if at is None:
        return turn
    arrays = [k for k, a in enumerate(turn.nodes[at].args[3:]) if isinstance(a.type, Array)]
    if len(arrays) != 1:
        return turn
    k, array = arrays[0], turn.nodes[at].args[3 + arrays[0]]
    place = _named(turn.nodes[at], k)
    if place is None or turn.params[0] not in place or array.type.dtype not in ("f64", "f32"):  # type: ignore[union-attr]
        return turn
    before, first = list(turn.nodes[:at]), None
    cleared = next((node for node in before if array in node.outs), None)
    if cleared is not None:
        first = _written(cleared, place)
        if first is None:
            return turn
        before.remove(cleared)
        array = cleared.args[0]
    if not isinstance(array, Var) or array not in turn.params[1:] or _is_read(array, before):
        return turn
    return _rewritten(turn, (at, k), before, (array, first, place))


def _rewritten(turn: Region, where: tuple[int, int], before: list[Node], what: tuple[Var, Atom | None, tuple[Atom, ...]]) -> Region:
    (at, k), (array, first, place) = where, what
    loop = turn.nodes[at]
    assert isinstance(array.type, Array)
    number = Scalar(array.type.dtype)
    pattern = ("i",) * len(place)
    if first is None:
        first = Var(array.hint, number)
        before.append(Node("index", (array, *place), (first,), {"pattern": pattern}, place=loop.place))
    made = _carrying(loop, k, first, number, place)
    if made is None:
        return turn
    end = made.outs[k]
    written = Node("store", (array, end, *place), (loop.outs[k],), {"pattern": pattern}, place=loop.place)
    return replace(turn, nodes=(*before, made, written, *turn.nodes[at + 1 :]))


def _written(node: Node, place: tuple[Atom, ...]) -> Atom | None:
    """The number that a node has written there."""
    if node.op != "store" or node.args[2:] != place or any(code != "i" for code in node.attrs["pattern"]):
        return None
    value, dtype = node.args[1], node.out.type.dtype  # type: ignore[union-attr]
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(float(value.value), Scalar(dtype))
    return value if isinstance(value.type, Scalar) and value.type.dtype == dtype else None


def _is_read(array: Var, nodes: Sequence[Node]) -> bool:
    return any(array in node.args or any(array in free_vars(r) for r in node.regions) for node in nodes)


def _named(loop: Node, k: int) -> tuple[Atom, ...] | None:
    """The indices of the first element that the loop adds to in its k-th carried array; they do not change in the loop."""
    (body,) = loop.regions
    array = body.params[1 + k]
    defined = {out for node in body.nodes for out in node.outs} | set(body.params)
    for node in body.nodes:
        if node.op == "for" and array in node.args[3:]:
            found = _named(node, node.args[3:].index(array))
            return None if found is None or defined & set(found) else found
        if node.op == "accumulate" and node.args[0] is array and all(code == "i" for code in node.attrs["pattern"]):
            return None if defined & set(node.args[2:]) else node.args[2:]
    return None


def _carrying(loop: Node, k: int, first: Atom, number: Scalar, place: tuple[Atom, ...]) -> Node | None:
    """The loop with a number in place of its k-th carried array."""
    if any(loop.attrs.values()):
        return None
    (body,) = loop.regions
    array, value = body.params[1 + k], Var(loop.outs[k].hint, number)
    inner = _numbers(body, array, value, place, k)
    if inner is None:
        return None
    params = tuple(value if p is array else p for p in body.params)
    outs = tuple(Var(out.hint, number) if j == k else out for j, out in enumerate(loop.outs))
    args = (*loop.args[: 3 + k], first, *loop.args[4 + k :])
    return replace(loop, args=args, outs=outs, regions=(replace(inner, params=params),))


def _numbers(body: Region, array: Var, value: Var, place: tuple[Atom, ...], k: int) -> Region | None:
    """The body in numbers: reads of the element are the number, what is added to it is added to the number; None if it does more."""
    now: Atom = array
    nodes: list[Node] = []
    same: dict[Atom, Atom] = {}
    for node in body.nodes:
        node = replace(node, args=tuple(same.get(a, a) for a in node.args)) if same and not node.regions else node
        if any(now in free_vars(r) for r in node.regions) or any(a in free_vars(r) for a in same for r in node.regions):
            return None
        if now not in node.args:
            nodes.append(node)
        elif node.op == "index" and node.args == (now, *place):
            same[node.out] = value
        elif node.op == "accumulate" and node.args[0] is now and node.args[2:] == place and now not in node.args[1:]:
            added = node.args[1].type
            if not isinstance(added, Scalar) or added.dtype != value.type.dtype:  # type: ignore[union-attr]
                return None
            old, value = value, Var(value.hint, value.type)
            nodes.append(Node("add", (old, node.args[1]), (value,), place=node.place))
            now = node.out
        elif node.op == "for" and node.args.count(now) == 1 and now in node.args[3:]:
            at = node.args[3:].index(now)
            made = _carrying(node, at, value, value.type, place)  # type: ignore[arg-type]
            if made is None:
                return None
            nodes.append(made)
            now, value = node.outs[at], made.outs[at]
        else:
            return None
    if body.yields[k] is not now or any(now is y for j, y in enumerate(body.yields) if j != k):
        return None
    yields = tuple(value if j == k else same.get(y, y) for j, y in enumerate(body.yields))
    return replace(body, nodes=tuple(nodes), yields=yields)


__all__ = ["carry"]
