"""Programs with structs and trees of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl

from .corpus import add, normal, uniform


@dl.struct
class Dense:
    weight: np.ndarray
    bias: np.ndarray
    activation: Any = np.tanh

    def __call__(self, x):
        return self.activation(x @ self.weight + self.bias)


@dl.struct
class Perceptron:
    hidden: Dense
    out: Dense

    def __call__(self, x):
        return self.out(self.hidden(x))


def identity(x):
    return x


def perceptron_of_structs(w1, b1, w2, b2, x):
    model = Perceptron(Dense(w1, b1), Dense(weight=w2, bias=b2, activation=identity))
    return np.sum(model(x) ** 2)


add(perceptron_of_structs, (normal(3, 4), normal(4), normal(4, 2, seed=1), normal(2), normal(5, 3)))


def mapped_trees(w, b, rate):
    model = {"w": w, "layers": [b, (b * 2, 1.0)]}
    slopes = dl.tree_map(np.cos, model)
    moved = dl.tree_map(lambda p, g: p - rate * g, model, slopes)
    return np.sum(moved["w"]) + np.sum(moved["layers"][0]) + moved["layers"][1][1]


add(mapped_trees, (normal(2, 2), uniform(0.5, 1.5, 3), 0.1))
