"""Draws from a NumPy generator that is an argument. What is drawn is constant: `loc + scale * z` is differentiated by loc and scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import generators
from ..errors import NotDifferentiable
from ..op import constant, elementwise
from ..types import DTYPES, FLOAT, INT, Array, Scalar, Type
from .shape import dims_from

DRAWS = ("draw", "draw_whole", "draw_order")
"""What moves a generator on: never left out, never done twice."""


def _draw_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> tuple[Type, ...]:
    count, narrow = attrs["count"], attrs["dtype"]
    drawn = narrow or generators.KINDS[attrs["kind"]].gives
    spread = [type for type in types[1 : 1 + count] if isinstance(type, Array)]
    if spread:
        return Array(drawn, spread[0].dims), INT
    return (Array(drawn, dims_from(values[1 + count :])) if attrs["shaped"] else INT if drawn == "i64" else FLOAT), INT


def _draw(state: Any, *given: Any, kind: str, count: int, shaped: bool, dtype: str | None) -> Any:
    how = {} if dtype is None else {"dtype": DTYPES[dtype]}
    size = tuple(map(int, given[count:])) if shaped else None
    return getattr(generators.at(state), kind)(*given[:count], size=size, **how), state


@constant(typing=_draw_type, evaluate=_draw, sized=True, results=("z", "bits"), cost=1000)
def draw(y, state, *given, kind="standard_normal", count=0, shaped=True, dtype=None):
    """Numbers drawn, and the generator after that. `given`: the parameters, numbers or arrays of the result's shape; then its sizes."""


def _whole_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> tuple[Type, ...]:
    drawn = attrs["dtype"] or "i64"
    return (Array(drawn, dims_from(values[3:])) if attrs["shaped"] else Scalar(drawn)), INT


def _draw_whole(state: Any, low: Any, high: Any, *shape: Any, shaped: bool, dtype: str | None) -> Any:
    return generators.at(state).integers(low, high, size=tuple(map(int, shape)) if shaped else None, dtype=DTYPES[dtype or "i64"]), state


@constant(typing=_whole_type, evaluate=_draw_whole, sized=True, results=("z", "bits"), cost=1000)
def draw_whole(y, state, low, high, *shape, shaped=True, dtype=None):
    """Whole numbers drawn from low to high, high excluded, and the generator after that."""


def _order_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> tuple[Type, ...]:
    return Array("i64", dims_from(values[1:])), INT


def _draw_order(state: Any, count: Any) -> Any:
    return generators.at(state).permutation(int(count)), state


@constant(typing=_order_type, evaluate=_draw_order, sized=True, results=("order", "bits"), cost=1000)
def draw_order(y, state, count):
    """The numbers below `count` in an order drawn, and the generator after that."""


def _first(z: Any, *parameters: Any) -> Any:
    return z


@elementwise(evaluate=_first, lower=_first, cost=1)
def drawn_triangular(y, z, left, mode, right):
    """z, drawn from the triangular distribution of these corners: they carry it along, its probability held."""
    below = y <= mode
    width = right - left
    rise, fall = np.where(mode == left, 1.0, mode - left), np.where(mode == right, 1.0, right - mode)
    up, down = y - left, right - y
    by_left = np.where(below, 1 - np.divide(up * (rise + width), 2 * width * rise), np.divide(down, 2 * width))
    by_right = np.where(below, np.divide(up, 2 * width), 1 - np.divide(down * (fall + width), 2 * width * fall))
    return 0, by_left, np.where(below, np.divide(up, 2 * rise), np.divide(down, 2 * fall)), by_right


@elementwise(evaluate=_first, lower=_first, cost=1)
def drawn_power(y, z, a):
    """z, drawn as a number to the power of 1 / a: np.random's weibull and power."""
    some = np.where(y > 0, y, 1.0)
    return 0, np.negative(np.divide(some * np.log(some), a))


@elementwise(evaluate=_first, lower=_first, cost=1)
def drawn_pareto(y, z, a):
    """z, drawn from the Pareto distribution of this shape."""
    return 0, np.negative(np.divide((1 + y) * np.log1p(y), a))


@elementwise(evaluate=_first, lower=_first, cost=1)
def drawn_by(y, z, parameter):
    """z, drawn from a distribution whose draws have no derivative by this parameter here."""
    way_out = "hold the parameter constant with dl.stop_gradient, or write the draw with uniform, normal, exponential or gamma"
    raise NotDifferentiable("DL008", "how this draw moves with the distribution's parameters is not known", way_out=way_out)
