"""The three loops that are timed: ordinary programs. Nothing here knows difflang."""

import math

import numpy as np


def lstm(xs, h, c, w, u, b):
    """A sequence through one LSTM cell, every gate in scalar loops."""
    n = len(h)
    gates = np.zeros(4 * n)
    total = 0.0
    for t in range(xs.shape[0]):
        for i in range(4 * n):
            s = b[i]
            for j in range(xs.shape[1]):
                s += w[i, j] * xs[t, j]
            for j in range(n):
                s += u[i, j] * h[j]
            gates[i] = s
        for i in range(n):
            forget = 1.0 / (1.0 + math.exp(-gates[i]))
            write = 1.0 / (1.0 + math.exp(-gates[n + i]))
            read = 1.0 / (1.0 + math.exp(-gates[2 * n + i]))
            c[i] = forget * c[i] + write * math.tanh(gates[3 * n + i])
            h[i] = read * math.tanh(c[i])
            total += h[i] * h[i]
    return total


def mixture(x, logits, means, scales):
    """The log-likelihood of points under a mixture of Gaussians with their own scale in each dimension."""
    count, dimensions = means.shape
    top = logits[0]
    for k in range(1, count):
        top = max(top, logits[k])
    s = 0.0
    for k in range(count):
        s += math.exp(logits[k] - top)
    normaliser = top + math.log(s)
    total = 0.0
    terms = np.zeros(count)
    for i in range(x.shape[0]):
        for k in range(count):
            q = 0.0
            volume = 0.0
            for j in range(dimensions):
                z = (x[i, j] - means[k, j]) * math.exp(scales[k, j])
                q += z * z
                volume += scales[k, j]
            terms[k] = logits[k] + volume - 0.5 * q
        top = terms[0]
        for k in range(1, count):
            top = max(top, terms[k])
        s = 0.0
        for k in range(count):
            s += math.exp(terms[k] - top)
        total += top + math.log(s) - normaliser
    return total


def bundle(cameras, points, weights, observed, camera_of, point_of):
    """The sum of squared reprojection errors of bundle adjustment (rotation vector, centre, focal length, distortion, offset)."""
    total = 0.0
    for k in range(len(camera_of)):
        a, p = camera_of[k], point_of[k]
        dx, dy, dz = points[p, 0] - cameras[a, 3], points[p, 1] - cameras[a, 4], points[p, 2] - cameras[a, 5]
        r0, r1, r2 = cameras[a, 0], cameras[a, 1], cameras[a, 2]
        square = r0 * r0 + r1 * r1 + r2 * r2
        if square > 0.0:
            angle = math.sqrt(square)
            c, s = math.cos(angle), math.sin(angle)
            wx, wy, wz = r0 / angle, r1 / angle, r2 / angle
            dot = (wx * dx + wy * dy + wz * dz) * (1.0 - c)
            x = dx * c + (wy * dz - wz * dy) * s + wx * dot
            y = dy * c + (wz * dx - wx * dz) * s + wy * dot
            z = dz * c + (wx * dy - wy * dx) * s + wz * dot
        else:
            x = dx + r1 * dz - r2 * dy
            y = dy + r2 * dx - r0 * dz
            z = dz + r0 * dy - r1 * dx
        u, v = x / z, y / z
        rr = u * u + v * v
        stretch = 1.0 + cameras[a, 9] * rr + cameras[a, 10] * rr * rr
        eu = weights[k] * ((u * stretch) * cameras[a, 6] + cameras[a, 7] - observed[k, 0])
        ev = weights[k] * ((v * stretch) * cameras[a, 6] + cameras[a, 8] - observed[k, 1])
        total += eu * eu + ev * ev
    return total


def arguments(small=False):
    """Arguments of each loop, and which of them are differentiated."""
    rng = np.random.default_rng(0)
    steps, n, d = (4, 3, 2) if small else (20, 32, 16)
    found = {}
    found[lstm] = (
        (
            rng.normal(size=(steps, d)),
            np.zeros(n),
            np.zeros(n),
            rng.normal(size=(4 * n, d)) / 8,
            rng.normal(size=(4 * n, n)) / 8,
            np.zeros(4 * n),
        ),
        (3, 4, 5),
    )
    points, count, dims = (5, 2, 2) if small else (1000, 10, 8)
    found[mixture] = (
        (rng.normal(size=(points, dims)), np.zeros(count), rng.normal(size=(count, dims)), rng.normal(size=(count, dims)) / 10),
        (1, 2, 3),
    )
    cameras, points, seen = (2, 3, 5) if small else (20, 500, 3000)
    camera = np.concatenate([rng.normal(size=(cameras, 6)) / 10, np.ones((cameras, 1)), rng.normal(size=(cameras, 4)) / 100], axis=1)
    found[bundle] = (
        (
            camera,
            rng.normal(size=(points, 3)) / 2 + np.array([0.0, 0.0, 4.0]),
            np.ones(seen),
            rng.normal(size=(seen, 2)) / 10,
            rng.integers(0, cameras, seen),
            rng.integers(0, points, seen),
        ),
        (0, 1, 2),
    )
    return found
