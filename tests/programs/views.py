"""Views: rows, slices, transposes that share memory with their base, and writes through them."""

import numpy as np

from .corpus import add, normal


def write_through_row(m):
    a = m.copy()
    row = a[1]
    row[0] = 3.0 * m[0, 0]
    row *= 2.0
    a[1, 1] += row[0]
    return np.sum(a * a) + np.sum(row)


add(write_through_row, (normal(3, 3),), traits="view writes")


def write_through_slice(x):
    y = x * 1.0
    part = y[1:4]
    part[:] = part * part
    inner = part[1:]
    inner += 1.0
    y[2] *= 3.0
    return np.sum(y * x) + part[1] * inner[0]


add(write_through_slice, (normal(6),), traits="view writes")


def write_through_transpose(m):
    a = m * 1.0
    t = a.T
    t[0] *= 2.0
    t[1, 0] = m[1, 1]
    return np.sum(a[:, 0] * a[:, 1])


add(write_through_transpose, (normal(3, 3),), (normal(2, 2),), traits="view writes transpose")


def write_through_reshape(x):
    a = x * 1.0
    m = a.reshape(2, 3)
    m[0] += m[1]
    a[0] = 9.0 * x[0]
    return np.sum(m * m)


add(write_through_reshape, (normal(6),), traits="view writes reshape")


def rows_of_loop(m):
    a = m * 1.0
    for row in a:
        row *= row[0]
        row[1] = 1.0
    return np.sum(a)


add(rows_of_loop, (normal(3, 3),), (normal(1, 2),), traits="view writes for-array")


def view_reads_current_value(x):
    y = x * 1.0
    head = y[:2]
    before = np.sum(head)
    y[0] = 5.0 * x[2]
    return before * np.sum(head)


add(view_reads_current_value, (normal(4),), traits="view writes")


def _double(part):
    part *= 2.0


def callee_writes_view(m):
    a = m.copy()
    for i in range(a.shape[0]):
        _double(a[i, i:])
    _double(a[:, 0])
    return np.sum(a * m)


add(callee_writes_view, (normal(3, 3),), (normal(1, 1),), traits="view writes call")


def views_of_views(x):
    m = x.reshape(2, 3, 2)
    a = m[1, :, 0]
    b = m[:, 1:][0, :, 1]
    return np.sum(a * a) + np.sum(b) * a[0]


add(views_of_views, (normal(12),), analytic=True, traits="view reshape")


def strided_argument(x):
    return np.sum(x[1:] * x[:-1]) + x[0] ** 3


add(strided_argument, (normal(8)[::2],), (normal(8)[::-1],), (normal(4, 2)[:, 1],), analytic=True, traits="view strided")


def fortran_argument(m, v):
    return np.sum(m @ v) + np.sum(m[1] * m[0]) + np.sum(m.T * m.T)


add(fortran_argument, (normal(3, 4).T, normal(3)), (np.asfortranarray(normal(4, 3)), normal(3)), analytic=True, traits="view strided")


def overlapping_shift(x):
    y = x * 1.0
    y[1:] = y[:-1]
    y[:-1] += y[1:]
    return np.sum(y * np.arange(len(y)))


add(overlapping_shift, (normal(5),), (normal(1),), traits="view writes overlap")


def returned_view(m):
    a = m * 2.0
    return a[1:, 0]


add(returned_view, (normal(3, 3),), (normal(1, 2),), analytic=True, traits="view")


def diagonal_by_loop(m):
    d = np.empty(m.shape[0])
    for i in range(m.shape[0]):
        d[i] = m[i, i]
    return d * m[0]


add(diagonal_by_loop, (normal(3, 3),), (normal(1, 1),), traits="view writes")


def negative_and_mixed_indices(m):
    return m[-1, 0] * m[0, -1] + np.sum(m[-2:, 1]) + np.sum(m[:, ::-1][0] * m[0]) + m[1][0] + np.sum(m[None, 1])


add(negative_and_mixed_indices, (normal(3, 3),), (normal(2, 2),), analytic=True, traits="view negative-index")


def ping_pong_views(m, n):
    grid = m * 1.0
    for k in range(n):
        old = grid[k % 2]
        new = grid[(k + 1) % 2]
        new[1:-1] = old[:-2] + old[2:] * 0.5
        new[0] = old[0] * old[-1]
    return np.sum(grid * grid)


add(ping_pong_views, (normal(2, 5), 3), (normal(2, 5), 0), traits="view writes for")


def views_of_functions(m):
    def left(a):
        return a[:, :2]

    def scale(a, k):
        a *= k

    b = m.copy()
    part = left(b)
    scale(part, 2.0)
    scale(left(b)[0], 3.0)
    part -= left(b)[::-1] * 0.5
    return b.sum() * part[0, 0] + part.sum() ** 2


add(views_of_functions, (normal(4, 3),), (normal(2, 2, seed=3),), traits="views")
