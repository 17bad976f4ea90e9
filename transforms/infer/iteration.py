"""itertools: over items of known number what the functions give is written out, else they are generators (`difflang/iterators.py`)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from difflang import iterators
from difflang.ir import NONE, Const, const, static

from .builtins import builtin, items_in
from .dicts import class_of
from .frame import Frame
from .generators import is_stream
from .iterables import is_endless, length
from .numbers import by_text
from .operators import binary
from .values import Compound, Value, is_none, known, python_value, tuple_of

Args = Sequence[Value]
Named = Mapping[str, Value]
COMBINED: dict[Any, dict[int, Callable[..., Any]]] = {
    itertools.combinations: {2: iterators.pairs, 3: iterators.triples},
    itertools.combinations_with_replacement: {2: iterators.pairs_again},
    itertools.permutations: {2: iterators.ordered_pairs},
}
PRODUCTS = {2: iterators.product, 3: iterators.product_of_three}


def is_open(frame: Frame, value: Value) -> bool:
    """Whether how many items there are shows while the program runs."""
    if is_stream(value) or is_endless(value) or class_of(value) is not None:
        return True
    return not isinstance(length(frame, value), Const)


def _written_out(function: Callable[..., Iterable[Any]], count: int) -> None:
    """A function of itertools over items of known number: the first `count` arguments are iterables."""

    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        name = f"itertools.{function.__name__}"
        found_text = _text_of(frame, function, args, kwargs, count)
        if found_text is not None:
            return found_text
        given: list[Any] = [items_in(frame, value, f"{name}()") for value in args[:count]]
        given += [frame.constant(value, f"what {name}() is given") for value in args[count:]]
        named = {key: frame.constant(value, key) for key, value in kwargs.items()}
        with frame.fitting():
            found = function(*given, **named)
        return Compound("tuple", tuple(tuple_of(*row) if isinstance(row, tuple) else row for row in found))

    builtin(function, names=("repeat", "r"))(handler)


def _text_of(frame: Frame, function: Any, args: Args, kwargs: Named, count: int) -> Value | None:
    """The generator in place of a function over items whose number is not known; None where all are."""
    if not any(is_open(frame, value) for value in args[:count]):
        if function is not itertools.islice or all(map(known, args[1:])):
            return None
    given = list(args)
    if function is itertools.islice:
        return _sliced(frame, given)
    if function is itertools.product and "repeat" in kwargs and len(given) == 1 and known(kwargs["repeat"]):
        given = given * int(python_value(kwargs["repeat"]))
        kwargs = {}
    how = PRODUCTS.get(len(given)) if function is itertools.product else None
    if function in COMBINED and len(given) == 2 and known(given[1]):
        how = COMBINED[function].get(python_value(given[1]))
        given = given[:1]
    if how is None or kwargs:
        reason = f"the number of items that itertools.{function.__name__}() is given must be known while compiling here"
        frame.fail("DL011", reason, "write loops")
    return by_text(frame, how, given)


def _sliced(frame: Frame, given: list[Value]) -> Value:
    if len(given) == 2 and not is_none(given[1]):
        return by_text(frame, iterators.islice, given)
    start, stop, step = (const(0), given[1], const(1)) if len(given) == 2 else (*given[1:], const(1))[:3]
    bounds = [const(fill) if is_none(end) else end for end, fill in ((start, 0), (stop, -1), (step, 1))]
    return by_text(frame, iterators.islice_from, [given[0], *bounds])


for _function, _count in ((itertools.product, 99), (itertools.combinations, 1), (itertools.permutations, 1), (itertools.islice, 1)):
    _written_out(_function, _count)
_written_out(itertools.combinations_with_replacement, 1)


@builtin(itertools.starmap, low=2, high=2)
def _starmap(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    from .calls import call

    if is_open(frame, args[1]):
        return by_text(frame, iterators.starmap, args)
    rows = items_in(frame, args[1], "starmap()")
    return Compound("list", tuple(call(frame, args[0], list(items_in(frame, row, "starmap()")), {}) for row in rows))


@builtin(itertools.accumulate, low=1, high=2, names=("func", "initial"))
def _accumulate(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    from .calls import call

    function = args[1] if len(args) > 1 else kwargs.get("func", NONE)
    if is_open(frame, args[0]):
        initial = kwargs.get("initial", NONE)
        if not is_none(initial):
            step = static(iterators.added) if is_none(function) else function
            return by_text(frame, iterators.accumulate_from, [args[0], step, initial])
        return by_text(frame, iterators.running_sums, args[:1]) if is_none(function) else by_text(
            frame, iterators.accumulate, [args[0], function]
        )
    items = [*([kwargs["initial"]] if "initial" in kwargs else []), *items_in(frame, args[0], "accumulate()")]
    rows: list[Value] = []
    for one in items:
        if rows:
            one = binary(frame, "add", rows[-1], one) if is_none(function) else call(frame, function, [rows[-1], one], {})
        rows.append(one)
    return Compound("list", tuple(rows))




@builtin(itertools.zip_longest, low=2, high=2, names=("fillvalue",))
def _zip_longest(frame: Frame, args: Args, kwargs: Named) -> Value:
    return by_text(frame, iterators.zip_longest, [*args, kwargs.get("fillvalue", NONE)])


def _of_text(function: Any, text: Callable[..., Any], count: int) -> None:
    def handler(frame: Frame, args: Args, kwargs: Named) -> Value:
        return by_text(frame, text, args)

    builtin(function, low=count, high=count)(handler)


_of_text(itertools.takewhile, iterators.takewhile, 2)
_of_text(itertools.dropwhile, iterators.dropwhile, 2)
_of_text(itertools.filterfalse, iterators.filterfalse, 2)
_of_text(itertools.compress, iterators.compress, 2)
_of_text(itertools.cycle, iterators.cycle, 1)
_of_text(itertools.chain.from_iterable, iterators.flattened, 1)
