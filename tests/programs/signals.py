"""Signals: filters and derivatives by Fourier transforms, spectra, sums over runs, roots; numbers of half precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from .corpus import add, normal


def low_pass(x: Any, keep: float) -> Any:
    spectrum = np.fft.rfft(x)
    frequencies = np.fft.rfftfreq(len(x))
    return np.sum(np.fft.irfft(spectrum / (1 + (frequencies / keep) ** 4), len(x)) ** 3)


def spectral_derivative(u: Any) -> Any:
    k = np.fft.fftfreq(u.size, 1.0 / u.size)
    slope = np.real(np.fft.ifft(1j * k * np.fft.fft(u)))
    return np.mean(slope * slope * u)


def circular_convolution(x: Any, h: Any) -> Any:
    n = len(x) + len(h) - 1
    return np.sum(np.sin(np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(h, n), n)))


def power_spectrum(x: Any, window: Any) -> Any:
    total = 0.0
    for start in range(0, len(x) - len(window) + 1, 2):
        piece = np.fft.rfft(x[start : start + len(window)] * window)
        total += np.sum(np.log1p(np.abs(piece) ** 2))
    return total


def poisson_by_fourier(f: Any) -> Any:
    n, m = f.shape
    kx, ky = np.fft.fftfreq(n)[:, np.newaxis], np.fft.rfftfreq(m)
    symbol = 4.0 - 2.0 * np.cos(2 * np.pi * kx) - 2.0 * np.cos(2 * np.pi * ky) + 0.1
    u = np.fft.irfft2(np.fft.rfft2(f) / symbol, f.shape)
    return np.sum(u**2 * f)


def centred_image(image: Any) -> Any:
    spectrum = np.fft.fftshift(np.fft.fft2(image))
    n, m = image.shape
    mask = np.exp(-((np.arange(n)[:, None] - n // 2) ** 2 + (np.arange(m) - m // 2) ** 2) / 4.0)
    return np.sum(np.abs(np.fft.ifft2(np.fft.ifftshift(spectrum * mask))) ** 2)


def sums_of_runs(x: Any, weight: Any) -> Any:
    return np.sum(np.add.reduceat(x * weight, [0, 2, 5]) ** 2)


def largest_root(p: Any) -> Any:
    return np.max(np.roots(p)) * p[0]


add(low_pass, (normal(8, seed=1), 0.2), (normal(7, seed=2), 0.1), wrt=(0, 1))
add(spectral_derivative, (normal(6, seed=3),))
add(circular_convolution, (normal(5, seed=4), normal(3, seed=5)))
add(power_spectrum, (normal(8, seed=6), normal(4, seed=7)))
add(poisson_by_fourier, (normal(4, 6, seed=8),))
add(centred_image, (normal(4, 3, seed=9),))
add(sums_of_runs, (normal(7, seed=10), normal(7, seed=11)))
add(largest_root, (np.array([1.0, -6.0, 11.0, -6.0]),))
