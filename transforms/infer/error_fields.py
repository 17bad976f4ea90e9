"""Attributes of a program's own errors: what their `__init__` keeps of its arguments as they are (`self.value = value`)."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from types import FunctionType
from typing import Any

from .values import Value, denote


def kept_argument(cls: type, name: str, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value | None:
    """What `cls(*args, **keywords).name` is where it is one of the arguments; None where that cannot be seen."""
    init: Any = cls.__init__  # type: ignore[misc]
    if not isinstance(init, FunctionType) or isinstance(inspect.getattr_static(cls, name, None), property):
        return None
    try:
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(init))).body
        bound = inspect.signature(init).bind(None, *args, **keywords).arguments
    except (OSError, SyntaxError, TypeError, ValueError):
        return None
    assert isinstance(function, ast.FunctionDef)
    parameter = _parameter(function, name)
    if parameter is None or parameter == function.args.args[0].arg:
        return None
    found = inspect.signature(init).parameters[parameter]
    if found.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        return None
    if parameter in bound:
        value: Value = bound[parameter]
        return value
    return denote(found.default) if isinstance(found.default, (int, float, str, type(None))) else None


def _parameter(function: ast.FunctionDef, name: str) -> str | None:
    """The parameter that a statement of the body itself, and no other, assigns to self.name."""
    inside = list(ast.walk(function))
    stored = [n for n in inside if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store) and n.attr == name]
    bound = {n.id for n in inside if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    names = {arg.arg for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)} - bound
    if any(isinstance(n, (ast.Return, ast.Raise, ast.Try)) for n in inside) or len(stored) != 1:
        return None
    for statement in function.body:
        if isinstance(statement, ast.Assign) and statement.targets == stored and isinstance(statement.value, ast.Name):
            return statement.value.id if statement.value.id in names else None
    return None


__all__ = ["kept_argument"]
