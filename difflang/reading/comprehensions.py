"""Comprehensions: loops that fold the items into a value, items written out, or loops that fill a list.

`sum any all max min` of a comprehension are loops. Over a tuple that is written out, or a range of literals, a list
has a known length and its items are read one by one. Any other comprehension is the loop that it stands for. A generator
that is handed to anything but those five is made whole first, as a list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from ..ir import NONE, UNDEF, Atom, Place, const, static
from ..ops.faults import EMPTY
from .expressions import FOLDS, condition, expression, handles, is_builtin, positional
from .frame import FALSE, FOLDED, LEAVE, RETURNED, SKIP, TRUE, Binding, Frame, Late, Refused
from .keeping import put, turning
from .loops import iterate
from .paths import BREAK, FALLS, Ends, choose, fork
from .scope import target_names, walrus_names
from .targets import bind_target

Comprehension = cst.GeneratorExp | cst.ListComp | cst.SetComp
LONGEST = 64
Item = Callable[[Atom], Ends]


def _sum(frame: Frame, node: cst.Call, hint: str) -> Atom:
    key = _new_key(frame, "total")
    start = _options(frame, node, "start", position=1).get("start")
    frame.env[key] = const(0) if start is None else start

    def add(item: Atom) -> Ends:
        frame.env[key] = frame.emit("add", [_get(frame, key), item], node, "total")
        return FALLS

    return _fold(frame, node, key, add)


def _any_or_all(decided: bool) -> Callable[[Frame, cst.Call, str], Atom]:
    def read(frame: Frame, node: cst.Call, hint: str) -> Atom:
        key = _new_key(frame, "found" if decided else "holds")
        frame.env[key] = const(not decided)
        inner = _comprehension(frame, node)
        stops = isinstance(inner, cst.GeneratorExp)  # a list is made whole before it is looked at

        def decide() -> Ends:
            frame.env[key] = TRUE if decided else FALSE
            return _stop(frame) if stops else FALLS

        def test(item: Atom) -> Ends:
            then, other = (decide, lambda: FALLS) if decided else (lambda: FALLS, decide)
            return fork(frame, item, then, other, frame.place(inner.elt))

        return _fold(frame, node, key, test)

    return read


def _extreme(op: str) -> Callable[[Frame, cst.Call, str], Atom]:
    def read(frame: Frame, node: cst.Call, hint: str) -> Atom:
        options = _options(frame, node, "key", "default")
        key, some, asked = _new_key(frame, "best"), _new_key(frame, "some"), _new_key(frame, "key")
        place, by = frame.place(node), options.get("key", NONE)
        frame.env[key], frame.env[some], frame.env[asked] = UNDEF if options else const(0), FALSE, UNDEF

        def keep(item: Atom) -> Ends:
            value = item if by is NONE else frame.emit("invoke", [by, item], node, keywords=(), star=())
            best = key if by is NONE else asked

            def take() -> Ends:
                frame.env[key] = item
                if by is not NONE:
                    frame.env[asked] = value
                return FALLS

            better = choose(frame, _get(frame, some), lambda: frame.emit(op, [value, _get(frame, best)], node), lambda: TRUE, place)
            ends = fork(frame, better, take, lambda: FALLS, place)
            frame.env[some] = TRUE
            return ends

        result = _fold(frame, node, key, keep)
        return _found(frame, node, result, _get(frame, some), options.get("default"), (some, asked), hint)

    return read


def _first(frame: Frame, node: cst.Call, hint: str) -> Atom:
    """next(item for ...), with or without a default."""
    default = _options(frame, node, "default", position=1).get("default")
    key, some = _new_key(frame, "item"), _new_key(frame, "some")
    frame.env[key], frame.env[some] = UNDEF, FALSE

    def take(item: Atom) -> Ends:
        frame.env.update({key: item, some: TRUE})
        return _stop(frame)

    result, found = _fold(frame, node, key, take), _get(frame, some)
    del frame.env[some]
    if default is not None:
        return choose(frame, found, lambda: result, lambda: default, frame.place(node), hint)
    frame.act("check", [found], node, error=StopIteration, message="", kind="raise")
    return result


def _found(
    frame: Frame, node: cst.Call, result: Atom, found: Atom, default: Atom | None, keys: tuple[str, ...], hint: str
) -> Atom:
    """The greatest item, the default where there was none, else an error."""
    for key in keys:
        del frame.env[key]
    if default is not None:
        return choose(frame, found, lambda: result, lambda: default, frame.place(node), hint)
    name = node.func.value if isinstance(node.func, cst.Name) else "max"
    frame.act("check", [found], node, error=ValueError, message=EMPTY[name], kind="raise")
    return result


def _options(frame: Frame, node: cst.Call, *names: str, position: int = 0) -> dict[str, Atom]:
    """The arguments beside the comprehension, by name; one may stand at a position."""
    found: dict[str, Atom] = {}
    for k, argument in enumerate(node.args[1:], 1):
        name = argument.keyword.value if argument.keyword is not None else names[0] if k == position else ""
        if name not in names or argument.star:
            raise frame.refuse(argument, "this argument beside a comprehension is outside the language", "make a list of the items before")
        found[name] = expression(frame, argument.value)
    return found


def _stop(frame: Frame) -> Ends:
    frame.env.update({SKIP: TRUE, LEAVE: TRUE, RETURNED: FALSE})
    return frozenset({BREAK})


def _new_key(frame: Frame, hint: str) -> str:
    return f"{FOLDED}{sum(key.startswith(FOLDED) for key in frame.env)} {hint}"


def _get(frame: Frame, key: str) -> Atom:
    value: Binding = frame.env[key]
    assert not isinstance(value, (Late, Refused))
    return value


def _comprehension(frame: Frame, node: cst.Call) -> Any:
    return frame.followed(node.args[0].value)


def _fold(frame: Frame, node: cst.Call, key: str, item: Item) -> Atom:
    """Run the comprehension's loops; what stands under the key afterwards."""
    run_loops(frame, _comprehension(frame, node), item)
    result = _get(frame, key)
    frame.env.pop(key)
    return result


