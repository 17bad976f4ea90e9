"""Own: references become values. After it nothing is shared and a write makes a new version of an array.

Every function is walked with an environment from names to references (`references.py`) and the version that each
array has at that point. Which parameters a function writes, and which of its results are or may share memory with a
parameter, is a fixed point over the calls.
"""

from __future__ import annotations

from collections.abc import Mapping

from difflang.errors import DifflangError
from difflang.ir import Atom, Function, Node, Program, Region, Var
from difflang.records import replace

from .branch import branch
from .frame import Frame, Summary, Unclear, is_reference
from .lists import around, puts
from .loops import loop
from .nodes import straight
from .references import REFERENCES, Base, Ref, Value
from .sweep import sweep


def own(program: Program, unseen: bool = False) -> Program:
    """The owned form of a typed program. Functions that are owned already (linked derivatives) stay as they are.

    `unseen`: nobody looks at the entry's arguments afterwards (a derivative is made of it), so a write into one of open type may go unmade.
    """
    from .foreign import summary_of

    functions = dict(program.functions)
    typed = [key for key, function in functions.items() if function.level == "typed"]
    summaries = {key: summary_of(key, functions) if key not in typed else Summary() for key in functions}
    while True:
        before = dict(summaries)
        for key in reversed(typed):  # callees first, mostly
            functions[key], summaries[key] = _owned(program, key, summaries, unseen and key == program.entry)
        if summaries == before:
            return replace(program, functions=functions)


def _owned(program: Program, key: str, summaries: Mapping[str, Summary], unseen: bool) -> tuple[Function, Summary]:
    """One function, given what is known of those it calls. Where two paths give different arrays and one is written
    later, it is walked again with these results kept as choices; where callees give views, with those walked in place."""
    choices: frozenset[tuple[int, int]] = frozenset()
    first: Unclear | None = None
    while True:
        try:
            return _walked(program, key, summaries, choices, unseen, first is not None)
        except Unclear as unclear:
            if not unclear.merges <= choices:
                choices |= unclear.merges
            elif first is None:
                first, choices = unclear, frozenset()
            else:
                raise DifflangError(first.code, first.reason, first.place, first.way_out, first.origin) from None


def _walked(
    program: Program, key: str, summaries: Mapping[str, Summary], choices: frozenset[tuple[int, int]], unseen: bool, through: bool
) -> tuple[Function, Summary]:
    function = program.functions[key]
    frame = Frame(function, program.functions, summaries, _nodes, choices=choices, unseen=unseen, through=through)
    frame.builder.place = function.place
    params = tuple(Var(p.hint, p.type) for p in function.body.params)
    bases: dict[Base, int] = {}
    for position, (old, new) in enumerate(zip(function.body.params, params, strict=True)):
        frame.env[old] = new
        if is_reference(old.type):
            base = Base(old.hint, old.type, position)
            frame.state.versions[base] = new
            frame.env[old] = Ref(base)
            bases[base] = position
    _nodes(frame, function.body)
    results = [frame.get(atom) for atom in function.body.yields]
    yields: list[Atom] = [frame.derive(value) if isinstance(value, REFERENCES) else value for value in results]
    changed = [base for base, position in bases.items() if frame.state.versions[base] is not params[position]]
    writes = tuple(bases[base] for base in changed if not (unseen and base in frame.state.stale))
    finals = [frame.version(base) for base, position in bases.items() if position in writes]
    summary = _summary(frame, results, writes)
    body = sweep(frame.builder.region(params, [*yields, *finals]), frame.views)
    return replace(function, body=body, level="owned", writes=writes, alias=summary.alias), summary


def _nodes(frame: Frame, region: Region) -> None:
    for node in region.nodes:
        _node(frame, node)


def _node(frame: Frame, node: Node) -> None:
    before, frame.builder.place = frame.builder.place, node.place or frame.builder.place
    if node.op == "if":
        branch(frame, node)
    elif node.op in ("for", "while"):
        loop(frame, node)
    else:
        straight(frame, node)
    frame.builder.place = before


def _summary(frame: Frame, results: list[Value], writes: tuple[int, ...]) -> Summary:
    alias: list[int | None] = []
    shares: list[frozenset[int]] = []
    for k, value in enumerate(results):
        if not isinstance(value, REFERENCES):
            alias.append(None)
            shares.append(frozenset())
            continue
        alias.append(value.base.param if isinstance(value, Ref) and not value.steps else None)
        near = around(frame, value)
        positions = {base.param for base in near if base.param is not None}
        earlier = {~j for j, other in enumerate(results[:k]) if isinstance(other, REFERENCES) and other.bases() & near}
        shares.append(frozenset(positions | earlier))
    contents = frozenset(base.param for base in frame.contents if base.param is not None)
    return Summary(writes, tuple(alias), tuple(shares), contents, puts(frame), known=True)
