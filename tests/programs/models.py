"""Small models: recurrent and convolutional networks, mixtures, bundle adjustment, regression."""

import math

import numpy as np

from .corpus import add, normal, uniform


def _sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


def lstm_scalar_loops(x, h, c, w, u, b):
    n = len(h)
    gates = np.zeros(4 * n)
    for i in range(4 * n):
        total = b[i]
        for j in range(len(x)):
            total += w[i, j] * x[j]
        for j in range(n):
            total += u[i, j] * h[j]
        gates[i] = total
    out = np.zeros(n)
    for i in range(n):
        forget = _sigmoid(gates[i])
        write = _sigmoid(gates[n + i])
        read = _sigmoid(gates[2 * n + i])
        c[i] = forget * c[i] + write * math.tanh(gates[3 * n + i])
        out[i] = read * math.tanh(c[i])
    return np.sum(out * out)


add(
    lstm_scalar_loops,
    (normal(2), normal(2, seed=1), normal(2, seed=2), normal(8, 2), normal(8, 2, seed=1), normal(8)),
    traits="model writes argument",
)


def lstm_arrays(xs, w, b):
    n = w.shape[1] - xs.shape[1]
    h = np.zeros(n)
    c = np.zeros(n)
    for x in xs:
        gates = w @ np.concatenate((h, x)) + b
        activated = 1.0 / (1.0 + np.exp(-gates[: 3 * n]))
        c = activated[:n] * c + activated[n : 2 * n] * np.tanh(gates[3 * n :])
        h = activated[2 * n :] * np.tanh(c)
    return np.sum(h)


add(lstm_arrays, (normal(3, 2), normal(8, 4), normal(8)), traits="model slice")


def gaussian_mixture(x, weights, means, deviations):
    total = 0.0
    for i in range(x.shape[0]):
        top = -1e300
        terms = np.zeros(len(weights))
        for k in range(len(weights)):
            s = 0.0
            for j in range(x.shape[1]):
                z = (x[i, j] - means[k, j]) / deviations[k]
                s += z * z
            terms[k] = math.log(weights[k]) - 0.5 * s - x.shape[1] * math.log(deviations[k])
            if terms[k] > top:
                top = terms[k]
        inner = 0.0
        for k in range(len(weights)):
            inner += math.exp(terms[k] - top)
        total += top + math.log(inner)
    return total


add(
    gaussian_mixture,
    (normal(3, 2), uniform(0.2, 0.6, 2), normal(2, 2, seed=1), uniform(0.5, 1.5, 2)),
    tolerance=1e-5,
    traits="model nested",
)


def gaussian_mixture_arrays(x, weights, means, deviations):
    difference = x[:, None, :] - means[None, :, :]
    squares = np.sum((difference / deviations[:, None]) ** 2, axis=2)
    terms = np.log(weights) - 0.5 * squares - x.shape[1] * np.log(deviations)
    top = np.max(terms, axis=1, keepdims=True)
    return np.sum(np.log(np.sum(np.exp(terms - top), axis=1)) + top[:, 0])


add(gaussian_mixture_arrays, (normal(3, 2), uniform(0.2, 0.6, 2), normal(2, 2, seed=1), uniform(0.5, 1.5, 2)), traits="model broadcast")


def _rotate(rotation, point):
    angle = math.sqrt(rotation[0] ** 2 + rotation[1] ** 2 + rotation[2] ** 2)
    out = np.empty(3)
    if angle > 1e-12:
        c, s = math.cos(angle), math.sin(angle)
        kx, ky, kz = rotation[0] / angle, rotation[1] / angle, rotation[2] / angle
        dot = (kx * point[0] + ky * point[1] + kz * point[2]) * (1.0 - c)
        out[0] = point[0] * c + (ky * point[2] - kz * point[1]) * s + kx * dot
        out[1] = point[1] * c + (kz * point[0] - kx * point[2]) * s + ky * dot
        out[2] = point[2] * c + (kx * point[1] - ky * point[0]) * s + kz * dot
    else:
        out[:] = point
    return out


