"""Which Python variable a value lives in."""

from __future__ import annotations

from difflang.ir import Var
from difflang.types import FLOAT
from difflang.writing.names import Names, free_name, identifier
from difflang.writing.statements import MISSING, Assign, For, Move, Return
from difflang.writing.syntax import Apply, Infix, Ref, Word


def var(hint: str) -> Var:
    return Var(hint, FLOAT)


def test_versions_of_a_name_share_it() -> None:
    x, y = var("x"), var("x")
    names = Names([x], [Assign(Ref(y), Infix(Ref(x), "+", Word("1"))), Return(Ref(y))], [], (), {})
    assert (names[x], names[y]) == ("x", "x")


def test_values_alive_together_do_not() -> None:
    x, y = var("x"), var("x")
    block = [Assign(Ref(y), Infix(Ref(x), "+", Word("1"))), Return(Infix(Ref(x), "*", Ref(y)))]
    names = Names([x], block, [], (), {})
    assert (names[x], names[y]) == ("x", "x_2")


def test_a_loop_carries_one_variable() -> None:
    start, carried, after, following, index = var("s"), var("s"), var("s"), var("s"), var("i")
    block = [
        Assign(Ref(start), Word("0.0")),
        Move(((carried, Ref(start)),)),
        For(
            index,
            Apply(Word("range"), (Word("3"),)),
            [Assign(Ref(following), Infix(Ref(carried), "+", Ref(index))), Move(((carried, Ref(following)),))],
        ),
        Return(Ref(after)),
    ]
    names = Names([], block, [(carried, after)], (), {})
    assert {names[v] for v in (start, carried, after, following)} == {"s"}
    assert names[index] == "i"


def test_the_user_keeps_two_names() -> None:
    x, y = var("x"), var("y")
    names = Names([x], [Move(((y, Ref(x)),)), Return(Ref(y))], [], (), {})
    assert (names[x], names[y]) == ("x", "y")


def test_nothing_is_shadowed() -> None:
    a, b, c = var("sum"), var("np"), var("lambda")
    block = [Assign(Ref(v), Word("1.0")) for v in (a, b, c)]
    names = Names([], [*block, Return(Infix(Infix(Ref(a), "+", Ref(b)), "+", Ref(c)))], [], ("np",), {})
    assert (names[a], names[b], names[c]) == ("sum_2", "np_2", "lambda_2")


def test_what_nobody_reads_is_not_moved() -> None:
    x, y = var("x"), var("y")
    move = Move(((y, Ref(x)),))
    assert not Names([x], [move, Return(Ref(x))], [], (), {}).is_live(move, 0)


def test_missing_values_end_a_life() -> None:
    x, y, z = var("x"), var("result"), var("result")
    block = [Move(((y, MISSING),)), Assign(Ref(z), Ref(x)), Move(((y, Ref(z)),)), Return(Ref(y))]
    names = Names([x], block, [], (), {})
    assert names[y] == names[z] == "result"


def test_identifiers() -> None:
    assert identifier("a b") == "a_b"
    assert identifier("2x") == "_2x"
    assert free_name("x", {"x", "x_2"}) == "x_3"
