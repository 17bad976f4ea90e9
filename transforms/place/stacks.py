"""Stacks that a function takes and hands back become parameters that it writes.

A recursion's tape goes into each call and comes out of it as a value. Where the result certainly is the parameter after
pushes and pops, the stack itself is passed and grown in place, so that no call copies it.
"""

from __future__ import annotations

from collections.abc import Mapping

from difflang.alias import KILLS
from difflang.ir import LEAF, Atom, Function, Node, Program, Region, Var
from difflang.records import replace
from difflang.types import Stack

Origin = int | None
"""The parameter that a stack comes from; OPEN while nothing is known, None where it is no single one."""
OPEN = -1
Handed = Mapping[str, Mapping[int, Origin]]
"""For each function the results that are stacks, and the parameter each comes from."""


def pass_stacks(program: Program) -> Program:
    """The program with such stacks among the written parameters."""
    handed: dict[str, dict[int, Origin]] = {key: _stack_results(program, key) for key in program.functions}
    while True:
        found = {key: _trace(program, key, handed) for key in program.functions}
        if found == handed:
            break
        handed = found
    chosen = {key: _distinct(results) for key, results in handed.items()}
    if not any(chosen.values()):
        return program
    functions = {key: _rewritten(program, key, chosen) for key in program.functions}
    return replace(program, functions=functions)


def _stack_results(program: Program, key: str) -> dict[int, Origin]:
    function = program.functions[key]
    if key == program.entry or not isinstance(function.result, tuple) or any(tree != LEAF for tree in function.result):
        return {}
    results = function.body.yields[: len(function.body.yields) - len(function.writes)]
    return {k: OPEN for k, result in enumerate(results) if isinstance(result.type, Stack)}


def _distinct(results: Mapping[int, Origin]) -> dict[int, int]:
    """The results that come from one parameter each, no two from the same."""
    origins = list(results.values())
    return {k: origin for k, origin in results.items() if origin is not None and origin >= 0 and origins.count(origin) == 1}


def _trace(program: Program, key: str, handed: Handed) -> dict[int, Origin]:
    if not handed[key]:
        return {}
    function = program.functions[key]
    tracing = _Tracing(handed)
    tracing.origin.update({p: k for k, p in enumerate(function.body.params) if isinstance(p.type, Stack) and k not in function.writes})
    tracing.region(function.body)
    return {k: tracing.of(function.body.yields[k]) for k in handed[key]}


def _meet(one: Origin, other: Origin) -> Origin:
    if one == OPEN or one == other:
        return other
    return one if other == OPEN else None


class _Tracing:
    """Follows each stack of a function back to a parameter."""

    def __init__(self, handed: Handed) -> None:
        self.handed = handed
        self.origin: dict[Var, Origin] = {}

    def of(self, atom: Atom) -> Origin:
        return self.origin.get(atom) if isinstance(atom, Var) else None

    def region(self, region: Region) -> None:
        for node in region.nodes:
            if node.op in KILLS:
                self.origin[node.outs[0]] = self.of(node.args[0])
            elif node.op == "if":
                for arm in node.regions:
                    self.region(arm)
                for k, out in enumerate(node.outs):
                    self.origin[out] = _meet(self.of(node.regions[0].yields[k]), self.of(node.regions[1].yields[k]))
            elif node.op in ("for", "while"):
                self.loop(node)
            elif node.op == "call":
                for k, origin in self.handed[node.attrs["callee"]].items():
                    self.origin[node.outs[k]] = origin if origin in (OPEN, None) else self.of(node.args[origin])

    def loop(self, node: Node) -> None:
        lead = 3 if node.op == "for" else 0
        body = node.regions[-1]
        skip = 1 if node.attrs.get("exits") else 0
        origins = [self.of(init) for init in node.args[lead:]]
        while True:
            for region in node.regions:
                self.origin.update(zip(region.params[len(region.params) - len(origins) :], origins, strict=True))
                self.region(region)
            after = [_meet(origin, self.of(final)) for origin, final in zip(origins, body.yields[skip:], strict=True)]
            if after == origins:
                break
            origins = after
        self.origin.update(zip(node.outs, origins, strict=True))


def _rewritten(program: Program, key: str, chosen: Mapping[str, Mapping[int, int]]) -> Function:
    function = program.functions[key]
    body = _region(function.body, chosen)
    moved = chosen[key]
    if not moved:
        return replace(function, body=body)
    yields = tuple(y for k, y in enumerate(body.yields) if k not in moved) + tuple(body.yields[k] for k in moved)
    assert isinstance(function.result, tuple)
    return replace(
        function,
        body=replace(body, yields=yields),
        result=tuple(tree for k, tree in enumerate(function.result) if k not in moved),
        alias=tuple(a for k, a in enumerate(function.alias) if k not in moved),
        writes=(*function.writes, *moved.values()),
    )


def _region(region: Region, chosen: Mapping[str, Mapping[int, int]]) -> Region:
    nodes = []
    for node in region.nodes:
        outs = node.outs
        moved = chosen[node.attrs["callee"]] if node.op == "call" else {}
        if moved:
            outs = tuple(out for k, out in enumerate(outs) if k not in moved) + tuple(outs[k] for k in moved)
        nodes.append(replace(node, outs=outs, regions=tuple(_region(inner, chosen) for inner in node.regions)))
    return replace(region, nodes=tuple(nodes))
