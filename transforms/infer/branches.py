"""Branches: an arm whose condition is known stands alone; else what the arms leave differently becomes a result of the `if`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from difflang.build import Builder
from difflang.ir import Atom, Const, Node, Region, Var
from difflang.types import Scalar

from .choices import choosable, chosen
from .frame import Frame, handles
from .objects import State, as_made, changed, outside, restore, saved
from .values import Compound, Form, Value, conform, form, fresh, is_undefined, join_forms, leaves, same

Arm = Callable[[], list[Value]]


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
    before, outer = saved(), frame.builder
    built: list[tuple[Builder, list[Value], State]] = []
    for arm, holds in zip(arms, (True, False), strict=True):
        restore(before)
        with frame.nested() as builder:
            frame.around[builder] = outer
            frame.sure.add(condition if holds else frame.inference.negated.get(condition))
            values = [settled(frame, value) for value in arm()]
        built.append((builder, values, saved()))
    restore(before)
    fields = _merged_fields(frame, before, built)
    names = [*hints, *(str(name) for _, name in fields)]
    results: list[Value] = []
    outs: list[Var] = []
    yields: tuple[list[Atom], list[Atom]] = ([], [])
    for k, (first, second) in enumerate(zip(built[0][1], built[1][1], strict=True)):
        if same_value(first, second) and same(outside(first, before), form(first)):
            results.append(first)
            continue
        if choosable(form(first)) and choosable(form(second)) and not same(form(first), form(second)):
            value, made, yielded = chosen(condition, first, second, names[k])
            results.append(value)
            outs += made
            for into, atoms in zip(yields, yielded, strict=True):
                into += atoms
            continue
        joined = _joined_arms(frame, built, before, k)
        value, made = fresh(joined, names[k])
        results.append(value)
        outs += made
        for (builder, _, state), given, into in zip(built, (first, second), yields, strict=True):
            restore(state)
            into += leaves(conform(builder, given, joined), joined)
        restore(before)
    regions = [builder.region((), into) for (builder, _, _), into in zip(built, yields, strict=True)]
    if outs or any(region.nodes for region in regions):
        frame.builder.node("if", (condition,), outs, regions)
    for (cell, name), value in zip(fields, results[len(hints) :], strict=True):
        cell.fields[name] = value
    return results[: len(hints)]


def _joined_arms(frame: Frame, built: Sequence[tuple[Builder, list[Value], State]], before: State, k: int) -> Form:
    """The form of the k-th result, each arm's seen in the state that the arm leaves."""
    shapes = []
    for _, values, state in built:
        restore(state)
        shapes.append(outside(values[k], before))
    first, second = _apart(shapes[0], shapes[1], (built[0][2], built[1][2]), before)
    with frame.fitting("DL006"):
        joined = join_forms(first, second)
    restore(before)
    return joined


def _apart(one: Form, other: Form, states: tuple[State, State], before: State) -> tuple[Form, Form]:
    """Two arms' forms, an object by the fields that it has in its arm wherever the other arm gives another object."""
    if not isinstance(one, Compound) or not isinstance(other, Compound):
        return one, other
    if one.kind == "maybe" and other.kind != "maybe":
        first, second = _apart(one.items[1], other, states, before)
        return one.over((one.items[0], first)), second
    if other.kind == "maybe" and one.kind != "maybe":
        second, first = _apart(other.items[1], one, states[::-1], before)
        return first, other.over((other.items[0], second))
    if one.is_object and other.is_object:
        if one.kind == other.kind == "object" and one.info is other.info:
            return one, other
        one, other = (_opened(shape, state, before) for shape, state in zip((one, other), states, strict=True))
        if one.info.layout != other.info.layout:
            return one, other
    elif (one.kind, len(one.items)) != (other.kind, len(other.items)) or not one.items:
        return one, other
    pairs = [_apart(a, b, states, before) for a, b in zip(one.items, other.items, strict=True)]
    return one.over(tuple(a for a, _ in pairs)), other.over(tuple(b for _, b in pairs))


def _opened(shape: Compound, state: State, before: State) -> Compound:
    """An object by its fields in this state; objects made in the arm are new ones."""
    if shape.kind == "made":
        return shape
    restore(state)
    return as_made(shape).over(tuple(outside(part, before) for part in shape.info.parts))


def _merged_fields(frame: Frame, before: State, built: Sequence[tuple[Builder, list[Value], State]]) -> list[tuple[Any, Any]]:
    """The fields in which the arms leave objects differently: more results of the `if`. Staleness is of either arm."""
    (_, one, first), (_, other, second) = built
    known = {cell: first[cell] for cell in before}
    fields = changed(known, second)
    for cell, name in fields:
        if name not in first[cell][0] or name not in second[cell][0]:
            frame.fail("DL006", f"{name!r} is set on one path only", "give it a value on every path")
    one += [first[cell][0][name] for cell, name in fields]
    other += [second[cell][0][name] for cell, name in fields]
    for cell in before:
        cell.stale = first[cell][1] if first[cell][1] is not None else second[cell][1]
        cell.fields = dict(first[cell][0])
        before[cell] = (cell.fields, cell.stale)
    return fields


def settled(frame: Frame, value: Value) -> Value:
    """A value that may be None elsewhere and is known to be there here."""
    sure = isinstance(value, Compound) and value.kind == "maybe" and value.items[0] in frame.sure
    return value.items[1] if sure else value  # type: ignore[union-attr]


def same_value(one: Value, other: Value) -> bool:
    """The very same value in both arms needs no result."""
    if isinstance(one, Compound) and isinstance(other, Compound):
        return same(Compound(one.kind, (), one.info), Compound(other.kind, (), other.info)) and (
            len(one.items) == len(other.items) and all(map(same_value, one.items, other.items))
        )
    if isinstance(one, Const) and isinstance(other, Const):
        return one is other or (same(one.type, other.type) and repr(one.value) == repr(other.value) and isinstance(one.type, Scalar))
    return one is other
