"""Generator functions: whoever walks one runs its text, with his own turn where it yields.

What the walker's loop carries stands in a cell meanwhile (`objects.py`), so that the loops and branches of the generator's text
hand it on as they do the fields of any object. A generator lives as long as the expression or the names that hold it: each walk
runs the text from its beginning, so it can be walked once, in the function that made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from difflang.ir import UNDEF, Const, Function, Node, const, is_yield
from difflang.records import dataclass
from difflang.tree import Layout
from difflang.types import Scalar

from .frame import Frame, handles
from .objects import HEAP, new_cell, restore, saved
from .uses import item_writes, only_truths
from .values import Compound, Value, is_undefined

if TYPE_CHECKING:
    from .control import Turn

DEEPEST = 25
"""How deep generators may walk generators: beyond, one walks itself without end."""
AGAIN = "make the generator again where it is walked, or keep its items: items = list(g)"


@dataclass
class Taken:
    """How many items next() has taken of a generator, in the text that made it."""

    home: Any
    count: int = 0


def made(frame: Frame, function: Function, values: Sequence[Value]) -> Value:
    """What a call of a generator function gives."""
    captured = [frame.inference.capture(frame, capture) for capture in function.captures[: len(function.body.params) - len(values)]]
    return Compound("generator", (*values, *captured), function, Taken(frame.builder))


def eager(frame: Frame, value: Value) -> Value:
    """A list in place of a generator, for those who ask more than to walk it; a tuple where it yields in straight code alone."""
    from .builtins import items_in
    from .list_arrays import collected

    if _is_of_known(value):
        return Compound("list", items_in(frame, value, "list()"))
    if not is_stream(value):
        return value
    assert isinstance(value, Compound)
    if value.kind != "generator":
        return collected(frame, value)
    items = None if _in_loops(value.info.body.nodes) else _straight(frame, value)
    return collected(frame, value) if items is None else Compound("tuple", items)


def _in_loops(nodes: Sequence[Node]) -> bool:
    """Whether something is yielded inside of a loop."""
    inside = [(node.op, inner) for node in nodes for region in node.regions for inner in region.nodes]
    return any(is_yield(inner) if op in ("for", "each", "while") else _in_loops([inner]) for op, inner in inside)


def _straight(frame: Frame, generator: Compound) -> tuple[Value, ...] | None:
    """The items, where all are yielded whatever the numbers are."""
    home, before, start, spent = frame.builder, saved(), len(frame.builder.nodes), len(frame.inference.spent)
    items: list[tuple[Any, Value]] = []

    def turn(item: Value, carried: Sequence[Value]) -> list[Value]:
        items.append((frame.builder, item))
        return []

    walked(frame, generator, turn, [], [], False)
    if all(builder is home for builder, _ in items):
        return tuple(item for _, item in items)
    del frame.builder.nodes[start:], frame.inference.spent[spent:]
    restore(before)
    return None


def check_kept(frame: Frame, values: Sequence[Value]) -> None:
    """A generator stays where it is made: who else walks it cannot be followed."""
    if any(map(_holds, values)):
        frame.fail("DL042", "a generator that is handed to a function is outside the language", "pass its items: list(g)")


def _holds(value: Value) -> bool:
    return isinstance(value, Compound) and (value.kind == "generator" or any(map(_holds, value.items)))


def is_generator(value: Any) -> bool:
    return isinstance(value, Compound) and value.kind == "generator"


def _is_of_known(value: Any) -> bool:
    """Whether this is map or reversed of items that are known while compiling."""
    from .iterables import has_tuple

    if not isinstance(value, Compound) or value.kind not in ("map", "reversed"):
        return False
    return all(map(has_tuple, value.items[1:] if value.kind == "map" else value.items))


def is_lazy(value: Any) -> bool:
    """Whether items are made when they are asked for."""
    return is_stream(value) or _is_of_known(value)


def is_stream(value: Any) -> bool:
    """Whether how many items there are shows when they are walked: a generator, and zip, map, ... of one."""
    several = isinstance(value, Compound) and value.kind in ("enumerate", "zip", "map", "chain", "pairwise")
    return is_generator(value) or several and any(map(is_stream, value.items))


@handles("yield_")
def _yield(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    if frame.walker is None:
        frame.fail("DL042", "a generator cannot be handed out of compiled code", "fill an array or a list and return it")
    return (frame.walker(values[0]),)


def walked(
    frame: Frame, generator: Compound, turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool, taking: bool = False
) -> list[Value]:
    """`for item in generator`: its text, with a turn for each item. `hints` are those of the carried values."""
    function: Function = generator.info
    depth = frame.walks + 1
    if depth > DEEPEST:
        frame.fail("DL042", f"{function.name}() walks itself: a recursive generator is outside the language", "append the items to a list")
    if any(one is generator for one in frame.inference.spent):
        frame.fail("DL042", f"this generator of {function.name}() has been walked before", AGAIN)
    if generator.origin.count and not taking:
        frame.fail("DL042", f"of this generator of {function.name}() items were taken by next() before", AGAIN)
    names = tuple(f"{hint}" if hints.index(hint) == k else f"{hint}_{k}" for k, hint in enumerate(hints))
    cell = new_cell(Layout("object", SimpleNamespace, names), init)
    inner = Frame(
        frame.inference,
        function,
        builder=frame.builder,
        captures=frame.captures,
        truths=only_truths(function),
        signature=(frame.signature, frame.at, id(function), depth),
        around=frame.around,
        sure=frame.sure,
        walks=depth,
    )
    inner.items = item_writes(function)

    def one(item: Value) -> Value:
        before, frame.builder = frame.builder, inner.builder
        sure, frame.sure = frame.sure, inner.sure
        place = inner.builder.place
        try:
            frame.builder.place = before.place
            done = turn(item, [cell.fields[name] for name in names])
        finally:
            frame.builder, frame.sure = before, sure
            inner.builder.place = place
        cell.fields.update(zip(names, done[1:] if exits else done, strict=True))
        return frame.truth(done[0]) if exits else const(False)

    inner.walker = one
    frame.inference.spent.append(generator)
    inner.run(function.body, list(generator.items))
    HEAP.cells.remove(cell)
    return [cell.fields[name] for name in names]


def in_step(frame: Frame, iterable: Compound, turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool) -> list[Value]:
    """`for k, item in enumerate(generator)`, `for item, other in zip(generator, others)`: a position is carried along."""
    from .branches import branch
    from .iterables import item as item_of
    from .iterables import is_endless, length
    from .list_arrays import collected
    from .operators import binary

    parts = iterable.items[:1] if iterable.kind == "enumerate" else iterable.items
    first = next(k for k, part in enumerate(parts) if is_generator(part))
    others = [collected(frame, part) if is_generator(part) and k != first else part for k, part in enumerate(parts)]
    sizes = [length(frame, part) for k, part in enumerate(others) if k != first and not is_endless(part)]

    names = ["k", *hints]
    leaves = exits or bool(sizes)

    def numbered(item: Value, carried: Sequence[Value]) -> list[Value]:
        k, *rest = carried

        def go() -> list[Value]:
            if iterable.kind == "enumerate":
                given = Compound("tuple", (binary(frame, "add", iterable.items[1], k), item))
            else:
                given = Compound("tuple", tuple(item if j == first else item_of(frame, part, k) for j, part in enumerate(others)))
            done = turn(given, rest)
            left, after = (done[:1], done[1:]) if exits else ([const(False)], done)
            return [*left, binary(frame, "add", k, const(1)), *after]

        there: Value = const(True)
        for size in sizes:
            fits = frame.truth(binary(frame, "less", k, size))
            there = fits if there == const(True) else frame.emit("logical_and", there, fits)
        if there == const(True):
            return go() if leaves else go()[1:]
        return branch(frame, frame.atom(there), [go, lambda: [const(True), k, *rest]], ["left", *names])

    return walked(frame, iterable.items[first], numbered, [const(0), *init], names, leaves)[1:]


def taken(frame: Frame, generator: Compound, default: Value | None) -> Value:
    """next(generator), in the text that made it: the text is run again up to the item."""
    from .branches import branch
    from .operators import binary

    state: Taken = generator.origin
    if state.home is not frame.builder:
        frame.fail("DL042", "next() of a generator that was made elsewhere is outside the language", "walk it with for")
    before = state.count
    if before and not all(isinstance(value.type, Scalar) for value in generator.items if not isinstance(value, Compound)):
        frame.fail("DL042", "several next() of a generator over arrays are outside the language", AGAIN)

    def turn(item: Value, carried: Sequence[Value]) -> list[Value]:
        here = frame.truth(binary(frame, "equal", carried[2], const(before)))
        done = [here, here, *branch(frame, here, [lambda: [item], lambda: [carried[1]]], ["item"])]
        return [*done, binary(frame, "add", carried[2], const(1))]

    found, value, _ = walked(frame, generator, turn, [const(False), UNDEF, const(0)], ["found", "item", "k"], True, True)
    frame.inference.spent.remove(generator)
    state.count += 1
    truth = frame.truth(found)
    if default is not None:
        if isinstance(truth, Const) and not is_undefined(truth):
            return value if truth.value else default
        return branch(frame, truth, [lambda: [value], lambda: [default]], ["item"])[0]
    frame.emit("check", truth, error=StopIteration, message="", kind="raise")
    return value


__all__ = ["check_kept", "eager", "in_step", "is_generator", "is_lazy", "is_stream", "made", "taken", "walked"]
