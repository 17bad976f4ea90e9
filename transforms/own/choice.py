"""References that are one of two arrays, by a condition: read by an `if`, written by one guarded store each."""

from __future__ import annotations

from collections.abc import Callable

from difflang.build import Builder
from difflang.ir import Atom, Var
from difflang.types import join

from .frame import Frame
from .references import Base, Choice, Reference


def chosen(frame: Frame, choice: Choice) -> Atom:
    """The value of the array that is meant."""
    versions = tuple(frame.version(base) for base in sorted(choice.bases(), key=id))
    key = (choice, versions)
    cached: Atom | None = next((scope[key] for scope in reversed(frame.scopes) if key in scope), None)
    if cached is not None:
        return cached
    regions = []
    for ref in (choice.one, choice.other):
        builder = Builder(frame.builder.place)
        with frame.inside(builder, frame.state.copy(), {}):
            value = frame.derive(ref)
        regions.append(builder.region((), (value,)))
    out = Var(_name(choice), join(*(region.yields[0].type for region in regions)))
    frame.builder.node("if", (choice.condition,), (out,), regions)
    frame.views.add(out)
    frame.scopes[-1][key] = out
    return out


def each_way(frame: Frame, choice: Choice, write: Callable[[Reference], None]) -> None:
    """One guarded write for each array that may be meant."""
    before = frame.state
    ways = []
    for ref in (choice.one, choice.other):
        builder, state = Builder(frame.builder.place), before.copy()
        with frame.inside(builder, state, {}):
            write(ref)
        ways.append((builder, state))
    written: list[Base] = [b for b in before.versions if any(s.versions[b] is not before.versions[b] for _, s in ways)]
    outs = [Var(base.hint, base.type) for base in written]
    regions = [builder.region((), [state.versions[b] for b in written]) for builder, state in ways]
    frame.builder.node("if", (choice.condition,), outs, regions)
    for base, out in zip(written, outs, strict=True):
        frame.state.versions[base] = out
    for _, state in ways:
        for base, place in state.stale.items():
            frame.state.stale.setdefault(base, place)


def _name(ref: Reference) -> str:
    return _name(ref.one) if isinstance(ref, Choice) else ref.base.hint
