"""Arguments by name, decorators, closures that keep values and count, functions chosen by a condition."""

import functools
import math

import numpy as np

from .corpus import add, normal


def named_arguments(x):
    def scaled(value, scale=1.0, *, shift=0.0):
        return value * scale + shift

    def passed(function, *args, **options):
        return function(*args, **options) * 2.0

    options = {"scale": x, "shift": 2.0}
    return passed(scaled, x, **options) + scaled(shift=x, *(2.0, 3.0)) + passed(scaled, x, shift=1.0)  # noqa: B026


add(named_arguments, (1.3,), analytic=True, traits="kwargs")


def counted_keywords(x):
    def total(**parts):
        result = parts["first"] * len(parts)
        for name, value in parts.items():
            result += value * value if name == "second" else value
        return result

    return total(first=x, second=2.0 * x) + total(first=x * x)


add(counted_keywords, (1.3,), analytic=True, traits="kwargs dicts")


def twice(function):
    @functools.wraps(function)
    def inner(*args, **options):
        return function(*args, **options) * 2.0

    return inner


@twice
def _decorated(x, k=1.0):
    return x * x * k


def decorated_calls(x):
    def scaled(by):
        def decorate(function):
            return lambda v: function(v) * by

        return decorate

    @scaled(x)
    @twice
    def local(v):
        return v * x

    return _decorated(x) + _decorated(x, k=x) + local(3.0)


add(decorated_calls, (1.3,), analytic=True, traits="decorators closures")


def defaults_at_run_time(x):
    def scaled(value, by=x * 2.0):
        return value * by

    total = scaled(3.0) + scaled(x, 1.0)
    for k in range(3):
        step = lambda v, k=k: v * k  # noqa: E731
        total += step(x)
    return total


add(defaults_at_run_time, (1.3,), analytic=True, traits="closures")


def counting_closure(xs):
    total, calls = 0.0, 0

    def take(value, scale=1.0):
        nonlocal total, calls
        total += value * value * scale
        calls += 1
        return calls > 2

    for x in xs:
        if take(x):
            take(x, scale=0.5)
    return total * calls


add(counting_closure, (normal(4),), (normal(2),), traits="nonlocal closures")


def clock_closure(y):
    time = 0.0

    def step(state):
        nonlocal time
        time += 0.1
        return state + 0.1 * math.sin(time) * state

    for _ in range(4):
        y = step(y)
    return y * time


add(clock_closure, (1.3,), analytic=False, traits="nonlocal closures")


def chosen_function(x, y):
    act = math.sin if x > 1.0 else math.cos
    if y > 2.0:
        combine = lambda a, b: a * b * x  # noqa: E731
    elif y > 1.0:
        combine = lambda a, b: a + b  # noqa: E731
    else:
        offset = x * 3.0
        combine = lambda a, b: a - b * offset  # noqa: E731
    return combine(act(x), act(y))


add(chosen_function, (0.5, 0.3), (1.5, 1.5), (0.5, 2.5), traits="functions")


def chosen_words(x):
    mode = "big" if x > 1.0 else "small"
    if x > 9.0:
        mode = "huge"
    if mode == "big":
        return x * x
    if mode in ("huge", "vast"):
        return x * 3.0
    return -x


add(chosen_words, (0.5,), (1.5,), (9.5,), traits="strings")


def callee_raises(x):
    def checked(v):
        if v < -10.0:
            raise ValueError(f"too low: {v}")
        return v * v

    return checked(x) + checked(2.0 * x)


add(callee_raises, (1.5,), (-0.5,), traits="messages closures")


def mutual(x, n):
    def down(value, k):
        return value if k == 0 else _up(value * 1.1, k - 1)

    return down(x, n) + _up(x)


def _up(value, k=3):
    return -value if k == 0 else _down(value + 1.0, k - 1)


def _down(value, k=2):
    return value * value if k == 0 else _up(value * 0.5, k - 1)


add(mutual, (1.3, 4), (0.4, 3), analytic=True, traits="recursion")


def closures_returned(x):
    def line(slope, offset):
        return (lambda t: slope * t + offset), (lambda t: slope * t * t)

    linear, square = line(x, x * x)
    both = [linear, square, math.exp]
    total = 0.0
    for function in both:
        total += function(0.5 * x)
    return total + line(2.0, x)[1](3.0)


add(closures_returned, (1.3,), traits="closures")


def _annotated(x: "np.ndarray", w: "float | None" = None, *, steps: int = 2) -> "np.ndarray":
    scale: float = 0.5
    unused: "nothing.at.all"  # noqa: F821, F842
    if w is None:
        w = 2.0
    for _ in range(steps):
        x = x * scale + w
    return x


def annotated(x):
    return _annotated(x) + _annotated(x, 3.0, steps=3)


add(annotated, (normal(3),), traits="annotations")


def spread_weights(u):
    return uniformly(u, *[0.5, 0.25], **{name: u * k for k, name in enumerate(("c", "d"), 1)})


def uniformly(u, a, b, /, c, *, d):
    return u * a + b * c * d


add(spread_weights, (1.2,), analytic=True, traits="kwargs")
