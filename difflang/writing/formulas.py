"""Special functions in written text: the functions that compute them, as they stand in `ops/`, with all that these need."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from ..ir import Program, walk
from ..op import TABLE
from ..ops.special import FORMULAS
from .document import INDENT, WIDTH


def formula_names(program: Program) -> set[str]:
    """The names that the helpers of a program's special functions take up."""
    used = {node.op for function in program.functions.values() for node in walk(function.body) if node.op in FORMULAS}
    return set(_needed(used))


def formula_texts(helpers: Iterable[str]) -> list[str]:
    """The definitions that these helpers are and need, each after what it needs."""
    found = _needed(name for name in TABLE if name in FORMULAS and name in set(helpers))
    constants = [_constant(name, value) for name, value in found.items() if not isinstance(value, FunctionType)]
    functions = [inspect.getsource(value).rstrip() for value in found.values() if isinstance(value, FunctionType)]
    return (["\n".join(constants)] if constants else []) + functions


def _constant(name: str, value: Any) -> str:
    """`NAME = value`, a long table one number a line."""
    text = f"{name} = {value!r}"
    if not isinstance(value, tuple) or len(text) <= WIDTH:
        return text
    return "\n".join([f"{name} = (", *(f"{INDENT}{item!r}," for item in value), ")"])


def _needed(names: Iterable[str]) -> dict[str, Any]:
    """Functions and constants by name, each after those that it uses."""
    found: dict[str, Any] = {}

    def enter(name: str, value: Any) -> None:
        if name in found:
            return
        if isinstance(value, FunctionType):
            for step in dis.get_instructions(value):
                inner = value.__globals__.get(step.argval) if step.opname == "LOAD_GLOBAL" else None
                if isinstance(inner, (FunctionType, tuple, float)):
                    enter(step.argval, inner)
        found[name] = value

    for name in names:
        enter(name, FORMULAS[name])
    return found
