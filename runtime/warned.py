"""NumPy's RuntimeWarnings, once a call, from the floating-point status flags that compiled code has seen."""

from __future__ import annotations

import ctypes
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

_KINDS = ((4, "divide", "divide by zero", 1), (8, "over", "overflow", 2), (1, "invalid", "invalid value", 8))
"""The machine's flag, NumPy's name of its setting, what NumPy calls it, and NumPy's own flag."""
_INSIDE = str(Path(__file__).parents[1])


def tell(name: str, flags: int, objects: int, count: int) -> None:
    """Warn of what happened in the function, as np.errstate says. `objects`: the addresses of the numbers and arrays that came in.

    What is not a number sets the flag of an invalid operation where it is compared, of which NumPy says nothing: then neither is said
    here. Where elementary functions are computed (`FINITE` of `codegen/flags.py`), infinite numbers set flags, too.
    """
    given = [ctypes.py_object.from_address(objects + 8 * k).value for k in range(count)] if flags & 9 else []
    if flags & 64 and not all(map(_is_finite, given)):
        flags &= ~9
    if flags & 1 and any(map(_has_nan, given)):
        flags &= ~1
    settings = np.geterr()
    for flag, key, text, numpys in _KINDS:
        if flags & flag and settings[key] != "ignore":  # type: ignore[literal-required]
            _say(settings[key], f"{text} encountered in {name}", text, numpys)  # type: ignore[literal-required]


def _say(how: str, message: str, kind: str, number: int) -> None:
    if how == "raise":
        raise FloatingPointError(message)
    if how == "warn":
        warnings.warn(message, RuntimeWarning, stacklevel=_depth())
    elif how == "print":
        print(f"Warning: {message}", file=sys.stderr)
    else:
        handler = np.geterrcall()
        if handler is None:
            raise NameError(f"{how} specified for {kind} (in {message.rpartition(' ')[2]}) but no object with write method found.")
        if how == "call":
            handler(kind, number)  # type: ignore[operator]
        else:
            handler.write(f"Warning: {message}\n")  # type: ignore[union-attr]


def _depth() -> int:
    """How far up the user's own line stands."""
    frame, depth = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame, depth = frame.f_back, depth + 1
    return depth


def _is_finite(value: Any) -> bool:
    return not isinstance(value, (np.ndarray, float, complex, np.inexact)) or bool(np.isfinite(value).all())


def _has_nan(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fc" and bool(np.isnan(value).any())
    return isinstance(value, (float, complex, np.inexact)) and bool(value != value)


__all__ = ["tell"]
