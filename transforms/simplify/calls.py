"""Results that no call uses are not returned: the halves of a reversed function hand over what the other half asks for.
Arguments that a derivative never reads are not passed, so nobody computes them for it."""

from __future__ import annotations

from collections.abc import Mapping

from difflang.ir import LEAF, Atom, Function, Program, Region, Var, walk
from difflang.records import replace

from ..transport import renamed
from .rules import DERIVED

Kept = Mapping[str, tuple[int, list[int]]]
"""For each function that loses some how many results it had, and which stay."""


def inlined(program: Program) -> Program:
    """The program of a derivative without calls of functions that only hand on what they are given."""
    if not any(map(_is_derivative, program.functions.values())):
        return program
    inner = {key: f for key, f in program.functions.items() if key != program.entry}
    plain = {key: f for key, f in inner.items() if not (f.body.nodes or f.writes or f.captures)}
    called = {node.attrs["callee"] for f in program.functions.values() for node in walk(f.body) if node.op == "call"}
    if plain.keys().isdisjoint(called):
        return program
    return program.map(lambda function: replace(function, body=_handed_on(function.body, plain)))


def _handed_on(body: Region, plain: Mapping[str, Function]) -> Region:
    same: dict[Var, Atom] = {}
    for node in walk(body):
        callee = plain.get(node.attrs["callee"]) if node.op == "call" else None
        if callee is not None and len(callee.body.yields) == len(node.outs):
            given: dict[Atom, Atom] = dict(zip(callee.body.params, node.args, strict=True))
            values = [given.get(y, y) for y in callee.body.yields]
            same.update((out, same.get(v, v) if isinstance(v, Var) else v) for out, v in zip(node.outs, values, strict=True))
    return renamed(_without(body, set(same)), same) if same else body


def _without(region: Region, gone: set[Var]) -> Region:
    kept = [node for node in region.nodes if node.op != "call" or gone.isdisjoint(node.outs)]
    return replace(region, nodes=tuple(replace(n, regions=tuple(_without(r, gone) for r in n.regions)) if n.regions else n for n in kept))


def drop_results(program: Program) -> Program:
    """The program of a derivative with unused results of its inner functions removed, and those that are handed out twice."""
    if not any(node.role in DERIVED for function in program.functions.values() for node in walk(function.body)):
        return program
    program = _once(program)
    kept = _kept(program)
    if not kept:
        return program
    return replace(program, functions={key: _slimmer(key, function, kept) for key, function in program.functions.items()})


def _once(program: Program) -> Program:
    """A result that is another one too is read there by every caller."""
    twice: dict[str, dict[int, int]] = {}
    for key, function in program.functions.items():
        yields = function.body.yields[: len(function.body.yields) - len(function.writes)]
        first = {atom: k for k, atom in reversed(list(enumerate(yields))) if isinstance(atom, Var)}
        twice[key] = {k: first[atom] for k, atom in enumerate(yields) if isinstance(atom, Var) and first[atom] != k}

    def read_once(function: Function) -> Function:
        same: dict[Var, Atom] = {}
        for node in walk(function.body):
            if node.op == "call":
                same |= {node.outs[k]: node.outs[j] for k, j in twice[node.attrs["callee"]].items()}
        return replace(function, body=renamed(function.body, same)) if same else function

    return program.map(read_once) if any(twice.values()) else program


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


def drop_parameters(program: Program) -> Program:
    """The program without parameters that its derivative functions never read."""
    gone = _unread(program)
    if not gone:
        return program
    return replace(program, functions={key: _shorter(function, gone.get(key, set()), gone) for key, function in program.functions.items()})


def _unread(program: Program) -> dict[str, set[int]]:
    """For each function that has such parameters their positions. To be handed down to such a position is no reading."""
    gone: dict[str, set[int]] = {}
    for key, function in program.functions.items():
        plain = len(function.params) + len(function.captures) == len(function.body.params) and not function.changes
        if key != program.entry and plain and isinstance(function.result, tuple) and _is_derivative(function):
            gone[key] = set(range(len(function.params))) - set(function.writes)
    while True:
        before = sum(map(len, gone.values()))
        for key, positions in gone.items():
            asked = _asked(program.functions[key].body, gone)
            positions -= {k for k in positions if program.functions[key].body.params[k] in asked}
        if sum(map(len, gone.values())) == before:
            return {key: positions for key, positions in gone.items() if positions}


def _is_derivative(function: Function) -> bool:
    return any(node.role in DERIVED for node in walk(function.body))


def _asked(body: Region, gone: Mapping[str, set[int]]) -> set[Atom]:
    """What a body reads, what it only hands on to nobody left out."""
    found: set[Atom] = set(body.yields)
    for node in walk(body):
        idle = gone.get(node.attrs["callee"], set()) if node.op == "call" else set()
        found.update(a for k, a in enumerate(node.args) if k not in idle)
        for inner in node.regions:
            found.update(inner.yields)
    return found


def _shorter(function: Function, positions: set[int], gone: Mapping[str, set[int]]) -> Function:
    body = _passing(function.body, gone)
    if not positions:
        return replace(function, body=body)
    stays = [k for k in range(len(body.params)) if k not in positions]
    now = {k: at for at, k in enumerate(stays)}
    return replace(
        function,
        body=replace(body, params=tuple(body.params[k] for k in stays)),
        params=tuple(p for k, p in enumerate(function.params) if k not in positions),
        writes=tuple(now[k] for k in function.writes),
        alias=tuple(None if k is None else now[k] for k in function.alias),
    )


def _passing(region: Region, gone: Mapping[str, set[int]]) -> Region:
    nodes = []
    for node in region.nodes:
        idle = gone.get(node.attrs["callee"]) if node.op == "call" else None
        args = tuple(a for k, a in enumerate(node.args) if k not in idle) if idle else node.args
        nodes.append(replace(node, args=args, regions=tuple(_passing(inner, gone) for inner in node.regions)))
    return replace(region, nodes=tuple(nodes))
