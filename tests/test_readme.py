"""What the README shows is what difflang does."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

import difflang as dl
from tests.oracles import differences
from tests.ways import define

TEXT = (Path(__file__).resolve().parent.parent / "README.md").read_text()


def block(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```python\n(.*?)```", TEXT, re.DOTALL)
    assert found, f"the README has no block {mark}"
    return found[1]


def test_the_program_and_its_written_gradient() -> None:
    loss = define(block("program"), "loss")
    rng = np.random.default_rng(0)
    arguments = rng.normal(size=3), rng.normal(size=(4, 3)), rng.normal(size=4) * 2
    gradient = dl.grad(loss)
    assert dl.source(gradient, *arguments) == block("gradient")
    written = define(block("gradient"))
    np.testing.assert_allclose(written(*arguments), gradient(*arguments), rtol=1e-13)
    (expected,) = differences(loss.python, arguments, (0,), [1.0])
    np.testing.assert_allclose(gradient(*arguments), expected, rtol=1e-8)
    assert loss(*arguments) == loss.python(*arguments)
