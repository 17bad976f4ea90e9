"""Nested functions that call each other."""

import numpy as np

from .corpus import add


def in_turns(x, n):
    """Nested functions that call each other, one of them from a function inside it, with a default made at run time."""
    y = x * x

    def add(k, s=y):
        def deeper(j):
            return scale(j)

        return s if k <= 0 else deeper(k - 1) + s

    def scale(k):
        return x if k <= 0 else add(k - 1) * x

    return add(n) + scale(n) + add(n, 2.0)


add(in_turns, (1.3, 4), (0.7, 3), traits="closures recursion")


def counted_turns(x, n):
    calls = 0

    def even(k):
        nonlocal calls
        calls += 1
        return x if k == 0 else odd(k - 1) * x

    def odd(k):
        nonlocal calls
        calls += 2
        return 1.0 if k == 0 else even(k - 1) + x

    return even(n) * calls


add(counted_turns, (1.3, 4), (0.7, 3), traits="closures recursion nonlocal")


def descended(tokens):
    """A parser by recursive descent: expressions of terms, below -5 a parenthesis opens."""
    at = 0

    def expression():
        nonlocal at
        value = term()
        while at < len(tokens) and tokens[at] > 0:
            at += 1
            value = value + term()
        return value

    def term():
        nonlocal at
        if at >= len(tokens):
            return 1.0
        token = tokens[at]
        at += 1
        return expression() * 2 if token < -5 else token * token

    return expression()


add(descended, (np.array([1.0, 2.0, 3.0, -6.0, 2.0, 1.0, -1.0, 2.5]),), traits="closures recursion nonlocal")
