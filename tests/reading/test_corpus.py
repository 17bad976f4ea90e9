"""The whole corpus, read and run as Python runs it: the reader changes no meaning."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from difflang.reading import read
from tests.programs import CORPUS, Program
from tests.reading.run import run
from tests.ways import assert_same, copied


AS_READ = [program for program in CORPUS if "errstate" not in program.traits]
"""What np.errstate raises is written by `infer`."""


@pytest.mark.parametrize("program", AS_READ, ids=lambda program: program.name)
def test_read_program_means_the_same(program: Program) -> None:
    function = read(program.function)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for arguments in program.samples + program.edges:
            given, taken = copied(arguments), copied(arguments)
            assert_same(run(function, *given), program.function(*taken), 0.0, "result")
            for after, should in zip(given, taken, strict=True):
                if isinstance(after, np.ndarray):
                    assert_same(after, should, 0.0, "argument afterwards")
