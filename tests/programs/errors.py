"""Errors: raised by operations and by functions that are called, caught by their callers."""

import math

import numpy as np

from .corpus import add, normal


class SolverError(Exception):
    pass


class NotConverged(SolverError):
    pass


class BadInput(ValueError):
    pass


def _newton(x, a, n):
    for _ in range(n):
        x = 0.5 * (x + a / x)
        if abs(x * x - a) < 1e-12:
            return x
    raise NotConverged("no root")


def root_or_bound(a):
    try:
        r = _newton(1.0, a, 3)
    except SolverError:
        r = a * 0.5
    return r * r + a


add(root_or_bound, (2.0,), (1.0001,), (50.0,))


def _safe_log(x):
    if x <= 0.0:
        raise ValueError(f"log of {x}")
    return math.log(x)


def log_with_default(x, y):
    total = 0.0
    for v in (x, y, x - y, x * y):
        try:
            total += _safe_log(v)
        except ValueError:
            total -= v
    return total


add(log_with_default, (2.0, 1.0), (1.0, 2.0), (-1.0, 3.0))


def _ratio(a, b):
    return a / b


def division_caught(a, b):
    try:
        q = _ratio(a, b)
    except ZeroDivisionError:
        q = a * 10.0
    return q + b


add(division_caught, (2.0, 3.0), edges=((2.0, 0.0),))


def _item(v, k):
    return v[k]


def neighbours_caught(v, n):
    total = 0.0
    for k in range(n):
        try:
            total += _item(v, k) * k
        except IndexError:
            total += 0.5 * v[0]
    return total


add(neighbours_caught, (normal(4), 3), (normal(4), 6), wrt=(0,))


def _deep(x):
    if x > 3:
        raise BadInput("too big")
    return x * x


def _middle(x):
    y = _deep(x)
    return y + 1.0


def nested_callees(x):
    try:
        y = _middle(x)
        z = _middle(x * 2)
    except BadInput:
        y = x
        z = x * 3.0
    except ValueError:
        y = 0.0
        z = 0.0
    else:
        z = z + 1.0
    finally:
        x = x + 1.0
    return y * z + x


add(nested_callees, (1.0,), (2.0,), (5.0,))


def _factor(a):
    return np.linalg.cholesky(a)


def jittered_factor(a):
    try:
        factor = _factor(a)
    except np.linalg.LinAlgError:
        factor = _factor(a + 10.0 * np.eye(len(a)))
    return np.sum(factor * factor) + np.sum(np.diag(factor))


add(jittered_factor, (np.array([[2.0, 0.3], [0.3, 1.0]]),), (np.array([[1.0, 2.0], [2.0, 1.0]]),))


def solved_or_scaled(a, b):
    try:
        x = np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        x = b * 2.0
    return x @ x


add(
    solved_or_scaled,
    (np.array([[2.0, 0.3], [0.3, 1.0]]), np.array([1.0, 2.0])),
    edges=((np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([1.0, 2.0])),),
)


def raised_from(x):
    try:
        try:
            y = _safe_log(x)
        except ValueError as error:
            raise NotConverged("bad") from error
    except SolverError:
        y = x * 2
    return y


add(raised_from, (2.0,), (-1.0,))


def finally_around_call(x):
    n = 0
    try:
        y = _safe_log(x)
    except (ValueError, ZeroDivisionError):
        y = -x
    finally:
        n += 1
    return y * n


add(finally_around_call, (2.0,), (-1.0,))


def tried_steps(x):
    step = 8.0
    for _ in range(10):
        try:
            y = _safe_log(x - step)
            break
        except ValueError:
            step *= 0.5
    else:
        y = 0.0
    return y * step


add(tried_steps, (2.3,), (20.0,))


def tried_until_it_fits(x):
    step = 8.0
    while True:
        try:
            y = _safe_log(x - step)
        except ValueError:
            step *= 0.5
            continue
        break
    return y * step


add(tried_until_it_fits, (2.3,), (20.0,))


def raised_again(x):
    def inner(v):
        try:
            return _safe_log(v)
        except ValueError:
            if v < -10:
                raise
            return v

    try:
        return inner(x)
    except ValueError:
        return x * 5.0


add(raised_again, (2.0,), (-1.0,), (-20.0,))


class _Solver:
    def __init__(self, tol):
        self.tol = tol

    def run(self, x):
        if x < self.tol:
            raise NotConverged("tol")
        return x * self.tol


def method_raises(x):
    solver = _Solver(1.0)
    try:
        return solver.run(x)
    except NotConverged:
        return x**3


add(method_raises, (2.0,), (0.5,))


def comprehension_raises(v):
    try:
        return sum([_safe_log(t) for t in v])
    except ValueError:
        return v[0] * v[0]


add(comprehension_raises, (np.array([1.0, 2.0]),), (np.array([1.0, -2.0]),))


def arguments_of_an_error(x):
    try:
        if x > 1.0:
            raise ValueError(x * 2.0)
        y = x
    except ValueError as error:
        y = error.args[0] * x
    return y


add(arguments_of_an_error, (2.0,), (0.5,))
