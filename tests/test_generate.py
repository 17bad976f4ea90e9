"""Random programs, run in every way: values, arguments afterwards, derivatives forward and backward.

`DIFFLANG_PROFILE=long` grows many more; `python tests/generate.py FIRST LAST` tries a range of seeds.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compare import check, refused
from tests.generate import arguments, grow
from tests.ways import define

SEEDS = range(40)
refusals: list[str] = []


def attempt(text: str, seed: int, ways: tuple[str, ...]) -> None:
    try:
        check(text, arguments(seed), ways)
    except Exception as error:
        if not refused(error):
            error.add_note(text)
            raise
        refusals.append(text)


@settings(max_examples=min(settings().max_examples, 2000) if settings().max_examples > 100 else 40)
@given(st.data())
def test_grown_programs_evaluated(data: st.DataObject) -> None:
    text = grow(lambda n: data.draw(st.integers(0, n - 1)))
    attempt(text, 1, ("evaluated",))


@pytest.mark.parametrize("block", range(4))
def test_seeded_programs_evaluated(block: int) -> None:
    before = len(refusals)
    for seed in range(1000 + 30 * block, 1030 + 30 * block):
        attempt(grow(random.Random(seed).randrange), seed, ("evaluated",))
    assert len(refusals) - before < 15, "too many programs are refused to say anything"


@pytest.mark.parametrize("seed", SEEDS)
def test_seeded_programs_compiled(seed: int) -> None:
    attempt(grow(random.Random(seed).randrange), seed, ("evaluated", "compiled"))


@pytest.mark.parametrize("seed", range(200, 215))
def test_seeded_programs_written(seed: int) -> None:
    attempt(grow(random.Random(seed).randrange), seed, ("evaluated", "written"))


def test_grown_programs_are_python() -> None:
    """The generator itself: its programs run, and most stay within bounds."""
    usable = 0
    for seed in range(100):
        function = define(grow(random.Random(seed).randrange), "program")
        usable += abs(float(function(*arguments(seed)))) < 1e4
    assert usable > 80
