"""`match`: each case is a truth and the values it captures, then an `if`.

A pattern is tried without side effects: what it captures waits under keys of its own ("$match name") until the whole
pattern fits, as in Python. What is known of the subject's form (tuples, classes, None) folds away in `infer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from ..ir import NONE, Atom, static
from .expressions import condition, expression, static_object
from .frame import FALSE, TRUE, Frame
from .paths import FALLS, Ends, choose, fork
from .scope import Statement, is_wildcard, pattern_names, statements

CAUGHT = "$match "
SELF_MATCHING = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
"""Classes whose one positional pattern is the subject itself."""
Block = Callable[[Frame, Sequence[Statement]], Ends]


def read_match(frame: Frame, node: cst.Match, block: Block) -> Ends:
    subject = expression(frame, node.subject, "subject")
    return _cases(frame, subject, list(node.cases), block)


def _cases(frame: Frame, subject: Atom, cases: list[cst.MatchCase], block: Block) -> Ends:
    if not cases:
        return FALLS
    case, rest = cases[0], cases[1:]
    names = list(dict.fromkeys(pattern_names(case.pattern)))

    def body() -> Ends:
        return block(frame, statements(case.body))

    def other() -> Ends:
        for name in names:
            frame.env.pop(CAUGHT + name, None)
        return _cases(frame, subject, rest, block)

    def guarded() -> Ends:
        _bind(frame, names)
        if case.guard is None:
            return body()
        test = condition(frame, case.guard)
        return fork(frame, test, body, other, frame.place(case.guard))

    if is_wildcard(case) and not rest:
        _matches(frame, case.pattern, subject)
        _bind(frame, names)
        return body()
    test = _matches(frame, case.pattern, subject)
    return fork(frame, test, guarded, other, frame.place(case.pattern))


def _bind(frame: Frame, names: list[str]) -> None:
    for name in names:
        value = frame.env.pop(CAUGHT + name)
        frame.bind(name, value)


def _matches(frame: Frame, pattern: cst.MatchPattern, subject: Atom) -> Atom:
    """The truth whether the subject fits; captures are noted."""
    for kind, reader in PATTERNS.items():
        if isinstance(pattern, kind):
            return reader(frame, pattern, subject)
    raise frame.refuse(pattern, "this pattern is outside the language", "write if/elif on the value")


def _value(frame: Frame, pattern: cst.MatchValue, subject: Atom) -> Atom:
    return frame.emit("equal", [subject, expression(frame, pattern.value)], pattern)


def _singleton(frame: Frame, pattern: cst.MatchSingleton, subject: Atom) -> Atom:
    value = {"None": NONE, "True": TRUE, "False": FALSE}[pattern.value.value]
    return frame.emit("is_", [subject, value], pattern)


def _as(frame: Frame, pattern: cst.MatchAs, subject: Atom) -> Atom:
    test: Atom = TRUE if pattern.pattern is None else _matches(frame, pattern.pattern, subject)
    if pattern.name is not None:
        frame.env[CAUGHT + pattern.name.value] = subject
    return test


def _or(frame: Frame, pattern: cst.MatchOr, subject: Atom) -> Atom:
    def from_(parts: list[cst.MatchPattern]) -> Atom:
        test = _matches(frame, parts[0], subject)
        return test if len(parts) == 1 else choose(frame, test, lambda: TRUE, lambda: from_(parts[1:]), frame.place(pattern))

    return from_([part.pattern for part in pattern.patterns])


def _all(frame: Frame, tests: Sequence[Callable[[], Atom]], at: cst.CSTNode) -> Atom:
    """One after another, as long as they hold."""
    if not tests:
        return TRUE
    test = tests[0]()
    return test if len(tests) == 1 else choose(frame, test, lambda: _all(frame, tests[1:], at), lambda: FALSE, frame.place(at))


def _sequence(frame: Frame, pattern: cst.MatchSequence, subject: Atom) -> Atom:
    parts = list(pattern.patterns)
    star = next((k for k, part in enumerate(parts) if isinstance(part, cst.MatchStar)), None)
    fits = frame.emit("is_sequence", [subject], pattern, count=len(parts), star=star)

    def items() -> Atom:
        from .targets import unpack

        hints = [next(pattern_names(part), "item") for part in parts]
        values = unpack(frame, subject, hints, star, frame.place(pattern))
        return _all(frame, [_item(frame, part, value) for part, value in zip(parts, values, strict=True)], pattern)

    return choose(frame, fits, items, lambda: FALSE, frame.place(pattern))


def _item(frame: Frame, part: cst.MatchSequenceElement | cst.MatchStar, value: Atom) -> Callable[[], Atom]:
    def test() -> Atom:
        if isinstance(part, cst.MatchSequenceElement):
            return _matches(frame, part.value, value)
        if part.name is not None:
            frame.env[CAUGHT + part.name.value] = value
        return TRUE

    return test


def _mapping(frame: Frame, pattern: cst.MatchMapping, subject: Atom) -> Atom:
    kind = frame.emit("invoke", [static(isinstance), subject, static(dict)], pattern)

    def element(part: cst.MatchMappingElement) -> Callable[[], Atom]:
        def test() -> Atom:
            key = expression(frame, part.key)
            inside = frame.emit("contains", [key, subject], part)
            return choose(frame, inside, lambda: found(key), lambda: FALSE, frame.place(part))

        def found(key: Atom) -> Atom:
            return _matches(frame, part.pattern, frame.emit("getitem", [subject, key], part, pattern=("i",)))

        return test

    def rest() -> Atom:
        """`**rest`: the other items, in a dict of their own."""
        assert pattern.rest is not None
        left = frame.emit("method", [subject], pattern, pattern.rest.value, name="copy", keywords=(), star=())
        for part in pattern.elements:
            frame.act("delitem", [left, expression(frame, part.key)], part, pattern=("i",))
        frame.env[CAUGHT + pattern.rest.value] = left
        return TRUE

    tests = [*map(element, pattern.elements), *([rest] if pattern.rest is not None else [])]
    return choose(frame, kind, lambda: _all(frame, tests, pattern), lambda: FALSE, frame.place(pattern))


def _class(frame: Frame, pattern: cst.MatchClass, subject: Atom) -> Atom:
    cls = static_object(frame, pattern.cls)
    if not isinstance(cls, type):
        raise frame.refuse(pattern.cls, "this is not a class known while reading", "name a class defined at the top of a module")
    kind = frame.emit("invoke", [static(isinstance), subject, static(cls)], pattern)

    def parts() -> Atom:
        named = [(element.key.value, element.pattern) for element in pattern.kwds]
        return _all(frame, [*_positional(frame, pattern, cls, subject), *(_member(frame, n, p, subject) for n, p in named)], pattern)

    return choose(frame, kind, parts, lambda: FALSE, frame.place(pattern))


def _positional(frame: Frame, pattern: cst.MatchClass, cls: type, subject: Atom) -> list[Callable[[], Atom]]:
    given = [element.value for element in pattern.patterns if isinstance(element, cst.MatchSequenceElement)]
    if given and issubclass(cls, SELF_MATCHING) and not hasattr(cls, "__match_args__") and len(given) == 1:
        return [lambda: _matches(frame, given[0], subject)]
    names: Sequence[Any] = getattr(cls, "__match_args__", ())
    if len(given) > len(names):
        reason = f"{cls.__name__}() accepts {len(names)} positional sub-patterns ({len(given)} given)"
        raise frame.refuse(pattern, reason, "name the attributes: Point(x=a, y=b)")
    return [_member(frame, name, part, subject) for name, part in zip(names, given, strict=False)]


def _member(frame: Frame, name: str, pattern: cst.MatchPattern, subject: Atom) -> Callable[[], Atom]:
    return lambda: _matches(frame, pattern, frame.emit("attr", [subject], pattern, name, name=frame.text.names.spelled(name)))


PATTERNS: dict[Any, Callable[[Frame, Any, Atom], Atom]] = {
    cst.MatchValue: _value,
    cst.MatchSingleton: _singleton,
    cst.MatchAs: _as,
    cst.MatchOr: _or,
    cst.MatchSequence: _sequence,
    cst.MatchMapping: _mapping,
    cst.MatchClass: _class,
}
