"""All problems of a function at once, and the warnings about derivatives that are zero."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import difflang as dl
from difflang.cli import main
from difflang.errors import CODES, DerivativeWarning, DifflangError, Fix
from difflang.fix import apply, fixes
from difflang.ir import Place

MANY = """
import numpy as np

def many(x, n):
    y = np.nosuch(x)
    total = missing + x
    for i in range(n):
        y = y.dump(3)
        total += undefined_too
    return total + y

def good(x):
    return x * 2.0
"""


def lost(x):
    return float(int(x * 3.0)) * 2.0


def counted(x):
    steps = int(x)
    total = 0.0
    for i in range(steps):
        total += i * x
    return total / steps


def found_at(x):
    return x[np.argmax(x)]


def unrelated(x, y):
    return y * 2.0


def test_all_problems_in_one_pass(tmp_path: Path) -> None:
    path = tmp_path / "many.py"
    path.write_text(MANY)
    space: dict[str, object] = {}
    exec(compile(MANY, str(path), "exec"), space)
    found = dl.diagnose(space["many"])
    assert [(e.code, e.line) for e in found] == [("DL003", 5), ("DL003", 6), ("DL025", 8), ("DL003", 9)]
    assert dl.diagnose(space["good"]) == dl.diagnose(space["good"], 1.0) == []


def types_do_not_fit(x):
    y = x @ 3.0
    z = x[0, 0, 0]
    return np.sum(x) + y + z


def test_problems_of_types_too() -> None:
    found = dl.diagnose(types_do_not_fit, np.ones(3))
    assert [e.code for e in found] == ["DL005", "DL023"] and found[0].line == found[1].line - 1  # type: ignore[operator]


def test_a_derivative_lost_through_an_integer() -> None:
    (warning,) = dl.diagnose(lost, 1.0)
    assert isinstance(warning, DerivativeWarning) and warning.code == "DL020" and warning.severity == "warning"
    (warning,) = dl.diagnose(dl.grad(counted), 3.0)
    assert warning.code == "DL020" and warning.origin and "int(x)" in warning.origin.line(warning.line or 0)
    assert dl.diagnose(found_at, np.ones(3)) == []  # a position is no value


def test_a_result_that_does_not_depend() -> None:
    (warning,) = dl.diagnose(dl.grad(unrelated), 1.0, 2.0)
    assert warning.code == "DL021" and "depend on x " in warning.reason
    assert dl.diagnose(dl.grad(unrelated, 1), 1.0, 2.0) == []


def test_forms_of_the_command_line(tmp_path: Path, capsys) -> None:
    path = tmp_path / "forms.py"
    path.write_text(MANY)
    assert main(["check", str(path)]) == 1
    text = capsys.readouterr().out
    assert text.count("error: DL003") == 3 and "good: fine" in text and "^^^^" in text
    assert main(["check", f"{path}:good"]) == 0
    capsys.readouterr()
    assert main(["check", "--format", "json", str(path)]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["line"] for row in rows] == [5, 6, 8, 9] and rows[0]["column"] == 9 and rows[0]["file"] == str(path)
    assert main(["check", "--format", "sarif", str(path)]) == 1
    run = json.loads(capsys.readouterr().out)["runs"][0]
    assert [r["ruleId"] for r in run["results"]] == ["DL003", "DL003", "DL025", "DL003"]
    assert run["tool"]["driver"]["rules"][0] == {"id": "DL003", "shortDescription": {"text": CODES["DL003"]}}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 5, "startColumn": 9, "endLine": 5, "endColumn": 18}


def test_a_fix_replaces_an_expression() -> None:
    place = Place("f.py", 1, 4, 1, 5)
    error = DifflangError("DL003", "no x here", place, fix=Fix(place, "(y + 1)"))
    assert fixes([error, error]) == {"f.py": [Fix(place, "(y + 1)")]}
    assert apply("z = x  # kept\n", [Fix(place, "(y + 1)")]) == ("z = (y + 1)  # kept\n", 1)
    assert apply("z = 1 + x\n", [Fix(Place("f.py", 1, 5, 1, 8), "y")]) == ("z = 1 + x\n", 0)


OLD = """import numpy as np


