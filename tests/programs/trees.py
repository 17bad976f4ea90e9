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


class _Branch:
    def __init__(self, key, value):
        self.key, self.value = key, value
        self.left = None
        self.right = None

    def insert(self, key, value):
        if key < self.key:
            if self.left is None:
                self.left = _Branch(key, value)
            else:
                self.left.insert(key, value)
        elif self.right is None:
            self.right = _Branch(key, value)
        else:
            self.right.insert(key, value)

    def total(self, depth=1):
        found = self.value * depth
        if self.left:
            found += self.left.total(depth + 1)
        if self.right:
            found += self.right.total(depth + 1)
        return found


def inserted_one_by_one(x, a, b, c):
    """No loop: which of the branches is there already depends on the keys."""
    root = _Branch(a, x)
    root.insert(b, x * x)
    root.insert(c, 3.0 * x)
    return root.total()


add(inserted_one_by_one, (1.5, 5, 2, 1), (1.5, 5, 2, 3), (1.5, 1, 2, 3), (1.5, 5, 2, 7), wrt=(0,))
