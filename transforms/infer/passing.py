"""Objects across calls: a function is given the fields of the objects that its arguments reach, and hands back what it changed.

Caller and callee number the objects in one order: those of the arguments as they come, then those of the result. A second
reference to one of them is `again` its number, so both see the same sharing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from difflang.ir import Atom, Const
from difflang.records import dataclass, field

from .branches import same_value
from .objects import Cell, Made, check_fresh, put, reference
from .values import Compound, Form, Value, conform, deepness, form, fresh, frozen, join_forms, leaves, same

if TYPE_CHECKING:
    from difflang.build import Builder

    from .frame import Frame

Change = tuple[int, Any]
"""The number of an object, and the name of a field."""


@dataclass
class Numbers:
    """The objects met so far, in order."""

    cells: list[Cell] = field(default_factory=list)

    def form(self, value: Value, leaf: Callable[[Value], Form]) -> Form:
        """The form of a value with its objects numbered."""
        if not isinstance(value, Compound):
            return leaf(value)
        if value.kind != "object":
            return value.over(tuple(self.form(item, leaf) for item in value.items))
        cell: Cell = value.info
        if cell in self.cells:
            return Compound("again", (), self.cells.index(cell))
        near = frozenset(k for k, other in enumerate(self.cells) if other in cell.tangled)
        self.cells.append(cell)
        made = Made(cell.shape(), near=near, stale=cell.stale, site=cell.site)
        return Compound("made", tuple(self.form(part, leaf) for part in cell.parts), made)

    def value(self, value: Value) -> Value:
        """A value that was made anew on the other side: its objects numbered, `again` resolved."""
        if not isinstance(value, Compound):
            return value
        if value.kind == "again":
            return reference(self.cells[value.info])
        if value.kind != "object":
            return value.over(tuple(map(self.value, value.items)))
        cell: Cell = value.info
        self.cells.append(cell)
        cell.passed = True
        cell.fields = {name: self.value(part) for name, part in cell.fields.items()}
        return value


def passed(frame: Frame, values: Sequence[Value], which: Callable[[Const], bool]) -> tuple[list[Form], Numbers]:
    """The forms of a call's arguments, and the objects they reach."""
    numbers = Numbers()
    forms = [numbers.form(value, lambda leaf: frozen(leaf, which)) for value in values]
    for cell in numbers.cells:
        check_fresh(frame, cell)
    return forms, numbers


def received(forms: Sequence[Form], hints: Sequence[str]) -> tuple[list[Value], list[Any], Numbers]:
    """The arguments as the callee has them: values, their leaves, and the objects among them."""
    made = [fresh(shape, hint) for shape, hint in zip(forms, hints, strict=False)]
    numbers = Numbers()
    values = []
    for (value, _), shape in zip(made, forms, strict=False):
        count = len(numbers.cells)
        values.append(numbers.value(value))
        _tangled(shape, numbers, count)
    return values, [var for _, variables in made for var in variables], numbers


@dataclass
class Outcome:
    """What a function gives back, as forms: its result, and the fields of its arguments' objects that it changed."""

    result: Form
    changes: dict[Change, Form] = field(default_factory=dict)

    def same(self, other: Outcome) -> bool:
        if self.changes.keys() != other.changes.keys() or not same(self.result, other.result):
            return False
        return all(same(shape, other.changes[key]) for key, shape in self.changes.items())

    @property
    def deepness(self) -> int:
        return max(map(deepness, (self.result, *self.changes.values())))

    def joined(self, other: Outcome) -> Outcome:
        changes = dict(self.changes)
        for key, shape in other.changes.items():
            changes[key] = join_forms(changes[key], shape) if key in changes else shape
        return Outcome(join_forms(self.result, other.result), changes)


def outcome(
    frame: Frame, result: Value, numbers: Numbers, before: Sequence[Mapping[Any, Value]], known: Outcome, lists: Mapping[Change, Value]
) -> Outcome:
    """What a body gives back, given the fields its arguments' objects had and what earlier walks found to change; `lists` of the caller."""
    changes: dict[Change, Form] = {}
    count = len(before)
    for cell in numbers.cells[:count]:
        check_fresh(frame, cell)
    table = Numbers(list(numbers.cells[:count]))
    shape = table.form(result, form)
    for number, (cell, fields) in enumerate(zip(numbers.cells[:count], before, strict=True)):
        for name in fields:
            if name not in cell.fields:
                frame.fail("DL001", f"this removes the item {name!r} of a dict of the caller", "make a new dict without it, and return it")
        for name, value in cell.fields.items():
            if name not in fields or not same_value(fields[name], value) or (number, name) in known.changes:
                changes[number, name] = table.form(value, form)
    changes |= {key: table.form(value, form) for key, value in lists.items()}
    return Outcome(shape, changes)


def yielded(builder: Builder, result: Value, numbers: Numbers, found: Outcome, lists: Mapping[Change, Value]) -> list[Atom]:
    """The leaves of what is given back."""
    atoms = list(leaves(conform(builder, result, found.result), found.result))
    for (number, name), shape in found.changes.items():
        value = numbers.cells[number].fields[name] if number >= 0 else lists[number, name]
        atoms += leaves(conform(builder, value, shape), shape)
    return atoms


def taken_back(frame: Frame, found: Outcome, numbers: Numbers, hint: str) -> tuple[list[Any], Callable[[], Value]]:
    """In the caller: the variables of all that comes back, and how to take it over once the call is written."""
    result, outs = fresh(found.result, hint)
    changes = []
    for (number, name), shape in found.changes.items():
        value, made = fresh(shape, str(name))
        changes.append((number, name, value))
        outs += made

    def take() -> Value:
        count = len(numbers.cells)
        final = numbers.value(result)
        for number, name, value in changes:
            put(frame, numbers.cells[number], name, numbers.value(value))
        _tangled(found.result, numbers, count)
        return final

    return outs, take


def _tangled(shape: Form, numbers: Numbers, count: int) -> None:
    """New objects that may be one of the arguments' are tangled with those."""
    position = count

    def visit(shape: Form) -> None:
        nonlocal position
        if not isinstance(shape, Compound):
            return
        if shape.kind == "made":
            own, position = numbers.cells[position], position + 1
            own.tangle(numbers.cells[k] for k in shape.info.near)
            own.lists = own.lists.union(*(numbers.cells[k].lists for k in shape.info.near))
        for item in shape.items:
            visit(item)

    visit(shape)


__all__ = ["Numbers", "Outcome", "outcome", "passed", "received", "taken_back", "yielded"]
