"""Elements chosen: by positions, by truths, by conditions in turn."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply
from ..op import composite
from .reduce import Bound
from .sorting import WHOLE, axis_of, flat, length, need, nonzero


def _take_bind(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: Any = "raise") -> Bound:
    return (a, indices), {"axis": axis, "mode": mode}


@composite(np.take, bind=_take_bind, methods=("take",))
def take(x, indices, axis=None, mode="raise"):
    """The elements at these indices."""
    if axis is None:
        x, axis = flat(x), 0
    axis = axis_of(x, axis)
    if mode != "raise":
        size = length(x, axis)
        indices = np.remainder(indices, size) if mode == "wrap" else np.clip(indices, 0, size - 1)
    return x[(*WHOLE * axis, indices)]


def _compress_bind(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Bound:
    return (condition, a), {"along": axis}


@composite(np.compress, bind=_compress_bind)
def compress(condition, x, along=None):
    """The elements along an axis where a condition holds."""
    if along is None:
        x, along = flat(x), 0
    return x[(*WHOLE * axis_of(x, along), apply("positions", condition))]


def _compress_method_bind(a: Any, condition: Any, axis: Any = None, out: Any = None) -> Bound:
    return (a, condition), {"axis": axis}


@composite(bind=_compress_method_bind, methods=("compress",))
def compressed(x, condition, axis=None):
    """The elements along an axis where a condition holds."""
    return compress(condition, x, axis)


@composite(np.extract)
def extract(condition, x):
    """All elements where a condition holds, row by row."""
    return flat(x)[apply("positions", flat(condition))]


def _select_bind(condlist: Any, choicelist: Any, default: Any = 0) -> Bound:
    if not isinstance(condlist, (tuple, list)) or not isinstance(choicelist, (tuple, list)):
        raise TypeError("np.select takes tuples or lists of conditions and choices here")
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    return (default, *condlist, *choicelist), {}


@composite(np.select, bind=_select_bind)
def select(default, *cases):
    """The choice that goes with the first condition that holds."""
    half = len(cases) // 2
    found = default
    for condition, choice in zip(reversed(cases[:half]), reversed(cases[half:]), strict=True):
        found = np.where(condition, choice, found)
    return found


def _choose_bind(a: Any, choices: Any, out: Any = None, mode: Any = "raise") -> Bound:
    if not isinstance(choices, (tuple, list)):
        return (a, choices), {"mode": mode, "whole": True}
    return (a, *choices), {"mode": mode}


@composite(np.choose, bind=_choose_bind, methods=("choose",))
def choose(at, *choices, mode="raise", whole=False):
    """For each element the choice of its number."""
    size = length(choices[0]) if whole else len(choices)
    if mode == "raise":
        need(np.all(np.logical_and(at >= 0, at < size)), "invalid entry in choice array")
    at = np.remainder(at, size) if mode == "wrap" else np.clip(at, 0, size - 1) if mode == "clip" else at
    if whole:
        return np.take_along_axis(choices[0], np.expand_dims(at, 0), 0)[0]
    found = choices[-1]
    for k in range(len(choices) - 2, -1, -1):
        found = np.where(at == k, choices[k], found)
    return found


@composite()
def true_positions(condition):
    """np.where of a condition alone: where it holds."""
    return nonzero(np.reshape(condition, (1,)) if np.ndim(condition) == 0 else condition)
