"""Compare every way to run a random program with every other."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from difflang.errors import DifflangError
from difflang.transforms.derived import Derived
from tests.oracles import differences, weighted
from tests.ways import assert_same, copied, define, run

WRT = (0, 1, 2, 3, 4)
WAYS = tuple(os.environ.get("DIFFLANG_WAYS", "evaluated compiled").split())


class Uninteresting(Exception):
    """The program leaves the numbers that can be compared."""


def refused(error: BaseException) -> bool:
    """Whether a program was refused for a reference that cannot be resolved: the one refusal that the grammar can meet."""
    return isinstance(error, Uninteresting) or (isinstance(error, DifflangError) and error.code == "DL007")


def check(text: str, arguments: tuple[Any, ...], ways: tuple[str, ...] = WAYS) -> None:
    """Values, arguments afterwards, forward and reverse derivatives. Raises AssertionError, Uninteresting, or what a stage raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function = define(text, "program")
        given = copied(arguments)
        try:
            with np.errstate(all="ignore"):
                expected = function(*given)
        except (ArithmeticError, ValueError) as error:
            raise Uninteresting("Python itself refuses the numbers") from error
        except LookupError as error:
            for way in ways:
                _raises_too(way, function, arguments, type(error))
            raise Uninteresting("Python raises, and so do the others") from error
        if not np.all(np.isfinite(expected)) or abs(expected) > 1e4 or any(np.max(np.abs(g)) > 1e4 for g in given):
            raise Uninteresting("the numbers grow too far")
        for way in ways:
            result, left = run(way, function, arguments)
            assert_same(float(result), float(expected), 1e-10, f"{way} value")
            for k, (after, should) in enumerate(zip(left[2:], given[2:], strict=True)):
                assert_same(after, should, 1e-10, f"{way}: argument {k + 2} afterwards")
        check_derivatives(function, arguments, ways, type(expected)(1.0))


def _raises_too(way: str, function: Any, arguments: tuple[Any, ...], kind: type[Exception]) -> None:
    try:
        result, _ = run(way, function, arguments)
    except kind:
        return
    raise AssertionError(f"{way} gives {result} where Python raises {kind.__name__}")


def check_derivatives(function: Any, arguments: tuple[Any, ...], ways: tuple[str, ...], one: Any) -> None:
    rng = np.random.default_rng(5)
    dots = [rng.normal(size=np.shape(a)) if np.ndim(a) else float(rng.normal()) for a in arguments]
    gradient = [np.asarray(g) for g in run(ways[0], Derived("pullback", function), (*arguments, one))[0]]
    scale = 1.0 + max(float(np.max(np.abs(g))) for g in gradient)
    if scale > 1e6:
        raise Uninteresting("the derivative grows too far")
    slope = sum(float(np.sum(g * d)) for g, d in zip(gradient, dots, strict=True))
    for way in ways:
        (_, tangent), _ = run(way, Derived("jvp", function, WRT), (*arguments, *dots))
        np.testing.assert_allclose(tangent, slope, rtol=1e-8, atol=1e-8 * scale, err_msg=f"{way}: forward against {ways[0]} reverse")
    for way in ways[1:]:
        other, _ = run(way, Derived("pullback", function), (*arguments, one))
        for k, (g, o) in enumerate(zip(gradient, other, strict=True)):
            np.testing.assert_allclose(o, g, rtol=1e-8, atol=1e-8 * scale, err_msg=f"{way}: derivative by argument {k}")
    compare_with_differences(function, arguments, gradient, scale)


def compare_with_differences(function: Any, arguments: tuple[Any, ...], gradient: list[np.ndarray], scale: float) -> None:
    """Only where two steps agree: elsewhere a branch lies near."""

    def total(*given: Any) -> Any:
        return float(weighted(function(*given), [1.0]))

    coarse = differences(total, arguments, WRT, [1.0], 1e-4)
    fine = differences(total, arguments, WRT, [1.0], 4e-5)
    for k, (g, c, f) in enumerate(zip(gradient, coarse, fine, strict=True)):
        sure = np.abs(c - f) <= 1e-6 * scale
        np.testing.assert_allclose(
            g[sure], c[sure], rtol=1e-5, atol=1e-5 * scale, err_msg=f"derivative by argument {k} against differences"
        )
