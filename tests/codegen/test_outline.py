"""Nests that are alike are one function."""

from __future__ import annotations

import re

import numpy as np

from difflang.codegen.module import emit
from difflang.codegen.targets.cpu import host
from difflang.types import Array
from tests.codegen.harness import agree, program

PLAIN = Array("f64", ("n",))


def nests(function, *types):
    return len(re.findall(r"define internal fastcc void @dl_nest", emit(program(function, types), host()).text))


def test_alike():
    assert nests(lambda a, b, c, d, e, f: (a * b, c * d, (e + 1) * f), *[PLAIN] * 6) == 2


def test_the_written_array_is_apart_from_what_is_read():
    text = emit(program(lambda a, b: a * b, (PLAIN, PLAIN)), host()).text
    assert "ptr noalias" in next(line for line in text.splitlines() if "@dl_nest.0(" in line and "define" in line)


def test_results():
    agree(lambda a, b: (a * b, b * a, np.sum(a * b), (a + 1) * b), np.arange(4.0), np.arange(4.0) - 2)


def test_numbers_are_parameters_but_for_polynomials():
    assert nests(lambda a, b: (0.1 * a + 0.3, 0.2 * b + 0.7), PLAIN, PLAIN) == 1
    assert nests(lambda a, b: (0.1 * a, 1.0 * b, a + 0.0), PLAIN, PLAIN) == 3
    agree(lambda a, b: (0.1 * a + 0.3, 0.2 * b + 0.7, np.float32(0.1) * a, a / 3.0), np.arange(4.0), np.arange(4.0) - 2)
