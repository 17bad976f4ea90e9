"""The picture that the demonstration leaves: how the loss fell, and which digits were misread."""

from __future__ import annotations

from pathlib import Path

import digits
import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

SHOWN = 8


def draw(trained: dict[str, digits.Trained], data: digits.Digits, path: Path) -> Path:
    """Write the picture and hand back where it lies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = plt.figure(figsize=(10, 6))
    grid = figure.add_gridspec(1 + len(trained), SHOWN, height_ratios=[3] + [1] * len(trained))
    curve = figure.add_subplot(grid[0, :])
    for name, result in trained.items():
        curve.semilogy(smooth(result.losses), label=f"{name}: {result.accuracy:.2%} of the digits held back")
    curve.set_xlabel("training step")
    curve.set_ylabel("loss (mean of 20 steps)")
    curve.legend()
    for row, (name, result) in enumerate(trained.items(), start=1):
        for column in range(SHOWN):
            cell = figure.add_subplot(grid[row, column])
            cell.axis("off")
            if column < len(result.misread):
                index = result.misread[column]
                cell.imshow(data.held_images[index], cmap="gray_r")
                cell.set_title(f"{data.held_labels[index]} read as {result.read[index]}", fontsize=8)
            elif column == 0:
                cell.text(0, 0.5, f"{name}: none misread")
    figure.suptitle("handwritten digits, trained by native gradients; below, the digits misread (first row: perceptron)", fontsize=10)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


def smooth(losses: list[float]) -> np.ndarray:
    """Means of 20 neighbouring steps."""
    usable = len(losses) // 20 * 20
    return np.repeat(np.reshape(losses[:usable], (-1, 20)).mean(axis=1), 20)
