"""What was read is kept, as long as every static name still means what it meant."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from ..errors import OutsideLanguage
from ..ir import Function, Place
from ..records import dataclass, replace
from .functions import Meant, read_function
from .names import Names, Route, is_captured
from .source import file_of

TEMPLATES = 512
DEEPEST = 50_000


@dataclass(frozen=True)
class _Read:
    """A function read once, and what its names meant then."""

    code: CodeType
    function: Function
    static: dict[Route, Any]
    captured: tuple[Route, ...]

    def holds_for(self, names: Names) -> bool:
        """Whether the names of the same code mean the same there: captures may differ, static objects may not."""
        try:
            same = all(names.value(route) is value for route, value in self.static.items())
            return same and all(is_captured(names.value(route)) for route in self.captured)
        except LookupError:
            return False


_UNDER_ERRSTATE = np.errstate()(lambda: None).__code__
"""That of the function which np.errstate makes as a decorator."""
ATTRIBUTE = "__difflang_read__"
"""Where a function keeps what was read of it: a table of ours would keep the function alive, which the IR names."""
_BY_CODE: OrderedDict[int, _Read] = OrderedDict()


def remember(function: Callable[..., Any]) -> Function:
    """The function's IR: read before, bound anew to another closure of the same code, or read now."""
    plain = plain_function(function)
    known: _Read | None = plain.__dict__.get(ATTRIBUTE)
    if known is not None and known.function.python is plain and known.code is plain.__code__ and known.holds_for(Names(plain)):
        return known.function
    template = _BY_CODE.get(id(plain.__code__))
    if template is not None and template.code is plain.__code__ and template.holds_for(Names(plain)):
        known = replace(template, function=_bound_to(template, plain))
    else:
        known = _read_now(plain)
        _BY_CODE[id(plain.__code__)] = replace(known, function=replace(known.function, captures=(), guards=(), python=None))
        if len(_BY_CODE) > TEMPLATES:
            _BY_CODE.popitem(last=False)
    plain.__dict__[ATTRIBUTE] = known
    return known.function


def plain_function(function: Callable[..., Any]) -> FunctionType:
    """The Python function behind a method or a wrapper that is none itself. Raises OutsideLanguage (DL002)."""
    target: Any = function
    while not isinstance(target, FunctionType):
        if isinstance(target, MethodType):
            target = target.__func__
        elif hasattr(target, "__wrapped__"):
            target = target.__wrapped__
        else:
            reason = f"{getattr(function, '__name__', None) or type(function).__name__!r} has no Python text"
            raise OutsideLanguage("DL002", reason, way_out="give a function written with def or lambda")
    if target.__code__ is _UNDER_ERRSTATE:
        way_out = "write `with np.errstate(...):` around the lines of the function"
        raise OutsideLanguage("DL001", f"{target.__name__} is decorated with np.errstate", way_out=way_out)
    return target


def _read_now(plain: FunctionType) -> _Read:
    try:
        function, names, captured = read_function(plain)
    except RecursionError:
        function, names, captured = _read_deep(plain)
    return _Read(plain.__code__, replace(function, python=plain), dict(names.static), captured)


def _read_deep(plain: FunctionType) -> tuple[Function, Names, tuple[Route, ...]]:
    """With room for expressions of a thousand terms, as programs write them: reading goes down by nesting."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEEPEST))
    try:
        return read_function(plain)
    except RecursionError:
        code = plain.__code__
        reason, way_out = f"the text of {code.co_name!r} is nested too deeply to be read", "compute parts of it in names of their own"
        raise OutsideLanguage("DL001", reason, Place(file_of(code), code.co_firstlineno), way_out) from None
    finally:
        sys.setrecursionlimit(limit)


def _bound_to(template: _Read, plain: FunctionType) -> Function:
    """The same text for another function object: its own captures, defaults and annotations."""
    names, meant = Names(plain), Meant.of(plain)
    names.static.update(template.static)
    params = tuple(
        replace(param, default=meant.defaults.get(param.name, ...), annotation=meant.annotations.get(param.name))
        for param in template.function.params
    )
    return replace(template.function, params=params, captures=names.captures(template.captured), guards=names.guards(), python=plain)
