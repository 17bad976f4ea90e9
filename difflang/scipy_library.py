"""Functions of SciPy's, written in the language as `library.py` has Python's: read where the program has imported SciPy's module;
and NumPy's matrix_power for exponents of the run.

`stands_for` gives the text of a callable. Options that only say how SciPy works (`overwrite_a`, `check_finite`) change nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from . import scipy_distributions as distributions
from .scipy_incomplete import gammainc, gammaincc
from .scipy_cosines import dct, dctn, dst, idct, idctn, idst


def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True):
    kept = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        kept = np.where(np.eye(kept.shape[0], dtype=bool), 1.0, kept)
    if trans in (1, 2, "T", "C"):
        return np.linalg.solve(kept.T, b)
    return np.linalg.solve(kept, b)


def cholesky(a, lower=False, overwrite_a=False, check_finite=True):
    if lower:
        return np.linalg.cholesky(a)
    return np.linalg.cholesky(a, upper=True)


def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    return cholesky(a, lower), lower


def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    c, lower = c_and_lower
    if lower:
        kept = np.tril(c)
        return np.linalg.solve(kept.T, np.linalg.solve(kept, b))
    kept = np.triu(c)
    return np.linalg.solve(kept, np.linalg.solve(kept.T, b))


def solve(a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=None, transposed=False):
    if assume_a in ("pos", "sym", "her", "positive definite", "symmetric", "hermitian"):
        half = np.tril(a, -1).T if lower else np.triu(a, 1)
        a = half + half.T + np.diag(np.diag(a))
    elif assume_a in ("lower triangular",):
        a = np.tril(a)
    elif assume_a in ("upper triangular",):
        a = np.triu(a)
    return np.linalg.solve(a.T if transposed else a, b)


def inv(a, overwrite_a=False, check_finite=True, assume_a=None, lower=False):
    return np.linalg.inv(a)


def det(a, overwrite_a=False, check_finite=True):
    return np.linalg.det(a)


def norm(a, ord=None, axis=None, keepdims=False, check_finite=True):
    return np.linalg.norm(a, ord, axis, keepdims)


def pinv(a, atol=None, rtol=None, return_rank=False, check_finite=True):
    return np.linalg.pinv(a, rtol=None)


def svd(a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, lapack_driver="gesdd"):
    if not compute_uv:
        return np.linalg.svd(a, full_matrices, compute_uv)
    u, s, vh = np.linalg.svd(a, full_matrices)
    return u, s, vh


def svdvals(a, overwrite_a=False, check_finite=True):
    return np.linalg.svdvals(a)


def eigh(a, b=None, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, check_finite=True):
    if b is not None:
        factor = np.linalg.cholesky(b)
        half = np.tril(a, -1) if lower else np.triu(a, 1).T
        whole = half + half.T + np.diag(np.diag(a))
        w, v = np.linalg.eigh(np.linalg.solve(factor, np.linalg.solve(factor, whole).T))
        return w if eigvals_only else (w, np.linalg.solve(factor.T, v))
    if eigvals_only:
        return np.linalg.eigvalsh(a, "L" if lower else "U")
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    return w, v


def eigvalsh(a, b=None, lower=True, overwrite_a=False, overwrite_b=False, check_finite=True):
    return eigh(a, b, lower, eigvals_only=True)


def qr(a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True):
    if mode == "r":
        return (np.linalg.qr(a, "complete")[1],)
    q, r = np.linalg.qr(a, "complete" if mode == "full" else "reduced")
    return q, r


def expm(A):
    """Pade's approximation of order 13, scaled and squared (Higham 2005); of a stack all are squared as often."""
    size = np.max(np.sum(np.abs(A), axis=-2))
    squarings = 0
    while size > 5.37:
        size = size / 2.0
        squarings += 1
    a = A / 2.0**squarings
    one = np.eye(A.shape[-1])
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    odd = a6 @ (a6 + 16380.0 * a4 + 40840800.0 * a2) + 33522128640.0 * a6 + 10559470521600.0 * a4 + 1187353796428800.0 * a2
    odd = a @ (odd + 32382376266240000.0 * one)
    even = a6 @ (182.0 * a6 + 960960.0 * a4 + 1323241920.0 * a2) + 670442572800.0 * a6 + 129060195264000.0 * a4
    even = even + 7771770303897600.0 * a2 + 64764752532480000.0 * one
    x = np.linalg.solve(even - odd, even + odd)
    for _ in range(squarings):
        x = x @ x
    return x


def block_diag(*arrs):
    rows = sum(a.shape[0] for a in arrs)
    columns = sum(a.shape[1] for a in arrs)
    out = np.zeros((rows, columns))
    i = 0
    j = 0
    for a in arrs:
        out[i : i + a.shape[0], j : j + a.shape[1]] = a
        i += a.shape[0]
        j += a.shape[1]
    return out


def matrix_power(a, n):
    if n < 0:
        a = np.linalg.inv(a)
        n = -n
    result = np.zeros_like(a) + np.eye(a.shape[-1], dtype=a.dtype)
    while n > 0:
        if n % 2 == 1:
            result = result @ a
        a = a @ a
        n //= 2
    return result


_LINALG = (
    solve_triangular, cholesky, cho_factor, cho_solve, solve, inv, det, norm, pinv, svd, svdvals, eigh, eigvalsh, qr, expm, block_diag,
)  # fmt: skip
_DISTRIBUTIONS = tuple(
    getattr(distributions, name)
    for name in "betainc betaincc chdtr chdtrc gdtr gdtrc pdtr pdtrc bdtr bdtrc fdtr fdtrc stdtr".split()
)
_TEXTS: dict[str, dict[str, Callable[..., Any]]] = {
    "scipy.linalg": {function.__name__: function for function in _LINALG},
    "scipy.fft": {function.__name__: function for function in (dct, idct, dst, idst, dctn, idctn)},
    "scipy.special": {function.__name__: function for function in (gammainc, gammaincc, *_DISTRIBUTIONS)},
}


def stands_for(target: Any) -> Callable[..., Any] | None:
    """The function of the language that a callable of SciPy's stands for."""
    name = getattr(target, "__name__", "")
    for module, texts in _TEXTS.items():
        if name in texts and module in sys.modules and getattr(sys.modules[module], name, None) is target:
            return texts[name]
    return None
