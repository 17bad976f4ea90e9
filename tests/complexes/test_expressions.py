"""Complex one-liners: values as NumPy and Python give them, adjoints and tangents against differences."""

from __future__ import annotations

import cmath
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import difflang as dl

from .expressions import EVERY, SMOOTH

ARRAY = np.array([1 + 2j, 1.5 - 1j, -0.5 + 0.3j, 0.25j + 0.1])
MATRIX = np.arange(9).reshape(3, 3) * (0.3 - 0.2j) + np.eye(3) * 2 + 1j * np.eye(3)[::-1]
ARGS = (ARRAY, MATRIX, np.array([1.2, 2.0, -3.0, 0.5]), 0.7 - 0.5j, -1.2 + 0.75j)


def grouped(texts: list[str], count: int = 7) -> list[list[str]]:
    """A few at a time: one function returns them all."""
    return [texts[k : k + count] for k in range(0, len(texts), count)]


def program(texts: list[str], folder: Path) -> Any:
    """A function of a file, as users write them."""
    path = folder / "program.py"
    path.write_text("def f(a, m, x, z, w):\n    return (\n" + "".join(f"        {text},\n" for text in texts) + "    )\n")
    space: dict[str, Any] = {"np": np, "cmath": cmath}
    exec(compile(path.read_text(), str(path), "exec"), space)
    return space["f"]


def alike(one: Any, other: Any) -> bool:
    """The same kind of value, the same dtype and shape, the same numbers to rounding."""
    first, second = np.asarray(one), np.asarray(other)
    if type(one) is not type(other) or first.dtype != second.dtype or first.shape != second.shape:
        return False
    tolerance = 1e-5 if first.dtype in (np.complex64, np.float32) else 1e-12
    return bool(np.allclose(first, second, rtol=tolerance, atol=tolerance))


@pytest.mark.parametrize("texts", grouped(EVERY), ids=lambda texts: texts[0])
def test_values(texts: list[str], tmp_path: Path) -> None:
    f = program(texts, tmp_path)
    with np.errstate(all="ignore"):
        expected = f(*ARGS)
    found = dl.differentiable(f)(*ARGS)
    for text, one, other in zip(texts, found, expected, strict=True):
        assert alike(one, other), f"{text}: {one!r} in place of {other!r}"


def random_like(value: Any, rng: np.random.Generator) -> Any:
    real = rng.normal(size=np.shape(value))
    found = real + 1j * rng.normal(size=np.shape(value)) if np.iscomplexobj(value) else real
    return complex(found) if isinstance(value, complex) else found


@pytest.mark.parametrize("texts", grouped(SMOOTH), ids=lambda texts: texts[0])
def test_derivatives(texts: list[str], tmp_path: Path) -> None:
    """An adjoint and a tangent pair as Re(sum(y_bar * y_dot)), as JAX has it."""
    f, rng, step = program(texts, tmp_path), np.random.default_rng(1), 1e-6
    values, pullback = dl.vjp(f, *ARGS)
    cotangents = tuple(random_like(value, rng) for value in values)
    bars = pullback(cotangents)
    for k in range(len(ARGS)):
        direction = random_like(ARGS[k], rng)
        ahead, behind = (f(*ARGS[:k], ARGS[k] + sign * step * direction, *ARGS[k + 1 :]) for sign in (1, -1))
        slopes = [(np.asarray(one) - np.asarray(other)) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
        if bars[k] is not None:
            assert np.iscomplexobj(bars[k]) == np.iscomplexobj(ARGS[k])
            expected = sum(np.sum(np.real(c * s)) for c, s in zip(cotangents, slopes, strict=True))
            assert np.allclose(np.sum(np.real(bars[k] * direction)), expected, rtol=1e-5, atol=1e-5)
        tangents = tuple(direction if j == k else None for j in range(len(ARGS)))
        for text, dot, slope in zip(texts, dl.jvp(f, ARGS, tangents)[1], slopes, strict=True):
            assert np.allclose(0.0 if dot is None else dot, slope, rtol=1e-5, atol=1e-6), text
