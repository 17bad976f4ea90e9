"""GradBench `ba`: bundle adjustment; a sparse Jacobian of reprojection errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import difflang as dl

CAMERA = 11  # rotation (3), centre (3), focal length, principal point (2), radial distortion (2)


def cross(a, b):
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def rotate(rotation, point):
    """Rodrigues' formula."""
    square = rotation[0] * rotation[0] + rotation[1] * rotation[1] + rotation[2] * rotation[2]
    if square == 0.0:
        return point + cross(rotation, point)
    angle = math.sqrt(square)
    axis = rotation / angle
    along = (axis[0] * point[0] + axis[1] * point[1] + axis[2] * point[2]) * (1.0 - math.cos(angle))
    return point * math.cos(angle) + cross(axis, point) * math.sin(angle) + axis * along


def reprojection(camera, point, weight, feature):
    seen = rotate(camera[0:3], point - camera[3:6])
    u = seen[0] / seen[2]
    v = seen[1] / seen[2]
    square = u * u + v * v
    stretch = 1.0 + camera[9] * square + camera[10] * square * square
    error = np.empty(2)
    error[0] = weight * (u * stretch * camera[6] + camera[7] - feature[0])
    error[1] = weight * (v * stretch * camera[6] + camera[8] - feature[1])
    return error


def objective(cameras, points, weights, observations, features):
    p = len(observations)
    errors = np.empty((p, 2))
    weight_errors = np.empty(p)
    for i in range(p):
        errors[i] = reprojection(cameras[observations[i, 0]], points[observations[i, 1]], weights[i], features[i])
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
        by_camera, by_point, by_weight = dl.jacrev(reprojection, argnums=(0, 1, 2))(cameras[c], points[x], weights[i], features[i])
        for row in range(2):
            at = (2 * i + row) * width
            for j in range(CAMERA):
                values[at + j] = by_camera[row, j]
                columns[at + j] = CAMERA * c + j
            for j in range(3):
                values[at + CAMERA + j] = by_point[row, j]
                columns[at + CAMERA + j] = CAMERA * n + 3 * x + j
            values[at + CAMERA + 3] = by_weight[row]
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
