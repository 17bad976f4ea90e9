"""What a person would not write is not written: work for a shape, stores of what is there, temporaries of updates, results twice."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl


def text(function: Any, *args: Any) -> str:
    return dl.source(dl.grad(function), *args)


def corner(x: Any, w: Any) -> Any:
    v = x @ w
    return (v @ v.T)[0, 1]


def test_nothing_is_multiplied_for_its_shape() -> None:
    assert "np.zeros((len(v), len(v)))" in text(corner, np.ones((2, 3)), np.ones((3, 2)))


def mean_square(r: Any) -> Any:
    return np.mean(r**2)


def test_nothing_is_computed_for_its_size() -> None:
    assert "r.size" in text(mean_square, np.ones(3)) and "(r**2).size" not in text(mean_square, np.ones(3))


def diagonal(b: Any) -> Any:
    c = b.copy()
    for i in range(2):
        c[i, i] += i
    return np.sum(c * c)


def test_nothing_is_stored_where_it_is() -> None:
    assert "c_bar[i, i]" not in text(diagonal, np.ones((3, 3)))


def layer(w: Any, x: Any) -> Any:
    h = np.tanh(x @ w)
    return h


def loss(w: Any, x: Any) -> Any:
    return np.sum(layer(w, x) ** 2)


def test_the_callers_adjoint_is_added_to_and_a_result_is_returned_once() -> None:
    found = text(loss, np.ones((3, 2)), np.ones((4, 3)))
    assert "    w_bar += x.T @" in found and "w_bar[:]" not in found
    assert "    return h\n" in found and "return h, h" not in found


def parted(x: Any) -> Any:
    q, r = divmod(x, 0.9)
    return q * r


def test_what_never_fails_is_not_asked() -> None:
    assert "raise" not in text(parted, 2.0) and "if False" not in text(parted, 2.0)


def mirrored(x: Any, i: Any) -> Any:
    return np.sum(np.sin(x[i]) * np.cos(x[i, ::-1]))


def picked(x: Any, keep: Any) -> Any:
    return np.sum(x[keep] * np.sin(x[keep]))


def state(a: Any, x: Any) -> Any:
    n = len(x)
    x = x.copy()
    for _ in range(3):
        y = np.zeros(n)
        for i in range(n):
            y[i] = a[i] * x[i] * x[i]
        for i in range(n):
            x[i] = y[i]
    return np.sum(x)


def test_rows_picked_alike_are_equally_long() -> None:
    x, i = np.arange(1.0, 13.0).reshape(3, 4) / 7, np.array([0, 2, 0])
    found = text(mirrored, x, i)
    assert "unbroadcast" not in found and "ones_like" not in found
    dl.check_grads(mirrored, (x, i), order=1)


def test_truths_pick_a_place_once() -> None:
    x = np.arange(1.0, 5.0) / 3
    found = text(picked, x, x > 0.7)
    assert "x_bar[keep] +=" in found and "add.at" not in found and "unbroadcast" not in found
    dl.check_grads(picked, (x, x > 0.7), order=1)


def test_a_length_that_is_known_is_not_kept() -> None:
    found = text(state, np.ones(3), np.ones(3))
    assert "size_tape" not in found and "np.zeros(len(x))" in found
    dl.check_grads(state, (np.ones(3), np.arange(3.0)), order=1)


def bodies(x: Any, v: Any, m: Any) -> Any:
    for _ in range(3):
        d = x[None] - x[:, None]
        r2 = np.sum(d * d, axis=2) + 0.01
        a = np.sum(d * (m[None] / (r2 * np.sqrt(r2)))[:, :, None], axis=1)
        v = v + 0.01 * a
        x = x + 0.01 * v
    return np.sum(x * x)


def test_sizes_that_stay_are_not_kept_and_operands_spread_themselves() -> None:
    found = text(bodies, np.ones((4, 3)), np.ones((4, 3)), np.ones(4))
    assert "size" not in found and "broadcast_to" not in found and "unbroadcast" not in found


def descent(x: Any, w: Any, y: Any) -> Any:
    for _ in range(3):
        w = w - x.T @ (np.tanh(x @ w) - y)
    return np.sum(w)


def test_views_are_made_again_and_outer_products_turned() -> None:
    found = text(descent, np.ones((4, 3)), np.ones(3), np.ones(4))
    assert ".T)" not in found and ").T" not in found and "t_tape" not in found
