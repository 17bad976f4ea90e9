"""Branches and loops: arrays written inside become results, references that differ become arrays of their own.

An array out of two paths may be the one or the other. It is entered as a new base, *tangled* with those it may be:
a write to one makes the others unreadable from there on (`Frame.write`), so nothing is ever read wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from difflang.build import Builder
from difflang.ir import NONE, UNDEF, Atom, Const, Node, Region, Var, const
from difflang.types import Scalar, Type

from .own_frame import Frame, State, is_missing, is_reference
from .own_references import REFERENCES, Base, Choice, Ref, Reference, Step, Value, items

Run = Callable[[Frame, Region], None]


@dataclass
class Path:
    """One region on its way: its nodes, the state at its end, the values it yields."""

    builder: Builder
    state: State
    scope: dict[Any, Atom] = field(default_factory=dict)
    yields: list[Value] = field(default_factory=list)


def walked(frame: Frame, region: Region, state: State, run: Run) -> Path:
    """Run a region from a state."""
    path = Path(Builder(frame.builder.place), state)
    with frame.inside(path.builder, path.state, path.scope):
        run(frame, region)
        path.yields = [frame.get(atom) for atom in region.yields]
    return path


def _read_in(frame: Frame, path: Path, value: Value) -> Atom:
    """A value of the region, read at its end."""
    if not isinstance(value, REFERENCES):
        return value
    with frame.inside(path.builder, path.state, path.scope):
        return frame.derive(value)


def branch(frame: Frame, node: Node, run: Run) -> None:
    condition = frame.read(node.args[0])
    before = frame.state
    paths = [walked(frame, region, before.copy(), run) for region in node.regions]
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
            return self.add(new, [_read_in(frame, p, v) for p, v in zip(self.paths, pair, strict=True)])
        single = _single(frame, self.paths, pair)
        if single is not None:
            return single
        if pair in self.merged:
            return self.merged[pair]
        if (id(self.node), k) in frame.choices and all(isinstance(v, REFERENCES) for v in pair):
            one, other = (self.outside(i, v) for i, v in enumerate(pair))  # type: ignore[arg-type]
            found: Reference = Choice(self.condition, one, other, out.type)
        else:
            self.add(new, [_read_in(frame, p, v) for p, v in zip(self.paths, pair, strict=True)])
            found = self.merge(new, pair, k)
        self.merged[pair] = found
        return found

    def merge(self, new: Var, pair: tuple[Value, ...], k: int) -> Ref:
        """A new base for an array that comes out of two paths."""
        frame, outer = self.frame, set(self.frame.state.versions)
        partners = {b for value in pair if isinstance(value, REFERENCES) for b in frame.partners(value) if b in outer}
        for other_pair, other in self.merged.items():
            if any(_may_share(frame, a, b) for a, b in zip(pair, other_pair, strict=True)):
                partners |= other.bases()
        return frame.new_base(new.hint, new.type, new, partners, (id(self.node), k))

    def outside(self, arm: int, ref: Reference) -> Reference:
        """The reference of one arm as it is known after the `if`: an array made inside becomes a result."""
        if _visible(self.frame, self.paths, ref):
            return ref
        source = Ref(ref.base) if isinstance(ref, Ref) and _visible_steps(self.paths, ref) else ref
        key = (arm, source)
        if key not in self.hoisted:
            value = _read_in(self.frame, self.paths[arm], source)
            new = Var(_hint(source), source.type)
            self.add(new, [value, UNDEF] if arm == 0 else [UNDEF, value])
            outer = self.frame.state.versions
            partners = {b for b in self.frame.partners(source) if b in outer}
            partners |= {r.base for (_, s), r in self.hoisted.items() if _may_share(self.frame, s, source)}
            self.hoisted[key] = self.frame.new_base(new.hint, new.type, new, partners)
        base = self.hoisted[key].base
        return Ref(base, ref.steps) if isinstance(ref, Ref) and source != ref else Ref(base)


def _hint(ref: Reference) -> str:
    return ref.base.hint if isinstance(ref, Ref) else _hint(ref.one)


def _visible(frame: Frame, paths: Sequence[Path], ref: Reference) -> bool:
    """Whether a reference of an arm means something outside it."""
    return ref.bases() <= set(frame.state.versions) and _visible_steps(paths, ref)


def _visible_steps(paths: Sequence[Path], ref: Reference) -> bool:
    inside = {out for path in paths for node in path.builder.nodes for out in node.outs}
    return not inside.intersection(ref.operands())


def _single(frame: Frame, paths: Sequence[Path], pair: Sequence[Value]) -> Value | None:
    """The reference that both arms give, or the only one, if it means something outside the arms too."""
    given = [value for value in pair if not _is_open(value)]
    if not given:
        return next((value for value in pair if isinstance(value, REFERENCES)), pair[0])
    first = given[0]
    if not isinstance(first, REFERENCES) or any(value != first for value in given) or not _visible(frame, paths, first):
        return None
    return first


def _is_open(value: Value) -> bool:
    """A value that does not exist on this path, or a recursive call's result that is not known yet."""
    return is_missing(value) or (isinstance(value, Ref) and value.base.open)


