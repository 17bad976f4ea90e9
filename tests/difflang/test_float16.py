"""float16 as NumPy has it: each op in float32 and rounded, conversions rounded once, runs added up in float32."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import difflang as dl

H = np.float16
X = np.linspace(-3, 3, 37).astype(H)
M = (np.arange(60.0).reshape(12, 5) / 7 - 3).astype(H)


def _same(found: Any, wanted: Any) -> None:
    if isinstance(wanted, tuple):
        for one, other in zip(found, wanted, strict=True):
            _same(one, other)
        return
    assert type(found) is type(wanted)
    assert np.asarray(found).dtype == np.asarray(wanted).dtype
    np.testing.assert_array_equal(found, wanted)


def arithmetic(x: Any) -> Any:
    return x * 2 + H(0.1) * x - x / 3, x % H(0.7), x // 2, -x, abs(x), x**2, x > 0, np.where(x > 0, x, H(0)), np.maximum(x, H(1))


def elementary(x: Any) -> Any:
    return np.exp(x), np.sin(x), np.tanh(x), np.sqrt(abs(x)), np.hypot(x, x), np.ldexp(x, 3), np.modf(x), np.floor(x), np.sign(x)


def promoted(x: Any) -> Any:
    n = np.arange(len(x))
    return x + 1.5, x + np.float64(1.5), x + np.float32(1), x + 1, x + n, x + n.astype(np.int8), x * 1j, x > n


def reduced(x: Any) -> Any:
    return np.sum(x), np.mean(x), np.var(x), np.std(x), np.max(x), np.argmin(x), np.prod(x[:5]), np.cumsum(x), np.nanmean(x), x @ x


def rows(m: Any) -> Any:
    return m.sum(axis=0), m.sum(axis=1), m.mean(axis=0), m.std(axis=1, ddof=1), m @ m.T, m[0] @ m[1], m.max(axis=0), np.linalg.norm(m)


def made(x: Any) -> Any:
    return np.arange(5, dtype=H), np.linspace(0, 1, 5, dtype=H), np.zeros(3, H), np.sort(-x), np.argsort(-x), np.full_like(x, 0.3)


def loop(x: Any) -> Any:
    total = H(0)
    for k in range(len(x)):
        total += x[k] * x[k]
    return total


@pytest.mark.parametrize("function", [arithmetic, elementary, promoted, reduced, made, loop], ids=lambda f: f.__name__)
def test_as_numpy(function: Any) -> None:
    _same(dl.differentiable(function)(X), function(X))


def test_matrices() -> None:
    _same(dl.differentiable(rows)(M), rows(M))


def test_small_integers_compute_in_float16() -> None:
    def roots(n: Any) -> Any:
        return np.sqrt(n), np.sin(n), n / np.int8(2)

    n = np.arange(5, dtype=np.int8)
    _same(dl.differentiable(roots)(n), roots(n))


def test_a_long_sum_is_added_up_in_float32() -> None:
    def whole(x: Any) -> Any:
        return x.sum(), x.mean(), x.std()

    x = np.random.default_rng(0).random(50_000).astype(H)
    _same(dl.differentiable(whole)(x), whole(x))


def narrowed(x: Any) -> Any:
    return x.astype(H)


def test_conversions_round_once() -> None:
    every = np.sort(np.arange(65536, dtype=np.uint16).view(H))
    finite = every[np.isfinite(every)].astype(float)
    middles = (finite[1:] + finite[:-1]) / 2
    edges = [np.inf, -np.inf, 65519.99999, 65520.0, 1e300, 1e-300, 5e-324, 2.0**-25, np.nextafter(2.0**-25, 1)]
    points = np.concatenate([finite, middles, np.nextafter(middles, np.inf), np.nextafter(middles, -np.inf), edges])
    with np.errstate(over="ignore"):
        for given in (points, points.astype(np.float32)):
            np.testing.assert_array_equal(dl.differentiable(narrowed)(given).view(np.uint16), narrowed(given).view(np.uint16))

    def widened(x: Any) -> Any:
        return x.astype(np.float32), x.astype(np.float64), x.astype(np.complex64), x.astype(bool)

    _same(dl.differentiable(widened)(every), widened(every))


def test_numbers() -> None:
    def numbers(a: Any) -> Any:
        return a / H(0.1) + 3, np.sqrt(a), int(a), float(a), a.item(), round(float(a))

    _same(dl.differentiable(numbers)(H(2.3)), numbers(H(2.3)))


def energy(x: Any) -> Any:
    return np.sum(np.sin(x) * x**2 / (1 + x * x))


def test_derivatives() -> None:
    exact = dl.grad(energy)(X.astype(float))
    found = dl.grad(energy)(X)
    assert found.dtype == H
    np.testing.assert_allclose(found, exact, atol=4e-3)
    value, tangent = dl.jvp(energy, (X,), (np.ones_like(X),))
    assert type(value) is type(tangent) is H
    np.testing.assert_allclose(tangent, exact.sum(), atol=4e-2)
    assert dl.hessian(energy)(X[:3]).dtype == H
    for each in dl.grad(lambda a, b: a * b * b, argnums=(0, 1))(H(2), H(3)):
        assert type(each) is H


def test_mixed_precision_gives_each_argument_its_dtype() -> None:
    def mixed(x: Any, w: Any) -> Any:
        return np.sum(x.astype(np.float32) @ w)

    x_bar, w_bar = dl.grad(mixed, argnums=(0, 1))(M, np.ones(5, np.float32))
    assert (x_bar.dtype, w_bar.dtype) == (H, np.float32)
    np.testing.assert_array_equal(x_bar, np.ones_like(M))


def recurrence(x: Any) -> Any:
    y = np.zeros_like(x)
    for k in range(1, len(x)):
        y[k] = y[k - 1] * H(0.5) + x[k]
    return y.sum()


def test_gradient_through_a_loop_and_its_text() -> None:
    np.testing.assert_array_equal(dl.grad(recurrence)(X[:7]), H([0, 1.96875, 1.9375, 1.875, 1.75, 1.5, 1]))
    space: dict[str, Any] = {}
    exec(dl.source(dl.grad(recurrence), X), space)
    np.testing.assert_array_equal(space["recurrence_grad"](X[:7]), dl.grad(recurrence)(X[:7]))


def scaled(x: Any, s: Any) -> Any:
    return np.tanh(x) * s, np.sum(x * s), np.sort(x), x.astype(np.float64).astype(H)


@pytest.mark.skipif(not shutil.which("cc") and not shutil.which("ld"), reason="no linker")
def test_exported(tmp_path: Path) -> None:
    """In C a float16 is its bits; a machine without instructions for it converts by the C library's functions."""
    library = dl.load_library(dl.export_library("halves", {"scaled": (scaled, (X, H(1.5)))}, tmp_path))
    every = np.arange(65536, dtype=np.uint16).view(H)
    for given in (X, every[np.isfinite(every)], H([np.inf, -np.inf, 6e-8])):
        with np.errstate(all="ignore"):
            _same(library.scaled(given, H(1.5)), scaled(given, H(1.5)))
    assert "uint16_t" in (tmp_path / "halves.h").read_text()


def test_what_numpy_refuses() -> None:
    with pytest.raises(dl.DifflangError, match="float16 is unsupported in linalg"):
        dl.differentiable(lambda m: np.linalg.inv(m))(M[:5])
    with pytest.raises(dl.DifflangError, match="nextafter of float16"):
        dl.differentiable(lambda x: np.nextafter(x, x))(X)


def test_checked_by_differences() -> None:
    dl.check_grads(lambda x: np.sum(np.sin(x)), (X[:5],), order=1)
