"""Simplifying: less is left, and no bit changes."""

from __future__ import annotations

import copy
import random
from typing import Any

import numpy as np
import pytest

from difflang.build import Builder
from difflang.eval import evaluate_program
from difflang.ir import Atom, Const, Function, Param, Program, Var, const, walk
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.types import BOOL, FLOAT, INT, Array, Scalar, type_of
from tests.generate import arguments, grow
from tests.ways import define

VECTOR = Array("f64", ("n",))
STRONG = Scalar("f64")


def program(params: list[Var], b: Builder, *yields: Atom) -> Program:
    result = "*" if len(yields) == 1 else ("*",) * len(yields)
    return Program("f", {"f": Function("f", tuple(Param(p.hint) for p in params), b.region(params, yields), "owned", result)})


def ops(program: Program) -> list[str]:
    return [node.op for node in walk(program.main.body)]


def simplified(role: str, type: Any, op: str, *args: Any) -> list[str]:
    """The ops left of one op on a parameter and constants; "x" stands for the parameter."""
    b = Builder(role=role)
    x = Var("x", type)
    out = b.emit(op, *[x if a == "x" else const(a) for a in args])
    return ops(simplify(program([x], b, out)))


@pytest.mark.parametrize(
    ("role", "op", "args", "left"),
    [
        ("", "mul", ("x", 1.0), []),
        ("", "mul", (1, "x"), []),
        ("", "div", ("x", 1.0), []),
        ("", "sub", ("x", 0.0), []),
        ("", "mul", ("x", -1.0), ["neg"]),
        ("", "add", ("x", 0.0), ["add"]),  # 0.0 + -0.0 is 0.0
        ("adjoint", "add", (0.0, "x"), []),
        ("tangent", "sub", (0.0, "x"), ["neg"]),
        ("", "mul", ("x", 0.0), ["mul"]),  # nan and inf stay
        ("adjoint", "mul", ("x", 0.0), ["mul"]),
        ("", "pow", ("x", 1.0), []),
        ("", "masked", (1.0, "x"), []),
    ],
)
def test_arithmetic(role: str, op: str, args: tuple[Any, ...], left: list[str]) -> None:
    assert simplified(role, VECTOR, op, *args) == left


def test_an_int_stays_an_int() -> None:
    assert simplified("", INT, "add", "x", 0) == []
    assert simplified("", INT, "mul", "x", 1.0) == ["mul"]


def test_signs_and_differences() -> None:
    x, y, b = Var("x", VECTOR), Var("y", VECTOR), Builder()
    assert ops(simplify(program([x, y], b, b.emit("add", x, b.emit("neg", y))))) == ["sub"]
    b = Builder()
    assert ops(simplify(program([x], b, b.emit("neg", b.emit("neg", x))))) == []
    b = Builder()
    assert ops(simplify(program([x, y], b, b.emit("mul", b.emit("neg", x), b.emit("neg", y))))) == ["mul"]


def test_dead_code_goes_and_checks_stay() -> None:
    x, b = Var("x", FLOAT), Builder()
    b.emit("exp", x)
    b.node("check", [b.emit("less", x, const(3.0))], [], error=ValueError, message="", kind="raise")
    assert ops(simplify(program([x], b, x))) == ["less", "check"]


def test_what_a_loop_carries_for_nothing_goes() -> None:
    x, b = Var("x", FLOAT), Builder()
    i, s, unused = Var("i", INT), Var("s", FLOAT), Var("u", FLOAT)
    inner = Builder()
    region = inner.region([i, s, unused], [inner.emit("add", s, x), inner.emit("mul", unused, x)])
    outs = [Var("s", FLOAT), Var("u", FLOAT)]
    inner_region = type(region)(region.params, tuple(inner.nodes), region.yields)
    b.node("for", [const(0), const(3), const(1), const(0.0), const(1.0)], outs, [inner_region])
    (loop,) = [n for n in walk(simplify(program([x], b, outs[0])).main.body) if n.op == "for"]
    assert len(loop.outs) == 1


def test_a_branch_on_a_known_condition_is_taken() -> None:
    x, b = Var("x", FLOAT), Builder()
    yes, no = Builder(), Builder()
    out = Var("y", FLOAT)
    b.node("if", [Const(True, BOOL)], [out], [yes.region([], [yes.emit("sin", x)]), no.region([], [no.emit("cos", x)])])
    assert ops(simplify(program([x], b, out))) == ["sin"]


def test_costly_expressions_are_computed_once() -> None:
    x, b = Var("x", VECTOR), Builder()
    total = b.emit("add", b.emit("exp", x), b.emit("exp", x))
    assert sorted(ops(simplify(program([x], b, total)))) == ["add", "exp"]


@pytest.mark.parametrize(
    ("x", "like", "left"),
    [
        (("n",), ("n",), []),
        (("n", "n"), ("n",), ["sum"]),
        (("n", "n"), ("1", "n"), ["sum"]),
        (("n", "n"), ("1",), ["sum", "sum"]),
        (("1", "n"), ("1", "n"), []),
        (("n",), ("?",), ["unbroadcast"]),
        (("1",), ("?",), []),
    ],
)
def test_unbroadcast(x: tuple[str, ...], like: tuple[str, ...], left: list[str]) -> None:
    a, c, b = Var("x", Array("f64", x)), Var("like", Array("f64", like)), Builder()
    assert ops(simplify(program([a, c], b, b.emit("unbroadcast", a, c)))) == left


def test_a_number_needs_no_spreading_beside_an_array() -> None:
    w, b = Var("w", VECTOR), Builder(role="adjoint")
    spread = b.emit("broadcast_to", const(1.0), b.emit("dim", w, axis=0))
    assert ops(simplify(program([w], b, b.emit("mul", spread, w)))) == []


def test_a_shape_is_asked_of_the_earliest_value() -> None:
    x, b = Var("x", VECTOR), Builder()
    big = b.emit("exp", b.emit("mul", x, const(2.0)))
    assert ops(simplify(program([x], b, b.emit("zeros_like", big, dtype=None)))) == ["zeros_like"]


def test_a_cleared_element_is_set() -> None:
    x, v, b = Var("x", VECTOR), Var("v", STRONG), Builder(role="adjoint")
    cleared = b.emit("store", x, const(0.0), const(1), pattern=("i",))
    owned = program([x, v], b, b.emit("accumulate", cleared, v, const(1), pattern=("i",)))
    assert ops(simplify(owned)) == ["store"]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", ["value", "pullback"])
def test_random_programs_keep_their_bits(seed: int, kind: str) -> None:
    function = define(grow(random.Random(seed).randrange), "program")
    values = arguments(seed)
    target: Any = function
    if kind == "pullback":
        result = function(*copy.deepcopy(values))
        target, values = Derived("pullback", function), (*values, type(result)(1.5))
    try:
        owned = program_of(target, [type_of(a) for a in values])
    except Exception as error:
        assert type(error).__module__ == "difflang.errors"
        pytest.skip("refused")
    simple = simplify(owned)
    assert sum(1 for _ in walk(simple.main.body)) <= sum(1 for _ in walk(owned.main.body))
    flat = [leaf for leaf in values if leaf is not None]
    for one, other in zip(evaluate_program(simple, *copy.deepcopy(flat)), evaluate_program(owned, *copy.deepcopy(flat)), strict=True):
        np.testing.assert_array_equal(one, other)
