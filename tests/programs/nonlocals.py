"""Variables of the function around that nested functions assign (`nonlocal`): by functions that call themselves, and in conditions."""

from __future__ import annotations

import numpy as np

from .corpus import add


def towers(x, n):
    pegs = [list(range(n, 0, -1)), [], []]
    cost = 0.0

    def move(k, a, b, c):
        nonlocal cost
        if k == 0:
            return
        move(k - 1, a, c, b)
        pegs[b].append(pegs[a].pop())
        cost = cost * 0.99 + x * k
        move(k - 1, c, b, a)

    move(n, 0, 1, 2)
    return cost + len(pegs[1])


def counted_calls(x, n):
    calls = 0

    def fib(k):
        nonlocal calls
        calls += 1
        return x if k < 2 else fib(k - 1) + fib(k - 2) * x

    return fib(n) / calls


def best_of_search(x, n):
    best = 0.0

    def search(i, v):
        nonlocal best
        if v > best:
            best = v
        if i == n:
            return 1
        return search(i + 1, v + x * i) + search(i + 1, v - x)

    return search(0, 0.0) * 0.1 + best


def stepped_in_a_condition(x, n):
    t = x

    def step():
        nonlocal t
        t = t * t - 0.3
        return t > -0.25

    turns = 0
    while step() and turns < n:
        turns += 1
    return t + turns * x


def stepped_by_another(x, n):
    t = x

    def step():
        nonlocal t
        t = t * 0.5 - 0.3
        return t > -0.55

    def run():
        turns = 0
        while step():
            turns += 1
        return turns * x

    return run() + t + n


def stepped_in_turns(x, n):
    t = x

    def step(k):
        nonlocal t
        t = t * 0.5 - 0.3 * k
        return t

    for i in range(n):
        t += 0.1 * x
        while step(i) > 0:
            if t > 3:
                break
            t -= 0.01
        else:
            t += x
    return t


def walked_tree(x, n):
    total = 0.0

    def visit(k):
        nonlocal total
        total = total * 0.95 + x * k
        for j in range(k):
            visit(j)

    visit(n)
    return total


def parsed(xs):
    i = 0

    def parse():
        nonlocal i
        v = xs[i]
        i += 1
        while i < len(xs) and xs[i] > 0.2:
            v = v * 0.5 + parse()
        return v

    return parse()


for _function in (towers, counted_calls, best_of_search, stepped_in_a_condition, stepped_by_another, stepped_in_turns, walked_tree):
    add(_function, (0.7, 4))
add(parsed, (np.array([0.5, 1.0, 2.0, 0.3]),))
