"""Draws from a NumPy generator that is an argument. What is drawn is constant: `loc + scale * z` is differentiated by loc and scale."""

from __future__ import annotations

from typing import Any

from .. import generators
from ..op import constant
from ..types import FLOAT, INT, Array, Scalar, Type
from .shape import dims_from

DRAWS = ("draw", "draw_whole", "draw_order")
"""What moves a generator on: never left out, never done twice."""


def _draw_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> tuple[Type, ...]:
    sizes = values[1:]
    return (Array("f64", dims_from(sizes)) if attrs["shaped"] else FLOAT), INT


def _draw(state: Any, *shape: Any, kind: str, shaped: bool) -> Any:
    return getattr(generators.at(state), kind)(size=tuple(map(int, shape)) if shaped else None), state


@constant(typing=_draw_type, evaluate=_draw, sized=True, results=("z", "bits"), cost=1000)
def draw(y, state, *shape, kind="standard_normal", shaped=True):
    """Numbers drawn, and the generator after that."""


def _whole_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> tuple[Type, ...]:
    return (Array("i64", dims_from(values[3:])) if attrs["shaped"] else Scalar("i64")), INT


def _draw_whole(state: Any, low: Any, high: Any, *shape: Any, shaped: bool) -> Any:
    return generators.at(state).integers(low, high, size=tuple(map(int, shape)) if shaped else None), state


@constant(typing=_whole_type, evaluate=_draw_whole, sized=True, results=("z", "bits"), cost=1000)
def draw_whole(y, state, low, high, *shape, shaped=True):
    """Whole numbers drawn from low to high, high excluded, and the generator after that."""


def _order_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> tuple[Type, ...]:
    return Array("i64", dims_from(values[1:])), INT


def _draw_order(state: Any, count: Any) -> Any:
    return generators.at(state).permutation(int(count)), state


@constant(typing=_order_type, evaluate=_draw_order, sized=True, results=("order", "bits"), cost=1000)
def draw_order(y, state, count):
    """The numbers below `count` in an order drawn, and the generator after that."""
