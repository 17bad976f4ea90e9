"""Branches: arrays written inside become results, references that differ become arrays of their own.

An array out of two paths may be the one or the other. It is entered as a new base, *tangled* with those it may be:
a write to one makes the others unreadable from there on (`Frame.write`), so nothing is ever read wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from difflang.build import Builder
from difflang.ir import Atom, Node, Region, Var, const
from difflang.records import dataclass, field

from .frame import Frame, State, is_missing, is_reference
from .references import REFERENCES, Choice, Ref, Reference, Value


@dataclass
class Path:
    """One region on its way: its nodes, the state at its end, the values it yields."""

    builder: Builder
    state: State
    scope: dict[Any, Atom] = field(default_factory=dict)
    yields: list[Value] = field(default_factory=list)


def walked(frame: Frame, region: Region, state: State) -> Path:
    """Run a region from a state."""
    path = Path(Builder(frame.builder.place), state)
    with frame.inside(path.builder, path.state, path.scope):
        frame.run(frame, region)
        path.yields = [frame.get(atom) for atom in region.yields]
    return path


def read_in(frame: Frame, path: Path, value: Value) -> Atom:
    """A value of the region, read at its end."""
    if not isinstance(value, REFERENCES):
        return value
    with frame.inside(path.builder, path.state, path.scope):
        return frame.derive(value)


def branch(frame: Frame, node: Node) -> None:
    condition = frame.read(node.args[0])
    before = frame.state
    paths = [walked(frame, region, before.copy()) for region in node.regions]
    join = _Join(frame, node, condition, paths)
    written = [b for b in before.versions if any(path.state.versions[b] is not before.versions[b] for path in paths)]
    for k, out in enumerate(node.outs):
        frame.env[out] = join.result(k, out)
    finals = [join.add(Var(base.hint, base.type), [path.state.versions[base] for path in paths]) for base in written]
    regions = [path.builder.region((), atoms) for path, atoms in zip(paths, join.yields, strict=True)]
    frame.builder.node("if", (condition,), join.outs, regions)
    for base, new in zip(written, finals, strict=True):
        frame.state.versions[base] = new
    for path in paths:
        for base, place in path.state.stale.items():
            if base in frame.state.versions:
                frame.state.stale.setdefault(base, place)


@dataclass
class _Join:
    """The results of an `if`, one after another."""

    frame: Frame
    node: Node
    condition: Atom
    paths: Sequence[Path]
    outs: list[Var] = field(default_factory=list)
    yields: tuple[list[Atom], list[Atom]] = field(default_factory=lambda: ([], []))
    merged: dict[tuple[Value, ...], Reference] = field(default_factory=dict)
    hoisted: dict[tuple[int, Reference], Ref] = field(default_factory=dict)
    truths: dict[tuple[int, Atom], Atom] = field(default_factory=dict)

    def add(self, out: Var, atoms: Sequence[Atom]) -> Var:
        self.outs.append(out)
        for atom, into in zip(atoms, self.yields, strict=True):
            into.append(atom)
        return out

    def result(self, k: int, out: Var) -> Value:
        """What the k-th result stands for."""
        frame, pair = self.frame, tuple(path.yields[k] for path in self.paths)
        new = Var(out.hint, out.type)
        if not is_reference(out.type):
            return self.add(new, [read_in(frame, p, v) for p, v in zip(self.paths, pair, strict=True)])
        single = _single(frame, self.paths, pair)
        if single is not None:
            return single
        if pair in self.merged:
            return self.merged[pair]
        if (id(self.node), k) in frame.choices and all(isinstance(v, REFERENCES) for v in pair):
            one, other = (self.outside(i, v) for i, v in enumerate(pair))  # type: ignore[arg-type]
            found: Reference = Choice(self.condition, one, other, out.type)
        else:
            self.add(new, [read_in(frame, p, v) for p, v in zip(self.paths, pair, strict=True)])
            found = self.merge(new, pair, k)
            found.base.open = all(map(is_open, pair))
        self.merged[pair] = found
        return found

    def merge(self, new: Var, pair: tuple[Value, ...], k: int) -> Ref:
        """A new base for an array that comes out of two paths."""
        frame, outer = self.frame, set(self.frame.state.versions)
        partners = {b for value in pair if isinstance(value, REFERENCES) for b in frame.partners(value) if b in outer}
        for other_pair, other in self.merged.items():
            if any(may_share(frame, a, b) for a, b in zip(pair, other_pair, strict=True)):
                partners |= other.bases()
        made = frame.new_base(new.hint, new.type, new, partners, (id(self.node), k))
        frame.descend(made.base, pair)
        return made

    def outside(self, arm: int, ref: Reference) -> Reference:
        """The reference of one arm as it is known after the `if`: an array made inside becomes a result."""
        if _visible(self.frame, self.paths, ref):
            return ref
        if isinstance(ref, Choice):
            return Choice(self.told(arm, ref.condition), self.outside(arm, ref.one), self.outside(arm, ref.other), ref.type)
        source = Ref(ref.base) if _visible_steps(self.paths, ref) else ref
        key = (arm, source)
        if key not in self.hoisted:
            value = read_in(self.frame, self.paths[arm], source)
            new = Var(source.base.hint, source.type)
            path = self.paths[1 - arm]
            with self.frame.inside(path.builder, path.state, path.scope):
                none = self.frame.nothing(source.type)
            self.add(new, [value, none] if arm == 0 else [none, value])
            outer = self.frame.state.versions
            partners = {b for b in self.frame.partners(source) if b in outer}
            partners |= {r.base for (_, s), r in self.hoisted.items() if may_share(self.frame, s, source)}
            self.hoisted[key] = self.frame.new_base(new.hint, new.type, new, partners)
            self.frame.descend(self.hoisted[key].base, [source])
        base = self.hoisted[key].base
        return Ref(base, ref.steps) if source != ref else Ref(base)

    def told(self, arm: int, condition: Atom) -> Atom:
        """A truth found in one arm, as it is known after the `if`."""
        if condition not in _inside(self.paths):
            return condition
        if (arm, condition) not in self.truths:
            new = Var("meant", condition.type)
            self.truths[arm, condition] = self.add(new, [condition, const(False)] if arm == 0 else [const(False), condition])
        return self.truths[arm, condition]


def _visible(frame: Frame, paths: Sequence[Path], ref: Reference) -> bool:
    """Whether a reference of an arm means something outside it."""
    return ref.bases() <= set(frame.state.versions) and _visible_steps(paths, ref)


def _visible_steps(paths: Sequence[Path], ref: Reference) -> bool:
    return not _inside(paths).intersection(ref.operands())


def _inside(paths: Sequence[Path]) -> set[Atom]:
    return {out for path in paths for node in path.builder.nodes for out in node.outs}


def _single(frame: Frame, paths: Sequence[Path], pair: Sequence[Value]) -> Value | None:
    """The reference that both arms give, or the only one, if it means something outside the arms too."""
    given = [value for value in pair if not is_open(value)]
    if not given:
        found = next((value for value in pair if isinstance(value, REFERENCES)), pair[0])
        return found if not isinstance(found, REFERENCES) or _visible(frame, paths, found) else None
    first = given[0]
    if not isinstance(first, REFERENCES) or any(value != first for value in given) or not _visible(frame, paths, first):
        return None
    return first


def is_open(value: Value) -> bool:
    """A value that does not exist on this path, or a recursive call's result that is not known yet."""
    return is_missing(value) or (isinstance(value, Ref) and value.base.open)


def may_share(frame: Frame, one: Value, other: Value) -> bool:
    return isinstance(one, REFERENCES) and isinstance(other, REFERENCES) and bool(frame.partners(one) & other.bases())
