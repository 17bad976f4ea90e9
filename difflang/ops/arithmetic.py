"""Python's and NumPy's operators on numbers.

On Python's own numbers they raise as Python does (`Fault`); on NumPy's they follow IEEE 754.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..build import Tracer, apply, dtype_known
from ..ir import Const
from ..errors import TypeMismatch
from ..op import TABLE, Lower, elementwise
from ..result_types import elementwise_type
from ..types import NAMES, Array, Scalar, Type, promote, shaped
from .complex_values import complex_product, complex_quotient, complex_reciprocal, complex_sign, complex_size, is_complex, python_quotient
from .faults import DOMAIN, MATH_POWER, POWER, SIZE, division


@elementwise(np.add, python=(operator.add,), infix="+", lower=Lower("fadd", "add", "or", "fadd"))
def add(z, x, y):
    return 1, 1


@elementwise(np.subtract, python=(operator.sub,), infix="-", lower=Lower("fsub", "sub", complex="fsub"))
def sub(z, x, y):
    return 1, -1


@elementwise(np.multiply, python=(operator.mul,), infix="*", lower=Lower("fmul", "mul", "and", complex_product))
def mul(z, x, y):
    return y, x


@elementwise(
    np.divide,
    python=(operator.truediv,),
    infix="/",
    result="float",
    lower=Lower("fdiv", complex=complex_quotient),
    lower_weak=python_quotient,
    faults=division(operator.truediv),
    singular=True,
    pole_raises=True,
    cost=4,
)
def div(z, x, y):
    return np.divide(1, widened(y, z)), np.negative(np.divide(z, y))


def widened(x: Any, z: Any) -> Any:
    """An operand in the precision of the result: a partial is not to be rounded to float32 on its way."""
    own, wanted = dtype_known(x), dtype_known(z)
    if own is None or wanted is None or own.kind not in "fc" or wanted.kind not in "fc":
        return x
    wide = np.promote_types(own, wanted) if own.kind == "c" or wanted.kind == "f" else np.dtype(f"f{wanted.itemsize // 2}")
    return x.astype(wide) if wide.itemsize > own.itemsize else x


def _is_float(x: Any) -> bool:
    return bool(x.dtype.kind == "f")


def _lower_floordiv(x, y):
    """np.floor_divide for floats, as NumPy's npy_floor_divide does it; integers round down."""
    if not _is_float(x):
        return np.where(y == 0, 0, _int_floordiv(x, y))
    remainder = np.fmod(x, y)
    quotient = (x - remainder) / y
    quotient = np.where(np.logical_and(remainder != 0, (remainder < 0) != (y < 0)), quotient - 1, quotient)
    floor = np.floor(quotient)
    floor = np.where(quotient - floor > 0.5, floor + 1, floor)
    return np.where(y == 0, x / y, np.where(quotient == 0, np.copysign(0.0, x / y), floor))


def _int_floordiv(x, y):
    """Rounding down, by a divisor that may be anything: by 0 anything, by -1 the negative, which wraps."""
    if x.dtype.kind == "u":
        return apply("intdiv", x, np.where(y == 0, 1, y))
    divisor = np.where(np.logical_or(y == 0, y == -1), 1, y)
    quotient = apply("intdiv", x, divisor)
    inexact = quotient * divisor != x
    quotient = np.where(np.logical_and(inexact, (x < 0) != (divisor < 0)), quotient - 1, quotient)
    return np.where(y == -1, -x, quotient)


@elementwise(
    np.floor_divide,
    python=(operator.floordiv,),
    infix="//",
    lower=_lower_floordiv,
    faults=division(operator.floordiv),
    cost=8,
)
def floordiv(z, x, y):
    return 0, 0


