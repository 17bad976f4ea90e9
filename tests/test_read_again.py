"""Every written derivative of the corpus is a program of the language again, tape and all, with the same numbers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.errors import DifflangError
from difflang.transforms.derived import Derived, program_of
from difflang.writing.captured import handed_over
from difflang.types import type_of
from tests.programs import Program
from tests.test_programs import SMOOTH, TWICE, cotangent, dots, rest, single
from tests.ways import assert_same, copied, define, run

REFUSED = {"oscillator"}
"""The text keeps an adjoint on a list and later writes one that only `place` knows to be another array: refused, not yet read."""

WITHOUT_AXES = {"strong_division"}
"""`result_bar if finite else 0.0`, where the cotangent that is given is an array without axes: refused, as two kinds of value."""

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("program", SMOOTH, ids=lambda p: p.name)
def test_pullback(program: Program) -> None:
    arguments = program.samples[0]
    target, given = Derived("pullback", program.function), (*arguments, cotangent(program, arguments))
    if program.name not in WITHOUT_AXES:
        check(program, target, given, compiles=True)
        return
    with pytest.raises(DifflangError, match="DL006"):
        check(program, target, given, compiles=True)


@pytest.mark.parametrize("program", SMOOTH[::6], ids=lambda p: p.name)
def test_jvp(program: Program) -> None:
    arguments = program.samples[0]
    check(program, Derived("jvp", program.function, program.wrt), (*arguments, *dots(program, arguments, 1)))


@pytest.mark.parametrize("program", TWICE[::4], ids=lambda p: p.name)
def test_pullback_of_pullback(program: Program) -> None:
    arguments = program.samples[0]
    directions = dots(program, arguments, 2)
    bars = tuple(directions[program.wrt.index(k)] if k in program.wrt else rest(a) for k, a in enumerate(arguments))
    target = Derived("pullback", Derived("pullback", program.function))
    given = (*arguments, cotangent(program, arguments), bars)
    if program.name not in REFUSED:
        check(program, target, given)
        return
    with pytest.raises(DifflangError, match="DL007"):
        check(program, target, given)


def check(program: Program, target: Any, arguments: tuple[Any, ...], compiles: bool = False) -> None:
    """The text run by Python, and read again and evaluated; compiled too where it keeps a list."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        text = dl.source(target, *copied(arguments))
        function = define(text)
        arguments = (*arguments, *handed_over(program_of(target, tuple(type_of(a) for a in arguments)).main))
        expected = function(*copied(arguments))
        for way in ("evaluated", "compiled") if compiles and ".append(" in text else ("evaluated",):
            found, _ = run(way, function, arguments)
            assert_same(found, expected, 1e-5 if single(arguments) else 1e-11, way)
