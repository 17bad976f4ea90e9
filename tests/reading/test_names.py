"""What names mean: captures, constants, guards, imports; and whose names they are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from difflang.errors import OutsideLanguage
from difflang.ir import Const, walk
from difflang.reading import read
from tests.reading.run import run
from tests.reading.show import body, define, read_text

scale = 2.0
weights = np.arange(3.0)
sizes = (2, 3)
mixed = (weights, 5, None, math.sin, (1.5, weights))


def uses_globals(x: Any) -> Any:
    return x * scale + weights[0] * len(weights)


def test_numbers_and_arrays_are_read_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    function = read(uses_globals)
    assert [capture.name for capture in function.captures] == ["scale", "weights"]
    assert [param.hint for param in function.body.params] == ["x", "scale", "weights"]
    assert run(function, 1.0) == 2.0
    monkeypatch.setitem(globals(), "scale", 10)
    assert run(function, 1.0) == 10.0
    assert read(uses_globals) is function


def test_static_objects_are_constants_with_guards() -> None:
    helper = define("def f(x):\n    return x\n")
    function = read_text("def f(x):\n    return helper(x) + np.sin(x) + abs(x)\n", helper=helper)
    guards = {guard.name: guard.value for guard in function.guards}
    assert guards == {"helper": helper, "np": np, "abs": abs}
    assert all(guard.read() is guard.value for guard in function.guards)
    assert not function.captures


def test_tuples_are_taken_apart() -> None:
    function = read_text("def f(x):\n    return mixed, x.reshape(sizes)\n", mixed=mixed, sizes=sizes)
    assert [capture.name for capture in function.captures] == ["mixed[0]", "mixed[4][1]"]
    assert {guard.name for guard in function.guards} == {"mixed", "sizes"}
    result, reshaped = run(function, np.zeros(6))
    assert result == mixed and reshaped.shape == (2, 3)


def test_constants_of_numpy_and_math_are_folded() -> None:
    function = read_text("def f(x):\n    return x * np.pi + math.tau + np.inf\n")
    assert not function.captures
    numbers = [atom.value for node in walk(function.body) for atom in node.args if isinstance(atom, Const)]
    assert numbers == [math.pi, math.tau, math.inf]


class Settings:
    rate = 0.5

    def scaled(self, x: Any) -> Any:
        return x * self.rate


def test_attributes_of_objects_are_followed_by_name() -> None:
    settings = Settings()
    settings.table = np.ones(2)  # type: ignore[attr-defined]
    settings.kind = "fast"  # type: ignore[attr-defined]
    function = read_text(
        "def f(x):\n    if settings.kind == 'fast':\n        x = x * settings.rate\n    return settings.scaled(x) + settings.table[0]\n",
        settings=settings,
    )
    assert [capture.name for capture in function.captures] == ["settings.rate", "settings.table"]
    assert {guard.name for guard in function.guards} == {"settings", "settings.kind"}
    assert run(function, 2.0) == 1.5
    settings.rate = 1.0
    assert run(function, 2.0) == 3.0


def test_a_modules_own_numbers_are_captured() -> None:
    import types

    config = types.ModuleType("config")
    config.STEP = 0.25  # type: ignore[attr-defined]
    function = read_text("def f(x):\n    return x * config.STEP\n", config=config)
    assert [capture.name for capture in function.captures] == ["config.STEP"] and run(function, 2.0) == 0.5


def test_closure_cells() -> None:
    text = "def make(k, g):\n    def f(x):\n        return g(x) * k\n    return f\nf = make(3, abs)\n"
    function = read_text(text)
    assert [capture.name for capture in function.captures] == ["k"] and run(function, -2) == 6
    assert {guard.name for guard in function.guards} == {"g"}


def test_an_empty_cell_has_no_value() -> None:
    text = "def make():\n    def f(x):\n        return later * x\n    return f\n    later = 1\nf = make()\n"
    with pytest.raises(OutsideLanguage) as caught:
        read_text(text)
    assert caught.value.code == "DL003"


def test_the_users_names_may_be_anything() -> None:
    """Names of temporaries, of modules, of builtins, and of the reader's own keys are ordinary names."""
    text = """
def f(t, np, range, skip, returned, result, left):
    for i in range:
        if i == left:
            return t, np, skip, returned, result
        sum = t
        t = sum + np
    abs = skip
    return abs + t
"""
    function, plain = read_text(text), define(text)
    for left in (1, 9):
        assert run(function, 1, 2, [0, 1, 2], 4, 5, 6, left) == plain(1, 2, [0, 1, 2], 4, 5, 6, left)
    assert not function.captures and not function.guards


def test_a_local_name_for_a_module() -> None:
    function = read_text("def f(x):\n    la, m = np.linalg, math\n    sqrt = m.sqrt\n    return la.norm(x) + sqrt(m.pi) + m.e\n")
    targets = [node.args[0].value for node in walk(function.body) if node.op == "invoke" and isinstance(node.args[0], Const)]
    assert targets == [np.linalg.norm, math.sqrt] and not any(node.op in ("attr", "method") for node in walk(function.body))


def test_private_names_of_a_class() -> None:
    text = """
class _Model:
    def __init__(self):
        self.__scale = 3
    def f(self, x):
        return self.__scale * x + self.__twice(x) + _Model.__shift
    def __twice(self, x):
        return 2 * x
    __shift = 7
f = _Model.f
model = _Model()
"""
    plain = define(text)
    function = read(plain)
    model = plain.__globals__["model"]
    assert run(function, model, 2) == model.f(2) == 17


def test_methods_of_objects_have_no_guard() -> None:
    settings = Settings()
    plain = define("def f(x):\n    g = settings.scaled\n    return g(x)\n", settings=settings)
    function = read(plain)
    assert {guard.name for guard in function.guards} == {"settings"} and read(plain) is function
    assert run(function, 4) == 2.0


def test_a_shadowed_builtin_is_what_it_is() -> None:
    own = define("def f(x):\n    return x * 100\n")
    function = read_text("def f(x):\n    return abs(x)\n", abs=own)
    assert [guard.value for guard in function.guards] == [own]
    guard = read_text("def f(x):\n    return abs(x)\n").guards[0]
    assert guard.read() is abs


def test_a_local_of_a_globals_name_hides_it() -> None:
    assert body("K = x\nreturn K", K=5) == ["yield x"]
    with pytest.raises(OutsideLanguage, match="'K' has no value"):
        body("y = K\nK = x\nreturn y", K=5)


def test_imports_say_what_names_mean() -> None:
    text = (
        "import numpy as xp, math\nfrom math import sin as s\nfrom numpy import exp\n"
        "def f(t):\n    return xp.cos(t) + s(t) + exp(t) + abs(t) + math.e\n"
    )
    origin = read_text(text).origin
    assert origin is not None
    assert dict(origin.imports) == {"xp": "numpy", "math": "math", "s": "math.sin", "exp": "numpy.exp"}


@pytest.mark.parametrize("value", [bytearray(1)])
def test_what_cannot_be_captured(value: Any) -> None:
    with pytest.raises(OutsideLanguage) as caught:
        read_text("def f(x):\n    return x + thing\n", thing=value)
    assert (caught.value.code, caught.value.line, caught.value.column) == ("DL001", 2, 15)
