"""A function of two hundred lines, as programs of engineers are: sections one below the other, each with its loops and arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def plant(x: np.ndarray, y: np.ndarray, w: np.ndarray, rate: float, steps: int) -> Any:
    """A day of a plant: swing, heat, controller, fit, layers, queue, inversion; one number at the end."""
    n = x.shape[0]
    total = 0.0

    # A pendulum with friction, fourth order
    angle = x[0]
    speed = 0.1
    length = 1.0 + rate * rate
    energy = 0.0
    for _ in range(steps):
        dt = 0.01
        a1 = -9.81 / length * math.sin(angle) - rate * speed
        v1 = speed
        a2 = -9.81 / length * math.sin(angle + 0.5 * dt * v1) - rate * (speed + 0.5 * dt * a1)
        v2 = speed + 0.5 * dt * a1
        a3 = -9.81 / length * math.sin(angle + 0.5 * dt * v2) - rate * (speed + 0.5 * dt * a2)
        v3 = speed + 0.5 * dt * a2
        a4 = -9.81 / length * math.sin(angle + dt * v3) - rate * (speed + dt * a3)
        v4 = speed + dt * a3
        angle += dt / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        speed += dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        if angle > math.pi:
            angle -= 2 * math.pi
        elif angle < -math.pi:
            angle += 2 * math.pi
        energy += 0.5 * speed**2 + 9.81 * (1 - math.cos(angle))
    total += energy / (steps + 1)

    # Heat along a rod, implicit: a tridiagonal system in each step
    heat = y.copy()
    upper = np.zeros(n)
    right = np.zeros(n)
    for k in range(3):
        flow = 0.3 + 0.1 * k
        upper[0] = 0.0
        right[0] = heat[0]
        for i in range(1, n - 1):
            low = -flow
            mid = 1 + 2 * flow + 0.01 * heat[i] ** 2
            pivot = mid - low * upper[i - 1]
            upper[i] = -flow / pivot
            right[i] = (heat[i] - low * right[i - 1]) / pivot
        new = np.zeros(n)
        new[n - 1] = heat[n - 1]
        for i in range(n - 2, -1, -1):
            new[i] = right[i] - upper[i] * new[i + 1]
        heat = new
    total += np.sum(heat * heat)

    # A controller with limits and memory
    wanted = 1.0
    value = 0.0
    memory = 0.0
    before = 0.0
    cost = 0.0
    for _ in range(steps):
        error = wanted - value
        memory += error * 0.1
        if memory > 2.0:
            memory = 2.0
        if memory < -2.0:
            memory = -2.0
        slope = (error - before) / 0.1
        before = error
        push = 1.2 * error + rate * memory + 0.05 * slope
        push = min(max(push, -1.0), 1.0)
        value += 0.1 * (push - 0.5 * value)
        cost += error * error + 0.01 * push * push
        if abs(error) < 1e-3:
            break
    total += cost

    # Distances to centres, softly assigned
    centres = w[:3]
    points = np.stack([x, y], axis=1)
    spread = 0.0
    for i in range(n):
        best = 1e30
        weights = 0.0
        shift = 0.0
        for c in range(centres.shape[0]):
            dx = points[i, 0] - centres[c, 0]
            dy = points[i, 1] - centres[c, 1]
            d = dx * dx + dy * dy
            if d < best:
                best = d
            g = math.exp(-d)
            weights += g
            shift += g * d
        spread += shift / (weights + 1e-9) + 0.1 * best
    total += spread / n

    # Layers with a gate and a normalisation
    z = points @ w.T + rate
    mean = z.mean(axis=0)
    scale = np.sqrt(((z - mean) ** 2).mean(axis=0) + 1e-5)
    z = (z - mean) / scale
    gate = 1 / (1 + np.exp(-z))
    z = z * gate
    scores = z @ z.T / math.sqrt(z.shape[1])
    scores = scores - scores.max(axis=1, keepdims=True)
    parts = np.exp(scores)
    parts = parts / parts.sum(axis=1, keepdims=True)
    mixed = parts @ z
    z = np.maximum(z + mixed, 0.01 * mixed)
    entropy = -np.sum(parts * np.log(parts + 1e-12))
    total += 0.1 * entropy + np.mean(z)

    # A queue in which work waits
    waiting = 0.0
    served = 0.0
    late = 0.0
    for i in range(n):
        waiting += abs(x[i])
        done = min(waiting, 0.5)
        if waiting > 2.0:
            late += waiting - 2.0
            done = done + 0.1
        waiting -= done
        served += done * (1 + 0.01 * i)
    total += late + 0.1 * served + waiting

    # A table, read between its rows
    table = np.cumsum(np.abs(w[:, 0])) + 1.0
    reading = 0.0
    for i in range(n):
        place = 0.5 + 0.4 * math.sin(y[i])
        place = place * (len(table) - 1)
        at = int(place)
        if at >= len(table) - 1:
            at = len(table) - 2
        part = place - at
        reading += table[at] * (1 - part) + table[at + 1] * part
    total += reading / n

    # A polynomial by Horner's rule, and where it is one: Newton's method
    found = 0.0
    for i in range(min(n, 4)):
        root = 1.0
        turns = 0
        while turns < 20:
            p = 0.0
            dp = 0.0
            for c in range(w.shape[0]):
                dp = dp * root + p
                p = p * root + w[c, 1]
            p = p + root**3 - 1 - 0.1 * abs(x[i])
            dp = dp + 3 * root * root
            if abs(p) < 1e-10:
                break
            step = p / dp
            root -= max(-0.5, min(0.5, step))
            turns += 1
        found += root
    total += found

    # A filter of a signal that is not known well
    guess = 0.0
    doubt = 1.0
    surprise = 0.0
    for i in range(n):
        doubt = doubt + 0.05
        gain = doubt / (doubt + 0.2)
        residual = y[i] - guess
        surprise += 0.5 * math.log(doubt + 0.2) + 0.5 * residual**2 / (doubt + 0.2)
        guess += gain * residual
        doubt *= 1 - gain
    total += surprise / n

    # Smoothness of what was measured
    first = x[1:] - x[:-1]
    second = first[1:] - first[:-1]
    rough = np.sum(second**2) + 0.1 * np.sum(np.sqrt(first**2 + 1e-3))
    edges = np.where(np.abs(first) > 0.5, 0.5 * np.abs(first) - 0.125, 0.5 * first**2)
    total += rough + edges.sum()

    penalty = 0.0
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            if w[i, j] > 0:
                penalty += w[i, j] ** 2
            else:
                penalty -= 0.1 * w[i, j]
    return total + 0.01 * penalty


def arguments() -> dict[str, tuple[Callable[..., Any], tuple[Any, ...]]]:
    """The function by its name, with arguments."""
    normal = np.random.default_rng(0).normal
    return {"plant": (plant, (normal(size=8), normal(size=8), normal(size=(5, 2)) * 0.3, 0.2, 30))}