def bundle_adjustment(cameras, points, observed, camera_of, point_of):
    total = 0.0
    for k in range(len(camera_of)):
        camera = cameras[camera_of[k]]
        p = _rotate(camera[:3], points[point_of[k]] - camera[3:6])
        x, y = p[0] / p[2], p[1] / p[2]
        r2 = x * x + y * y
        distortion = 1.0 + r2 * (camera[7] + r2 * camera[8])
        ex = camera[6] * distortion * x - observed[k, 0]
        ey = camera[6] * distortion * y - observed[k, 1]
        total += ex * ex + ey * ey
    return total


add(
    bundle_adjustment,
    (
        uniform(0.1, 0.4, 2, 9),
        uniform(0.1, 0.4, 3, 3) + np.array([0.0, 0.0, 2.0]),
        normal(4, 2, scale=0.1),
        np.array([0, 1, 1, 0]),
        np.array([0, 1, 2, 2]),
    ),
    tolerance=1e-5,
    traits="model call gather",
)


def convolution_by_loops(image, kernel):
    height = image.shape[0] - kernel.shape[0] + 1
    width = image.shape[1] - kernel.shape[1] + 1
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            total = 0.0
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    total += image[i + a, j + b] * kernel[a, b]
            out[i, j] = max(total, 0.0)
    return out


add(convolution_by_loops, (normal(4, 4), normal(2, 2)), (normal(1, 1), normal(1, 1)), traits="model nested")


def convolution_by_slices(image, kernel):
    height = image.shape[0] - 2
    width = image.shape[1] - 2
    out = np.zeros((height, width))
    for a in range(3):
        for b in range(3):
            out += image[a : a + height, b : b + width] * kernel[a, b]
    return np.tanh(out)


add(convolution_by_slices, (normal(5, 4), normal(3, 3)), traits="model slice")


def max_pooling(image):
    out = np.zeros((image.shape[0] // 2, image.shape[1] // 2))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.max(image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2])
    return np.sum(out * out)


add(max_pooling, (normal(4, 4),), (normal(2, 2),), traits="model reduce")


def gradient_descent(theta, data):
    for _ in range(3):
        step = np.zeros_like(theta)
        for row in data:
            error = row[0] * theta[0] + theta[1] - row[1]
            step[0] += error * row[0]
            step[1] += error
        theta = theta - 0.1 * step
    return np.sum(theta * theta)


add(gradient_descent, (normal(2), normal(3, 2)), analytic=True, traits="model for-array")


def adam_step(theta, m, v, gradient, t):
    for i in range(len(theta)):
        m[i] = 0.9 * m[i] + 0.1 * gradient[i]
        v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i]
        theta[i] -= 0.01 * (m[i] / (1 - 0.9**t)) / (math.sqrt(v[i] / (1 - 0.999**t)) + 1e-3)
    return theta


add(adam_step, (normal(3), normal(3, seed=1), uniform(0.1, 1, 3), normal(3, seed=2), 2), traits="model writes argument")


def attention(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    return (scores / np.sum(scores, axis=1, keepdims=True)) @ v


add(attention, (normal(2, 3), normal(4, 3), normal(4, 2)), traits="model matmul")


def layer_norm(x, gain, bias):
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.mean((x - mean) ** 2, axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-5) * gain + bias


add(layer_norm, (normal(2, 4), normal(4), normal(4, seed=1)), traits="model reduce")


def decision_tree(x, thresholds, values):
    node = 0
    while node < len(thresholds):
        node = 2 * node + 1 if x[node % len(x)] < thresholds[node] else 2 * node + 2
    return values[node - len(thresholds)] * x[0] ** 2


add(decision_tree, (normal(3), np.zeros(3), normal(4)), traits="model while gather")
