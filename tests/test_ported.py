"""Swift's words and JAX's forms say what difflang's own operators say."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl

X, W = np.linspace(0.1, 1.2, 5), np.linspace(-1, 1, 5)


def weighted(x, w):
    return np.sum(np.sin(x) * w)


def test_swifts_words() -> None:
    one, other = dl.gradient(at=(X, W), of=weighted)
    np.testing.assert_allclose(one, np.cos(X) * W)
    np.testing.assert_allclose(other, np.sin(X))
    value, bar = dl.value_with_gradient(at=X, of=lambda x: np.sum(x * x))
    assert value == pytest.approx(X @ X) and np.array_equal(bar, 2 * X)
    value, back = dl.value_with_pullback(at=X, of=np.exp)
    np.testing.assert_allclose(back(value), np.exp(2 * X))
    np.testing.assert_allclose(dl.pullback(at=(X, W), of=weighted)(2.0)[1], 2 * np.sin(X))
    np.testing.assert_allclose(dl.differential(at=X, of=np.square)(W), 2 * X * W)
    assert np.array_equal(dl.value_with_differential(at=X, of=np.square)[0], X * X)


def test_custom_vjp_is_jaxs() -> None:
    @dl.custom_vjp
    def scaled(x, y):
        return np.sin(x) * y

    def fwd(x, y):
        return scaled(x, y), (np.cos(x), np.sin(x), y)

    def bwd(kept, bar):
        cosine, sine, y = kept
        return 10 * cosine * bar * y, sine * bar

    scaled.defvjp(fwd, bwd)
    assert scaled(1.0, 2.0) == np.sin(1.0) * 2.0
    assert dl.grad(scaled, (0, 1))(1.0, 2.0) == pytest.approx((20 * np.cos(1.0), np.sin(1.0)))
    np.testing.assert_allclose(dl.grad(lambda z: np.sum(scaled(z, z)))(X), 10 * np.cos(X) * X + np.sin(X))


def test_vmap_keeps_branches_and_trip_counts_of_each_lane() -> None:
    def lane(a, w):
        total = 0.0
        for v in a:
            if v < 0.3:
                break
            total += v * v
        return total + np.sum(a * w) if a[0] > 0.5 else total

    rows = np.random.default_rng(0).random((6, 5))
    mapped = dl.vmap(lane, in_axes=(0, None))
    expected = np.array([lane(row, W) for row in rows])
    np.testing.assert_allclose(mapped(rows, W), expected)
    np.testing.assert_allclose(mapped.python(rows, W), expected)
    np.testing.assert_allclose(dl.vmap(lane, in_axes=(1, None))(rows.T.copy(), W), expected)
    by_hand = np.stack([dl.grad(lane)(row, W) for row in rows])
    np.testing.assert_allclose(dl.vmap(dl.grad(lane), in_axes=(0, None))(rows, W), by_hand)
    np.testing.assert_allclose(dl.grad(lambda m: np.sum(mapped(m, W)))(rows), by_hand)


def test_vmap_puts_lanes_on_the_axis_asked_for() -> None:
    a, b = np.random.default_rng(1).random((3, 4)), np.arange(4.0)
    assert np.array_equal(dl.vmap(lambda x, y: x * y, in_axes=(1, 0), out_axes=1)(a, b), a * b)
    assert np.array_equal(dl.vmap(lambda x: np.sum(x), in_axes=-1)(a), np.array([np.sum(column) for column in a.T]))
    with pytest.raises(dl.TypeMismatch, match="vmap"):
        dl.vmap(lambda x: x, in_axes=None)
