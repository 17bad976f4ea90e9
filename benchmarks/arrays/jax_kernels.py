"""The kernels as a user of JAX writes them: whole arrays where there are some, `fori_loop` and `.at` for updates in place."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def heat(u: Any, steps: Any) -> Any:
    def step(u: Any, _: Any) -> Any:
        inner = u[1:-1, 1:-1]
        return u.at[1:-1, 1:-1].set(inner + 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * inner)), None

    u, _ = jax.lax.scan(step, u, None, length=steps)
    return jnp.sum(u * u)


def gauss_seidel(u: Any, steps: Any) -> Any:
    n, m = u.shape[0] - 2, u.shape[1] - 2

    def one(u: Any, k: Any) -> Any:
        i, j = (k // m) % n + 1, k % m + 1
        return u.at[i, j].set(0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])), None

    u, _ = jax.lax.scan(jax.checkpoint(one), u, jnp.arange(steps * n * m))
    return jnp.sum(u * u)


def softmax(x: Any) -> Any:
    p = jax.nn.softmax(x, axis=1)
    return -jnp.sum(p * jnp.log(p))


def attention(q: Any, k: Any, v: Any) -> Any:
    out = jax.nn.softmax(q @ k.T / jnp.sqrt(1.0 * q.shape[1]), axis=1) @ v
    return jnp.sum(out * out)


def batch_norm(x: Any, scale: Any, shift: Any) -> Any:
    y = jnp.maximum(scale * (x - jnp.mean(x, axis=0)) / jnp.sqrt(jnp.var(x, axis=0) + 1e-5) + shift, 0.0)
    return jnp.sum(y * y)


def chain(a: Any, b: Any, c: Any, d: Any) -> Any:
    m = jnp.tanh(jnp.tanh(jnp.tanh(a @ b) @ c) @ d)
    return jnp.sum(m * m)


def convolution(image: Any, kernel: Any) -> Any:
    y = jax.lax.conv_general_dilated(image[None, None], kernel[None, None], (1, 1), "VALID")
    return jnp.sum(y * y)


def lu(a: Any) -> Any:
    n = a.shape[0]

    def step(a: Any, k: Any) -> Any:
        below = jnp.arange(n) > k
        factor = jnp.where(below, a[:, k] / a[k, k], 0.0)
        return a - factor[:, None] * jnp.where(below, a[k], 0.0), None

    a, _ = jax.lax.scan(step, a, jnp.arange(n))
    return jnp.sum(jnp.log(jnp.abs(jnp.diag(a))))


def bodies(x: Any, m: Any) -> Any:
    d = x[:, None] - x
    r = jnp.sum(d * d, axis=2) + 1e-3
    return -jnp.sum(jnp.tril(m[:, None] * m / jnp.sqrt(r), -1))


def histogram(x: Any, low: Any, width: Any, bins: int) -> Any:
    t = (x - low) / width
    i = jnp.floor(t).astype(int)
    counts = jnp.zeros(bins + 1).at[i].add(1.0 - (t - i)).at[i + 1].add(t - i)
    return jnp.sum(counts * counts)