def area(y, x):
    under = np.trapz(y, x)
    return under + np.product(x)  # as NumPy 1 said it


def typo(x):
    return np.sine(x)
"""


def test_names_that_numpy_removed_are_mended(tmp_path: Path, capsys) -> None:
    path = tmp_path / "old.py"
    path.write_text(OLD)
    assert main(["check", "--fix", f"{path}:area"]) == 1
    said = capsys.readouterr()
    assert "NumPy calls it np.prod now" in said.out and "fixes applied" in said.err
    text = path.read_text()
    assert "under = np.trapezoid(y, x)" in text and "np.prod(x)  # as NumPy 1 said it" in text
    space: dict[str, object] = {}
    exec(compile(text, str(path), "exec"), space)
    assert dl.diagnose(space["area"]) == []
    main(["check", f"{path}:typo"])
    assert "did you mean np.sin" in capsys.readouterr().out


PLAIN = '''
import numpy as np
from dataclasses import dataclass


@dataclass
class Model:
    w: np.ndarray
    b: float

    def predict(self, x):
        return x @ self.w + self.b

    def bad(self, x):
        global kept
        return x.tobytes()

    @property
    def size(self):
        return self.w.size

    @staticmethod
    def named(x: np.ndarray):
        return x.nothing()

    @classmethod
    def make(cls, n: int):
        return cls(np.zeros(n), 0.0)


def mask(x: np.ndarray, y: np.ndarray):
    a = x > 0 and y > 0
    b = max(x, y)
    return b + (x if a else y)


async def walks(x):
    return missing


def any_object(model, x):
    return model.go(model.w) @ x


def lost_sum(x: np.ndarray):
    return x.astype(int).sum()


def ends(x):
    y = missing
    x.dump(3)
'''


def test_files_that_nobody_has_decorated(tmp_path: Path, capsys) -> None:
    """Methods of classes, problems of reading and of types together, arrays of a rank that is not said."""
    path = tmp_path / "plain.py"
    path.write_text(PLAIN)
    assert main(["check", "--format", "json", str(path)]) == 1
    found = [(row["function"], row["code"]) for row in json.loads(capsys.readouterr().out)]
    assert found == [
        ("Model.bad", "DL001"), ("Model.bad", "DL025"), ("Model.named", "DL025"), ("mask", "DL022"), ("mask", "DL022"),
        ("walks", "DL042"), ("walks", "DL003"), ("lost_sum", "DL020"), ("ends", "DL003"), ("ends", "DL025"),
    ]  # fmt: skip
    main(["check", str(path)])
    said = capsys.readouterr().out
    assert all(f"{name}: fine" in said for name in ("Model.predict", "Model.size", "Model.make", "any_object"))


FIXABLE = '''
import math
import numpy as np
from numpy import random


def several(x: np.ndarray, y: np.ndarray):
    a = x > 0 and y > 0
    b = max(x, y)
    c = np.product(b)
    return np.sum(np.where(a, b, 0.0)) + c


def more(x: "f64[:]"):
    low = not x
    return np.sum(np.where(low, 1.0, x if x > 2 else -x)) + np.trapz(x)
'''


def test_fixed_files_pass(tmp_path: Path, capsys) -> None:
    path = tmp_path / "fixable.py"
    path.write_text(FIXABLE)
    assert main(["check", "--fix", str(path)]) == 1
    while main(["check", "--fix", str(path)]):
        assert "0 of" not in capsys.readouterr().err
    space: dict[str, object] = {}
    exec(compile(path.read_text(), str(path), "exec"), space)
    x, y = np.array([1.0, 3.0, 0.0]), np.array([2.0, -1.0, 1.0])
    for name, args in (("several", (x, y)), ("more", (x,))):
        assert np.isclose(dl.differentiable(space[name])(*args), space[name](*args))  # type: ignore[operator]
