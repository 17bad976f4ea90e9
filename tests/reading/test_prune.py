"""Nothing is carried, yielded or made that nobody reads."""

from __future__ import annotations

from difflang.ir import Region, Var, const
from difflang.reading.prune import prune
from difflang.build import Builder
from tests.reading.show import body


def test_a_carried_value_that_only_feeds_itself_goes() -> None:
    lines = body("k = 0\nfor i in range(n):\n    if i:\n        k = k\n    x = x + i\nreturn x")
    assert lines[0] == "x' = for(0, n, 1, x)"


def test_computations_stay_even_if_their_result_is_not_read() -> None:
    assert body("z = x / y\nreturn x") == ["z = div(x, y)", "yield x"]


def test_functions_that_are_never_called_go() -> None:
    assert body("g = lambda v: v + x\nif n:\n    g = abs\nreturn y") == ["if(n)", "  yield", "-", "  yield", "yield y"]


def test_a_loops_chain_of_uses_is_kept() -> None:
    """a is read only by b's next value, b only after the loop."""
    lines = body("a = x\nb = y\nfor i in range(n):\n    b = a\n    a = a + i\nreturn b")
    assert lines[0] == "b, a = for(0, n, 1, y, x)"


def test_results_of_an_if_by_hand() -> None:
    builder = Builder()
    x, one, two = Var("x"), Var("one"), Var("two")
    then = Region((), (), (const(1), const(2)))
    other = Region((), (), (const(3), x))
    builder.node("if", [x], [one, two], [then, other])
    pruned = prune(builder.region([x], [two]))
    (node,) = pruned.nodes
    assert node.outs == (two,) and [region.yields for region in node.regions] == [(const(2),), (x,)]
