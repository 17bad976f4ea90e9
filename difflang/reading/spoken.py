"""Callables without a text as functions with one: NumPy's own and `functools.partial`, so that `dl.grad(np.sum)` works.

Of the op table's functions operands become parameters, and `axis` and its like, of which each value is a specialisation of its own.
`spread` writes a function with `*args` out for one number of arguments.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ..op import Op, lookup
from ..records import replace
from ..scipy_library import stands_for as scipy_text
from ..signatures import signature
from .source import register_source

STATIC = "__difflang_static__"
"""Where such a function keeps the names of the parameters that must be known while compiling."""
_KNOWN: dict[int, tuple[Any, FunctionType]] = {}


def spoken(target: Callable[..., Any]) -> Callable[..., Any]:
    """A Python function that calls `target`, if that is one of the table's or a partial call; else `target` itself."""
    of_scipy = isinstance(target, FunctionType) and str(target.__module__).startswith("scipy.")
    if of_scipy and scipy_text(target) is not None:
        return scipy_text(target)  # type: ignore[return-value]
    if isinstance(target, FunctionType) and not of_scipy or hasattr(type(target), "__difflang_program__") or isinstance(target, type):
        return target
    if id(target) in _KNOWN:
        return _KNOWN[id(target)][1]
    found = None if isinstance(target, functools.partial) else lookup(target)
    if found is None and not isinstance(target, functools.partial):
        return target
    made = _written(target, found[0]) if found is not None else _completed(target)  # type: ignore[arg-type]
    _KNOWN[id(target)] = (target, made)
    return made


def _completed(target: functools.partial[Any]) -> FunctionType:
    """The call that a partial one stands for; whole numbers and texts it was given stand in the text, other values are read by name."""
    name = getattr(target.func, "__name__", "partial")
    found = lookup(target.func)
    known = signature(spoken(target.func)).parameters
    free = [p for p in list(known.values())[len(target.args) :] if p.name not in target.keywords]
    names = ", ".join(_parameters(target.func, found[0])[len(target.args) :] if found else (p.name for p in free if p.default is p.empty))
    namespace: dict[str, Any] = {"__name__": name, "function": target.func}
    namespace |= {f"given_{k}": value for k, value in enumerate(target.args)} | {f"given_{k}": v for k, v in target.keywords.items()}
    said = {key: _said(value) or key for key, value in namespace.items()}
    given = [said[f"given_{k}"] for k in range(len(target.args))] + ([names] if names else [])
    given += [f"{k}={said[f'given_{k}']}" for k in target.keywords]
    return _defined(name, f"def {name}({names}):\n    return function({', '.join(given)})\n", namespace)


def spread(function: Any, count: int, names: tuple[str, ...] = ()) -> Any:
    """The function with `*args` and `**options` written out for so many arguments and these keywords; itself if it has neither."""
    if hasattr(function, "base") and hasattr(type(function), "__difflang_program__"):
        base = spread(function.base, count, names)
        return function if base is function.base else replace(function, base=base)
    try:
        parameters = list(signature(function).parameters.values())
    except (TypeError, ValueError):
        return function
    kinds = {p.kind for p in parameters}
    if hasattr(type(function), "__difflang_program__") or not kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        return function
    memory = getattr(function, "__dict__", {}).setdefault("__difflang_spread__", {}) if hasattr(function, "__dict__") else {}
    if (count, names) not in memory:
        memory[count, names] = _spread(function, parameters, count, names)
    return memory[count, names]


def _spread(function: Any, parameters: list[inspect.Parameter], count: int, names: tuple[str, ...]) -> FunctionType:
    namespace: dict[str, Any] = {"__name__": function.__name__, "function": function}
    required: list[str] = []  # in the call's order
    given: list[str] = []
    optional: list[str] = []
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL:
            more = [f"{p.name}_{k}" for k in range(count - len(given))]
            required, given = required + more, given + more
        elif p.kind is not p.VAR_KEYWORD:
            by_name = p.kind is p.KEYWORD_ONLY
            given.append(f"{p.name}={p.name}" if by_name else p.name)
            if p.default is p.empty or not by_name and len(required) < count:
                required.append(p.name)
            else:
                namespace[f"default_{p.name}"] = p.default
                optional.append(f"{p.name}=default_{p.name}")
    left = [name for name in names if name not in [p.name for p in parameters]]
    given += [f"{name}={name}" for name in left]
    text = f"def {function.__name__}({', '.join([*required, *left, *optional])}):\n    return function({', '.join(given)})\n"
    return _defined(function.__name__, text, namespace)


def _said(value: Any) -> str:
    """The text of a value that can only mean itself."""
    whole = isinstance(value, (bool, int, str, type(None))) or (type(value) is tuple and all(map(_said, value)))
    return repr(value) if whole else ""


def _defined(name: str, text: str, namespace: dict[str, Any]) -> FunctionType:
    """The function that a text defines, whose lines can be found again."""
    file = f"<{name} {len(_KNOWN)}>"
    register_source(file, text)
    exec(compile(text, file, "exec"), namespace)
    made = namespace[name]
    assert isinstance(made, FunctionType)
    return made


def _written(target: Any, op: Op) -> FunctionType:
    name, (module, prefix) = target.__name__, _home(target)
    names = _parameters(target, op)
    options = _options(target, op, names)
    called = f"{prefix}{name}" if module is not None else f"_{name}"
    namespace = {"__name__": name, (prefix.partition(".")[0] if module is not None else called): module or target}
    said = ", ".join([*names, *(f"{key}={value!r}" for key, value in options.items())])
    given = ", ".join([*names, *(f"{key}={key}" for key in options)])
    made = _defined(name, f"def {name}({said}):\n    return {called}({given})\n", namespace)
    made.__dict__[STATIC] = tuple(key for key in (*names, *options) if key in op.statics)
    return made


def _options(target: Any, op: Op, names: list[str]) -> dict[str, Any]:
    """The parameters with a default that the op has too: operands, and what must be known while compiling."""
    if isinstance(target, np.ufunc):
        return {}
    try:
        known = [p for p in inspect.signature(target).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except ValueError:
        return {}
    found: dict[str, Any] = {}
    for k, p in enumerate(known):
        operand = k < len(op.operands) and not op.variadic
        if p.name not in names and (operand or p.name in op.statics):
            plain = isinstance(p.default, (bool, int, float, str, type(None)))
            found[p.name] = p.default if plain else op.statics.get(p.name)
    return found


def _home(target: Any) -> tuple[ModuleType | None, str]:
    """The module to say the function's name in, and how: (numpy, "np.")."""
    import math

    name = target.__name__
    if getattr(np, name, None) is target:
        return np, "np."
    if getattr(np.linalg, name, None) is target:
        return np, "np.linalg."
    return (math, "math.") if getattr(math, name, None) is target else (None, "")


def _parameters(target: Any, op: Op) -> list[str]:
    """The parameters that have no default; of a ufunc its operands."""
    if isinstance(target, np.ufunc):
        return list(op.operands[: target.nin]) if len(op.operands) >= target.nin else [f"x{k + 1}" for k in range(target.nin)]
    try:
        known = inspect.signature(target).parameters.values()
    except ValueError:
        return list(op.operands)
    rest = [f"*{p.name}" for p in known if p.kind is p.VAR_POSITIONAL]
    return rest or [p.name for p in known if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
