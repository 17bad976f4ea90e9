"""Functions of the op table as functions with a text, so that `dl.grad(np.sum)` and `dl.jvp(np.sin, ...)` work.

Only operands become parameters: `axis` and its like are given in a function of one's own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ..op import Op, lookup
from .source import register_source

_KNOWN: dict[int, tuple[Any, FunctionType]] = {}


def spoken(target: Callable[..., Any]) -> Callable[..., Any]:
    """A Python function that calls `target`, if that is one of the table's that has no text; else `target` itself."""
    if isinstance(target, FunctionType) or hasattr(type(target), "__difflang_program__") or isinstance(target, type):
        return target
    found = lookup(target)
    if found is None:
        return target
    if id(target) not in _KNOWN:
        _KNOWN[id(target)] = (target, _written(target, found[0]))
    return _KNOWN[id(target)][1]


def _written(target: Any, op: Op) -> FunctionType:
    name, (module, prefix) = target.__name__, _home(target)
    names = ", ".join(_parameters(target, op))
    text = f"def {name}({names}):\n    return {prefix}{name}({names})\n"
    file = f"<{prefix}{name}>"
    register_source(file, text)
    namespace: dict[str, Any] = {"__name__": name, prefix.partition(".")[0]: module} if module is not None else {f"_{name}": target}
    if module is None:
        text = text.replace(f"return {name}(", f"return _{name}(")
        register_source(file, text)
    exec(compile(text, file, "exec"), namespace)
    made = namespace[name]
    assert isinstance(made, FunctionType)
    return made


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
