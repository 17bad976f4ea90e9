"""Random programs, run in every way: values, arguments afterwards, derivatives forward and backward.

`DIFFLANG_PROFILE=long` grows many more; `python tests/generate.py FIRST LAST` tries a range of seeds.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.campaign import Block, recorded, summary, try_block, wide
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


@pytest.mark.parametrize("first", range(500_000, 500_100, 20))
def test_wide_programs(first: int) -> None:
    """The whole language: the first block natively, the others evaluated."""
    block = try_block(first, first + 20, wide, native=first == 500_000)
    assert not block.wrong, block.wrong
    assert block.counts["native"] + block.counts["evaluated"] > 10, "too many programs are refused to say anything"


def test_a_campaign_is_summed_up(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    record.write_text(
        Block(0, Counter(native=3, refused=1), [], Counter(DL007=1)).line() + "\n" + Block(20, Counter(evaluated=2)).line() + "\n"
    )
    assert summary(record) == "| 6 | 3 | 2 | 1 | 0 | 0 | DL007 1 |" and recorded(record) == {0, 20}
