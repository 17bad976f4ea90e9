"""Fixes: what is proposed for the text at a problem's place, applied to the file, and run."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.fix import apply

A = np.array([-1.5, 0.5, 2.0])


def loaded(path: Path, text: str) -> Any:
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # "is" with a literal: that is what is mended
        spec.loader.exec_module(module)
    return module


# (the body of a function of one argument, the argument, the number of the problem, what the line says afterwards)
CASES = [
    ("return math.sin(x).sum()", A, "DL005", "return np.sin(x).sum()"),
    ("return (math.pow(x, 2.0)).sum()", A, "DL005", "return (np.pow(x, 2.0)).sum()"),
    ("return np.sum(cosine(x))", A, "DL005", "return np.sum(np.cos(x))"),
    ("return np.sum(round(x))", A, "DL005", "return np.sum(np.round(x))"),
    ("return np.sum(x > 0 and x < 1)", A, "DL022", "return np.sum(np.logical_and(x > 0, x < 1))"),
    ("return np.sum((x > 0) or (x < -1) or x == 0.5)", A, "DL022", "return np.sum(np.logical_or(np.logical_or(x > 0, x < -1), x == 0.5))"),
    ("return np.sum(not x)", A, "DL022", "return np.sum(np.logical_not(x))"),
    ("k = 0.0; y = np.sum(k < x <= 1); return y", A, "DL022", "k = 0.0; y = np.sum(np.logical_and(k < x, x <= 1)); return y"),
    ("y = max(x, 0.0, x - 1.0); return y.sum()", A, "DL022", "y = np.maximum(np.maximum(x, 0.0), x - 1.0); return y.sum()"),
    ("y = 0.0 if x < 0 else x; return y.sum()", A, "DL022", "y = np.where(x < 0, 0.0, x); return y.sum()"),
    ("return 1.0 * any(np.outer(x, x))", A, "DL022", "return 1.0 * np.any(np.outer(x, x))"),
    ("return 1.0 if x is 3 else 2.0", 3, "DL029", "return 1.0 if x == 3 else 2.0"),
    ("return 1.0 if x is not 3 else 2.0", 4, "DL029", "return 1.0 if x != 3 else 2.0"),
    ("return 1.0 if x is not x + 1 else 2.0", A, "DL029", "return 1.0 if not np.array_equal(x, x + 1) else 2.0"),
    ("y = x + 1; return 1.0 * (x is y)", A, "DL029", "y = x + 1; return 1.0 * (np.array_equal(x, y))"),
    ("k = np.arange(3); k += x; return k.sum()", 1.5, "DL041", "k = np.arange(3); k = k + x; return k.sum()"),
    ("k = np.arange(3); k *= x + 1; return k.sum()", 1.5, "DL041", "k = np.arange(3); k = k * (x + 1); return k.sum()"),
]
HEAD = "import math\nfrom math import cos as cosine\nimport numpy as np\n\n\ndef f(x):\n    "


@pytest.mark.parametrize(("body", "argument", "code", "after"), CASES, ids=[case[0] for case in CASES])
def test_the_fix_is_what_a_person_would_have_written(body: str, argument: Any, code: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    module = loaded(path, HEAD + body + "\n")
    problems = dl.diagnose(module.f, argument)
    assert problems[0].code == code
    assert problems[0].fix is not None and problems[0].way_out == f"write {problems[0].fix.text}"
    text, done = apply(path.read_text(), [problems[0].fix])
    assert (text, done) == (HEAD + after + "\n", 1)
    mended = loaded(tmp_path / "mended.py", text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not [p for p in dl.diagnose(mended.f, argument) if p.severity == "error"]
        np.testing.assert_allclose(dl.differentiable(mended.f)(argument), mended.f(argument), rtol=1e-14)


ONE_TRUTH = [
    "if x > 0 and x < 1:\n        return 1.0\n    return x.sum()",
    "while not x:\n        x = x + 1.0\n    return x.sum()",
    "assert x > 0 or x < 1\n    return x.sum()",
    "return np.sum(0 < abs(x) < 1)",
    "return float(x)",
    "return max(*x, x)",
]


@pytest.mark.parametrize("body", ONE_TRUTH)
def test_where_one_truth_is_asked_or_more_would_change_nothing_is_proposed(body: str, tmp_path: Path) -> None:
    problems = dl.diagnose(loaded(tmp_path / "program.py", HEAD + body + "\n").f, A)
    assert problems and problems[0].fix is None and "write np." not in problems[0].way_out


def test_numpy_is_imported_where_the_file_has_not_done_so(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    text = '"""A program."""\n\nimport math\n\n\ndef f(x):\n    return math.sin(x).sum()\n'
    problems = dl.diagnose(loaded(path, text).f, A)
    assert problems[0].fix is not None
    mended, _ = apply(text, [problems[0].fix])
    assert "import numpy as np\n" in mended
    assert dl.differentiable(loaded(tmp_path / "mended.py", mended).f)(A) == pytest.approx(np.sin(A).sum())


def test_an_indented_function_is_mended_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    text = "import math\n\n\ndef outer():\n    def f(ä):\n        return math.sin(ä).sum()  # ß\n\n    return f\n\n\nf = outer()\n"
    problems = dl.diagnose(loaded(path, text).f, A)
    assert problems[0].fix is not None
    assert "        return np.sin(ä).sum()  # ß\n" in apply(text, [problems[0].fix])[0]
