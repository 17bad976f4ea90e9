"""The op table's own machinery: rows, looking up, binding as NumPy's signatures, normal forms, types."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from difflang.op import BY_METHOD, BY_PROPERTY, TABLE, bind, constant, dtype_name, load, lookup, normal_attrs, normal_axis, row
from difflang.ops.table import page
from difflang.types import BOOL, FLOAT, INT, MANY, ONE, OPEN, Array, Scalar, type_of

load()
DESIGN = """
add sub mul div floordiv mod fmod pow neg pos abs sign copysign square reciprocal maximum minimum masked cast less less_equal
greater greater_equal equal not_equal logical_and logical_or logical_xor not_ bitand bitor bitxor invert lshift rshift where clip
isnan isinf isfinite floor ceil rint trunc sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2
sinh cosh tanh arcsinh arccosh arctanh hypot deg2rad rad2deg erf erfc lgamma logaddexp dim size reshape transpose broadcast_to
unbroadcast expand_dims squeeze concatenate stack flip zeros ones full empty arange linspace eye zeros_like ones_like full_like
empty_like index store accumulate sum prod mean var std max min argmax argmin any all cumsum matmul dot outer inner check
stop_gradient copy stack_new push pop
"""


def test_the_design_is_in_the_table() -> None:
    assert set(DESIGN.split()) <= set(TABLE)
    assert all(op.name == name for name, op in TABLE.items())


def test_lookup_knows_whose_numbers_come_back() -> None:
    assert lookup(np.sin) == (TABLE["sin"], "numpy")
    assert lookup(math.sin) == (TABLE["sin"], "python")
    assert lookup(np.abs) == lookup(np.absolute)
    assert lookup(print) is None and lookup([]) is None
    assert BY_METHOD["reshape"] is TABLE["reshaped"] and BY_PROPERTY["T"] is TABLE["transpose"]


def test_an_op_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):

        @constant()
        def sin(y: Any, x: Any) -> None:
            """Not that one."""


@pytest.mark.parametrize(
    "function,args,kwargs,operands,attrs",
    [
        (np.zeros, (3,), {}, (3,), {"dtype": "f64"}),
        (np.zeros, ((3, "n"),), {"dtype": np.float32}, (3, "n"), {"dtype": "f32"}),
        (np.ones, (), {"shape": (2,)}, (2,), {"dtype": "f64"}),
        (np.full, (2, "v"), {}, ("v", 2), {"dtype": None}),
        (np.arange, (4,), {}, (0, 4, 1), {"dtype": None}),
        (np.arange, (1, 4), {"step": 2}, (1, 4, 2), {"dtype": None}),
        (np.linspace, (0, 1), {}, (0, 1, 50), {"endpoint": True, "retstep": False, "dtype": None, "front": 0}),
        (np.eye, (2,), {}, (2, 2, 0), {"dtype": "f64"}),
        (np.reshape, ("x", (2, -1)), {}, ("x", 2, -1), {"order": "C"}),
        (np.clip, ("x", 0, 1), {}, ("x", 0, 1), {}),
        (np.clip, ("x",), {"max": 1}, ("x", None, 1), {}),
        (np.clip, ("x", None, 1), {}, ("x", None, 1), {}),
        (np.concatenate, (("a", "b"),), {"axis": 1}, ("a", "b"), {"axis": 1, "dtype": None}),
        (np.stack, (["a", "b"], 1), {}, ("a", "b"), {"axis": 1}),
        (np.sum, ("x", 0), {"keepdims": True}, ("x",), {"axis": 0, "keepdims": True}),
        (np.var, ("x",), {"ddof": 1}, ("x",), {"axis": None, "keepdims": False, "ddof": 1}),
        (np.transpose, ("x", (1, 0)), {}, ("x",), {"axes": (1, 0)}),
        (np.round, ("x",), {}, ("x",), {"decimals": 0}),
        (np.max, ("x", 1), {}, ("x",), {"axis": 1, "keepdims": False}),
    ],
)
def test_calls_bind_as_numpys_signatures(function: Any, args: Any, kwargs: Any, operands: Any, attrs: Any) -> None:
    found = lookup(function)
    assert found and bind(found[0], args, kwargs) == (operands, attrs)


@pytest.mark.parametrize(
    "function,args,kwargs",
    [
        (np.sin, (), {}),
        (np.sin, (1, 2), {}),
        (np.sum, ("x",), {"dtype": float}),
        (math.log, (2, 10), {}),
        (np.arange, (), {}),
        (np.clip, ("x", 0, 1), {"out": "y"}),
    ],
)
def test_what_does_not_bind(function: Any, args: Any, kwargs: Any) -> None:
    found = lookup(function)
    assert found
    with pytest.raises(TypeError):
        bind(found[0], args, kwargs)


def test_errors_of_binding_name_the_function() -> None:
    with pytest.raises(TypeError, match=r"^max\(\) got an unexpected keyword argument 'initial'$"):
        bind(TABLE["max"], ("x",), {"initial": 0})


def test_statics_in_normal_form() -> None:
    matrix = Array("f64", (MANY, MANY))
    assert normal_attrs(row("sum"), [matrix], {"axis": -1, "keepdims": False})["axis"] == (1,)
    assert normal_attrs(row("sum"), [matrix], {"axis": None})["axis"] is None
    assert normal_attrs(row("argmax"), [matrix], {"axis": -1})["axis"] == 1
    assert normal_attrs(row("stack"), [matrix], {"axis": -1})["axis"] == 2
    assert normal_attrs(row("zeros"), [INT], {"dtype": np.int64})["dtype"] == "i64"
    assert normal_axis((1, -2), 2, "many") == (0, 1)
    assert [dtype_name(d) for d in (float, int, bool, "f32", "float32", np.dtype("i4"), None)] == [
        "f64",
        "i64",
        "bool",
        "f32",
        "f32",
        "i32",
        None,
    ]
    with pytest.raises(np.exceptions.AxisError, match="axis 2 is out of bounds"):
        normal_axis(2, 2, "one")
    for wrong in (lambda: normal_axis((0, 0), 2, "many"), lambda: dtype_name("S4")):
        with pytest.raises(TypeError):
            wrong()


def test_flavor_decides_whose_number_it_is() -> None:
    sin = row("sin")
    assert sin.type_of_result([FLOAT], {}, "numpy") == Scalar("f64")
    assert sin.type_of_result([FLOAT], {}, "python") == FLOAT == sin.type_of_result([Scalar("f32")], {}, "python")
    assert row("add").type_of_result([BOOL, BOOL], {}) == INT and row("bitand").type_of_result([BOOL, BOOL], {}) == BOOL
    with pytest.raises(TypeError, match="not arrays"):
        sin.type_of_result([Array("f64", (MANY,))], {}, "python")
    assert sin.type_of_result([Scalar("bool")], {}, "numpy") == Scalar("f16")


def test_sizes_known_while_compiling() -> None:
    reshape = row("reshape")
    assert reshape.type_of_result([type_of(np.zeros(4)), INT, INT], {}, None, [None, 1, -1]) == Array("f64", (ONE, OPEN))
    assert reshape.type_of_result([type_of(np.zeros(4)), INT], {}) == Array("f64", (OPEN,))


def test_the_page_is_up_to_date() -> None:
    assert (Path(__file__).parents[2] / "docs" / "ops.md").read_text() == page(), "run python -m difflang.ops.table > docs/ops.md"
