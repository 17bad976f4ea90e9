"""Fields of rows that may be asked for before they are set: a constructor hands `self` on, and sets them afterwards or on one path.

A row has a place for every field from its beginning on (`pools.begun`). Beside such a field a second list says whether it is set;
reading it raises AttributeError where it is not, as Python does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from difflang.ir import Const, Node, const
from difflang.types import BOOL


if TYPE_CHECKING:
    from .frame import Frame
    from .values import Compound

MARK = "?"
"""Behind a field's name: the list that says whether the field is set."""


def marked(frame: Frame, cls: type, name: str) -> str | None:
    """The column that says whether a field is set; None where every constructor sets it first."""
    lists = frame.inference.lists
    if cls not in lists.early or name in _set_first(cls):
        return None
    from .pools import Column

    lists.elements.setdefault(Column(cls, name + MARK), BOOL)
    return name + MARK


def check_set(frame: Frame, ref: Compound, name: str) -> None:
    """A field is read."""
    from .lists import item
    from .pools import column

    mark = marked(frame, ref.info, name)
    if mark is not None:
        there = item(frame, column(frame, ref.info, mark), ref.items[0], mark)
        message = f"{ref.info.__name__!r} object has no attribute {name!r}"
        frame.emit("check", frame.truth(there), error=AttributeError, message=message, kind="raise")


def now_set(frame: Frame, ref: Compound, name: str) -> None:
    from .lists import store_item
    from .pools import column

    mark = marked(frame, ref.info, name)
    if mark is not None:
        store_item(frame, column(frame, ref.info, mark), ref.items[0], const(True))


def push_marks(frame: Frame, cls: type, names: list[str], is_set: bool) -> None:
    """A new row's: nothing is set at its beginning, all is of an object that is copied or comes from the caller."""
    from .lists import push
    from .pools import column

    for name in names:
        mark = marked(frame, cls, name)
        if mark is not None:
            push(frame, column(frame, cls, mark), const(is_set))


def _set_first(cls: type) -> frozenset[str]:
    """The fields that every object has before its constructor hands it on."""
    found = _KNOWN.get(cls)
    if found is None:
        found = _KNOWN[cls] = frozenset(_sure(cls))
    return found


_KNOWN: WeakKeyDictionary[type, frozenset[str]] = WeakKeyDictionary()


def _sure(cls: type) -> list[str]:
    from difflang.reading import read

    from .structs import held_by, is_generated

    init = held_by(cls, "__init__")
    if init is object.__init__:
        return []
    if is_generated(init):
        return list(getattr(cls, "__dataclass_fields__", ()))
    function = read(init)
    own = function.body.params[0]
    found: list[str] = []

    def hands_on(node: Node) -> bool:
        of_super = node.op == "invoke" and isinstance(node.args[0], Const) and node.args[0].value is super
        return bool(node.regions) or of_super or own in node.args

    for node in function.body.nodes:
        if node.op == "setattr" and node.args[0] is own and own not in node.args[1:]:
            found.append(node.attrs["name"])
        elif not (node.op == "attr" and node.attrs["name"] in found) and hands_on(node):
            break
    return found


__all__ = ["MARK", "check_set", "marked", "now_set", "push_marks"]
