"""A two-layer perceptron: an ordinary program of NumPy. `train` is compiled as one native function, its gradient with it."""

import numpy as np

import difflang as dl

NAME = "perceptron"
EPOCHS = 40


def start(seed):
    """Random weights of the two layers."""
    rng = np.random.default_rng(seed)
    layers = (64, 64), (64, 10)
    return tuple(a for n, m in layers for a in (rng.normal(size=(n, m)) * np.sqrt(2.0 / n), np.zeros(m)))


def scores(w1, b1, w2, b2, images):
    """For each image a number for each of the ten digits, the largest for the likeliest."""
    hidden = np.maximum(images.reshape(len(images), 64) @ w1 + b1, 0.0)
    return hidden @ w2 + b2


def loss(w1, b1, w2, b2, images, labels):
    """The mean negative log-likelihood of the right digits."""
    rows = scores(w1, b1, w2, b2, images)
    total = 0.0
    for k in range(len(labels)):
        row = rows[k] - np.max(rows[k])
        total += np.log(np.sum(np.exp(row))) - row[labels[k]]
    return total / len(labels)


def adam(parameter, gradient, mean, square, rate, step):
    """One step of Adam, written into `parameter`, `mean` and `square`."""
    mean *= 0.9
    mean += 0.1 * gradient
    square *= 0.999
    square += 0.001 * gradient * gradient
    parameter -= rate * (mean / (1.0 - 0.9**step)) / (np.sqrt(square / (1.0 - 0.999**step)) + 1e-8)


@dl.differentiable
def train(parameters, means, squares, images, labels, rate, step):
    """Forward, backward, update; returns the loss before the update."""
    w1, b1, w2, b2 = parameters
    value, gradients = dl.value_and_grad(loss, argnums=(0, 1, 2, 3))(w1, b1, w2, b2, images, labels)
    for parameter, gradient, mean, square in zip(parameters, gradients, means, squares):
        adam(parameter, gradient, mean, square, rate, step)
    return value


@dl.differentiable
def classify(parameters, images):
    """The likeliest digit of each image."""
    w1, b1, w2, b2 = parameters
    return np.argmax(scores(w1, b1, w2, b2, images), axis=1)
