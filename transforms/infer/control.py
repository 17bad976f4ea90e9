"""Branches and loops: arms whose condition is known fold away, types of carried values are found as fixed points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from difflang.build import Builder
from difflang.errors import DifflangError, TypeMismatch
from difflang.ir import NO_ATTRS, Atom, Const, Node, Region, Var, const
from difflang.types import BOOL, INT, Array, Scalar, Undefined, Unknown

from .frame import Frame, handles
from .values import Compound, Form, Value, conform, form, fresh, is_undefined, join_forms, leaves, same

LONGEST_UNROLLED = 256
Arm = Callable[[], list[Value]]
Turn = Callable[[Value, Sequence[Value]], list[Value]]


@handles("if")
def _if(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    arms: list[Arm] = [lambda region=region: _arm(frame, node, region) for region in node.regions]  # type: ignore[misc]
    return branch(frame, frame.truth(values[0]), arms, [out.hint for out in node.outs])


def _arm(frame: Frame, node: Node, region: Region) -> list[Value]:
    """An arm's yields; those of which only the truth is asked are truths already."""
    values = frame.run(region, ())
    return [_asked(frame, v) if out in frame.truths else v for v, out in zip(values, node.outs, strict=True)]


def _asked(frame: Frame, value: Value) -> Value:
    return value if is_undefined(value) else frame.truth(value)


def branch(frame: Frame, condition: Atom, arms: Sequence[Arm], hints: Sequence[str]) -> list[Value]:
    """Write an `if`, or only the arm that a known condition takes."""
    if isinstance(condition, Const) and not is_undefined(condition):
        return arms[0 if condition.value else 1]()
    built: list[tuple[Builder, list[Value]]] = []
    for arm in arms:
        with frame.nested() as builder:
            built.append((builder, arm()))
    (_, one), (_, other) = built
    results: list[Value] = []
    outs: list[Var] = []
    yields: tuple[list[Atom], list[Atom]] = ([], [])
    for first, second, hint in zip(one, other, hints, strict=True):
        if _same_value(first, second):
            results.append(first)
            continue
        with frame.fitting("DL006"):
            joined = join_forms(form(first), form(second))
        value, made = fresh(joined, hint)
        results.append(value)
        outs += made
        for (builder, _), given, into in zip(built, (first, second), yields, strict=True):
            into += leaves(conform(builder, given, joined), joined)
    regions = [builder.region((), into) for (builder, _), into in zip(built, yields, strict=True)]
    if outs or any(region.nodes for region in regions):
        frame.builder.node("if", (condition,), outs, regions)
    return results


def _same_value(one: Value, other: Value) -> bool:
    """The very same value in both arms needs no result."""
    if isinstance(one, Compound) and isinstance(other, Compound):
        return same(Compound(one.kind, (), one.info), Compound(other.kind, (), other.info)) and (
            len(one.items) == len(other.items) and all(map(_same_value, one.items, other.items))
        )
    if isinstance(one, Const) and isinstance(other, Const):
        return one is other or (same(one.type, other.type) and repr(one.value) == repr(other.value) and isinstance(one.type, Scalar))
    return one is other


@handles("for")
def _for(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    bounds = [as_index(frame, value, "range()") for value in values[:3]]
    (body,) = node.regions
    exits = bool(node.attrs.get("exits"))
    reverse = bool(node.attrs.get("reverse"))

    def turn(index: Value, carried: Sequence[Value]) -> list[Value]:
        return frame.run(body, [index, *carried])

    hints = [param.hint for param in body.params]
    return counted(frame, bounds, turn, values[3:], hints, exits, reverse)


def as_index(frame: Frame, value: Value, what: str) -> Atom:
    """An int of Python's, as range() and an index want it."""
    atom = frame.atom(value)
    type = atom.type
    if isinstance(type, Array) and type.rank == 0:
        atom = frame.only_element(atom, "", "")
        type = atom.type
    if isinstance(type, (Unknown, Undefined)) or type == INT:
        return atom
    if isinstance(type, Scalar) and (type.dtype in ("i64", "i32") or type == BOOL):
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
    try:
        return _loop(frame, bounds, turn, init, hints, exits, reverse)
    except DifflangError as error:
        ways: list[Callable[[], list[Value]]] = []
        if isinstance(error, Mixed) and error.loop == id(turn):
            ways.append(lambda: _peeled(frame, bounds, turn, init, hints, exits, reverse))
        trips = _constant_range(bounds)
        if error.code in ("DL005", "DL006", "DL011") and trips is not None and len(trips) <= LONGEST_UNROLLED:
            items = [const(i) for i in (reversed(trips) if reverse else trips)]
            ways.append(lambda: unrolled(frame, items, turn, init, hints[1:], exits))
        return first_that_fits(frame, ways, error)


def first_that_fits(frame: Frame, ways: Sequence[Callable[[], list[Value]]], error: DifflangError) -> list[Value]:
    """The first of several ways to write a loop that types allow; the error if none."""
    count = len(frame.builder.nodes)
    for way in ways:
        try:
            return way()
        except DifflangError:
            del frame.builder.nodes[count:]
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
    frame: Frame, bounds: Sequence[Atom], turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool, reverse: bool
) -> list[Value]:
    """The first turn, then the loop over the rest. That there is a first turn is checked at run time."""
    start, stop, step = bounds
    trips = _constant_range(bounds)
    if trips is not None and not trips:
        return list(init)
    if not isinstance(step, Const):
        frame.fail("DL006", "a name changes its type in this loop", "give it the type it has later before the loop")
    if trips is None:
        _must_run(frame, frame.emit("less" if step.value > 0 else "greater", start, stop))
    first, left = start, [frame.emit("add", start, step), stop, step]
    if reverse:
        turns = frame.emit("floordiv", frame.emit("sub", frame.emit("sub", stop, start), const(1 if step.value > 0 else -1)), step)
        first = frame.emit("add", start, frame.emit("mul", turns, step))
        left = [start, first, step]
    if start in frame.inference.naturals or (isinstance(start, Const) and start.value >= 0 and step.value > 0):
        frame.inference.naturals |= {first, left[0]}
    carried = turn(first, init)

    def rest(done: list[Value]) -> list[Value]:
        return _loop(frame, left, turn, done, hints, exits, reverse)

    return _unless_left(frame, carried, rest, hints[1:]) if exits else rest(carried)


