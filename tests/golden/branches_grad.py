import math


def branches_grad(x):
    """Gradient of branches."""
    t = x > 2.0
    if not t:
        if x > 0.0:
            y = math.log(x)
        elif x > -1.0:
            y = x * 3.0
        else:
            y = -x

    # Reverse sweep
    if t:  # line 23: if x > 2.0:
        x_bar = 2 * x  # line 24: return x * x
    elif x > 0.0:  # line 25: if x > 0.0:
        x_bar = y + x / x  # line 26: y = math.log(x)
    elif x > -1.0:  # line 27: elif x > -1.0:
        x_bar = y + x * 3.0  # line 28: y = x * 3.0
    else:
        x_bar = y - x  # line 30: y = -x
    return (x_bar,)
