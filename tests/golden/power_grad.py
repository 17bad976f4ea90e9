def power_fwd(x, n, t_tape, x_tape, n_tape):
    if n == 0:
        result = 1.0
    else:
        t = power_fwd(x, n - 1, t_tape, x_tape, n_tape)
        t_tape.append(t)
        result = x * t
    x_tape.append(x)
    n_tape.append(n)
    return result


def power_bwd(result_bar, t_tape, x_tape, n_tape):
    x = x_tape.pop()
    n = n_tape.pop()

    # Reverse sweep
    if n == 0:  # line 80: if n == 0:
        x_bar = 0.0  # line 80: if n == 0:
    else:
        t = t_tape.pop()
        x_bar = power_bwd(result_bar * x, t_tape, x_tape, n_tape)  # line 82
        x_bar = result_bar * t + x_bar  # line 82: return x * power(x, n - 1)
    return x_bar


def power_grad(x, n):
    """Gradient of power."""
    t = n == 0
    t_tape = []
    x_tape = []
    n_tape = []
    if not t:
        t_2 = power_fwd(x, n - 1, t_tape, x_tape, n_tape)

    # Reverse sweep
    if t:  # line 80: if n == 0:
        x_bar = 0.0  # line 80: if n == 0:
    else:
        x_bar = power_bwd(x, t_tape, x_tape, n_tape)  # line 82: return x * power(x,...
        x_bar = t_2 + x_bar  # line 82: return x * power(x, n - 1)
    return (x_bar,)
