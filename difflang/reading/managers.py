"""`with` of managers that are the program's own: a class with `__enter__` and `__exit__`, a generator function made a manager.

A class whose `__exit__` asks for the error, or may swallow it, is a `try` whose handler of everything calls it. What
`contextlib.contextmanager` made of a generator function is a walk over the generator: what is inside runs where it yields.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any

import libcst as cst

from ..ir import NONE, Var, static
from .expressions import expression
from .frame import FALSE, TRUE, Frame, Late, Refused
from .loops import walk_once
from .paths import DEAD, FALLS, Ends, choose, fork
from .scope import Statement, assigned, statements, target_names
from .targets import bind_target
from .trying import read_try

Block = Callable[[Frame, Sequence[Statement]], Ends]


def _nothing() -> Iterator[None]:
    yield


_HELPER = contextlib.contextmanager(_nothing).__code__
"""The text that all functions made by contextmanager share."""


def is_generated(made: Any) -> bool:
    """Whether this is a generator function that contextmanager has made a manager."""
    return isinstance(made, FunctionType) and made.__code__ is _HELPER and hasattr(made, "__wrapped__")


def read_generated(frame: Frame, node: cst.With, made: Any, block: Block) -> Ends:
    """`with scaled(x) as y`: what is inside runs where the generator yields."""
    item = node.items[0]
    careful = _is_careful(made.__wrapped__)
    if careful is None or (frame.tries and not careful):
        reason = "what this generator function does when an error is raised inside of `with` is not known here"
        raise frame.refuse(item, reason, "write try: yield ... finally: ... as its last statement, or catch the error around its call")
    target = item.asname.name if item.asname is not None else cst.Name("_")
    names = dict.fromkeys([*(target_names(target) if item.asname is not None else ()), *assigned(statements(node.body))])

    def bind(value: Var) -> None:
        if item.asname is not None:
            bind_target(frame, target, value)

    return walk_once(frame, item.item, names, bind, lambda: block(frame, statements(node.body)), frame.place(item))


def _is_careful(function: Any) -> bool | None:
    """Whether the same is done after an error as without one: `try: yield finally: ...` at the end. None: errors are caught."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, SyntaxError, ValueError, TypeError):
        return None
    around = [node for node in ast.walk(tree) if isinstance(node, ast.Try) and any(isinstance(n, ast.Yield) for n in ast.walk(node))]
    if any(node.handlers for node in around):
        return None
    assert isinstance(tree, ast.FunctionDef)
    last = tree.body[-1]
    return isinstance(last, ast.Expr | ast.Assign) or (len(around) == 1 and last is around[0] and _yields_last(last))


def _yields_last(attempt: ast.Try) -> bool:
    return isinstance(attempt.body[-1], ast.Expr) and isinstance(attempt.body[-1].value, ast.Yield)


def read_managed(frame: Frame, node: cst.With, block: Block) -> Ends:
    """`with manager as value`, of an object whose `__exit__` is told of an error and may swallow it."""
    item = node.items[0]
    place = frame.place(item)
    manager = expression(frame, item.item)
    value = frame.emit("method", [manager], item, name="__enter__", keywords=(), star=())
    if item.asname is not None:
        bind_target(frame, item.asname.name, value)
    again = cst.Raise()
    frame.text.positions.lend(again, item)
    key = f"$inside {len(frame.tries)}"
    frame.env[key] = TRUE

    def within(frame: Frame, text: Sequence[Statement]) -> Ends:
        if not text or text[0] is not again:
            return block(frame, text)
        frame.env[key] = FALSE
        error = frame.handling
        assert error is not None and not isinstance(error, (Late, Refused))
        kind = frame.emit("invoke", [static(type), error], place, keywords=(), star=())
        swallowed = frame.emit("method", [manager, kind, error, NONE], place, name="__exit__", keywords=(), star=())
        return fork(frame, swallowed, lambda: FALLS, lambda: block(frame, [again]), place)

    ends = read_try(frame, cst.Try(node.body, [cst.ExceptHandler(cst.IndentedBlock([cst.SimpleStatementLine([again])]))]), within, item)
    inside = frame.env.pop(key, TRUE)
    assert not isinstance(inside, (Late, Refused))
    if not ends:
        return DEAD

    def leave() -> Any:
        frame.emit("method", [manager, NONE, NONE, NONE], item, name="__exit__", keywords=(), star=())
        return NONE

    if inside is TRUE:  # a jump is a flag: this stands on its way too
        leave()
    else:
        choose(frame, inside, leave, lambda: NONE, place)
    return ends


__all__ = ["is_generated", "read_generated", "read_managed"]
