"""Errors that Python is certain to raise, found while compiling inside a `try`: a key or an item that is not there, an attribute.

Outside of a `try` they are problems of the program; inside of one they are what its handler waits for.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from difflang.errors import AttributeMismatch, DifflangError, IndexMismatch, KeyMismatch, TypeMismatch, ValueMismatch
from difflang.ir import Const, Node, const
from difflang.types import Nothing, Scalar

from .values import Compound, denote

if TYPE_CHECKING:
    from .frame import Frame

KINDS: dict[str, dict[type[DifflangError], type[Exception]]] = {
    "getitem": {KeyMismatch: KeyError, IndexMismatch: IndexError},
    "setitem": {IndexMismatch: IndexError},
    "unpack": {ValueMismatch: ValueError},
    "attr": {AttributeMismatch: AttributeError},
    "method": {AttributeMismatch: AttributeError, KeyMismatch: KeyError, IndexMismatch: IndexError, ValueMismatch: ValueError},
}
"""What a node of this kind fails by alone, and Python's error."""
CALLED: dict[object, dict[type[DifflangError], type[Exception]]] = {
    int: {ValueMismatch: ValueError},
    float: {ValueMismatch: ValueError},
    len: {TypeMismatch: TypeError},
    iter: {TypeMismatch: TypeError},
}


def raised_for_certain(frame: Frame, node: Node, error: DifflangError) -> bool:
    """Whether the error is Python's own, raised by this node itself: a check that fails stands for it."""
    if not frame.attempts or error.trail:
        return False
    kinds = CALLED.get(_called(node), {}) if node.op == "invoke" else KINDS.get(node.op, {})
    if error.reason.startswith(("unsupported operand type(s)", "bad operand type")):
        kinds = {type(error): TypeError}
    python = kinds.get(type(error))
    if python is None or (python in (AttributeError, TypeError) and not _is_pythons(frame, node, python)):
        return False
    frame.emit("check", const(False), error=python, kind="raise", **_words(python, error.reason))
    return True


def _is_pythons(frame: Frame, node: Node, python: type[Exception]) -> bool:
    """Whether Python would raise here, too, and not the language alone."""
    from .builtins import BUILTINS

    if node.op not in ("attr", "method", "invoke"):
        return True
    values = [frame.get(arg) for arg in node.args]
    if python is TypeError:
        return len(values) == 2 and not isinstance(values[1], Compound) and isinstance(values[1].type, Scalar | Nothing)
    answer = BUILTINS[hasattr](frame, [values[0], denote(node.attrs["name"])], {})
    return isinstance(answer, Const) and answer.value is False


def _words(python: type[Exception], reason: str) -> dict[str, str]:
    """What the error says; of a KeyError the key."""
    if python is not KeyError:
        return {"message": reason}
    said = reason.removeprefix("KeyError: ")
    try:
        key = ast.literal_eval(said)
    except (SyntaxError, ValueError):
        key = said
    return {"message": key} if isinstance(key, str) else {"message": "", "told": f"({said},)"}


def _called(node: Node) -> object:
    target = node.args[0]
    return target.value if isinstance(target, Const) and isinstance(target.value, type(len) | type) else None


__all__ = ["raised_for_certain"]
