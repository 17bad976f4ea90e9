"""Results into arrays of the caller's: `f.into(out, *args)` is a function of the language that calls f and stores what it gives."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from difflang.errors import TypeMismatch
_numbers = itertools.count()


_OWN = ("function", "out", "result")


def storing(function: Any, out: Any, count: int) -> Any:
    """The plain function (out, *args) for a function of so many arguments and an `out` of this structure."""
    name = f"{getattr(function, '__name__', 'f')}_into"
    name = name if name.isidentifier() else "f_into"
    names = function._names if len(function._names) == count and not set(function._names) & set(_OWN) else [f"x{k}" for k in range(count)]
    args = ", ".join(names)
    if isinstance(out, np.ndarray):
        lines = [f"    out[...] = function({args})", "    return out"]
    elif isinstance(out, tuple) and all(item is None or isinstance(item, np.ndarray) for item in out):
        lines = [f"    result = function({args})"]
        lines += [f"    out[{k}][...] = result[{k}]" for k, item in enumerate(out) if item is not None]
        given = "".join(f"result[{k}], " if item is None else f"out[{k}], " for k, item in enumerate(out))
        lines += [f"    return ({given})"]
    else:
        reason = f"results go into arrays, not into {type(out).__name__}"
        raise TypeMismatch("DL017", reason, way_out="pass an array, or a tuple of arrays with None for each number")
    head = f"def {name}(out{', ' if args else ''}{args}):"
    text = "\n".join([head, *lines]) + "\n"
    from difflang.reading import register_source

    file = f"<difflang into {next(_numbers)}>"
    register_source(file, text)
    scope: dict[str, Any] = {"function": function}
    exec(compile(text, file, "exec"), scope)  # our own text
    return scope[name]


def into(self: Any, out: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Call it with arrays of yours that array results are written into: one, or a tuple with None for each number. Gives the result.

    An array of another shape is NumPy's ValueError.
    """
    values = self._flat(self._bind(args, kwargs))
    form = tuple(isinstance(item, np.ndarray) for item in out) if isinstance(out, tuple) else isinstance(out, np.ndarray)
    known = self.__dict__.setdefault("_into", {})
    found = known.get((form, len(values)))
    if found is None:
        found = known[form, len(values)] = _decorated(self, out, len(values))
    return found(out, *values)


def _decorated(function: Any, out: Any, count: int) -> Any:
    from .function import DifferentiableFunction

    return DifferentiableFunction(storing(function, out, count), function.__dict__["_options"])


__all__ = ["into"]