def _may_share(frame: Frame, one: Value, other: Value) -> bool:
    return isinstance(one, REFERENCES) and isinstance(other, REFERENCES) and bool(frame.partners(one) & other.bases())


@dataclass
class Guess:
    """What is assumed of a loop while its body is walked; each walk may widen it."""

    fixed: set[int]  # positions whose reference no turn changes
    moving: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # views of one array whose operands turns change
    written: list[Base] = field(default_factory=list)
    stale: dict[Base, Any] = field(default_factory=dict)
    init_partners: dict[int, set[Base]] = field(default_factory=dict)
    turn_partners: dict[int, set[Base]] = field(default_factory=dict)
    pairs: set[tuple[int, int]] = field(default_factory=set)

    def size(self) -> tuple[int, ...]:
        partners = sum(map(len, self.turn_partners.values()))
        return (-len(self.fixed), -len(self.moving), sum(map(len, self.moving.values())), len(self.written), len(self.stale), partners, len(self.pairs))


def loop(frame: Frame, node: Node, run: Run) -> None:
    lead = 3 if node.op == "for" else 0
    skip = 1 if node.attrs.get("exits") else 0
    bounds = [frame.read(a) for a in node.args[:lead]]
    init = [frame.get(a) for a in node.args[lead:]]
    body = node.regions[-1]
    params = body.params[len(body.params) - len(init) :]
    references = [k for k, param in enumerate(params) if is_reference(param.type)]
    held = {k for k in references if isinstance(init[k], REFERENCES)}
    guess = Guess(held, {k: [] for k in references if isinstance(init[k], Ref) and init[k].steps})  # type: ignore[union-attr]
    while True:
        before = guess.size()
        walk = _Walk(frame, node, init, guess)
        path = walk.body(body, run)
        _widen(frame, guess, init, path, skip, walk, references)
        if guess.size() == before:
            break
    made = [k for k in range(len(init)) if k not in guess.fixed]
    regions = [walk.test(node.regions[0], run)] if node.op == "while" else []
    yields = [_read_in(frame, path, value) for value in path.yields[:skip]]
    args = list(bounds)
    for k in made:
        start, end = init[k], path.yields[skip + k]
        if k in guess.moving:
            args += _picked(start, guess.moving[k])
            yields += _picked(start if _is_open(end) else end, guess.moving[k])
        else:
            args.append(frame.derive(start) if isinstance(start, REFERENCES) else start)
            yields.append(_read_in(frame, path, end))
    regions.append(path.builder.region(walk.params, [*yields, *(path.state.versions[base] for base in guess.written)]))
    args += [frame.version(base) for base in guess.written]
    _leave(frame, node, init, guess, made, args, regions)


def _picked(ref: Value, slots: Sequence[tuple[int, int]]) -> list[Atom]:
    """The operands of a view that change from turn to turn."""
    assert isinstance(ref, Ref)
    found = [ref.steps[step].operands[k] for step, k in slots]
    return [const(0) if atom == NONE else atom for atom in found]  # a slice from the start


