"""The conventions at kinks: every row of the tables of docs/kinks.md, in every way that difflang runs."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from difflang.transforms.derived import Derived
from tests.ways import WAYS, define, run

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "kinks.md").read_text()
ROW = re.compile(r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \|", re.MULTILINE)


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall(PAGE)


def test_the_page_has_its_rows() -> None:
    assert len(rows()) >= 50 and len(rows()) == len(set(rows()))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("text", "point", "expected"), rows(), ids=[f"{row[0]} at {row[1]}" for row in rows()])
def test_convention(text: str, point: str, expected: str, way: str) -> None:
    name = "a" if point.startswith("[") else "x"
    function = define(f"def f({name}):\n    return {text}\n", "f", {"np": np})
    at, slope = (value(words) for words in (point, expected))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gradient, _ = run(way, Derived("grad", function), (at,))
        np.testing.assert_array_equal(gradient, slope)
        for direction in np.eye(len(at)) if name == "a" else [1.0]:
            (_, tangent), _ = run(way, Derived("jvp", function, (0,)), (at, direction))
            np.testing.assert_array_equal(tangent, np.sum(slope * direction) if name == "a" else slope)


def value(words: str) -> Any:
    number = eval(words, {"np": np, "inf": np.inf, "nan": np.nan})
    return np.array(number) if isinstance(number, list) else number
