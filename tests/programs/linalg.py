"""Programs of linear algebra: solving, factorizations, norms."""

import numpy as np

from .corpus import add, normal


def _spread(n, seed=0):
    """A well-conditioned matrix."""
    return normal(n, n, seed=seed, scale=0.4) + 3 * np.eye(n)


def _positive(n, seed=0):
    a = normal(n, n, seed=seed)
    return a @ a.T + n * np.eye(n)


def _stack(n, count, seed=0):
    return normal(count, n, n, seed=seed, scale=0.4) + 3 * np.eye(n)


def solve_systems(a, b, c):
    x = np.linalg.solve(a, b)
    y = np.linalg.solve(a.T, c)
    return np.sum(x**2) + np.sum(y * x[:, None])


add(solve_systems, (_spread(3), normal(3), normal(3, 2)), (np.array([[2.0]]), normal(1), normal(1, 1)), traits="linalg")


def solve_stacks(a, b, c):
    return np.sum(np.linalg.solve(a, b) ** 2) + np.sum(np.linalg.solve(a, c)) + np.sum(np.linalg.inv(a) ** 2) + np.sum(np.linalg.det(a))


add(solve_stacks, (_stack(2, 3), normal(2), normal(3, 2, 2)), traits="linalg")


def gaussian_log_density(x, mean, covariance):
    factor = np.linalg.cholesky(covariance)
    z = np.linalg.solve(factor, x - mean)
    n = x.shape[0]
    return -0.5 * z @ z - np.sum(np.log(np.diag(factor))) - 0.5 * n * np.log(2 * np.pi)


add(gaussian_log_density, (normal(3), normal(3, seed=1), _positive(3)), traits="linalg")


def gaussian_by_slogdet(x, covariance):
    sign, logdet = np.linalg.slogdet(covariance)
    return -0.5 * x @ np.linalg.inv(covariance) @ x - 0.5 * sign * logdet


add(gaussian_by_slogdet, (normal(3), _positive(3)), traits="linalg")


def kalman_filter(measured, step, noise):
    state = np.zeros(2)
    cov = np.eye(2)
    move = np.array([[1.0, 0.1], [0.0, 1.0]])
    seen = np.array([[1.0, 0.0]])
    log_likelihood = 0.0
    for k in range(measured.shape[0]):
        state = move @ state
        cov = move @ cov @ move.T + step * np.eye(2)
        gap = measured[k] - seen @ state
        spread = seen @ cov @ seen.T + noise
        gain = cov @ seen.T @ np.linalg.inv(spread)
        state = state + gain @ gap
        cov = (np.eye(2) - gain @ seen) @ cov
        log_likelihood -= 0.5 * (gap @ np.linalg.solve(spread, gap) + np.log(np.linalg.det(spread)))
    return log_likelihood + state[0]


add(kalman_filter, (normal(4, 1), 0.1, 0.5), traits="linalg loop", order=1)


def least_squares_by_qr(a, b):
    q, r = np.linalg.qr(a)
    x = np.linalg.solve(r, q.T @ b)
    return np.sum(x**2) + np.sum((a @ x - b) ** 2)


add(least_squares_by_qr, (normal(5, 3), normal(5)), traits="linalg")


def qr_of_a_wide_matrix(a):
    q, r = np.linalg.qr(a)
    return np.sum(q[:, 0] * r[0, : q.shape[0]]) + np.sum(r**3)


add(qr_of_a_wide_matrix, (normal(2, 4),), (normal(3, 3),), traits="linalg")


def principal_components(x):
    centred = x - np.mean(x, axis=0)
    w, v = np.linalg.eigh(centred.T @ centred / x.shape[0])
    kept = v[:, -2:]
    return np.sum((centred @ kept @ kept.T - centred) ** 2) + w[-1] / w[0]


add(principal_components, (normal(6, 3),), traits="linalg")


