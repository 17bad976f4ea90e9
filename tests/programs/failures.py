"""Errors caught where something was done before: written arrays, lists, loops, conditions, words."""

import math
from dataclasses import dataclass

import numpy as np

from .corpus import add, normal


class SearchError(Exception):
    pass


def _safe_log(x):
    if x <= 0.0:
        raise ValueError(f"log of {x}")
    return math.log(x)


def _deep(x):
    if x > 3:
        raise ValueError("too big")
    return x * x


def written_before_error(v):
    out = np.zeros(len(v))
    try:
        for k in range(len(v)):
            out[k] = _safe_log(v[k]) + 1.0
    except ValueError:
        out[0] = 5.0 * v[0]
    return out


add(written_before_error, (np.array([1.0, 2.0, 3.0]),), (np.array([1.0, -2.0, 3.0]),))


def assertion_in_callee(x):
    def positive(v):
        assert v > 0, "positive"
        return v * v

    try:
        return positive(x)
    except AssertionError:
        return -x


add(assertion_in_callee, (2.0,), (-2.0,))


def conversion_caught(x):
    try:
        n = int(x)
        return x / n
    except ZeroDivisionError:
        return x * 4.0


add(conversion_caught, (2.5,), (0.5,))


def swallowed(x):
    y = x
    try:
        y = _safe_log(x)
    except Exception:
        pass
    return y


add(swallowed, (2.5,), (-0.5,))


def inner_and_outer_handlers(x, k):
    v = np.array([x, 2.0 * x])
    try:
        try:
            y = v[k] / (x - 1.0)
            y += _safe_log(y)
        except IndexError:
            y = x
        y = y * 2.0
    except ZeroDivisionError:
        y = 3.0 * x
    except ValueError:
        y = 4.0 * x
    return y


add(inner_and_outer_handlers, (2.0, 1), (2.0, 5), (-2.0, 0), wrt=(0,))


def condition_that_fails(x):
    n = 0
    try:
        while _safe_log(x) > -1.0:
            x = x - 0.75
            n += 1
        n += 10
    except ValueError:
        n += 100
        x = 3.0 * x
    return x * n


add(condition_that_fails, (2.0,), (2.8,))


def list_until_it_fails(v):
    found = []
    try:
        for x in v:
            found.append(_safe_log(x))
    except ValueError:
        found.append(7.0 * v[0])
    return sum(found) * len(found)


add(list_until_it_fails, (np.array([1.0, 2.0, 3.0]),), (np.array([1.0, -2.0, 3.0]),))


def popped_until_empty(x):
    stack = [x, 2.0 * x, x * x]
    total = 0.0
    while True:
        try:
            total += stack.pop() * (len(stack) + 1)
        except IndexError:
            break
    return total


add(popped_until_empty, (1.3,))


def shapes_that_differ(a, b):
    try:
        c = a + b
    except ValueError:
        c = a + b[: len(a)]
    return np.sum(c * c)


add(shapes_that_differ, (normal(3), normal(3)), (normal(3), normal(5)))


def recursive_search(x, depth):
    def descend(v, k):
        if k == 0:
            if v < 0.5:
                raise SearchError("leaf")
            return v * v
        try:
            return descend(v * 0.7, k - 1)
        except SearchError:
            return v * 3.0

    return descend(x, depth) * x


add(recursive_search, (1.3, 2), (1.3, 4), wrt=(0,))


def known_words(x):
    try:
        y = _deep(x)
    except ValueError as error:
        y = x if str(error) == "too big" else 2.0 * x
    return y


add(known_words, (2.0,), (5.0,))


@dataclass
class Span:
    left: float
    right: np.ndarray

    def mix(self, s):
        return self.left * s + np.sum(self.right)


def object_of_what_may_fail(y, b):
    try:
        for i in range(3):
            span = Span(0.1, b * math.cos(y))
            y = span.mix(0.3 * i)
    except ValueError:
        y += 1.0
    return y + b[0]


add(object_of_what_may_fail, (1.0, normal(3)), (0.4, normal(3, seed=2)))


def _while_the_largest_is_less(s, v):
    k = 3
    while k > 0 and max(q * q for q in v) < s:
        k -= 1
        s -= v[2 - k]
    return s


def condition_of_a_callee_may_fail(x, v):
    try:
        if _while_the_largest_is_less(x, v) < 0.2:
            raise ValueError("too small")
        x = x * x
    except ValueError:
        x = x + v[0]
    return x


add(condition_of_a_callee_may_fail, (5.0, np.array([0.9, 2.0, 0.5])), (1.3, np.array([0.3, 0.5, 0.4])))


def doubled_at(a, i):
    try:
        a[i] = a[i] * 2
    finally:
        a[0] = -1.0


def finally_before_the_caller_handles(a, i):
    try:
        doubled_at(a, i)
    except IndexError:
        a[1] = a[1] * 3
    return a.sum()


add(finally_before_the_caller_handles, (normal(3), 1), (normal(3), 5), traits="writes")


def finally_inside_a_handled_try(x, a):
    s = 0.0
    for k in range(3):
        try:
            try:
                s += math.log(x - k)
            finally:
                a[0] = a[0] + s
        except ValueError:
            s += 10
    return s + a[0]


add(finally_inside_a_handled_try, (2.5, normal(3)), (1.5, normal(3)), traits="writes")


def product_or_sum(a, b):
    try:
        return (a @ b).sum()
    except ValueError:
        return a.sum() * b.sum()


add(product_or_sum, (normal(2, 3), normal(3, 2)), (normal(2, 3), normal(2, 3)))


def joined_or_apart(a, b):
    try:
        return (np.concatenate([a, b]) ** 2).sum()
    except ValueError:
        return a[0, 0] * b.sum()


add(joined_or_apart, (normal(3, 2), normal(2, 2)), (normal(3, 2), normal(3, 3)))


class TooLarge(Exception):
    def __init__(self, value, code=3):
        self.value = value
        self.code = code
        super().__init__(value)


def what_an_error_tells(x):
    for i in range(5):
        try:
            if x * i > 3:
                raise TooLarge(x * i * x)
        except TooLarge as error:
            return error.value * error.code
    return x


add(what_an_error_tells, (1.3,), (0.2,))
