"""Whole-array expressions: arithmetic, elementary functions, broadcasting, comparisons, where."""

import numpy as np

from .corpus import add, normal, uniform


def array_arithmetic(x, y):
    return np.sum((x + y) * (x - 2 * y) / (1 + y * y) - x**3 + (-y) ** 2)


add(array_arithmetic, (normal(5), normal(5, seed=1)), (normal(2, 3), normal(2, 3, seed=1)), (normal(1), normal(1, seed=1)), analytic=True)


def elementary_functions(x):
    y = np.exp(-x) * np.sin(x) + np.cos(x) * np.tanh(x) + np.log(x) + np.sqrt(x)
    y = y + np.arctan(x) + np.sinh(x) + np.cosh(x) + np.log1p(x) + np.expm1(x) + np.square(x)
    return y + np.arcsin(x / 4) + np.arccos(x / 4) + np.log2(x) + np.log10(x) + np.exp2(x) + np.cbrt(x) + np.reciprocal(x) + np.tan(x / 2)


add(elementary_functions, (uniform(0.2, 1.5, 4),), (uniform(0.2, 1.5, 1),), (0.7,), edges=((np.zeros(0),),), traits="elementwise")


def two_operand_functions(x, y):
    z = np.maximum(x, y) * np.minimum(x, 0.3) + np.hypot(x, y) + np.arctan2(y, x)
    return z + np.logaddexp(x, y) + np.power(np.abs(x), y) + np.copysign(x, y) + np.fmod(x, 0.4)


add(two_operand_functions, (normal(5), normal(5, seed=1)), (normal(2, 1), normal(1, 3, seed=1)), traits="elementwise")


def broadcasting(column, row, matrix, number):
    return column * row + matrix / (2.0 + row * row) - number * column


add(
    broadcasting,
    (normal(3, 1), normal(4), normal(3, 4), 0.7),
    (normal(1, 1), normal(1), normal(1, 1), 0.7),
    analytic=True,
    traits="broadcast",
)


def broadcast_of_ones(x, y):
    return np.sum((x * y) ** 2) + np.sum(x) * np.sum(y)


add(
    broadcast_of_ones,
    (normal(3, 1), normal(1, 4)),
    (normal(3, 4), normal(4)),
    (normal(2, 1, 3), normal(4, 1)),
    (normal(1), normal(3)),
    analytic=True,
    traits="broadcast",
)


def where_and_masks(x, y):
    z = np.where(x > y, x * x, np.sin(y))
    z = np.where((z > 0) & (x < 1), z, 2 * z)
    z = np.where(~(y > 0) | (x == y), z * y, z)
    return np.where(np.logical_and(x > -0.5, True), z, 0.0) * (x > 0.2)


add(where_and_masks, (normal(6), normal(6, seed=1)), (normal(2, 3), normal(3, seed=1)), traits="where")


def untaken_where_is_harmless(x):
    safe = np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0)
    return np.sum(np.where(x > 0, np.log(x), 0.0) + safe)


add(untaken_where_is_harmless, (np.array([0.5, -1.0, 2.0, -3.0]),), edges=((np.array([0.0, 1.0]),),), traits="where")


def clip_and_abs(x):
    return np.clip(x, -0.8, 0.6) * np.abs(x) + np.sign(x) * x + np.floor(x) + np.ceil(x) * x + np.rint(x)


add(clip_and_abs, (normal(6),), (0.3,), edges=((np.array([-0.8, 0.0, 0.6, 0.5, 1.5, 2.5]),),), traits="elementwise")


def floor_division_of_arrays(x, y):
    return x // y + x % y * x - np.remainder(x, 0.7)


add(
    floor_division_of_arrays,
    (normal(5) * 3, np.array([0.7, -0.9, 1.3, -0.4, 2.2])),
    edges=((np.ones(2), np.array([0.0, -0.0])),),
    traits="rounding",
)


def single_precision_arrays(x, y):
    z = x * 0.1 + y
    return np.sum(z * np.exp(-z))


add(
    single_precision_arrays,
    (normal(5).astype(np.float32), normal(5, seed=1).astype(np.float32)),
    tolerance=3e-3,
    order=1,
    traits="f32",
)


def mixed_precision(x, y):
    return np.sum(x * y) + np.sum(x + np.float32(2)) * y[0]


add(mixed_precision, (normal(4).astype(np.float32), normal(4, seed=1)), tolerance=3e-3, order=1, traits="f32")


def integer_arrays_mix(x, n):
    return np.sum(x * n) + np.sum(n // 2) * x[0] + np.sum(x**n)


add(integer_arrays_mix, (normal(4), np.array([1, 2, 3, 0])), (normal(1), np.array([2], dtype=np.int32)), traits="integer")


def whole_array_loop(x, n):
    y = x
    for k in range(n):
        y = np.sin(y) * x + y / (k + 1)
    return np.sum(y)


add(whole_array_loop, (normal(4), 5), (normal(4), 0), (normal(2, 3), 2), analytic=True, traits="for elementwise")


def rank_zero_array(x):
    y = np.array(2.0) * x
    return np.sum(y) + y * y


add(rank_zero_array, (0.7,), (normal(3),), analytic=True, traits="rank0")


def array_methods(x):
    return x.sum() * x.mean() + x.max() - x.min() + x.dot(x) + x.prod() + x.std() + x.var() + abs(x).sum() + x.astype(np.float64)[0]


add(array_methods, (normal(5),), (normal(2),), traits="method")


def where_of_branches(x, flag):
    y = x * 2
    if flag:
        y = np.exp(x)
    elif np.sum(x) > 0:
        y = y * y
    return np.sum(y)


add(where_of_branches, (normal(4), True), (normal(4), False), (np.abs(normal(4)), False), traits="branch elementwise")


def softmax(x):
    shifted = np.exp(x - np.max(x))
    return shifted / np.sum(shifted)


add(softmax, (normal(5),), (normal(1),), edges=((np.array([800.0, -800.0]),),), traits="elementwise reduce")


def gelu_and_sigmoid(x):
    sigmoid = 1.0 / (1.0 + np.exp(-x))
    return x * sigmoid + 0.5 * x * (1 + np.tanh(0.8 * (x + 0.04 * x**3)))


add(gelu_and_sigmoid, (normal(5),), (0.4,), analytic=True, traits="elementwise")