def _lower_mod(x, y):
    if not _is_float(x):
        return np.where(y == 0, 0, x - _int_floordiv(x, y) * y)
    remainder = np.fmod(x, y)
    wrong = np.logical_and(remainder != 0, (remainder < 0) != (y < 0))
    return np.where(remainder == 0, np.copysign(0.0, y), np.where(wrong, remainder + y, remainder))


@elementwise(np.remainder, python=(operator.mod,), infix="%", lower=_lower_mod, faults=division(operator.mod), cost=8)
def mod(z, x, y):
    return 1, np.negative(np.floor_divide(x, y))


def _lower_fmod(x, y):
    if not _is_float(x):
        divisor = np.where(y == 0 if x.dtype.kind == "u" else np.logical_or(y == 0, y == -1), 1, y)
        return np.where(y == 0, 0, x - apply("intdiv", x, divisor) * divisor)
    return apply("frem", x, y)


@elementwise(np.fmod, python=(math.fmod,), result="float", lower=_lower_fmod, faults=(DOMAIN,), cost=8)
def fmod(z, x, y):
    return 1, np.negative(np.trunc(np.divide(x, y)))


@elementwise(evaluate=np.fmod, lower=Lower("frem"), cost=8)
def frem(z, x, y):
    """The remainder of floats with the sign of x: the machine's own."""
    return fmod(z, x, y)


@elementwise(python=(math.remainder,), result="float", lower=Lower("libm:remainder"), faults=(DOMAIN,), cost=20)
def remainder(z, x, y):
    """math.remainder: to the nearest multiple of y."""
    return 1, np.negative(np.rint(np.divide(x, y)))


def _truncating_division(x: Any, y: Any) -> Any:
    quotient = np.floor_divide(np.abs(x), np.abs(y))
    return np.where((np.asarray(x) < 0) != (np.asarray(y) < 0), -quotient, quotient)[()]


@elementwise(evaluate=_truncating_division, lower=Lower(None, "sdiv"))
def intdiv(z, x, y):
    """Integer division towards zero by a divisor that is neither 0 nor -1: the machine's own."""
    return 0, 0


def _python_pow(x: Any, y: Any) -> Any:
    """x ** y where its result is of the type that the language gives it."""
    if isinstance(x, int) and isinstance(y, int) and y < 0 and x != 0:
        raise TypeMismatch("DL005", POWER[3].message)
    if isinstance(x, complex) or isinstance(y, complex):
        return x**y
    if x < 0 and math.isfinite(x) and isinstance(y, float) and math.isfinite(y) and y != math.floor(y):
        raise TypeMismatch("DL005", POWER[4].message)
    return x**y


def _known(x: Any) -> Any:
    """The value of a number known while compiling, else None."""
    if isinstance(x, Tracer):
        return x.atom.value if isinstance(x.atom, Const) else None
    return x if isinstance(x, (int, float, complex)) else None


def _lower_pow(x, y):
    """Through libm, or by repeated squaring of integers; a negative exponent is NumPy's fault to find."""
    if is_complex(x):
        return apply("cpow", x, y)
    return apply("fpow", x, y) if _is_float(x) else apply("ipow", x, np.where(y < 0, 0, y))


def _lower_python_pow(x, y):
    return apply("cpow_python", x, y)


def _power_is_singular(x: Any, y: Any) -> bool:
    """A constant exponent of at least one, or a constant positive base, has a finite partial everywhere."""
    power, base = getattr(y, "value", None), getattr(x, "value", None)
    if isinstance(base, (int, float, np.integer, np.floating)) and base > 0:
        return False
    power = power.real if isinstance(power, (complex, np.complexfloating)) and power.imag == 0 else power
    return not (isinstance(power, (int, float, np.integer, np.floating)) and power >= 1)


@elementwise(
    np.power,
    python=(_python_pow, operator.pow, pow),
    infix="**",
    lower=_lower_pow,
    lower_weak=_lower_python_pow,
    faults=POWER,
    singular=_power_is_singular,
    cost=40,
)
def pow(z, x, y):
    """x ** y. Its derivative is 0 in x where y is 0, and 0 in y where x is 0."""
    x, y = widened(x, z), widened(y, z)
    return _power_by_base(x, y) if _varies(x) else 0, _power_by_exponent(z, x) if _varies(y) else 0


