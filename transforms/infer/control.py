"""Loops: the types of carried values are found as fixed points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from difflang.build import Builder
from difflang.errors import ABOUT_TYPES, DifflangError, TypeMismatch
from difflang.ir import NO_ATTRS, NONE, Atom, Const, Node, Var, const
from difflang.records import replace
from difflang.types import BOOL, INT, Array, Nothing, Scalar, Undefined, Unknown

from .branches import branch
from .deepening import bounded
from .frame import Frame, handles
from .maybe import holds_inside
from .objects import Carrying, State, outside, restore, saved
from .spoken import called
from .values import Compound, Form, Value, conform, form, fresh, is_undefined, holds_made, join_forms, leaves, same

LONGEST_UNROLLED = 256
Turn = Callable[[Value, Sequence[Value]], list[Value]]


@handles("for")
def _for(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    bounds = [as_index(frame, value, "range()") for value in values[:3]]
    (body,) = node.regions
    exits = bool(node.attrs.get("exits"))
    reverse = bool(node.attrs.get("reverse"))
    nodes = frame.builder.nodes
    before = len(nodes)

    def turn(index: Value, carried: Sequence[Value]) -> list[Value]:
        return frame.run(body, [index, *carried])

    hints = [param.hint for param in body.params]
    results = counted(frame, bounds, turn, values[3:], hints, exits, reverse)
    if node.attrs.get("parallel"):
        nodes[before:] = [_in_parallel(made) if made.op == "for" and made.place == node.place else made for made in nodes[before:]]
    return results


def _in_parallel(loop: Node) -> Node:
    return replace(loop, attrs={**loop.attrs, "parallel": True})


def as_index(frame: Frame, value: Value, what: str) -> Atom:
    """An int of Python's, as range() and an index want it."""
    atom = frame.atom(value)
    type = atom.type
    if isinstance(type, Array) and type.rank == 0:
        atom = frame.only_element(atom, "", "")
        type = atom.type
    if isinstance(type, (Unknown, Undefined)) or type == INT:
        return atom
    if isinstance(type, Scalar) and (type.dtype[0] in "iu" or type == BOOL):
        return frame.emit("cast", atom, dtype="i64", weak=True)
    frame.fail("DL005", f"{what} needs integers, not {type}")


def counted(
    frame: Frame,
    bounds: Sequence[Atom],
    turn: Turn,
    init: Sequence[Value],
    hints: Sequence[str],
    exits: bool = False,
    reverse: bool = False,
) -> list[Value]:
    """A loop over a range.

    Where a name has another type before the first turn than after it (`total = 0.0; total = total + row`), that turn
    stands before the loop. Where a turn needs its index while compiling, a range of constants is unrolled.
    """


    def loop(turn: Turn, init: list[Value], hints: list[str], _: Any) -> list[Value]:
        return _counted(frame, bounds, turn, init, hints, exits, reverse)

    return Carrying(frame, turn, len(init), exits).run(init, hints, loop)


def _counted(
    frame: Frame, bounds: Sequence[Atom], turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool, reverse: bool
) -> list[Value]:
    start = saved()
    try:
        return _loop(frame, bounds, turn, init, hints, exits, reverse)
    except DifflangError as error:
        restore(start)
        ways: list[Callable[[], list[Value]]] = []
        if isinstance(error, Mixed) and error.loop == id(turn):
            ways.append(lambda: _peeled(frame, bounds, turn, init, hints, exits, reverse))
            ways.append(lambda: _loop(frame, bounds, turn, init, hints, exits, reverse, optional=True))
            ways.append(lambda: _peeled(frame, bounds, turn, init, hints, exits, reverse, checked=True))
        trips = _constant_range(bounds)
        if error.code in ABOUT_TYPES and trips is not None and len(trips) <= LONGEST_UNROLLED:
            items = [const(i) for i in (reversed(trips) if reverse else trips)]
            ways.append(lambda: unrolled(frame, items, turn, init, hints[1:], exits))
        return first_that_fits(frame, ways, error)


