"""The coefficients of `codegen/elementary/coefficients.py`, computed with mpmath by Remez's exchange.

    python benchmarks/elementary/coefficients.py > codegen/elementary/coefficients.py

Each polynomial is the best of its degree in the sense of its weight: how much an error in it counts in an ulp of the result.
What a formula adds exactly (the 1 + r of exp, the r of sin) is no part of it. Behind each name stands the greatest weighted error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp

mp.mp.dps = 90
Function = Callable[[Any], Any]
Row = tuple[str, Function, tuple[Any, Any], int, Function]


def at_zero(limit: Any, f: Function) -> Function:
    """f with its limit at 0, where the quotient is 0 / 0 and near it loses its digits."""
    return lambda x: limit if abs(x) < mp.mpf(10) ** -18 else f(x)


def odd_rest(f: Function, slope: Any, limit: Any) -> Function:
    """(f(r) / r - slope) / s of an odd function, in s = r * r."""
    return at_zero(limit, lambda s: (f(mp.sqrt(s)) / mp.sqrt(s) - slope) / s)


def value(coefficients: list[Any], x: Any) -> Any:
    """The polynomial, lowest power first, at x."""
    total = mp.mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def remez(f: Function, low: Any, high: Any, count: int, weight: Function, depth: int = 0) -> tuple[list[Any], Any]:
    """The polynomial of `count` coefficients, times x**depth, with the least greatest |weight * (polynomial - f)|, and that error."""
    middle, radius = (low + high) / 2, (high - low) / 2
    grid = [middle - radius * mp.cos(mp.pi * k / (40 * count)) for k in range(40 * count + 1)]
    values, weights = [f(x) for x in grid], [weight(x) + mp.mpf(10) ** -9 for x in grid]
    chosen = [20 * count * (2 * k + 1) // (count + 1) for k in range(count + 1)]
    for _ in range(12):
        system = mp.matrix(count + 1)
        for row, k in enumerate(chosen):
            for power in range(count):
                system[row, power] = weights[k] * grid[k] ** depth * ((grid[k] - middle) / radius) ** power
            system[row, count] = (-1) ** row
        found = mp.lu_solve(system, mp.matrix([weights[k] * values[k] for k in chosen]))
        terms = list(found)[:count]
        errors = [w * (x**depth * value(terms, (x - middle) / radius) - v) for x, v, w in zip(grid, values, weights, strict=True)]
        before, chosen = chosen, exchanged(errors, count + 1)
        if chosen == before:
            break
    return shifted(list(found)[:count], middle, radius), max(map(abs, errors))


def exchanged(errors: list[Any], count: int) -> list[int]:
    """The greatest error of each run of one sign: `count` of them, the least dropped from the ends."""
    peaks: list[int] = []
    for k, error in enumerate(errors):
        if peaks and (errors[peaks[-1]] > 0) == (error > 0):
            if abs(error) > abs(errors[peaks[-1]]):
                peaks[-1] = k
        else:
            peaks.append(k)
    while len(peaks) > count:
        peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
    if len(peaks) < count:
        raise ValueError(f"{len(peaks)} of {count} peaks: the function is a polynomial to these digits")
    return peaks


def shifted(coefficients: list[Any], middle: Any, radius: Any) -> list[Any]:
    """The polynomial in (x - middle) / radius as one in x."""
    result = [mp.mpf(0)]
    for c in reversed(coefficients):
        times = [mp.mpf(0), *(r / radius for r in result)]
        result = [a - b for a, b in zip(times, [*(r * middle / radius for r in result), mp.mpf(0)], strict=True)]
        result[0] += c
    return result[: len(coefficients)]


def rounded(f: Function, low: Any, high: Any, count: int, weight: Function) -> tuple[list[float], Any]:
    """The best polynomial of doubles, nearly: the first three are rounded one after the other, each time the rest is fitted anew.

    Not where an error at 0 counts, which the rest could not mend."""
    found, error = remez(f, low, high, count, weight)
    fixed: list[float] = []
    while not weight(mp.mpf(0)) and len(fixed) < 3 and len(found) > 1:
        fixed.append(float(found[0]))
        first = list(map(mp.mpf, fixed))
        found, error = remez(lambda x: f(x) - value(first, x), low, high, count - len(fixed), weight, len(fixed))  # noqa: B023
    return [*fixed, *map(float, found)], error


def scaled_erfc(x: Any) -> Any:
    return mp.erfc(x) * mp.exp(x * x) * (1 + 2 * x)


def _towards(x: float) -> Any:
    return (mp.mpf(x) - 2) / (mp.mpf(x) + 2)


def rows() -> list[Row]:
    """Name, function, interval, number of coefficients, weight."""
    wide = 1 + mp.mpf(2) ** -20
    half = mp.log(2) / 2 * wide
    s_log = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * wide
    quarter = (mp.pi / 4) ** 2 * wide
    e = at_zero(mp.mpf(1) / 2, lambda r: (mp.expm1(r) - r) / r**2)
    log = odd_rest(lambda s: 2 * mp.atanh(s), 2, mp.mpf(2) / 3)
    sin = odd_rest(mp.sin, 1, -mp.mpf(1) / 6)
    cos = at_zero(mp.mpf(1) / 24, lambda s: (mp.cos(mp.sqrt(s)) - 1 + s / 2) / s**2)
    ln2 = mp.log(2)
    two = at_zero(ln2**2 / 2, lambda f: (mp.expm1(f * ln2) - f * ln2) / f**2)
    found: list[Row] = [("EXP2", two, (-mp.mpf(0.5), mp.mpf(0.5)), 11, lambda f: f * f / mp.exp(f * ln2))]
    rest = at_zero(mp.mpf(2) / 5, lambda s: ((2 * mp.atanh(mp.sqrt(s)) / mp.sqrt(s) - 2) / s - mp.mpf(2) / 3) / s)
    erf = at_zero(2 / mp.sqrt(mp.pi) - 1, lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1)
    found += [
        ("LOG_REST", rest, (mp.mpf(0), s_log), 7, lambda s: s * s),
        ("ATAN", odd_rest(mp.atan, 1, -mp.mpf(1) / 3), (mp.mpf(0), mp.mpf(1) / 4), 13, lambda s: s),
        ("ASIN", odd_rest(mp.asin, 1, mp.mpf(1) / 6), (mp.mpf(0), mp.mpf(1) / 4), 13, lambda s: s),
        ("ERF", erf, (mp.mpf(0), mp.mpf(0.75) ** 2), 11, lambda s: 1),
        ("ERFC", lambda t: scaled_erfc(2 * (1 + t) / (1 - t)), (_towards(0.7), _towards(6)), 17, lambda t: 1),
        ("CBRT", mp.cbrt, (mp.mpf(1), mp.mpf(8)), 7, lambda m: 1),
    ]
    ln = at_zero(-mp.mpf(1) / 2, lambda f: (mp.log1p(f) - f) / f**2)
    found.append(("LN_F32", ln, (mp.sqrt(0.5) - 1, mp.sqrt(2) - 1), 10, lambda f: abs(f**2 / mp.log1p(f)) if f else mp.mpf(0)))
    for suffix, counts in (("", (10, 7, 6, 6)), ("_F32", (5, 3, 3, 3))):
        found += [
            ("EXP" + suffix, e, (-half, half), counts[0], lambda r: r * r / mp.exp(r)),
            ("LOG" + suffix, log, (mp.mpf(0), s_log), counts[1], lambda s: s),
            ("SIN" + suffix, sin, (mp.mpf(0), quarter), counts[2], lambda s: s),
            ("COS" + suffix, cos, (mp.mpf(0), quarter), counts[3], lambda s: s * s),
        ]
    return found


def written(row: Row) -> str:
    """One row as Python."""
    name, f, (low, high), count, weight = row
    found, error = rounded(f, low, high, count, weight)
    numbers = "".join(f"    {c!r},\n" for c in found)
    return f"{name} = (  # 2**{mp.nstr(mp.log(error, 2), 3)}\n{numbers})\n"


def main() -> None:
    print('"""Coefficients, lowest power first: written by benchmarks/elementary/coefficients.py."""\n')
    print("\n".join(map(written, rows())), end="")


if __name__ == "__main__":
    main()
