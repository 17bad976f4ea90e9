"""Loops that carry values from one iteration to the next."""

import math

import numpy as np

from .corpus import add, normal, uniform


def sine_recurrence(a):
    for i in range(1, len(a)):
        a[i] = math.sin(a[i - 1]) * a[i]
    return np.sum(a)


add(sine_recurrence, (normal(6),), (normal(1),), traits="recurrence writes argument")


def logistic_map(x, r, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


add(logistic_map, (0.3, 3.1, 6), (0.3, 3.1, 0), analytic=True, traits="recurrence")


def two_term_recurrence(x, n):
    a, b = 1.0, x
    for k in range(2, n):
        a, b = b, 2 * x * b - a
    return b


add(two_term_recurrence, (0.7, 6), (0.7, 2), analytic=True, traits="recurrence assignment")


def exponential_average(xs, alpha):
    average = xs[0]
    out = np.empty_like(xs)
    for i in range(len(xs)):
        average = alpha * xs[i] + (1 - alpha) * average
        out[i] = average
    return out


add(exponential_average, (normal(5), 0.3), (normal(1), 0.3), traits="recurrence writes")


def linear_recurrence_of_vectors(x, w):
    h = np.zeros(w.shape[0])
    total = 0.0
    for t in range(x.shape[0]):
        h = np.tanh(w @ h + x[t])
        total += np.sum(h * h)
    return total


add(linear_recurrence_of_vectors, (normal(3, 2), normal(2, 2)), (normal(1, 1), normal(1, 1)), analytic=False, traits="recurrence matmul")


def longest_path(weights):
    n = weights.shape[0]
    best = np.zeros(n)
    for j in range(1, n):
        best[j] = best[0] + weights[0, j]
        for i in range(1, j):
            candidate = best[i] + weights[i, j]
            if candidate > best[j]:
                best[j] = candidate
    return best[n - 1]


add(longest_path, (uniform(0.1, 1, 4, 4),), (uniform(0.1, 1, 2, 2),), traits="recurrence writes branch")


def soft_dynamic_time_warping(x, y):
    n, m = len(x), len(y)
    table = np.full((n + 1, m + 1), 50.0)
    table[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a, b, c = -table[i - 1, j], -table[i, j - 1], -table[i - 1, j - 1]
            top = max(a, b, c)
            soft = top + math.log(math.exp(a - top) + math.exp(b - top) + math.exp(c - top))
            table[i, j] = (x[i - 1] - y[j - 1]) ** 2 - soft
    return table[n, m]


add(soft_dynamic_time_warping, (normal(3), normal(4, seed=1)), (normal(1), normal(1, seed=1)), traits="recurrence writes nested")


def hidden_markov(initial, transition, emission, observed):
    alpha = initial * emission[:, observed[0]]
    logarithm = 0.0
    for t in range(1, len(observed)):
        scale = np.sum(alpha)
        logarithm += np.log(scale)
        alpha = (alpha / scale) @ transition * emission[:, observed[t]]
    return logarithm + np.log(np.sum(alpha))


add(
    hidden_markov,
    (uniform(0.2, 1, 2), uniform(0.2, 1, 2, 2), uniform(0.2, 1, 2, 3), np.array([0, 2, 1, 1])),
    (uniform(0.2, 1, 2), uniform(0.2, 1, 2, 2), uniform(0.2, 1, 2, 3), np.array([1])),
    traits="recurrence gather",
)


def prefix_products(x):
    p = np.empty(len(x) + 1)
    p[0] = 1.0
    for i in range(len(x)):
        p[i + 1] = p[i] * x[i]
    return p


add(prefix_products, (normal(4),), (normal(1),), (np.array([0.0, 2.0, 3.0]),), traits="recurrence writes")


def ragged_inner_loops(x, lengths):
    total = 0.0
    state = 1.0
    for i in range(len(lengths)):
        for j in range(lengths[i]):
            state = math.sin(state * x[j]) + 0.1 * i
        total += state * state
    return total


add(ragged_inner_loops, (normal(4), np.array([2, 0, 4, 1])), (normal(1), np.array([0])), traits="recurrence nested integer")


def inner_while(x, n):
    total = 0.0
    for i in range(n):
        y = x + i
        while y > 0.5:
            y = y * 0.5
            total += y * y
        total *= 1.0 + 0.1 * y
    return total


add(inner_while, (0.7, 4), (0.7, 0), analytic=False, traits="recurrence while nested")


def kalman(z, q, r):
    x, p = 0.0, 1.0
    for k in range(len(z)):
        p = p + q
        gain = p / (p + r)
        x = x + gain * (z[k] - x)
        p = (1 - gain) * p
    return x * x + p


add(kalman, (normal(5), 0.1, 0.5), (normal(1), 0.1, 0.5), analytic=True, traits="recurrence")


def state_in_array(u, theta):
    state = np.zeros(3)
    for k in range(len(u)):
        state[0] = state[1] + theta * u[k]
        state[1] = state[2] * state[0]
        state[2] = math.tanh(state[0]) + u[k]
    return state


add(state_in_array, (normal(4), 0.7), (normal(1), 0.7), traits="recurrence writes")


def reversed_accumulation(x, discount):
    returns = np.zeros(len(x))
    running = 0.0
    for t in range(len(x) - 1, -1, -1):
        running = x[t] + discount * running
        returns[t] = running
    return np.sum(returns * returns)


add(reversed_accumulation, (normal(5), 0.9), (normal(1), 0.9), traits="recurrence negative-step")


def fixed_point(x, w):
    z = 0.0
    for _ in range(40):
        new = math.tanh(w * z + x)
        if abs(new - z) < 1e-12:
            break
        z = new
    return z


add(fixed_point, (0.7, 0.2), (-1.2, 0.4), order=1, traits="recurrence break")
