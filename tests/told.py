"""Programs that raise and print, and some that are refused: what `test_statements.py` runs. Here pytest leaves `assert` alone."""

import enum
import math
from typing import Any

import numpy as np


class OwnError(Exception):
    def __init__(self, value: Any, extra: int = 0) -> None:
        super().__init__(f"own {value}")
        self.value, self.extra = value, extra


class Kind(enum.Enum):
    FAST = "fast"


def formatted(x, n):
    if x < 0:
        raise ValueError(f"bad {x} at {n!r}: {x:.3f} {n:>4d}|{x=} {{}} 'one' \"two\"")
    return x


def percent(x, n):
    if x < 0:
        raise KeyError("bad %g at %d of %s" % (x, n, Kind.FAST))
    return x


def by_format(x, n):
    if x < 0:
        raise RuntimeError("bad {0} at {n:03d} {0!r}".format(x, n=n) + " " + str(x) + repr(n))
    return x


def several(x, n):
    if x < 0:
        raise ValueError("bad", x, (n, None, [x, "two"]))
    return x


def own_class(x, n):
    if x < 0:
        raise OwnError(x, extra=n)
    return x


def from_none(x, n):
    if x < 0:
        raise OwnError("fixed") from None
    return x


def asserted(x, n):
    assert x > 0, f"x is {x}"
    return x


def asserted_pair(x, n):
    assert x > 0, (x, n)
    return x


def asserted_call(x, n):
    assert x > 0, "x is " + str(math.floor(x))
    return x


def made_before(x, n):
    error = ValueError("made", n)
    if x < 0:
        raise error
    return x


def many(x, n):
    if x < 0:
        raise ValueError(f"{x} {n} {x * 2} {n + 1} {x - 1} {n * 3} {x > 0}")
    return x


def whole_array(x, n):
    a = np.array([x, 2.0, 3.0])
    if x < 0:
        raise ValueError(f"array {a} of {a.shape}, half {a[::2]}")
    return x


def wrapped(x, n):
    try:
        if x < 0:
            raise KeyError(f"key {n}")
    except KeyError as error:
        raise ValueError(f"wrapped: {error}") from error
    return x


def again(x, n):
    try:
        if x < 0:
            raise RuntimeError("first", n)
    except RuntimeError:
        raise
    return x


def in_callee(x, n):
    def inner(v):
        if v < 0:
            raise ArithmeticError(f"inner {v}")
        return v

    return inner(x) + inner(n)


def chosen_text(x, n):
    name = "low" if n < 3 else "high"
    if x < 0:
        raise ValueError(f"{name}: {x}")
    return x


def speaks(x, n):
    def inner(v):
        print("inner", v, sep=": ", end=";\n")
        return v * v

    for k in range(n):
        print(f"{k} {x:.3f}", (x, k), x > 1.0, None)
        x = x * 1.5
    a = np.array([x, 1.0])
    print("array", a, a.shape)
    print()
    return inner(x) + a[1]


def text_compared(x, n):
    return x if f"w{x}" == "w2.0" else -x


def caught_words(x, n):
    try:
        y = formatted(x, n)
    except ValueError as error:
        raise RuntimeError(f"cannot: {error}") from error
    return y


def print_to_file(x, n):
    print(x, file=Kind)
    return x


def error_state(x, n):
    with np.errstate(divide="print"):
        return x / n


def power_of_int(x, n):
    return x * n**-n
