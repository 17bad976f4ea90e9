"""GradBench `ba`: bundle adjustment; a sparse Jacobian of reprojection errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import difflang as dl

CAMERA = 11  # rotation (3), centre (3), focal length, principal point (2), radial distortion (2)


def cross(a, b):
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def rotate(rotation, point):
    """Rodrigues' formula."""
    square = dot(rotation, rotation)
    if square == 0.0:
        turned = cross(rotation, point)
        return point[0] + turned[0], point[1] + turned[1], point[2] + turned[2]
    angle = math.sqrt(square)
    c, s = math.cos(angle), math.sin(angle)
    axis = (rotation[0] / angle, rotation[1] / angle, rotation[2] / angle)
    turned = cross(axis, point)
    along = dot(axis, point) * (1.0 - c)
    return (
        point[0] * c + turned[0] * s + axis[0] * along,
        point[1] * c + turned[1] * s + axis[1] * along,
        point[2] * c + turned[2] * s + axis[2] * along,
    )


def reprojection(camera, point, weight, feature):
    """Both coordinates of the error of one observation."""
    moved = (point[0] - camera[3], point[1] - camera[4], point[2] - camera[5])
    seen = rotate((camera[0], camera[1], camera[2]), moved)
    u = seen[0] / seen[2]
    v = seen[1] / seen[2]
    square = u * u + v * v
    stretch = 1.0 + camera[9] * square + camera[10] * square * square
    x = weight * (u * stretch * camera[6] + camera[7] - feature[0])
    y = weight * (v * stretch * camera[6] + camera[8] - feature[1])
    return x, y


def coordinate(camera, point, weight, feature, k):
    x, y = reprojection(camera, point, weight, feature)
    return x if k == 0 else y


def objective(cameras, points, weights, observations, features):
    p = len(observations)
    errors = np.empty((p, 2))
    weight_errors = np.empty(p)
    for i in range(p):
        x, y = reprojection(cameras[observations[i, 0]], points[observations[i, 1]], weights[i], features[i])
        errors[i, 0] = x
        errors[i, 1] = y
        weight_errors[i] = 1.0 - weights[i] * weights[i]
    return errors, weight_errors


def weight_error(weight):
    return 1.0 - weight * weight


def jacobian(cameras, points, weights, observations, features):
    """Rows, columns and values of the sparse Jacobian: two rows of fifteen for each observation, then one value for each weight."""
    n, m, p = len(cameras), len(points), len(observations)
    width = CAMERA + 4
    rows = np.empty(3 * p + 1, dtype=np.int32)
    columns = np.empty(31 * p, dtype=np.int32)
    values = np.empty(31 * p)
    rows[0] = 0
    for i in range(p):
        c, x = observations[i, 0], observations[i, 1]
        for row in range(2):
            gradient = dl.grad(coordinate, argnums=(0, 1, 2))
            by_camera, by_point, by_weight = gradient(cameras[c], points[x], weights[i], features[i], row)
            at = (2 * i + row) * width
            for j in range(CAMERA):
                values[at + j] = by_camera[j]
                columns[at + j] = CAMERA * c + j
            for j in range(3):
                values[at + CAMERA + j] = by_point[j]
                columns[at + CAMERA + j] = CAMERA * n + 3 * x + j
            values[at + CAMERA + 3] = by_weight
            columns[at + CAMERA + 3] = CAMERA * n + 3 * m + i
            rows[2 * i + row + 1] = at + width
    for i in range(p):
        values[30 * p + i] = dl.grad(weight_error)(weights[i])
        columns[30 * p + i] = CAMERA * n + 3 * m + i
        rows[2 * p + i + 1] = 30 * p + i + 1
    return rows, columns, values


def arguments(given: Any) -> tuple[Any, ...]:
    n, m, p = given["n"], given["m"], given["p"]
    each = np.arange(p)
    cameras, points = np.tile(np.array(given["cam"]), (n, 1)), np.tile(np.array(given["x"]), (m, 1))
    return cameras, points, np.full(p, float(given["w"])), np.stack([each % n, each % m], axis=1), np.tile(np.array(given["feat"]), (p, 1))


FUNCTIONS = {"objective": dl.differentiable(objective), "jacobian": dl.differentiable(jacobian)}


def answer(name: str, result: Any) -> Any:
    if name == "objective":
        errors, weights = result
        return {
            "reproj_error": {"elements": errors[0].tolist(), "repeated": len(errors)},
            "w_err": {"element": float(weights[0]), "repeated": len(weights)},
        }
    first = 2 * (CAMERA + 4)
    return dict(zip(("rows", "cols", "vals"), ([*part[:first].tolist(), part[-1].item()] for part in result), strict=True))
