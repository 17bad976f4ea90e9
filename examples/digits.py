"""The handwritten digits bundled with scikit-learn, and the loop that trains on them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

BATCH = 32


@dataclass
class Digits:
    """1797 images of 8x8 grey values in [0, 1]; a fixed fifth of them is held back."""

    images: np.ndarray
    labels: np.ndarray
    held_images: np.ndarray
    held_labels: np.ndarray


@dataclass
class Trained:
    """What training leaves."""

    parameters: tuple[np.ndarray, ...]
    losses: list[float]
    accuracy: float
    read: np.ndarray
    misread: np.ndarray
    seconds: float


def load() -> Digits:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8) / 16.0
    order = np.random.default_rng(0).permutation(len(images))
    kept, held = order[:1437], order[1437:]
    return Digits(images[kept], labels[kept], images[held], labels[held])


def zeros(parameters: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    return tuple(np.zeros_like(p) for p in parameters)


def fit(model: Any, digits: Digits, seed: int = 0) -> Trained:
    """Train a model (a module with start, train, classify) and look how well it reads what it has not seen."""
    rng = np.random.default_rng(seed)
    parameters = model.start(seed)
    means, squares = zeros(parameters), zeros(parameters)
    losses: list[float] = []
    batches = len(digits.images) // BATCH
    total = model.EPOCHS * batches
    model.train(zeros(parameters), zeros(parameters), zeros(parameters), digits.images[:BATCH], digits.labels[:BATCH], 0.0, 1)  # compiles
    began = time.perf_counter()
    with tqdm(total=total, desc=f"training {model.NAME}", unit="step") as bar:
        for _ in range(model.EPOCHS):
            order = rng.permutation(len(digits.images))
            for k in range(batches):
                chosen = order[k * BATCH : (k + 1) * BATCH]
                rate = 0.0015 * (1.0 + math.cos(math.pi * len(losses) / total))
                losses.append(
                    float(model.train(parameters, means, squares, digits.images[chosen], digits.labels[chosen], rate, len(losses) + 1))
                )
            bar.update(batches)
            bar.set_postfix(loss=f"{np.mean(losses[-batches:]):.4f}")
    seconds = time.perf_counter() - began
    read = model.classify(parameters, digits.held_images)
    return Trained(
        parameters, losses, float(np.mean(read == digits.held_labels)), read, np.flatnonzero(read != digits.held_labels), seconds
    )
