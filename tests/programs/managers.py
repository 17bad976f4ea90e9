"""`with` of a program's own classes."""

from __future__ import annotations

from .corpus import add


class Counting:
    def __init__(self, n=0):
        self.n = n

    def __enter__(self):
        self.n += 1
        return self

    def __exit__(self, *error):
        self.n += 10
        return False


class Scaled:
    def __init__(self, owner, factor):
        self.owner, self.factor = owner, factor

    def __enter__(self):
        self.owner.n *= self.factor

    def __exit__(self, exc_type, exc, tb):
        self.owner.n /= self.factor


def entered_and_left(x):
    with Counting() as outer, Counting(2) as inner:
        y = x * outer.n * inner.n
    total = y + outer.n * inner.n
    for i in range(5):
        with Counting(i) as turn:
            if i == 1:
                continue
            if i == 3:
                break
            total += x * x * turn.n
        total += turn.n * x
    return total + turn.n


add(entered_and_left, (1.3,))


def returns_inside(x):
    counted = Counting(2.0)
    with Scaled(counted, x):
        if x > 1:
            return counted.n * x
    return counted.n * x


add(returns_inside, (1.3,), (0.7,))
