"""`with` of a program's own classes."""

from __future__ import annotations

import contextlib
import math

import numpy as np

from .corpus import add, normal


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


@contextlib.contextmanager
def _scaled(values, factor):
    values *= factor
    try:
        yield values
    finally:
        values /= factor


@contextlib.contextmanager
def _noted(log):
    log.append(1.0)
    yield len(log)
    log.append(2.0)


def generators_that_manage(x):
    """What is inside of `with` runs where the generator yields, jumps out of it are made behind it."""
    log = []
    t = 0.0
    values = x.copy()
    with _scaled(values, 3.0) as tripled, _noted(log) as n:
        t += np.sum(tripled**2) * n
    for i in range(len(x)):
        with _noted(log) as n:
            if i == 2:
                continue
            t += x[i] * values[i] * n
            if i == 3:
                break
    with _noted(log):
        return t * sum(log)


add(generators_that_manage, (normal(5),), (normal(4, seed=2),))


def restored_before_it_is_handled(x, limit):
    values = x * 2.0
    try:
        with _scaled(values, 2.0) as doubled:
            if doubled[0] > limit:
                raise ValueError("large")
            t = np.sum(doubled**2)
    except ValueError:
        t = np.sum(values**2)
    return t


add(restored_before_it_is_handled, (normal(3), 9.0), (normal(3), -9.0), wrt=(0,))


class Forgiving:
    """Swallows a ValueError, and any error of a key."""

    def __init__(self):
        self.log = []

    def __enter__(self):
        return self.log

    def __exit__(self, kind, error, trace):
        self.log.append(1.0)
        if kind is ValueError:
            self.log.append(2.0)
            return True
        return kind is not None and issubclass(kind, KeyError)


def errors_swallowed(x, y):
    manager = Forgiving()
    with manager as log:
        log.append(x)
        if x > y:
            raise ValueError("large")
        log.append(y)
    with manager:
        log.append(math.sqrt(x + y))
        raise KeyError("never mind")
    with Forgiving() as one, Forgiving() as two:
        one.append(x)
        two.append(one[0] * y)
    for _ in range(3):
        with manager as log:
            if len(log) > 4:
                return x * sum(log) + sum(two)
    return sum(log)


add(errors_swallowed, (1.5, 0.7), (0.7, 1.5))


class Account:
    """Rolls back after an error."""

    def __init__(self, value):
        self.value = value
        self.before = value

    def __enter__(self):
        self.before = self.value
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.value = self.before
        return kind is ValueError


def _increased(value):
    if value > 2.0:
        raise ValueError("too much")
    return value * 1.5


def rolled_back(x):
    account = Account(x)
    for _ in range(4):
        with account:
            account.value *= 1.1
            account.value = _increased(account.value)
    return account.value * x


add(rolled_back, (0.3,), (1.5,), (2.5,))