def _must_run(frame: Frame, condition: Atom) -> None:
    message = "this loop must run at least once: before it a name has another type than after it"
    frame.emit("check", condition, error=ValueError, message=message, kind="raise")


class Mixed(TypeMismatch):
    """A name has one type before a loop and another after a turn of it."""

    loop: int = 0


def _loop(
    frame: Frame, bounds: Sequence[Atom], turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool, reverse: bool
) -> list[Value]:
    forms = [form(value) for value in init]
    start, _, step = bounds
    while True:
        index = Var(hints[0], INT if start.type == INT else start.type)
        if _is_natural(frame, start, step, reverse):
            frame.inference.naturals.add(index)
        carried, params = _carried(forms, hints[1:])
        with frame.nested() as builder:
            yields = turn(index, carried)
            leave = [frame.truth(yields[0])] if exits else []
        yields = yields[len(leave) :]
        joined = _joined(frame, forms, yields, id(turn))
        if all(map(same, forms, joined)):
            break
        forms = joined
    atoms = _conformed(builder, yields, forms)
    if leave and isinstance(leave[0], Const) and leave[0].value is False:
        leave, exits = [], False
    region = builder.region((index, *params), [*leave, *atoms])
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


def _joined(frame: Frame, forms: Sequence[Form], values: Sequence[Value], loop: int) -> list[Form]:
    try:
        return [join_forms(shape, form(value)) for shape, value in zip(forms, values, strict=True)]
    except TypeError as error:
        mixed = Mixed("DL006", str(error), frame.place, "give the name the type it has later before the loop", frame.function.origin)
        mixed.loop = loop
        raise mixed from None


def _conformed(builder: Builder, values: Sequence[Value], forms: Sequence[Form]) -> list[Atom]:
    atoms: list[Atom] = []
    for value, shape in zip(values, forms, strict=True):
        atoms += leaves(conform(builder, value, shape), shape)
    return atoms


@handles("while")
def _while(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    try:
        return _while_loop(frame, node, values)
    except Mixed as error:
        if error.loop != id(node):
            raise
        return first_that_fits(frame, [lambda: _while_peeled(frame, node, values)], error)


def _while_peeled(frame: Frame, node: Node, values: list[Value]) -> list[Value]:
    """The first turn, then the loop. That there is a first turn is checked at run time."""
    test, body = node.regions
    condition = frame.truth(frame.run(test, values)[0])
    if isinstance(condition, Const) and condition.value is False:
        return values
    if not isinstance(condition, Const):
        _must_run(frame, condition)
    carried = frame.run(body, values)

    def rest(done: list[Value]) -> list[Value]:
        return _while_loop(frame, node, done)

    return _unless_left(frame, carried, rest, [param.hint for param in body.params]) if node.attrs.get("exits") else rest(carried)


def _while_loop(frame: Frame, node: Node, values: list[Value]) -> list[Value]:
    test, body = node.regions
    exits = bool(node.attrs.get("exits"))
    hints = [param.hint for param in body.params]
    forms = [form(value) for value in values]
    while True:
        asked, test_params = _carried(forms, hints)
        with frame.nested() as test_builder:
            condition = frame.truth(frame.run(test, asked)[0])
        carried, params = _carried(forms, hints)
        with frame.nested() as builder:
            yields = frame.run(body, carried)
            leave = [frame.truth(yields[0])] if exits else []
        yields = yields[len(leave) :]
        joined = _joined(frame, forms, yields, id(node))
        if all(map(same, forms, joined)):
            break
        forms = joined
    if isinstance(condition, Const) and condition.value is False:
        return values
    atoms = _conformed(builder, yields, forms)
    if leave and isinstance(leave[0], Const) and leave[0].value is False:
        leave, exits = [], False
    regions = (test_builder.region(test_params, (condition,)), builder.region(params, [*leave, *atoms]))
    outs, made = _carried(forms, hints)
    args = _conformed(frame.builder, values, forms)
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
    return each(frame, values[0], turn, values[1:], hints, bool(node.attrs.get("exits")))
