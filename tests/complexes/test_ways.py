"""Complex arguments: adjoints and tangents written as text, evaluated and compiled are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from difflang.transforms.derived import Derived
from tests.ways import assert_same, run

from .expressions import ARITHMETIC, ARRAYS, FUNCTIONS, LINEAR, lines
from .test_expressions import ARGS, grouped, program, random_like

TEXTS = [*lines(ARITHMETIC), *lines(FUNCTIONS), *lines(ARRAYS), *lines(LINEAR)]


@pytest.mark.parametrize("texts", grouped(TEXTS, 12), ids=lambda texts: texts[0])
def test_a_pullback_in_every_way(texts: list[str], tmp_path: Path) -> None:
    f, rng = program(texts, tmp_path), np.random.default_rng(1)
    with np.errstate(all="ignore"):
        cotangents = tuple(random_like(value, rng) for value in f(*ARGS))
    derived = Derived("pullback", f)
    expected, _ = run("compiled", derived, (*ARGS, cotangents))
    for way in ("written", "evaluated"):
        found, _ = run(way, derived, (*ARGS, cotangents))
        assert_same(found, expected, 1e-9, way)


@pytest.mark.parametrize("texts", grouped(TEXTS, 12), ids=lambda texts: texts[0])
def test_a_tangent_in_every_way(texts: list[str], tmp_path: Path) -> None:
    f, rng = program(texts, tmp_path), np.random.default_rng(2)
    derived = Derived("jvp", f, (0, 1, 2, 3, 4))
    tangents = tuple(random_like(value, rng) for value in ARGS)
    tangents = tuple(float(t) if isinstance(t, np.float64) else t for t in tangents)
    expected, _ = run("compiled", derived, (*ARGS, *tangents))
    for way in ("written", "evaluated"):
        found, _ = run(way, derived, (*ARGS, *tangents))
        assert_same(found, expected, 1e-9, way)
