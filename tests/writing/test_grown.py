"""Sums of adjoints: `x_bar += e` where the array is the text's own, `x_bar[i] = e` where it was zero."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl


def text(function: Any, *args: Any) -> str:
    return dl.source(dl.grad(function), *args)


def ridge(w: Any, x: Any, y: Any) -> Any:
    error = x @ w - y
    return np.sum(error**2) + 0.1 * np.sum(w**2)


def test_an_array_of_its_own_is_added_to() -> None:
    assert "w_bar += x.T @" in text(ridge, np.ones(2), np.ones((3, 2)), np.ones(3))


def skewness(x: Any) -> Any:
    mu = np.mean(x)
    sd = np.std(x)
    return np.mean(((x - mu) / sd) ** 3)


def runs_as_compiled(function: Any, *args: Any) -> None:
    scope: dict[str, Any] = {}
    exec(text(function, *args), scope)
    assert np.allclose(scope[f"{function.__name__}_grad"](*args), dl.grad(function)(*args), rtol=1e-12)


def test_not_while_its_old_value_is_still_asked_for() -> None:
    runs_as_compiled(skewness, np.array([1.0, 2.0, 4.0, 8.0]))


def kept(x: Any) -> Any:
    y = 2 * x
    z = y + 1.0
    return np.sum(y * z) + np.sum(y**3) + np.sum(z**2)


def test_values_of_the_primal_stay() -> None:
    runs_as_compiled(kept, np.array([1.0, 2.0]))


def energy(state: Any) -> Any:
    theta, omega = state
    return 0.5 * omega**2 - np.cos(theta)


def test_what_is_added_to_zeros_is_put_there() -> None:
    found = text(energy, np.ones(2))
    assert "state_bar[1] = omega" in found and "state_bar[0] = " in found and "+=" not in found


def overlapping(x: Any) -> Any:
    return np.sum(x[1:] * x[:-1])


def test_slices_that_overlap_are_added_up() -> None:
    found = text(overlapping, np.ones(3))
    assert "x_bar[:-1] = " in found or "x_bar[1:] = " in found
    assert "+=" in found
    runs_as_compiled(overlapping, np.array([1.0, 2.0, 4.0]))


def distances(c: Any, p: Any) -> Any:
    return np.sum((p[:, None, :] - c[None, :, :]) ** 2)


def test_a_whole_view_is_the_value() -> None:
    found = text(distances, np.ones((2, 3)), np.ones((4, 3)))
    assert "zeros" not in found and "keepdims" not in found and "c_bar = -np.sum(" in found
    runs_as_compiled(distances, np.arange(6.0).reshape(2, 3), np.ones((4, 3)))


def scaled(x: Any, p: Any) -> Any:
    return np.sum(x**2 * p["a"] ** 3)


def test_powers_of_items_stand_apart() -> None:
    assert 'p["a"] ** 3' in text(scaled, np.ones(2), {"a": np.ones(2)})
