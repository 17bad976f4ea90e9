"""The verifier finds each way to break the IR, and leaves sound programs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from difflang.build import Builder
from difflang.ir import UNDEF, Atom, Const, Function, Node, Param, Program, Region, Var, const
from difflang.types import BOOL, FLOAT, INT, UNKNOWN, Array, Scalar, Tuple, Type
from difflang.verify import InternalError, fits, verify

VECTOR = Array("f64", ("n",))


def function(params: Sequence[Var], nodes: Sequence[Node], yields: Sequence[Atom], **said: Any) -> Function:
    said = {"level": "owned", "result": ("*",) * len(yields), **said}
    return Function("f", tuple(Param(p.hint) for p in params), Region(tuple(params), tuple(nodes), tuple(yields)), **said)


def check(f: Function, **others: Function) -> None:
    verify(Program("f", {"f": f, **others}), "somepass")


def broken(reason: str, f: Function, **others: Function) -> None:
    with pytest.raises(InternalError, match=reason) as caught:
        check(f, **others)
    assert "after somepass" in str(caught.value) and "'f'" in str(caught.value)


X, Y, A = Var("x", FLOAT), Var("y", FLOAT), Var("a", VECTOR)


def neg(x: Atom, out: Var) -> Node:
    return Node("neg", (x,), (out,))


def test_sound() -> None:
    check(function([X], [neg(X, Y)], [Y]))


def test_single_assignment_and_scope() -> None:
    broken("assigned twice", function([X], [neg(X, Y), neg(X, Y)], [Y]))
    broken("not defined", function([X], [neg(Y, Var("z", FLOAT))], [X]))
    inner = Region((), (neg(X, Y),), ())
    c = Var("c", BOOL)
    broken("not visible", function([X, c], [Node("if", (c,), (), {}, (inner, Region((), (), ())))], [Y]))


def test_signature() -> None:
    broken("leaves", replace(function([X], [], [X]), params=()))
    broken("yield", function([X], [], [X], result="*", writes=(0,)))
    broken("writes", function([X], [], [X, X], result="*", writes=(3,)))
    broken("alias", function([X], [], [X], result="*", alias=(None, None)))
    broken("level", function([X], [], [X], level="baked"))


def test_rows() -> None:
    broken("no such op", function([X], [Node("frobnicate", (X,), (Y,))], [Y]))
    broken("operands", function([X], [Node("add", (X,), (Y,))], [Y]))
    broken("statics", function([X], [Node("neg", (X,), (Y,), {"axis": 1})], [Y]))
    broken("results", function([X], [Node("neg", (X,), (Y, Var("z", FLOAT)))], [Y]))
    broken("no place here", function([A], [Node("ravel", (A,), (Var("b", VECTOR),))], [A]))
    broken("no taken path", function([X], [neg(UNDEF, Y)], [Y]))
    broken("gives f64", function([A], [Node("sum", (A,), (Var("s", Scalar("f32")),), {"axis": None})], [A]))
    broken("do not fit", function([A], [Node("sum", (A,), (Var("s", Scalar("f64")),), {"axis": (3,)})], [A]))
    broken("gives", function([A, X], [Node("mul", (A, X), (Var("b", Array("f64", ("1",))),))], [A]))


def test_more_general_types_may_be_stated() -> None:
    check(function([A], [neg(A, Var("b", Array("f64", ("?",), "A")))], [A]))
    check(function([A], [neg(A, Var("b", UNKNOWN))], [A]))
    assert fits(VECTOR, Array("f64", ("?",))) and not fits(Array("f64", ("?",)), VECTOR) and not fits(FLOAT, Scalar("f64"))


@pytest.mark.parametrize("op", ["invoke", "tuple", "each", "attr"])
def test_levels_have_their_ops(op: str) -> None:
    check(function([X], [Node(op, (X,), (Y,))], [Y], level="read"))
    broken("no place at level typed", function([X], [Node(op, (X,), (Y,))], [Y], level="typed"))


def test_references_end_with_typed() -> None:
    node = Node("getitem", (A, const(0)), (Var("t", Scalar("f64")),), {"pattern": ("i",)})
    check(function([A], [node], [A], level="typed"))
    broken("no place at level owned", function([A], [node], [A]))
    broken("is a tuple", function([Var("t", Tuple((FLOAT,)))], [], [X], level="typed"))


def loop(start: Atom, carried: Type, yields: Sequence[Atom], exits: bool = False) -> Function:
    i, s, out = Var("i", INT), Var("s", carried), Var("s", carried)
    body = Region((i, s), (), tuple(s if y is X else y for y in yields))
    return function([X], [Node("for", (const(0), const(3), const(1), start), (out,), {"exits": True} if exits else {}, (body,))], [out])


def test_structure() -> None:
    check(loop(X, FLOAT, [X]))
    check(loop(X, FLOAT, [const(True), X], exits=True))
    check(loop(const(0.0), Scalar("f64"), [X]))
    broken("values yielded", loop(X, FLOAT, []))
    broken("the start gives", loop(const(0), FLOAT, [X]))
    broken("an iteration gives", loop(X, FLOAT, [const(True)]))
    c = Var("c", BOOL)
    broken("regions", function([X, c], [Node("if", (c,), (), {}, (Region((), (), ()),))], [X]))
    broken("an arm", function([X, c], [Node("if", (c,), (), {}, (Region((Y,), (), ()), Region((), (), ())))], [X]))


def test_calls() -> None:
    out, g = Var("r", FLOAT), function([Y], [], [Y])
    call = Node("call", (X,), (out,), {"callee": "g"})
    check(function([X], [call], [out]), g=g)
    broken("no function", function([X], [replace(call, attrs={"callee": "h"})], [out]), g=g)
    broken("operands", function([X], [replace(call, args=())], [out]), g=g)
    broken("its callee is at level", function([X], [call], [out]), g=replace(g, level="placed"))
    broken("the call gives", function([A], [replace(call, args=(A,))], [out]), g=g)


def store(a: Atom, out: Var) -> Node:
    return Node("store", (a, const(1.0), const(0)), (out,), {"pattern": ("i",)})


def view(a: Atom, out: Var) -> Node:
    return Node("index", (a, const(1), Const(None, const(None).type), const(None)), (out,), {"pattern": ("s",)})


def test_a_write_takes_its_operands_memory() -> None:
    b, v, s = Var("b", VECTOR), Var("v", Array("f64", ("?",))), Var("s", Scalar("f64"))
    total = Node("sum", (v,), (s,), {"axis": None, "keepdims": False})
    length = Node("dim", (A,), (Var("n", INT),), {"axis": 0})
    placed = {"level": "placed", "result": "*", "writes": (0,)}
    check(function([A], [view(A, v), total, store(A, b), length], [s, b], **placed))
    broken("read after a write", function([A], [view(A, v), store(A, b), total], [s, b], **placed))
    broken("read after a write", function([A], [store(A, b)], [A], level="placed"))
    broken("`writes` does not say so", function([A], [store(A, b)], [b], level="placed"))
    gathered = Node("index", (A, Var("i", Array("i64", ("n",)))), (v,), {"pattern": ("a",)})
    check(function([A, gathered.args[1]], [gathered, store(A, b), total], [s, b], **placed))  # type: ignore[list-item]


def swapping(kept: bool) -> Function:
    """Two arrays that swap places in each iteration, one of them written; `kept`: what was written over is read afterwards."""
    x, y, i = Var("x", VECTOR), Var("y", VECTOR), Var("i", INT)
    a, b, w, p, q = (Var(n, VECTOR) for n in "abwpq")
    s = Var("s", Scalar("f64"))
    total = Node("sum", (x if kept else p,), (s,), {"axis": None, "keepdims": False})
    copies = [Node("copy", (A,), (x,)), Node("copy", (A,), (y,))]
    body = Region((i, a, b), (store(b, w),), (w, a))
    builder = Builder()
    builder.node("for", (const(0), const(3), const(1), x, y), (p, q), (body,))
    return function([A], [*copies, *builder.nodes, total], [s], level="placed")


def test_swapped_arrays_stay_apart() -> None:
    check(swapping(kept=False))
    broken("read after a write", swapping(kept=True))


def test_reading_what_the_iteration_before_has_taken() -> None:
    i, b, s = Var("i", INT), Var("b", VECTOR), Var("s", Scalar("f64"))
    c = Var("c", VECTOR)
    body = Region((i,), (Node("sum", (c,), (s,), {"axis": None, "keepdims": False}), store(c, b)), ())
    broken(
        "read after a write",
        function([A], [Node("copy", (A,), (c,)), Node("for", (const(0), const(2), const(1)), (), {}, (body,))], [A], level="placed"),
    )
