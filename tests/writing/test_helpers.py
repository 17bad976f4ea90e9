"""The helpers that written texts bring along are laid out and checked as the rest of the text."""

from __future__ import annotations

import pytest

from difflang.op import load
from difflang.ops.special import FORMULAS
from difflang.writing.formulas import formula_texts
from difflang.writing.preamble import HELPERS

from .ruff import ruff

load()


@pytest.mark.parametrize("name", [*HELPERS, *FORMULAS])
def test_a_helper_is_laid_out_as_ruff_does(name: str) -> None:
    text = HELPERS[name] if name in HELPERS else "\n\n\n".join(formula_texts([name]))
    ruff("format", "--diff", "-", text=text.rstrip() + "\n")
    ruff("check", "--ignore", "F821", "-", text=text.rstrip() + "\n")  # names that the whole text imports and defines
