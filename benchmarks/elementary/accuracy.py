"""The elementary functions against mpmath: the greatest error in ulps.

    python benchmarks/elementary/accuracy.py [points of each range, default 20000] [f64 or f32] [names ...]

`tests/codegen/test_elementary.py` does the same with few points.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np

Range = tuple[str, float, float]  # "even", "log" (its sign positive), "both" (either sign) or "one" (1 plus such a number), from, to


@dataclass(frozen=True)
class Case:
    """`library`: the C library's name. `ranges`: for each set of points one range, or one for each argument."""

    library: str
    function: Callable[..., Any]
    exact: Callable[..., Any]
    ranges: Sequence[Range | tuple[Range, Range]]
    ulps: float = 1.0
    arity: int = 1


_ANY: Range = ("both", -740, 709)
_SMALL: Range = ("both", -40, 0)
_PLANE: tuple[Range, Range] = (("even", -3, 3), ("even", -3, 3))
_LOGS: list[Range] = [("log", -740, 709), ("even", 0.5, 2), ("one", -36, -2)]
_ARCS: list[Range] = [("even", -1, 1), _SMALL, ("one", -36, -1)]
CASES = {
    "exp": Case("exp", lambda x: np.exp(x), mp.exp, [("even", -745, 709), ("even", -1, 1)]),
    "exp2": Case("exp2", lambda x: np.exp2(x), lambda x: mp.mpf(2) ** x, [("even", -1074, 1024), ("even", -1, 1)]),
    "expm1": Case("expm1", lambda x: np.expm1(x), mp.expm1, [("even", -40, 709), ("even", -1, 1), _SMALL]),
    "tanh": Case("tanh", lambda x: np.tanh(x), mp.tanh, [("even", -20, 20), ("even", -1, 1), _SMALL]),
    "sinh": Case("sinh", lambda x: np.sinh(x), mp.sinh, [("even", -710, 710), ("even", -3, 3), _SMALL]),
    "cosh": Case("cosh", lambda x: np.cosh(x), mp.cosh, [("even", -710, 710), ("even", -3, 3), _SMALL]),
    "log": Case("log", lambda x: np.log(x), mp.log, _LOGS),
    "log2": Case("log2", lambda x: np.log2(x), lambda x: mp.log(x) / mp.ln2, _LOGS),
    "log10": Case("log10", lambda x: np.log10(x), mp.log10, _LOGS),
    "log1p": Case("log1p", lambda x: np.log1p(x), mp.log1p, [("log", -40, 709), ("even", -0.9, 3), ("even", -0.3, 0.45), _SMALL]),
    "sin": Case("sin", lambda x: np.sin(x), mp.sin, [("even", -4, 4), ("even", -1e6, 1e6), ("both", -700, 709)]),
    "cos": Case("cos", lambda x: np.cos(x), mp.cos, [("even", -4, 4), ("even", -1e6, 1e6), ("both", -700, 709)]),
    "tan": Case("tan", lambda x: np.tan(x), mp.tan, [("even", -4, 4), ("even", -1e6, 1e6), ("both", -700, 709)]),
    "arcsin": Case("asin", lambda x: np.arcsin(x), mp.asin, _ARCS),
    "arccos": Case("acos", lambda x: np.arccos(x), mp.acos, _ARCS),
    "arctan": Case("atan", lambda x: np.arctan(x), mp.atan, [("even", -5, 5), _ANY]),
    "arcsinh": Case("asinh", lambda x: np.arcsinh(x), mp.asinh, [("even", -5, 5), ("both", -40, 5), _ANY]),
    "arccosh": Case("acosh", lambda x: np.arccosh(x), mp.acosh, [("even", 1, 5), ("log", 0, 709), ("one", -36, 5)]),
    "arctanh": Case("atanh", lambda x: np.arctanh(x), mp.atanh, _ARCS),
    "cbrt": Case("cbrt", lambda x: np.cbrt(x), lambda x: mp.sign(x) * mp.cbrt(abs(x)), [("even", -5, 5), _ANY]),
    "erf": Case("erf", np.vectorize(math.erf), mp.erf, [("even", -6, 6), ("even", -1, 1), _SMALL], ulps=2.0),
    "arctan2": Case("atan2", lambda y, x: np.arctan2(y, x), mp.atan2, [_PLANE, (_ANY, _ANY), (("both", -3, 3),) * 2], arity=2),
    "hypot": Case("hypot", lambda x, y: np.hypot(x, y), mp.hypot, [_PLANE, (_ANY, _ANY), (("both", -20, 20),) * 2], arity=2),
    "power": Case(
        "pow",
        lambda x, y: np.power(x, y),
        mp.power,
        [
            (("log", -7, 7), ("even", -90, 90)),
            (("log", -700, 700), ("even", -1, 1)),
            (("even", 0.9, 1.1), ("even", -5000, 5000)),
            (("one", -30, -2), ("both", 2, 25)),
            (("log", -740, -709), ("even", -0.9, 1)),
        ],
        ulps=2.0,
        arity=2,
    ),  # fmt: skip
}


