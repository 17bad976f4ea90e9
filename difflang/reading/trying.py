"""try: an error that a handler of the same function catches is a jump to that handler.

The jump is a return that carries a number, the handler's, and so leaves loops and guards what follows as any return does
(`$raised depth`). What operations and called functions raise is found by `attempt` nodes (`attempts.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ..records import dataclass, field

import libcst as cst

from ..ir import UNDEF, Atom, Place, const, static
from .expressions import condition, expression, static_object
from .frame import FALSE, LEAVE, RETURN, RETURNED, SKIP, TRUE, Binding, Env, Frame, Late, Refused
from .paths import FALL, FALLS, RETURNS, Ends, clear_jump, fork, set_jump
from .scope import Statement, jumps, statements

Block = Callable[[Frame, Sequence[Statement]], Ends]
Classes = Sequence[tuple[type[BaseException], ...]]


@dataclass(eq=False)
class Try:
    """A try whose body is being read."""

    node: cst.Try
    classes: tuple[tuple[type[BaseException], ...], ...]  # of each handler
    key: str  # of the number of the handler that is jumped to
    returns: bool = False  # whether the body returns, or raises to a try around this one
    caught: set[int] = field(default_factory=set)
    place: Place | None = None
    final: bool = False  # what waits for every error is `finally`, which raises it again

    @property
    def error(self) -> str:
        return self.key.replace("raised", "error")


def read_try(frame: Frame, node: cst.Try, block: Block, at: cst.CSTNode | None = None) -> Ends:
    """`at`: the statement that stands for it in the text."""
    place = frame.place(node if at is None else at)
    if node.finalbody is None:
        return _handled(frame, node, block, place)
    attempt = _begin(frame, node, ((BaseException,),), place)
    attempt.final = True
    ends = _handled(frame, node, block, place)
    frame.tries.pop()
    ends = _finally(frame, attempt, ends, statements(node.finalbody.body), block)
    return _end(frame, attempt, ends)


def _begin(frame: Frame, node: cst.Try, classes: tuple[tuple[type[BaseException], ...], ...], place: Place) -> Try:
    attempt = Try(node, classes, f"$raised {len(frame.tries)}", place=place)
    frame.env.update({attempt.key: const(0), attempt.error: UNDEF})
    frame.tries.append(attempt)
    return attempt


def _end(frame: Frame, attempt: Try, ends: Ends) -> Ends:
    frame.env.pop(attempt.key, None)
    frame.env.pop(attempt.error, None)
    return ends


def _handled(frame: Frame, node: cst.Try, block: Block, place: Place) -> Ends:
    """Body, handlers and else."""
    attempt = _begin(frame, node, tuple(_classes(frame, handler) for handler in node.handlers), place)
    ends = block(frame, statements(node.body))
    if node.handlers:
        frame.tries.pop()
        ends = _dispatch(frame, attempt, ends, block)
    else:
        ends = _with_else(frame, attempt, ends, block)
        frame.tries.pop()
    return _end(frame, attempt, ends)


def _classes(frame: Frame, handler: cst.ExceptHandler) -> tuple[type[BaseException], ...]:
    if handler.type is None:
        return (BaseException,)
    parts = [element.value for element in handler.type.elements] if isinstance(handler.type, cst.Tuple) else [handler.type]
    found = [static_object(frame, part) for part in parts]
    found = [cls for one in found for cls in (one if isinstance(one, tuple) else (one,))]
    if not all(isinstance(cls, type) and issubclass(cls, BaseException) for cls in found):
        raise frame.refuse(handler.type, "this is no error class known while reading", "name a class of the top of a module", "DL040")
    return tuple(found)


def catcher(frame: Frame, error: type[BaseException]) -> tuple[Try, int] | None:
    """The try around this place that catches an error, and the number of its handler."""
    for attempt in reversed([attempt for attempt in frame.tries if not attempt.final]):
        for number, classes in enumerate(attempt.classes, 1):
            if issubclass(error, classes):
                return attempt, number
    return None


def jump(frame: Frame, attempt: Try, number: Atom, error: Atom) -> Ends:
    """Control goes to a handler."""
    for inner in frame.tries[frame.tries.index(attempt) + 1 :]:
        inner.returns = True
    frame.env.update({attempt.key: number, attempt.error: error, RETURN: UNDEF})
    frame.env.update({SKIP: TRUE, LEAVE: TRUE, RETURNED: TRUE})
    return frozenset({RETURNS})


def before_raising(frame: Frame, block: Block) -> None:
    """What `finally` does before an error leaves the function."""
    around = frame.tries
    for depth in reversed(range(len(around))):
        final = around[depth].node.finalbody
        if around[depth].final and final is not None:
            frame.tries = around[:depth]
            block(frame, statements(final.body))
    frame.tries = around


def _dispatch(frame: Frame, attempt: Try, ends: Ends, block: Block) -> Ends:
    """After the body: the handlers, or what follows where nothing was raised."""
    if not attempt.caught:
        return _with_else(frame, attempt, ends, block)
    left = ends if attempt.returns else ends - {RETURNS}

    def handle() -> Ends:
        clear_jump(frame)
        return _handlers(frame, attempt, sorted(attempt.caught), block)

    if not left:
        return handle()
    code = frame.env[attempt.key]
    assert not isinstance(code, (Late, Refused))
    place = attempt.place
    assert place is not None
    raised = frame.emit("not_equal", [code, const(0)], place, "raised")
    return fork(frame, raised, handle, lambda: _with_else(frame, attempt, left, block), place)


def _with_else(frame: Frame, attempt: Try, ends: Ends, block: Block) -> Ends:
    orelse = attempt.node.orelse
    if ends == FALLS:
        clear_jump(frame)
    if orelse is None or FALL not in ends:
        return ends
    rest = statements(orelse.body)
    if ends == FALLS:
        return block(frame, rest)
    skip = frame.env[SKIP]
    assert not isinstance(skip, (Late, Refused))

    def run() -> Ends:
        clear_jump(frame)
        return block(frame, rest)

    assert attempt.place is not None
    return fork(frame, skip, lambda: ends - {FALL}, run, attempt.place)


def _handlers(frame: Frame, attempt: Try, numbers: Sequence[int], block: Block) -> Ends:
    number, rest = numbers[0], numbers[1:]
    if not rest:
        return _handler(frame, attempt, number, block)
    code = frame.env[attempt.key]
    assert not isinstance(code, (Late, Refused))
    handler = attempt.node.handlers[number - 1]
    this = frame.emit("equal", [code, const(number)], handler)
    place = frame.place(handler)
    return fork(frame, this, lambda: _handler(frame, attempt, number, block), lambda: _handlers(frame, attempt, rest, block), place)


def _handler(frame: Frame, attempt: Try, number: int, block: Block) -> Ends:
    handler = attempt.node.handlers[number - 1]
    error = received(frame, frame.env[attempt.error], attempt.classes[number - 1 : number], attempt.classes[: number - 1], attempt.place)
    name = handler.name.name if handler.name is not None else None
    if isinstance(name, cst.Name):
        frame.bind(name.value, error)
    around, frame.handling = frame.handling, error
    ends = block(frame, statements(handler.body))
    frame.handling = around
    if isinstance(name, cst.Name):
        frame.env.pop(name.value, None)
        frame.env.pop("?" + name.value, None)
    return ends


def received(frame: Frame, error: Binding, classes: Classes, before: Classes, at: Place | None) -> Atom:
    """An error of which it is known that a handler has got it, and those before it have not."""
    assert not isinstance(error, (Late, Refused))
    kept, gone = (tuple(cls for some in these for cls in some) for these in (classes, before))
    return frame.emit("received", [error], at, "error", classes=kept, before=gone)


def _finally(frame: Frame, attempt: Try, ends: Ends, final: Sequence[Statement], block: Block) -> Ends:
    """`finally`, and an error that it has seen once more."""
    kept = {key: frame.env[key] for key in (SKIP, LEAVE, RETURNED, RETURN) if key in frame.env}
    at, place = attempt.node.finalbody or attempt.node, frame.place(attempt.node.finalbody or attempt.node)
    clear_jump(frame)
    after = block(frame, final)
    if FALL not in after or jumps(final):
        raise frame.refuse(at, "a jump out of finally is outside the language", "jump after the try", "DL040")

    def left() -> Ends:
        if not attempt.caught:
            frame.env.update(kept)
            return ends
        return _raised_again(frame, attempt, ends, kept, place)

    if after == FALLS:
        return left()
    skip = frame.env[SKIP]
    assert not isinstance(skip, (Late, Refused))

    def failed() -> Ends:
        set_jump(frame, after - {FALL})
        return after - {FALL}

    return fork(frame, skip, failed, left, place)


def _raised_again(frame: Frame, attempt: Try, ends: Ends, kept: Env, place: Place) -> Ends:
    """The error that the body was left by, where there is one; else control goes on as it did."""
    from .attempts import again

    code, error = frame.env[attempt.key], frame.env[attempt.error]
    assert not isinstance(code, (Late, Refused)) and not isinstance(error, (Late, Refused))

    def fail() -> list[Atom]:
        frame.act("check", [FALSE, error], attempt.place, error=BaseException, message="", kind="given")
        return []

    def raised() -> Ends:
        if frame.tries and any(around.classes for around in frame.tries):
            return again(frame, fail, place) - {FALL}
        fail()
        return frozenset()

    def left() -> Ends:
        frame.env.update(kept)
        return rest

    rest = ends if attempt.returns else ends - {RETURNS}
    if not rest:
        return raised()
    return fork(frame, frame.emit("not_equal", [code, const(0)], place, "raised"), raised, left, place)


def asserted(frame: Frame, node: cst.Assert, found: tuple[Try, int]) -> Ends:
    """assert inside a try that catches it."""

    def fail() -> Ends:
        values = [expression(frame, node.msg)] if node.msg is not None else []
        error = frame.emit("invoke", [static(AssertionError), *values], node, keywords=(), star=())
        found[0].caught.add(found[1])
        return jump(frame, found[0], const(found[1]), error)

    test = condition(frame, node.test)
    return fork(frame, test, lambda: FALLS, fail, frame.place(node))


__all__ = ["asserted", "before_raising", "catcher", "jump", "read_try"]
