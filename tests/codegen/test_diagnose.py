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
        y = y.foo(3)
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
