"""What compares items by a key, and sets: max, min, sorted, filter of what has a length known while compiling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from difflang import list_library
from difflang.ir import NONE, Const, const
from difflang.tree import Frozen

from .builtins import builtin, items_in, not_empty
from .branches import branch
from .dicts import class_of
from .frame import Frame
from .grown import Fixed, Live
from .iterables import check_iterable, each, item, length
from .lists import beside_lists, is_grown
from .operators import binary
from .values import Compound, Value, denote, is_none, known, python_value


def extreme_by(frame: Frame, op: str, name: str, args: Sequence[Value], key: Value) -> Value:
    """max(items, key=f): the item of which f is the greatest, the first of equals."""
    from .calls import call

    items = args[0] if len(args) == 1 else Compound("tuple", tuple(args))
    check_iterable(frame, items)
    not_empty(frame, items, name)
    first = item(frame, items, const(0))

    def turn(element: Value, carried: Sequence[Value]) -> list[Value]:
        value = call(frame, key, [element], {})
        better = frame.truth(binary(frame, op, value, carried[1]))
        return branch(frame, better, [lambda: [element, value], lambda: list(carried)], [name, "key"])

    return each(frame, items, turn, [first, call(frame, key, [first], {})], ["x", name, "key"], False)[0]


FEW = 6
"""So many values of the run are sorted by exchanging neighbours."""


def _exchanged(frame: Frame, items: list[Value], keys: list[Value], op: str) -> list[Value]:
    """Items in the order of their keys, equal ones as they stand: each one moved forward past those that it precedes."""
    for last in range(1, len(items)):
        for k in range(last, 0, -1):
            ahead = frame.truth(binary(frame, op, keys[k], keys[k - 1]))
            here = [items[k - 1], items[k], keys[k - 1], keys[k]]
            swapped = [items[k], items[k - 1], keys[k], keys[k - 1]]
            arms: list[Callable[[], list[Value]]] = [partial(list, swapped), partial(list, here)]
            items[k - 1], items[k], keys[k - 1], keys[k] = branch(frame, ahead, arms, ["low", "high", "low", "high"])
    return items


@builtin(set, high=1)
def _set(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if not args or not _is_known(frame, args[0]):
        from .containers import set_of

        return set_of(frame, args)
    site = (frame.signature, frame.at, "set")
    if site in frame.inference.lists.live:
        from .containers import set_of

        return set_of(frame, args)
    found = frozenset(frame.constant(value, "what is in a set") for value in items_in(frame, args[0], "set()"))
    frame.inference.sets[id(found)] = (found, site)
    return denote(found)


def _is_known(frame: Frame, items: Value) -> bool:
    """Whether what is walked is known while compiling."""
    if known(items):
        return True
    if class_of(items) is not None or _passing(items) or not known(length(frame, items)):
        return False
    return all(map(known, items_in(frame, items, "set()")))


@builtin(frozenset, high=1)
def _frozenset(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    found = _set(frame, args, kwargs) if args else denote(frozenset())
    if class_of(found) is not None:
        frame.fail("DL011", "what is in a frozenset must be known while compiling", "use a set")
    return denote(Frozen(python_value(found)))


@builtin(sorted, low=1, high=1, names=("key", "reverse"))
def _sorted(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return python_sorted(frame, args[0], kwargs)


def python_sorted(frame: Frame, values: Value, kwargs: Mapping[str, Value]) -> Value:
    """sorted(values, key=..., reverse=...)."""
    from .calls import call

    wrong = next((name for name in kwargs if name not in ("key", "reverse")), None)
    if wrong:
        frame.fail("DL017", f"sort() got an unexpected keyword argument {wrong!r}")
    if _passing(values) or not isinstance(length(frame, values), Const):
        return _sorted_on_run(frame, values, kwargs)
    items = items_in(frame, values, "sorted()")
    by = kwargs.get("key", NONE)
    keys = [one if is_none(by) else call(frame, by, [one], {}) for one in items]
    if not known(kwargs.get("reverse", NONE)) or len(items) > FEW and not all(map(known, keys)):
        return _sorted_on_run(frame, beside_lists(frame, Compound("list", items)), kwargs)
    down = bool(python_value(kwargs["reverse"])) if "reverse" in kwargs else False
    if 1 < len(items) <= FEW and not all(map(known, keys)):
        return Compound("list", tuple(_exchanged(frame, list(items), keys, "greater" if down else "less")))
    found = [frame.constant(key, "what sorted() compares") for key in keys]
    with frame.fitting():
        order = sorted(range(len(items)), key=lambda k: found[k], reverse=down)
    return Compound("list", tuple(items[k] for k in order))


def _passing(values: Value) -> bool:
    """Whether how many items there are shows when they are walked."""
    return isinstance(values, Compound) and values.kind == "generator"


def _sorted_on_run(frame: Frame, values: Value, kwargs: Mapping[str, Value]) -> Value:
    from .list_arrays import collected
    from .list_methods import in_order
    from .numbers import by_text

    key, down = kwargs.get("key", NONE), frame.truth(kwargs.get("reverse", const(False)))
    if is_none(key) and down == const(False):
        return in_order(frame, values)
    items = values if is_grown(values) else collected(frame, values)
    if is_none(key):
        return by_text(frame, list_library.sorted_items, [items, down])
    return by_text(frame, list_library.sorted_by, [items, key, down])


def changing_set(frame: Frame, owner: frozenset[Any], name: str) -> NoReturn:
    """A set that is known while compiling is changed: it is one of the run, where it is known what made it."""
    reason = f"a set is known while compiling: {name!r} would change it"
    error = Fixed("DL025", reason, frame.place, "begin with set(), and add its items", frame.function.origin)
    if id(owner) in frame.inference.sets:
        error.remedy = Live(frozenset({frame.inference.sets[id(owner)][1]}))
    raise error
