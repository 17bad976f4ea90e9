"""Lists of the caller: those that the entry's arguments hold, which the caller must find as Python would have left them.

They are lists like any other, made where the function begins (their sites say `GIVEN`): known while compiling as long as straight
code alone changes them, else of the run. They are numbered -1, -2 ... in the order in which the arguments hold them; what was
changed is handed back behind the result as a change of that number, named by how the caller's list takes it over (`Change` below).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from difflang.records import dataclass, field
from difflang.tree import LIST_ITEMS, LIST_ROWS, LIST_TAIL
from difflang.types import Array, Scalar, Stack

from .branches import same_value
from .frame import Frame
from .grown import GIVEN, born, sites_of
from .lists import new_list, push
from .passing import Numbers
from .values import Compound, Form, Value, form, is_leaf, same

__all__ = ["Callers", "holds_list", "received_lists"]


Lists = dict[tuple[int, str], Value]
"""Changes: by the number of a list and the way in which the caller's list takes over what it holds."""


@dataclass
class _Given:
    """A list among the arguments, and the items that it came with."""

    owner: Compound
    items: tuple[Value, ...]
    inner: tuple[int, ...]  # the positions of lists in it, in `Callers.given`


@dataclass
class Callers:
    """The lists that the arguments hold, in order."""

    given: list[_Given] = field(default_factory=list)

    def handed_back(self, frame: Frame, result: Value, numbers: Numbers, before: Sequence[dict[Any, Value]]) -> tuple[Value, Lists]:
        """The result, and what the caller's lists hold now, those that were changed; a list in either is told by its number."""
        found, own = self._changed(frame)
        if not found:
            return result, found
        for cell, fields in zip(numbers.cells, before, strict=False):
            for name, value in cell.fields.items():
                if name not in fields or not same_value(fields[name], value):
                    cell.fields[name] = _told(value, own)
        lists: Lists = {}
        for key, value in found.items():
            assert isinstance(value, Compound)
            lists[key] = value if value.kind == "grown" else Compound("list", tuple(_told(item, own) for item in value.items))
        return _told(result, own), lists

    def _changed(self, frame: Frame) -> tuple[Lists, dict[int, int]]:
        """What was changed, and the number of each list by what its names share."""
        found: Lists = {}
        own: dict[int, int] = {}
        beneath: set[int] = set()
        for position, one in enumerate(self.given):
            if position in beneath:
                beneath |= set(one.inner)  # handed back with the list that it stands in
                continue
            own[id(_core(one.owner))] = -1 - position
            if one.owner.kind == "list":
                items = one.owner.items
                if len(items) != len(one.items) or any(a is not b for a, b in zip(items, one.items, strict=True)):
                    found[-1 - position, LIST_ITEMS] = one.owner
                continue
            beneath |= set(one.inner)
            if _sites(self.given, position) & frame.inference.lists.changed:
                found[-1 - position, _way(frame, one)] = one.owner
        return found, own


def _told(value: Value, own: dict[int, int]) -> Value:
    """A value in which lists of the caller are told by their numbers."""
    if not isinstance(value, Compound):
        return value
    number = own.get(id(_core(value)))
    if number is not None:
        return Compound("again", (), number)
    return value if value.kind in ("object", "grown", "again") else value.over(tuple(_told(item, own) for item in value.items))


def _core(owner: Compound) -> Any:
    """What two names of one list share."""
    return owner.items[0] if owner.kind == "grown" else owner


def _sites(given: Sequence[_Given], position: int) -> frozenset[Any]:
    one = given[position]
    return sites_of(one.owner).union(*(_sites(given, inner) for inner in one.inner))


def _way(frame: Frame, one: _Given) -> str:
    """How the caller's list, one of the run that was changed, takes over what it holds now."""
    owner, moved = one.owner, sites_of(one.owner) & frame.inference.lists.moved
    for item in one.items:
        if isinstance(item, Compound) and item.kind in ("list", "grown"):
            continue
        if not same(form(item), owner.info):
            _refuse(frame, f"holds {form(item)} and other items, which would all become {owner.info}", "pass items of one type")
    if _numbers(owner.info):
        return LIST_ITEMS
    if moved and one.items:
        _refuse(frame, "gets other arrays or lists in places that are not known while compiling", "change a copy, list(xs), and return it")
    if one.inner:
        return LIST_ROWS
    if any(isinstance(stack.type, Stack) and isinstance(stack.type.element, Array) for stack in owner.items) or not one.items:
        return LIST_TAIL
    return _refuse(frame, "holds objects, and is changed in a loop or a branch", "change a copy, list(xs), and return it")


def _refuse(frame: Frame, what: str, way_out: str) -> str:
    frame.fail("DL007", f"a list of the caller {what}", way_out)


def _numbers(shape: Form) -> bool:
    """Numbers, texts, and tuples of them: things without an identity that matters."""
    if isinstance(shape, Compound):
        return shape.kind == "tuple" and all(map(_numbers, shape.items))
    return not is_leaf(shape) or isinstance(shape, Scalar)


def holds_list(shape: Form) -> bool:
    return isinstance(shape, Compound) and (shape.kind == "list" or any(map(holds_list, shape.items)))


def received_lists(frame: Frame, values: Sequence[Value], callers: Callers) -> list[Value]:
    """The entry's arguments with the lists in them as lists of this function."""
    return [_entered(frame, value, callers) for value in values]


def _entered(frame: Frame, value: Value, callers: Callers) -> Value:
    if not isinstance(value, Compound):
        return value
    if value.kind == "object":
        cell = value.info
        cell.fields = {name: _entered(frame, part, callers) for name, part in cell.fields.items()}
        return value
    if value.kind != "list":
        return value.over(tuple(_entered(frame, item, callers) for item in value.items)) if value.items else value
    position = len(callers.given)
    callers.given.append(_Given(value, (), ()))
    items, inner = [], []
    for item in value.items:
        if isinstance(item, Compound) and item.kind == "list":
            inner.append(len(callers.given))
        items.append(_entered(frame, item, callers))
    made = _made(frame, position, tuple(items))
    callers.given[position] = _Given(made, tuple(items), tuple(inner))
    return made


def _made(frame: Frame, position: int, items: tuple[Value, ...]) -> Compound:
    lists, site = frame.inference.lists, (frame.signature, position, GIVEN)
    element = lists.elements.get(site)
    if element is None:
        made = Compound("list", items)
        born(made, site, frame.builder, site in lists.straight)
        return made
    made = new_list(frame, frozenset({site}), element, "items")
    before = set(lists.changed)
    for item in items:
        push(frame, made, item)
    lists.changed = before
    return made
