"""What a function reaches: a change of anything it depends on changes the hash, nothing else does."""

import math

import numpy as np

from difflang.runtime.load import ABSENT
from difflang.runtime.reach import Reach


def made(text, **names):
    space = {"np": np, "math": math, **names}
    exec(compile(text, "text.py", "exec"), space)
    return space


def digest(text, name="f", **names):
    return Reach(made(text, **names)[name]).digest


BASE = "def g(x):\n    return x + 1\ndef f(x):\n    return g(x) * SCALE\n"


def test_the_hash_depends_on_all_that_is_reached():
    one = digest(BASE, SCALE=2.0)
    assert digest(BASE, SCALE=2.0) == one and digest(BASE, SCALE=3.0) == one
    assert digest(BASE.replace("x + 1", "x + 2"), SCALE=2.0) != one
    assert digest(BASE.replace("* SCALE", "/ SCALE"), SCALE=2.0) != one
    assert digest(BASE, SCALE="text") != one and digest(BASE, SCALE="other") != digest(BASE, SCALE="text")
    assert digest(BASE.replace("f(x)", "f(x, y=1)"), SCALE=2.0) != digest(BASE.replace("f(x)", "f(x, y=2)"), SCALE=2.0)


def test_numbers_are_read_and_static_things_guarded():
    space = made(BASE, SCALE=2.0)
    reach = Reach(space["f"])
    assert [f.__name__ for f in reach.functions] == ["f", "g"]
    assert [lookup.read() for lookup in reach.numbers] == [2.0]
    assert [expected for _, expected in reach.guards] == [space["g"]] and reach.current()
    space["SCALE"] = 5
    assert reach.current() and reach.numbers[0].read() == 5
    space["g"] = len
    assert not reach.current()


def test_builtins_must_not_be_shadowed():
    space = made("def f(x):\n    return max(x, 1)\n")
    reach = Reach(space["f"])
    assert [expected for _, expected in reach.guards] == [ABSENT] and reach.current()
    space["max"] = min
    assert not reach.current()


def test_recursion_cells_and_nested_code():
    def outer(scale, helper):
        def f(x):
            return f(x - 1) * scale + helper(x) if x > 0 else (lambda y: y)(x)

        return f

    reach = Reach(outer(2.0, math.sin))
    assert len(reach.functions) == 1 and [lookup.read() for lookup in reach.numbers] == [2.0]
    assert Reach(outer(3.0, math.sin)).digest == reach.digest != Reach(outer(2.0, math.cos)).digest
    assert reach.storable


def test_objects_without_a_text_are_not_stored():
    assert not Reach(made("def f(x):\n    return OBJECT(x)\n", OBJECT=type("C", (), {"__call__": lambda self, x: x})())["f"]).storable


def test_lookup_by_name():
    space = made("def f(x):\n    return x * settings[0] * module.pi\n", settings=(1.5, 2), module=math)
    reach = Reach(space["f"])
    assert reach.lookup(0, "settings[0]").read() == 1.5 and reach.lookup(0, "module.pi").read() == math.pi


def test_rules_of_library_functions_count(monkeypatch):
    from difflang.runtime import reach

    text = "def f(x):\n    return np.sinc(x)\n"
    before = digest(text)
    monkeypatch.setitem(reach.RULES, np.sinc, [made("def r(x):\n    return x, None\n")["r"]])
    one = digest(text)
    monkeypatch.setitem(reach.RULES, np.sinc, [made("def r(x):\n    return 2 * x, None\n")["r"]])
    assert len({before, one, digest(text)}) == 3
    assert digest("def f(x):\n    return np.sin(x)\n") == digest("def f(x):\n    return np.sin(x)\n")


def test_tables_of_pythons_own_modules_are_not_guarded() -> None:
    import re
    import sys

    def f(x: float) -> float:
        return x if len(sys.modules) or re.compile("a") else 0.0

    reach = Reach(f)
    before = reach.current()
    re.compile("something that this process has not seen yet")
    assert before and reach.current()
