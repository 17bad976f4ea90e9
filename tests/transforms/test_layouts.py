"""Tangents and adjoints that lie otherwise than their primal: transposed, with gaps, spread from one number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.errors import DifflangError
from difflang.transforms.derived import Derived
from tests.ways import assert_same, run

M = np.arange(6.0).reshape(2, 3) + 0.3
W = np.arange(6.0).reshape(3, 2) ** 2
SQUARE = np.random.default_rng(5).standard_normal((3, 3))


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


def copy_of_a_transpose(m: Any) -> Any:
    k = np.copy(m.T)
    k.ravel()[5] = 3.0
    return np.sum(k * m)


def transposed_and_scaled(m: Any) -> Any:
    m = m.T * 0.9
    m.reshape(-1)[5] = 3.0
    return np.sum(m)


def transposed_in_turns(m: Any) -> Any:
    z = m + 0.0
    for _ in range(2):
        z = z.T + 1.0
    z.reshape(-1)[3] = 7.0
    return z[1, 0] + np.sum(z)


def like_a_transpose(m: Any) -> Any:
    z = np.zeros_like(m.T)
    z.reshape(-1)[3] = 7.0
    return z[1, 0] + np.sum(z * m)


@pytest.mark.parametrize("function", [copy_of_a_transpose, transposed_and_scaled, transposed_in_turns, like_a_transpose])
def test_what_numpy_lays_out_as_its_operands_is_not_written_through_a_reshape(function: Any) -> None:
    """NumPy's new arrays keep the order of their operands' memory: a reshape of one is a copy then, and the write is lost."""
    with pytest.raises(DifflangError) as caught:
        dl.differentiable(function)(SQUARE.copy())
    assert caught.value.code == "DL007" and caught.value.way_out


def copied_by_its_method(m: Any) -> Any:
    k = m.T.copy()
    k.ravel()[5] = 3.0
    return np.sum(k * m)


def product_of_a_transpose(m: Any) -> Any:
    k = m.T @ m
    k.reshape(-1)[5] = 3.0
    return np.sum(k * m)


def stored_row_by_row(m: Any) -> Any:
    z = np.zeros((3, 3))
    z[:] = m.T
    z.reshape(-1)[3] = 7.0
    z += m.T
    z.ravel()[2] = 8.0
    return np.sum(z * m)


def only_read(m: Any) -> Any:
    z = (m.T * 2.0).reshape(-1)
    return z[4] + np.sum(z * np.arange(9.0))


@pytest.mark.parametrize("function", [copied_by_its_method, product_of_a_transpose, stored_row_by_row, only_read])
def test_what_lies_row_by_row_is_written_and_what_is_only_read_is_read(function: Any) -> None:
    assert dl.differentiable(function)(SQUARE.copy()) == pytest.approx(function(SQUARE.copy()), rel=1e-14)
    dl.check_grads(function, (SQUARE.copy(),))
