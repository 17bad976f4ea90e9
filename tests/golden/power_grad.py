def power_fwd(x, n, t_tape):
    if n == 0:
        return 1.0
    t = power_fwd(x, n - 1, t_tape)
    t_tape.append(t)
    return x * t


def power_bwd(x, n, result_bar, t_tape):
    if n == 0:  # line 80: if n == 0:
        x_bar = 0.0  # line 80
    else:
        t = t_tape.pop()
        x_bar = power_bwd(x, n - 1, result_bar * x, t_tape)  # line 82: return x * po...
        x_bar = result_bar * t + x_bar  # line 82
    return x_bar


def power_grad(x, n):
    """Gradient of power."""
    t_tape = []
    if n == 0:
        x_bar = 0.0  # line 80: if n == 0:
    else:
        t = power_fwd(x, n - 1, t_tape)
        x_bar = power_bwd(x, n - 1, x, t_tape)  # line 82: return x * power(x, n - 1)
        x_bar = t + x_bar  # line 82
    return (x_bar,)
