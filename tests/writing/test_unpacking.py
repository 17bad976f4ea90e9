"""Values taken apart are unpacked, and places beside others stand where they are used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl


def text(function: Any, *args: Any) -> str:
    return dl.source(dl.grad(function), *args)


def energy(state: Any) -> Any:
    theta, omega = state
    return 0.5 * omega**2 - theta * np.cos(theta)


def test_items_of_an_array_are_unpacked() -> None:
    found = text(energy, np.ones(2))
    assert "    theta, omega = state\n" in found and "raise" not in found and "state[0]" not in found
    scope: dict[str, Any] = {}
    exec(found, scope)
    with pytest.raises(ValueError, match="too many values to unpack"):
        scope["energy_grad"](np.ones(3))
    with pytest.raises(ValueError, match="not enough values to unpack"):
        scope["energy_grad"](np.ones(1))


def one_of_two(state: Any) -> Any:
    _, omega = state
    return omega**3


def test_an_item_that_nobody_asks_for_is_left_out() -> None:
    assert "    _, omega = state\n" in text(one_of_two, np.ones(2))


def blurred(image: Any) -> Any:
    height, width = image.shape
    total = 0.0
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            total += (image[i - 1, j] - image[i + 1, j] + image[i, j - 1]) ** 2
    return total


def test_shapes_are_unpacked() -> None:
    assert "height, width = image.shape" in text(blurred, np.ones((4, 5)))


def test_places_beside_others_have_no_names() -> None:
    found = text(blurred, np.ones((4, 5)))
    assert "range(1, height - 1)" in found and "image_bar[i - 1, j] += " in found and "i - 1\n" not in found


def moved_place(x: Any) -> Any:
    n = len(x)
    y = x[n - 1]
    n = n - 1
    return y * x[n - 1]


def test_a_place_beside_a_name_that_changes_is_what_it_was() -> None:
    scope: dict[str, Any] = {}
    x = np.array([1.0, 2.0, 4.0])
    exec(text(moved_place, x), scope)
    assert np.array_equal(scope["moved_place_grad"](x), dl.grad(moved_place)(x))
