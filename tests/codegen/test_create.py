"""Arrays out of sizes and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from difflang.build import apply
from tests.codegen.harness import agree


def constants(n, x):
    three = n * 0 + 3
    plain = [apply(op, three, 2, dtype=dtype) for op in ("zeros", "ones", "eye") for dtype in ("f64", "i32", "bool")]
    return (*plain, apply("zeros", three, 2, dtype="f64") + x, apply("full", x, 2, 2, dtype=None), apply("ones", 1, three, dtype="f64") * x)


def sized(n, x):
    n = n * 1
    return (
        apply("zeros", n, n, dtype="f64"),
        apply("full", x, n, dtype=None),
        apply("eye", n, n, dtype="f32"),
        apply("ones", n, dtype="i32"),
    )


def ranges(n, x):
    return (
        apply("arange", 0, n, 1, dtype=None), apply("arange", n, 0, -2, dtype=None), apply("arange", 0.0, x, 0.3, dtype=None),
        apply("arange", 1, n, 2, dtype="f64"), apply("linspace", x, 3.0, n), apply("linspace", x, 3.0, 1),
    )  # fmt: skip


def like(a):
    return np.zeros_like(a), np.ones_like(a), np.full_like(a, 2.5), np.zeros_like(a, dtype=np.int64), np.ones_like(a) * a


@pytest.mark.parametrize("function", [constants, sized, ranges])
@pytest.mark.parametrize("n", [0, 1, 7])
def test_numbers(function, n):
    agree(function, n, 2.5)


def test_like():
    agree(like, np.arange(6.0).reshape(2, 3))
    agree(like, np.arange(6).reshape(2, 3))


def test_no_array_has_a_negative_size():
    agree(lambda n: apply("zeros", n, dtype="f64"), -1)
