"""What the composed functions are tried on; `op_samples.OTHERS` takes these in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def composed(call: Callable[..., Any], method: Callable[..., Any], real: Callable[..., Any]) -> dict[str, list[Any]]:
    x, y, z = real(5), real(3, 4), real(2, 3, 4)
    square, holes = real(3, 3), np.array([1.0, np.nan, -2.0])
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
        ("ii->i", (square,)),
        ("ii", (square,)),
        ("iij->j", (real(3, 3, 2),)),
        ("...j,j->...", (y, real(4))),
        ("i...->...", (z,)),
        ("...ij,...jk->...ik", (z, real(2, 4, 3))),
        ("...ij,jk", (z, real(4, 3))),
        (" i j , j ", (y, real(4))),
    ]
    return {
        "vdot": [call(np.vdot, x, real(5)), call(np.vdot, y, real(3, 4))],
        "fmax": [call(np.fmax, holes, 0.0), call(np.fmax, x, real(5)), call(np.fmax, 1.0, holes)],
        "fmin": [call(np.fmin, holes, 0.0), call(np.fmin, x, real(5))],
        "heaviside": [call(np.heaviside, zeros, 0.5), call(np.heaviside, holes, 1.0)],
        "sinc": [call(np.sinc, zeros), call(np.sinc, x)],
        "signbit": [call(np.signbit, zeros), call(np.signbit, np.array([-0.0, 0.0]))],
        "float_power": [call(np.float_power, np.abs(real(3)), 1.5), call(np.float_power, np.arange(3), 2)],
        "logaddexp2": [call(np.logaddexp2, x, real(5))],
        "vecdot": [call(np.vecdot, y, real(3, 4)), call(np.vecdot, x, real(5))],
        "einsum": [call(np.einsum, text, *operands) for text, operands in einsums],
        "tensordot": [call(np.tensordot, z, real(3, 4, 2)), call(np.tensordot, y, real(4, 2), axes=1), call(np.tensordot, x, real(3), 0)]
        + [call(np.tensordot, z, real(4, 2), axes=((0, 2), (1, 0))), call(np.tensordot, y, y, axes=([0, 1], [0, 1]))],
    }
