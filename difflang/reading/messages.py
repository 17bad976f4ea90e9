"""raise and assert: checks with an error class and a message known while reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from ..ir import Const
from .expressions import condition, expression, static_object
from .frame import FALSE, Frame

CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
FIXED = "use a fixed message"


def assertion(frame: Frame, node: cst.Assert) -> None:
    if not __debug__:  # Python itself drops them
        return
    message = "" if node.msg is None else message_of(frame, node.msg)
    frame.act("check", [condition(frame, node.test)], node, error=AssertionError, message=message, kind="assert")


def raising(frame: Frame, node: cst.Raise) -> None:
    """`raise X(message)`: a check that never holds."""
    if node.exc is None:
        raise frame.refuse(node, "raise without an error is outside the language", "name the error: raise ValueError(message)")
    if node.cause is not None:
        raise frame.refuse(node, "raise ... from is outside the language", "raise the error alone")
    made = node.exc if isinstance(node.exc, cst.Call) else None
    error = static_object(frame, node.exc if made is None else made.func)
    if not isinstance(error, type) or not issubclass(error, BaseException):
        raise frame.refuse(node.exc, "this is not an error class known while reading", "raise a class defined at the top of a module")
    frame.act("check", [FALSE], node, error=error, message="" if made is None else _only_message(frame, made), kind="raise")


def _only_message(frame: Frame, call: cst.Call) -> str:
    if not call.args:
        return ""
    if len(call.args) > 1 or call.args[0].keyword is not None or call.args[0].star:
        raise frame.refuse(call, "an error with more than a message is outside the language", "give one message, known while reading")
    return message_of(frame, call.args[0].value)


def message_of(frame: Frame, node: cst.BaseExpression) -> str:
    """A text known while reading: a literal, a static string, an f-string of static values."""
    if isinstance(node, cst.ConcatenatedString):
        return message_of(frame, node.left) + message_of(frame, node.right)
    if isinstance(node, cst.FormattedString):
        return "".join(_part(frame, part) for part in node.parts)
    if isinstance(node, cst.SimpleString):
        text = node.evaluated_value
    else:
        text = static_object(frame, node)
    if not isinstance(text, str):
        raise frame.refuse(node, "a message computed at run time is outside the language", FIXED)
    return text


def _part(frame: Frame, part: cst.BaseFormattedStringContent) -> str:
    if isinstance(part, cst.FormattedStringText):
        return _unescaped(part.value)
    assert isinstance(part, cst.FormattedStringExpression)
    value = _static_value(frame, part.expression)
    if part.conversion is not None:
        value = CONVERSIONS[part.conversion](value)
    specification = "".join(_part(frame, inner) for inner in part.format_spec or ())
    return format(value, specification)


def _unescaped(text: str) -> str:
    import ast

    quoted = text.replace("{{", "{").replace("}}", "}").replace('"', '\\"').replace("\n", "\\n")
    return str(ast.literal_eval(f'"{quoted}"'))


def _static_value(frame: Frame, node: cst.BaseExpression) -> Any:
    value = static_object(frame, node)
    if value is None and isinstance(node, (cst.Integer, cst.Float, cst.SimpleString, cst.Attribute)):
        atom = expression(frame, node)
        value = atom.value if isinstance(atom, Const) else None
    if value is None:
        raise frame.refuse(node, "an f-string with values of the run is outside the language", FIXED)
    return value
