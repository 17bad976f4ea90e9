"""The builder folds what is constant; tracers let ordinary NumPy code write IR."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from difflang.build import Builder, apply, lift, trace
from difflang.ir import Const, Place, Var, const
from difflang.types import FLOAT, Array, Scalar, type_of

VECTOR = Var("x", Array("f64", ("n",)))


def ops(builder: Builder) -> list[str]:
    return [node.op for node in builder.nodes]


def test_constants_are_folded_as_python_and_numpy_would() -> None:
    builder = Builder()
    assert builder.emit("add", const(1), const(2.5)) == const(3.5)
    assert builder.emit("sin", const(0.0), flavor="numpy") == Const(np.float64(0.0), Scalar("f64"))
    assert ops(builder) == []


def test_an_error_keeps_its_node() -> None:
    builder = Builder()
    builder.emit("div", const(1), const(0))
    builder.emit("mul", const(2**62), const(2))
    assert ops(builder) == ["div", "mul"]


def test_nodes_get_place_and_role() -> None:
    builder = Builder(Place("f.py", 3), "adjoint")
    builder.emit("neg", VECTOR)
    (node,) = builder.nodes
    assert node.place == Place("f.py", 3) and node.role == "adjoint" and node.out.type == VECTOR.type


def test_numpy_code_writes_ir() -> None:
    def rule(x: Any) -> Any:
        y = np.sin(x) * 2 + x[1:]
        return np.where(y > 0, y, -y).sum(axis=-1), x.T, x.shape[0], x.reshape(-1, 1), 1.5, None

    builder = Builder()
    made = trace(builder, rule, VECTOR)
    assert ops(builder) == ["sin", "mul", "index", "add", "greater", "neg", "where", "sum", "transpose", "dim", "reshape"]
    assert made[4] == const(1.5) and made[5] is None and made[0].type == Scalar("f64")
    assert made[3].type == Array("f64", ("?", "1"))


def test_composites_leave_no_trace() -> None:
    builder = Builder()
    made = builder.emit("swapaxes", Var("x", Array("f64", ("n", "1", "?"))), axis1=0, axis2=-1)
    assert ops(builder) == ["transpose"] and made.type == Array("f64", ("?", "1", "n"), "A")


def test_a_rule_cannot_ask_for_values() -> None:
    for wrong in (lambda x: 1 if x else 2, len, lambda x: np.packbits(x), lambda x: x.nothing, float):
        with pytest.raises((TypeError, AttributeError)):
            trace(Builder(), wrong, VECTOR)


def test_apply_writes_or_computes() -> None:
    wide, open_rows = Var("x", type_of(np.ones((2, 3)))), Var("y", Array("f64", ("?",)))
    for like, written in ((open_rows, "unbroadcast"), (VECTOR, "sum")):  # the axes to sum are known of the second
        builder = Builder()
        trace(builder, lambda x, y: apply("unbroadcast", x, y), wide, like)
        assert ops(builder) == [written]
    np.testing.assert_array_equal(apply("unbroadcast", np.ones((2, 3)), np.ones(3)), [2.0, 2.0, 2.0])
    assert lift(builder, 2.0) == const(2.0) and const(2.0).type == FLOAT
