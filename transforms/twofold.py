"""Twofold: a loop that asks in its turns which of two arrays is meant is written for either answer. Owned in, owned out.

    for i in range(n):                       if meant:
        a = u if meant else v                    for i in range(n): v[i] = f(u[i])
        (v if meant else u)[i] = f(a[i])     else:
                                                 for i in range(n): u[i] = f(v[i])

What two buffers that change places become where the caller sees one of them (`own/options.py`). Machines go through memory that they
know. Nobody reads such text: it is for the code generator.
"""

from __future__ import annotations

from difflang.ir import Node, Program, Region, Var, const, free_vars, substitute, walk
from difflang.records import replace
from difflang.types import Array

from .simplify.simplify import simplify_function

_LOOPS = ("for", "while")
_QUESTIONS = 2
"""Answers are multiplied: two questions make four loops."""
_LONGEST = 80
"""Nodes of a loop that is worth being written again."""


def twofold(program: Program) -> Program:
    """The program with such loops; the very program where there are none."""
    changed = program.with_bodies(_region)
    if changed is program:
        return program
    functions = changed.functions
    split = {key: simplify_function(f, functions) for key, f in functions.items() if f is not program.functions[key]}
    return replace(changed, functions={**functions, **split})


def _region(region: Region) -> Region:
    return region.with_nodes([_answered(node, _QUESTIONS) if node.op in _LOOPS else node.with_regions(_region) for node in region.nodes])


def _answered(loop: Node, left: int) -> Node:
    """The loop, or an `if` of it for either answer to its first question."""
    asked = _question(loop) if left else None
    if asked is None:
        return loop.with_regions(_region)
    return Node("if", (asked,), loop.outs, {}, _arms(loop, asked, left - 1), loop.place, loop.role)


def _arms(loop: Node, asked: Var, left: int) -> tuple[Region, ...]:
    arms = []
    for answer in (True, False):
        copy = substitute(Region((), (loop,), loop.outs), {asked: const(answer)})
        arms.append(replace(copy, nodes=(_answered(copy.nodes[0], left),)))
    return tuple(arms)


def _question(loop: Node) -> Var | None:
    """A truth from outside of the loop that decides between arrays in it."""
    within = [node for region in loop.regions for node in walk(region)]
    if len(within) > _LONGEST:
        return None
    outside = {var for region in loop.regions for var in free_vars(region)}
    deciding = (node.args[0] for node in within if node.op == "if" and any(isinstance(out.type, Array) for out in node.outs))
    return next((asked for asked in deciding if isinstance(asked, Var) and asked in outside), None)