def points(name: str, count: int, seed: int = 0, dtype: str = "f64") -> list[Any]:
    """The arguments: `count` points of each of the case's ranges."""
    rng = np.random.default_rng(seed)
    most = 709.0 if dtype == "f64" else 88.0

    def drawn(kind: str, low: float, high: float) -> Any:
        if kind == "even":
            return rng.uniform(low, high, count)
        low, high = (x * most / 709 if abs(x) > most else x for x in (low, high))
        size = np.exp(rng.uniform(low, high, count))
        signed = size * rng.choice([-1.0, 1.0], count) if kind in ("both", "one") else size
        return 1 + signed if kind == "one" else signed

    case = CASES[name]
    columns: list[list[Any]] = [[] for _ in range(case.arity)]
    for found in case.ranges:
        for column, one in zip(columns, [found] if case.arity == 1 else found, strict=True):
            column.append(drawn(*one))  # type: ignore[misc]
    return [np.concatenate(column).astype(np.float64 if dtype == "f64" else np.float32) for column in columns]


def errors(name: str, found: Any, given: Sequence[Any]) -> list[float]:
    """By how many ulps of the exact result each is off. An infinity is right where that rounds to it, nan where none is real."""
    single = found.dtype == np.float32
    bits, least, most = (24, -149, 128) if single else (53, -1074, 1024)
    exact, off = CASES[name].exact, []
    with mp.workdps(400 if name in ("sin", "cos", "tan") and not single else 60):
        for value, *arguments in zip(found.tolist(), *(x.tolist() for x in given), strict=True):
            try:
                right = exact(*map(mp.mpf, arguments))
            except (ValueError, ZeroDivisionError):
                right = mp.nan
            if isinstance(right, mp.mpc) or not mp.isfinite(right):
                off.append(0.0 if not math.isfinite(value) else math.inf)
            elif math.isinf(value):
                off.append(0.0 if abs(right) >= mp.mpf(2) ** most * (1 - mp.mpf(2) ** (-bits - 1)) else math.inf)
            elif math.isnan(value):
                off.append(math.inf)
            else:
                exponent = max(int(mp.frexp(abs(right))[1]) - bits, least) if right else least
                off.append(float(abs(value - right) * mp.mpf(2) ** -exponent))
    return off


def main(count: int = 20000, dtype: str = "f64", *names: str) -> None:
    sys.path.insert(0, ".")
    from benchmarks.elementary.apply import apply, library, symbol

    for name in names or CASES:
        form = symbol(CASES[name].library, dtype, 1)
        given = points(name, count, dtype=dtype)
        off = errors(name, apply(library([(form, CASES[name].library, dtype, 1)]), form, given, 1), given)
        worst = int(np.argmax(off))
        print(f"{name:10}{dtype}  {off[worst]:.3f} ulp at {[float(x[worst]) for x in given]}", flush=True)


if __name__ == "__main__":
    main(*[int(word) if word.isdigit() else word for word in sys.argv[1:]])  # type: ignore[arg-type]
