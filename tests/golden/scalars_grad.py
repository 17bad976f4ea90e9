import math

import numpy as np


def masked(x, y):
    """x * y, but zero where x is zero, whatever y is there."""
    return np.where(x == 0, 0.0, x * y) * 1.0


def scalars_grad(x, y):
    """Gradient of scalars."""
    r = math.sqrt(x * x + y * y)
    exp = math.exp(-r)
    t = 1.0 + r
    result = exp / t

    # Reverse sweep
    r_bar = -(result / t) - exp / t  # line 19: return math.exp(-r) / (1.0 + r)
    t = masked(r_bar, np.divide(0.5, r))  # line 18: r = math.sqrt(x * x + y * y)
    y_bar = 2 * t * y  # line 18
    x_bar = 2 * t * x  # line 18
    return x_bar, y_bar
