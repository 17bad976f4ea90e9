"""raise, assert and f-strings: checks with an error class known while reading; what they say may hold values of the run."""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from ..ir import Atom, Const, const, static
from .attempts import again
from .expressions import arguments, condition, expression, handles, static_object
from .frame import FALSE, Frame, Late, Refused
from .paths import DEAD, FALL, FALLS, Ends, fork
from .trying import Block, asserted, before_raising, catcher, jump

SIMPLE = (
    cst.Name, cst.Integer, cst.Float, cst.SimpleString, cst.ConcatenatedString, cst.FormattedString, cst.Tuple, cst.Attribute,
)  # fmt: skip
"""What may be computed although nobody asks for it: it has no effect and cannot fail."""


def assertion(frame: Frame, node: cst.Assert) -> Ends:
    if not __debug__:  # Python itself drops them
        return FALLS
    found = catcher(frame, AssertionError)
    if found is not None:
        return asserted(frame, node, found)
    test = condition(frame, node.test)
    if node.msg is None or isinstance(node.msg, cst.SimpleString):
        message = "" if node.msg is None else node.msg.evaluated_value
        frame.act("check", [test], node, error=AssertionError, message=message, kind="assert")
    elif _is_simple(node.msg):
        frame.act("check", [test, expression(frame, node.msg)], node, error=AssertionError, message="", kind="assert")
    else:
        message_node = node.msg

        def fail() -> Ends:
            frame.act("check", [FALSE, expression(frame, message_node)], node, error=AssertionError, message="", kind="raise")
            return frozenset()

        fork(frame, test, lambda: FALLS, fail, frame.place(node))
    return FALLS


def _is_simple(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.BaseExpression) and not isinstance(node, SIMPLE):
        return False
    return all(map(_is_simple, node.children))


def raising(frame: Frame, node: cst.Raise, block: Block) -> Ends:
    """`raise X(message)`: a check that never holds, or a jump to the handler. Where it comes from, `from error`, is not kept."""
    if node.exc is None:
        return _again(frame, node, block)
    made = node.exc if isinstance(node.exc, cst.Call) else None
    error = error_class(frame, node.exc)
    if error is None:
        return _given(frame, node, expression(frame, node.exc), block)
    found = catcher(frame, error)
    values, keywords, star = arguments(frame, made) if made is not None else ([], (), ())
    if found is not None:
        value = frame.emit("invoke", [static(error), *values], node, keywords=keywords, star=star)
        found[0].caught.add(found[1])
        return jump(frame, found[0], const(found[1]), value)
    before_raising(frame, block)
    if len(values) == 1 and not keywords and not star and isinstance(values[0], Const) and isinstance(values[0].value, str):
        frame.act("check", [FALSE], node, error=error, message=values[0].value, kind="raise")
        return DEAD
    attrs = {"keywords": keywords, "star": star} if keywords or star else {}
    frame.act("check", [FALSE, *values], node, error=error, message="", kind="raise", **attrs)
    return DEAD


def _given(frame: Frame, node: cst.Raise, value: Atom, block: Block) -> Ends:
    """`raise error`: an error made before."""

    def fail() -> list[Atom]:
        frame.act("check", [FALSE, value], node, error=BaseException, message="", kind="given")
        return []

    if not any(attempt.classes and not attempt.final for attempt in frame.tries):
        before_raising(frame, block)
        fail()
        return DEAD
    return again(frame, fail, frame.place(node)) - {FALL}


def _again(frame: Frame, node: cst.Raise, block: Block) -> Ends:
    """`raise` in a handler."""
    error = frame.handling
    if error is None:
        raise frame.refuse(node, "raise without an error is outside the language here", "name the error: raise ValueError(message)")
    if isinstance(error, Refused):
        raise frame.refuse(node, error.reason, "name the error: raise ValueError(message)")
    assert not isinstance(error, Late)
    return _given(frame, node, error, block)


def error_class(frame: Frame, node: cst.BaseExpression) -> type[BaseException] | None:
    """The class that is raised, where the text names it."""
    error = static_object(frame, node.func if isinstance(node, cst.Call) else node)
    return error if isinstance(error, type) and issubclass(error, BaseException) else None


@handles(cst.FormattedString)
def _formatted(frame: Frame, node: cst.FormattedString, hint: str) -> Atom:
    return _text(frame, [node], node, hint)


@handles(cst.ConcatenatedString)
def _concatenated(frame: Frame, node: cst.ConcatenatedString, hint: str) -> Atom:
    return _text(frame, _strings(node), node, hint)


def _strings(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    return [*_strings(node.left), *_strings(node.right)] if isinstance(node, cst.ConcatenatedString) else [node]


def _text(frame: Frame, strings: list[cst.BaseExpression], node: cst.BaseExpression, hint: str) -> Atom:
    values: list[Atom] = []
    parts: list[Any] = []
    for string in strings:
        if isinstance(string, cst.FormattedString):
            raw = "r" in string.prefix.lower()
            parts += [piece for part in string.parts for piece in _parts(frame, part, values, raw)]
        elif isinstance(string, cst.SimpleString) and isinstance(string.evaluated_value, str):
            parts.append(string.evaluated_value)
        else:
            raise frame.refuse(node, "a bytes literal is outside the language", "use a plain string literal")
    if all(isinstance(part, str) for part in parts):
        return static("".join(parts))
    return frame.emit("text", values, node, hint, parts=tuple(parts))


def _parts(frame: Frame, part: cst.BaseFormattedStringContent, values: list[Atom], raw: bool) -> list[Any]:
    """A text as it stands, or (position of the value, conversion, parts of the format)."""
    if isinstance(part, cst.FormattedStringText):
        return [_unescaped(part.value, raw)]
    assert isinstance(part, cst.FormattedStringExpression)
    values.append(expression(frame, part.expression))
    position, conversion, before = len(values) - 1, part.conversion, []
    if part.equal is not None:
        before = [cst.Module([]).code_for_node(part.expression) + cst.Module([]).code_for_node(part.equal)]
        conversion = "r" if conversion is None and part.format_spec is None else conversion
    spec = tuple(piece for inner in part.format_spec or () for piece in _parts(frame, inner, values, raw))
    return [*before, (position, conversion, spec)]


def _unescaped(text: str, raw: bool) -> str:
    plain = text.replace("{{", "{").replace("}}", "}")
    if raw:
        return plain
    lines = plain.replace("\n", "\\n").split('"')  # a quote may stand escaped already
    quoted = '"'.join(line if line.endswith("\\") else line + "\\" for line in lines[:-1])
    return str(ast.literal_eval('"' + '"'.join([quoted, lines[-1]] if lines[:-1] else [lines[-1]]) + '"'))
