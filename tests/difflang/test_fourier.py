"""np.fft: NumPy's bits in every dtype, norm and axis; derivatives against differences; what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import difflang as dl

RANDOM = np.random.default_rng(0)
WEIGHTS = RANDOM.normal(size=400)


def along(x: Any) -> Any:
    return np.fft.fft(x), np.fft.ifft(x), np.fft.fft(x, n=6), np.fft.ifft(x, 4, norm="ortho"), np.fft.fft(x, axis=0), np.fft.fft(x.T)


def back(x: Any) -> Any:
    return np.fft.irfft(x, n=9), np.fft.irfft(x, 4, axis=0, norm="ortho"), np.fft.hfft(x, 5), np.fft.irfft(x, 12, norm="forward")


def many(x: Any) -> Any:
    return np.fft.fftn(x), np.fft.ifftn(x, norm="ortho"), np.fft.fftn(x, axes=(0,)), np.fft.fftn(x, s=(3,), axes=(-1,))


def moved(x: Any) -> Any:
    return np.fft.fftshift(x), np.fft.ifftshift(x), np.fft.fftshift(x, axes=0), np.fft.ifftshift(x, axes=(0,))


def planes(x: Any) -> Any:
    return np.fft.fft2(x), np.fft.ifft2(x), np.fft.irfft2(x), np.fft.fft2(x, s=(4, 3)), np.fft.irfftn(x, s=(-1, 5), axes=(0, 1))


def of_reals(x: Any) -> Any:
    return np.fft.rfft(x), np.fft.rfft(x, 5, norm="ortho"), np.fft.rfft(x, axis=0, norm="forward"), np.fft.ihfft(x), np.fft.rfftn(x)


def planes_of_reals(x: Any) -> Any:
    return np.fft.rfft2(x), np.fft.rfft2(x, s=(3, 4), norm="ortho"), np.fft.irfft2(np.fft.rfft2(x), x.shape)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.complex128, np.complex64, np.int64])
@pytest.mark.parametrize("function", [along, back, many, moved, planes, of_reals, planes_of_reals], ids=lambda f: f.__name__)
def test_numpys_bits(function: Callable[..., Any], dtype: Any) -> None:
    complex_ = np.dtype(dtype).kind == "c"
    if complex_ and function in (of_reals, planes_of_reals):
        return
    if dtype in (np.float16, np.int64) and function not in (along, back, of_reals):
        return
    for shape in ((7,), (5, 6)) if function in (back, of_reals) else ((5, 6),):
        x = RANDOM.normal(size=shape) * 5
        x = (x + 1j * RANDOM.normal(size=shape) if complex_ else x).astype(dtype)
        for found, wanted in zip(dl.differentiable(function)(x), function(x), strict=True):
            assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
            np.testing.assert_array_equal(found, wanted)


def test_frequencies() -> None:
    def frequencies(n: Any, d: Any) -> Any:
        return np.fft.fftfreq(n), np.fft.fftfreq(n, d), np.fft.rfftfreq(n, d), np.fft.rfftfreq(9)

    for n in (8, 7):
        for found, wanted in zip(dl.differentiable(frequencies)(n, 0.3), frequencies(n, 0.3), strict=True):
            np.testing.assert_array_equal(found, wanted)


def weighed(y: Any) -> Any:
    parts = np.concatenate((np.real(y).ravel(), np.imag(y).ravel()))
    return np.sum(np.sin(parts) * WEIGHTS[: parts.size])


OF_COMPLEX: dict[str, Callable[..., Any]] = {
    "fft": lambda x: weighed(np.fft.fft(x)),
    "ifft": lambda x: weighed(np.fft.ifft(x, norm="ortho")),
    "more": lambda x: weighed(np.fft.fft(x, 6)),
    "fewer": lambda x: weighed(np.fft.fft(x, 3)),
    "irfft": lambda x: weighed(np.fft.irfft(x)),
    "odd": lambda x: weighed(np.fft.irfft(x, 7)),
    "hfft": lambda x: weighed(np.fft.hfft(x, 5)),
    "shift": lambda x: weighed(np.fft.fftshift(np.fft.fft(x))),
}
OF_REAL: dict[str, Callable[..., Any]] = {
    "rfft": lambda x: weighed(np.fft.rfft(x)),
    "more": lambda x: weighed(np.fft.rfft(x, 6, norm="forward")),
    "fewer": lambda x: weighed(np.fft.rfft(x, 3)),
    "ihfft": lambda x: weighed(np.fft.ihfft(x)),
    "fft": lambda x: weighed(np.fft.fft(x)),
    "convolved": lambda x: weighed(np.fft.irfft(np.fft.rfft(x, 9) * np.fft.rfft(x[::-1], 9), 9)),
}
OF_PLANES: dict[str, Callable[..., Any]] = {
    "rfft2": lambda x: weighed(np.fft.rfft2(x)),
    "irfft2": lambda x: weighed(np.fft.irfft2(x)),
    "fft2": lambda x: weighed(np.fft.fft2(x)),
}


def differences(f: Callable[..., Any], x: Any, step: float = 1e-6) -> Any:
    """The gradient by the convention of JAX: df/dx - i df/dy."""
    found = np.zeros(x.shape, x.dtype)
    for at in np.ndindex(x.shape):
        for direction in (1, 1j) if np.iscomplexobj(x) else (1,):
            away = np.zeros_like(x)
            away[at] = step * direction
            found[at] += (f(x + away) - f(x - away)) / (2 * step) * np.conjugate(direction)
    return found


def check(f: Callable[..., Any], x: Any, x_dot: Any) -> None:
    gradient = dl.grad(f)(x)
    assert gradient.dtype == x.dtype
    np.testing.assert_allclose(gradient, differences(f, x), atol=1e-7)
    np.testing.assert_allclose(dl.jvp(f, (x,), (x_dot,))[1], np.sum(gradient * x_dot).real, atol=1e-10)


@pytest.mark.parametrize("size", [5, 4])
@pytest.mark.parametrize("name", OF_COMPLEX)
def test_derivatives_at_complex_numbers(name: str, size: int) -> None:
    check(OF_COMPLEX[name], *(RANDOM.normal(size=size) + 1j * RANDOM.normal(size=size) for _ in range(2)))


@pytest.mark.parametrize("size", [5, 4])
@pytest.mark.parametrize("name", OF_REAL)
def test_derivatives_at_real_numbers(name: str, size: int) -> None:
    check(OF_REAL[name], RANDOM.normal(size=size), RANDOM.normal(size=size))


@pytest.mark.parametrize("name", OF_PLANES)
def test_derivatives_in_the_plane(name: str) -> None:
    check(OF_PLANES[name], RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(3, 4)))


def lowpass(x: Any, keep: float) -> Any:
    spectrum = np.fft.rfft(x)
    kept = np.where(np.fft.rfftfreq(len(x)) < keep, spectrum, 0)
    return np.sum(np.fft.irfft(kept, len(x)) ** 2)


def test_the_written_gradient_runs_alone() -> None:
    x = RANDOM.normal(size=16)
    text = dl.source(dl.grad(lowpass), x, 0.2)
    assert "np.fft.irfft(" in text
    space: dict[str, Any] = {}
    exec(text, space)
    np.testing.assert_allclose(space["lowpass_grad"](x, 0.2), dl.grad(lowpass)(x, 0.2), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(dl.grad(lowpass)(x, 0.2), differences(lambda x: lowpass(x, 0.2), x), atol=1e-7)


def test_second_order() -> None:
    def power(x: Any) -> Any:
        return np.sum(np.abs(np.fft.fft(x)) ** 4)

    x = RANDOM.normal(size=4)
    rows = [differences(lambda x, k=k: dl.grad(power)(x)[k], x) for k in range(4)]
    np.testing.assert_allclose(dl.hessian(power)(x), rows, rtol=1e-6)


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda x: np.fft.fft(x, 0), "Invalid number of FFT data points"),
        (lambda x: np.fft.rfft(x * 1j), "takes real numbers"),
        (lambda x: np.fft.fft(x, norm="twice"), "Invalid norm value twice"),
        (lambda x: np.fft.fft(x, axis=3), "axis 3 is out of bounds"),
        (lambda x: np.fft.fftn(x, s=(3, 4), axes=(0,)), "different lengths"),
        (lambda x: np.fft.fft(x, out=x), "with out="),
    ],
)
def test_refused(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(dl.DifflangError, match=message):
        dl.differentiable(function)(RANDOM.normal(size=8))


def test_no_points() -> None:
    with pytest.raises(ValueError, match="Invalid number of FFT data points"):
        dl.differentiable(lambda x: np.fft.fft(x))(np.zeros(0))


def test_an_exported_library_cannot_transform(tmp_path: Path) -> None:
    with pytest.raises(dl.DifflangError, match="np.fft calls NumPy's own code"):
        dl.export_library("filters", {"lowpass": (lowpass, (np.zeros(8), 0.2))}, tmp_path)