def _power_by_base(x: Any, y: Any) -> Any:
    power = _known(y)
    if power is None:
        return np.where(y == 0, 0.0, y * np.power(x, np.where(y == 0, 1, y - 1)))
    if power in (0, 1, 2):
        return (0, 1, 2 * x)[int(power.real)]
    return power * np.power(x, power - 1)


def _power_by_exponent(z: Any, x: Any) -> Any:
    base = _known(x)
    if base is not None:
        return z * np.log(complex(base) if is_complex(z) else x) if base else 0
    x = apply("cast", x, dtype=NAMES[z.dtype], weak=False) if is_complex(z) and not is_complex(x) else x
    return np.where(x == 0, 0.0, z * np.log(np.where(x == 0, 1.0, x)))


def _varies(x: Any) -> bool:
    """Whether an operand of a rule may be a float: others carry no derivative."""
    dtype = dtype_known(x)
    return dtype.kind in "fc" if dtype is not None else not isinstance(x, int)


@elementwise(
    python=(math.pow,),
    evaluate=np.float_power,
    result="float",
    lower=Lower("libm:pow"),
    faults=MATH_POWER,
    singular=_power_is_singular,
    cost=40,
)
def fpow(z, x, y):
    """math.pow: floats always."""
    return pow(z, x, y)


@elementwise(evaluate=np.power, lower=Lower(None, "ipow"), cost=8)
def ipow(z, x, y):
    """Integers to a power that is not negative, wrapping."""
    return 0, 0


@elementwise(np.negative, python=(operator.neg,), infix="-", lower=Lower("fneg", "neg", complex="fneg"))
def neg(y, x):
    return -1


@elementwise(np.positive, python=(operator.pos,), infix="+", lower=Lower("id", "id", "id", "id"))
def pos(y, x):
    return 1


@elementwise(np.absolute, python=(abs, operator.abs), result="real", lower=Lower("llvm.fabs", "abs", "id", complex_size), faults=(SIZE,))
def abs_(y, x):
    return np.conjugate(np.sign(x)) if is_complex(x) else np.sign(x)


@elementwise(np.fabs, python=(math.fabs,), result="float", lower=Lower("llvm.fabs"))
def fabs(y, x):
    """math.fabs, np.fabs: the absolute value as a float."""
    return np.sign(x)


def _lower_sign(x):
    if _is_float(x):
        return np.where(x > 0, 1, np.where(x < 0, -1, np.where(x == 0, 0, x)))
    return np.where(x > 0, 1, np.where(x < 0, -1, 0))


@elementwise(np.sign, lower=_lower_sign, on_complex=complex_sign)
def sign(y, x):
    return 0


@elementwise(np.copysign, python=(math.copysign,), result="float", lower=Lower("llvm.copysign"))
def copysign(z, x, y):
    return np.where(z == x, literal(1.0, z), literal(-1.0, z)), 0


def literal(value: float, like: Any) -> Any:
    """A number in the dtype of `like`: np.where makes float64 of two plain numbers."""
    dtype = dtype_known(like)
    return dtype.type(value) if dtype in (np.float32, np.float16) else value


def _lower_square(x):
    return x * x


@elementwise(np.square, lower=_lower_square)
def square(y, x):
    return 2 * x


def _reciprocal_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (operand,) = types
    if isinstance(operand, (Scalar, Array)) and operand.dtype == "bool":
        raise TypeError("np.reciprocal of truths is outside the language: write 1 / x")
    return shaped(operand.dtype, operand) if isinstance(operand, (Scalar, Array)) else operand


