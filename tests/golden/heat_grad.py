import numpy as np


def heat_grad(u, conductivity, steps):
    """Gradient of heat."""
    t_tape = np.empty(max(steps, 0), dtype=np.int64)
    maximum = max(len(u) - 1, 0)
    t_tape_2 = np.empty((max(steps, 0), maximum))
    u_2 = u
    for k in range(steps):
        new = u_2.copy()
        t_tape[k] = len(u_2)
        for i in range(1, len(u_2) - 1):
            t = u_2[i + 1] - 2.0 * u_2[i] + u_2[i - 1]
            t_tape_2[k, i] = t
            new[i] = u_2[i] + conductivity * t
        u_2 = new

    # Reverse sweep
    u_bar = 2 * u_2  # line 91: return np.sum(u * u)
    new_bar = u_bar  # line 91
    conductivity_bar = 0.0  # line 86: for _ in range(steps):
    for k in reversed(range(steps)):  # line 86
        u_bar = np.zeros_like(u)  # line 88: for i in range(1, len(u) - 1):
        for i in reversed(range(1, t_tape[k] - 1)):  # line 88
            new_bar_i = new_bar[i]  # line 89: new[i] = u[i] + conductivity * (u[i +...
            new_bar[i] = 0.0  # line 89
            t = new_bar_i * conductivity  # line 89
            conductivity_bar += new_bar_i * t_tape_2[k, i]  # line 89
            u_bar[i - 1] += t  # line 89
            u_bar[i] -= 2.0 * t  # line 89
            u_bar[i + 1] += t  # line 89
            u_bar[i] += new_bar_i  # line 89
        u_bar = u_bar + new_bar  # line 87: new = u.copy()
        new_bar = u_bar  # line 87
    return new_bar, conductivity_bar
