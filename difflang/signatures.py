"""The parameters that a call binds: those of the function that is called, also where a decorator wrapped another one in it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any


def signature(function: Any) -> inspect.Signature:
    """As `inspect.signature`, which follows `functools.wraps` to the function inside; that one's defaults are filled in by its own call."""
    called = function
    while isinstance(called, (MethodType, functools.partial)):
        called = called.__func__ if isinstance(called, MethodType) else called.func
    return inspect.signature(function, follow_wrapped=not isinstance(called, FunctionType))


def unfit(name: str, known: inspect.Signature, args: Sequence[Any], kwargs: Mapping[str, Any]) -> TypeError:
    """What Python says of a call that does not fit: it is asked with a function of these parameters that does nothing."""
    plain = [p.replace(annotation=p.empty, default=p.empty if p.default is p.empty else None) for p in known.parameters.values()]
    shown = known.replace(parameters=plain, return_annotation=inspect.Signature.empty)
    scope: dict[str, Any] = {}
    exec(f"def asked{shown}: pass", scope)  # names of parameters alone
    scope["asked"].__qualname__ = name
    try:
        scope["asked"](*args, **kwargs)
    except TypeError as error:
        return TypeError(str(error))
    return TypeError(f"{name}() cannot be called so")
