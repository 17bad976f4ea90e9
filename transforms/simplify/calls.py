"""Results that no call uses are not returned: the halves of a reversed function hand over what the other half asks for."""

from __future__ import annotations

from collections.abc import Mapping

from difflang.ir import LEAF, Function, Program, Region, Var, walk
from difflang.records import replace

from .rules import DERIVED

Kept = Mapping[str, tuple[int, list[int]]]
"""For each function that loses some how many results it had, and which stay."""


def drop_results(program: Program) -> Program:
    """The program of a derivative with unused results of its inner functions removed."""
    if not any(node.role in DERIVED for function in program.functions.values() for node in walk(function.body)):
        return program
    kept = _kept(program)
    if not kept:
        return program
    return replace(program, functions={key: _slimmer(key, function, kept) for key, function in program.functions.items()})


def _kept(program: Program) -> Kept:
    used: dict[str, set[int]] = {key: set() for key in program.functions}
    for function in program.functions.values():
        read = _read(function.body)
        for node in walk(function.body):
            if node.op == "call":
                used[node.attrs["callee"]] |= {k for k, out in enumerate(node.outs) if out in read}
    found = {}
    for key, function in program.functions.items():
        flat = isinstance(function.result, tuple) and all(tree == LEAF for tree in function.result)
        if key != program.entry and flat:
            count = len(function.result)  # type: ignore[arg-type]
            stays = [k for k in range(count) if k in used[key]]
            if len(stays) < count:
                found[key] = (count, stays)
    return found


def _read(region: Region) -> set[Var]:
    """Every value that something in a region reads."""
    found = {y for y in region.yields if isinstance(y, Var)}
    for node in region.nodes:
        found.update(a for a in node.args if isinstance(a, Var))
        for inner in node.regions:
            found |= _read(inner)
    return found


def _slimmer(key: str, function: Function, kept: Kept) -> Function:
    body = _calls(function.body, kept)
    if key in kept:
        count, stays = kept[key]
        yields = (*(body.yields[k] for k in stays), *body.yields[count:])
        alias = tuple(function.alias[k] for k in stays) if function.alias else ()
        function = replace(function, result=(LEAF,) * len(stays), alias=alias)
        body = replace(body, yields=yields)
    return replace(function, body=body)


def _calls(region: Region, kept: Kept) -> Region:
    nodes = []
    for node in region.nodes:
        outs = node.outs
        slim = kept.get(node.attrs["callee"]) if node.op == "call" else None
        if slim is not None:
            count, stays = slim
            outs = (*(outs[k] for k in stays), *outs[count:])
        nodes.append(replace(node, outs=outs, regions=tuple(_calls(inner, kept) for inner in node.regions)))
    return replace(region, nodes=tuple(nodes))
