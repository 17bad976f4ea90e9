"""What the functions of linear algebra are tried on; `op_samples.OTHERS` takes these in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def linear_algebra(call: Callable[..., Any], real: Callable[..., Any]) -> dict[str, list[Any]]:
    a, stacked = 0.5 * real(3, 3) + 3 * np.eye(3), 0.5 * real(2, 3, 3) + 4 * np.eye(3)
    positive = a @ a.T + np.eye(3)
    many = stacked @ np.swapaxes(stacked, 1, 2)
    single, whole, short = np.array([[2.5]]), np.array([[2, 1], [1, 3]]), (real(2, 2) + 3 * np.eye(2)).astype(np.float32)
    distinct = np.diag([1.0, 2.0, 4.0]) + 0.1 * real(3, 3)
    return {
        "solve": [
            call(np.linalg.solve, a, real(3)),
            call(np.linalg.solve, a, real(3, 2)),
            call(np.linalg.solve, a.T, real(3, 1)),
            call(np.linalg.solve, stacked, real(3)),
            call(np.linalg.solve, stacked, real(2, 3, 2)),
            call(np.linalg.solve, stacked, real(3, 3)),
            call(np.linalg.solve, a, real(4, 3, 2)),
            call(np.linalg.solve, single, real(1)),
            call(np.linalg.solve, whole, np.array([1, 2])),
            call(np.linalg.solve, short, real(2).astype(np.float32)),
        ],
        "inv": [call(np.linalg.inv, x) for x in (a, a.T, stacked, single, whole, short)],
        "det": [call(np.linalg.det, x) for x in (a, a.T, stacked, single, whole, short)],
        "cholesky": [call(np.linalg.cholesky, x) for x in (positive, many, single, whole)],
        "eigvalsh": [call(np.linalg.eigvalsh, x) for x in (positive, many, single, whole)] + [call(np.linalg.eigvalsh, a, "U")],
        "svdvals": [call(np.linalg.svdvals, x) for x in (a, stacked, real(4, 2), real(2, 3, 5), single, whole)],
        "least_squares": [call(np.linalg.lstsq, a, real(3)), call(np.linalg.lstsq, real(4, 2), real(4, 3))],
        "pinv": [call(np.linalg.pinv, x) for x in (a, stacked, real(4, 2), real(2, 3, 5), single, short)],
        "norm": _norms(call, real),
        "vector_norm": [call(np.linalg.vector_norm, a), call(np.linalg.vector_norm, a, axis=1), call(np.linalg.vector_norm, a, ord=3)],
        "matrix_norm": [call(np.linalg.matrix_norm, stacked), call(np.linalg.matrix_norm, a, ord="nuc", keepdims=True)],
        "matrix_power": [call(np.linalg.matrix_power, a, n) for n in (0, 1, 2, 3, 5, -1, -2)] + [call(np.linalg.matrix_power, stacked, 3)],
        "cond": [call(np.linalg.cond, a)] + [call(np.linalg.cond, stacked, p) for p in (None, 2, -2, 1, -1, np.inf, "fro")],
        "multi_dot": [call(np.linalg.multi_dot, [real(2, 3), a, real(3, 2)]), call(np.linalg.multi_dot, (a, real(3)))],
        "matrix_rank": [call(np.linalg.matrix_rank, x) for x in (a, stacked, np.ones((3, 4)))] + [call(np.linalg.matrix_rank, a, 1.0)],
        "tensorsolve": [call(np.linalg.tensorsolve, real(2, 3, 6) + np.eye(6).reshape(2, 3, 6), real(2, 3))],
        "tensorinv": [call(np.linalg.tensorinv, real(2, 3, 6) + np.eye(6).reshape(2, 3, 6))],
        "matrix_transpose": [call(np.matrix_transpose, stacked), call(np.linalg.matrix_transpose, a)],
        "diagonal": [call(np.diagonal, real(3, 4), k) for k in (0, 1, -1, 3, -2, 7)] + [call(np.diagonal, real(2, 3, 4), 1, 2, 0)],
        "trace": [call(np.trace, real(3, 4), k) for k in (0, 1, -1)] + [call(np.trace, real(2, 3, 4), 0, 1, 2), call(np.trace, whole)],
        "matrix_diagonal": [call(np.linalg.diagonal, stacked), call(np.linalg.diagonal, stacked, offset=-1)],
        "matrix_trace": [call(np.linalg.trace, stacked)],
        "vector_outer": [call(np.linalg.outer, real(2), real(3))],
        "matrix_matmul": [call(np.linalg.matmul, a, stacked)],
        "eigvals": [call(np.linalg.eigvals, x) for x in (distinct, positive, single)],
    }


def _norms(call: Callable[..., Any], real: Callable[..., Any]) -> list[Any]:
    x, y, z = real(5), real(3, 4), real(2, 3, 4)
    norm = np.linalg.norm
    found = [call(norm, x), call(norm, y), call(norm, z), call(norm, np.array([3, 4])), call(norm, y, axis=0, keepdims=True)]
    found += [call(norm, x, ord) for ord in (1, 2, 3, -1, 0, np.inf)]
    found += [call(norm, y, ord) for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf)]
    return [*found, call(norm, z, 2, (0, 2)), call(norm, z, 1, axis=(2, 0), keepdims=True), call(norm, z, 3, axis=1), call(norm, y, axis=1)]


SEVERAL = frozenset({
    "slogdet", "eigh", "svd", "qr", "eig", "lstsq", "least_squares", "svd_parts", "qr_parts", "cholesky_factor", "euclidean",
})  # fmt: skip
"""Ops of several results, which `test_linalg` tries."""