def first_that_fits(frame: Frame, ways: Sequence[Callable[[], list[Value]]], error: DifflangError) -> list[Value]:
    """The first of several ways to write a loop that types allow; the error if none."""
    count, start = len(frame.builder.nodes), saved()
    for way in ways:
        try:
            return way()
        except DifflangError:
            del frame.builder.nodes[count:]
            restore(start)
    raise error


def _constant_range(bounds: Sequence[Atom]) -> range | None:
    if all(isinstance(b, Const) and isinstance(b.value, int) for b in bounds):
        return range(*(b.value for b in bounds))  # type: ignore[union-attr]
    return None


def unrolled(frame: Frame, items: Sequence[Value], turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool) -> list[Value]:
    """The turns one after another; after a turn that may leave, the rest stands in an arm."""
    carried = list(init)
    for k, item in enumerate(items):
        carried = turn(item, carried)
        if exits:
            rest = items[k + 1 :]
            return _unless_left(frame, carried, lambda done: unrolled(frame, rest, turn, done, hints, exits), hints)  # noqa: B023
    return carried


def _unless_left(frame: Frame, yields: list[Value], rest: Callable[[list[Value]], list[Value]], hints: Sequence[str]) -> list[Value]:
    """The rest of a loop after a turn that yields an exit truth first."""
    leave, done = frame.truth(yields[0]), yields[1:]
    if isinstance(leave, Const) and not is_undefined(leave):
        return done if leave.value else rest(done)
    return branch(frame, leave, [lambda: done, lambda: rest(done)], hints)


def _peeled(
    frame: Frame,
    bounds: Sequence[Atom],
    turn: Turn,
    init: Sequence[Value],
    hints: Sequence[str],
    exits: bool,
    reverse: bool,
    checked: bool = False,
) -> list[Value]:
    """The first turn, then the loop over the rest, where there is a first turn; `checked`: that there is one is checked at run time."""
    start, stop, step = bounds
    trips = _constant_range(bounds)
    if trips is not None and not trips:
        return list(init)
    if not isinstance(step, Const):
        frame.fail("DL028", "a name changes its type in this loop", "give it the type it has later before the loop")
    if trips is None:
        runs = frame.emit("less" if step.value > 0 else "greater", start, stop)
        if not checked:
            turns = [lambda: _turns_after_first(frame, bounds, turn, init, hints, exits, reverse), lambda: list(init)]
            return branch(frame, runs, turns, hints[1:])
        _must_run(frame, runs)
    return _turns_after_first(frame, bounds, turn, init, hints, exits, reverse)


def _turns_after_first(
    frame: Frame, bounds: Sequence[Atom], turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool, reverse: bool
) -> list[Value]:
    start, stop, step = bounds
    assert isinstance(step, Const)
    first, left = start, [frame.emit("add", start, step), stop, step]
    if reverse:
        turns = frame.emit("floordiv", frame.emit("sub", frame.emit("sub", stop, start), const(1 if step.value > 0 else -1)), step)
        first = frame.emit("add", start, frame.emit("mul", turns, step))
        left = [start, first, step]
    if start in frame.inference.naturals or (isinstance(start, Const) and start.value >= 0 and step.value > 0):
        frame.inference.naturals |= {first, left[0]}
    carried = turn(first, init)

    def loop(turn: Turn, init: list[Value], hints: list[str], _: Any) -> list[Value]:
        return _loop(frame, left, turn, init, hints, exits, reverse)

    def rest(done: list[Value]) -> list[Value]:  # it carries the fields of objects that the first turn made, too
        return Carrying(frame, turn, len(done), exits).run(done, hints, loop)

    return _unless_left(frame, carried, rest, hints[1:]) if exits else rest(carried)


def _must_run(frame: Frame, condition: Atom) -> None:
    message = "this loop must run at least once: before it a name has another type than after it"
    frame.emit("check", condition, error=ValueError, message=message, kind="raise")


