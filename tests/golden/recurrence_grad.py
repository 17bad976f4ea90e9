import math

import numpy as np


def recurrence_grad(a):
    """Gradient of recurrence."""
    a = a.copy()
    a_i_tape = np.empty(len(a))
    sin_tape = np.empty(len(a))
    for i in range(1, len(a)):
        sin = math.sin(a[i - 1])
        sin_tape[i] = sin
        a_i = a[i]
        a_i_tape[i] = a_i
        a[i] = sin * a_i

    # Reverse sweep
    a_bar = np.ones_like(a)  # line 36: for i in range(1, len(a)):
    for i in reversed(range(1, len(a))):  # line 36
        sin = sin_tape[i]
        a_bar_i = a_bar[i]  # line 37: a[i] = math.sin(a[i - 1]) * a[i]
        a_bar[i] = a_bar_i * sin  # line 37
        a_bar[i - 1] += a_bar_i * a_i_tape[i] * np.cos(a[i - 1])  # line 37
    return (a_bar,)
