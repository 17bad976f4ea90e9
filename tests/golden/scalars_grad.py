import math

import numpy as np


def masked(x, y):
    """x * y, but zero where x is zero, whatever y is there."""
    return np.where(x == 0, 0.0, x * y) * 1.0


def scalars_grad(x, y):
    """Gradient of scalars."""
    r = math.sqrt(x * x + y * y)
    t = math.exp(-r)
    t_2 = 1.0 + r
    result = t / t_2

    # Reverse sweep
    r_bar = -np.divide(result, t_2)  # line 19: return math.exp(-r) / (1.0 + r)
    r_bar -= 1.0 / t_2 * t  # line 19: return math.exp(-r) / (1.0 + r)
    masked_r_bar = masked(r_bar, np.divide(0.5, r))  # line 18: r = math.sqrt(x * x +...
    y_bar = masked_r_bar * y  # line 18: r = math.sqrt(x * x + y * y)
    y_bar += masked_r_bar * y  # line 18: r = math.sqrt(x * x + y * y)
    x_bar = masked_r_bar * x  # line 18: r = math.sqrt(x * x + y * y)
    x_bar += masked_r_bar * x  # line 18: r = math.sqrt(x * x + y * y)
    return x_bar, y_bar
