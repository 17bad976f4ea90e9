"""Arrays made, reshaped, turned, joined."""

import numpy as np

from .corpus import add, normal


def reshapes(x):
    a = x.reshape(3, 4)
    b = np.reshape(x, (2, 6))
    c = x.reshape(-1, 2)
    return np.sum(a[1] * b[0, :4]) + np.sum(c[:, 0] ** 2) + np.sum(a.ravel() * b.flatten())


add(reshapes, (normal(12),), analytic=True, traits="reshape")


def transposes(x):
    y = x.T
    z = np.transpose(x)
    return np.sum(y[0] * y[1]) + np.sum(z * x.T) + np.sum((x.T @ x) ** 2)


add(transposes, (normal(3, 4),), (normal(3, 2),), analytic=True, traits="transpose")


def transpose_axes(x):
    y = np.transpose(x, (2, 0, 1))
    z = x.transpose(1, 2, 0)
    w = np.swapaxes(x, 0, 1)
    return np.sum(y[0] * y[1]) + np.sum(z[1] ** 3) + np.sum(w[0] * w[1])


add(transpose_axes, (normal(2, 3, 4),), analytic=True, traits="transpose")


def joined(x, y):
    a = np.concatenate((x, y))
    b = np.concatenate([x, y, x])
    c = np.stack((x, x * 2))
    d = np.stack([x, x], axis=1)
    return np.sum(a * a[::-1]) + np.sum(b**2) + np.sum(c * d.T)


add(joined, (normal(3), normal(3, seed=1)), (normal(1), normal(2, seed=1)), analytic=True, traits="concatenate")


def joined_along_axis(x, y):
    a = np.concatenate((x, y), axis=1)
    b = np.concatenate((x, x * x), axis=0)
    return np.sum(a[:, 0] * a[:, -1]) + np.sum(b[-1] * b[0])


add(joined_along_axis, (normal(2, 3), normal(2, 2, seed=1)), (normal(1, 1), normal(1, 1)), analytic=True, traits="concatenate axis")


def created(x):
    a = np.zeros(4) + x
    b = np.ones((2, 3)) * x
    c = np.full(3, x)
    d = np.arange(5) * x
    e = np.arange(0.5, 2.5, 0.5) * x
    f = np.linspace(0.0, 1.0, 5) * x
    g = np.eye(3) * x
    return np.sum(a * a) + np.sum(b**3) + np.sum(c * c[0]) + np.sum(d * d) + np.sum(e) + np.sum(f * f) + g[0, 0] + g[0, 1]


add(created, (0.7,), (-2.0,), traits="create")


def created_like(x):
    a = np.zeros_like(x)
    b = np.ones_like(x) * x
    c = np.full_like(x, 2.0)
    d = np.empty_like(x)
    d[:] = x * x
    a[0] = x[0]
    return np.sum(a + b * c * d)


add(created_like, (normal(4),), (normal(2, 3),), traits="create writes")


def created_by_size(x, n):
    a = np.zeros(n)
    for k in range(n):
        a[k] = x * k
    b = np.empty((n, 2))
    b[:, 0] = a
    b[:, 1] = a * a
    return np.sum(b)


add(created_by_size, (0.7, 4), (0.7, 0), (0.7, 1), traits="create writes")


def new_axes(x, y):
    outer = x[:, None] * y[None, :]
    more = x[:, np.newaxis] - y
    return np.sum(outer * more) + np.sum(np.expand_dims(x, 0) * np.expand_dims(x, 1)) + np.sum(np.squeeze(x[None]) ** 2)


add(new_axes, (normal(3), normal(4, seed=1)), analytic=True, traits="newaxis broadcast")


def flips_and_rolls(x):
    a = x[::-1] * x
    b = np.flip(x) * x * x
    return np.sum(a[::2]) + np.sum(b[1::2]) + x[-1] * x[-2]


add(flips_and_rolls, (normal(6),), (normal(5),), analytic=True, traits="slice")


def broadcast_explicitly(x, y):
    a = np.broadcast_to(x, (3, 4))
    b = np.broadcast_to(y, (3, 4))
    return np.sum(a * b * b)


add(broadcast_explicitly, (normal(4), normal(3, 1)), (normal(1), normal(1, 1)), analytic=True, traits="broadcast")


def sizes_in_arithmetic(x):
    n, m = x.shape
    return np.sum(x) / x.size + n * x[0, 0] + m * x[n - 1, m - 1] + len(x) * x.ndim + x.shape[0]


add(sizes_in_arithmetic, (normal(3, 4),), (normal(1, 1),), analytic=True, traits="shape")


def literal_arrays(x, y):
    a = np.array([x, y, x * y])
    m = np.array([[1.0, x], [y, 2.0]])
    return np.sum(a * a) + np.sum(m @ a[:2])


add(literal_arrays, (0.7, 0.2), (-1.0, 3.0), analytic=True, traits="create literal")


def copies(x):
    a = x.copy()
    b = np.copy(x)
    c = np.array(x)
    a[0] = 2.0 * x[1]
    b *= 2
    c[:] = 1.0
    return np.sum(a * b * x + c)


add(copies, (normal(3),), analytic=False, traits="copy writes")


def reshaped_result(x):
    return x.reshape(2, -1).T * 2.0


add(reshaped_result, (normal(6),), (normal(2),), analytic=True, traits="reshape")


def stacked_in_loop(x):
    rows = np.zeros((4, x.shape[0]))
    for k in range(4):
        rows[k] = x * k + np.sin(x)
    return np.sum(rows.T @ rows)


add(stacked_in_loop, (normal(3),), (normal(1),), traits="create writes matmul")
