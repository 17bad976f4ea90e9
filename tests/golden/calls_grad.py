import numpy as np


def _square_bwd(scale, x, result_bar):
    scale_bar = result_bar * (x * x)  # line 69: return x * x * scale
    x_bar = 2 * result_bar * scale * x  # line 69
    return x_bar, scale_bar


def calls_grad(xs, scale):
    """Gradient of calls."""
    xs_bar = np.zeros_like(xs)  # line 74: for i in range(len(xs)):
    scale_bar = 0.0  # line 74
    for i in reversed(range(len(xs))):  # line 74
        t_bar, scale_bar_2 = _square_bwd(scale, xs[i], 1.0)  # line 75: total += _squ...
        scale_bar += scale_bar_2  # line 75
        xs_bar[i] += t_bar  # line 75
    return xs_bar, scale_bar
