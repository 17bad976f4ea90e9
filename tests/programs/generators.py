"""Generator functions, walked in the program that makes them: by for, sum, list, next, zip, other generators."""

from __future__ import annotations

import itertools

import numpy as np

from .corpus import add, normal


def multiples(n, x):
    for i in range(n):
        yield x * i


def naturals():
    n = 0
    while True:
        yield n
        n += 1


def below(n):
    for i in range(n):
        if i == 3:
            return
        yield i
    yield 100


def windows(xs, width):
    for i in range(len(xs) - width + 1):
        yield xs[i : i + width]


def chained(n, x):
    yield from multiples(n, x)
    yield x
    for k in below(n):
        if k % 2:
            yield k * x


def newton(f, slope, x):
    while True:
        x = x - f(x) / slope(x)
        yield x


def walks_a_generator(n, x):
    total = 0.0
    for value in multiples(n, x):
        total += value * value
    for k, value in enumerate(chained(n, x)):
        if k == 2:
            continue
        total += value * k
    return total


add(walks_a_generator, (5, 1.3), (2, 0.7))


def leaves_an_endless_one(n, x):
    total = 0.0
    for k in naturals():
        if k > n:
            break
        total += x**k
    for k, value in enumerate(naturals()):
        if value * x > 3:
            return total * value * x + k
    return total


add(leaves_an_endless_one, (5, 1.3))


def folds_of_generators(n, x):
    total = sum(multiples(n, x)) + max(chained(n, x)) - min(multiples(n, x))
    total += sum(a * x for a in below(n) if a % 2) + x * any(a > 1 for a in below(n))
    return total + list(multiples(n, x))[-1] + sum(v * x for v, _ in zip(naturals(), range(n), strict=False))


add(folds_of_generators, (5, 1.3), (2, 0.7))


def next_items(n, x):
    g = multiples(n, x)
    next(g)
    second = next(g)
    first, *others = below(4)
    return second * next(multiples(n, x * x), 1.0) + next(k * x for k in range(9) if k * x > 2) + first + len(others) * second


add(next_items, (5, 1.3))


def best_window(xs):
    best = 0.0
    for w in windows(xs, 3):
        best = max(best, float(np.sum(w * w)))
    return best + [float(w[0] * w[1]) for w in windows(xs, 2)][1]


add(best_window, (normal(6),))


def pairs_of(xs):
    for i, a in enumerate(xs):
        for j, b in enumerate(xs):
            if i < j:
                yield a, b, j - i


def energy_of_pairs(xs):
    energy = 0.0
    for a, b, distance in pairs_of(xs):
        energy += a * b / distance
    return energy


add(energy_of_pairs, (normal(5),), analytic=True)


def root_by_generator(a):
    before = a
    for x in newton(lambda t: t * t - a, lambda t: 2 * t, a):
        if abs(x - before) < 1e-12:
            break
        before = x
    return x * a


add(root_by_generator, (1.7,))


def generator_inside(n, x):
    factor = 0.5

    def halves():
        t = x
        for _ in range(n):
            t *= factor
            yield t
        yield from (v * x for v in multiples(2, x))

    state = np.zeros(n + 2)
    for k, v in enumerate(halves()):
        state[k] = v * v
    return float(np.sum(state)) + sum(halves())


add(generator_inside, (4, 1.3))


def of_itertools(n, x):
    terms = [x * k for k in range(n)]
    total = sum(a * b for a, b in itertools.combinations(terms, 2)) + sum(itertools.chain(terms, [2 * x] * 2))
    total += list(itertools.accumulate(terms))[-1] * max(itertools.accumulate(terms, max))
    total += sum(itertools.islice(terms, 1, n, 2)) + sum(itertools.islice(itertools.cycle([1.0, x]), n))
    for k, value in zip(itertools.count(1), itertools.takewhile(lambda v: v < 4.1, terms), strict=False):
        total += k * value
    for a, b in itertools.zip_longest(terms, [1.0, 2.0], fillvalue=3.0):
        total += a * b
    return total + sum(a * b for a, b in itertools.product(terms, range(2))) + len(list(itertools.product(terms, repeat=2)))


add(of_itertools, (5, 1.3), order=1)


def _noted_turns(n, log):
    for i in range(n):
        try:
            yield i * 1.0
        finally:
            log.append(i + 1.0)


def generator_closed(x, n):
    """What `finally` does where the walker has left."""
    log = []
    t = 0.0
    for v in _noted_turns(n, log):
        t += v * x
        if v > 2.0:
            break
    for v in _noted_turns(n, log):
        if v > 1.0:
            return t * x + sum(log) * x
    return t + sum(log)


add(generator_closed, (2.0, 5), (1.5, 2), wrt=(0,))