def becomes_value(shape: Form) -> bool:
    """Whether a turn certainly gives a value where there was None."""
    return not isinstance(shape, (Nothing, Undefined)) and not (isinstance(shape, Compound) and shape.kind == "maybe")


class Mixed(TypeMismatch):
    """A name has one type before a loop and another after a turn of it."""

    loop: int = 0


def _loop(
    frame: Frame,
    bounds: Sequence[Atom],
    turn: Turn,
    init: Sequence[Value],
    hints: Sequence[str],
    exits: bool,
    reverse: bool,
    optional: bool = False,
) -> list[Value]:
    forms = [form(value) for value in init]
    start, _, step = bounds
    entry = saved()
    last = False  # whether the turn just walked knew of every object that its own may be
    deepest: list[int] = []
    while True:
        index = Var(hints[0], INT if start.type == INT else start.type)
        if _is_natural(frame, start, step, reverse):
            frame.inference.naturals.add(index)
        carried, params = _carried(forms, hints[1:])
        with frame.nested() as builder:
            yields = turn(index, carried)
            leave = [frame.truth(yields[0])] if exits else []
        yields = yields[len(leave) :]
        joined = _joined(frame, forms, yields, id(turn), entry, optional)
        deepest = bounded(frame, joined, deepest, hints[1:])
        settled = all(map(same, forms, joined)) and (last or not any(map(holds_made, joined)))
        last, forms = all(map(same, forms, joined)), joined
        if settled:
            break
    atoms = _conformed(builder, yields, forms)
    if leave and isinstance(leave[0], Const) and leave[0].value is False:
        leave, exits = [], False
    region = builder.region((index, *params), [*leave, *atoms])
    restore(entry)
    outs, made = _carried(forms, hints[1:])
    args = [*bounds, *_conformed(frame.builder, init, forms)]
    attrs: dict[str, Any] = {name: True for name, on in (("exits", exits), ("reverse", reverse)) if on}
    frame.builder.add(Node("for", tuple(args), tuple(made), attrs or NO_ATTRS, (region,), frame.place))
    return outs


def _is_natural(frame: Frame, start: Atom, step: Atom, reverse: bool) -> bool:
    """Whether every index is known not to be negative."""
    rising = isinstance(step, Const) and isinstance(step.value, int) and step.value > 0
    lowest = isinstance(start, Const) and isinstance(start.value, int) and start.value >= 0
    return rising and (lowest or start in frame.inference.naturals)


def _carried(forms: Sequence[Form], hints: Sequence[str]) -> tuple[list[Value], list[Var]]:
    values, made = [], []
    for shape, hint in zip(forms, hints, strict=True):
        value, variables = fresh(shape, hint)
        values.append(value)
        made += variables
    return values, made


def _joined(frame: Frame, forms: Sequence[Form], values: Sequence[Value], loop: int, entry: State, optional: bool) -> list[Form]:
    try:
        seen = [outside(value, entry) for value in values]
        if not optional and any(isinstance(shape, Nothing) and becomes_value(form) for shape, form in zip(forms, seen, strict=True)):
            raise TypeError("one path gives none, another a value")
        return [join_forms(shape, form) for shape, form in zip(forms, seen, strict=True)]
    except TypeError as error:
        mixed = Mixed("DL028", str(error), frame.place, "give the name the type it has later before the loop", frame.function.origin)
        mixed.loop = loop
        raise mixed from None


def _conformed(builder: Builder, values: Sequence[Value], forms: Sequence[Form]) -> list[Atom]:
    atoms: list[Atom] = []
    for value, shape in zip(values, forms, strict=True):
        atoms += leaves(conform(builder, value, shape), shape)
    return atoms


Ask = Callable[[Sequence[Value]], Value]


