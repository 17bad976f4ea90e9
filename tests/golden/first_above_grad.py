import numpy as np


def first_above_grad(xs, limit):
    """Gradient of first_above."""
    total_tape = []
    total = 0.0
    returned = False
    count = 0
    for i in range(len(xs)):
        count += 1
        total_tape.append(total)
        x = xs[i]
        total += x * x
        if total > limit:
            returned = True
            break

    # Reverse sweep
    if returned:  # line 50: for x in xs:
        result_bar = 1.0  # line 50
        total_bar = 0.0  # line 54: return total
    else:
        result_bar = 0.0  # line 50: for x in xs:
        total_bar = 1.0  # line 50
    xs_bar = np.zeros_like(xs)  # line 50
    limit_bar = 0.0  # line 50
    for i in reversed(range(count)):  # line 50
        total = total_tape.pop()
        x = xs[i]
        total += x * x
        if total > limit:  # line 52: if total > limit:
            total_bar += result_bar * limit  # line 53: return total * limit
            limit_bar += result_bar * total  # line 53
        xs_bar[i] += 2 * total_bar * x  # line 51: total += x * x
        result_bar = 0.0  # line 50: for x in xs:
    return xs_bar, limit_bar
