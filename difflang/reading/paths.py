"""Paths that part and meet: arms are built apart, then merged into an `if` whose results are what they changed.

Everything an arm changed becomes a result; `prune` removes later what nobody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..errors import OutsideLanguage
from ..ir import UNDEF, Atom, Const, Node, Place, Region, Var
from ..records import dataclass
from .frame import CALL_IT_LATER, FALSE, FLAGS, LEAVE, RETURNED, SKIP, TRUE, VALUE
from .frame import Binding, Env, Frame, Late, Refused, bound_in, key_hint, value_in

FALL, CONTINUE, BREAK, RETURNS = "fall", "continue", "break", "return"
Ends = frozenset[str]
"""How control may leave a stretch of text. Empty: it never does, because it raises."""
FALLS: Ends = frozenset({FALL})
DEAD: Ends = frozenset()


@dataclass
class Arm:
    """One path, built apart from the rest."""

    nodes: list[Node]
    env: Env
    ends: Ends

    def region(self, params: Iterable[Var], yields: Iterable[Atom]) -> Region:
        return Region(tuple(params), tuple(self.nodes), tuple(yields))


def build_arm(frame: Frame, run: Callable[[], Ends], env: Env | None = None) -> Arm:
    """Run a piece of reading on a list of nodes and names of its own."""
    nodes, outer = frame.nodes, frame.env
    frame.nodes, frame.env = [], dict(outer) if env is None else env
    try:
        ends = run()
        return Arm(frame.nodes, frame.env, ends)
    finally:
        frame.nodes, frame.env = nodes, outer


def fork(frame: Frame, condition: Atom, then: Callable[[], Ends], other: Callable[[], Ends], place: Place, hint: str = "") -> Ends:
    """An `if`. Afterwards the frame's names are those of both paths merged."""
    one, two = build_arm(frame, then), build_arm(frame, other)
    return merge(frame, condition, one, two, place, hint)


def choose(frame: Frame, condition: Atom, then: Callable[[], Atom], other: Callable[[], Atom], place: Place, hint: str = "") -> Atom:
    """An `if` that is an expression: the value of one of two."""

    def arm(value: Callable[[], Atom]) -> Callable[[], Ends]:
        def run() -> Ends:
            frame.env[VALUE] = value()
            return FALLS

        return run

    fork(frame, condition, arm(then), arm(other), place, hint or "t")
    result = frame.env.pop(VALUE)
    assert not isinstance(result, (Late, Refused))
    return result


def merge(frame: Frame, condition: Atom, one: Arm, two: Arm, place: Place, hint: str = "") -> Ends:
    results = _Results(frame, one, two, hint)
    if one.ends or two.ends:
        for key in {**one.env, **two.env}:
            if not key.startswith("?"):
                results.add(key)
    results.follow()
    regions = (one.region((), results.first), two.region((), results.second))
    frame.structured("if", (condition,), results.outs, regions, place)
    frame.env = results.env
    return one.ends | two.ends


