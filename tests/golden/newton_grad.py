def newton_grad(a, guess):
    """Gradient of newton."""
    x_tape = []
    x = guess
    count = 0
    while abs(x * x - a) > 1e-12:
        count += 1
        x_tape.append(x)
        x = 0.5 * (x + a / x)

    # Reverse sweep
    x_bar = 1.0  # line 45: return x
    a_bar = 0.0  # line 43: while abs(x * x - a) > 1e-12:
    for _ in reversed(range(count)):  # line 43
        x = x_tape.pop()
        x_bar *= 0.5  # line 44: x = 0.5 * (x + a / x)
        a_bar += x_bar / x  # line 44
        x_bar -= x_bar * (a / x / x)  # line 44
    return a_bar, x_bar
