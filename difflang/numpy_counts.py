"""Functions of NumPy that are written in NumPy, in the language (see `library.py`): bits, and counts in many axes."""

from __future__ import annotations

import numpy as np

def bitwise_count(x):
    """How many bits of |x| are one: neighbours added in pairs, pairs in fours, and so on."""
    x = np.asarray(x)
    if x.dtype.kind == "f" or x.dtype.kind == "c":
        raise TypeError("ufunc 'bitwise_count' not supported for the input types")
    n = np.abs(x.astype(np.int64)).astype(np.uint64) if x.dtype.kind == "i" else x.astype(np.uint64)
    n = n - ((n >> np.uint64(1)) & np.uint64(0x5555555555555555))
    n = (n & np.uint64(0x3333333333333333)) + ((n >> np.uint64(2)) & np.uint64(0x3333333333333333))
    n = (n + (n >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    n = n + (n >> np.uint64(8))
    n = n + (n >> np.uint64(16))
    n = n + (n >> np.uint64(32))
    return (n & np.uint64(127)).astype(np.uint8)


def packbits(a, axis=None, bitorder="big"):
    """Truths as the bits of bytes, eight to each, the last one filled with zeros."""
    if bitorder != "big" and bitorder != "little":
        raise ValueError("'order' must be either 'little' or 'big'")
    a = np.asarray(a)
    if a.dtype.kind == "f" or a.dtype.kind == "c":
        raise TypeError("Expected an input array of integer or boolean data type")
    lines = a.ravel() if axis is None else np.moveaxis(a, axis, -1)
    n = lines.shape[-1]
    filled = np.zeros((*lines.shape[:-1], (n + 7) // 8, 8), dtype=np.uint8)
    flat = filled.reshape(*lines.shape[:-1], (n + 7) // 8 * 8)
    flat[..., :n] = lines != 0
    filled = flat.reshape(*lines.shape[:-1], (n + 7) // 8, 8)
    shifts = np.arange(8) if bitorder == "little" else np.arange(7, -1, -1)
    packed = np.sum(filled << shifts.astype(np.uint8), axis=-1).astype(np.uint8)
    return packed if axis is None else np.moveaxis(packed, -1, axis)


def unpackbits(a, axis=None, count=None, bitorder="big"):
    """The bits of bytes, one byte each; as many as are asked for, or all but so many where `count` is negative."""
    if bitorder != "big" and bitorder != "little":
        raise ValueError("'order' must be either 'little' or 'big'")
    a = np.asarray(a)
    if a.dtype != np.uint8:
        raise TypeError("Expected an input array of unsigned byte data type")
    lines = a.ravel() if axis is None else np.moveaxis(a, axis, -1)
    shifts = (np.arange(8) if bitorder == "little" else np.arange(7, -1, -1)).astype(np.uint8)
    bits = ((lines[..., None] >> shifts) & np.uint8(1)).reshape(*lines.shape[:-1], lines.shape[-1] * 8)
    if count is not None:
        n = bits.shape[-1]
        if count < -n:
            raise ValueError(f"-ve count must be between -{n} and 0")
        if count <= n:
            bits = bits[..., :count]
        else:
            wide = np.zeros((*bits.shape[:-1], count), dtype=np.uint8)
            wide[..., :n] = bits
            bits = wide
    return bits if axis is None else np.moveaxis(bits, -1, axis)


def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    """How many points fall into each cell of a grid of several axes; and the edges along each."""
    if isinstance(sample, (tuple, list)):
        sample = np.stack(sample, axis=1)
    sample = np.asarray(sample) * 1.0
    if sample.ndim == 1:
        sample = sample[:, None]
    if isinstance(bins, (tuple, list)):
        if range is None:
            edges = [np.histogram_bin_edges(sample[:, k], each) for k, each in enumerate(bins)]
        else:
            limited = zip(bins, range, strict=True)
            edges = [np.histogram_bin_edges(sample[:, k], each, limits) for k, (each, limits) in enumerate(limited)]
    else:
        edges = _edges(sample, bins, range)
    counts = _cells(sample, edges, weights)
    if density:
        counts = counts / np.sum(counts)
        for k, each in enumerate(edges):
            shape = tuple(len(each) - 1 if j == k else 1 for j, _ in enumerate(edges))
            counts = counts / np.diff(each).reshape(shape)
    return counts, edges


def _edges(sample, bins, range):
    if range is None:
        raise ValueError("np.histogramdd needs to know how many axes there are: bins=[10, 10], or range= for each")
    return [np.histogram_bin_edges(sample[:, k], bins, limits) for k, limits in enumerate(range)]


def _cells(sample, edges, weights):
    at = np.zeros(len(sample), dtype=np.int64)
    inside = np.ones(len(sample), dtype=np.bool_)
    total = 1
    for k, each in enumerate(edges):
        x = sample[:, k]
        found = np.searchsorted(each, x, side="right") - 1
        found = np.where(x == each[-1], len(each) - 2, found)
        inside = inside & (found >= 0) & (found < len(each) - 1)
        at = at * (len(each) - 1) + found
        total *= len(each) - 1
    at = np.where(inside, at, total)
    counts = np.zeros(total + 1)
    if weights is None:
        np.add.at(counts, at, 1.0)
    else:
        np.add.at(counts, at, weights)
    return counts[:-1].reshape(tuple(len(each) - 1 for each in edges))
