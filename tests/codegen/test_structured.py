"""Control flow, calls, and what happens to arrays that cross them. Programs are built by hand, placed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from difflang.build import Builder
from difflang.ir import UNDEF, Function, Param, Program, Region, Var, const
from difflang.types import FLOAT, INT, Array, Scalar, Stack
from tests.codegen.harness import Native, same

VECTOR = Array("f64", ("n",))


def made(params, builder, yields, functions=None, writes=(), alias=()):
    function = Function(
        "f", tuple(Param(p.hint) for p in params), builder.region(params, yields), level="placed",
        result=("*",) * (len(yields) - len(writes)), writes=writes, alias=alias,
    )  # fmt: skip
    return Program("f", {"f": function, **(functions or {})})


def check(program, *cases):
    native = Native(program)
    for case in cases:
        same(native, program, case)


def fibonacci():
    n, out = Var("n", INT), Var("r", INT)
    inner, builder = Builder(), Builder()
    one, two = Var("a", INT), Var("b", INT)
    inner.node("call", [inner.emit("sub", n, const(1))], [one], callee="f")
    inner.node("call", [inner.emit("sub", n, const(2))], [two], callee="f")
    total = inner.emit("add", one, two)
    test = builder.emit("less", n, const(2))
    builder.node("if", [test], [out], [Region((), (), (n,)), inner.region([], [total])])
    return made([n], builder, [out])


def test_recursion():
    check(fibonacci(), (0,), (1,), (20,))


def test_endless_recursion_raises():
    n, out = Var("n", INT), Var("r", INT)
    builder = Builder()
    builder.node("call", [n], [out], callee="f")
    total = builder.emit("add", out, const(1))
    program = made([n], builder, [total])
    with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
        Native(program)(0)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("step", [1, -1, 2, -3, None])
def test_every_range(step, reverse):
    start, stop, by = Var("start", INT), Var("stop", INT), Var("by", INT)
    i, x, y = Var("i", INT), Var("x", INT), Var("y", INT)
    body, builder = Builder(), Builder()
    mixed = body.emit("add", body.emit("mul", body.emit("mod", x, const(1000003)), const(31)), i)
    args = [start, stop, by if step is None else const(step), const(7)]
    builder.node("for", args, [y], [body.region([i, x], [mixed])], reverse=reverse)
    cases = [(0, 10, 3), (10, 0, -2), (5, 5, 1), (3, -8, -1), (-4, 9, 5)]
    check(made([start, stop, by], builder, [y]), *cases)


def test_a_range_has_no_step_of_zero():
    n, i, x, y = Var("n", INT), Var("i", INT), Var("x", INT), Var("y", INT)
    builder = Builder()
    builder.node("for", [const(0), const(3), n, const(0)], [y], [Region((i, x), (), (i,))])
    with pytest.raises(ValueError, match="must not be zero"):
        Native(made([n], builder, [y]))(0)


def test_an_exit_keeps_its_iteration():
    n, i, x, y = Var("n", INT), Var("i", INT), Var("x", INT), Var("y", INT)
    body, builder = Builder(), Builder()
    after = body.emit("add", x, i)
    leave = body.emit("greater", after, n)
    builder.node("for", [const(0), const(100), const(1), const(0)], [y], [body.region([i, x], [leave, after])], exits=True)
    check(made([n], builder, [y]), (10,), (10**6,), (-1,))


def test_while():
    n, a, b, c, out = Var("n", INT), Var("a", INT), Var("b", INT), Var("c", INT), Var("r", INT)
    test, body, builder = Builder(), Builder(), Builder()
    more = test.emit("greater", a, const(1))
    less, count, rest = body.emit("floordiv", b, const(2)), body.emit("add", c, const(1)), Var("rest", INT)
    a2 = Var("c0", INT)
    builder.node("while", [n, const(0)], [rest, out], [test.region([a, a2], [more]), body.region([b, c], [less, count])])
    check(made([n], builder, [out, rest]), (1,), (1000,), (-5,))


def test_arrays_of_two_arms():
    """One arm hands on the parameter, the other a new array: the merge holds a reference to either."""
    x, n, out = Var("x", VECTOR), Var("n", INT), Var("y", VECTOR)
    then, builder = Builder(), Builder()
    doubled = then.emit("mul", x, const(2.0))
    builder.node("if", [builder.emit("greater", n, const(0))], [out], [then.region([], [doubled]), Region((), (), (x,))])
    total, more = builder.emit("sum", out, axis=None, keepdims=False), builder.emit("add", out, const(1.0))
    check(made([x, n], builder, [total, more]), (np.arange(4.0), 1), (np.arange(4.0), 0))


def test_a_loop_that_replaces_its_array():
    """x = x * 2 + y each time: the old array is released, the new one carried."""
    x, n, i, carried, out = Var("x", VECTOR), Var("n", INT), Var("i", INT), Var("c", VECTOR), Var("y", VECTOR)
    body, builder = Builder(), Builder()
    following = body.emit("add", body.emit("mul", carried, const(2.0)), x)
    builder.node("for", [const(0), n, const(1), x], [out], [body.region([i, carried], [following])])
    check(made([x, n], builder, [out]), (np.arange(4.0), 0), (np.arange(4.0), 5), (np.arange(3000.0), 3))


def test_two_arrays_change_places():
    x, z, n, i = Var("x", VECTOR), Var("z", VECTOR), Var("n", INT), Var("i", INT)
    a, b, p, q = Var("a", VECTOR), Var("b", VECTOR), Var("p", VECTOR), Var("q", VECTOR)
    builder = Builder()
    builder.node("for", [const(0), n, const(1), x, z], [p, q], [Region((i, a, b), (), (b, a))])
    first = builder.emit("sub", p, q)
    check(made([x, z, n], builder, [first]), (np.arange(4.0), np.ones(4), 3), (np.arange(4.0), np.ones(4), 2))


def writing_loop(writes):
    """for i in range(n): x[i] = x[i - 1] + i, in place."""
    x, n, i, carried, out = Var("x", VECTOR), Var("n", INT), Var("i", INT), Var("c", VECTOR), Var("y", VECTOR)
    body, builder = Builder(), Builder()
    base = x
    if not writes:
        base = Var("copy", VECTOR)
        builder.node("copy", [x], [base])
    old = body.emit("index", carried, body.emit("sub", i, const(1)), pattern=("i",))
    new = body.emit("store", carried, body.emit("add", old, i), i, pattern=("i",))
    builder.node("for", [const(0), n, const(1), base], [out], [body.region([i, carried], [new])])
    return x, n, builder, out


def test_writes_in_place():
    x, n, builder, out = writing_loop(False)
    check(made([x, n], builder, [out]), (np.arange(5.0), 5), (np.arange(5.0), 0), (np.arange(5.0), 6))
    x, n, builder, out = writing_loop(True)
    total = builder.emit("sum", out, axis=None, keepdims=False)
    check(made([x, n], builder, [total, out], writes=(0,)), (np.arange(5.0), 5))


def test_a_written_parameter_is_the_callers_memory():
    x, n, builder, out = writing_loop(True)
    program = made([x, n], builder, [const(1.0), out], writes=(0,))
    callee = program.functions["f"]
    y, m, z, one = Var("y", VECTOR), Var("m", INT), Var("z", VECTOR), Var("one", Scalar("f64", True))
    outer = Builder()
    copied = Var("copied", VECTOR)
    outer.node("copy", [y], [copied])
    outer.node("call", [copied, m], [one, z], callee="g")
    renamed = Program("f", {"f": made([y, m], outer, [one, z]).main, "g": callee})
    check(renamed, (np.arange(5.0), 4))


def tape(element, value):
    """Push n values forward, pop and add them up backward."""
    n, i, j = Var("n", INT), Var("i", INT), Var("j", INT)
    stack, s1, s2, s3, s4 = (Var(h, Stack(element)) for h in "abcde")
    builder, push, pop = Builder(), Builder(), Builder()
    builder.node("stack_new", [], [stack], element=element)
    pushed = Var("pushed", Stack(element))
    push.node("push", [s1, value(push, i)], [pushed])
    builder.node("for", [const(0), n, const(1), stack], [s2], [push.region([i, s1], [pushed])])
    total, before, popped, after = Var("total", FLOAT), Var("before", FLOAT), Var("popped", element), Var("after", Stack(element))
    pop.node("pop", [s3], [after, popped])
    number = popped if isinstance(element, Scalar) else pop.emit("sum", popped, axis=None, keepdims=False)
    more = pop.emit("cast", pop.emit("add", pop.emit("mul", before, const(1.5)), number), dtype="f64", weak=True)
    builder.node("for", [const(0), n, const(1), s2, const(0.0)], [s4, total], [pop.region([j, s3, before], [after, more])])
    return made([n], builder, [total])


def test_a_tape_of_numbers():
    check(tape(FLOAT, lambda b, i: b.emit("cast", i, dtype="f64", weak=True)), (0,), (3,), (1000,))


def test_a_tape_of_arrays():
    def value(b, i):
        return b.emit("full", b.emit("cast", i, dtype="f64", weak=True), const(3), dtype=None)

    check(tape(VECTOR, value), (0,), (3,), (200,))


def test_a_missing_value_is_any():
    n, out = Var("n", INT), Var("r", FLOAT)
    builder = Builder()
    test = builder.emit("greater", n, const(0))
    builder.node("if", [test], [out], [Region((), (), (const(2.5),)), Region((), (), (UNDEF,))])
    assert Native(made([n], builder, [out]))(1) == (2.5,)


def test_python_ints_are_checked():
    n = Var("n", INT)
    for op, other in (("add", 2**62), ("mul", 2**40), ("sub", -(2**62)), ("pow", 3), ("neg", None)):
        builder = Builder()
        args = [n] if other is None else [n, const(other)]
        check(made([n], builder, [builder.emit(op, *args)]), (5,), (-7,), (2**62,), (-(2**63),))


def test_python_numbers_raise_as_python_does():
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    for op in ("div", "floordiv", "mod", "pow"):
        builder = Builder()
        check(made([x, y], builder, [builder.emit(op, x, y)]), (5.5, 2.0), (1.0, 0.0), (0.0, -1.0), (-7.5, 2.0), (1e300, 2.0))
    m, n = Var("m", INT), Var("n", INT)
    for op in ("div", "floordiv", "mod"):
        builder = Builder()
        check(made([m, n], builder, [builder.emit(op, m, n)]), (7, 2), (-7, 2), (7, -2), (-7, -2), (1, 0), (0, 5))


def test_a_check_carries_its_details():
    n = Var("n", INT)
    builder = Builder()
    builder.node("check", [builder.emit("less", n, const(3)), n], [], error=KeyError, message="n is %d", kind="raise")
    program = made([n], builder, [n])
    assert Native(program)(2) == (2,)
    with pytest.raises(KeyError, match="n is 4"):
        Native(program)(4)


def test_results_that_are_the_parameter():
    x = Var("x", VECTOR)
    builder = Builder()
    part = builder.emit("index", x, const(1), const(None), const(None), pattern=("s",))
    program = made([x], builder, [x, part, part], alias=(0, None, None))
    native = Native(program)
    given = np.arange(4.0)
    for result, want in zip(native(given), (given, given[1:], given[1:]), strict=True):
        np.testing.assert_array_equal(result, want)
