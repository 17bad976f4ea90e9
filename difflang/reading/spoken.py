"""Callables without a text as functions with one: NumPy's own and `functools.partial`, so that `dl.grad(np.sum)` works.

Of the op table's functions only operands become parameters: `axis` and its like are given in a function of one's own, or
by `functools.partial(np.sum, axis=0)`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ..op import Op, lookup
from .source import register_source

_KNOWN: dict[int, tuple[Any, FunctionType]] = {}


def spoken(target: Callable[..., Any]) -> Callable[..., Any]:
    """A Python function that calls `target`, if that is one of the table's or a partial call; else `target` itself."""
    if isinstance(target, FunctionType) or hasattr(type(target), "__difflang_program__") or isinstance(target, type):
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
    known = inspect.signature(spoken(target.func)).parameters
    free = [p for p in list(known.values())[len(target.args) :] if p.name not in target.keywords]
    names = ", ".join(_parameters(target.func, found[0])[len(target.args) :] if found else (p.name for p in free if p.default is p.empty))
    namespace: dict[str, Any] = {"__name__": name, "function": target.func}
    namespace |= {f"given_{k}": value for k, value in enumerate(target.args)} | {f"given_{k}": v for k, v in target.keywords.items()}
    said = {key: _said(value) or key for key, value in namespace.items()}
    given = [said[f"given_{k}"] for k in range(len(target.args))] + ([names] if names else [])
    given += [f"{k}={said[f'given_{k}']}" for k in target.keywords]
    return _defined(name, f"def {name}({names}):\n    return function({', '.join(given)})\n", namespace)


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
    names = ", ".join(_parameters(target, op))
    called = f"{prefix}{name}" if module is not None else f"_{name}"
    namespace = {"__name__": name, (prefix.partition(".")[0] if module is not None else called): module or target}
    return _defined(name, f"def {name}({names}):\n    return {called}({names})\n", namespace)


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
    return [p.name for p in known if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
