"""Statements: each appends nodes and says how control leaves it.

A path that jumps (return, break, continue) ends there. Where just one arm of an `if` goes on, what follows is
nested into that arm; where both may and one may jump too, a truth says so and guards what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import libcst as cst

from ..errors import DifflangError
from ..ir import NONE
from .attempts import attempted
from .contexts import read_del, read_filter, read_import, read_with
from .expressions import condition, expression
from .frame import RETURN, SKIP, Frame, Late, Refused
from .loops import read_for, read_while
from .messages import assertion, raising
from .paths import BREAK, CONTINUE, FALL, FALLS, RETURNS, Ends, clear_jump, fork, set_jump
from .patterns import read_match
from .scope import Statement, arms, bindings, falls, jumps
from .trying import read_try
from .yielding import read_yield
from .targets import assign, augment, bind_target, hint_of
from .walked import given_to, keep_walk

Handler = Callable[[Frame, Any], Ends]


def block(frame: Frame, statements: Sequence[Statement]) -> Ends:
    """Read statements in order."""
    for position, statement in enumerate(statements):
        rest, done = statements[position + 1 :], False
        if frame.tries and not frame.is_guarded(statement):
            with traced(frame, statement):
                ends, done = attempted(frame, statement, _one)
            if not done and ends != FALLS:
                return _guarded(frame, statement, ends, [frame.guarded(statement), *rest])
        if done:
            pass
        elif isinstance(statement, cst.If):
            with traced(frame, statement):
                ends, taken = (_stand_in(frame, statement), False) if refused(frame, statement) else _branch(frame, statement, rest)
            if taken:
                return ends
        else:
            with traced(frame, statement), followed(frame, statement, rest):
                ends = _one(frame, statement)
        if FALL not in ends:
            return ends
        if ends != FALLS and rest:
            return _guarded(frame, statement, ends, rest)
        if ends != FALLS:
            return ends
    return FALLS


@contextmanager
def followed(frame: Frame, statement: Statement, rest: Sequence[Statement]) -> Iterator[None]:
    """A loop before `return x`: where it says `return x` itself, it is left, and nothing need be remembered."""
    if not isinstance(statement, (cst.For, cst.While)):
        yield
        return
    following = rest[0].value if rest and isinstance(rest[0], cst.Return) and statement.orelse is None else None
    frame.following.append((following, len(frame.tries)))
    try:
        yield
    finally:
        frame.following.pop()


@contextmanager
def traced(frame: Frame, statement: Statement) -> Iterator[None]:
    """A refusal inside names the statement."""
    try:
        yield
    except DifflangError as error:
        error.trail.append(_spot(frame, statement))
        raise


def _spot(frame: Frame, statement: Statement) -> tuple[str, int, int]:
    try:
        place = frame.place(statement)
    except StopIteration:  # the return at the end that nobody wrote
        return "", 0, -1
    return place.file, place.line, place.column


def refused(frame: Frame, statement: Statement) -> bool:
    return bool(frame.text.skipped) and _spot(frame, statement) in frame.text.skipped


def _stand_in(frame: Frame, statement: Statement) -> Ends:
    """A refused statement once more, for the sake of those behind it: its names hold something of any type."""
    for name in bindings([statement]):
        frame.bind(name, frame.emit("refused", [], statement, name))
    if isinstance(statement, cst.Return):
        frame.env[RETURN] = frame.emit("refused", [], statement, "result")
        return _jump(frame, RETURNS)
    return frozenset() if isinstance(statement, cst.Raise) else FALLS


def _one(frame: Frame, statement: Statement) -> Ends:
    if refused(frame, statement):
        return _stand_in(frame, statement)
    handler = HANDLERS.get(type(statement))
    if handler is None:
        raise frame.outside(statement)
    return handler(frame, statement)


def _branch(frame: Frame, node: cst.If, rest: Sequence[Statement]) -> tuple[Ends, bool]:
    """An `if`, and whether it took the statements after it along."""
    then, other = arms(node)
    if rest and (jumps(then) or jumps(other)) and falls(then) != falls(other):
        then, other = ([*then, *rest], other) if falls(then) else (then, [*other, *rest])
        rest = ()
    place, test = frame.place(node, node.test), condition(frame, node.test)
    ends = fork(frame, test, lambda: block(frame, then), lambda: block(frame, other), place)
    return ends, not rest


def _guarded(frame: Frame, node: Statement, ends: Ends, rest: Sequence[Statement]) -> Ends:
    """What follows a statement that some paths left by a jump."""
    skip = frame.env[SKIP]

    def jumped() -> Ends:
        set_jump(frame, ends - {FALL})
        return ends - {FALL}

    def follow() -> Ends:
        clear_jump(frame)
        return block(frame, rest)

    assert not isinstance(skip, (Late, Refused))
    end = node.test if isinstance(node, (cst.If, cst.While)) else node.iter if isinstance(node, cst.For) else None
    return fork(frame, skip, jumped, follow, frame.place(node, end))


def _returns_what_follows(frame: Frame, value: cst.BaseExpression | None) -> bool:
    """Whether the loop around is followed by this very `return`."""
    following, tries = frame.following[-1] if frame.following else (None, 0)
    return value is not None and following is not None and len(frame.tries) == tries and value.deep_equals(following)


def _return(frame: Frame, node: cst.Return) -> Ends:
    if _returns_what_follows(frame, node.value):
        return _jump(frame, BREAK)
    for attempt in frame.tries:
        attempt.returns = True
    frame.env[RETURN] = expression(frame, node.value, "result") if node.value is not None else NONE
    return _jump(frame, RETURNS)


def _jump(frame: Frame, kind: str) -> Ends:
    set_jump(frame, frozenset({kind}))
    return frozenset({kind})


def _assign(frame: Frame, node: cst.Assign) -> Ends:
    name = given_to(node)
    if name is not None and not frame.is_boxed(name):
        keep_walk(frame, node, name)
        return FALLS
    targets = [target.target for target in node.targets]
    if not _named_lambda(frame, targets, node.value):
        assign(frame, targets, node.value)
    return FALLS


def _annotated(frame: Frame, node: cst.AnnAssign) -> Ends:
    name = given_to(node)
    if name is not None and not frame.is_boxed(name):
        keep_walk(frame, node, name)
    elif node.value is not None and not _named_lambda(frame, [node.target], node.value):
        bind_target(frame, node.target, expression(frame, node.value, hint_of(node.target)))
    return FALLS


def _named_lambda(frame: Frame, targets: Sequence[cst.BaseExpression], node: cst.BaseExpression) -> bool:
    """`f = lambda x: ...` is a def."""
    if not isinstance(node, cst.Lambda) or len(targets) != 1 or not isinstance(targets[0], cst.Name) or targets[0].value not in frame.local:
        return False
    from .functions import nested

    frame.bind(targets[0].value, nested(frame, node, targets[0].value))
    return True


def _define(frame: Frame, node: cst.FunctionDef) -> Ends:
    from .functions import decorated

    frame.bind(node.name.value, decorated(frame, node))
    return FALLS


def _augment(frame: Frame, node: cst.AugAssign) -> Ends:
    augment(frame, node)
    return FALLS


def _evaluate(frame: Frame, node: cst.Expr) -> Ends:
    if isinstance(node.value, cst.Yield):
        return read_yield(frame, node.value, block)
    if not isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString, cst.Ellipsis)) and not read_filter(frame, node):
        expression(frame, node.value)
    return FALLS


def _raise(frame: Frame, node: cst.Raise) -> Ends:
    return raising(frame, node, block)


def _assert(frame: Frame, node: cst.Assert) -> Ends:
    return assertion(frame, node)


HANDLERS: dict[type[cst.CSTNode], Handler] = {
    cst.Return: _return,
    cst.Break: lambda frame, node: _jump(frame, BREAK),
    cst.Continue: lambda frame, node: _jump(frame, CONTINUE),
    cst.Pass: lambda frame, node: FALLS,
    cst.Nonlocal: lambda frame, node: FALLS,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augment,
    cst.Expr: _evaluate,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.FunctionDef: _define,
    cst.Match: lambda frame, node: read_match(frame, node, block),
    cst.Try: lambda frame, node: read_try(frame, node, block),
    cst.With: lambda frame, node: read_with(frame, node, block),
    cst.Import: read_import,
    cst.ImportFrom: read_import,
    cst.Del: read_del,
    cst.For: lambda frame, node: read_for(frame, node, block),
    cst.While: lambda frame, node: read_while(frame, node, block),
}
