"""Shapes that do not fit: the error is caught, and a handler knows what NumPy says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl


def _reshaped(a: Any, b: Any) -> Any:
    try:
        return a.reshape(a.shape[0] + b.shape[0], 2).sum()
    except ValueError as error:
        raise RuntimeError(f"{error}") from error


def _added(a: Any, b: Any) -> Any:
    try:
        return (a + b).sum()
    except ValueError as error:
        raise RuntimeError(f"{error}") from error


def _multiplied(a: Any, b: Any) -> Any:
    try:
        return (a @ b).sum()
    except ValueError as error:
        raise RuntimeError(f"{error}") from error


def _dotted(a: Any, b: Any) -> Any:
    try:
        return np.dot(a, b).sum()
    except ValueError as error:
        raise RuntimeError(f"{error}") from error


def _joined(a: Any, b: Any) -> Any:
    try:
        return np.concatenate([a, b]).sum()
    except ValueError as error:
        raise RuntimeError(f"{error}") from error


def _stacked(a: Any, b: Any) -> Any:
    try:
        return np.stack([a, b]).sum()
    except ValueError as error:
        raise RuntimeError(f"{error}") from error


def _picked(a: Any, b: Any) -> Any:
    try:
        return a[..., b.shape[0]].sum()
    except IndexError as error:
        raise RuntimeError(f"{error}") from error


@pytest.mark.parametrize("function", [_reshaped, _added, _multiplied, _dotted, _joined, _stacked, _picked])
def test_a_handler_knows_the_words(function: Any) -> None:
    a, b = np.ones((2, 3)), np.ones((4, 2))
    with pytest.raises(RuntimeError) as plain:
        function(a, b)
    with pytest.raises(RuntimeError) as native:
        dl.differentiable(function)(a, b)
    assert str(native.value) == str(plain.value)
