"""What moving, joining, choosing and laying out are tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def moved(call: Callable[..., Any], method: Callable[..., Any], real: Callable[..., Any]) -> dict[str, list[Any]]:
    x, y, z, whole = real(5), real(3, 4), real(2, 3, 2), np.array([4, 0, 7])
    truths = np.array([True, False, True, False, True])
    return {
        "roll": [call(np.roll, x, 2), call(np.roll, x, -1), call(np.roll, y, 1, axis=1), call(np.roll, y, 3), call(np.roll, z, 1, axis=-1)]
        + [call(np.roll, y, (1, -1), axis=(0, 1)), call(np.roll, y, 1, axis=(0, 1)), call(np.roll, whole, 1)],
        "rot90": [call(np.rot90, y), call(np.rot90, y, 2), call(np.rot90, y, k=3), call(np.rot90, z, 1, (1, 2)), call(np.rot90, y, 0)],
        "flipud": [call(np.flipud, y)],
        "fliplr": [call(np.fliplr, y)],
        "tile": [
            call(np.tile, x, 2),
            call(np.tile, y, (2, 1)),
            call(np.tile, x, (2, 1)),
            call(np.tile, 1.5, 3),
            call(np.tile, whole, (2, 2)),
        ],
        "repeat": [call(np.repeat, x, 2), call(np.repeat, y, 3, axis=0), call(np.repeat, y, 2, axis=1), call(np.repeat, y, 2)]
        + [method("repeat", x, 2), call(np.repeat, x, np.array([1, 0, 2, 1, 3])), call(np.repeat, y, np.array([2, 0, 1]), axis=0)],
        "append": [call(np.append, x, 2.0), call(np.append, y, y, axis=0), call(np.append, x, y), call(np.append, whole, 1)],
        "pad": [call(np.pad, x, 2), call(np.pad, x, (1, 2), constant_values=3.0), call(np.pad, y, 1, mode="edge")]
        + [call(np.pad, x, 3, mode=m) for m in ("edge", "reflect", "symmetric", "wrap", "maximum", "minimum", "mean")]
        + [call(np.pad, y, ((1, 0), (0, 2)), mode="reflect"), call(np.pad, y, ((1, 0), (0, 2))), call(np.pad, x, 9, mode="reflect")]
        + [
            call(np.pad, whole, 1),
            call(np.pad, x, (2, 3), mode="linear_ramp", end_values=(0.5, -1.0)),
            call(np.pad, whole, 7, mode="symmetric"),
        ]
        + [call(np.pad, y, ((0, 0), (1, 1)), "constant", constant_values=((1.0, 2.0), (3.0, 4.0)))],
        "delete": [call(np.delete, x, 1), call(np.delete, x, np.array([0, 3])), call(np.delete, y, -1, axis=0), call(np.delete, y, 2, 1)]
        + [call(np.delete, x, truths), call(np.delete, y, 5), call(np.delete, whole, np.array([0]))],
        "insert": [call(np.insert, x, 2, 9.0), call(np.insert, x, -1, np.array([1.0, 2.0])), call(np.insert, y, 1, 0.5, axis=0)]
        + [call(np.insert, y, 0, real(3), axis=1), call(np.insert, x, np.array([0, 3, 3]), np.array([1.0, 2.0, 3.0]))]
        + [call(np.insert, whole, 1, 8), call(np.insert, y, 2, real(4), axis=0), call(np.insert, y, 3, 1.5)],
        "resize": [call(np.resize, x, (2, 4)), call(np.resize, y, 5)],
        "trim_zeros": [call(np.trim_zeros, np.array([0, 0, 1, 0, 2, 0])), call(np.trim_zeros, np.array([0.0, 1.5, 0.0]), "b")],
        "rollaxis": [call(np.rollaxis, z, 2), call(np.rollaxis, z, 0, 3), call(np.rollaxis, z, 1, 0)],
        "dstack": [call(np.dstack, (x, x)), call(np.dstack, (y, y)), call(np.dstack, (z, z))],
        "atleast_1d": [call(np.atleast_1d, 2.0), call(np.atleast_1d, x), call(np.atleast_1d, 1.5, x)],
        "atleast_2d": [call(np.atleast_2d, x), call(np.atleast_2d, y), call(np.atleast_2d, 1.5)],
        "atleast_3d": [call(np.atleast_3d, x), call(np.atleast_3d, y), call(np.atleast_3d, z)],
        "block": [
            call(np.block, [[y, y], [y, y]]),
            call(np.block, [x, 1.0, x]),
            call(np.block, [[y, real(3, 1)], [real(1, 4), real(1, 1)]]),
        ],
        "array_split": [call(np.array_split, x, 2), call(np.array_split, y, 3, axis=1), call(np.array_split, x, [1, 3])],
        "split": [call(np.split, y, 2, axis=1), call(np.split, x, [2, 3]), call(np.split, y, 3)],
        "hsplit": [call(np.hsplit, y, 2), call(np.hsplit, x, 5)],
        "vsplit": [call(np.vsplit, y, [1])],
        "dsplit": [call(np.dsplit, z, 2)],
        "meshgrid": [call(np.meshgrid, x, whole), call(np.meshgrid, x, x[:3], indexing="ij"), call(np.meshgrid, x, whole, x[:2])]
        + [call(np.meshgrid, x, whole, sparse=True), call(np.meshgrid, x)],
        "indices": [call(np.indices, (2, 3)), call(np.indices, (2, 3), dtype=float), call(np.indices, (2, 3), sparse=True)],
        "ix": [call(np.ix_, whole, np.array([1, 2])), call(np.ix_, truths, whole)],
        "broadcast_arrays": [call(np.broadcast_arrays, x, real(3, 1)), call(np.broadcast_arrays, y, 1.5)],
        "tril_indices": [call(np.tril_indices, 3), call(np.tril_indices, 3, -1), call(np.tril_indices, 3, 1, 4)],
        "triu_indices": [call(np.triu_indices, 3), call(np.triu_indices, 3, k=1), call(np.triu_indices, 3, 0, 2)],
        "tril_indices_from": [call(np.tril_indices_from, y), call(np.tril_indices_from, real(3, 3), k=-1)],
        "triu_indices_from": [call(np.triu_indices_from, y, 1)],
        "diag_indices": [call(np.diag_indices, 3), call(np.diag_indices, 2, 3)],
        "diag_indices_from": [call(np.diag_indices_from, real(3, 3))],
        "unravel_index": [call(np.unravel_index, whole, (3, 4)), call(np.unravel_index, 7, (2, 2, 3))],
        "ravel_multi_index": [call(np.ravel_multi_index, (np.array([0, 2]), np.array([1, 3])), (3, 4))]
        + [call(np.ravel_multi_index, (np.array([0, 5]), np.array([-1, 3])), (3, 4), mode=m) for m in ("clip", "wrap")],
        "diag": [
            call(np.diag, x),
            call(np.diag, y),
            call(np.diag, x, 1),
            call(np.diag, x, k=-2),
            call(np.diag, y, 1),
            call(np.diag, whole, 1),
        ],
        "diagflat": [call(np.diagflat, real(2, 2)), call(np.diagflat, x, 1)],
        "triu": [call(np.triu, y), call(np.triu, y, 1), call(np.triu, z), call(np.triu, real(4), -1)],
        "tril": [call(np.tril, y), call(np.tril, y, k=-1), call(np.tril, real(2, 3, 3))],
        "tri": [call(np.tri, 3), call(np.tri, 3, 4, k=-1), call(np.tri, 2, dtype=int)],
        "vander": [
            call(np.vander, x),
            call(np.vander, x, 3),
            call(np.vander, whole, increasing=True),
            call(np.vander, x, N=4, increasing=True),
        ],
        "kron": [
            call(np.kron, x, real(2)),
            call(np.kron, y, real(2, 2)),
            call(np.kron, x, y),
            call(np.kron, z, real(2, 2)),
            call(np.kron, 2.0, x),
        ],
        "cross": [call(np.cross, real(3), real(3)), call(np.cross, real(4, 3), real(3)), call(np.cross, real(3, 2), real(3, 2), axis=0)],
        "cumprod": [
            call(np.cumprod, x),
            call(np.cumprod, np.array([2.0, 0.0, -1.5, 0.0, 3.0])),
            call(np.cumprod, y, axis=1),
            call(np.cumprod, y, axis=0),
            call(np.cumprod, y),
            method("cumprod", z, 1),
            call(np.cumprod, np.arange(1, 5)),
        ],
        "cumulative_sum": [call(np.cumulative_sum, x), call(np.cumulative_sum, y, axis=1)],
        "cumulative_prod": [call(np.cumulative_prod, x)],
        "take": [call(np.take, x, np.array([0, 3, 3])), call(np.take, y, np.array([1, 0]), axis=1), call(np.take, y, np.array([5, 2]))]
        + [call(np.take, x, np.array([7, -9]), mode="wrap"), call(np.take, x, np.array([7, -9]), mode="clip"), call(np.take, x, 2)]
        + [method("take", y, np.array([[0, 1], [2, 2]]), axis=0), call(np.take, y, 1, axis=0), call(np.take, x, np.array([1, 2]))],
        "compress": [call(np.compress, truths, x), call(np.compress, np.array([True, False, True]), y, axis=0)],
        "compressed": [method("compress", x, truths)],
        "extract": [call(np.extract, y > 0, y)],
        "select": [call(np.select, [x < -1, x > 1], [x, x * x], default=7.0), call(np.select, [x < 0, x < 1], [1, 2])],
        "choose": [call(np.choose, np.array([0, 1, 1, 0, 1]), [x, x + 1]), call(np.choose, np.array([2, -4]), [1.0, 2.0], mode="wrap")]
        + [call(np.choose, np.array([0, 2, 1, 0]), y)],
        "true_positions": [],
        "reshaped": [call(np.reshape, real(6), (2, 3), order="F"), method("reshape", y, 4, 3, order="F"), call(np.reshape, y, -1)]
        + [method("reshape", y, (2, -1)), call(np.reshape, y.T, 12, order="C"), method("reshape", z, (3, 4), order="F")],
        "joined": [call(np.concatenate, (x, y, z), axis=None), call(np.concatenate, [y, y], -1), call(np.concatenate, (x[:1], x[:1]))]
        + [
            call(np.concatenate, (y, real(1, 4), real(0, 4))),
            call(np.concatenate, (x.astype(np.float32), x)),
            call(np.concatenate, (whole, whole)),
        ],
    }
