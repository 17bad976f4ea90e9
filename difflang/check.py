"""Checking derivatives against extrapolated differences, in random directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .errors import NotDifferentiable, WrongDerivative
from .structs import is_real
from .tree import parts_of

Values = tuple[Any, ...]
BOTH = ("fwd", "rev")
"""The modes, where nobody asked for one: forward is left out where a rule of the user's has the other mode only."""


def floats(value: Any) -> Iterator[Any]:
    """The real and complex numbers and arrays of a value, in order."""
    found = parts_of(value)
    if found is not None:
        for part in found[1]:
            yield from floats(part)
    elif is_real(value):
        yield value


def direction(value: Any, rng: np.random.Generator) -> Any:
    """A random tangent for a value: a tuple for what has parts, None for what has none and for what is held constant."""
    found = parts_of(value)
    if found is not None:
        layout, parts = found
        names = layout.names if layout is not None and layout.names else range(len(parts))
        free = [layout is None or name not in layout.held for name in names]
        return tuple(direction(part, rng) if is_free else None for part, is_free in zip(parts, free, strict=True))
    if not is_real(value):
        return None
    step = rng.uniform(-1.0, 1.0, np.shape(value))
    if np.iscomplexobj(value):
        step = step + 1j * rng.uniform(-1.0, 1.0, np.shape(value))
    return step.astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(step)


def moved(value: Any, tangent: Any, step: float) -> Any:
    """A copy of a value, moved along a tangent."""
    found = parts_of(value)
    if found is not None:
        layout, parts = found
        made = [moved(part, t, step) for part, t in zip(parts, tangent or (None,) * len(parts), strict=True)]
        return tuple(made) if layout is None else layout.make(made)
    if tangent is None:
        return value.copy() if isinstance(value, np.ndarray) else value
    if isinstance(value, np.ndarray):
        return (value + step * tangent).astype(value.dtype)
    return type(value)(value + step * tangent)


def dot(one: Any, other: Any) -> float:
    """The inner product of two values with the same parts; a missing one is zero. Of complex numbers it is JAX's: Re(sum(x * y))."""
    if one is None or other is None:
        return 0.0
    first, second = list(floats(one)), list(floats(other))
    return float(sum(np.sum(np.real(wide(a) * wide(b))) for a, b in zip(first, second, strict=True)))


def wide(value: Any) -> Any:
    """In double precision."""
    return np.asarray(value, np.complex128 if np.iscomplexobj(value) else np.float64)


def differences(f: Callable[..., Any], args: Values, tangent: Values, step: float) -> list[Any]:
    """The directional derivative of every real result, by central differences extrapolated twice."""

    def slope(h: float) -> list[Any]:
        ahead, behind = (list(floats(f(*moved(args, tangent, s)))) for s in (h, -h))
        return [(wide(a) - wide(b)) / (2 * h) for a, b in zip(ahead, behind, strict=True)]

    first, second, third = slope(step), slope(step / 2), slope(step / 4)
    once = [(4 * b - a) / 3 for a, b in zip(first, second, strict=True)]
    twice = [(4 * c - b) / 3 for b, c in zip(second, third, strict=True)]
    return [(16 * b - a) / 15 for a, b in zip(once, twice, strict=True)]


def first_wrong(found: Sequence[Any], expected: Sequence[Any], tolerance: float) -> tuple[int, tuple[int, ...], float, float] | None:
    """The first element that differs: (which result, where in it, found, expected)."""
    for number, (one, other) in enumerate(zip(found, expected, strict=True)):
        one, other = wide(one), wide(other)
        scale = np.maximum(1.0, np.abs(other))
        wrong = ~(np.abs(one - other) <= tolerance * scale) & ~(np.isnan(one) & np.isnan(other))
        if np.any(wrong):
            at = tuple(int(i) for i in np.argwhere(wrong)[0]) if one.ndim else ()
            return number, at, one[at].item(), other[at].item()
    return None


def compare(
    name: str, mode: str, found: Sequence[Any], expected: Sequence[Sequence[Any]], tolerance: float, blame: Callable[[str], Any]
) -> None:
    """Raise WrongDerivative where none of the differences (of smaller and smaller steps: kinks may lie in a large one) agrees.

    `blame(mode)` finds the call whose rule is wrong.
    """
    answers = [first_wrong(found, each, tolerance) for each in expected]
    if any(answer is None for answer in answers):
        return
    number, at, one, other = answers[-1] or (0, (), 0.0, 0.0)
    where = f"result {number}{f', element {at}' if at else ''}"
    reason = f"the {mode} derivative of {name} is {one:.6g}, differences give {other:.6g} ({where})"
    blamed = blame("fwd" if mode == "forward" else "rev")
    if blamed is None:
        raise WrongDerivative("DL016", reason, way_out="check that no kink is near the point, and the rule of every dl.derivative")
    reason += f": here the rule of {blamed.callee} gives {blamed.found:.6g}, differences {blamed.expected:.6g}"
    raise WrongDerivative("DL016", reason, blamed.place, f"correct the rule of {blamed.callee}", blamed.caller.origin)


def check(
    name: str,
    f: Callable[..., Any],
    jvp: Callable[..., Any],
    vjp: Callable[..., Any],
    args: Values,
    modes: Sequence[str],
    tolerance: float,
    blame: Callable[[str], Any],
) -> None:
    """Both modes at one point, in a random direction. `jvp(primals, tangents)`, `vjp(*primals)` as the face has them."""
    rng = np.random.default_rng(12345)
    width = min((np.asarray(leaf).real.dtype.itemsize for leaf in floats(args)), default=8)
    tangent = direction(args, rng)
    expected = [differences(f, args, tangent, step) for step in {4: (0.05,), 2: (0.5,)}.get(width, (1e-3, 1e-5))]
    tolerance = max(tolerance, {4: 2e-2, 2: 0.1}.get(width, 0.0))
    if "fwd" in modes:
        try:
            _, found = jvp(moved(args, tangent, 0.0), tangent)
        except NotDifferentiable:
            if modes is not BOTH:
                raise
        else:
            compare(name, "forward", list(floats(found)), expected, tolerance, blame)
    if "rev" in modes:
        value, pullback = vjp(*moved(args, tangent, 0.0))
        bars = direction(value, rng)
        adjoints = pullback(bars)
        weights = list(_present(bars))
        want = [[sum(dot(b, e) for b, e in zip(weights, each, strict=True))] for each in expected]
        compare(name, "reverse", [dot(adjoints, tangent)], want, tolerance, blame)


def _present(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from _present(item)
    elif value is not None:
        yield value


__all__ = ["BOTH", "check", "dot", "floats", "wide"]
