"""Types: what values have, promotion as NumPy's, broadcasting, where paths meet."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from difflang.types import (
    BOOL,
    DTYPES,
    FLOAT,
    INT,
    MANY,
    NAMES,
    NOTHING,
    ONE,
    OPEN,
    UNDEFINED,
    UNKNOWN,
    Array,
    Scalar,
    Stack,
    Static,
    Tuple,
    broadcast_dims,
    general,
    is_float,
    join,
    promote,
    rank,
    shaped,
    type_of,
)


@pytest.mark.parametrize(
    "value,expected",
    [
        (1, INT),
        (1.0, FLOAT),
        (True, BOOL),
        (None, NOTHING),
        (np.float32(1), Scalar("f32")),
        (np.bool_(True), Scalar("bool")),
        (np.zeros((2, 1)), Array("f64", (MANY, ONE))),
        (np.zeros(0, np.int32), Array("i32", (MANY,))),
        (np.zeros((3, 2)).T, Array("f64", (MANY, MANY), "A")),
        (np.zeros(6)[::2], Array("f64", (MANY,), "A")),
        ((1, 2.0), Tuple((INT, FLOAT))),
        (np.sin, Static(np.sin)),
    ],
)
def test_type_of(value: Any, expected: Any) -> None:
    assert type_of(value) == expected


@pytest.mark.parametrize("value", [np.zeros(2, np.longdouble), np.longdouble(1)])
def test_what_is_outside_has_no_type(value: Any) -> None:
    with pytest.raises(TypeError, match="outside the language"):
        type_of(value)


def test_promotion_is_numpys() -> None:
    values = [1.5, 2, True, *(dtype.type(1) for dtype in DTYPES.values()), *(np.ones(2, dtype) for dtype in DTYPES.values())]
    for x, y in itertools.product(values, repeat=2):
        found = promote(type_of(x), type_of(y))
        if isinstance(x, (int, float)) and isinstance(y, (int, float)) and not isinstance(x, np.generic) and not isinstance(y, np.generic):
            assert isinstance(found, Scalar) and found.weak
            continue
        assert found == Scalar(NAMES[np.result_type(x, y)])


def test_promotion_refuses_what_is_no_number() -> None:
    with pytest.raises(TypeError):
        promote(FLOAT, NOTHING)
    assert promote(UNKNOWN, FLOAT) == UNKNOWN


def test_broadcasting_is_known_from_the_ones() -> None:
    assert broadcast_dims((MANY, ONE), (ONE, MANY)) == (MANY, MANY)
    assert broadcast_dims((OPEN,), (ONE,)) == (OPEN,)
    assert broadcast_dims((OPEN,), (MANY, MANY)) == (MANY, MANY)
    assert broadcast_dims() == ()
    assert shaped("f64", FLOAT, Array("f64", ())) == Scalar("f64")
    assert shaped("f32", Array("f64", (ONE,)), FLOAT) == Array("f32", (ONE,))


@pytest.mark.parametrize(
    "one,other,expected",
    [
        (INT, FLOAT, FLOAT),
        (FLOAT, Scalar("f64"), Scalar("f64")),
        (INT, Scalar("f64"), Scalar("f64")),
        (UNDEFINED, INT, INT),
        (INT, UNKNOWN, UNKNOWN),
        (Array("f64", (MANY,)), Array("f64", (ONE,), "A"), Array("f64", (OPEN,), "A")),
        (Stack(INT), Stack(FLOAT), Stack(FLOAT)),
        (Tuple((INT, FLOAT)), Tuple((FLOAT, FLOAT)), Tuple((FLOAT, FLOAT))),
        (Scalar("i64"), Scalar("f64"), Scalar("f64")),
    ],
)
def test_join(one: Any, other: Any, expected: Any) -> None:
    assert join(one, other) == join(other, one) == expected


@pytest.mark.parametrize(
    "one,other", [(FLOAT, Array("f64", (MANY,))), (BOOL, FLOAT), (NOTHING, INT), (Array("f32", (MANY,)), Array("f64", (MANY,)))]
)
def test_paths_that_do_not_meet(one: Any, other: Any) -> None:
    with pytest.raises(TypeError, match="one path gives"):
        join(one, other)


def test_questions() -> None:
    assert is_float(FLOAT) and is_float(Array("f32", ())) and is_float(Stack(FLOAT)) and not is_float(INT)
    assert rank(INT) == 0 and rank(Array("f64", (ONE, OPEN))) == 2 and rank(UNKNOWN) is None
    assert general(Tuple((Array("f64", (ONE, MANY)), INT))) == Tuple((Array("f64", (OPEN, OPEN)), INT))
    assert [str(t) for t in (FLOAT, INT, BOOL, Scalar("f64"), Array("f64", (MANY, ONE), "A"))] == [
        "float",
        "int",
        "truth",
        "f64",
        "f64[n,1]A",
    ]
