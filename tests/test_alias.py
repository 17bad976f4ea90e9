"""Which values may share memory: traced through views, writes, loops, branches and stacks."""

from __future__ import annotations

from difflang.alias import Aliases, Copies
from difflang.build import Builder
from difflang.ir import Atom, Function, Node, Param, Region, Var, const
from difflang.types import INT, Array, Stack

VECTOR = Array("f64", ("n",))


def aliases(params: list[Var], b: Builder, *yields: Atom, copies: Copies | None = None) -> Aliases:
    function = Function("f", tuple(Param(p.hint) for p in params), b.region(params, yields), "owned")
    return Aliases(function, {"f": function}, copies=copies)


def carried(b: Builder, init: list[Var], body: list[Node], params: list[Var], yields: list[Atom]) -> list[Var]:
    outs = [Var(p.hint, p.type) for p in params]
    region = Region((Var("i", INT), *params), tuple(body), tuple(yields))
    b.node("for", [const(0), const(3), const(1), *init], outs, [region])
    return outs


def test_views_and_versions_are_their_base() -> None:
    a, b = Var("a", VECTOR), Builder()
    part = b.emit("index", a, const(1), const(None), const(None), pattern=("s",))
    after = b.emit("store", a, const(1.0), const(0), pattern=("i",))
    fresh = b.emit("add", a, const(1.0))
    found = aliases([a], b, after)
    assert found.share(a, part) and found.share(after, part) and not found.share(fresh, a)  # type: ignore[arg-type]
    assert found.must(after, a) and not found.must(fresh, a)  # type: ignore[arg-type]


def test_a_gathered_copy_shares_nothing() -> None:
    a, index, b = Var("a", VECTOR), Var("k", Array("i64", ("n",))), Builder()
    taken = b.emit("index", a, index, pattern=("a",))
    assert not aliases([a, index], b, taken).share(a, taken)  # type: ignore[arg-type]


def test_a_branch_may_be_either() -> None:
    a, c, other, b = Var("a", VECTOR), Var("c", VECTOR), Var("d", VECTOR), Builder()
    out = Var("x", VECTOR)
    b.node("if", [const(True)], [out], [Region((), (), (a,)), Region((), (), (c,))])
    found = aliases([a, c, other], b, out)
    assert found.share(a, out) and found.share(c, out) and not found.share(other, out)
    assert not found.must(out, a)


def test_swapped_buffers_stay_apart() -> None:
    b = Builder()
    one, two = b.emit("zeros", const(3), dtype="f64"), b.emit("zeros", const(3), dtype="f64")
    p, q = Var("p", VECTOR), Var("q", VECTOR)
    x, y = carried(b, [one, two], [], [p, q], [q, p])  # type: ignore[list-item]
    found = aliases([], b, x, y)
    assert not found.share(p, q) and not found.share(x, y)
    assert found.share(one, p) and found.share(one, q)  # type: ignore[arg-type]


def test_buffers_that_meet_do_not() -> None:
    b = Builder()
    one, two = b.emit("zeros", const(3), dtype="f64"), b.emit("zeros", const(3), dtype="f64")
    p, q = Var("p", VECTOR), Var("q", VECTOR)
    x, y = carried(b, [one, two], [], [p, q], [p, p])  # type: ignore[list-item]
    found = aliases([], b, x, y)
    assert found.share(p, q) and found.share(x, y)


def test_a_stack_holds_what_was_pushed() -> None:
    a, other, b = Var("a", VECTOR), Var("c", VECTOR), Builder()
    stack = b.emit("push", b.emit("stack_new", element=VECTOR), a)
    rest, top = Var("s", Stack(VECTOR)), Var("x", VECTOR)
    b.node("pop", [stack], [rest, top])
    found = aliases([a, other], b, top)
    assert found.share(a, top) and found.share(a, rest) and not found.share(other, top)


def test_a_copy_cuts_the_tie() -> None:
    a, b = Var("a", VECTOR), Builder()
    after = b.emit("store", a, const(1.0), const(0), pattern=("i",))
    cut = Copies(operands={(id(b.nodes[0]), 0)})
    assert not aliases([a], b, after, copies=cut).share(a, after)  # type: ignore[arg-type]


def test_a_spread_number_may_not_be_written() -> None:
    b = Builder()
    spread = b.emit("broadcast_to", const(1.0), const(3))
    p = Var("p", VECTOR)
    (x,) = carried(b, [spread], [], [p], [p])  # type: ignore[list-item]
    found = aliases([], b, x)
    assert found.is_frozen(p) and found.is_frozen(x)