def _moved(ref: Value, slots: Sequence[tuple[int, int]], operands: Sequence[Atom], type: Type) -> Ref:
    """The view with other operands."""
    assert isinstance(ref, Ref)
    steps = [list(step.operands) for step in ref.steps]
    for (step, k), operand in zip(slots, operands, strict=True):
        steps[step][k] = operand
    made = [replace(step, operands=tuple(given)) for step, given in zip(ref.steps, steps, strict=True)]
    made[-1] = replace(made[-1], type=type)
    return Ref(ref.base, tuple(made), ref.at)


def _is_start(step: Step, position: int) -> bool:
    """Whether an operand is where a slice of step one starts."""
    at = 0
    for code, operands in items(step.pattern, step.operands) if step.op == "index" else []:
        if code == "s" and at == position and operands[2] == NONE:
            return True
        at += len(operands)
    return False


def _slots(one: Value, other: Value) -> list[tuple[int, int]] | None:
    """Where the operands of two views differ that are otherwise the same view of the same array."""
    if not isinstance(one, Ref) or not isinstance(other, Ref) or one.base is not other.base or len(one.steps) != len(other.steps):
        return None
    if one.at is not None or other.at is not None:
        return None
    slots: list[tuple[int, int]] = []
    for k, (a, b) in enumerate(zip(one.steps, other.steps, strict=True)):
        if (a.op, a.attrs, len(a.operands), a.parent) != (b.op, b.attrs, len(b.operands), b.parent):
            return None
        for j, (x, y) in enumerate(zip(a.operands, b.operands, strict=True)):
            if x != y:
                x, y = (const(0) if atom == NONE and _is_start(step, j) else atom for atom, step in ((x, a), (y, b)))
                if x.type != y.type or not isinstance(x.type, Scalar):
                    return None
                slots.append((k, j))
    return slots


@dataclass
class _Walk:
    """One walk over a loop's body under a guess."""

    frame: Frame
    node: Node
    init: Sequence[Value]
    guess: Guess
    params: list[Var] = field(default_factory=list)
    bases: dict[int, Base] = field(default_factory=dict)

    def enter(self, old: Sequence[Var], state: State) -> list[Var]:
        """New parameters for the carried values and for the arrays written; the bases they stand for."""
        frame, guess = self.frame, self.guess
        made: list[Var] = []
        self.bases = {}
        for k, param in enumerate(old):
            if k in guess.fixed:
                frame.env[param] = self.init[k]
                continue
            if k in guess.moving:
                operands = [Var("at", atom.type) for atom in _picked(self.init[k], guess.moving[k])]
                made += operands
                frame.env[param] = _moved(self.init[k], guess.moving[k], operands, param.type)
                continue
            new = Var(param.hint, param.type)
            made.append(new)
            frame.env[param] = new
            if is_reference(param.type):
                self.bases[k] = base = Base(param.hint, param.type)
                state.versions[base] = new
                frame.env[param] = Ref(base)
        for k, base in self.bases.items():
            frame.tangle(base, list(guess.init_partners.get(k, set()) | guess.turn_partners.get(k, set())))
            frame.tangle(base, [self.bases[j] for i, j in guess.pairs if i == k and j in self.bases])
        for base in guess.written:
            new = Var(base.hint, base.type)
            made.append(new)
            state.versions[base] = new
        state.stale.update(guess.stale)
        return made

    def body(self, region: Region, run: Run) -> Path:
        state = self.frame.state.copy()
        index = region.params[: len(region.params) - len(self.init)]
        fresh = [Var(p.hint, p.type) for p in index]
        self.frame.env.update(zip(index, fresh, strict=True))
        self.params = [*fresh, *self.enter(region.params[len(index) :], state)]
        self.entered = dict(state.versions)
        return walked(self.frame, region, state, run)

    def test(self, region: Region, run: Run) -> Region:
        """The condition of a `while`: it reads what the body carries and writes nothing."""
        frame = self.frame
        state = frame.state.copy()
        params = self.enter(region.params, state)
        entered = dict(state.versions)
        path = walked(frame, region, state, run)
        if any(path.state.versions[base] is not version for base, version in entered.items()):
            frame.fail("DL007", "the condition of a while loop writes an array", "write it in the body")
        return path.builder.region(params, [_read_in(frame, path, path.yields[0])])


