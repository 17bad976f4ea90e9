"""Which values become parts of expressions."""

from __future__ import annotations

from difflang.build import Builder
from difflang.ir import Atom, Function, Param, Place, Var, const
from difflang.types import FLOAT, Array
from difflang.hints import is_temporary
from difflang.writing.fold import Folding

VECTOR = Array("f64", ("n",))


def folding(params: list[Var], b: Builder, *yields: Atom) -> Folding:
    function = Function("f", tuple(Param(p.hint) for p in params), b.region(params, yields), "placed", ("*",) * len(yields))
    return Folding(function, {"f": function})


def test_hints() -> None:
    assert all(map(is_temporary, ("t", "t_bar", "t_2", "x_item", "a_i", "sin_x", "_")))
    assert not any(map(is_temporary, ("x", "total", "x_bar", "weights", "result", "my_value")))


def test_used_once_is_folded_and_twice_is_not() -> None:
    x, b = Var("x", FLOAT), Builder()
    once = b.emit("sin", x, hint="t")
    twice = b.emit("mul", once, x, hint="t")
    out = b.emit("add", twice, twice, hint="t")
    found = folding([x], b, out)
    assert once in found.inline and twice not in found.inline and out in found.inline


def test_the_users_names_stay_on_their_lines() -> None:
    x, b = Var("x", FLOAT), Builder(Place("f.py", 1))
    y = b.emit("sin", x, hint="y")
    b.place = Place("f.py", 2)
    out = b.emit("mul", y, x, hint="t")
    assert y not in folding([x], b, out).inline
    same = Builder(Place("f.py", 1))
    y = same.emit("sin", x, hint="y")
    out = same.emit("mul", y, x, hint="t")
    assert y in folding([x], same, out).inline


def test_no_read_crosses_a_write() -> None:
    a, b = Var("a", VECTOR), Builder()
    own = b.emit("copy", a, hint="a")
    read = b.emit("index", own, const(0), pattern=("i",), hint="t")
    after = b.emit("store", own, const(5.0), const(0), pattern=("i",), hint="a")
    out = b.emit("mul", read, const(2.0), hint="t")
    assert read not in folding([a], b, out, after).inline


def test_a_read_of_other_memory_may() -> None:
    a, c, b = Var("a", VECTOR), Var("c", VECTOR), Builder()
    own = b.emit("copy", a, hint="a")
    read = b.emit("index", c, const(0), pattern=("i",), hint="t")
    after = b.emit("store", own, const(5.0), const(0), pattern=("i",), hint="a")
    out = b.emit("mul", read, const(2.0), hint="t")
    assert read in folding([a, c], b, out, after).inline
