import math


def branches_grad(x):
    """Gradient of branches."""
    if x > 2.0:
        x_bar = 2 * x  # line 24: return x * x
    elif x > 0.0:
        y = math.log(x)
        x_bar = y + x / x  # line 26: y = math.log(x)
    elif x > -1.0:
        y = x * 3.0
        x_bar = y + 3.0 * x  # line 28: y = x * 3.0
    else:
        y = -x
        x_bar = y - x  # line 30: y = -x
    return (x_bar,)
