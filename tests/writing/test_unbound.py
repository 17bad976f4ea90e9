"""Values that some path leaves out may still be handed on: the variable starts as the least value of its type then."""

from __future__ import annotations

from difflang.ir import Var
from difflang.types import FLOAT
from difflang.writing.names import Names
from difflang.writing.statements import MISSING, Assign, If, Move, Return
from difflang.writing.syntax import Infix, Pack, Ref, Word
from difflang.writing.unbound import unbound_names


def test_returned_but_missing_on_one_path() -> None:
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    branch = If(Infix(Ref(x), "<", Word("0")), [Move(((y, Ref(x)),))], [Move(((y, MISSING),))])
    block = [branch, Return(Pack((Ref(x), Ref(y))))]
    names = Names([x], block, [], (), {})
    assert unbound_names(block, names, [x], "np") == {"y": "0.0"}


def test_assigned_on_both() -> None:
    x, y = Var("x", FLOAT), Var("y", FLOAT)
    branch = If(Infix(Ref(x), "<", Word("0")), [Move(((y, Ref(x)),))], [Move(((y, Word("1.0")),))])
    block = [branch, Return(Ref(y))]
    assert unbound_names(block, Names([x], block, [], (), {}), [x], "np") == {}


def test_read_by_nobody_needs_nothing() -> None:
    x, y, z = Var("x", FLOAT), Var("y", FLOAT), Var("z", FLOAT)
    branch = If(Infix(Ref(x), "<", Word("0")), [Move(((y, Ref(x)),))], [Move(((y, MISSING),))])
    block = [branch, Assign(Ref(z), Infix(Ref(y), "+", Ref(x))), Return(Ref(z))]
    assert unbound_names(block, Names([x], block, [], (), {}), [x], "np") == {}
