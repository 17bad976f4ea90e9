import numpy as np


def layer_grad(x, weights, bias):
    """Gradient of layer."""
    t = x @ weights + bias
    hidden = np.maximum(t, 0.0)

    # Reverse sweep
    hidden_bar = np.divide(1, x.shape[0]) * (2 * hidden)  # line 65: return np.sum(hi...
    t = hidden_bar * np.where(t == 0.0, 0.5, np.where(t > 0.0, 1.0, 0.0))  # line 64
    bias_bar = np.sum(t, axis=0)  # line 64: hidden = np.maximum(x @ weights + bias,...
    x_bar = t @ weights.T  # line 64
    weights_bar = x.T @ t  # line 64
    return x_bar, weights_bar, bias_bar
