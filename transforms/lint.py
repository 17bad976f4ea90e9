"""Lint: derivatives that are exactly zero where the user may not expect it.

Two things are right and yet rarely meant: a real number that becomes an integer and then a real number again
(`float(int(x))`) has the derivative zero, and so has a result that does not depend on what it is differentiated by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from difflang.errors import DerivativeWarning
from difflang.ir import Atom, Function, Node, Place, Program, Region, Var
from difflang.op import row
from difflang.records import dataclass, field
from difflang.types import is_float, is_int

from .activity import Activity, Mask, bits, loop_parts


def lint(program: Program, wrt: Mask | None = None) -> list[DerivativeWarning]:
    """The warnings for a program differentiated by these leaves of its parameters (all real ones if not said)."""
    main = program.main
    real = tuple(is_float(param.type) for param in main.body.params)
    wrt = real if wrt is None else wrt
    activity = Activity(program)
    found = [
        warning
        for key, function in program.functions.items()
        for warning in _lost(function, activity, bits(wrt) if key == program.entry else -1)
    ]
    results = activity.varied_results(program.entry, wrt)
    wanted = [is_float(atom.type) for atom in main.body.yields]
    if any(wrt) and not any(wanted) and not found:
        found += _whole(main, activity, bits(wrt))
    if any(wrt) and any(wanted) and not found and not any(v for v, w in zip(results, wanted, strict=True) if w):
        names = _names(main, wrt)
        reason = f"what {main.name} returns does not depend on {names} through real numbers: the derivative is zero everywhere"
        found.append(DerivativeWarning("DL021", reason, main.place, "differentiate with respect to another argument", main.origin))
    return found


def _names(main: Function, wrt: Sequence[bool]) -> str:
    chosen = [var.hint for var, wanted in zip(main.body.params, wrt, strict=True) if wanted]
    return " or ".join(dict.fromkeys(chosen))


@dataclass
class _Severed:
    """The ints that came from varied real numbers, each with the place where it became one."""

    activity: Activity
    given: int
    origin: dict[Var, Place | None] = field(default_factory=dict)

    def of(self, atoms: Sequence[Atom]) -> Var | None:
        return next((a for a in atoms if isinstance(a, Var) and a in self.origin), None)

    def varied(self, atoms: Sequence[Atom]) -> bool:
        return any(isinstance(a, Var) and self.activity.depends.get(a, 0) & self.given for a in atoms)

    def flow(self, region: Region) -> None:
        for node in region.nodes:
            for target, source in _pairs(node):
                if isinstance(source, Var) and source in self.origin:
                    self.origin.setdefault(target, self.origin[source])
            for inner in node.regions:
                self.flow(inner)
            if node.regions or len(node.outs) != 1 or not is_int(node.out.type) or node.op == "call" or not _is_value(node):
                continue
            known = self.of(node.args)
            if known is not None or self.varied(node.args):
                self.origin.setdefault(node.out, self.origin[known] if known is not None else node.place)


def _is_value(node: Node) -> bool:
    """Whether the result's value follows the operands', as a position found among them (argmax) or a size does not."""
    return row(node.op).kind in ("elementwise", "linear", "multilinear")


def _pairs(node: Node) -> Iterator[tuple[Var, Atom]]:
    """What a structured node hands on: region parameters and results, with what they stand for."""
    if node.op == "if":
        for arm in node.regions:
            yield from zip(node.outs, arm.yields, strict=True)
    elif node.op in ("for", "while"):
        _, init, carried, yields = loop_parts(node)
        for targets, sources in ((carried, init), (carried, yields), (node.outs, yields), (node.outs, init)):
            yield from zip(targets, sources, strict=True)


def _lost(function: Function, activity: Activity, given: int) -> Iterator[DerivativeWarning]:
    severed = _Severed(activity, given)
    while True:  # values carried around a loop may come from its end
        before = len(severed.origin)
        severed.flow(function.body)
        if len(severed.origin) == before:
            break
    reported: set[Place | None] = set()
    for node in _nodes(function.body):
        known = severed.of(node.args)
        if known is None or node.regions or len(node.outs) != 1 or node.op == "call" or not is_float(node.out.type) or not _is_value(node):
            continue
        place = severed.origin[known]
        if place not in reported and activity.reaches.get(node.out, 0):
            reported.add(place)
            reason = "this integer is used as a real number later: no derivative passes through it"
            way_out = "keep the real number, or say dl.stop_gradient(x) if the zero is meant"
            yield DerivativeWarning("DL020", reason, place, way_out, function.origin)


def _whole(main: Function, activity: Activity, given: int) -> Iterator[DerivativeWarning]:
    """Of a function that gives integers alone, those whose values are made of real numbers."""
    severed = _Severed(activity, given)
    severed.flow(main.body)
    for atom in main.body.yields:
        if isinstance(atom, Var) and atom in severed.origin:
            reason = "what is returned is an integer made of real numbers: no derivative passes through it"
            way_out = "keep the real number, or say dl.stop_gradient(x) if the zero is meant"
            yield DerivativeWarning("DL020", reason, severed.origin[atom], way_out, main.origin)


def _nodes(region: Region) -> Iterator[Node]:
    for node in region.nodes:
        yield node
        for inner in node.regions:
            yield from _nodes(inner)
