"""Loops whose turns are independent become functions of their own, of which each call runs a part of the range.

The loop itself is a `call` with the attribute `parallel` (`Shared`): `lower/parallel.py` writes it. The number of parts depends on
sizes alone, and partial results are put together in the order of the parts: threads change no bit of a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from difflang.ir import LEAF, Atom, Const, Function, Node, Param, Program, Region, Var, free_vars, substitute
from difflang.op import row
from difflang.records import dataclass, replace
from difflang.transforms.activity import loop_parts
from difflang.transforms.independent import Carried, Dependent, judge
from difflang.types import INT, Array

NUMBERS = ("number", "last", "reset")
"""Kinds of carried values that parts give back in registers."""
_MANY = 16  # turns of a loop whose number is not known


@dataclass(frozen=True)
class Shared:
    """How a range is shared out: what becomes of each carried value (the last operands), its step, about how much a turn costs."""

    carried: tuple[Carried, ...]
    step: int
    reverse: bool
    cost: int


def shared_out(program: Program, every: bool = False) -> Program:
    """The placed program with independent loops as calls. `every`: those that the text says nothing of, too."""
    if not every and not any("parallel" in node.attrs for f in program.functions.values() for node in _loops(f.body)):
        return program
    parts: dict[str, Function] = {}
    functions = {}
    for key, function in program.functions.items():
        sharing = _Sharing(program, key, function, every, parts)
        functions[key] = replace(function, body=sharing.region(function.body))
    return replace(program, functions={**functions, **parts})


def _loops(region: Region) -> list[Node]:
    found = []
    for node in region.nodes:
        found += [node] if node.op == "for" else []
        for inner in node.regions:
            found += _loops(inner)
    return found


class _Sharing:
    """One function while its loops are taken out."""

    def __init__(self, program: Program, key: str, function: Function, every: bool, parts: dict[str, Function]) -> None:
        self.program, self.key, self.function, self.every, self.parts = program, key, function, every, parts

    def region(self, region: Region) -> Region:
        return replace(region, nodes=tuple(self.node(node, region) for node in region.nodes))

    def node(self, node: Node, around: Region) -> Node:
        if node.op == "for" and (self.every or node.attrs.get("parallel")):
            try:
                return self.taken_out(node, judge(node, self.program.functions, around))
            except Dependent:
                pass  # a derivative's loop: a stack, say, is handed from turn to turn
        return replace(node, regions=tuple(map(self.region, node.regions))) if node.regions else node

    def taken_out(self, loop: Node, carried: list[Carried]) -> Node:
        start, stop, step = loop.args[:3]
        if not isinstance(step, Const) or not step.value:
            raise Dependent("its step is not known", loop.place)
        body, inits, params, yields = loop_parts(loop)
        key = f"{self.key}.part{len(self.parts)}"
        first, last = Var(body.params[0].hint, INT), Var("stop", INT)
        free = list(free_vars(body))
        attrs: dict[str, Any] = {name: True for name in ("reverse",) if loop.attrs.get(name)}
        if isinstance(start, Const) and step.value > 0:
            attrs["least"] = start.value
        starts = tuple(Var(p.hint, p.type) for p in params)
        outs = tuple(Var(out.hint, param.type) for out, param in zip(loop.outs, params, strict=True))
        inner = replace(loop, args=(first, last, step, *starts), outs=outs, attrs=attrs)
        numbers = [k for k, one in enumerate(carried) if one.kind in NUMBERS]
        stacks = [replace(one.value, outs=(starts[k],)) for k, one in enumerate(carried) if one.kind == "stack"]
        given = [k for k, one in enumerate(carried) if one.kind != "stack"]
        arrays = [k for k, one in enumerate(carried) if one.kind in ("own", "sum")]
        whole = Region((first, last, *free, *(starts[k] for k in given)), (*stacks, inner), tuple(outs[k] for k in (*numbers, *arrays)))
        heads = tuple(Param(p.hint) for p in whole.params)
        self.parts[key] = Function(
            key, heads, substitute(whole, {}), "placed", (LEAF,) * len(numbers),
            writes=tuple(2 + len(free) + given.index(k) for k in arrays), alias=(None,) * len(numbers), place=loop.place,
        )  # fmt: skip
        shared = Shared(tuple(carried[k] for k in given), step.value, bool(loop.attrs.get("reverse")), cost(body, self.program.functions))
        made = tuple(loop.outs[k] for k in (*numbers, *arrays))
        args = (start, stop, *free, *(inits[k] for k in given))
        return replace(loop, op="call", args=args, outs=made, attrs={"callee": key, "parallel": shared}, regions=())


def cost(region: Region, functions: Mapping[str, Function], above: tuple[str, ...] = ()) -> int:
    """About how many operations a run through a region takes."""
    total = 1
    for node in region.nodes:
        if node.op == "for":
            bounds = [bound.value if isinstance(bound, Const) else None for bound in node.args[:3]]
            turns = _MANY if None in bounds or not bounds[2] else len(range(*bounds))  # type: ignore[arg-type]
            total += max(1, turns) * cost(node.regions[0], functions, above)
        elif node.op == "call":
            key = node.attrs["callee"]
            total += 10 + (0 if key in above else cost(functions[key].body, functions, (*above, key)))
        elif node.regions:
            total += (_MANY if node.op == "while" else 1) * max(cost(inner, functions, above) for inner in node.regions)
        else:
            total += _MANY * 4 if _whole(node) else 4 if row(node.op).cost > 1 else 1
    return total


def _whole(node: Node) -> bool:
    """Whether a node works on a whole array."""
    atoms: tuple[Atom, ...] = (*node.outs, *(node.args[:1] if not node.outs else ()))
    element = node.op in ("store", "accumulate") and set(node.attrs["pattern"]) <= {"i"}
    return not element and any(isinstance(atom.type, Array) for atom in atoms)


__all__ = ["NUMBERS", "Shared", "shared_out"]
