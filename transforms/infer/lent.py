"""Objects in lists of the run: a list holds their fields by value, Python holds the objects themselves.

An object that is read from such a list goes back into its item when it is changed, as long as that is sure to be its place still:
in the same turn, before items move. Any other object that a list may hold cannot be changed any more, nor read after
one of its fellows was. All of it is refused with DL007, never lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflang.records import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from difflang.ir import Atom

from .grown import sites_of
from .objects import HEAP, Cell, reference

if TYPE_CHECKING:
    from .frame import Frame
    from .values import Compound, Value


@dataclass(frozen=True)
class Home:
    """Where an object was read: the item `at` of a list, `root` the object that the item is, the region, what had moved by then."""

    owner: Any
    at: Atom
    root: Cell
    region: Any
    events: int


def _reached(value: Value) -> Iterator[Cell]:
    """The objects that a value reaches."""
    from .values import Compound

    if isinstance(value, Compound):
        if value.kind == "object":
            yield value.info
        for part in value.info.parts if value.kind == "object" else value.items:
            yield from _reached(part)


def _kind(cell: Cell) -> Any:
    """Objects of one class, or dicts with the same keys."""
    return cell.layout.names if cell.layout.kind == "dict" else cell.layout.cls


def stored(frame: Frame, owner: Compound, value: Value) -> None:
    """A value is put into a list: one object twice, or one that others hold too, is two there."""
    from .values import holds_made

    if holds_made(owner.info):
        for cell in _reached(value):
            if cell.lists or cell.passed or any(cell in start for start in HEAP.turns):
                share(frame, _kind(cell))


def share(frame: Frame, kind: Any) -> None:
    frame.inference.lists.shared.add(kind)
    if kind in frame.inference.lists.mutated:
        _refuse(frame)


def shared_items(frame: Frame, shape: Any) -> None:
    """A list gets the items of another one."""
    if getattr(shape, "kind", "") == "made":
        layout = shape.info.layout
        share(frame, layout.names if layout.kind == "dict" else layout.cls)
    for item in getattr(shape, "items", ()):
        shared_items(frame, item)


def mutated(frame: Frame, cell: Cell) -> None:
    """A field of an object gets another value."""
    frame.inference.lists.mutated.add(_kind(cell))
    if _kind(cell) in frame.inference.lists.shared:
        _refuse(frame)


def _refuse(frame: Frame) -> NoReturn:
    reason = "objects of this class are changed, and one of them may stand in several places of lists that change while the program runs"
    frame.fail("DL007", reason, "put copies into the list, or indices")


def given(owner: Compound, value: Value) -> Value:
    """A value that is put into a list or taken out of it: the list and others may hold its objects."""
    from .values import holds_made

    if holds_made(owner.info):
        for cell in _reached(value):
            cell.lists |= sites_of(owner) or frozenset({id(owner)})
            cell.home = None
    return value


def lend(frame: Frame, owner: Compound, at: Atom, value: Value) -> Value:
    """An item of a list, which goes back there when it is changed."""
    from .values import Compound

    given(owner, value)
    if isinstance(value, Compound) and value.kind == "object" and value.info.lists:
        home = Home(owner, at, value.info, frame.builder, frame.inference.lists.events)
        for cell in _reached(value):
            cell.home = home
    return value


def written(frame: Frame, cell: Cell) -> None:
    """An object that lists may hold was changed."""
    home: Home | None = cell.home
    if home is None or home.events != frame.inference.lists.events or not _is_inside(frame, home.region):
        frame.fail(
            "DL007",
            "this changes an object that is also in a list which changes while the program runs",
            "change it where it is read from the list: xs[k].name = ..., or for x in xs: x.name = ...",
        )
    for other in HEAP.cells:
        if other is not cell and other.lists & cell.lists and (other.home is None or other.home.root is not home.root):
            other.stale = frame.place or True
    from .lists import store_item

    store_item(frame, home.owner, home.at, reference(home.root))


def _is_inside(frame: Frame, region: Any) -> bool:
    """Whether this is the region, or an arm of an `if` in it: not another turn of a loop."""
    here: Any = frame.builder
    while here is not None and here is not region:
        here = frame.around.get(here)
    return here is region


__all__ = ["given", "lend", "mutated", "share", "shared_items", "stored", "written"]
