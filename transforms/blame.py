"""Blame: which call's rule makes a derivative wrong.

The rules of the op table are tested one by one; what can be wrong in a user's program is a rule of the user's own. The program is run
op by op at the point in question, and each call that has a rule is differentiated alone, by its rule and by differences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from difflang.check import dot, wide
from difflang.errors import DifflangError
from difflang.eval import Run, evaluate_program
from difflang.ir import Function, Node, Place, Program, Var
from difflang.records import dataclass
from difflang.types import Array, Scalar, Type, is_float

from .custom import is_ruled
from .derived import Derived, program_of

MOST = 100
"""As many calls are looked at."""


@dataclass(frozen=True)
class Blamed:
    """A call whose rule is wrong: who calls what, where, what the rule gives along a direction and what differences give."""

    caller: Function
    callee: str
    place: Place | None
    found: float
    expected: float


@dataclass(frozen=True)
class _Part:
    """A function of a program as something to differentiate."""

    program: Program

    @property
    def __name__(self) -> str:
        return self.program.main.name

    def __difflang_program__(self, types: Sequence[Type]) -> Program:
        return self.program


class _Watched(Run):
    """A run that notes the calls of functions with rules."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.callers: list[Function] = []
        self.calls: list[tuple[Function, Node, list[Any]]] = []

    def call(self, function: Function, leaves: Sequence[Any]) -> tuple[Any, ...]:
        self.callers.append(function)
        try:
            return super().call(function, leaves)
        finally:
            self.callers.pop()

    def call_(self, node: Node, values: dict[Var, Any]) -> Sequence[Any]:
        if len(self.calls) < MOST and is_ruled(self.program.functions[node.attrs["callee"]].python):
            given = [values[a] if isinstance(a, Var) else a.value for a in node.args]
            self.calls.append((self.callers[-1], node, given))
        return super().call_(node, values)


def blame(target: Any, types: Sequence[Type], leaves: Sequence[Any], mode: str, tolerance: float) -> Blamed | None:
    """The first call with a wrong rule; None where every rule is right at its arguments, or cannot be judged alone."""
    from .custom import called

    program = program_of(target, tuple(types))
    run = _Watched(called(program) if is_ruled(program.main.python) else program)
    with np.errstate(all="ignore"):
        run.call(run.program.main, leaves)
    for caller, node, given in run.calls:
        callee = node.attrs["callee"]
        try:
            found, expected = _slopes(Program(callee, run.program.functions), given, mode)
        except DifflangError:
            continue
        if not abs(found - expected) <= tolerance * max(1.0, abs(expected)):
            return Blamed(caller, run.program.functions[callee].name, node.place, found, expected)
    return None


def _slopes(program: Program, leaves: list[Any], mode: str) -> tuple[float, float]:
    """The derivative of one function along a random direction, weighted at random: by its rule, and by differences."""
    rng = np.random.default_rng(7)
    main = program.main
    types = tuple(param.type for param in main.body.params)
    moving = [k for k, type in enumerate(types) if _is_real(type)]
    count = len(main.body.yields) - len(main.writes)
    results = [k for k in range(count) if _is_real(main.body.yields[k].type)]
    dots = {k: _random(leaves[k], rng) for k in moving}

    def value(step: float) -> list[Any]:
        moved = [leaf + step * dots[k] if k in dots else leaf for k, leaf in enumerate(leaves)]
        return [wide(evaluate_program(program, *moved)[k]) for k in results]

    bars = [_random(each, rng) for each in value(0.0)]
    expected = _extrapolated(lambda h: sum(dot(b, p - m) for b, p, m in zip(bars, value(h), value(-h), strict=True)) / (2 * h))
    derived = Derived("pullback" if mode == "rev" else "jvp", _Part(program), tuple(range(len(main.params))))
    if mode == "rev":
        given = (*leaves, *(np.asarray(bar).item() if np.ndim(bar) == 0 else bar for bar in bars))
        adjoints = evaluate_program(derived.__difflang_program__((*types, *_types_of(main, results))), *given)
        found = sum(dot(adjoint, dots[k]) for adjoint, k in zip(adjoints, moving, strict=True))
    else:
        tangents = evaluate_program(derived.__difflang_program__((*types, *(types[k] for k in moving))), *leaves, *dots.values())[count:]
        found = sum(dot(b, t) for b, t in zip(bars, tangents, strict=True))
    return found, expected


def _random(value: Any, rng: np.random.Generator) -> Any:
    real = rng.uniform(-1, 1, np.shape(value))
    return real + 1j * rng.uniform(-1, 1, np.shape(value)) if np.iscomplexobj(value) else real


def _types_of(main: Function, results: Sequence[int]) -> list[Type]:
    return [main.body.yields[k].type for k in results]


def _is_real(type: Type) -> bool:
    return isinstance(type, (Scalar, Array)) and is_float(type)


def _extrapolated(slope: Callable[[float], float]) -> float:
    one, half = slope(1e-3), slope(5e-4)
    return (4 * half - one) / 3


__all__ = ["Blamed", "blame"]
