"""What a program of the corpus is, and how one enters it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Arguments = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """A function with arguments to try it on.

    `samples` lie away from kinks, so that values and derivatives are compared there; at `edges` values alone are.
    `wrt` lists the positions of the arguments with a derivative. `analytic`: the text holds for complex numbers too, so that the
    complex step is exact. `order` is the highest order of derivative compared; 0 for integer programs.
    """

    name: str
    function: Callable[..., Any]
    samples: tuple[Arguments, ...]
    edges: tuple[Arguments, ...]
    wrt: tuple[int, ...]
    traits: frozenset[str]
    analytic: bool
    order: int
    tolerance: float


CORPUS: list[Program] = []


def add(
    function: Callable[..., Any],
    *samples: Arguments,
    edges: tuple[Arguments, ...] = (),
    wrt: tuple[int, ...] | None = None,
    traits: str = "",
    analytic: bool = False,
    order: int = 2,
    tolerance: float = 1e-6,
) -> None:
    """Enter a program. `wrt` is by default every argument that is a float or an array of floats."""
    if wrt is None:
        wrt = tuple(k for k, value in enumerate(samples[0]) if carries(value))
    name = function.__name__
    assert all(name != program.name for program in CORPUS), f"two programs are named {name}"
    CORPUS.append(Program(name, function, samples, edges, wrt, frozenset(traits.split()), analytic, order if wrt else 0, tolerance))


def carries(value: Any) -> bool:
    """Whether an argument can carry a derivative."""
    return isinstance(value, (float, np.floating)) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def normal(*shape: int, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    """Normal numbers, the same at each run."""
    return np.random.default_rng([seed, *shape]).normal(size=shape) * scale


def uniform(low: float, high: float, *shape: int, seed: int = 0) -> np.ndarray:
    """Uniform numbers, the same at each run."""
    return np.random.default_rng([seed, *shape]).uniform(low, high, size=shape)
