"""`with`, `import` and `del`: statements that name things or change nothing here."""

from __future__ import annotations

import contextlib
import dis
import importlib
import warnings
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import libcst as cst
import numpy as np

from ..ir import NONE, UNDEF, Const, const, static
from .expressions import expression, static_object
from .frame import FALSE, Frame
from .managers import is_generated, read_generated, read_managed
from .paths import FALLS, Ends
from .trying import catcher, jump, read_try
from .scope import Statement, deleted, imported, statements

Block = Callable[[Frame, Sequence[Statement]], Ends]
Reader = Callable[[Frame, cst.With, Block], Ends]
INERT = (np.errstate, np.printoptions, contextlib.nullcontext, warnings.catch_warnings)
"""Contexts that change warnings or printing only."""
KINDS = ("divide", "over", "under", "invalid")
"""What np.errstate tells apart. Each place of the text carries what holds there (`ir.Place.errstate`)."""
IGNORED = tuple((kind, "ignore") for kind in sorted(KINDS))


def read_with(frame: Frame, node: cst.With, block: Block) -> Ends:
    """Contexts that change nothing here are entered by reading what is inside them."""
    if node.asynchronous is not None:
        raise frame.refuse(node, "async with is outside the language", "enter the context where the function is called")
    readers = [_reader(frame, item.item) for item in node.items]
    if any(readers):
        if len(node.items) > 1:
            first = node.items[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            frame.text.positions.lend(first, node.items[0])
            node = cst.With([first], cst.IndentedBlock([cst.With(node.items[1:], node.body)]))
        reader = readers[0]
        return reader(frame, node, block) if reader is not None else read_with(frame, node, block)
    positions = frame.text.positions
    around = positions.errstate, positions.catching
    managers: list[tuple[cst.WithItem, Any]] = []
    try:
        for item in node.items:
            value = _entered(frame, item, managers)
            if item.asname is not None:
                from .targets import bind_target

                bind_target(frame, item.asname.name, value)
        ends = block(frame, statements(node.body))
    finally:
        positions.errstate, positions.catching = around
    for item, manager in reversed(managers if ends else []):  # a jump is a flag: this stands on its way too
        frame.emit("method", [manager, NONE, NONE, NONE], item, name="__exit__", keywords=(), star=())
    return ends


def _reader(frame: Frame, context: cst.BaseExpression) -> Reader | None:
    """Who reads a context that is more than two calls around what is inside it."""
    if not isinstance(context, cst.Call):
        return read_managed
    made = static_object(frame, context.func)
    if made is contextlib.suppress:
        return _suppressed
    if is_generated(made):
        return lambda frame, node, block: read_generated(frame, node, made, block)
    if made is None or isinstance(made, FunctionType):
        return read_managed
    if made in INERT or not isinstance(made, type) or not isinstance(getattr(made, "__exit__", None), FunctionType):
        return None
    return None if _is_plain_manager(made) and not frame.tries else read_managed


def _suppressed(frame: Frame, node: cst.With, block: Block) -> Ends:
    """`with contextlib.suppress(X)` is a try whose handler does nothing."""
    call = node.items[0].item
    assert isinstance(call, cst.Call)
    passing = cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])])
    kinds = cst.Tuple([cst.Element(argument.value) for argument in call.args])
    attempt = cst.Try(node.body, [cst.ExceptHandler(passing, kinds)])
    return read_try(frame, attempt, block, node.items[0])


def _entered(frame: Frame, item: cst.WithItem, managers: list[tuple[cst.WithItem, Any]]) -> Any:
    call = item.item
    made = static_object(frame, call.func) if isinstance(call, cst.Call) else None
    if isinstance(made, type) and made not in INERT and _is_plain_manager(made) and not frame.tries:
        manager = expression(frame, call)
        managers.append((item, manager))
        return frame.emit("method", [manager], item, name="__enter__", keywords=(), star=())
    if not isinstance(call, cst.Call) or made not in INERT:
        raise frame.refuse(item, "this context is outside the language", "enter it where the function is called")
    if made is contextlib.nullcontext and call.args:
        return expression(frame, call.args[0].value)
    told = [(argument, expression(frame, argument.value)) for argument in call.args]
    positions = frame.text.positions
    if made is np.errstate:
        positions.errstate = _errstate(frame, told)
    if made is warnings.catch_warnings:
        positions.catching += 1
        if any(isinstance(value, Const) and value.value == "ignore" for _, value in told):
            positions.errstate = IGNORED
    return static(None)


def _is_plain_manager(cls: type) -> bool:
    """Whether the program's own class enters and leaves the same way whether or not there was an error: `__exit__` asks nothing and
    swallows nothing. What leaves by an error leaves the function, so that nobody sees what `__exit__` would do then."""
    leave = getattr(cls, "__exit__", None)
    if not isinstance(getattr(cls, "__enter__", None), FunctionType) or not isinstance(leave, FunctionType):
        return False
    code = list(dis.get_instructions(leave))
    asked = set(leave.__code__.co_varnames[1 : leave.__code__.co_argcount + 2])
    returned = [before.argval for before, one in zip(code, code[1:], strict=False) if one.opname == "RETURN_VALUE"]
    returned += [one.argval for one in code if one.opname == "RETURN_CONST"]
    plain = all(value is None or value is False for value in returned)
    return plain and not any(one.opname.startswith("LOAD_FAST") and _names(one.argval) & asked for one in code)


def _names(argument: Any) -> set[str]:
    return set(argument) if isinstance(argument, tuple) else {argument}


def read_filter(frame: Frame, node: cst.Expr) -> bool:
    """`warnings.simplefilter("ignore")` in a block of catch_warnings: from there on NumPy's warnings are not heard in it."""
    call = node.value
    positions = frame.text.positions
    if not isinstance(call, cst.Call) or not positions.catching:
        return False
    if static_object(frame, call.func) not in (warnings.simplefilter, warnings.filterwarnings):
        return False
    told = [expression(frame, argument.value) for argument in call.args]
    known = [value.value for value in told if isinstance(value, Const)]
    kinds = [kind for kind in known if isinstance(kind, type)]
    if len(known) < len(told) or known[:1] not in (["ignore"], ["default"], ["always"], ["once"]):
        reason = "a filter of warnings other than to ignore or to tell them is outside the language"
        raise frame.refuse(call, reason, "set it where the function is called")
    if all(issubclass(RuntimeWarning, kind) for kind in kinds):
        positions.errstate = IGNORED if known[0] == "ignore" else ()
    return True


def _errstate(frame: Frame, told: Sequence[tuple[cst.Arg, Any]]) -> tuple[tuple[str, str], ...]:
    """What np.errstate makes of its keywords, within what holds around it."""
    found = dict(frame.text.positions.errstate)
    for argument, value in sorted(told, key=_kind_before_all):
        name = argument.keyword.value if argument.keyword is not None else ""
        how = value.value if isinstance(value, Const) else None
        if how is None and name != "call" and isinstance(value, Const):
            continue
        if name not in (*KINDS, "all") or how not in ("ignore", "warn", "raise"):
            reason = "np.errstate ignores, warns or raises here: what it is told must be known while compiling"
            raise frame.refuse(argument, reason, 'write "ignore", "warn" or "raise", or use errstate where the function is called')
        found.update(dict.fromkeys(KINDS if name == "all" else (name,), how))
    return tuple(sorted(found.items()))


def _kind_before_all(given: tuple[cst.Arg, Any]) -> bool:
    """`all` comes first: the others say more."""
    return given[0].keyword is None or given[0].keyword.value != "all"


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
