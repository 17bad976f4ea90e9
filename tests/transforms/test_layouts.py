"""Tangents and adjoints that lie otherwise than their primal: transposed, with gaps, spread from one number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from difflang.transforms.derived import Derived
from tests.ways import assert_same, run

M = np.arange(6.0).reshape(2, 3) + 0.3
W = np.arange(6.0).reshape(3, 2) ** 2


def power(x, n):
    if n == 0:
        return x * x
    return power(x, n - 1) * x


def transposed_result(x, w):
    y = power(x, 2).T
    return np.sum(y * w)


def spread_adjoint(x, w):
    return np.sum(power(x, 2)) + np.sum(w)


def scaled(part, k):
    for i in range(len(part)):
        part[i] = part[i] * k + i * 0.5
    return np.sum(part * part)


def column_written_by_callee(x, w):
    a = x * 1.0
    return scaled(a[:, 1], w[0, 0]) + scaled(a[0], w[1, 1]) + np.sum(a * x)


def strided(x: np.ndarray) -> np.ndarray:
    return np.repeat(x, 2, axis=1)[:, ::2]


@pytest.mark.parametrize("function", [transposed_result, spread_adjoint, column_written_by_callee])
@pytest.mark.parametrize("lay", [np.ascontiguousarray, np.asfortranarray, strided])
def test_compiled_as_evaluated(function: Any, lay: Any) -> None:
    grad, dots = Derived("grad", function, (0, 1)), (lay(M * 0.3), lay(W * 0.1))
    for target, arguments in [
        (grad, (M, W)),
        (Derived("jvp", function, (0, 1)), (M, W, *dots)),
        (Derived("jvp", grad, (0, 1)), (M, W, *dots)),
    ]:
        expected, _ = run("evaluated", target, arguments)
        found, _ = run("compiled", target, arguments)
        assert_same(found, expected, 1e-12, f"{target.kind} of {function.__name__}")


@pytest.mark.parametrize("lay", [np.asfortranarray, strided])
def test_cotangents_of_any_layout(lay: Any) -> None:
    target = Derived("pullback", lambda x: np.sin(x) * x)
    plain, _ = run("compiled", target, (M, M + 1.0))
    found, _ = run("compiled", target, (M, lay(M + 1.0)))
    assert_same(found, plain, 1e-15)
