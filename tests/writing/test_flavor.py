"""Python's and NumPy's numbers in the text: a division that NumPy answers is never handed to Python."""

from __future__ import annotations

import numpy as np

from difflang.build import Builder
from difflang.ir import Const, Function, Param, Program, Var, const
from difflang.transforms.place.place import place
from difflang.types import FLOAT, INT, Scalar
from difflang.writing import write
from tests.writing.texts import defined

STRONG = Scalar("f64")


def test_a_sum_that_starts_from_zero() -> None:
    """The loop does not run: the text's sum is Python's 0.0, and 1 / 0.0 must still be inf."""
    n, x, b = Var("n", INT), Var("x", STRONG), Builder()
    inner = Builder()
    index, carried = Var("i", INT), Var("s", STRONG)
    region = inner.region([index, carried], [inner.emit("add", carried, x)])
    region = type(region)(region.params, tuple(inner.nodes), region.yields)
    out = Var("s", STRONG)
    b.node("for", [const(0), n, const(1), Const(np.float64(0.0), STRONG)], [out], [region])
    result = b.emit("div", const(1.0), out)
    function = Function("f", (Param("n"), Param("x")), b.region([n, x], [result]), "owned")
    text = write(place(Program("f", {"f": function})))
    assert "s = 0.0\n" in text and "np.divide(1.0, s)" in text
    with np.errstate(all="ignore"):
        assert defined(text)(0, np.float64(2.0)) == np.inf


def test_pythons_own_division_stays() -> None:
    x, y, b = Var("x", FLOAT), Var("y", FLOAT), Builder()
    result = b.emit("div", x, y)
    text = write(place(Program("f", {"f": Function("f", (Param("x"), Param("y")), b.region([x, y], [result]), "owned")})))
    assert "return x / y" in text
