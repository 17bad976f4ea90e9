"""In-place writes: elements, slices, rows, masks, arguments, augmented on everything."""

import math

import numpy as np

from .corpus import add, normal, uniform


def element_writes(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = x[i] * x[i]
    y[0] = y[-1] * 2
    y[-1] = 3.0
    return np.sum(y * x)


add(element_writes, (normal(4),), (normal(1),), traits="writes")


def augmented_elements(x):
    y = x * 1.0
    for i in range(1, len(y)):
        y[i] += y[i - 1] * x[i]
        y[i - 1] *= y[i]
        y[i] -= 0.5
        y[i] /= 2.0
        y[i] **= 2
    return np.sum(y)


add(augmented_elements, (normal(5),), (normal(1),), traits="writes augmented")


def overwritten_after_use(x):
    y = x.copy()
    total = 0.0
    for i in range(len(y)):
        total += y[i] * y[i]
        y[i] = math.sin(total)
        total *= y[i]
    return total + np.sum(y)


add(overwritten_after_use, (normal(5),), (normal(1),), traits="writes")


def row_writes(m):
    out = np.zeros_like(m)
    for i in range(m.shape[0]):
        out[i] = m[i] * 2 + m[i - 1]
        out[i, 0] = m[i, 0] ** 2
    out[0] += out[1]
    out[:, 1] *= m[:, 0]
    return np.sum(out * out)


add(row_writes, (normal(3, 4),), (normal(2, 2),), traits="writes row")


def slice_writes(x):
    y = x.copy()
    y[1:3] = x[:2] * x[2:4]
    y[::2] += 1.0
    y[-2:] *= y[:2]
    y[1:-1] = 0.5
    y[:] = y * x
    return np.sum(y)


add(slice_writes, (normal(6),), (normal(4),), traits="writes slice")


def block_writes(m, v):
    out = np.zeros((4, 4))
    out[1:3, :2] = m
    out[:2, 2:] -= m.T
    out[3] = v
    out[..., 0] += 2 * v
    out[0, 1:3] = v[0]
    return np.sum(out @ out)


add(block_writes, (normal(2, 2), normal(4)), traits="writes slice ellipsis")


def written_argument(x):
    x[0] = x[1] * x[2]
    x[1:] *= 2.0
    return np.sum(x * x)


add(written_argument, (normal(4),), (normal(3),), traits="writes argument")


def written_argument_returned(x, y):
    x += y
    y[0] = x[0]
    return x, y


add(written_argument_returned, (normal(3), normal(3, seed=1)), traits="writes argument tuple")


def write_into_argument(out, x):
    for i in range(len(x)):
        out[i] = x[i] * out[i] + 1.0
    return out


add(write_into_argument, (normal(4), normal(4, seed=1)), (normal(1), normal(1)), traits="writes argument")


def aliased_augment(x):
    a = x * 2
    b = a
    b += 1.0
    b[0] = 5.0 * x[1]
    return np.sum(a * b)


add(aliased_augment, (normal(4),), traits="writes alias")


def scalar_alias_is_no_alias(x):
    y = x
    y += 1.0
    return x * y


add(scalar_alias_is_no_alias, (0.7,), (-2.0,), analytic=True, traits="alias scalar")


def swapped_arrays(x, n):
    a = x * 1.0
    b = np.zeros_like(x)
    for _ in range(n):
        for i in range(1, len(x) - 1):
            b[i] = 0.5 * (a[i - 1] + a[i + 1]) + 0.1 * a[i] * a[i]
        a, b = b, a
    return np.sum(a * a)


add(swapped_arrays, (normal(5), 4), (normal(5), 0), (normal(5), 1), traits="writes swap for")


def swapped_elements(x):
    y = x.copy()
    n = len(y)
    for i in range(n // 2):
        y[i], y[n - 1 - i] = y[n - 1 - i], y[i]
    return np.sum(y * np.arange(n)) * y[0]


add(swapped_elements, (normal(5),), (normal(1),), traits="writes swap")


def conditional_writes(x):
    y = np.ones(len(x))
    for i in range(len(x)):
        if x[i] > 0:
            y[i] = x[i] ** 2
        elif x[i] < -1:
            y[i] *= x[i]
        else:
            y[0] += x[i]
    return np.prod(y)


add(conditional_writes, (normal(6),), (normal(1),), order=2, traits="writes branch")


def one_of_two_arrays(x, flag):
    a = x * 1.0
    b = x * 2.0
    target = a if flag else b
    target[0] = 7.0 * x[1]
    target += x
    return np.sum(a * a) + np.sum(b * b * b)


add(one_of_two_arrays, (normal(3), True), (normal(3), False), traits="writes alias branch")


def gather(x, index):
    return np.sum(x[index] ** 2 * np.arange(len(index)))


add(gather, (normal(5), np.array([0, 3, 3, -1])), (normal(1), np.array([0])), analytic=True, traits="gather")


def gather_rows(m, index):
    picked = m[index]
    return np.sum(picked * picked) + np.sum(m[index, 0] * m[1, index])


add(gather_rows, (normal(4, 4), np.array([0, 2, 2])), analytic=True, traits="gather")


def scatter(x, index):
    y = np.zeros(6)
    y[index] = x
    y[index] += x * x
    return np.sum(y * y)


add(scatter, (normal(3), np.array([1, 4, 2])), (normal(3), np.array([5, -1, 0])), traits="scatter")


def mask_write(x):
    y = x * 2
    y[x > 0] = 0.5
    y[y < -1] *= 3.0
    return np.sum(y * x)


add(mask_write, (normal(6),), (np.abs(normal(3)),), traits="mask")


def mask_read(x):
    positive = x[x > 0]
    return np.sum(positive**2) + len(positive) * x[0]


add(mask_read, (normal(6),), (-np.abs(normal(3)),), traits="mask")


def histogram_soft(x, bins):
    counts = np.zeros(bins)
    for i in range(len(x)):
        position = x[i] * (bins - 1)
        k = int(position)
        weight = position - k
        counts[k] += 1 - weight
        counts[min(k + 1, bins - 1)] += weight
    return np.sum(counts**2)


add(histogram_soft, (uniform(0.05, 0.95, 6), 4), (uniform(0.05, 0.95, 1), 2), traits="scatter for")


def write_then_read_other_row(m):
    a = m.copy()
    for i in range(1, a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = a[i, j] * a[i - 1, j] + math.cos(a[i, j - 1])
    return np.sum(a[-1])


add(write_then_read_other_row, (normal(3, 3),), (normal(1, 2),), traits="writes nested")


def while_writes(x):
    y = x.copy()
    k = 0
    while k < len(y) and y[k] < 2.0:
        y[k] = y[k] * y[k] + 0.5
        k += 1
    return np.sum(y) * k


add(while_writes, (normal(5),), (np.array([3.0]),), traits="while writes")


def sort_by_insertion(x):
    y = x.copy()
    for i in range(1, len(y)):
        value = y[i]
        j = i - 1
        while j >= 0 and y[j] > value:
            y[j + 1] = y[j]
            j -= 1
        y[j + 1] = value
    return np.sum(y * np.arange(len(y)) ** 2)


add(sort_by_insertion, (normal(6),), (normal(1),), traits="while writes integer")


def stencil_in_place(u):
    for i in range(1, len(u) - 1):
        u[i] = 0.5 * u[i] + 0.25 * (u[i - 1] + u[i + 1]) * u[i]
    return u


add(stencil_in_place, (normal(6),), (normal(2),), traits="writes argument recurrence")


def red_black(u, n):
    for _ in range(n):
        u[1::2] = 0.5 * u[1::2] + 0.1 * u[:-1:2] ** 2
        u[::2] = 0.9 * u[::2] + 0.2 * u[1::2]
    return np.sum(u * u)


add(red_black, (normal(6), 2), (normal(6), 0), traits="writes argument slice")
