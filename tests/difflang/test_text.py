"""Programs as text: what is written reads back to the same program."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from difflang.build import Builder
from difflang.eval import evaluate_program
from difflang.ir import NONE, UNDEF, Atom, Capture, Const, Function, Guard, Node, Origin, Param, Place, Program, Region, Var, const, static
from difflang.parse import TextError, parse_type
from difflang.text import dumps, loads
from difflang.types import BOOL, FLOAT, INT, UNKNOWN, Array, Scalar, Stack, Static, Tuple


def program(params: list[Var], builder: Builder, yields: list[Atom], **said: Any) -> Program:
    said = {"level": "owned", "result": ("*",) * len(yields), **said}
    return Program("f", {"f": Function("f", tuple(Param(p.hint) for p in params), builder.region(params, yields), **said)})


def again(p: Program) -> Program:
    text = dumps(p)
    back = loads(text)
    assert dumps(back) == text
    return back


def test_as_people_read_it() -> None:
    builder = Builder(Place("f.py", 3, 4, 3, 20), "adjoint")
    x = Var("x", Array("f64", ("n",)))
    total = builder.emit("sum", builder.emit("mul", x, const(2.0), hint="y"), axis=-1, hint="s")
    text = dumps(program([x], builder, [total], place=Place("f.py", 1)))
    assert text == (
        "program('f')\n\n"
        "function('f', level='owned', file='f.py', result=('*',), place=place('f.py', 1, 0, 0, 0))\n"
        "  param('x')\n"
        "  body (x: f64[n]):\n"
        "    y: f64[n] = mul(x, 2.0) @3:4-3:20 !adjoint\n"
        "    s: f64 = sum(y, axis=(0,), keepdims=False) @3:4-3:20 !adjoint\n"
        "    yield s\n"
    )


ATOMS = [
    const(1),
    const(-1.5),
    const(math.inf),
    const(-math.inf),
    const(True),
    NONE,
    UNDEF,
    const(np.float32(0.1)),
    const(np.int64(-3)),
    const(np.bool_(False)),
    static(np.sin),
    static("text, with (brackets] = and 'quotes'"),
    static(math),
    static(float),
    static(None),
    static(ValueError),
    static(np.dtype("f4")),
    static(np.linalg.norm),
    static((1, "a")),
    Const(1, FLOAT),
    static(np.add),
]


@pytest.mark.parametrize("atom", ATOMS, ids=str(list(range(len(ATOMS)))).strip("[]").split(", "))
def test_constants(atom: Any) -> None:
    (found,) = again(program([], Builder(), [atom])).main.body.yields
    assert found == atom and type(found.value) is type(atom.value)  # type: ignore[union-attr]


def test_nan_is_itself() -> None:
    (found,) = again(program([], Builder(), [const(math.nan)])).main.body.yields
    assert isinstance(found, Const) and math.isnan(found.value)


TYPES = [
    FLOAT,
    INT,
    BOOL,
    UNKNOWN,
    Scalar("f32"),
    Array("f64", ()),
    Array("i32", ("n", "1", "?"), "A"),
    Stack(Array("f64", ("n",))),
    Tuple((FLOAT, Tuple(()), Stack(INT))),
    Static(np.sin),
]


@pytest.mark.parametrize("type", TYPES, ids=str)
def test_types(type: Any) -> None:
    x = Var("x", type)
    assert again(program([x], Builder(), [x])).main.body.params[0].type == type
    if not isinstance(type, Static):
        assert parse_type(str(type)) == type


def test_structure_runs_the_same() -> None:
    inner, i, s = Builder(), Var("i", INT), Var("s", FLOAT)
    body = inner.region((i, s), (inner.emit("greater", s, const(50.0)), inner.emit("add", s, inner.emit("mul", i, const(2.0)))))
    outer, n, total = Builder(), Var("n", INT), Var("s", FLOAT)
    outer.node("for", (const(0), n, const(1), const(0.0)), (total,), (body,), exits=True)
    small, clipped = outer.emit("less", total, const(10.0)), Var("s", FLOAT)
    outer.node("if", (small,), (clipped,), (Region((), (), (const(10.0),)), Region((), (), (total,))))
    written = program([n], outer, [clipped])
    for value in (0, 5, 100):
        assert evaluate_program(again(written), value) == evaluate_program(written, value)


def test_names_are_told_apart_and_hints_come_back() -> None:
    builder = Builder()
    xs = [Var("x", FLOAT), Var("x", FLOAT), Var("inf", FLOAT), Var("x__1", FLOAT), Var("f64", FLOAT)]
    found = again(program(xs, builder, list(xs)))
    assert found.main.body.yields == found.main.body.params
    assert [v.hint for v in found.main.body.params] == ["x", "x", "inf", "x__1", "f64"]


def test_the_rest_of_a_function() -> None:
    origin = Origin("f.py", 3, ("def f(x):", "    return x  # so"), (("np", "numpy"),), {4: "# so"})
    x = Var("x", Array("f64", ("?",)))
    said = {"doc": "It's", "origin": origin, "place": Place("f.py", 3, 0, 4, 1), "writes": (0,), "alias": (0,), "result": "*"}
    p = program([x], Builder(), [x, x], captures=(Capture("c", lambda: 1),), guards=(Guard("np", lambda: np, np),), **said)
    params = (Param("x", ("*", None, (const(2), "*")), "keyword_only", 2.5, float),)
    p = Program("f", {"f": Function("f", params, p.main.body, **{k: getattr(p.main, k) for k in (*said, "captures", "guards", "level")})})
    found = again(p).main
    assert found.params == params and found.origin == origin and found.doc == "It's" and found.place == said["place"]
    assert (found.writes, found.alias, found.result, found.level) == ((0,), (0,), "*", "owned")
    assert found.captures[0].name == "c" and found.guards[0].read() is np


def test_functions_inside_attributes() -> None:
    y, out = Var("y"), Var("g")
    inner = Function("inner", (Param("y"),), Region((y,), (), (y,)))
    outer = Function("f", (), Region((), (Node("closure", (), (out,), {"function": inner}),), (out,)))
    (node,) = again(Program("f", {"f": outer})).main.body.nodes
    assert isinstance(node.attrs["function"], Function) and node.attrs["function"].name == "inner"


def test_statics_of_nodes() -> None:
    out = Var("s", Stack(FLOAT))
    nodes = [
        Node("stack_new", (), (out,), {"element": FLOAT}),
        Node("check", (const(True),), (), {"error": IndexError, "message": "at = (%d)", "kind": "raise"}),
    ]
    found = again(Program("f", {"f": Function("f", (), Region((), tuple(nodes), (out,)), "owned")})).main.body.nodes
    assert found[0].attrs == {"element": FLOAT} and found[1].attrs == nodes[1].attrs and found[1].outs == ()


def test_what_cannot_be_named_is_written_and_not_read() -> None:
    text = dumps(program([], Builder(), [static(lambda x: x)]))
    assert "lost(" in text
    with pytest.raises(TextError, match="no name"):
        loads(text)


def test_a_guard_may_hold_what_cannot_be_named() -> None:
    def local() -> None:
        """Nowhere to be imported from."""

    x = Var("x", FLOAT)
    found = again(program([x], Builder(), [x], guards=(Guard("local", lambda: local, local),)))
    assert found.main.guards[0].name == "local" and "lost(" in dumps(found)


@pytest.mark.parametrize("text", ["x = ", "what is this", "y = neg(z)"])
def test_what_is_no_program(text: str) -> None:
    with pytest.raises((TextError, SyntaxError)):
        loads(f"program('f')\nfunction('f')\n  body ():\n    {text}\n    yield\n")
