"""The evaluator: structured nodes, undefined values, numbers of either kind, errors, nothing written in place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from difflang.build import Builder
from difflang.errors import IntegerOverflow
from difflang.eval import evaluate_program
from difflang.ir import NO_ATTRS, UNDEF, Atom, Function, Node, Param, Program, Region, Var, const
from difflang.types import FLOAT, INT, UNKNOWN, Array, Scalar


def run(params: list[Var], builder: Builder, yields: list[Atom], *values: Any, functions: dict[str, Function] | None = None) -> Any:
    body = builder.region(params, yields)
    main = Function("f", tuple(Param(p.hint) for p in params), body, "owned", ("*",) * len(yields))
    return evaluate_program(Program("f", {"f": main, **(functions or {})}), *values)


def loop(exits: bool = False, **attrs: Any) -> tuple[Builder, Var]:
    """total = 0; for i in range(1, 6, 2): total += i; break after the first that makes total > 3."""
    inner, index, total = Builder(), Var("i", INT), Var("total", INT)
    more = inner.emit("add", total, index)
    leave = inner.emit("greater", more, const(3))
    outer, result = Builder(), Var("total", INT)
    body = inner.region((index, total), (leave, more) if exits else (more,))
    outer.node("for", (const(1), const(6), const(2), const(0)), (result,), (body,), **({"exits": True} if exits else {}), **attrs)
    return outer, result


@pytest.mark.parametrize("exits,attrs,expected", [(False, {}, 9), (True, {}, 4), (True, {"reverse": True}, 5)])
def test_for(exits: bool, attrs: Any, expected: int) -> None:
    builder, result = loop(exits, **attrs)
    assert run([], builder, [result]) == (expected,)


def test_while() -> None:
    condition, body, n, m = Builder(), Builder(), Var("n", INT), Var("n", INT)
    below = condition.region((n,), (condition.emit("less", n, const(100)),))
    doubled = body.region((m,), (body.emit("mul", m, const(3)),))
    outer, start, result = Builder(), Var("start", INT), Var("n", INT)
    outer.node("while", (start,), (result,), (below, doubled))
    assert run([start], outer, [result], 2) == (162,)


def test_if_with_a_value_that_one_path_lacks() -> None:
    builder, c, x, y = Builder(), Var("c", UNKNOWN), Var("x", FLOAT), Var("y", FLOAT)
    builder.node("if", (c,), (x, y), (Region((), (), (const(1.0), UNDEF)), Region((), (), (UNDEF, const(2.0)))))
    assert run([c], builder, [x], True) == (1.0,)
    assert run([c], builder, [y], False) == (2.0,)
    builder.emit("neg", y)
    with pytest.raises(AssertionError, match="no taken path defines"):
        run([c], builder, [x], True)


def test_recursion() -> None:
    n, builder, deep = Var("n", INT), Builder(), Builder()
    less = deep.emit("sub", n, const(1))
    before, result = Var("t", INT), Var("r", INT)
    deep.node("call", (less,), (before,), callee="f")
    product = deep.emit("mul", n, before)
    small = builder.emit("less", n, const(2))
    builder.node("if", (small,), (result,), (Region((), (), (const(1),)), deep.region((), (product,))))
    assert run([n], builder, [result], 10) == (3628800,)


def test_numbers_are_of_the_kind_stated() -> None:
    builder, x, out = Builder(), Var("x", FLOAT), Var("y", Scalar("f32"))
    builder.node("add", (x, const(1)), (out,))
    (found,) = run([x], builder, [out], 2)
    assert type(found) is np.float32 and found == 3
    strong = Var("s", Scalar("f64"))
    weak = Var("w", FLOAT)
    builder.node("cast", (strong,), (weak,), dtype="f64", weak=True)
    assert type(run([x, strong], builder, [weak], 1.0, np.float64(2))[0]) is float


def test_python_raises_and_numpy_does_not() -> None:
    x = Var("x", FLOAT)
    for flavor, kind in (("python", FLOAT), ("numpy", Scalar("f64"))):
        builder, out = Builder(), Var("y", kind)
        builder.node("div", (x, const(0.0)), (out,))
        if flavor == "python":
            with pytest.raises(ZeroDivisionError, match="division by zero"):
                run([x], builder, [out], 1.0)
        else:
            assert run([x], builder, [out], 1.0) == (np.inf,)


def test_an_int_that_leaves_64_bits() -> None:
    builder, x, out = Builder(), Var("x", INT), Var("y", INT)
    builder.node("mul", (x, x), (out,))
    assert run([x], builder, [out], 3) == (9,)
    with pytest.raises(IntegerOverflow):
        run([x], builder, [out], 2**40)


def test_nothing_is_written_in_place() -> None:
    builder, a = Builder(), Var("a", Array("f64", ("n",)))
    view = builder.emit("index", a, const(1), const(None), const(None), pattern=("s",))
    written = builder.emit("store", a, const(9.0), const(1), pattern=("i",))
    values = np.array([1.0, 2.0, 3.0])
    found = run([a], builder, [view, written], values)
    assert values.tolist() == [1.0, 2.0, 3.0] and found[0].tolist() == [2.0, 3.0] and found[1].tolist() == [1.0, 9.0, 3.0]


@pytest.mark.parametrize("dims,value", [(("1",), np.ones(2)), (("n",), np.ones(1)), (("n", "n"), np.ones(3))])
def test_a_value_that_its_type_does_not_fit_is_a_defect(dims: Any, value: Any) -> None:
    x = Var("x", Array("f64", dims))
    with pytest.raises(AssertionError):
        run([x], Builder(), [x], value)


def test_numpys_errors_are_the_users() -> None:
    builder, a = Builder(), Var("a", Array("f64", ("n",)))
    out = builder.emit("index", a, const(7), pattern=("i",))
    with pytest.raises(IndexError, match="out of bounds"):
        run([a], builder, [out], np.ones(3))


def test_a_check_raises_what_it_names() -> None:
    builder, x = Builder(), Var("x", FLOAT)
    truth = builder.emit("greater", x, const(0))
    builder.add(Node("check", (truth,), (), {"error": KeyError, "message": "lost", "kind": "raise"}))
    assert run([x], builder, [x], 1.0) == (1.0,)
    with pytest.raises(KeyError, match="lost"):
        run([x], builder, [x], -1.0)
    assert NO_ATTRS == {}
