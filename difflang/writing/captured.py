"""What a function finds around it, in the written text: numbers and short arrays stand above it as constants.

So the text is called as the derivative is. An array too long for a line is handed over last, as the docstring says.
"""

from __future__ import annotations

import builtins
import keyword
import math
from collections.abc import Collection
from typing import Any

import numpy as np

from ..ir import Capture, Function, Var
from ..types import DTYPES
from .document import WIDTH
from .names import free_name, identifier
from .syntax import quoted

SAID = "# Captured when this was written"
LONGEST = 40
PLAIN = (np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_))


def value_of(capture: Capture) -> Any:
    """What the capture holds now; None where there is nothing yet."""
    try:
        return capture.read()
    except Exception:  # a name that is not bound, an object that has changed: the text then asks for the value
        return None


def constant_text(value: Any, numpy: str = "np") -> str:
    """A number or a short array as Python text; nothing for anything else."""
    if isinstance(value, np.ndarray):
        if not 0 < value.size <= LONGEST or not value.ndim or value.dtype not in DTYPES.values() or value.dtype.kind not in "biuf":
            return ""
        if not np.isfinite(value).all():
            return ""
        listed = repr(value.tolist()).replace("e+", "e")
        kind = "" if value.dtype in PLAIN else f", dtype={numpy}.{value.dtype.name}"
        return f"{numpy}.array({listed}{kind})"
    if isinstance(value, np.generic):
        inner = constant_text(value.item(), numpy) if value.dtype in DTYPES.values() else ""
        return f"{numpy}.{value.dtype.name.replace('bool', 'bool_')}({inner})" if inner else ""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{numpy}.nan" if math.isnan(value) else f"{'-' * (value < 0)}{numpy}.inf"
    if isinstance(value, (bool, int, float)):
        return repr(value).replace("e+", "e")
    return quoted(value) if isinstance(value, str) else ""


def constants_of(function: Function, taken: Collection[str], numpy: str) -> dict[Var, tuple[str, str]]:
    """For each captured value that the text states its name and its text."""
    found: dict[Var, tuple[str, str]] = {}
    leaves = function.body.params[len(function.body.params) - len(function.captures) :]
    names = {*taken, *keyword.kwlist, *dir(builtins), *(param.name for param in function.params)}
    for leaf, capture in zip(leaves, function.captures, strict=True):
        text = constant_text(value_of(capture), numpy)
        name = free_name(identifier(capture.name.strip("]").replace("][", "_")), names)
        if text and len(f"{name} = {text}") <= WIDTH:
            names.add(name)
            found[leaf] = name, text
    return found


def handed_over(function: Function) -> list[Any]:
    """The captured values that the text asks its caller for, behind the arguments."""
    stated = constants_of(function, (), "np")
    leaves = function.body.params[len(function.body.params) - len(function.captures) :]
    return [capture.read() for leaf, capture in zip(leaves, function.captures, strict=True) if leaf not in stated]
