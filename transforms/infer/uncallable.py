"""What is no function of the language: Python's own modules, other libraries. Refused under the name that the user knows."""

from __future__ import annotations

import builtins
import sys
from typing import Any, NoReturn

from .frame import Frame

ANY_WAY_OUT = "write it with the operations of the language, or give its rule with dl.derivative"
WAYS_OUT = {
    "time": "measure where the function is called", "datetime": "pass the time as an argument",
    "random": "pass a numpy.random.Generator as an argument", "os": "read it where the function is called", "logging": "use logging.info",
    "io": "read the file where the function is called, and pass what it holds",
}  # fmt: skip
"""For what Python's own modules hold beside numbers."""
PUBLIC = {"posix": "os", "nt": "os", "posixpath": "os.path", "ntpath": "os.path", "genericpath": "os.path"}
"""Modules that Python's public ones take their functions from."""


def is_frozen(function: Any) -> bool:
    """Whether the function is of the modules that are part of the interpreter: they have no text."""
    return str(getattr(getattr(function, "__code__", None), "co_filename", "")).startswith("<frozen ")


def refuse(frame: Frame, target: Any) -> NoReturn:
    name = getattr(target, "__qualname__", None) or repr(target)
    module = str(getattr(target, "__module__", None) or "")
    module = PUBLIC.get(module, module)
    if hasattr(sys.modules.get(module.removeprefix("_")), name):
        module = module.removeprefix("_")
    known = not module or module == "builtins" or getattr(builtins, name, None) is target
    frame.fail("DL004", f"{name if known else f'{module}.{name}'} cannot be compiled", WAYS_OUT.get(module.partition(".")[0], ANY_WAY_OUT))
