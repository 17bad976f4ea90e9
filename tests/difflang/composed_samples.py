"""What the composed functions are tried on; `op_samples.OTHERS` takes these in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def composed(call: Callable[..., Any], method: Callable[..., Any], real: Callable[..., Any]) -> dict[str, list[Any]]:
    x, y, z = real(5), real(3, 4), real(2, 3, 4)
    square, whole, holes = real(3, 3), np.array([[3, -1], [2, 2]]), np.array([1.0, np.nan, -2.0])
    zeros = np.array([2.0, 0.0, -1.5, 0.0, 3.0])
    einsums = [
        ("ij,jk->ik", (y, real(4, 2))),
        ("ij,j->i", (y, real(4))),
        ("i,i->", (x, real(5))),
        ("i,j->ij", (x, real(3))),
        ("ij->ji", (y,)),
        ("ij->", (y,)),
        ("ij->j", (y,)),
        ("bij,bjk->bik", (z, real(2, 4, 3))),
        ("ijk,jil->kl", (z, real(3, 2, 2))),
        ("ij,ij->i", (y, real(3, 4))),
        ("ij,jk", (y, real(4, 2))),
        ("a,ab,b->", (real(3), y, real(4))),
        ("ij,kj->ik", (y, real(2, 4))),
        ("bi,bj->bij", (y, real(3, 2))),
        ("ijk,k->ji", (z, real(4))),
        ("ij,kl->jl", (y, real(2, 3))),
        ("b,b->b", (x, real(5))),
    ]
    return {
        "norm": [call(np.linalg.norm, x), call(np.linalg.norm, y), call(np.linalg.norm, y, axis=1), call(np.linalg.norm, x, 1)]
        + [call(np.linalg.norm, x, np.inf), call(np.linalg.norm, y, axis=0, keepdims=True), call(np.linalg.norm, np.array([3, 4]))],
        "diff": [call(np.diff, x), call(np.diff, y), call(np.diff, y, axis=0), call(np.diff, x, 2), call(np.diff, np.arange(4))],
        "vdot": [call(np.vdot, x, real(5)), call(np.vdot, y, real(3, 4))],
        "diagonal": [call(np.diagonal, y), method("diagonal", square)],
        "trace": [call(np.trace, y), call(np.trace, whole), method("trace", square)],
        "diag": [call(np.diag, x), call(np.diag, square), call(np.diag, np.array([1, 2]))],
        "triu": [call(np.triu, y), call(np.triu, square, 1), call(np.triu, whole)],
        "tril": [call(np.tril, y), call(np.tril, square, -1), call(np.tril, whole)],
        "roll": [call(np.roll, x, 2), call(np.roll, x, -1), call(np.roll, y, 1), call(np.roll, y, 7, axis=1), call(np.roll, y, -2, 0)],
        "tile": [call(np.tile, x, 3), call(np.tile, y, (2, 1)), call(np.tile, x, (2, 2)), call(np.tile, y, 2)],
        "repeat": [call(np.repeat, x, 3), call(np.repeat, y, 2), call(np.repeat, y, 2, axis=0), method("repeat", y, 3, axis=1)],
        "average": [call(np.average, y), call(np.average, y, axis=1), call(np.average, x, weights=np.abs(real(5)))]
        + [call(np.average, y, axis=1, weights=np.abs(real(4))), call(np.average, y, weights=np.abs(real(3, 4)))],
        "ptp": [call(np.ptp, x), call(np.ptp, y, axis=0)],
        "count_nonzero": [call(np.count_nonzero, zeros), call(np.count_nonzero, y > 0, axis=1)],
        "cumprod": [
            call(np.cumprod, x),
            call(np.cumprod, zeros),
            call(np.cumprod, y, axis=1),
            call(np.cumprod, y, axis=0),
            call(np.cumprod, y),
        ]
        + [method("cumprod", z, 1), call(np.cumprod, np.arange(1, 5))],
        "fmax": [call(np.fmax, holes, 0.0), call(np.fmax, x, real(5)), call(np.fmax, 1.0, holes)],
        "fmin": [call(np.fmin, holes, 0.0), call(np.fmin, x, real(5))],
        "heaviside": [call(np.heaviside, zeros, 0.5), call(np.heaviside, holes, 1.0)],
        "sinc": [call(np.sinc, zeros), call(np.sinc, x)],
        "isclose": [call(np.isclose, x, x + 1e-9), call(np.isclose, x, real(5)), call(np.isclose, np.array([np.inf, 1.0]), np.inf)],
        "allclose": [call(np.allclose, x, x + 1e-9), call(np.allclose, x, 0.0)],
        "atleast_1d": [call(np.atleast_1d, 2.0), call(np.atleast_1d, x)],
        "atleast_2d": [call(np.atleast_2d, x), call(np.atleast_2d, y), call(np.atleast_2d, 1.5)],
        "append": [call(np.append, x, 2.0), call(np.append, y, y, axis=0), call(np.append, x, y)],
        "flipud": [call(np.flipud, y)],
        "fliplr": [call(np.fliplr, y)],
        "kron": [call(np.kron, x, real(2)), call(np.kron, y, real(2, 2))],
        "signbit": [call(np.signbit, zeros), call(np.signbit, np.array([-0.0, 0.0]))],
        "float_power": [call(np.float_power, np.abs(real(3)), 1.5), call(np.float_power, np.arange(3), 2)],
        "logaddexp2": [call(np.logaddexp2, x, real(5))],
        "nansum": [call(np.nansum, holes), call(np.nansum, y, axis=1)],
        "nanmean": [call(np.nanmean, holes), call(np.nanmean, y, axis=0)],
        "trapezoid": [call(np.trapezoid, x), call(np.trapezoid, x, np.cumsum(np.abs(real(5))))],
        "take": [call(np.take, x, np.array([0, 3, 3])), call(np.take, y, np.array([1, 0]), axis=1), call(np.take, y, np.array([5, 2]))],
        "vecdot": [call(np.vecdot, y, real(3, 4)), call(np.vecdot, x, real(5))],
        "cross": [call(np.cross, real(3), real(3))],
        "convolve": [call(np.convolve, x, real(3)), call(np.convolve, x, real(2), "valid")],
        "einsum": [call(np.einsum, text, *operands) for text, operands in einsums],
        "tensordot": [call(np.tensordot, z, real(3, 4, 2)), call(np.tensordot, y, real(4, 2), axes=1), call(np.tensordot, x, real(3), 0)]
        + [call(np.tensordot, z, real(4, 2), axes=((0, 2), (1, 0))), call(np.tensordot, y, y, axes=([0, 1], [0, 1]))],
    }
