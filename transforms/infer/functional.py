"""Functions that take functions, and what they iterate: map, filter, reduce, itertools, operator's getters."""

from __future__ import annotations

import builtins
import functools
import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from difflang import iterators
from difflang.ir import Const, Var, const
from difflang.types import Array

from .builtins import Handler, builtin, items_in
from .control import counted
from .frame import Frame
from .iterables import check_iterable, each, has_tuple, item, length
from .numbers import by_text
from .operators import binary, both, either
from .values import Compound, Value, denote, is_none, known, tuple_of


@builtin(functools.reduce, low=2, high=3)
def _reduce(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """functools.reduce(f, items, start)."""
    from .calls import call

    function, items = args[:2]
    check_iterable(frame, items)
    if has_tuple(items) or (len(args) == 2 and known(length(frame, items))):
        values = [*args[2:], *items_in(frame, items, "reduce()")]
        if not values:
            frame.fail("DL037", "reduce() of empty iterable with no initial value")
        return functools.reduce(lambda one, other: call(frame, function, [one, other], {}), values)

    def turn(x: Value, carried: Sequence[Value]) -> list[Value]:
        return [call(frame, function, [carried[0], x], {})]

    if len(args) == 3:
        return each(frame, items, turn, [args[2]], ["x", "total"], False)[0]
    filled = binary(frame, "greater", length(frame, items), const(0))
    message = "reduce() of empty iterable with no initial value"
    frame.emit("check", filled, error=TypeError, message=message, kind="raise")
    bounds = [const(1), frame.atom(length(frame, items)), const(1)]
    first = item(frame, items, const(0))
    return counted(frame, bounds, lambda k, carried: turn(item(frame, items, k), carried), [first], ["i", "total"])[0]


@builtin(map, low=2, names=("strict",))
def _map(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """map(f, *items): each item is computed where it is asked for."""
    for value in args[1:]:
        check_iterable(frame, value)
    return Compound("map", tuple(args))


@builtin(filter, low=2, high=2)
def _filter(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """filter(f, items): a generator; what is known while compiling is asked at once."""
    check_iterable(frame, args[1])
    if not has_tuple(args[1]):
        return _passing(frame, args)
    kept = []
    for one in items_in(frame, args[1], "filter()"):
        truth = _passes(frame, args[0], one)
        if not isinstance(truth, Const):
            return _passing(frame, args)
        kept += [one] if truth.value else []
    return Compound("list", tuple(kept))


@builtin(zip, names=("strict",))
def _zip(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    for value in args:
        check_iterable(frame, value)
    if "strict" in kwargs and frame.constant(kwargs["strict"], "strict") and args:
        lengths = [length(frame, value) for value in args]
        for one in lengths[1:]:
            equal = binary(frame, "equal", one, lengths[0])
            if isinstance(equal, Const) and not equal.value:
                frame.fail("DL024", "the arguments of zip(strict=True) differ in length")
            if not isinstance(equal, Const):
                frame.emit("check", equal, error=ValueError, message="the arguments of zip(strict=True) differ in length", kind="raise")
    return Compound("zip", tuple(args))


@builtin(enumerate, low=1, high=2, names=("start",))
def _enumerate(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    check_iterable(frame, args[0])
    start = args[1] if len(args) > 1 else kwargs.get("start", const(0))
    return Compound("enumerate", (args[0], start))


@builtin(reversed, low=1, high=1)
def _reversed(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    check_iterable(frame, args[0])
    (value,) = args
    if isinstance(value, Compound) and value.kind in ("zip", "enumerate", "reversed"):
        frame.fail("DL024", f"'{value.kind}' object is not reversible")
    return Compound("reversed", (value,))


def _quantifier(join: Callable[[Frame, Value, Value], Value], neutral: bool, name: str) -> Handler:
    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        (value,) = args
        check_iterable(frame, value)
        if isinstance(value, Compound) and value.is_sequence:
            result: Value = const(neutral)
            for element in value.items:
                result = join(frame, result, frame.truth(element))
            return result
        if isinstance(value, Compound):
            return _decided(frame, value, neutral)
        if isinstance(value, Var) and isinstance(value.type, Array) and value.type.rank > 1:
            frame.fail("DL022", "the truth of an array with several elements is not defined", f"use np.{name}")
        found = frame.emit(name, value, axis=None, keepdims=False)
        return frame.emit("cast", found, dtype="bool", weak=True)

    return handler


def _decided(frame: Frame, value: Compound, neutral: bool) -> Value:
    """any and all of what is computed while it is walked: no item is asked for behind the one that decides."""

    def turn(item: Value, _: Sequence[Value]) -> list[Value]:
        truth = frame.truth(item)
        return [frame.emit("not_", truth) if neutral else truth, truth]

    return each(frame, value, turn, [const(neutral)], ["x", "found"], True)[0]


builtin(builtins.all, low=1, high=1)(_quantifier(both, True, "all"))
builtin(builtins.any, low=1, high=1)(_quantifier(either, False, "any"))


def _passing(frame: Frame, args: Sequence[Value]) -> Value:
    return by_text(frame, iterators.truths, args[1:]) if is_none(args[0]) else by_text(frame, iterators.passing, args)


def _passes(frame: Frame, function: Value, one: Value) -> Any:
    """Whether an item passes a filter."""
    from .calls import call

    return frame.truth(one if is_none(function) else call(frame, function, [one], {}))


@builtin(itertools.pairwise, low=1, high=1)
def _pairwise(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    check_iterable(frame, args[0])
    return Compound("pairwise", (args[0],))


@builtin(itertools.chain)
def _chain(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    for value in args:
        check_iterable(frame, value)
    if all(map(has_tuple, args)):
        return Compound("tuple", tuple(one for value in args for one in items_in(frame, value, "chain()")))
    return Compound("chain", tuple(args))


@builtin(itertools.count, high=2, names=("start", "step"))
def _count_from(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    given = [*args, *(kwargs[name] for name in ("start", "step")[len(args) :] if name in kwargs)]
    start, step = (*given, const(0), const(1))[:2] if not given else (*given, const(1))[:2]
    return Compound("count", (start, step))


@builtin(itertools.repeat, low=1, high=2)
def _repeat(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return Compound("repeat", tuple(args))


def getter(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """A call of operator.itemgetter(...), attrgetter(...), methodcaller(...); None for any other callable."""
    from .items import attribute, call_method, getitem

    if isinstance(target, (operator.itemgetter, operator.attrgetter)) and len(args) == 1:
        names = target.__reduce__()[1]
        found: list[Value] = []
        for name in names:
            value = args[0]
            if isinstance(target, operator.itemgetter):
                value = getitem(frame, value, ("i",), [denote(name)])
            else:
                for part in name.split("."):
                    value = attribute(frame, value, part)
            found.append(value)
        return found[0] if len(found) == 1 else tuple_of(*found)
    if isinstance(target, operator.methodcaller) and len(args) == 1:
        reduced: Any = target.__reduce__()
        made, parts = reduced[:2]
        named = getattr(made, "keywords", {})
        given: tuple[Any, ...] = tuple(getattr(made, "args", ())) + tuple(parts)
        return call_method(frame, args[0], given[0], list(map(denote, given[1:])), {key: denote(value) for key, value in named.items()})
    return None


@builtin(operator.getitem, low=2, high=2)
def _getitem(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    from .items import getitem

    return getitem(frame, args[0], ("i",), [args[1]])


for _getter in (operator.itemgetter, operator.attrgetter, operator.methodcaller):

    def _made(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], maker: Any = _getter) -> Value:
        given = [frame.constant(value, f"what {maker.__name__}() is given") for value in args]
        return denote(maker(*given, **{name: frame.constant(value, name) for name, value in kwargs.items()}))

    builtin(_getter, low=1, names=("key",))(_made)

