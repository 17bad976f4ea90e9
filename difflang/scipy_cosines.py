"""SciPy's cosine and sine transforms, written in the language (see `scipy_library.py`) by Fourier transforms of twice as many points."""

from __future__ import annotations

import math

import numpy as np


def dct(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    if type not in (1, 2, 3, 4):
        raise ValueError(f"invalid type: {type}")
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError(f"invalid norm value {norm!r}; should be 'backward', 'ortho' or 'forward'")
    x = _lines(x, n, axis)
    y = _dct(x, type, norm == "ortho" if orthogonalize is None else orthogonalize)
    return np.moveaxis((y * _factor(y.shape[-1] - 1 if type == 1 else y.shape[-1], norm)).astype(x.dtype), -1, axis)


def idct(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    if type not in (1, 2, 3, 4):
        raise ValueError(f"invalid type: {type}")
    other = 3 if type == 2 else 2 if type == 3 else type
    turned = "ortho" if norm == "ortho" else "backward" if norm == "forward" else "forward"
    return dct(x, other, n, axis, turned, orthogonalize=orthogonalize)


def dst(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    """By the cosine transforms of the numbers turned round, or with every other sign changed."""
    if type not in (1, 2, 3, 4):
        raise ValueError(f"invalid type: {type}")
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError(f"invalid norm value {norm!r}; should be 'backward', 'ortho' or 'forward'")
    x = _lines(x, n, axis)
    count = x.shape[-1]
    ortho = norm == "ortho" if orthogonalize is None else orthogonalize
    signs = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
    if type == 1:
        odd = np.concatenate((np.zeros_like(x[..., :1]), x, np.zeros_like(x[..., :1]), -x[..., ::-1]), axis=-1)
        y = -np.fft.fft(odd)[..., 1 : count + 1].imag
    elif type == 2:
        y = _dct(x * signs, 2, ortho)[..., ::-1]
    else:
        y = _dct(x[..., ::-1], type, ortho) * signs
    return np.moveaxis((y * _factor(count + 1 if type == 1 else count, norm)).astype(x.dtype), -1, axis)


def idst(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    if type not in (1, 2, 3, 4):
        raise ValueError(f"invalid type: {type}")
    other = 3 if type == 2 else 2 if type == 3 else type
    turned = "ortho" if norm == "ortho" else "backward" if norm == "forward" else "forward"
    return dst(x, other, n, axis, turned, orthogonalize=orthogonalize)


def dctn(x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    for k, axis in enumerate(tuple(range(np.ndim(x))) if axes is None else axes):
        x = dct(x, type, None if s is None else s[k], axis, norm, orthogonalize=orthogonalize)
    return x


def idctn(x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    for k, axis in enumerate(tuple(range(np.ndim(x))) if axes is None else axes):
        x = idct(x, type, None if s is None else s[k], axis, norm, orthogonalize=orthogonalize)
    return x


def _lines(x, n, axis):
    """The axis last, cut or filled up to n numbers."""
    x = np.moveaxis(np.asarray(x), axis, -1)
    x = x if x.dtype.kind == "f" else x * 1.0
    if n is None:
        return x
    if n < 1:
        raise ValueError(f"invalid number of data points ({n}) specified")
    filled = np.zeros((*x.shape[:-1], n), dtype=x.dtype)
    count = min(n, x.shape[-1])
    filled[..., :count] = x[..., :count]
    return filled


def _factor(count, norm):
    if norm == "ortho":
        return math.sqrt(0.5 / count)
    return 0.5 / count if norm == "forward" else 1.0


def _dct(x, type, ortho):
    count = x.shape[-1]
    k = np.arange(count)
    root = math.sqrt(2.0)
    if type == 1:
        if count < 2:
            raise ValueError("DCT-I is not defined for size < 2")
        ends = np.where((k == 0) | (k == count - 1), root, 1.0)
        x = x * ends if ortho else x
        y = np.fft.fft(np.concatenate((x, x[..., 1:-1][..., ::-1]), axis=-1))[..., :count].real
        return y / ends if ortho else y
    if type == 2:
        y = 2.0 * (np.fft.fft(x, 2 * count)[..., :count] * np.exp(k * (-0.5j * math.pi / count))).real
        return y * np.where(k == 0, 1.0 / root, 1.0) if ortho else y
    if type == 3:
        x = x * np.where(k == 0, root if ortho else 1.0, 2.0)
        return np.fft.fft(x * np.exp(k * (-0.5j * math.pi / count)), 2 * count)[..., :count].real
    turned = np.fft.fft(x * np.exp(k * (-0.5j * math.pi / count)), 2 * count)[..., :count]
    return 2.0 * (turned * np.exp((2 * k + 1) * (-0.25j * math.pi / count))).real
