"""Lists as programs have them: grown, shrunk, read by index, walked, handed about."""

from __future__ import annotations

import numpy as np

from .corpus import add, normal


def history_of_newton(a, n):
    xs = [1.0 + 0.1 * a]
    for _ in range(n):
        xs.append(0.5 * (xs[-1] + a / xs[-1]))
    return xs[-1] + xs[1] * xs[0]


add(history_of_newton, (2.0, 5), (3.5, 1))


def tape_machine(x, n):
    tape = []
    y = x
    for _ in range(n):
        tape.append(y)
        y = np.sin(y) + 0.5 * y
    total = 0.0
    while tape:
        total += tape.pop() * len(tape)
    return total + y


add(tape_machine, (0.7, 4), (0.3, 1), (1.1, 0))


def squares_of(xs):
    out = []
    for x in xs:
        if x > 0:
            out.append(x * x)
        else:
            out.append(-x)
    return np.array(out)


add(squares_of, (normal(7),))


def kept_only_positive(xs):
    out = [0.5]
    for x in xs:
        if x > 0:
            out.append(x * out[-1])
    return sum(out) / len(out)


add(kept_only_positive, (normal(7),), (-np.ones(3),))


def depth_first(weights, links):
    """Sums along a tree, with a stack of nodes."""
    total = 0.0
    stack = [(0, 1.0)]
    while stack:
        node, factor = stack.pop()
        total += factor * weights[node]
        for child in range(2 * node + 1, 2 * node + 3):
            if child < links:
                stack.append((child, factor * weights[node]))
    return total


add(depth_first, (normal(7), 7), (normal(4), 4))


def breadth_first(weights):
    level = [0]
    total = 0.0
    scale = 1.0
    while level:
        following = []
        for node in level:
            total += scale * np.tanh(weights[node])
            for child in (2 * node + 1, 2 * node + 2):
                if child < weights.size:
                    following.append(child)
        level = following
        scale = scale * 0.5 * weights[0]
    return total


add(breadth_first, (normal(6),))


def products_so_far(xs):
    done = [1.0]
    for k in range(xs.size):
        done.append(done[k] * xs[k])
    total = 0.0
    for k in range(1, len(done)):
        total += done[k] / k
    return total


add(products_so_far, (normal(5),))


def rows_kept(a):
    rows = []
    for k in range(a.shape[0]):
        row = a[k] * 2.0
        if row[0] > 0:
            rows.append(np.exp(row))
    total = 0.0
    for row in rows:
        total += np.sum(row * row)
    return total


add(rows_kept, (normal(5, 3),))


def items_replaced(xs, n):
    ys = [xs[0], xs[1], xs[2]]
    for k in range(n):
        ys[k % 3] = ys[(k + 1) % 3] * xs[k % xs.size]
        ys[(k + 2) % 3] += 0.5
    return ys[0] * ys[1] + ys[2]


add(items_replaced, (normal(4), 5), (normal(3), 1))


def ragged(xs):
    """Arrays of growing length in one list."""
    parts = []
    for k in range(1, xs.size):
        parts.append(xs[:k] * xs[k])
    total = 0.0
    for part in parts:
        total += part.sum() * part[-1]
    return total + parts[-1][0]


add(ragged, (normal(5),))


def collected(xs, ys):
    pairs = []
    for x, y in zip(xs, ys):
        if x < y:
            pairs.append((x, y * x))
    total = 0.0
    for k, (x, y) in enumerate(pairs):
        total += k * x - y
    return total


add(collected, (normal(6), normal(6, seed=1)))


def _remember(history, value):
    history.append(value * value)
    return len(history)


def through_a_helper(x, n):
    history = []
    count = 0
    for k in range(n):
        count += _remember(history, x * k)
    total = 0.0
    for value in reversed(history):
        total = 0.5 * total + value
    return total * count


add(through_a_helper, (0.7, 4))


def _spread(x, n):
    out = []
    for k in range(n):
        out.append(x**k)
    return out


def list_returned(x, n):
    powers = _spread(x, n)
    powers.append(2.0 * x)
    return sum(powers) * max(powers)


add(list_returned, (0.7, 4), (1.3, 3))


def two_names(x, n):
    xs = []
    ys = xs
    for k in range(n):
        xs.append(x * k)
        ys.append(x + k)
    return xs[1] * ys[-1] + len(xs)


add(two_names, (0.7, 4))


def inserted_and_removed(xs):
    out = []
    for x in xs:
        out.insert(0, x)
        if len(out) > 3:
            out.pop(1)
    out.reverse()
    return out[0] * out[1] - out[2]


add(inserted_and_removed, (normal(6),))


def either_list(x, flag):
    if flag:
        xs = [x]
    else:
        xs = [x, 2.0 * x]
    xs.append(x * x)
    return sum(xs)


add(either_list, (0.7, True), (0.7, False))


def until_converged(x):
    steps = []
    while True:
        step = (x * x - 2.0) / (2.0 * x)
        steps.append(step)
        x = x - step
        if abs(step) < 1e-3 or len(steps) > 20:
            break
    return x + 0.1 * steps[0] * len(steps) + steps[-1] ** 2


add(until_converged, (1.7,), (3.0,))


def slices_of_a_list(xs, n):
    ys = []
    for k in range(n):
        ys.append(xs[k] * k)
    return sum(ys[1:]) + sum(ys[::-1][:2]) * sum(ys[-2:])


add(slices_of_a_list, (normal(6), 5))


def stacked_rows(a, n):
    rows = []
    v = a[0]
    for k in range(n):
        v = np.tanh(a @ v)
        rows.append(v)
    trajectory = np.array(rows)
    return np.sum(trajectory * trajectory) + trajectory[-1, 0]


add(stacked_rows, (normal(3, 3), 4))


def layers_by_list(w1, b1, w2, b2, x):
    """A list that straight code builds: layers of different shapes."""
    layers = []
    for w, b in ((w1, b1), (w2, b2)):
        layers.append((w, b))
    h = x
    for w, b in layers:
        h = np.tanh(w @ h + b)
    return h.sum()


add(layers_by_list, (normal(4, 3), normal(4), normal(2, 4), normal(2), normal(3)))


def extended(xs, n):
    out = []
    for k in range(n):
        out.extend([xs[k], xs[k] * k])
        out += [1.5]
    out.clear()
    out.extend(xs)
    return np.array(out) * len(out)


add(extended, (normal(4), 2))


def copies_apart(x, n):
    xs = [x]
    for k in range(n):
        xs.append(xs[-1] * x)
    ys = xs.copy()
    ys[0] = 5.0 * x
    zs = xs + ys
    zs[1] = 0.0
    return xs[0] + ys[0] * xs[1] + sum(zs)


add(copies_apart, (1.1, 3))


def in_place_items(g, n):
    """Arrays in a list, changed in place through it."""
    sums = []
    for k in range(n):
        sums.append(np.zeros(2))
    for k in range(g.shape[0]):
        sums[k % n] += g[k]
        sums[0][1] = g[k, 0]
    total = 0.0
    for s in sums:
        total += np.sum(s * s)
    return total


add(in_place_items, (normal(5, 2), 3))
