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


def _newton(f, df, x0, tol=1e-12, maxiter=50):
    x = x0
    for it in range(maxiter):
        fx = f(x)
        if abs(fx) < tol:
            break
        d = df(x)
        if d == 0:
            raise ZeroDivisionError(f"zero derivative at iteration {it}: x={x}")
        x -= fx / d
    else:
        raise RuntimeError(f"no convergence after {maxiter} iterations (last x={x:.6g})")
    return x


def roots_by_newton(a):
    return _newton(lambda x: x**3 - a, lambda x: 3 * x**2, 1.0 + a * 0.1)


add(roots_by_newton, (2.0,), (9.0,), order=1, tolerance=1e-5, traits="closures messages for-else")


def _runge_kutta(f, t, y, h):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h, y + h * (2 * k2 - k1))
    return y + h / 6 * (k1 + 4 * k2 + k3)


def oscillator(y0, mu):
    def slope(t, y):
        return np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0] + 0.1 * t])

    y, t, h = y0, 0.0, 0.05
    seen = []
    for _ in range(4):
        y = _runge_kutta(slope, t, y, h)
        t += h
        seen.append(y[0])
    return np.array(seen).sum() + y[1]


add(oscillator, (np.array([1.0, 0.5]), 1.5), traits="closures lists")


def power_by_halves(x, n):
    def power(base, exponent):
        if exponent == 0:
            return 1.0
        half = power(base, exponent // 2)
        return half * half if exponent % 2 == 0 else half * half * base

    return power(x, n)


add(power_by_halves, (1.1, 10), (1.3, 5), analytic=True, traits="recursion closures")


def signs_and_sizes(x):
    def classify(v):
        if v < 0:
            return -1, -v
        elif v == 0:
            return 0, 0.0
        return 1, v

    sign, size = classify(x)
    return sign * size**2


add(signs_and_sizes, (1.5,), (-1.5,), traits="closures")


def layers_in_turn(x, w1, w2):
    def relu(v):
        return np.maximum(v, 0)

    h = x
    for w, act in zip((w1, w2), (relu, np.tanh)):
        h = act(w @ h)
    return (h**2).sum()


add(layers_in_turn, (normal(2), normal(2, 2), normal(2, 2, seed=1)), traits="closures functions")


def steps_with_options(x):
    def solve(fun, x0, **options):
        settings = {"steps": 5, "rate": 0.1}
        settings.update(options)
        y = x0
        for _ in range(settings["steps"]):
            y = y - settings["rate"] * fun(y)
        return y

    return solve(lambda v: 2 * v, x, rate=0.2) + solve(math.sin, x)


add(steps_with_options, (1.5,), traits="kwargs dicts closures")


def counted_two_levels_down(x):
    total = 0.0
    count = 0

    def visit(k):
        def leave(y):
            nonlocal total, count
            total += y * k
            count += 1

        leave(x)
        if k % 2:
            leave(x * x)
        return count

    seen = 0
    for k in range(4):
        seen += visit(k)
    return total * seen


add(counted_two_levels_down, (1.5,), traits="nonlocal closures")


def counter_made_inside(x):
    calls = 0

    def make(scale):
        def step(y):
            nonlocal calls
            calls += 1
            return y * calls * scale

        return step

    step = make(x)
    return step(x) + step(2.0) + calls


add(counter_made_inside, (1.5,), traits="nonlocal closures")
