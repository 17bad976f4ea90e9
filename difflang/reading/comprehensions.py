"""Comprehensions: loops that fold the items into a value, or items written out.

`sum any all max min` of a comprehension are loops. Over a tuple that is written out, or a range of literals, a list
has a known length and its items are read one by one. Any other comprehension makes a list of unknown length and
is outside the language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from ..ir import Atom, Place, const
from .expressions import FOLDS, condition, expression, handles, is_builtin, positional
from .frame import FALSE, FOLDED, LEAVE, RETURNED, SKIP, TRUE, Binding, Frame, Late, Refused
from .loops import iterate
from .paths import BREAK, FALLS, Ends, choose, fork
from .scope import target_names, walrus_names
from .targets import bind_target

Comprehension = cst.GeneratorExp | cst.ListComp
LONGEST = 64
Item = Callable[[Atom], Ends]


def _sum(frame: Frame, node: cst.Call, hint: str) -> Atom:
    key = _new_key(frame, "total")
    frame.env[key] = expression(frame, node.args[1].value) if len(node.args) == 2 else const(0)

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
        key, some = _new_key(frame, "best"), _new_key(frame, "some")
        place = frame.place(node)
        frame.env[key], frame.env[some] = const(0), FALSE

        def keep(item: Atom) -> Ends:
            def take() -> Ends:
                frame.env[key] = item
                return FALLS

            better = choose(frame, _get(frame, some), lambda: frame.emit(op, [item, _get(frame, key)], node), lambda: TRUE, place)
            ends = fork(frame, better, take, lambda: FALLS, place)
            frame.env[some] = TRUE
            return ends

        result = _fold(frame, node, key, keep)
        name = "max" if op == "greater" else "min"
        frame.act("check", [_get(frame, some)], node, error=ValueError, message=f"{name}() iterable argument is empty", kind="raise")
        frame.env.pop(some)
        return result

    return read


def _stop(frame: Frame) -> Ends:
    frame.env.update({SKIP: TRUE, LEAVE: TRUE, RETURNED: FALSE})
    return frozenset({BREAK})


def _new_key(frame: Frame, hint: str) -> str:
    return f"{FOLDED}{sum(key.startswith(FOLDED) for key in frame.env)} {hint}"


def _get(frame: Frame, key: str) -> Atom:
    value: Binding = frame.env[key]
    assert not isinstance(value, (Late, Refused))
    return value


def _comprehension(frame: Frame, node: cst.Call) -> Comprehension:
    inner = node.args[0].value
    assert isinstance(inner, (cst.GeneratorExp, cst.ListComp))
    if len(node.args) > 1 and not (len(node.args) == 2 and isinstance(node.func, cst.Name) and node.func.value == "sum"):
        raise frame.outside(inner)
    return inner


def _fold(frame: Frame, node: cst.Call, key: str, item: Item) -> Atom:
    """Run the comprehension's loops; what stands under the key afterwards."""
    inner = _comprehension(frame, node)
    for name in walrus_names(inner):
        raise frame.refuse(inner, f"assigning {name!r} inside a comprehension is outside the language", "write the loop out")
    skip = {flag: frame.env[flag] for flag in (SKIP, LEAVE, RETURNED)}
    clause(frame, inner, inner.for_in, item, frame.place(inner))
    frame.env.update(skip)
    result = _get(frame, key)
    frame.env.pop(key)
    return result


def clause(frame: Frame, inner: Any, part: cst.CompFor, item: Item, place: Place) -> Ends:
    """One `for` with its conditions. Its names hide the function's own inside it only."""
    if part.asynchronous is not None:
        raise frame.refuse(part, "async for is outside the language", "collect the values before and pass an array")

    def turn() -> Ends:
        return _filtered(frame, inner, part, list(part.ifs), item, place)

    body, results = iterate(frame, part.target, part.iter, (), turn, place, own=frozenset(target_names(part.target)))
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


@handles(cst.ListComp)
def _list(frame: Frame, node: cst.ListComp, hint: str) -> Atom:
    return frame.emit("list", _written_out(frame, node), node, hint)


def _sequence(op: str) -> Callable[[Frame, cst.Call, str], Atom]:
    def read(frame: Frame, node: cst.Call, hint: str) -> Atom:
        return frame.emit(op, _written_out(frame, _comprehension(frame, node)), node, hint)

    return read


def _written_out(frame: Frame, inner: Comprehension) -> list[Atom]:
    clause = inner.for_in
    if clause.ifs or clause.inner_for_in is not None or clause.asynchronous is not None or any(walrus_names(inner)):
        raise frame.outside(inner)
    items = _static_items(frame, clause.iter)
    if items is None:
        raise frame.outside(inner)
    around, names = frame.local, list(target_names(clause.target))
    hidden = {key: frame.env.pop(key) for name in names for key in (name, "?" + name) if key in frame.env}
    frame.local = around | frozenset(names)
    values = []
    for item in items:
        bind_target(frame, clause.target, item)
        values.append(expression(frame, inner.elt))
    for name in names:
        frame.env.pop(name, None)
    frame.local = around
    frame.env.update(hidden)
    return values


def _static_items(frame: Frame, node: cst.BaseExpression) -> list[Atom] | None:
    """The items of a tuple written out, or of a range of literals."""
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
        max: _extreme("greater"),
        min: _extreme("less"),
    }
)
