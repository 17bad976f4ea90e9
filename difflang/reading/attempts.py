"""Statements inside a `try`: what may fail in one is read into an `attempt` node, whose first result says which handler is next.

The node holds the statement, or the expressions in its head; `infer` leaves it where an operation or a function that is called
raises an error that one of the handlers around catches (`infer/failing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from ..ir import Atom, Place, Var, const
from .expressions import condition, expression, static_object
from .frame import Frame, Late, Refused, key_hint
from .paths import FALL, FALLS, Ends, build_arm, fork, inherit
from .scope import Statement
from .trying import Try, jump, received

RISKY = (cst.Subscript, cst.Call, cst.BinaryOperation, cst.AugAssign, cst.Attribute)
BY_OPERATIONS = (ArithmeticError, LookupError, ValueError, TypeError, AttributeError)
"""What operations raise by themselves."""
SIMPLE = (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Expr, cst.Del)
WALKED = (range, zip, enumerate, reversed, len)
"""Calls that fail by what they are given alone."""
One = Callable[[Frame, Statement], Ends]


def attempted(frame: Frame, statement: Statement, one: One) -> tuple[Ends, bool]:
    """A statement inside a try: how control goes on, and whether the statement is done, or its head alone."""
    parts = list(_head(frame, statement))
    whole = isinstance(statement, SIMPLE) and not _is_yield(statement) and _is_risky(statement)
    if not whole and not any(map(_is_risky, parts)):
        return FALLS, False
    handlers = list(_handlers(frame, any(map(_calls, parts)) if parts else True))
    if not handlers:
        return FALLS, False
    place = frame.place(statement) if whole or isinstance(statement, (cst.Return, cst.Raise)) else frame.place(parts[0])

    def run() -> list[Atom]:
        if whole:
            one(frame, statement)
            return []
        return [condition(frame, part) if _is_test(statement, part) else expression(frame, part) for part in parts]

    def found(values: Sequence[Var]) -> None:
        frame.given.update((id(part), value) for part, value in zip(parts, values, strict=False))

    ends = attempt(frame, run, found, handlers, place)
    return ends, whole


def attempt(
    frame: Frame, run: Callable[[], list[Atom]], found: Callable[[Sequence[Var]], None], handlers: Sequence[tuple[Try, int]], place: Place
) -> Ends:
    """What may fail, then a jump to a handler if it does; `found` is given its values where it does not."""
    values: list[Atom] = []

    def read() -> Ends:
        around, frame.tries = frame.tries, []
        values.extend(run())
        frame.tries = around
        return FALLS

    arm = build_arm(frame, read, dict(frame.env))
    changed = {key: value for key, value in arm.env.items() if value is not frame.env.get(key) and not isinstance(value, (Late, Refused))}
    outs = [Var("t") for _ in values] + [Var(key_hint(key)) for key in changed]
    yields = (*values, *changed.values())
    number, error = Var("failed"), Var("error")
    numbered = tuple((k, tried.classes[n - 1]) for k, (tried, n) in enumerate(handlers, 1))
    told = {"told": True} if any(_asks(tried, n) for tried, n in handlers) else {}
    frame.structured("attempt", (), (number, error, *outs), [arm.region((), yields)], place, handlers=numbered, **told)
    for out, value in zip(outs, yields, strict=True):
        inherit(frame, out, (value,))

    def go_on() -> Ends:
        frame.env = {**arm.env, **dict(zip(changed, outs[len(values) :], strict=True))}
        found(outs[: len(values)])
        return FALLS

    failed = frame.emit("not_equal", [number, const(0)], place)
    for tried, n in handlers:
        tried.caught.add(n)
    return fork(frame, failed, lambda: _to_handler(frame, handlers, 0, number, error, place), go_on, place)


def _to_handler(frame: Frame, handlers: Sequence[tuple[Try, int]], before: int, number: Var, error: Var, place: Place) -> Ends:
    """The jump to one of the handlers: to the try that they begin with, or to one around it."""
    tried, all_of = handlers[before][0], handlers
    handlers = handlers[before:]
    own = [n for other, n in handlers if other is tried]
    rest = handlers[len(own) :]

    def here() -> Ends:
        code: Atom = frame.emit("sub", [number, const(before)], place, "raised") if before else number
        if own != list(range(1, len(own) + 1)):
            code = _chosen(frame, code, own, place)
        earlier = [other.classes[n - 1] for other, n in all_of[:before]]
        return jump(frame, tried, code, received(frame, error, [tried.classes[n - 1] for n in own], earlier, place) if before else error)

    if not rest:
        return here()
    mine = frame.emit("less_equal", [number, const(before + len(own))], place)
    return fork(frame, mine, here, lambda: _to_handler(frame, all_of, before + len(own), number, error, place), place)


def _chosen(frame: Frame, code: Atom, own: Sequence[int], place: Place) -> Atom:
    """The handler of that number where not all of the try's handlers are meant."""
    from .paths import choose

    if len(own) == 1:
        return const(own[0])
    this = frame.emit("equal", [code, const(1)], place)
    after = frame.emit("sub", [code, const(1)], place)
    return choose(frame, this, lambda: const(own[0]), lambda: _chosen(frame, after, own[1:], place), place)


