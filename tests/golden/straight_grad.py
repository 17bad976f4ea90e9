import numpy as np


def straight_grad(x, w):
    """Gradient of straight."""
    sin_x = np.sin(x)
    y = sin_x * w

    # Reverse sweep
    y_bar = 2 * y  # line 14: return np.sum(y * y)
    w_bar = np.sum(y_bar * sin_x)  # line 13: y = np.sin(x) * w
    x_bar = y_bar * w * np.cos(x)  # line 13
    return x_bar, w_bar
