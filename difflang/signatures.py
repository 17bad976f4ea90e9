"""The parameters that a call binds: those of the function that is called, also where a decorator wrapped another one in it."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType, MethodType
from typing import Any


def signature(function: Any) -> inspect.Signature:
    """As `inspect.signature`, which follows `functools.wraps` to the function inside; that one's defaults are filled in by its own call."""
    called = function
    while isinstance(called, (MethodType, functools.partial)):
        called = called.__func__ if isinstance(called, MethodType) else called.func
    return inspect.signature(function, follow_wrapped=not isinstance(called, FunctionType))