def _widen(frame: Frame, guess: Guess, init: Sequence[Value], path: Path, skip: int, walk: _Walk, references: Sequence[int]) -> None:
    """What the walk found that the guess did not know."""
    outer = frame.state.versions
    turn = {k: path.yields[skip + k] for k in references}
    for k in list(guess.fixed):
        if not (turn[k] == init[k] or _is_open(turn[k])):
            guess.fixed.discard(k)
    for k in [k for k in guess.moving if k not in guess.fixed and not _is_open(turn[k])]:
        slots = _slots(init[k], turn[k])
        if slots is None:
            del guess.moving[k]
        else:
            guess.moving[k] = sorted({*guess.moving[k], *slots})
    guess.written += [b for b in outer if b not in guess.written and path.state.versions[b] is not outer[b]]
    for base, place in path.state.stale.items():
        if base in outer and base not in frame.state.stale:
            guess.stale.setdefault(base, place)
    free = [k for k in references if k not in guess.fixed and k not in guess.moving]
    for k in free:
        start, end = init[k], turn[k]
        guess.init_partners[k] = {b for b in frame.partners(start) if b in outer} if isinstance(start, REFERENCES) else set()
        found = guess.turn_partners.setdefault(k, set())
        if isinstance(end, REFERENCES):
            near = frame.partners(end)
            found |= {b for b in near if b in outer}
            for j, base in walk.bases.items():
                if base in near:
                    found |= guess.turn_partners.get(j, set()) | guess.init_partners.get(j, set())
        for j in free:
            if j != k and (_may_share(frame, start, init[j]) or _may_share(frame, end, turn[j])):
                guess.pairs |= {(k, j), (j, k)}


def _leave(
    frame: Frame, node: Node, init: Sequence[Value], guess: Guess, made: Sequence[int], args: Sequence[Atom], regions: Sequence[Region]
) -> None:
    """The loop's node, and what its results stand for."""
    outs: dict[int, list[Var]] = {k: [Var(node.outs[k].hint, node.outs[k].type)] for k in made}
    for k in [k for k in made if k in guess.moving]:
        outs[k] = [Var("at", atom.type) for atom in _picked(init[k], guess.moving[k])]
    finals = [Var(base.hint, base.type) for base in guess.written]
    frame.builder.node(node.op, args, [*(var for k in made for var in outs[k]), *finals], regions, **node.attrs)
    for k in guess.fixed:
        frame.env[node.outs[k]] = init[k]
    for base, final in zip(guess.written, finals, strict=True):
        frame.state.versions[base] = final
    for base, place in guess.stale.items():
        frame.state.stale.setdefault(base, place)
    bases: dict[int, Base] = {}
    for k in made:
        old = node.outs[k]
        if k in guess.moving:
            frame.env[old] = _moved(init[k], guess.moving[k], outs[k], old.type)
            continue
        (new,) = outs[k]
        frame.env[old] = new
        if is_reference(old.type):
            partners = set(guess.turn_partners.get(k, ()))
            if not _runs(node):
                partners |= guess.init_partners.get(k, set())
            partners |= {bases[j] for i, j in guess.pairs if i == k and j in bases}
            ref = frame.new_base(old.hint, old.type, new, list(partners))
            bases[k] = ref.base
            frame.env[old] = ref


def _runs(node: Node) -> bool:
    """Whether a loop certainly has one turn at least."""
    bounds = node.args[:3]
    return node.op == "for" and all(isinstance(b, Const) for b in bounds) and len(range(*(b.value for b in bounds))) > 0  # type: ignore[union-attr]
