"""The arguments of a call. `f(*x)` where the length of x is not known: as many as f still needs, and a check that there are so many."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from difflang import library
from difflang.ir import Const, Function, Param, const

from .dicts import is_dict, items_of
from .frame import Frame
from .generators import eager
from .iterables import as_iterable, check_iterable, item, length
from .numbers import by_text
from .operators import binary
from .values import Compound, Value, denote, form, is_static, is_undefined, known, python_value


def arguments(
    frame: Frame, values: Sequence[Value], attrs: Mapping[str, Any], callee: Value | None = None
) -> tuple[list[Value], dict[str, Value]]:
    """Positional and keyword arguments as Python would pass them; starred ones are taken apart."""
    keywords = tuple(attrs.get("keywords", ()))
    star = set(attrs.get("star", ()))
    count = len(values) - len(keywords)
    args: list[Value] = []
    for k, value in enumerate(values[:count]):
        if k not in star:
            args.append(value)
            continue
        check_iterable(frame, value)
        value = eager(frame, as_iterable(frame, value))
        size = length(frame, value)
        if not isinstance(size, Const) or is_undefined(size):
            if callee is None or len(star) > 1 or k < count - 1:
                frame.fail("DL011", "the number of arguments that * gives must be known while compiling", "pass a tuple")
            args += starred(frame, callee, value, len(args), keywords)
            continue
        args += [item(frame, value, denote(i)) for i in range(size.value)]
    named: dict[str, Value] = {}
    for name, value in zip(keywords, values[count:], strict=True):
        for key, one in entries(frame, value).items() if name == "**" else ((name, value),):
            if key in named:
                frame.fail("DL017", f"got multiple values for keyword argument {key!r}")
            named[key] = one
    return args, named


def entries(frame: Frame, value: Value) -> dict[str, Value]:
    """What `**value` passes by name."""
    if not is_dict(value) and not (known(value) and isinstance(python_value(value), dict)):
        frame.fail("DL005", f"** needs a dict of which the keys are known, not {form(value)}", "write the arguments out")
    return items_of(frame, value)



EXTREMES: dict[Any, str] = {max: "max", min: "min"}


def is_long(frame: Frame, value: Value) -> bool:
    """Whether how many items there are is not known while compiling."""
    value = as_iterable(frame, value)
    if getattr(value, "kind", "") in ("grown", "generator"):
        return True
    check_iterable(frame, value)
    return not isinstance(length(frame, value), Const)


def starred(frame: Frame, callee: Value | None, value: Value, given: int, keywords: Sequence[str]) -> list[Value]:
    """The arguments that *value stands for in a call with so many others in order, and these by name."""
    if is_static(callee) and python_value(callee) in EXTREMES and not given:  # type: ignore[arg-type]
        enough = frame.truth(binary(frame, "greater_equal", length(frame, value), const(2)))
        message = f"{EXTREMES[python_value(callee)]} expected at least 1 argument, got 0"  # type: ignore[arg-type]
        frame.emit("check", enough, error=TypeError, message=message, kind="raise")
        return [value]
    if is_static(callee) and python_value(callee) is math.hypot and not given:  # type: ignore[arg-type]
        return [by_text(frame, library.norm, [value])]  # hypot of one number is its size
    name, wanted = _wanted(frame, callee)
    wanted = [one for one in wanted[given:] if one not in keywords]
    size = frame.atom(length(frame, value))
    fits = frame.truth(binary(frame, "equal", size, const(len(wanted))))
    takes = f"{name}() takes {_counted(given + len(wanted))}"
    words = f"{_missing(name, wanted)!r}.get(\x010\x01) or f'{takes} but {{\x010\x01 + {given}}} were given'"
    frame.emit("check", fits, size, error=TypeError, message=takes, kind="raise", told=words)
    return [item(frame, value, const(k)) for k in range(len(wanted))]


def _wanted(frame: Frame, callee: Value | None) -> tuple[str, list[str]]:
    """The name of what is called, and the arguments that it takes in order."""
    if isinstance(callee, Compound) and callee.kind == "closure" and isinstance(callee.info, Function):
        return callee.info.name, _of_params(frame, callee.info.params[: len(callee.info.params)])
    if not is_static(callee):  # type: ignore[arg-type]
        _refuse(frame)
    target = python_value(callee)  # type: ignore[arg-type]
    if isinstance(target, np.ufunc):
        return target.__name__, [f"x{k}" for k in range(target.nin)]
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):
        _refuse(frame)
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if any(p.kind not in plain or p.default is not inspect.Parameter.empty for p in parameters):
        _refuse(frame)
    return getattr(target, "__name__", "this"), [p.name for p in parameters]


def _of_params(frame: Frame, params: Sequence[Param]) -> list[str]:
    if any(param.kind not in ("positional_only", "positional_or_keyword") or param.default is not ... for param in params):
        _refuse(frame)
    return [param.name for param in params]


def _refuse(frame: Frame) -> NoReturn:
    frame.fail("DL011", "the number of arguments that * gives must be known while compiling here", "pass a tuple, or the sequence itself")


def _missing(name: str, wanted: Sequence[str]) -> dict[int, str]:
    """What Python says where there are fewer."""
    said = {}
    for k in range(len(wanted)):
        left = [repr(one) for one in wanted[k:]]
        names = left[0] if len(left) == 1 else f"{' and '.join(left)}" if len(left) == 2 else f"{', '.join(left[:-1])}, and {left[-1]}"
        said[k] = f"{name}() missing {len(left)} required positional argument{'s' * (len(left) > 1)}: {names}"
    return said


def _counted(count: int) -> str:
    return f"{count} positional argument{'s' * (count != 1)}"


__all__ = ["arguments", "is_long", "starred"]
