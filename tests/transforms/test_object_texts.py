"""What objects say of themselves when they are printed or stand in a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

import difflang as dl


class Own:
    def __init__(self, values: list[float]) -> None:
        self.values = values

    def __repr__(self) -> str:
        return f"Own({self.values[0]:.2f})"

    def __str__(self) -> str:
        return "own"

    def __format__(self, form: str) -> str:
        return "formatted" + form


class Shown:
    def __init__(self, value: float) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Shown({self.value:.3f})"


@dataclass
class Point:
    x: float
    rest: tuple[int, ...] = (1, 2)


class Pair(NamedTuple):
    x: float
    y: int = 2


class Silent:
    def __init__(self, x: float) -> None:
        self.x = x


def told(x: float) -> float:
    own, shown, point, pair = Own([x]), Shown(x), Point(x), Pair(x)
    print(own, repr(own), f"{own!r} {own} {own:>5}", str(own))
    print(shown, f"{shown} {shown!r:>20}|", str(shown) + "!")
    print(point, pair, f"{point} {pair}", repr(point), str(pair))
    print([point, pair], (shown, own), {"k": shown})
    return x


def in_an_error(x: float) -> float:
    point = Point(x)
    if x > 2.0:
        raise ValueError(f"bad {Shown(x)} in {point}")
    if x < 1.0:
        raise RuntimeError(point)
    return x


def silent(x: float) -> float:
    print(Silent(x))
    return x


def test_objects_are_printed_as_python_prints_them(capfd: Any) -> None:
    told(1.25)
    expected = capfd.readouterr().out
    dl.differentiable(told)(1.25)
    assert capfd.readouterr().out == expected
    assert dl.grad(told)(1.25) == 1.0


@pytest.mark.parametrize("x", [2.5, 0.5])
def test_objects_in_messages(x: float) -> None:
    with pytest.raises((ValueError, RuntimeError)) as expected:
        in_an_error(x)
    with pytest.raises(type(expected.value)) as found:
        dl.differentiable(in_an_error)(x)
    assert str(found.value) == str(expected.value)


def test_an_object_that_says_nothing_is_refused() -> None:
    with pytest.raises(dl.DifflangError, match="DL044.*memory"):
        dl.differentiable(silent)(1.0)