def _handlers(frame: Frame, calls: bool) -> Iterator[tuple[Try, int]]:
    """The handlers around this place that an error may go to, the innermost try's first."""
    for tried in reversed(frame.tries):
        for number, classes in enumerate(tried.classes, 1):
            if calls or any(issubclass(cls, BY_OPERATIONS) or cls in (Exception, BaseException) for cls in classes):
                yield tried, number
        if tried.final:
            return


def _asks(tried: Try, number: int) -> bool:
    """Whether a handler may want to know what an error says: it names it, or raises it again."""
    return tried.final or tried.node.handlers[number - 1].name is not None or _raises_again(tried.node.handlers[number - 1].body)


def _raises_again(node: cst.CSTNode) -> bool:
    return (isinstance(node, cst.Raise) and node.exc is None) or any(map(_raises_again, node.children))


def again(frame: Frame, fail: Callable[[], list[Atom]], place: Place) -> Ends:
    """An error made before is raised where a handler is near."""
    return attempt(frame, fail, lambda values: None, list(_handlers(frame, True)), place)


def tested(frame: Frame, node: cst.While) -> bool:
    """Whether the condition of a loop may fail where a handler is near: it is read inside the turn then."""
    return bool(frame.tries) and _is_risky(node.test) and any(True for _ in _handlers(frame, _calls(node.test)))


def attempted_test(frame: Frame, node: cst.While, follow: Callable[[Atom], Ends]) -> Ends:
    """The condition of a loop inside a try, then what follows from it."""
    test: list[Atom] = []
    place = frame.place(node.test)
    ends = attempt(frame, lambda: [condition(frame, node.test)], test.extend, list(_handlers(frame, _calls(node.test))), place)
    if FALL not in ends:
        return ends
    from .frame import SKIP
    from .paths import clear_jump, set_jump

    def jumped() -> Ends:
        set_jump(frame, ends - {FALL})
        return ends - {FALL}

    def go_on() -> Ends:
        clear_jump(frame)
        return follow(test[0])

    skip = frame.env[SKIP]
    assert not isinstance(skip, (Late, Refused))
    return fork(frame, skip, jumped, go_on, place)


def _is_test(statement: Statement, part: cst.BaseExpression) -> bool:
    return isinstance(statement, (cst.If, cst.Assert)) and part is statement.test


def _head(frame: Frame, node: Statement) -> Iterator[cst.BaseExpression]:
    """What a statement with parts of its own computes before it does anything."""
    if isinstance(node, (cst.If, cst.Assert)):
        yield node.test
    elif _is_yield(node):
        yield from (part for part in (node.value.value,) if isinstance(part, cst.BaseExpression))  # type: ignore[union-attr]
    elif isinstance(node, cst.Match):
        yield node.subject
    elif isinstance(node, cst.Return) and node.value is not None:
        yield node.value
    elif isinstance(node, cst.Raise) and isinstance(node.exc, cst.Call):
        yield from (argument.value for argument in node.exc.args)
    elif isinstance(node, cst.For):
        yield from _walked(frame, node.iter)


def _is_yield(node: Statement) -> bool:
    return isinstance(node, cst.Expr) and isinstance(node.value, cst.Yield)


def _walked(frame: Frame, node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    callee = static_object(frame, node.func) if isinstance(node, cst.Call) else None
    if isinstance(node, cst.Call) and isinstance(callee, type) and callee in WALKED:
        for argument in node.args:
            yield from _walked(frame, argument.value)
    else:
        yield node


def _is_risky(node: cst.CSTNode) -> bool:
    if isinstance(node, RISKY) or (isinstance(node, cst.AssignTarget) and isinstance(node.target, (cst.Tuple, cst.List))):
        return True  # to take apart what has another length is an error
    return not isinstance(node, cst.Lambda) and any(map(_is_risky, node.children))


def _calls(node: cst.CSTNode) -> bool:
    """Whether a function is called, an operator or a property of a class included."""
    return isinstance(node, RISKY) or any(map(_calls, node.children))


__all__ = ["again", "attempt", "attempted", "attempted_test", "tested"]
