"""A small convolutional network, written with loops over the taps of the kernels and slices of the images."""

import numpy as np
from perceptron import adam

import difflang as dl

NAME = "convolution"
EPOCHS = 30


def start(seed):
    """Random kernels and weights: 3x3 taps to 16 channels, 3x3 to 32, then the ten digits."""
    rng = np.random.default_rng(seed)
    k1 = rng.normal(size=(3, 3, 1, 16)) * np.sqrt(2.0 / 9)
    k2 = rng.normal(size=(3, 3, 16, 32)) * np.sqrt(2.0 / 144)
    w = rng.normal(size=(128, 10)) * np.sqrt(2.0 / 128)
    return k1, np.zeros(16), k2, np.zeros(32), w, np.zeros(10)


def convolve(images, kernel, bias):
    """Correlate images (n, height, width, channels) with a 3x3 kernel, then cut off below zero."""
    n, height, width = images.shape[0], images.shape[1] - 2, images.shape[2] - 2
    total = np.zeros((n * height * width, kernel.shape[3])) + bias
    for a in range(3):
        for b in range(3):
            window = images[:, a : a + height, b : b + width]
            total += window.reshape(n * height * width, kernel.shape[2]) @ kernel[a, b]
    return np.maximum(total, 0.0).reshape(n, height, width, kernel.shape[3])


def pool(images):
    """The largest of each 2x2 block."""
    rows = np.maximum(images[:, ::2], images[:, 1::2])
    return np.maximum(rows[:, :, ::2], rows[:, :, 1::2])


def scores(k1, b1, k2, b2, w, b, images):
    """For each image a number for each of the ten digits, the largest for the likeliest."""
    first = convolve(images.reshape(len(images), 8, 8, 1), k1, b1)
    second = pool(convolve(first, k2, b2))
    return second.reshape(len(images), 128) @ w + b


def loss(k1, b1, k2, b2, w, b, images, labels):
    """The mean negative log-likelihood of the right digits."""
    rows = scores(k1, b1, k2, b2, w, b, images)
    total = 0.0
    for k in range(len(labels)):
        row = rows[k] - np.max(rows[k])
        total += np.log(np.sum(np.exp(row))) - row[labels[k]]
    return total / len(labels)


@dl.differentiable
def train(parameters, means, squares, images, labels, rate, step):
    """Forward, backward, update; returns the loss before the update."""
    k1, b1, k2, b2, w, b = parameters
    value, gradients = dl.value_and_grad(loss, argnums=(0, 1, 2, 3, 4, 5))(k1, b1, k2, b2, w, b, images, labels)
    for parameter, gradient, mean, square in zip(parameters, gradients, means, squares):
        adam(parameter, gradient, mean, square, rate, step)
    return value


@dl.differentiable
def classify(parameters, images):
    """The likeliest digit of each image."""
    k1, b1, k2, b2, w, b = parameters
    return np.argmax(scores(k1, b1, k2, b2, w, b, images), axis=1)
