"""How NumPy and Python compute with complex numbers, by their parts: the lowerings of the ops on them.

Products are the plain ones; quotients are Smith's, which NumPy ends with a multiplication and Python with a division.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..build import apply, dtype_known
from ..types import PART, Array, Scalar, Type


def is_complex(x: Any) -> bool:
    """Whether a rule's operand is known to be complex."""
    if isinstance(x, complex):
        return True
    dtype = dtype_known(x)
    return dtype is not None and dtype.kind == "c"


def in_order(x: Type) -> None:
    """Raise TypeError of what has no order."""
    if isinstance(x, (Array, Scalar)) and x.dtype in PART:
        raise TypeError("the order of complex numbers is outside the language: take it of np.abs, .real or .imag")


def conjugated(x: Any) -> Any:
    """What NumPy takes the conjugate of; real numbers as they are."""
    return np.conjugate(x) if is_complex(x) else x


def parts(x: Any) -> tuple[Any, Any]:
    return np.real(x), np.imag(x)


def complex_product(x, y):
    (a, b), (c, d) = parts(x), parts(y)
    return apply("pair", a * c - b * d, a * d + b * c)


def complex_quotient(x, y):
    """NumPy's: the ratio of the divisor's parts, and one over what it comes to."""
    (a, b), (c, d) = parts(x), parts(y)
    wide = np.abs(c) >= np.abs(d)
    zero = np.logical_and(c == 0, d == 0)
    long, short = np.where(wide, c, d), np.where(wide, d, c)
    ratio = short / np.where(zero, 1, long)
    scale = 1 / (long + short * ratio)  # by zero infinite: no select, of which both arms would raise flags
    real = (np.where(wide, a, b) + np.where(wide, b, a) * ratio) * scale
    imag = np.where(wide, b - a * ratio, b * ratio - a) * scale
    return apply("pair", real, imag)


def python_quotient(x, y):
    """Python's; by zero it is a fault."""
    (a, b), (c, d) = parts(x), parts(y)
    wide = np.abs(c) >= np.abs(d)
    ratio = np.where(wide, d, c) / np.where(wide, c, d)
    below = np.where(wide, c, d) + np.where(wide, d, c) * ratio
    real = (np.where(wide, a, b) + np.where(wide, b, a) * ratio) / below
    return apply("pair", real, np.where(wide, b - a * ratio, b * ratio - a) / below)


def complex_reciprocal(x):
    """NumPy's, which is not its 1 / x."""
    a, b = parts(x)
    wide = np.abs(b) <= np.abs(a)
    ratio = np.where(wide, b, a) / np.where(wide, a, b)
    below = np.where(wide, a, b) + np.where(wide, b, a) * ratio
    return apply("pair", np.where(wide, 1 / below, ratio / below), np.where(wide, -ratio / below, -1 / below))


def complex_size(x):
    a, b = parts(x)
    return np.hypot(a, b)


def complex_sign(x):
    """NumPy 2's: x / |x|, and 0 for 0."""
    return apply("direction", x)


def complex_equal(x, y):
    (a, b), (c, d) = parts(x), parts(y)
    return np.logical_and(a == c, b == d)


def complex_unequal(x, y):
    (a, b), (c, d) = parts(x), parts(y)
    return np.logical_or(a != c, b != d)


def complex_order(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """NumPy's order: by the real parts, then by the imaginary ones; Python has none."""
    strictly = operator.lt if compare in (operator.lt, operator.le) else operator.gt

    def ordered(x, y):
        (a, b), (c, d) = parts(x), parts(y)
        numbers = np.logical_and(b == b, d == d)
        return np.logical_or(np.logical_and(strictly(a, c), numbers), np.logical_and(a == c, compare(b, d)))

    return ordered


def complex_rint(x):
    a, b = parts(x)
    return apply("pair", np.rint(a), np.rint(b))


def complex_exp2(x):
    return np.exp(x * math.log(2.0))


def complex_expm1(x):
    a, b = parts(x)
    half = np.sin(b / 2)
    return apply("pair", np.expm1(a) * np.cos(b) - 2 * half * half, np.exp(a) * np.sin(b))


def complex_log2(x):
    a, b = parts(np.log(x))
    return apply("pair", a * (1 / math.log(2.0)), b * (1 / math.log(2.0)))


def complex_log10(x):
    a, b = parts(np.log(x))
    return apply("pair", a * (1 / math.log(10.0)), b * (1 / math.log(10.0)))


def complex_log1p(x):
    a, b = parts(x)
    return apply("pair", np.log(np.hypot(a + 1, b)), np.arctan2(b, a + 1))
