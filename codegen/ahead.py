"""Nests that need no passes, given to LLVM on other processors while the rest of their module is still being written.

`outline.py` offers each nest as it is made. Nothing begins before there is as much as a bundle (`pieces.py`): a small module is
sooner compiled whole. What has been taken is declared in the module, and its object is linked beside those of the module's pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from .lanes.lanes import widened
from .optimize import soon
from .pieces import BUNDLE, NAME, hidden_declaration, hidden_definition
from .prelude import text as prelude
from .repeats import declarations_of
from .targets.target import Target
from .unlocked import Calls

_HINT = re.compile(r", !(?:llvm\.loop|prof) !\d+")
"""What is said for passes, which are not run."""


class Ahead:
    """The nests of one module that are compiled while it is written."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.calls: Calls[bytes] = Calls()
        self.declared: dict[str, str] = {}  # the nests that were taken, as the module declares them
        self._waiting: list[tuple[str, str]] = []
        self._ready: list[str] = []
        self._needed: dict[str, str] = {}  # symbols that those call, and their declarations
        self._lines = 0

    def offer(self, name: str, text: str, declarations: Mapping[str, str]) -> None:
        """A nest of this name; `declarations` of the module so far."""
        self._lines += text.count("\n")
        self._waiting.append((name, text))
        if self._lines >= BUNDLE:
            for waiting in self._waiting:
                self._take(*waiting, declarations)
            self._waiting.clear()

    def _take(self, name: str, text: str, declarations: Mapping[str, str]) -> None:
        called = {symbol: _declaration(symbol, declarations) for symbol in NAME.findall(text) if symbol != name}
        found = widened(text, self.target.vector_bits) if all(called.values()) else None
        if found is None:
            return
        self.declared[name] = hidden_declaration(text)
        self._ready.append(hidden_definition(_HINT.sub("", found[0])))
        self._needed |= called | declarations_of(found[1])
        if sum(nest.count("\n") for nest in self._ready) >= BUNDLE:
            self.send()

    def send(self) -> None:
        """Compile those that are ready."""
        if self._ready:
            attributes = f"attributes #0 = {{ {self.target.attributes} }}"
            text = "\n".join([*self._needed.values(), *self._ready, attributes])
            self.calls.add(soon(text, self.target, 1))
        self._ready, self._needed = [], {}


def _declaration(symbol: str, declarations: Mapping[str, str]) -> str:
    """How the module declares a symbol; nothing for what it defines itself."""
    found = declarations.get(symbol, "") or _common().get(symbol, "")
    return found if found.startswith("declare ") else ""


@lru_cache(maxsize=1)
def _common() -> dict[str, str]:
    """What every module declares."""
    lines: Iterable[str] = prelude().splitlines()
    return declarations_of(line for line in lines if line.startswith("declare "))
