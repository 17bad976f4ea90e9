"""What `check_grads` and `grad` are asked for and cannot mean is refused in words."""

from __future__ import annotations

from typing import Any

import pytest

import difflang as dl


def product(x, y):
    return x * y


@pytest.mark.parametrize("asked", [{"order": (0, 1)}, {"order": 0}, {"order": None}, {"modes": ("forward",)}, {"modes": ()}])
def test_an_order_and_modes(asked: Any) -> None:
    with pytest.raises(dl.DifflangError, match="an order of at least 1"):
        dl.check_grads(product, (1.0, 2.0), **asked)
    dl.check_grads(product, (1.0, 2.0), order=1, modes="rev")


@pytest.mark.parametrize("argnums", [None, 1.5, 2, "z"])
def test_parameters(argnums: Any) -> None:
    with pytest.raises(dl.DifflangError, match="has no parameter"):
        dl.grad(product, argnums)(1.0, 2.0)
