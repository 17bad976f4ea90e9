"""Every program of the corpus x {as written, evaluated, compiled} x {value, forward, reverse, second order}.

A gradient is compared with an oracle that shares no code with the compiler; forward and second derivatives are compared with
the oracle and with differences of the first derivative just checked.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from difflang.transforms.derived import Derived
from tests.oracles import Arguments, complex_step, differences, float_leaves, moved, richardson, weighted, weights_for
from tests.programs import CORPUS, Program
from tests.ways import WAYS, assert_same, copied, run

SMOOTH = [program for program in CORPUS if program.order]
TWICE = [program for program in CORPUS if program.order > 1]


def cases(programs: list[Program]) -> Any:
    return [pytest.param(p, way, id=f"{p.name}-{way}") for p in programs for way in WAYS]


@pytest.fixture(autouse=True)
def quiet() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize(("program", "way"), cases(CORPUS))
def test_value(program: Program, way: str) -> None:
    for arguments in program.samples + program.edges:
        given = copied(arguments)
        expected = program.function(*given)
        result, left = run(way, program.function, arguments)
        tolerance = 2e-6 if single(arguments) else 1e-12
        assert_same(result, expected, tolerance, "result")
        for k, (after, should) in enumerate(zip(left, given, strict=True)):
            if isinstance(after, np.ndarray):
                assert_same(after, should, tolerance, f"argument {k} afterwards")


@pytest.mark.parametrize(("program", "way"), cases(SMOOTH))
def test_reverse(program: Program, way: str) -> None:
    for k, arguments in enumerate(program.samples):
        bars = pullback(way, program, arguments)
        close(bars, oracle(program, k), accuracy(program, arguments))


@pytest.mark.parametrize(("program", "way"), cases(SMOOTH))
def test_forward(program: Program, way: str) -> None:
    target = Derived("jvp", program.function, program.wrt)
    for k, arguments in enumerate(program.samples[: 2 if way == "compiled" else None]):
        expected = program.function(*copied(arguments))
        directions = dots(program, arguments, 1)
        (value, tangent), _ = run(way, target, (*arguments, *directions))
        assert_same(value, expected, 2e-6 if single(arguments) else 1e-12, "value")
        slope = inner(oracle(program, k), directions)
        np.testing.assert_allclose(weighted(tangent, seed(program, arguments)), slope, **tolerances(accuracy(program, arguments)))


@pytest.mark.parametrize(("program", "way"), cases(TWICE))
def test_forward_over_reverse(program: Program, way: str) -> None:
    target = Derived("jvp", Derived("pullback", program.function), program.wrt)
    for arguments in program.samples[: 1 if way == "compiled" else None]:
        directions = dots(program, arguments, 2)
        (_, second), _ = run(way, target, (*arguments, cotangent(program, arguments), *directions))
        close([second[p] for p in program.wrt], curvature(program, arguments, directions), 1e-5)


@pytest.mark.parametrize(("program", "way"), cases(TWICE))
def test_reverse_over_reverse(program: Program, way: str) -> None:
    """The Hessian is symmetric: the pullback of the pullback is its product with the same direction."""
    target = Derived("pullback", Derived("pullback", program.function))
    arguments = program.samples[0]
    directions = dots(program, arguments, 2)
    bar_bars = tuple(directions[program.wrt.index(k)] if k in program.wrt else rest(a) for k, a in enumerate(arguments))
    second, _ = run(way, target, (*arguments, cotangent(program, arguments), bar_bars))
    close([second[p] for p in program.wrt], curvature(program, arguments, directions), 1e-5)


# --------------------------------------------------------------------------------------------------------------------


def single(arguments: Arguments) -> bool:
    return any(getattr(a, "dtype", None) == np.float32 for a in arguments)


def accuracy(program: Program, arguments: Arguments) -> float:
    if single(arguments):
        return program.tolerance
    return 1e-10 if program.analytic else max(program.tolerance, 1e-7)


def tolerances(tolerance: float) -> dict[str, float]:
    return {"rtol": tolerance, "atol": tolerance}


def close(found: list[Any], expected: list[Any], tolerance: float) -> None:
    for k, (one, other) in enumerate(zip(found, expected, strict=True)):
        assert np.shape(one) == np.shape(other), f"derivative {k} has shape {np.shape(one)}, the argument {np.shape(other)}"
        scale = max(1.0, float(np.max(np.abs(other), initial=0.0)))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale, err_msg=f"derivative {k}")


@lru_cache(maxsize=None)
def oracle(program: Program, sample: int) -> list[Any]:
    """The gradient of the weighted result, found without the compiler."""
    arguments = program.samples[sample]
    find = complex_step if program.analytic else differences
    return find(program.function, arguments, program.wrt, seed(program, arguments))


def seed(program: Program, arguments: Arguments) -> list[Any]:
    return weights_for(program.function(*copied(arguments)))


def cotangent(program: Program, arguments: Arguments) -> Any:
    """The weights in the shape of the result, each of its leaf's own kind; None for what has no derivative."""
    weights = iter(seed(program, arguments))

    def shaped(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(shaped(item) for item in value)
        if not list(float_leaves(value)):
            return None
        weight = next(weights)
        return type(value)(weight) if isinstance(value, (float, np.generic)) else np.asarray(weight, value.dtype)

    return shaped(program.function(*copied(arguments)))


def dots(program: Program, arguments: Arguments, salt: int) -> list[Any]:
    """A direction for each differentiated argument, of the argument's own kind."""
    rng = np.random.default_rng(salt)
    found = []
    for p in program.wrt:
        value = arguments[p]
        dot = rng.normal(size=np.shape(value))
        found.append(dot.astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(dot))
    return found


def rest(argument: Any) -> Any:
    """The cotangent of an adjoint nobody looks at: None where there is none."""
    return (
        None if not list(float_leaves(argument)) else np.zeros_like(argument) if isinstance(argument, np.ndarray) else type(argument)(0.0)
    )


def inner(gradient: list[Any], directions: list[Any]) -> float:
    return float(sum(np.sum(np.multiply(g, d)) for g, d in zip(gradient, directions, strict=True)))


def pullback(way: str, program: Program, arguments: Arguments) -> list[Any]:
    bars, _ = run(way, Derived("pullback", program.function), (*arguments, cotangent(program, arguments)))
    return [bars[p] for p in program.wrt]


def curvature(program: Program, arguments: Arguments, directions: list[Any]) -> list[Any]:
    """Differences of the gradient, exact where the text holds for complex numbers."""
    weights = seed(program, arguments)

    def gradient(step: float) -> np.ndarray:
        place = moved(arguments, program.wrt, directions, step)
        if program.analytic:
            found = complex_step(program.function, place, program.wrt, weights)
        else:
            found = pullback("evaluated", program, place)
        return np.concatenate([np.ravel(g) for g in found]) if found else np.zeros(0)

    flat = richardson(gradient, 1e-3)
    result, start = [], 0
    for p in program.wrt:
        size = int(np.size(arguments[p]))
        result.append(flat[start : start + size].reshape(np.shape(arguments[p])))
        start += size
    return result
