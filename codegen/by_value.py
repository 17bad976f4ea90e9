"""Arguments that a function needs while it is compiled: an axis, a number of parts, a flag that decides what comes out.

A call is first compiled for the types of its arguments alone. Where that is refused, and the function compiles once the ints and
truths of this very call are known (`axis=1`, `verbose=False`), it is compiled for their values, as `static=` would have it: a
further value is a further specialisation. One argument alone is tried before all together. What is refused either way keeps
the first error.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from difflang.errors import DifflangError
from difflang.types import Static, Type

if TYPE_CHECKING:
    from .function import DifferentiableFunction

_FEW = 4
"""Up to so many arguments are tried one by one: each try reads and interprets the function again."""


def known(function: DifferentiableFunction, types: tuple[Type, ...]) -> DifferentiableFunction | None:
    """The function compiled for values as well as types, where arguments of these types were found to need it."""
    found: DifferentiableFunction | None = function.__dict__["_by_value"].get(types)
    return found


def found(function: DifferentiableFunction, types: tuple[Type, ...], values: Sequence[Any], error: DifflangError) -> DifferentiableFunction:
    """The function that knows the arguments which it needs while compiling. Raises `error` where none compiles."""
    state = function.__dict__
    options = state["_options"]
    for names in _attempts([*_candidates(function, values)]):
        sibling = type(function)(state["_root"], replace(options, static=(*options.static, *names)))
        fixed = [Static(value) if name in names else type for name, value, type in zip(function._names, values, types, strict=True)]
        try:
            sibling._special(tuple(fixed))
        except DifflangError:
            continue
        state["_by_value"][types] = sibling
        return sibling
    raise error


def _candidates(function: DifferentiableFunction, values: Sequence[Any]) -> Iterator[str]:
    """The parameters that are given an int, a truth, or a tuple of them."""
    static = function.__dict__["_options"].static
    for parameter, value in zip(function._signature.parameters.values(), values, strict=True):
        alone = parameter.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        if alone and parameter.name not in static and _is_choice(value):
            yield parameter.name


def _is_choice(value: Any) -> bool:
    if isinstance(value, tuple):
        return type(value) is tuple and 0 < len(value) <= _FEW and all(map(_is_choice, value))
    return isinstance(value, (int, bool)) and -(2**63) <= value < 2**63


def _attempts(names: list[str]) -> list[tuple[str, ...]]:
    if len(names) < 2:
        return [(name,) for name in names]
    return [*((name,) for name in names if len(names) <= _FEW), tuple(names)]


__all__ = ["found", "known"]
