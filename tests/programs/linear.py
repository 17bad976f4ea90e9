"""Products of matrices and vectors of all ranks."""

import numpy as np

from .corpus import add, normal


def matmul_matrix_matrix(a, b):
    return a @ b


add(
    matmul_matrix_matrix,
    (normal(2, 3), normal(3, 4)),
    (normal(1, 1), normal(1, 1)),
    (normal(2, 1), normal(1, 3)),
    analytic=True,
    traits="matmul",
)


def matmul_matrix_vector(a, b, c):
    return (a @ b) * c + np.matmul(c, a)[0]


add(matmul_matrix_vector, (normal(3, 4), normal(4), normal(3)), (normal(1, 1), normal(1), normal(1)), analytic=True, traits="matmul")


def matmul_vector_vector(a, b):
    return (a @ b) * np.dot(a, a)


add(matmul_vector_vector, (normal(4), normal(4, seed=1)), (normal(1), normal(1)), analytic=True, traits="matmul")


def matmul_batched(a, b):
    return np.sum((a @ b) ** 2)


add(
    matmul_batched,
    (normal(2, 3, 4), normal(2, 4, 2)),
    (normal(2, 3, 4), normal(4, 2)),
    (normal(3, 4), normal(2, 4, 2)),
    (normal(1, 2, 3), normal(5, 3, 2)),
    (normal(2, 3, 4), normal(4)),
    analytic=True,
    traits="matmul",
)


def matmul_of_views(a, b):
    return np.sum(a.T @ b[::2]) + np.sum((a[:, 1:] @ b[:2].T) ** 2)


add(matmul_of_views, (normal(2, 3), normal(4, 2)), analytic=True, traits="matmul view")


def outer_and_inner(a, b):
    return np.sum(np.outer(a, b) ** 2) + np.inner(a, a) + np.dot(np.outer(a, b), b)[0]


add(outer_and_inner, (normal(3), normal(4)), (normal(1), normal(1)), analytic=True, traits="matmul")


def quadratic_form(a, x):
    return x @ a @ x + x @ (a.T @ x)


add(quadratic_form, (normal(3, 3), normal(3)), analytic=True, traits="matmul")


def matmul_by_loops(a, b):
    out = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            out[i, j] = total
    return out


add(matmul_by_loops, (normal(2, 3), normal(3, 2)), (normal(1, 1), normal(1, 1)), traits="for nested writes")


def power_iteration(a, x):
    for _ in range(8):
        x = a @ x
        x = x / np.sqrt(np.sum(x * x))
    return x @ a @ x


add(power_iteration, (normal(3, 3), normal(3)), traits="for matmul")


def perceptron(x, w1, b1, w2, b2):
    hidden = np.maximum(x @ w1 + b1, 0.0)
    return np.sum((hidden @ w2 + b2) ** 2)


add(perceptron, (normal(4, 3), normal(3, 5), normal(5), normal(5, 2), normal(2)), traits="matmul broadcast")


def forward_substitution(l, b):
    x = b.copy()
    n = len(b)
    for i in range(n):
        for j in range(i):
            x[i] -= l[i, j] * x[j]
        x[i] /= l[i, i] + 3.0
    return x


add(forward_substitution, (normal(4, 4), normal(4)), (normal(1, 1), normal(1)), traits="for nested writes")


def cholesky(a):
    n = a.shape[0]
    l = np.zeros((n, n))
    for j in range(n):
        s = a[j, j]
        for k in range(j):
            s -= l[j, k] * l[j, k]
        l[j, j] = np.sqrt(s)
        for i in range(j + 1, n):
            s = a[i, j]
            for k in range(j):
                s -= l[i, k] * l[j, k]
            l[i, j] = s / l[j, j]
    return l


add(cholesky, (normal(3, 3) @ normal(3, 3).T + 3 * np.eye(3),), (np.array([[2.0]]),), traits="for nested writes")


def gaussian_elimination(a, b):
    a = a.copy()
    x = b.copy()
    n = len(b)
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[pivot, k]):
                pivot = i
        if pivot != k:
            for j in range(n):
                a[k, j], a[pivot, j] = a[pivot, j], a[k, j]
            x[k], x[pivot] = x[pivot], x[k]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i, k:] -= factor * a[k, k:]
            x[i] -= factor * x[k]
    for i in range(n - 1, -1, -1):
        x[i] = (x[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


add(gaussian_elimination, (normal(3, 3), normal(3)), (normal(1, 1), normal(1)), tolerance=1e-5, traits="for nested writes swap slice")


def conjugate_gradient(a, b):
    matrix = a @ a.T + 2.0 * np.eye(3)
    x = np.zeros_like(b)
    r = b - matrix @ x
    p = r
    rr = r @ r
    for _ in range(2):
        q = matrix @ p
        alpha = rr / (p @ q)
        x = x + alpha * p
        r = r - alpha * q
        new = r @ r
        p = r + new / rr * p
        rr = new
    return x


add(conjugate_gradient, (normal(3, 3), normal(3)), traits="for matmul")
