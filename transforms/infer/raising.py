"""raise and assert: a check that states its error, one that was made or caught before included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from difflang.errors import OutsideLanguage
from difflang.ir import NONE, Const, Node, const
from difflang.op import row

from .choices import is_choice, of_each
from .failing import raised_again
from .frame import Frame, handles
from .values import Compound, Value, is_undefined, known, python_value


@handles("check")
def _check(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    condition = frame.truth(values[0])
    if not (isinstance(condition, Const) and condition.value is True):
        attrs = {name: node.attrs[name] for name in row("check").statics if name in node.attrs}
        given, named = values[1:], node.attrs
        if attrs.get("kind") == "given":
            if raises_again(frame, values[1]):
                return (NONE,) * len(node.outs)
            given, named = _made_before(frame, values[1], attrs)
        details = _message(frame, named, given, attrs) if given else []
        frame.emit("check", condition, *details, **attrs)
    return (NONE,) * len(node.outs)


def raises_again(frame: Frame, error: Value) -> bool:
    """`raise error`, of an error that was caught, or of one of several by the path taken; of none, where nothing was raised."""
    if is_undefined(error):
        return True
    if is_choice(error):

        def act(one: Value) -> Value:
            if not raises_again(frame, one):
                attrs: dict[str, Any] = {"message": ""}
                given, named = _made_before(frame, one, attrs)
                frame.emit("check", const(False), *(_message(frame, named, given, attrs) if given else []), **attrs)
            return NONE

        of_each(frame, error, act)
        return True
    if isinstance(error, Compound) and error.kind == "caught":
        raised_again(frame, error)
        return True
    return False


def _made_before(frame: Frame, error: Value, attrs: dict[str, Any]) -> tuple[list[Value], Mapping[str, Any]]:
    """The arguments of an error that was made before it is raised."""
    if not isinstance(error, Compound) or error.kind != "exception":
        frame.fail("DL001", "this is not an error whose class is known while compiling", "raise ValueError(message)", OutsideLanguage)
    attrs["error"], keywords = error.info
    attrs["kind"] = "raise"
    return list(error.items), {"keywords": keywords}


def _message(frame: Frame, named: Mapping[str, Any], values: Sequence[Value], attrs: dict[str, Any]) -> list[Value]:
    """What the error is made of: a text known while compiling, or an expression over values of the run."""
    from .starred import arguments
    from .texts import listed, static_part, told

    args, kwargs = arguments(frame, values, named)
    if len(args) == 1 and not kwargs and known(args[0]) and isinstance(python_value(args[0]), str) and python_value(args[0]):
        attrs["message"] = python_value(args[0])
        return []
    details, source = listed(frame, args, kwargs)
    attrs["message"], attrs["told"] = static_part(frame, args), told(source)
    return details
