"""What the text calls the items of a loop that is not one over a range, and a name for the index that walks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Union

from difflang.ir import Const, Function, Region, Var, walk

from .values import Compound, Value

if TYPE_CHECKING:
    from .frame import Frame

Called = Union[str, tuple["Called", ...]]
"""The target of a `for`: a name, or a tuple of such."""
INDICES = ("i", "j", "k", "m", "n")


def called(body: Region) -> Called:
    """The names that a loop's body gives its item, taken apart or not."""
    taken = {node.args[0]: node for node in body.nodes if node.op == "unpack" and "star" not in node.attrs}

    def of(var: Var) -> Called:
        return tuple(map(of, taken[var].outs)) if var in taken else var.hint

    return of(body.params[0]) if body.params[0] in taken else body.params[0].hint


def parts(called: Called, items: Sequence[Any]) -> Sequence[Called]:
    """The names of as many items."""
    return called if isinstance(called, tuple) and len(called) == len(items) else ("t",) * len(items)


def index_name(frame: Frame, iterable: Value, called: Called) -> str:
    """The user's own name for what counts the turns, as `enumerate` gives it, else a letter that he does not use."""
    if isinstance(iterable, Compound) and isinstance(called, tuple) and len(called) == 2 and iterable.kind == "enumerate":
        start = iterable.items[1]
        if isinstance(called[0], str) and called[0].strip("_") and isinstance(start, Const) and start.value == 0:
            return called[0]
    taken = {*_names(frame.function), *frame.indices}
    return next((name for name in INDICES if name not in taken), "i")


@contextmanager
def inside(frame: Frame, index: str) -> Iterator[None]:
    """Inside a turn of the loop with this index."""
    around, frame.indices = frame.indices, (*frame.indices, index)
    try:
        yield
    finally:
        frame.indices = around


@lru_cache(maxsize=64)
def _names(function: Function) -> frozenset[str]:
    """All names in a function's text."""
    made = {out.hint for node in walk(function.body) for out in node.outs}
    inner = {param.hint for node in walk(function.body) for region in node.regions for param in region.params}
    return frozenset(made | inner | {param.hint for param in function.body.params})
