"""Recursion: which functions call themselves, and which of their arguments the way back can be given again.

In a recursion every value that the way back needs goes to stacks. An argument that each call gets from its caller unchanged, or by
cheap arithmetic from such arguments, needs none: the caller, on its own way back, has it at hand.
"""

from __future__ import annotations

from difflang.ir import Atom, Function, Node, Program, Var, walk
from difflang.op import row
from difflang.types import Array, Scalar

CHEAP = 8
"""Arithmetic (in units of an addition) that is cheaper than a push and a pop."""


def recursive(program: Program) -> set[str]:
    """The functions on a cycle of the call graph."""
    calls = {key: {n.attrs["callee"] for n in walk(f.body) if n.op == "call"} for key, f in program.functions.items()}

    def reaches(start: str) -> bool:
        seen: set[str] = set()
        todo = list(calls[start])
        while todo:
            key = todo.pop()
            if key == start:
                return True
            if key not in seen:
                seen.add(key)
                todo += calls[key]
        return False

    return {key for key in calls if reaches(key)}


def handed_down(program: Program, key: str, cycles: set[str]) -> tuple[int, ...]:
    """The parameters of a function that calls itself, and none that calls it back, which its caller has at hand."""
    function = program.functions[key]
    nodes = list(walk(function.body))
    calls = [node for node in nodes if node.op == "call" and node.attrs["callee"] in cycles]
    if any(node.attrs["callee"] != key for node in calls):
        return ()
    params = function.body.params
    kept = {k for k, p in enumerate(params) if k not in function.writes and isinstance(p.type, (Scalar, Array))}
    definition = {out: node for node in nodes for out in node.outs}
    while True:
        at_hand: set[Atom] = {params[k] for k in kept}
        left = {k for k in kept if all(_is_cheap(node.args[k], at_hand, definition, CHEAP) for node in calls)}
        if left == kept:
            return tuple(sorted(kept & _read(function, calls)))
        kept = left


def _read(function: Function, calls: list[Node]) -> set[int]:
    """The parameters of which something else is asked than to be handed down, and those that they are computed of."""
    return {k for k, p in enumerate(function.body.params) if any(_asks(node, k, p, calls) for node in walk(function.body))}


def _asks(node: Node, position: int, param: Var, calls: list[Node]) -> bool:
    if node not in calls:
        return param in node.args
    return any(a is param and k != position for k, a in enumerate(node.args))


def _is_cheap(atom: Atom, at_hand: set[Atom], definition: dict[Var, Node], budget: int) -> bool:
    """Whether a value is at hand or little arithmetic away from what is."""
    if not isinstance(atom, Var) or atom in at_hand:
        return True
    node = definition.get(atom)
    if node is None or not isinstance(atom.type, Scalar) or node.regions or node.op == "call" or len(node.outs) != 1:
        return False
    if row(node.op).kind != "elementwise" or row(node.op).cost > budget:
        return False
    return all(_is_cheap(a, at_hand, definition, budget - row(node.op).cost) for a in node.args)
