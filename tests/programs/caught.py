"""Errors caught: asked of which class they are, certain while compiling, beside operations with infinite derivatives."""

import math

import numpy as np

from .corpus import add


class LimitError(ArithmeticError):
    pass


def _limited(x):
    if x > 3.0:
        raise LimitError("large", 3)
    if x > 2.0:
        raise OverflowError(f"x is {x:.0f}")
    return math.sqrt(x) / (x - 1.0)


def asked_of_which_class(x):
    """One handler for several classes asks which it was."""
    t = x
    for v in (4.0, 2.5, -1.0, 1.0, 0.5):
        try:
            t += _limited(v * 1.0) * x
        except Exception as e:
            t += len(type(e).__name__) * x * x
            if isinstance(e, (ValueError, LimitError)):
                t += x
            if e.__class__ is OverflowError:
                t += 10 * x
    return t


add(asked_of_which_class, (1.3,))


def class_of_an_error_raised_here(x, n):
    t = 0.0
    for i in range(n):
        try:
            if i == 1:
                raise ValueError("a")
            if i == 2:
                raise KeyError("b")
            t += x
        except (ValueError, KeyError) as e:
            t += x * x if isinstance(e, KeyError) else x**3
            continue
        else:
            t *= x
        finally:
            t += 1.0
    return t


add(class_of_an_error_raised_here, (2.0, 4), (0.7, 2))


def reciprocals_but_of_zero(values, x):
    """What would have an infinite derivative is not done where it fails."""
    t = x
    for v in values.tolist():
        try:
            t += x / v * t
        except ZeroDivisionError:
            t *= 2.0 + x
        try:
            t += math.sqrt((v - 0.5) * x) * t
        except ValueError:
            t *= x
    return t


add(reciprocals_but_of_zero, (np.array([1.0, 0.0, -2.0]), 0.3), wrt=(1,))


def root_that_is_not_taken(x):
    y = x * x
    try:
        y = math.sqrt(-x) * y
    except ValueError:
        y *= 2.0
    return y * x


add(root_that_is_not_taken, (1.0,), (-2.0,))


class Sized:
    def __init__(self, size):
        self.size = size


def missing_while_compiling(x):
    """A key, an item, an attribute or a length that is not there is an error as any other."""
    given = {"rate": x}
    box = Sized(x * x)
    try:
        momentum = given["momentum"]
    except KeyError as e:
        momentum = 0.9 + len(str(e)) * 0.0
    try:
        width = box.width
    except AttributeError:
        width = box.size
    try:
        first = (x, width)[4]
    except IndexError:
        first = x**3
    try:
        count = len(x)
    except TypeError:
        count = 1
    try:
        a, b = (first, width, momentum)
    except ValueError:
        a, b = first, width
    return a * b * momentum * given["rate"] / count


add(missing_while_compiling, (1.3,))
