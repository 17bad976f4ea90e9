"""Lines for a log, and warnings: said by Python as the program would say them, once, and of no account to a derivative."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from types import MethodType
from typing import Any

import numpy as np

from difflang.ir import NONE, const, static

from .builtins import builtin
from .frame import Frame
from .texts import listed, printable, told
from .values import Value, is_static, python_value

LEVELS = ("debug", "info", "warning", "error", "critical", "log")


def telling_call(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """A call of a logger's method, of logging.info and its kin, of warnings.warn; None for any other callable."""
    logging = sys.modules.get("logging")  # a program that calls it has imported it
    if logging is not None and target is logging.getLogger:
        return static(target(*(frame.constant(value, "the name of a logger") for value in (*args, *kwargs.values()))))
    function = _named(target, logging)
    if function is None:
        return None
    named = dict(kwargs)
    for unheard in ("stacklevel", "exc_info", "stack_info", "extra"):
        if unheard in named and function != "warnings.warn":
            frame.fail("DL004", f"{unheard}= of a line for the log is outside the language", "leave it out")
    if function == "warnings.warn":
        named.pop("stacklevel", None)
        category = [_category(frame, kind) for kind in (*args[1:2], *([named.pop("category")] if "category" in named else []))]
        args = [printable(args[0]), *category] if args else []
    else:
        args = [printable(value) for value in args]
    items, parts = listed(frame, args, named)
    frame.emit("check", const(False), *items, error=SystemError, message=function, kind="print", told=told(parts))
    return NONE


@builtin(np.errstate, names=("*",))
def _errstate(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    frame.fail("DL004", "np.errstate is entered with `with` here", "write `with np.errstate(...):` around the lines that it is for")


@builtin(np.seterr, np.seterrcall, warnings.simplefilter, warnings.filterwarnings, names=("*",))
def _settings(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    way_out = "call it outside of the function, or put the lines into `with np.errstate(...)`, `with warnings.catch_warnings()`"
    frame.fail("DL004", "this changes what the whole process does about warnings", way_out)


def _category(frame: Frame, kind: Value) -> Value:
    """The class of a warning: one of Python's own, which the text can name."""
    found = python_value(kind) if is_static(kind) else None
    if not isinstance(found, type) or found.__module__ != "builtins":
        frame.fail("DL004", "a warning of the program's own class is outside the language", "use UserWarning or RuntimeWarning")
    return kind


def _named(target: Any, logging: Any) -> str | None:
    """How Python's text names the function."""
    if target is warnings.warn:
        return "warnings.warn"
    name = getattr(target, "__name__", None)
    if name not in LEVELS or logging is None:
        return None
    if isinstance(target, MethodType) and isinstance(target.__self__, logging.Logger):
        return f"logging.getLogger({target.__self__.name!r}).{name}"
    return f"logging.{name}" if getattr(logging, name, None) is target else None


__all__ = ["telling_call"]