class _Results:
    """The results of an `if`, one for each pair of values that differ."""

    def __init__(self, frame: Frame, one: Arm, two: Arm, hint: str) -> None:
        self.frame, self.one, self.two, self.hint = frame, one, two, hint
        self.env: Env = {}
        self.outs: list[Var] = []
        self.first: list[Atom] = []
        self.second: list[Atom] = []
        self._flags: dict[tuple[Atom, Atom], Var] = {}
        self._closures: list[tuple[Var, Atom, Atom]] = []
        self._inside = [{out for node in arm.nodes for out in node.outs} for arm in (one, two)]

    def add(self, key: str) -> None:
        a, b = value_in(self.one.env, key), value_in(self.two.env, key)
        if not key.startswith("$"):
            self._add_bound(key)
        if a is b or not (self.one.ends and self.two.ends):
            live = a if self.one.ends else b
            if a is b or isinstance(live, (Late, Refused)):
                self.env[key] = live
                return
            a, b = (a, UNDEF) if self.one.ends else (UNDEF, b)
        a, b = settled(self.frame, self.one, key, a), settled(self.frame, self.two, key, b)
        refused = next((value for value in (a, b) if isinstance(value, Refused)), None)
        if refused is not None:
            self.env[key] = refused
            return
        assert not isinstance(a, (Late, Refused)) and not isinstance(b, (Late, Refused))
        self.env[key] = self._pair(a, b, key_hint(key) if key != VALUE else self.hint, key in FLAGS)

    def _add_bound(self, name: str) -> None:
        flag = self._pair(bound_in(self.one.env, name), bound_in(self.two.env, name), f"{name}_bound", True)
        if flag is not TRUE:
            self.env["?" + name] = flag

    def _pair(self, a: Atom, b: Atom, hint: str, flag: bool) -> Atom:
        """The value that is `a` after the first arm and `b` after the second; an arm that raises has no say."""
        if same(a, b):
            return a
        for arm, inside, live in ((self.two, self._inside[0], a), (self.one, self._inside[1], b)):
            if not arm.ends and (isinstance(live, Const) or live not in inside):
                return live
        if flag and (a, b) in self._flags:
            return self._flags[a, b]
        out = Var(hint)
        self.outs.append(out)
        self.first.append(a if self.one.ends or flag else UNDEF)
        self.second.append(b if self.two.ends or flag else UNDEF)
        if flag:
            self._flags[a, b] = out
        inherit(self.frame, out, (a, b))
        self._closures.append((out, a, b))
        return out

    def follow(self) -> None:
        """A closure made in an arm captured what the name stands for at the arm's end: that is what it stands for afterwards."""
        for out, one, other in self._closures:
            for table in (self.frame.holds, self.frame.may_hold):
                for name in table.get(out, {}):
                    held = [(arm, _held(table, a)[name]) for arm, a in ((self.one, one), (self.two, other)) if name in _held(table, a)]
                    if all(value is not None and arm.env.get(name) is value for arm, value in held):
                        table[out][name] = self.env.get(name)


def _held(table: Mapping[Var, Mapping[str, Binding | None]], source: Atom) -> Mapping[str, Binding | None]:
    return table.get(source, {}) if isinstance(source, Var) else {}


def same(a: Atom, b: Atom) -> bool:
    """Whether two atoms are one value."""
    if a is b:
        return True
    if not isinstance(a, Const) or not isinstance(b, Const) or type(a.type) is not type(b.type) or type(a.value) is not type(b.value):
        return False
    return a.value is b.value or (isinstance(a.value, (int, float, complex, str)) and repr(a.value) == repr(b.value))


def inherit(frame: Frame, out: Var, sources: Iterable[Atom]) -> None:
    """A value that may be a closure captures what the closure captured."""
    for table in (frame.holds, frame.may_hold):
        held: dict[str, Binding | None] = {}
        for source in sources:
            for name, value in table.get(source, {}).items() if isinstance(source, Var) else ():
                held[name] = value if held.get(name, value) is value else None
        if held:
            table[out] = held


def settled(frame: Frame, arm: Arm, name: str, value: Binding) -> Binding:
    """At the end of an arm a nested function's name must stand for one value: its closure is made there."""
    if not isinstance(value, Late):
        return value
    made: list[Atom] = []

    def run() -> Ends:
        made.append(frame.closure(value, value.node, name))
        return FALLS

    try:
        extra = build_arm(frame, run, dict(arm.env))
    except OutsideLanguage:
        return Refused(f"{name!r} may be one of several functions here, and what it captures has no value where they meet", CALL_IT_LATER)
    arm.nodes += extra.nodes
    return made[0]


def set_jump(frame: Frame, ends: Ends) -> None:
    """The truths about jumps, where they are certain: control left in one of these ways."""
    if len(ends) == 1:
        (end,) = ends
        frame.env[SKIP] = TRUE
        frame.env[LEAVE] = TRUE if end in (BREAK, RETURNS) else FALSE
        frame.env[RETURNED] = TRUE if end == RETURNS else FALSE


def clear_jump(frame: Frame) -> None:
    for key in FLAGS:
        frame.env[key] = FALSE