def _lower_reciprocal(x):
    if is_complex(x):
        return complex_reciprocal(x)
    if not _is_float(x):  # whole numbers, cut: of 0 what NumPy's cast of infinity gives
        least = np.iinfo(x.dtype).min if x.dtype in (np.int64, np.int32) else 0
        return np.where(x == 1, 1, np.where(x == 0, least, np.where(x == -1, -1, 0) if x.dtype.kind == "i" else 0))
    return 1 / x


@elementwise(np.reciprocal, typing=_reciprocal_type, lower=_lower_reciprocal, singular=True, cost=4)
def reciprocal(y, x):
    return np.negative(np.square(y))


def _masked(x: Any, y: Any) -> Any:
    return np.where(np.equal(x, 0), x, np.multiply(x, y))[()]


def _lower_masked(x, y):
    return np.where(x == 0, x, x * y)


@elementwise(evaluate=_masked, lower=_lower_masked, singular=True)
def masked(z, x, y):
    """x * y, and zero where x is zero whatever y: an adjoint of zero stays zero at a singular partial."""
    return y, x


def _next_type(types: tuple[Type, ...], attrs: Any) -> Type:
    found = promote(*types)
    if isinstance(found, Scalar) and found.dtype == "f16":
        raise TypeError("np.nextafter of float16 is outside the language: convert to float32")
    return elementwise_type(TABLE["nextafter"], types, "numpy")


@elementwise(np.nextafter, result="float", typing=_next_type, lower=Lower("libm:nextafter"), cost=10)
def nextafter(z, x, y):
    """The next number from x towards y."""
    return 1, 0


@elementwise(np.gcd, lower=Lower(None, "gcd"), cost=20)
def gcd(z, x, y):
    """The greatest common divisor."""
    return 0, 0


def _lower_heaviside(x, h):
    above = np.where(x > 0, literal(1.0, h), np.where(x < 0, literal(0.0, h), x))
    return np.where(x == 0, h, above)


@elementwise(np.heaviside, result="float", lower=_lower_heaviside)
def heaviside(z, x, h):
    """0 below zero, h at zero, 1 above."""
    return 0, np.where(np.equal(x, 0), literal(1.0, z), literal(0.0, z))


def _half_at_ties(z, x, y, chosen):
    """1 where this operand is chosen, 1/2 where both are the same: of an operand and zero a step."""
    return np.where(x == y, literal(0.5, z), np.where(chosen, literal(1.0, z), literal(0.0, z)))


def _lower_maximum(x, y):
    if is_complex(x):
        return np.where(np.logical_or(x >= y, np.isnan(x)), x, y)
    chosen = np.where(x > y, x, y)
    return np.where(np.isnan(x), x, np.where(np.isnan(y), y, chosen)) if _is_float(x) else chosen


@elementwise(np.maximum, lower=_lower_maximum)
def maximum(z, x, y):
    if _is_real_zero(x, z) or _is_real_zero(y, z):
        step = np.heaviside(x if _is_real_zero(y, z) else y, literal(0.5, z))
        return (step, 0) if _is_real_zero(y, z) else (0, step)
    return _half_at_ties(z, x, y, np.greater(x, y)), _half_at_ties(z, x, y, np.greater(y, x))


def _is_real_zero(value, z):
    """Whether a bound is zero, known while compiling: which side a float is on is then the step at it."""
    return (dtype_known(z) is None or _is_float(z)) and _known(value) == 0


def _lower_minimum(x, y):
    if is_complex(x):
        return np.where(np.logical_or(x <= y, np.isnan(x)), x, y)
    chosen = np.where(x < y, x, y)
    return np.where(np.isnan(x), x, np.where(np.isnan(y), y, chosen)) if _is_float(x) else chosen


@elementwise(np.minimum, lower=_lower_minimum)
def minimum(z, x, y):
    return _half_at_ties(z, x, y, np.less(x, y)), _half_at_ties(z, x, y, np.less(y, x))
