"""Whole texts: the corpus and its derivatives pass ruff, compile, and import what they need and no more."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

from difflang.transforms.derived import Derived, program_of
from difflang.transforms.place.place import place
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of
from difflang.writing import write
from difflang.writing.python import callee_first
from tests.test_programs import cotangent
from tests.programs import CORPUS
from tests.writing.ruff import ruff
from tests.writing.texts import owned, text_of

# The text says what the program says: an always equal comparison of the user's stays, and a raise in a branch of a branch.
OURS = "--extend-ignore=PLR0124,SIM102"


def helper(x):  # type: ignore[no-untyped-def]
    return x * x


def caller(x):  # type: ignore[no-untyped-def]
    return helper(x) + helper(x + 1.0)


def test_callees_come_first() -> None:
    program = owned(caller, 1.0)
    assert callee_first(program)[-1] == program.entry
    text = text_of(caller, 1.0)
    assert text.index("def helper") < text.index("def caller")
    assert "import" not in text


def test_corpus_is_clean(tmp_path: Path) -> None:
    count = 0
    for program in CORPUS:
        if "messages" in program.traits:
            continue  # the user's own % stays as he wrote it
        arguments = program.samples[0]
        targets = [(program.function, arguments)]
        if program.order and count % 2:
            targets.append((Derived("jvp", program.function, program.wrt), (*arguments, *(arguments[k] for k in program.wrt))))
        elif program.order:
            targets.append((Derived("pullback", program.function), (*arguments, cotangent(program, arguments))))
        for number, (target, given) in enumerate(targets):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                text = write(place(simplify(program_of(target, [type_of(a) for a in given]))))
            ast.parse(text)
            (tmp_path / f"{program.name}_{number}.py").write_text(text)
            count += 1
    assert count > 200
    ruff("check", OURS, str(tmp_path))
    ruff("format", "--check", str(tmp_path))
