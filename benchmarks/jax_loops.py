"""The three loops as a user of JAX writes them: whole-array operations under `jit`, since scalar loops are not for it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def lstm(xs: Any, h: Any, c: Any, w: Any, u: Any, b: Any) -> Any:
    n = h.shape[0]

    def step(carry: Any, x: Any) -> Any:
        h, c, total = carry
        gates = w @ x + u @ h + b
        a = jax.nn.sigmoid(gates[: 3 * n])
        c = a[:n] * c + a[n : 2 * n] * jnp.tanh(gates[3 * n :])
        h = a[2 * n :] * jnp.tanh(c)
        return (h, c, total + jnp.sum(h * h)), None

    (_, _, total), _ = jax.lax.scan(step, (h, c, 0.0), xs)
    return total


def mixture(x: Any, logits: Any, means: Any, scales: Any) -> Any:
    z = (x[:, None, :] - means) * jnp.exp(scales)
    terms = logits + jnp.sum(scales, axis=1) - 0.5 * jnp.sum(z * z, axis=2)
    return jnp.sum(jax.nn.logsumexp(terms, axis=1) - jax.nn.logsumexp(logits))


def bundle(cameras: Any, points: Any, weights: Any, observed: Any, camera_of: Any, point_of: Any) -> Any:
    camera, point = cameras[camera_of], points[point_of]
    d = point - camera[:, 3:6]
    angle = jnp.sqrt(jnp.sum(camera[:, :3] ** 2, axis=1, keepdims=True))
    axis = camera[:, :3] / angle
    dot = jnp.sum(axis * d, axis=1, keepdims=True) * (1 - jnp.cos(angle))
    r = d * jnp.cos(angle) + jnp.cross(axis, d) * jnp.sin(angle) + axis * dot
    uv = r[:, :2] / r[:, 2:]
    rr = jnp.sum(uv * uv, axis=1)
    stretch = 1 + camera[:, 9] * rr + camera[:, 10] * rr * rr
    e = weights[:, None] * (uv * stretch[:, None] * camera[:, 6:7] + camera[:, 7:9] - observed)
    return jnp.sum(e * e)
