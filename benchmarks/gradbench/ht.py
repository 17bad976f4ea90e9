"""GradBench `ht`: a hand model of bones and skin fitted to points; a Jacobian that is dense in the pose and sparse in the rest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import difflang as dl


def rotation(axis):
    """The rotation about an axis, by its length."""
    matrix = np.eye(3)
    norm = math.sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2])
    if norm < 0.0001:
        return matrix
    x, y, z = axis[0] / norm, axis[1] / norm, axis[2] / norm
    s, c = math.sin(norm), math.cos(norm)
    matrix[0, 0] = x * x + (1.0 - x * x) * c
    matrix[0, 1] = x * y * (1.0 - c) - z * s
    matrix[0, 2] = x * z * (1.0 - c) + y * s
    matrix[1, 0] = x * y * (1.0 - c) + z * s
    matrix[1, 1] = y * y + (1.0 - y * y) * c
    matrix[1, 2] = y * z * (1.0 - c) - x * s
    matrix[2, 0] = x * z * (1.0 - c) - y * s
    matrix[2, 1] = z * y * (1.0 - c) + x * s
    matrix[2, 2] = z * z + (1.0 - z * z) * c
    return matrix


def euler(xzy):
    """The 4 by 4 matrix of a rotation about x, then y, then z."""
    cx, sx, cy, sy, cz, sz = math.cos(xzy[0]), math.sin(xzy[0]), math.cos(xzy[2]), math.sin(xzy[2]), math.cos(xzy[1]), math.sin(xzy[1])
    matrix = np.eye(4)
    matrix[0, 0] = cz * cy
    matrix[0, 1] = cz * sy * sx - sz * cx
    matrix[0, 2] = sz * sx + cz * sy * cx
    matrix[1, 0] = sz * cy
    matrix[1, 1] = cz * cx + sz * sy * sx
    matrix[1, 2] = sz * sy * cx - cz * sx
    matrix[2, 0] = -sy
    matrix[2, 1] = cy * sx
    matrix[2, 2] = cy * cx
    return matrix


def pose_of(theta, bones):
    pose = np.zeros((bones + 3, 3))
    pose[0] = theta[0:3]
    pose[1] = 1.0
    pose[2] = theta[3:6]
    next = 6
    row = 5
    for _ in range(5):
        for joint in range(2, 5):
            pose[row, 0] = theta[next]
            next += 1
            if joint == 2:
                pose[row, 1] = theta[next]
                next += 1
            row += 1
        row += 1
    return pose


def skin(theta, parents, relatives, inverses, positions, weights, mirrored):
    """The position of each vertex, three rows."""
    bones = len(parents)
    pose = pose_of(theta, bones)
    absolutes = np.empty((bones, 4, 4))
    vertices = np.zeros((3, positions.shape[1]))
    for b in range(bones):
        absolute = relatives[b] @ euler(pose[b + 3])
        if parents[b] != -1:
            absolute = absolutes[parents[b]] @ absolute
        absolutes[b] = absolute
        m = absolute @ inverses[b]
        for v in range(positions.shape[1]):
            x, y, z, one = positions[0, v], positions[1, v], positions[2, v], positions[3, v]
            vertices[0, v] += (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3] * one) * weights[b, v]
            vertices[1, v] += (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3] * one) * weights[b, v]
            vertices[2, v] += (m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3] * one) * weights[b, v]
    if mirrored:
        vertices[0] = -vertices[0]
    return (rotation(pose[0]) * pose[1]) @ vertices + pose[2][:, np.newaxis]


def simple(theta, hand, correspondences, points):
    parents, relatives, inverses, positions, weights, mirrored = hand
    vertices = skin(theta, parents, relatives, inverses, positions, weights, mirrored)
    errors = np.empty((len(correspondences), 3))
    for i in range(len(correspondences)):
        for j in range(3):
            errors[i, j] = points[i, j] - vertices[j, correspondences[i]]
    return errors


def complicated(theta, us, hand, triangles, correspondences, points):
    parents, relatives, inverses, positions, weights, mirrored = hand
    vertices = skin(theta, parents, relatives, inverses, positions, weights, mirrored)
    errors = np.empty((len(correspondences), 3))
    for i in range(len(correspondences)):
        a, b, c = triangles[correspondences[i], 0], triangles[correspondences[i], 1], triangles[correspondences[i], 2]
        u, v = us[i, 0], us[i, 1]
        for j in range(3):
            errors[i, j] = points[i, j] - (u * vertices[j, a] + v * vertices[j, b] + (1.0 - u - v) * vertices[j, c])
    return errors


def objective(theta, us, hand, triangles, correspondences, points):
    if len(us) == 0:
        return simple(theta, hand, correspondences, points)
    return complicated(theta, us, hand, triangles, correspondences, points)


def jacobian(theta, us, hand, triangles, correspondences, points):
    """One row for each parameter. An error depends on its own two `us` only: they share two rows."""
    found = np.empty((len(theta) + (2 if len(us) > 0 else 0), 3 * len(correspondences)))
    row = 0
    if len(us) > 0:
        for k in range(2):
            us_dot = np.zeros_like(us)
            us_dot[:, k] = 1.0
            primals = (theta, us, hand, triangles, correspondences, points)
            _, errors_dot = dl.jvp(complicated, primals, (None, us_dot, None, None, None, None))
            found[row] = errors_dot.ravel()
            row += 1
    for k in range(len(theta)):
        theta_dot = np.zeros_like(theta)
        theta_dot[k] = 1.0
        _, errors_dot = dl.jvp(objective, (theta, us, hand, triangles, correspondences, points), (theta_dot, None, None, None, None, None))
        found[row] = errors_dot.ravel()
        row += 1
    return found


def arguments(given: Any) -> tuple[Any, ...]:
    data, model = given["data"], given["data"]["model"]
    positions = np.ascontiguousarray(np.array(model["base_positions"]).T)
    weights = np.ascontiguousarray(np.array(model["weights"]).T)
    relatives, inverses = np.array(model["base_relatives"]), np.array(model["inverse_base_absolutes"])
    hand = (np.array(model["parents"]), relatives, inverses, positions, weights, bool(model["is_mirrored"]))
    us = np.array(given["us"], dtype=np.float64).reshape(-1, 2)
    return np.array(given["theta"]), us, hand, np.array(model["triangles"]), np.array(data["correspondences"]), np.array(data["points"])


FUNCTIONS = {"objective": dl.differentiable(objective), "jacobian": dl.differentiable(jacobian)}


def answer(name: str, result: Any) -> Any:
    return result.ravel().tolist() if name == "objective" else result.T.tolist()
