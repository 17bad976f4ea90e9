"""Functions that keep state: counters, accounts, evaluations counted; functions chosen by an index."""

import math

import numpy as np

from .corpus import add, normal


def _make_counter(x):
    n = 0.0

    def count():
        nonlocal n
        n += x
        return n

    return count


def returned_counters(x):
    a = _make_counter(x)
    b = _make_counter(2 * x)
    a()
    a()
    b()
    return a() * b()


add(returned_counters, (1.3,))


def _account(balance, rate):
    def deposit(v):
        nonlocal balance
        balance = balance + v
        return balance

    def grow(years):
        nonlocal balance
        for _ in range(years):
            balance *= 1.0 + rate

    def now():
        return balance

    return deposit, grow, now


def accounts(x, n):
    deposit, grow, now = _account(x, 0.1)
    deposit(2.0 * x)
    grow(n)
    deposit(1.0)
    return now() * now()


add(accounts, (1.3, 3), (1.3, 0), wrt=(0,))


def _averager():
    total, count = 0.0, 0

    def add_one(v):
        nonlocal total, count
        total += v
        count += 1
        return total / count

    return add_one


def running_average(v):
    avg = _averager()
    out = np.zeros(len(v))
    for k in range(len(v)):
        out[k] = avg(v[k] * v[k])
    return out


add(running_average, (normal(4),))


def counted_evaluations(x, n):
    calls = 0

    def f(v):
        nonlocal calls
        calls += 1
        return math.sin(v)

    def bisect(g, lo, hi):
        for _ in range(n):
            mid = 0.5 * (lo + hi)
            if g(mid) > 0.3:
                hi = mid
            else:
                lo = mid
        return lo

    return bisect(f, 0.0, x) * calls + x


add(counted_evaluations, (1.3, 4), (1.3, 0), wrt=(0,))


def conditional_state(x):
    state = x

    def step(flag):
        nonlocal state
        if flag:
            state = state * state
        else:
            state += 1.0
        return state

    table = {"step": step}
    table["step"](True)
    table["step"](x > 1.0)
    return state + x


add(conditional_state, (1.3,), (0.3,))


def functions_by_index(x, k):
    fs = (math.sin, math.cos, lambda t: t * t * x)
    names = ["a", "b", "c"]
    y = fs[k](x)
    if names[k] == "b":
        y = 2.0 * y
    return y


add(functions_by_index, (1.3, 0), (1.3, 1), (1.3, 2), (1.3, -1), wrt=(0,))


def named_modes(x):
    total = 0.0
    for i in range(3):
        name = f"mode{i}"
        if name == "mode1":
            total += x * x
        elif name.endswith("2"):
            total += math.sin(x)
        else:
            total += x
    return total


add(named_modes, (1.3,))


def remembered(x):
    cache = {}

    def fib(n):
        if n < 2:
            return x
        if n in cache:
            return cache[n]
        cache[n] = fib(n - 1) + fib(n - 2)
        return cache[n]

    return fib(6)


add(remembered, (1.3,))
