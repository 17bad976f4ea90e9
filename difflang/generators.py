"""NumPy's random generators among a function's arguments: inside the language one is the address of its C struct, a number.

Draws go through that struct, so that they are NumPy's own stream and the caller's generator moves on. `FIELD` is the attribute that
the number stands for: `rng.bit_generator`.
"""

from __future__ import annotations

import sys
from typing import Any

FIELD = "bit_generator"
_KNOWN: dict[int, Any] = {}
_KEPT = 64
"""Generators cannot be referred to weakly: this many of those seen last are kept for the evaluator."""


def is_generator_class(cls: type) -> bool:
    """Whether objects of this class are NumPy's generators. NumPy's random module is not loaded for the question."""
    found = sys.modules.get("numpy.random")
    return found is not None and cls is found.Generator


def address_of(generator: Any) -> int:
    """The address of a generator's struct: of its state and the C functions that draw from it."""
    address = generator.bit_generator.ctypes.bit_generator.value
    _KNOWN.pop(address, None)
    _KNOWN[address] = generator
    if len(_KNOWN) > _KEPT:
        del _KNOWN[next(iter(_KNOWN))]
    return int(address)


def at(address: Any) -> Any:
    """The generator that draws through the struct at an address, or through a bit generator."""
    if not isinstance(address, int):
        return sys.modules["numpy.random"].Generator(address)
    return _KNOWN[address]