def eigenvalues_of_one_triangle(a):
    w = np.linalg.eigvalsh(a)
    upper, v = np.linalg.eigh(a, "U")
    return w[0] * w[1] + upper[2] ** 2 + np.sum(v[:, 0] ** 4)


add(eigenvalues_of_one_triangle, (_positive(3),), traits="linalg")


def gaussian_process(x, y, at, scale):
    gram = np.exp(-0.5 * (x[:, None] - x[None, :]) ** 2 / scale**2) + 0.1 * np.eye(x.shape[0])
    cross = np.exp(-0.5 * (at[:, None] - x[None, :]) ** 2 / scale**2)
    factor = np.linalg.cholesky(gram)
    weights = np.linalg.solve(factor.T, np.linalg.solve(factor, y))
    return np.sum(cross @ weights) - 0.5 * y @ weights - np.log(np.diagonal(factor)).sum()


add(gaussian_process, (np.linspace(0, 2, 4), normal(4), np.array([0.3, 1.1]), 0.8), traits="linalg")


def truncated_svd(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    near = (u[:, :1] * s[:1]) @ vh[:1]
    return np.sum((a - near) ** 2 * np.arange(a.size).reshape(a.shape)) + np.sum(np.sqrt(s))


add(truncated_svd, (normal(4, 2),), (normal(2, 3),), traits="linalg")


def null_space(a):
    u, s, vh = np.linalg.svd(a)
    rest = vh[a.shape[0] :]
    return np.sum((rest.T @ rest) * np.arange(9.0).reshape(3, 3)) + s[0] + np.sum(np.linalg.svd(a, compute_uv=False))


add(null_space, (normal(2, 3),), traits="linalg")


def pseudo_inverse_and_lstsq(a, b):
    x, residuals, rank, s = np.linalg.lstsq(a, b, rcond=None)
    return np.sum(np.linalg.pinv(a) ** 2) + np.sum(x**2) + np.sum(residuals) * rank + s[-1]


add(pseudo_inverse_and_lstsq, (normal(4, 2), normal(4)), (normal(4, 2), normal(4, 2)), traits="linalg")


def norms_of_every_order(x, a):
    total = np.linalg.norm(x) + np.linalg.norm(x, 1) * np.linalg.norm(x, np.inf) + np.linalg.norm(x, 3)
    total += np.linalg.norm(a) + np.linalg.norm(a, "nuc") * np.linalg.norm(a, 2) + np.linalg.norm(a, 1)
    return total + np.linalg.norm(a, axis=1)[0] + np.linalg.cond(a) + np.linalg.norm(a @ a.T - a @ a.T)


add(norms_of_every_order, (normal(4), normal(2, 3)), traits="linalg", order=1)


def exponential_of_a_matrix(a):
    """Pade's approximation, squared back."""
    small = a / 4.0
    square = small @ small
    even = np.eye(a.shape[0]) + square * (3.0 / 28.0)
    odd = small @ (0.5 * np.eye(a.shape[0]) + square / 84.0)
    found = np.linalg.solve(even - odd, even + odd)
    return np.trace(np.linalg.matrix_power(found, 4)) + np.linalg.multi_dot([found, a, found])[0, 0]


add(exponential_of_a_matrix, (normal(3, 3, scale=0.5),), traits="linalg")


def newton_for_a_system(x):
    for _ in range(3):
        value = np.array([x[0] ** 2 + x[1] - 3.0, x[0] - x[1] ** 3 + 1.0])
        slope = np.array([[2 * x[0], 1.0], [1.0, -3 * x[1] ** 2]])
        x = x - np.linalg.solve(slope, value)
    return np.sum(x**2)


add(newton_for_a_system, (np.array([1.5, 1.2]),), traits="linalg loop")


def real_eigenvalues(a):
    w, v = np.linalg.eig(a)
    return np.max(w) + np.sum(np.linalg.eigvals(a) ** 2) + np.sum(v[:, 0] ** 4)


add(real_eigenvalues, (np.diag([1.0, 2.0, 4.0]) + normal(3, 3, scale=0.1),), traits="linalg")