@handles("while")
def _while(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    test, body = node.regions
    exits = bool(node.attrs.get("exits"))

    def turn(_: Value, carried: Sequence[Value]) -> list[Value]:
        return frame.run(body, carried)

    def ask(carried: Sequence[Value]) -> Value:
        return frame.run(test, carried)[0]

    return repeated(frame, turn, ask, values, [param.hint for param in body.params], exits)


def repeated(frame: Frame, turn: Turn, ask: Ask, values: Sequence[Value], hints: Sequence[str], exits: bool) -> list[Value]:
    """A loop that goes on while it is told to."""

    def loop(turn: Turn, init: list[Value], hints: list[str], ask: Ask) -> list[Value]:
        try:
            return _while_loop(frame, turn, ask, init, hints, exits)
        except Mixed as error:
            if error.loop != id(turn):
                raise
            ways = [
                lambda: _while_peeled(frame, turn, ask, init, hints, exits),
                lambda: _while_loop(frame, turn, ask, init, hints, exits, optional=True),
                lambda: _while_peeled(frame, turn, ask, init, hints, exits, checked=True),
            ]
            return first_that_fits(frame, ways, error)

    return Carrying(frame, turn, len(values), exits, ask).run(values, hints, loop)


def _while_peeled(
    frame: Frame, turn: Turn, ask: Ask, init: list[Value], hints: list[str], exits: bool, checked: bool = False
) -> list[Value]:
    """The first turn, then the loop, where there is a first turn; `checked`: that there is one is checked at run time."""
    condition = frame.truth(ask(init))
    if isinstance(condition, Const) and condition.value is False:
        return init

    def loop(turn: Turn, init: list[Value], hints: list[str], ask: Ask) -> list[Value]:
        return _while_loop(frame, turn, ask, init, hints, exits)

    def rest(done: list[Value]) -> list[Value]:  # it carries the fields of objects that the first turn made, too
        return Carrying(frame, turn, len(done), exits, ask).run(done, hints, loop)

    def turns() -> list[Value]:
        carried = turn(NONE, init)
        return _unless_left(frame, carried, rest, hints) if exits else rest(carried)

    if isinstance(condition, Const):
        return turns()
    if not checked:
        return branch(frame, condition, [turns, lambda: list(init)], hints)
    _must_run(frame, condition)
    return turns()


def _while_loop(
    frame: Frame, turn: Turn, ask: Ask, init: list[Value], hints: list[str], exits: bool, optional: bool = False
) -> list[Value]:
    forms = [form(value) for value in init]
    entry = saved()
    last = False  # whether the turn just walked knew of every object that its own may be
    deepest: list[int] = []
    while True:
        asked, test_params = _carried(forms, hints)
        with frame.nested() as test_builder:
            condition = frame.truth(ask(asked))
        carried, params = _carried(forms, hints)
        with frame.nested() as builder:
            holds_inside(frame, condition, test_params, params)
            yields = turn(NONE, carried)
            leave = [frame.truth(yields[0])] if exits else []
        yields = yields[len(leave) :]
        joined = _joined(frame, forms, yields, id(turn), entry, optional)
        deepest = bounded(frame, joined, deepest, hints)
        settled = all(map(same, forms, joined)) and (last or not any(map(holds_made, joined)))
        last, forms = all(map(same, forms, joined)), joined
        if settled:
            break
    if isinstance(condition, Const) and condition.value is False:
        return init
    atoms = _conformed(builder, yields, forms)
    if leave and isinstance(leave[0], Const) and leave[0].value is False:
        leave, exits = [], False
    regions = (test_builder.region(test_params, (condition,)), builder.region(params, [*leave, *atoms]))
    restore(entry)
    outs, made = _carried(forms, hints)
    args = _conformed(frame.builder, init, forms)
    attrs: Any = {"exits": True} if exits else NO_ATTRS
    frame.builder.add(Node("while", tuple(args), tuple(made), attrs, regions, frame.place))
    return outs


@handles("each")
def _each(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    from .iterables import each

    (body,) = node.regions

    def turn(item: Value, carried: Sequence[Value]) -> list[Value]:
        return frame.run(body, [item, *carried])

    hints = [param.hint for param in body.params]
    return each(frame, values[0], turn, values[1:], hints, bool(node.attrs.get("exits")), called(body))
