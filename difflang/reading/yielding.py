"""`yield` as a statement: what comes back says whether the one who walks the generator has left its loop, then the generator ends too.

Inside of a `try` with nothing but `finally` it is a return then, as Python closes a generator that nobody walks any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from ..ir import NONE, Atom
from .expressions import expression
from .frame import RETURN, Frame, Late, Refused, value_in
from .loops import after_walk, iterate
from .paths import FALLS, RETURNS, Ends, fork, set_jump
from .scope import Statement

HANDED = "__yielded_item__"
"""Under this name, which nobody gives, a turn of `yield from` finds its item."""


def read_yield(frame: Frame, node: cst.Yield, block: Callable[[Frame, Sequence[Statement]], Ends]) -> Ends:
    if any(attempt.classes and not attempt.final for attempt in frame.tries):
        reason = "yield inside of a try is outside the language"
        raise frame.refuse(node, reason, "take the items inside of the try, and yield them behind it", "DL042")
    if not isinstance(node.value, cst.From):
        return _handed_out(frame, node, expression(frame, node.value) if node.value is not None else NONE)

    def turn() -> Ends:
        item = value_in(frame.env, HANDED)
        assert not isinstance(item, (Late, Refused))
        return _handed_out(frame, node, item)

    place = frame.place(node)
    around = frame.local
    frame.local = around | {HANDED}
    body, results = iterate(frame, cst.Name(HANDED), node.value.item, (), turn, place, own=frozenset({HANDED}))
    frame.local = around
    return after_walk(frame, body, results, block, place)


def _handed_out(frame: Frame, node: cst.Yield, item: Atom) -> Ends:
    left = frame.emit("yield_", [item], node, "left")

    def leave() -> Ends:
        for attempt in frame.tries:
            attempt.returns = True
        frame.env[RETURN] = NONE
        set_jump(frame, frozenset({RETURNS}))
        return frozenset({RETURNS})

    return fork(frame, left, leave, lambda: FALLS, frame.place(node))


__all__ = ["read_yield"]
