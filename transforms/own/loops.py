"""Loops: which arrays a body writes, which names it makes mean other arrays, found by walking it until nothing is new."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from difflang.ir import NONE, Atom, Const, Node, Region, Var
from difflang.records import dataclass, field

from .branch import Path, is_open, may_share, read_in, walked
from .frame import Frame, State, is_reference
from .moving import moved, moving_slots, picked
from .options import Options
from .references import REFERENCES, Base, Ref, Reference, Value


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
    ends: dict[int, list[Reference]] = field(default_factory=dict)  # what a carried array was after the last walk
    options: dict[int, Options] = field(default_factory=dict)  # names that mean one of several arrays, kept apart by truths

    def is_free(self, k: int) -> bool:
        """Whether the position is carried as an array of its own."""
        return k not in self.fixed and k not in self.moving

    def size(self) -> tuple[int, ...]:
        partners = sum(map(len, self.turn_partners.values()))
        moving = sum(map(len, self.moving.values()))
        options = sum(2 * len(o.known) + o.own for o in self.options.values())
        return (-len(self.fixed), -len(self.moving), moving, len(self.written), len(self.stale), partners, len(self.pairs), options)


def loop(frame: Frame, node: Node) -> None:
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
        path = walk.body(body)
        _widen(frame, guess, init, path, skip, walk, references)
        if guess.size() == before:
            break
    made = [k for k in range(len(init)) if k not in guess.fixed]
    yields = [read_in(frame, path, value) for value in path.yields[:skip]]
    args = list(bounds)
    for k in made:
        start, end = init[k], path.yields[skip + k]
        options = guess.options.get(k)
        if options:
            args += options.start()
            yields += options.told(frame, path, end)
        if k in guess.moving:
            args += picked(start, guess.moving[k])
            yields += picked(start if is_open(end) else end, guess.moving[k])
        elif options and options.own:
            args.append(frame.nothing(node.outs[k].type))
            yields.append(read_in(frame, path, options.kept(end, walk.bases[k])))
        elif not options:
            args.append(frame.derive(start) if isinstance(start, REFERENCES) else start)
            yields.append(read_in(frame, path, end))
    yields += [path.state.versions[base] for base in guess.written]
    args += [frame.version(base) for base in guess.written]
    regions = [path.builder.region(walk.params, yields)]
    if node.op == "while":
        regions.insert(0, walk.test(node.regions[0]))
    _leave(frame, node, walk, made, args, regions)


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
                operands = [Var("at", atom.type) for atom in picked(self.init[k], guess.moving[k])]
                made += operands
                frame.env[param] = moved(self.init[k], guess.moving[k], operands, param.type)
                continue
            options = guess.options.get(k)
            flags = options.flags() if options else []
            made += flags
            if options and not options.own:
                frame.env[param] = options.reference(flags, None, param.type)
                continue
            new = Var(param.hint, param.type)
            made.append(new)
            frame.env[param] = new
            if is_reference(param.type):
                self.bases[k] = base = Base(param.hint, param.type, merge=(id(self.node), k))
                state.versions[base] = new
                frame.descend(base, guess.ends.get(k, ()))
                frame.env[param] = options.reference(flags, Ref(base), param.type) if options else Ref(base)
        for k, base in self.bases.items():
            frame.tangle(base, list(guess.init_partners.get(k, set()) | guess.turn_partners.get(k, set())))
            frame.tangle(base, [self.bases[j] for i, j in guess.pairs if i == k and j in self.bases])
        for base in guess.written:
            new = Var(base.hint, base.type)
            made.append(new)
            state.versions[base] = new
        state.stale.update(guess.stale)
        frame.carried.update(made)
        return made

    def body(self, region: Region) -> Path:
        state = self.frame.state.copy()
        index = region.params[: len(region.params) - len(self.init)]
        fresh = [Var(p.hint, p.type) for p in index]
        self.frame.env.update(zip(index, fresh, strict=True))
        self.frame.carried.update(fresh)
        start, _, step = self.node.args[:3] if fresh else (NONE, NONE, NONE)
        if isinstance(start, Const) and isinstance(step, Const) and NONE not in (start, step) and start.value >= 0 < step.value:
            self.frame.naturals.update(fresh)
        self.params = [*fresh, *self.enter(region.params[len(index) :], state)]
        self.entered = dict(state.versions)
        return walked(self.frame, region, state)

    def test(self, region: Region) -> Region:
        """The condition of a `while`: it reads what the body carries and writes nothing."""
        frame = self.frame
        state = frame.state.copy()
        params = self.enter(region.params, state)
        entered = dict(state.versions)
        path = walked(frame, region, state)
        if any(path.state.versions[base] is not version for base, version in entered.items()):
            frame.fail("DL007", "the condition of a while loop writes an array", "write it in the body")
        return path.builder.region(params, [read_in(frame, path, path.yields[0])])


def _widen(frame: Frame, guess: Guess, init: Sequence[Value], path: Path, skip: int, walk: _Walk, references: Sequence[int]) -> None:
    """What the walk found that the guess did not know."""
    outer = frame.state.versions
    turn = {k: path.yields[skip + k] for k in references}
    for k in list(guess.fixed):
        if not (turn[k] == init[k] or is_open(turn[k])):
            guess.fixed.discard(k)
    for k in [k for k in guess.moving if k not in guess.fixed and not is_open(turn[k])]:
        slots = moving_slots(init[k], turn[k])
        if slots is None:
            del guess.moving[k]
        else:
            guess.moving[k] = sorted({*guess.moving[k], *slots})
    guess.written += [b for b in outer if b not in guess.written and path.state.versions[b] is not outer[b]]
    for base, place in path.state.stale.items():
        if base in outer and base not in frame.state.stale:
            guess.stale.setdefault(base, place)
    free = [k for k in references if guess.is_free(k)]
    for k in free:
        if (id(walk.node), k) in frame.choices and isinstance(init[k], REFERENCES):
            guess.options.setdefault(k, Options([init[k]]))  # type: ignore[list-item]
    carried = {k: _carried(frame, guess, init, path, k, turn[k]) for k in free}
    for k in free:
        starts, ends = carried[k]
        guess.ends[k] = [*starts, *ends]
        guess.init_partners[k] = {b for ref in starts for b in frame.partners(ref) if b in outer}
        found = guess.turn_partners.setdefault(k, set())
        for near in map(frame.partners, ends):
            found |= {b for b in near if b in outer}
            for j, base in walk.bases.items():
                if base in near:
                    found |= guess.turn_partners.get(j, set()) | guess.init_partners.get(j, set())
        for j in free:
            pairs = [*product(starts, carried[j][0]), *product(ends, carried[j][1])]
            if j != k and any(may_share(frame, a, b) for a, b in pairs):
                guess.pairs |= {(k, j), (j, k)}


def _carried(frame: Frame, guess: Guess, init: Sequence[Value], path: Path, k: int, turn: Value) -> tuple[list[Reference], list[Reference]]:
    """What the array that is carried under a name may be when the loop is entered, and after a turn."""
    if k in guess.options:
        return [], guess.options[k].widen(frame, path, turn)
    return [v for v in (init[k],) if isinstance(v, REFERENCES)], [v for v in (turn,) if isinstance(v, REFERENCES)]


def _leave(frame: Frame, node: Node, walk: _Walk, made: Sequence[int], args: Sequence[Atom], regions: Sequence[Region]) -> None:
    """The loop's node, and what its results stand for."""
    init, guess = walk.init, walk.guess
    outs = {k: _results(walk, k) for k in made}
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
        old, new = node.outs[k], outs[k]
        options = guess.options.get(k)
        if k in guess.moving:
            frame.env[old] = moved(init[k], guess.moving[k], new, old.type)
        elif options and not options.own:
            frame.env[old] = options.reference(new, None, old.type)
        elif is_reference(old.type):
            partners = set(guess.turn_partners.get(k, ()))
            partners |= set() if _runs(node) else guess.init_partners.get(k, set())
            partners |= {bases[j] for i, j in guess.pairs if i == k and j in bases}
            ref = frame.new_base(old.hint, old.type, new[-1], partners, (id(node), k))
            frame.descend(ref.base, guess.ends.get(k, ()))
            bases[k] = ref.base
            frame.env[old] = options.reference(new[:-1], ref, old.type) if options else ref
        else:
            frame.env[old] = new[0]


def _results(walk: _Walk, k: int) -> list[Var]:
    """The variables that a loop gives for one carried value."""
    old = walk.node.outs[k]
    if k in walk.guess.moving:
        return [Var("at", atom.type) for atom in picked(walk.init[k], walk.guess.moving[k])]
    options = walk.guess.options.get(k)
    own = [Var(old.hint, old.type)] if options is None or options.own else []
    return [*(options.flags() if options else []), *own]


def _runs(node: Node) -> bool:
    """Whether a loop certainly has one turn at least."""
    bounds = node.args[:3]
    return node.op == "for" and all(isinstance(b, Const) for b in bounds) and len(range(*(b.value for b in bounds))) > 0  # type: ignore[union-attr]
