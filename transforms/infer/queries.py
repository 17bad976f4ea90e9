"""Questions with an answer while compiling (classes, dtypes, texts), and functions that take functions."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from difflang.ir import Const, const
from difflang.types import Unknown

from .builtins import builtin, example
from .frame import Frame
from .texts import method
from .iterables import check_iterable, each, has_tuple, item, length
from .structs import class_in
from .values import Compound, Value, denote, known

TEXTS = (str, bytes)


@builtin(type, low=1, high=1)
def _type(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """type(x): a class, known while compiling."""
    (value,) = args
    if class_in(value) is not None:
        return denote(class_in(value))
    if isinstance(value, Compound):
        return denote({"tuple": tuple, "list": list, "range": range}.get(value.kind, type(len)))
    if isinstance(value.type, Unknown):
        frame.fail("DL019", "type() needs a type that is known while compiling", "give the function's argument types")
    return denote(type(example(value.type)))


def _folded(function: Any) -> Any:
    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        given = [frame.constant(value, f"what {function.__name__}() is asked") for value in args]
        with frame.fitting():
            return denote(function(*given))

    return handler


for _function in (np.issubdtype, np.can_cast, np.promote_types, np.finfo, np.iinfo):
    builtin(_function, low=1, high=3)(_folded(_function))


@builtin(functools.reduce, low=2, high=3)
def _reduce(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """functools.reduce(f, items, start)."""
    from .calls import call

    function, items = args[:2]
    check_iterable(frame, items)
    if has_tuple(items) or (len(args) == 2 and known(length(frame, items))):
        values = [*args[2:], *_walked(frame, items)]
        if not values:
            frame.fail("DL005", "reduce() of empty iterable with no initial value")
        return functools.reduce(lambda one, other: call(frame, function, [one, other], {}), values)
    if len(args) == 2:
        frame.fail("DL011", "reduce() without a start needs a length that is known while compiling", "give it a start")
    return each(frame, items, lambda x, carried: [call(frame, function, [carried[0], x], {})], [args[2]], ["x", "total"], False)[0]


@builtin(map, low=2)
def _map(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """map(f, *items) over what has a length known while compiling."""
    from .calls import call

    function, *walked = args
    columns = [_walked(frame, value) for value in walked]
    return Compound("list", tuple(call(frame, function, list(row), {}) for row in zip(*columns, strict=False)))


def _walked(frame: Frame, value: Value) -> list[Value]:
    check_iterable(frame, value)
    count = length(frame, value)
    if not isinstance(count, Const):
        frame.fail("DL011", "the number of items must be known while compiling here", "write a loop")
    return [item(frame, value, const(k)) for k in range(count.value)]


def text_method(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """A method of a text, where everything is known; None for any other callable."""
    if not isinstance(getattr(target, "__self__", None), TEXTS):
        return None
    if not all(map(known, (*args, *kwargs.values()))) and isinstance(target.__self__, str):
        return method(frame, target.__self__, target.__name__, args, kwargs)
    given = [frame.constant(value, "what a text is asked") for value in args]
    named = {name: frame.constant(value, name) for name, value in kwargs.items()}
    with frame.fitting():
        return denote(target(*given, **named))
