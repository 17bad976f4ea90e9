"""NumPy's random generators among a function's arguments: inside the language one is the address of its C struct, a number.

Draws go through that struct, so that they are NumPy's own stream and the caller's generator moves on. `FIELD` is the attribute that
the number stands for: `rng.bit_generator`.
"""

from __future__ import annotations

import sys
from typing import Any

from .records import dataclass

FIELD = "bit_generator"


@dataclass(frozen=True, slots=True)
class Kind:
    """A distribution: NumPy's C function that draws one number, what its parameters are (d: floats, q: ints), what it gives."""

    function: str
    takes: str = ""
    gives: str = "f64"
    fills: bool = False  # there is `..._fill` for many numbers, and both in float32
    scratch: bool = False  # the function keeps what it works out about its parameters in a struct


KINDS: dict[str, Kind] = {
    "standard_normal": Kind("random_standard_normal", fills=True),
    "random": Kind("random_standard_uniform", fills=True),
    "standard_exponential": Kind("random_standard_exponential", fills=True),
    "standard_cauchy": Kind("random_standard_cauchy"),
    "standard_gamma": Kind("random_standard_gamma", "d"),
    "standard_t": Kind("random_standard_t", "d"),
    "beta": Kind("random_beta", "dd"),
    "f": Kind("random_f", "dd"),
    "noncentral_chisquare": Kind("random_noncentral_chisquare", "dd"),
    "noncentral_f": Kind("random_noncentral_f", "ddd"),
    "weibull": Kind("random_weibull", "d"),
    "power": Kind("random_power", "d"),
    "pareto": Kind("random_pareto", "d"),
    "wald": Kind("random_wald", "dd"),
    "vonmises": Kind("random_vonmises", "dd"),
    "triangular": Kind("random_triangular", "ddd"),
    "gumbel": Kind("random_gumbel", "dd"),
    "laplace": Kind("random_laplace", "dd"),
    "logistic": Kind("random_logistic", "dd"),
    "poisson": Kind("random_poisson", "d", "i64"),
    "binomial": Kind("random_binomial", "qd", "i64", scratch=True),
    "negative_binomial": Kind("random_negative_binomial", "dd", "i64"),
    "geometric": Kind("random_geometric", "d", "i64"),
    "hypergeometric": Kind("random_hypergeometric", "qqq", "i64"),
    "logseries": Kind("random_logseries", "d", "i64"),
    "zipf": Kind("random_zipf", "d", "i64"),
}
"""By the name of the generator's method, whose arguments are the function's: but `random_binomial` takes them in the other order."""
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
