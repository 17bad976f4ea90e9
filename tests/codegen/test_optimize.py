"""Hot loops are vectorised: the assembly is asked."""

from __future__ import annotations

import re

import numpy as np
import pytest

from difflang.codegen.targets.cpu import host
from tests.codegen.harness import Native, program
from difflang.types import Array

PLAIN, SQUARE = Array("f64", ("n",)), Array("f64", ("n", "n"))
WIDE = "zmm" if host().vector_bits == 512 else "ymm" if host().vector_bits == 256 else "xmm"
pytestmark = pytest.mark.skipif(not host().triple.startswith("x86_64"), reason="reads x86-64 assembly")


def assembly(function, *types):
    return Native(program(function, types)).assembly()


def stencil(u):
    return u[1:-1, 1:-1] + 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2])


@pytest.mark.parametrize(
    ("function", "types", "instruction"),
    [
        (lambda a, b: a * b + 1.0, (PLAIN, PLAIN), "vaddpd"),
        (stencil, (SQUARE,), "vaddpd"),
        (lambda a: np.sum(a, axis=0), (SQUARE,), "vaddpd"),
        (lambda a, b: np.where(a > b, a * 2, b + 1), (PLAIN, PLAIN), "vcmp"),
    ],
)
def test_wide_vectors(function, types, instruction):
    text = assembly(function, *types)
    assert any(instruction in line and WIDE in line for line in text.splitlines())


@pytest.mark.skipif(not host().fused, reason="needs fused multiply-adds")
def test_elementary_functions_are_vectorised():
    assert re.search(r"dl_exp_f64_v\d", assembly(lambda a: np.exp(a) * 2, PLAIN))


def test_nothing_is_contracted():
    """a * b + c rounds twice, as NumPy does."""
    text = assembly(lambda a, b: a * b + 1.0, PLAIN, PLAIN)
    assert not re.search(r"\bvfn?m(add|sub)", text)
