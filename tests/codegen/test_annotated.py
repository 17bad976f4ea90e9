"""Annotations as types: what they say is known, the rest of a written gradient stays open."""

from __future__ import annotations

import inspect
from typing import Annotated, Optional

import numpy as np
import pytest
from numpy.typing import NDArray

import difflang as dl
from difflang.codegen.annotated import annotated
from difflang.codegen.look import types_for
from difflang.errors import DifflangError
from difflang.types import BOOL, FLOAT, INT, UNKNOWN, Array, Scalar, Tuple
from tests.ways import define

OPEN = UNKNOWN


def example(
    a: float,
    b: int,
    c: bool,
    d: np.float64,
    e: "f64[:, :]",  # noqa: F722, F821
    f: np.ndarray,
    g: NDArray[np.float64],
    h: Optional[float],
    i: list[float],
    j: tuple[float, int],
    k: Annotated[np.ndarray, "f32[:]"],
    m,
):
    return a


def test_what_each_annotation_says() -> None:
    matrix, vector = Array("f64", ("?", "?")), Array("f32", ("?",))
    expected = (FLOAT, INT, BOOL, Scalar("f64"), matrix, OPEN, OPEN, OPEN, OPEN, Tuple((FLOAT, INT)), vector, OPEN)
    assert tuple(annotated(example, p) for p in inspect.signature(example).parameters.values()) == expected
    assert types_for(dl.grad(example), ()) == expected


def scaled(x: float, w):
    return x * np.sum(w * w)


def test_one_type_known_the_other_open() -> None:
    gradient = define(dl.source(dl.grad(scaled, (0, 1))))
    for w in (2.0, np.array([1.0, -2.0]), np.ones((2, 3))):
        x_bar, w_bar = gradient(3.0, w)
        np.testing.assert_allclose(x_bar, np.sum(w * w))
        np.testing.assert_allclose(w_bar, 6.0 * w)


def test_arguments_come_before_annotations_and_the_last_call_fills_what_they_leave_open() -> None:
    gradient = dl.grad(scaled, (0, 1))
    gradient(2.0, np.ones(3))
    assert types_for(gradient, ()) == (FLOAT, Array("f64", ("n",)))
    assert types_for(gradient, (np.float64(1.0), 2.0)) == (Scalar("f64"), FLOAT)


def through_a_row(x):
    row = x[0]
    row *= 2.0
    return np.sum(x)


def test_what_cannot_be_written_without_types_is_refused_with_the_way_out() -> None:
    with pytest.raises(DifflangError) as caught:
        dl.source(dl.grad(through_a_row))
    assert "row *= 2.0" in str(caught.value) or "np.sum(x)" in str(caught.value)
    assert caught.value.way_out
    assert "x_bar" in dl.source(dl.grad(through_a_row), np.ones((2, 2)))
