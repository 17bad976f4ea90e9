"""What the functions of linear algebra are tried on; `op_samples.OTHERS` takes these in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def linear_algebra(call: Callable[..., Any], real: Callable[..., Any]) -> dict[str, list[Any]]:
    a, stacked = real(3, 3) + 3 * np.eye(3), real(2, 3, 3) + 4 * np.eye(3)
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
        "eigvals": [call(np.linalg.eigvals, x) for x in (distinct, positive, single)],
    }


SEVERAL = frozenset({"slogdet", "eigh", "svd", "qr", "eig"})
"""Ops of several results, which `test_linalg` tries."""
