"""GradBench `lstm`: the loss of a stack of (diagonal) LSTM layers that predicts the next character."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def objective(main, extra, start, sequence):
    layers, b = start.shape[0] // 2, start.shape[1]
    state = start.copy()
    total = 0.0
    for t in range(len(sequence) - 1):
        x = sequence[t] * extra[0]
        for i in range(layers):
            weight, bias = main[2 * i], main[2 * i + 1]
            forget = sigmoid(x * weight[0:b] + bias[0:b])
            write = sigmoid(state[2 * i] * weight[b : 2 * b] + bias[b : 2 * b])
            read = sigmoid(x * weight[2 * b : 3 * b] + bias[2 * b : 3 * b])
            change = np.tanh(state[2 * i] * weight[3 * b : 4 * b] + bias[3 * b : 4 * b])
            state[2 * i + 1] = state[2 * i + 1] * forget + write * change
            state[2 * i] = read * np.tanh(state[2 * i + 1])
            x = state[2 * i]
        predicted = x * extra[1] + extra[2]
        predicted = predicted - np.log(np.sum(np.exp(predicted)) + 2.0)
        total += np.sum(sequence[t + 1] * predicted)
    return -total / ((len(sequence) - 1) * b)


def arguments(given: Any) -> tuple[Any, ...]:
    return tuple(np.array(given[name], dtype=np.float64) for name in ("main_params", "extra_params", "state", "sequence"))


FUNCTIONS = {"objective": dl.differentiable(objective), "jacobian": dl.grad(objective, argnums=(0, 1))}


def answer(name: str, result: Any) -> Any:
    if name == "objective":
        return float(result)
    return [*result[0].ravel().tolist(), *result[1].ravel().tolist()]
