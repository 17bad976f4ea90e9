"""`with`, `import` and `del`: statements that name things or change nothing here."""

from __future__ import annotations

import contextlib
import importlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst
import numpy as np

from ..ir import UNDEF, Const, const, static
from .expressions import expression, static_object
from .frame import FALSE, Frame
from .paths import FALLS, Ends
from .trying import catcher, jump, read_try
from .scope import Statement, deleted, imported, statements

Block = Callable[[Frame, Sequence[Statement]], Ends]
INERT = (np.errstate, np.printoptions, contextlib.nullcontext, warnings.catch_warnings)
"""Contexts that change warnings or printing only."""


def read_with(frame: Frame, node: cst.With, block: Block) -> Ends:
    """Contexts that change nothing here are entered by reading what is inside them."""
    if node.asynchronous is not None:
        raise frame.refuse(node, "async with is outside the language", "enter the context where the function is called")
    if len(node.items) == 1 and _is_suppress(frame, node.items[0].item):
        return _suppressed(frame, node, block)
    for item in node.items:
        value = _entered(frame, item)
        if item.asname is not None:
            from .targets import bind_target

            bind_target(frame, item.asname.name, value)
    return block(frame, statements(node.body))


def _is_suppress(frame: Frame, context: cst.BaseExpression) -> bool:
    return isinstance(context, cst.Call) and static_object(frame, context.func) is contextlib.suppress


def _suppressed(frame: Frame, node: cst.With, block: Block) -> Ends:
    """`with contextlib.suppress(X)` is a try whose handler does nothing."""
    call = node.items[0].item
    assert isinstance(call, cst.Call)
    passing = cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])])
    kinds = cst.Tuple([cst.Element(argument.value) for argument in call.args])
    attempt = cst.Try(node.body, [cst.ExceptHandler(passing, kinds)])
    return read_try(frame, attempt, block, node.items[0])


def _entered(frame: Frame, item: cst.WithItem) -> Any:
    call = item.item
    made = static_object(frame, call.func) if isinstance(call, cst.Call) else None
    if not isinstance(call, cst.Call) or made not in INERT:
        raise frame.refuse(item, "this context is outside the language", "enter it where the function is called")
    if made is contextlib.nullcontext and call.args:
        return expression(frame, call.args[0].value)
    for argument in call.args:
        value = expression(frame, argument.value)
        if made is np.errstate and (not isinstance(value, Const) or value.value not in ("ignore", "warn", "print")):
            reason = "np.errstate that raises or calls is outside the language"
            raise frame.refuse(argument, reason, "test with np.isfinite, or use errstate where the function is called")
    return static(None)


def read_import(frame: Frame, node: cst.Import | cst.ImportFrom) -> Ends:
    """The names mean what the modules hold. A module that is not there raises where the statement is reached."""
    if isinstance(node.names, cst.ImportStar):
        raise frame.refuse(node, "import * inside a function is outside the language", "name what is imported")
    for name, module, attribute in imported(node):
        if name in frame.local:
            raise frame.refuse(node, f"the imported name {name!r} is also assigned in this function", "import under another name")
        error = _missing(module, attribute, frame)
        if error is not None:
            found = catcher(frame, type(error))
            if found is not None:
                found[0].caught.add(found[1])
                return jump(frame, found[0], const(found[1]), UNDEF)
            frame.act("check", [FALSE], node, error=type(error), message=str(error), kind="raise")
            return frozenset()
    return FALLS


def _missing(module: str, attribute: str, frame: Frame) -> ImportError | None:
    try:
        found = importlib.import_module(module, frame.text.names.package)
    except ImportError as error:
        return error
    if attribute and not hasattr(found, attribute):
        try:
            importlib.import_module(f"{module}.{attribute}", frame.text.names.package)
        except ImportError:
            return ImportError(f"cannot import name {attribute!r} from {module!r} ({getattr(found, '__file__', 'unknown location')})")
    return None


def read_del(frame: Frame, node: cst.Del) -> Ends:
    """A name that has no value from here on; an item taken out."""
    targets = node.target.elements if isinstance(node.target, (cst.Tuple, cst.List)) else [node.target]
    for part in targets:
        target = part.value if isinstance(part, cst.Element) else part
        if isinstance(target, cst.Subscript):
            from .expressions import index

            base = expression(frame, target.value)
            pattern, operands = index(frame, target)
            frame.act("delitem", [base, *operands], target, pattern=pattern)
        elif not isinstance(target, cst.Name):
            raise frame.outside(node)
    for name in deleted(node):
        if name not in frame.local:
            raise frame.refuse(node, f"deleting the outer variable {name!r} is outside the language", "leave it alone")
        frame.require(name, node)
        frame.env.pop(name, None)
        frame.env.pop("?" + name, None)
    return FALLS