def run_loops(frame: Frame, inner: Any, item: Item) -> None:
    """The loops that a comprehension stands for, with `item` done in the innermost."""
    skip = {flag: frame.env[flag] for flag in (SKIP, LEAVE, RETURNED)}
    clause(frame, inner, inner.for_in, item, frame.place(inner.elt))
    frame.env.update(skip)


def clause(frame: Frame, inner: Any, part: cst.CompFor, item: Item, place: Place) -> Ends:
    """One `for` with its conditions. Its names hide the function's own inside it only."""
    if part.asynchronous is not None:
        raise frame.refuse(part, "async for is outside the language", "collect the values before and pass an array")

    def turn() -> Ends:
        return _filtered(frame, inner, part, list(part.ifs), item, place)

    names = dict.fromkeys((*walrus_names(part), *walrus_names(inner.elt)))
    body, results = iterate(frame, part.target, part.iter, names, turn, place, own=frozenset(target_names(part.target)))
    if BREAK not in body.ends or part is inner.for_in:
        return FALLS
    return fork(frame, results[LEAVE], lambda: _stop(frame), lambda: FALLS, place)


def _filtered(frame: Frame, inner: Any, part: cst.CompFor, ifs: list[cst.CompIf], item: Item, place: Place) -> Ends:
    if ifs:
        test = condition(frame, ifs[0].test)
        return fork(frame, test, lambda: _filtered(frame, inner, part, ifs[1:], item, place), lambda: FALLS, place)
    if part.inner_for_in is not None:
        return clause(frame, inner, part.inner_for_in, item, place)
    return item(expression(frame, inner.elt))


@handles(cst.ListComp, cst.GeneratorExp)
def _list(frame: Frame, node: cst.ListComp | cst.GeneratorExp, hint: str) -> Atom:
    return _filled(frame, node, hint)


def _filled(frame: Frame, node: Comprehension, hint: str) -> Atom:
    """A list of the items: written out, or filled by the loops."""
    items = _written_out(frame, node)
    if items is not None:
        return frame.emit("list", items, node, hint)
    result = frame.emit("list", [], node, hint or "items")

    def append(item: Atom) -> Ends:
        put(frame, [item], node.elt)
        frame.emit("method", [result, item], node.elt, name="append", keywords=(), star=())
        return FALLS

    run_loops(frame, node, append)
    return result


@handles(cst.SetComp)
def _set(frame: Frame, node: cst.SetComp, hint: str) -> Atom:
    return frame.emit("invoke", [static(set), _filled(frame, node, hint)], node, hint, keywords=(), star=())


def _sequence(op: str) -> Callable[[Frame, cst.Call, str], Atom]:
    def read(frame: Frame, node: cst.Call, hint: str) -> Atom:
        inner = _comprehension(frame, node)
        items = _written_out(frame, inner)
        if items is not None:
            return frame.emit(op, items, node, hint)
        made = _filled(frame, inner, hint)
        return made if op == "list" else frame.emit("invoke", [static(tuple), made], node, hint, keywords=(), star=())

    return read


def _written_out(frame: Frame, inner: Comprehension) -> list[Atom] | None:
    """The items one by one, where the text says how many there are."""
    clause = inner.for_in
    if clause.ifs or clause.inner_for_in is not None or clause.asynchronous is not None or any(walrus_names(inner)):
        return None
    items = _static_items(frame, clause.iter)
    if items is None:
        return None
    around, names = frame.local, list(target_names(clause.target))
    hidden = {key: frame.env.pop(key) for name in names for key in (name, "?" + name) if key in frame.env}
    frame.local = around | frozenset(names)
    values = []
    for item in items:
        bind_target(frame, clause.target, item)
        with turning(frame, names):
            values.append(expression(frame, inner.elt))
            put(frame, values[-1:], inner.elt)
    for name in names:
        frame.env.pop(name, None)
    frame.local = around
    frame.env.update(hidden)
    return values


def _static_items(frame: Frame, node: cst.BaseExpression) -> list[Atom] | None:
    """The items of a tuple written out, or of a range of literals."""
    if id(node) in frame.given:
        return None
    if isinstance(node, (cst.Tuple, cst.List)) and not any(isinstance(element, cst.StarredElement) for element in node.elements):
        return [expression(frame, element.value) for element in node.elements]
    if (
        not isinstance(node, cst.Call)
        or not is_builtin(frame, node.func, range)
        or not 1 <= len(node.args) <= 3
        or not positional(node.args)
    ):
        return None
    bounds = [int(a.value.evaluated_value) for a in node.args if isinstance(a.value, cst.Integer)]
    if len(bounds) < len(node.args) or bounds[2:] == [0] or len(range(*bounds)) > LONGEST:
        return None
    return [const(number) for number in range(*bounds)]


FOLDS.update(
    {
        list: _sequence("list"),
        tuple: _sequence("tuple"),
        sum: _sum,
        any: _any_or_all(True),
        all: _any_or_all(False),
        next: _first,
        max: _extreme("greater"),
        min: _extreme("less"),
    }
)
