"""Objects that change: references with Python's meaning, while the program they stand in has values only.

An object of the run is a `Cell`, a value `Compound("object", (), cell)` refers to it. Two names of one object hold the same
cell, so a change is seen through both. Where paths meet, the fields that differ become results of the `if`; a loop carries the
fields that it changes. Two objects of which a path decides make a new cell, *tangled* with both: to change the one
makes the others stale, and reading those is refused. A call is given the fields of its arguments' objects, and hands back
those that it changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Union

from difflang.ir import Place
from difflang.records import dataclass, field
from difflang.tree import Layout

if TYPE_CHECKING:
    from .frame import Frame
    from .values import Compound, Form, Value


@dataclass(eq=False)
class Cell:
    """One object: its fields now. `stale`: where another name that may mean it was changed."""

    layout: Layout
    fields: dict[Any, Any]
    tangled: set[Cell] = field(default_factory=set)
    stale: Union[Place, bool, None] = None
    lists: frozenset[Any] = frozenset()  # lists of the run that hold it (by the places where they are made)
    home: Any = None  # the item of such a list that it was read from, see `lent.py`
    site: Any = None  # of a dict: where it was made
    outside: str = ""  # its name, where it lives outside of the program: nothing may change it
    passed: bool = False  # it belongs to a caller
    carried: ClassVar[bool] = True  # where control flow changes it; a list that straight code alone changes is not (`grown.ItemsCell`)

    def tangle(self, others: Iterable[Cell]) -> None:
        for other in list(others):
            if other is not self:
                for one in (other, *other.tangled):
                    if one is not self:
                        self.tangled.add(one)
                        one.tangled.add(self)

    @property
    def parts(self) -> tuple[Any, ...]:
        return tuple(self.fields.values())

    def shape(self) -> Layout:
        """The layout with the fields it has now."""
        names = tuple(self.fields)
        if names == self.layout.names:
            return self.layout
        return Layout(self.layout.kind, self.layout.cls, names, self.layout.held, self.layout.aux)


@dataclass(frozen=True)
class Made:
    """In a form: an object that is made of its fields, which may be one of these cells (or of the caller's with these numbers).

    `stale`: its fields are those of an object that was changed under another name since.
    """

    layout: Layout
    origins: frozenset[Cell] = field(default=frozenset(), compare=False)
    near: frozenset[int] = frozenset()
    stale: Union[Place, bool, None] = None
    site: Any = field(default=None, compare=False)


class _Heap(threading.local):
    """The cells of the inference that runs in this thread."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self.turns: list[State] = []  # what was there before each of the loops around


HEAP = _Heap()
State = dict[Cell, tuple[dict[Any, Any], Any]]


def new_cell(layout: Layout, fields: Iterable[Any], origins: Iterable[Cell] = (), stale: Union[Place, bool, None] = None) -> Cell:
    cell = Cell(layout, dict(zip(layout.names, fields, strict=True)), stale=stale)
    cell.tangle(origins)
    cell.lists = frozenset().union(*(origin.lists for origin in origins))
    HEAP.cells.append(cell)
    return cell


def reference(cell: Cell) -> Compound:
    from .values import Compound

    return Compound("object", (), cell)


def saved() -> State:
    """What every object holds now."""
    return {cell: (dict(cell.fields), cell.stale) for cell in HEAP.cells}


def is_kept(value: Value) -> bool:
    """Whether an object holds this very value."""

    def holds(part: Any) -> bool:
        return part is value or any(map(holds, part if isinstance(part, tuple) else getattr(part, "items", ())))

    return any(holds(part) for cell in HEAP.cells for part in cell.fields.values())


def restore(state: State, lists: bool = True) -> None:
    """Go back to what the objects held; those made since are left as they are."""
    for cell, (fields, stale) in state.items():
        if lists or cell.carried:
            cell.fields, cell.stale = dict(fields), stale


def outside(value: Value, state: State) -> Form:
    """The form of a value seen from outside of the region it was made in: objects made inside are new ones there."""
    from .values import Compound, form

    if not isinstance(value, Compound):
        return form(value)
    if value.kind != "object":
        return value.over(tuple(outside(item, state) for item in value.items))
    cell: Cell = value.info
    if cell in state:
        return value
    parts = tuple(outside(part, state) for part in cell.parts)
    return Compound("made", parts, Made(cell.shape(), frozenset({cell, *cell.tangled}), stale=cell.stale, site=cell.site))


def by_value(value: Value) -> Form:
    """The form of a value with every object by its fields: for those who look and do not change."""
    from .values import Compound, form

    if not isinstance(value, Compound):
        return form(value)
    if value.kind != "object":
        return value.over(tuple(map(by_value, value.items)))
    return Compound("made", tuple(map(by_value, value.info.parts)), Made(value.info.shape()))


def as_made(shape: Compound) -> Compound:
    """A form of an object by its fields."""
    from .values import Compound, form

    if shape.kind == "made":
        return shape
    cell: Cell = shape.info
    return Compound("made", tuple(map(form, cell.parts)), Made(cell.shape(), frozenset({cell}), stale=cell.stale, site=cell.site))


def changed(before: State, after: State) -> list[tuple[Cell, Any]]:
    """The fields of known cells that differ between two states."""
    from .branches import same_value

    found = []
    for cell, (fields, _) in before.items():
        if not cell.carried:
            continue
        now = after[cell][0]
        for name in {**fields, **now}:
            if name not in fields or name not in now or not same_value(fields[name], now[name]):
                found.append((cell, name))
    return found


def put(frame: Frame, cell: Cell, name: Any, value: Value) -> None:
    """object.name = value."""
    from .pools import check_made

    check_fresh(frame, cell)
    check_made(frame, value, cell)
    outside = cell.outside or next((other.outside for other in cell.tangled if other.outside), "")
    if outside:
        reason = f"this changes the item {name!r} of {outside}, a {cell.layout.cls.__name__} that lives outside of the function"
        frame.fail("DL007", reason, f"change a copy, {{**{outside}}}, and return it")
    for other in cell.tangled:
        other.stale = frame.place or True
    if name in cell.fields:
        from .lent import mutated

        mutated(frame, cell)
    cell.fields[name] = value
    if cell.lists:
        from .lent import written

        written(frame, cell)


def check_reached(frame: Frame, value: Value) -> None:
    """Refuse a value that reaches an object which may have been changed under another name."""
    from .values import Compound

    if isinstance(value, Compound):
        if value.kind == "object":
            check_fresh(frame, value.info)
        for part in value.info.parts if value.kind == "object" else value.items:
            check_reached(frame, part)


def check_fresh(frame: Frame, cell: Cell) -> None:
    if cell.stale is not None:
        where = f" at line {cell.stale.line}" if isinstance(cell.stale, Place) else ""
        frame.fail("DL007", f"this object may be the one that was changed{where} under another name", "make it an object of its own")


# -------------------------------------------------------------------- loops


class _Widened(Exception):
    """A loop changes a field that it does not carry yet."""

    def __init__(self, loop: Carrying) -> None:
        super().__init__()
        self.loop = loop


Turn = Callable[[Any, Sequence[Any]], list[Any]]
Loop = Callable[[Turn, list[Any], list[str], Callable[[Sequence[Any]], Any]], list[Any]]


class Carrying:
    """A loop that carries, behind its own values, the fields of objects that it changes."""

    def __init__(self, frame: Frame, turn: Turn, count: int, exits: bool, ask: Callable[[Sequence[Any]], Any] | None = None) -> None:
        self.frame, self.own_turn, self.count, self.own_ask = frame, turn, count, ask
        self.skip = 1 if exits else 0
        self.start = saved()
        self.fields: list[tuple[Cell, Any]] = []
        self.stale: dict[Cell, Any] = {}
        around = getattr(turn, "__self__", None)  # the same loop, begun before a turn of it was written out
        self.around: list[tuple[Cell, Any]] = around.fields if isinstance(around, Carrying) else []

    def run(self, init: Sequence[Any], hints: Sequence[str], loop: Loop) -> list[Any]:
        """The loop's results, once it carries all that it changes."""
        nodes = len(self.frame.builder.nodes)
        while True:
            restore(self.start)
            hidden = [cell.fields[name] for cell, name in self.fields]
            try:
                results = loop(self.turn, [*init, *hidden], [*hints, *(str(name) for _, name in self.fields)], self.ask)
                break
            except _Widened as widened:
                if widened.loop is not self:  # the one around, whose turn this loop repeats
                    restore(self.start)
                    raise
                del self.frame.builder.nodes[nodes:]
            except BaseException:
                restore(self.start)
                raise
        restore(self.start, lists=False)
        self.enter(results[self.count :])
        return results[: self.count]

    def enter(self, hidden: Sequence[Any]) -> None:
        for (cell, name), value in zip(self.fields, hidden, strict=True):
            cell.fields[name] = value
        for cell, where in self.stale.items():
            cell.stale = where

    def turn(self, index: Any, carried: Sequence[Any]) -> list[Any]:
        """One turn, with the fields as it finds them; what it changes beside those is carried from the next try on."""
        restore(self.start, lists=False)
        self.enter(carried[self.count :])
        before = saved()
        HEAP.turns.append(self.start)
        try:
            results = self.own_turn(index, carried[: self.count])
        finally:
            HEAP.turns.pop()
        self.compare(before)
        return [*results, *(cell.fields[name] for cell, name in self.fields)]

    def compare(self, before: State) -> None:
        before = {cell: state for cell, state in before.items() if cell in self.start}
        after = saved()
        grown = [key for key in changed(before, after) if key not in self.fields and key not in self.around]
        marks = {cell: after[cell][1] for cell in before if after[cell][1] is not None and cell not in self.stale}
        marks = {cell: where for cell, where in marks.items() if self.start[cell][1] is None}
        for cell, name in grown:
            if name not in cell.fields or name not in self.start[cell][0]:
                self.frame.fail("DL006", f"{name!r} gets its first value inside a loop", "give it a value before the loop")
        if grown or marks:
            self.fields += grown
            self.stale.update(marks)
            raise _Widened(self)

    def ask(self, carried: Sequence[Any]) -> Any:
        """The condition of a `while`, which may read fields but not change them."""
        assert self.own_ask is not None
        restore(self.start, lists=False)
        self.enter(carried[self.count :])
        before = saved()
        answer = self.own_ask(carried[: self.count])
        if changed(before, saved()):
            self.frame.fail("DL007", "the condition of this loop changes an object", "change it inside the loop")
        return answer


__all__ = [
    "HEAP", "Carrying", "Cell", "Made", "State", "as_made", "by_value", "changed", "check_fresh", "check_reached", "is_kept", "new_cell",
    "outside", "put", "reference", "restore", "saved",
]  # fmt: skip
