"""iter() of a sequence and next(): a position beside what is walked, which moves as the fields of objects do.

A walk takes what is left from the position on; who walks it or asks for an item after that is refused (`spent.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from difflang import iterators
from difflang.ir import NONE, UNDEF, Const, const
from difflang.tree import Layout
from difflang.types import Array

from .branches import branch
from .builtins import builtin
from .frame import Frame
from .generators import is_generator, taken
from .items import getitem
from .iterables import as_iterable, check_iterable, item, length
from .numbers import by_text
from .objects import new_cell
from .operators import binary
from .structs import own_method, special
from .values import Compound, Value

SEQUENCES = ("tuple", "list", "grown", "range")


@builtin(iter, low=1, high=1)
def _iter(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    found = special(frame, args[0], "__iter__")
    if found is not None and own_method(found, "__next__") is not None:
        return found
    source = as_iterable(frame, args[0]) if found is None else found
    check_iterable(frame, source)
    walked = source.kind in SEQUENCES if isinstance(source, Compound) else isinstance(source.type, Array)
    if not walked or getattr(frame.function.python, "__name__", "") == "__iter__":  # who asked for the iterator of an object walks it
        return source
    return Compound("iterator", (source,), new_cell(Layout("object", SimpleNamespace, ("at",)), [const(0)]))


@builtin(next, low=1, high=2)
def _next(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    owner, default = args[0], args[1] if len(args) > 1 else None
    if isinstance(owner, Compound) and owner.kind == "iterator":
        return _taken(frame, owner, default)
    if own_method(owner, "__next__") is not None:
        return by_text(frame, iterators.next_of if default is None else iterators.next_or, args)
    if not is_generator(owner):
        frame.fail("DL004", "next() of this is outside the language", "read the items by index, or ask next(iter(items))")
    assert isinstance(owner, Compound)
    return taken(frame, owner, default)


def _taken(frame: Frame, owner: Compound, default: Value | None) -> Value:
    (source,), cell = owner.items, owner.info
    at = cell.fields["at"]
    left = frame.truth(binary(frame, "less", at, length(frame, source)))

    def step() -> list[Value]:
        found = item(frame, source, at)
        cell.fields["at"] = binary(frame, "add", at, const(1))
        return [found]

    if default is not None:
        return branch(frame, left, [step, lambda: [default]], ["item"])[0]
    if not (isinstance(left, Const) and left.value is True):
        frame.emit("check", left, error=StopIteration, message="", kind="raise")
    return UNDEF if isinstance(left, Const) and left.value is False else step()[0]


def by_next(frame: Frame, owner: Value) -> Value:
    """A walk of an object that has `__next__`."""
    return by_text(frame, iterators.by_next, [owner])


def rest_of(frame: Frame, value: Value) -> Value:
    """What a walk of an iterator walks."""
    if not isinstance(value, Compound) or value.kind != "iterator":
        return value
    at = value.info.fields["at"]
    return value.items[0] if isinstance(at, Const) and at.value == 0 else getitem(frame, value.items[0], ("s",), [at, NONE, NONE])


__all__ = ["by_next", "rest_of"]
